"""What the README shows is what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runtime.clients import headers_in, new_consumer, new_producer
from runtime.settings import Settings
from schemas.codec import decode, decode_log_record, encode
from schemas.event import AttackEvent
from schemas.headers import headers_of, read_headers
from schemas.regions import partition_of, region_of
from schemas.timeline import IncidentTimeline
from schemas.topics import DEFAULT_PARTITIONS, EVENTS
from timelines.cli import COMMANDS, app
from timelines.log_file import first_line, log_line

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "subscribe.py"


def example(name: str) -> IncidentTimeline:
    raw = (ROOT / "schemas" / "examples" / "incidents.timelines.v1" / f"{name}.json").read_bytes()
    head = decode("incidents.timeline.v1", raw)
    assert isinstance(head, IncidentTimeline)
    return head


def test_the_subscriber_is_the_one_in_the_readme() -> None:
    code = EXAMPLE.read_text(encoding="utf-8").partition("\n\n")[2]
    assert f"```python\n{code}```" in README


def test_every_command_is_told_of() -> None:
    assert [name for name in COMMANDS if f"timelines {name}" not in README] == []


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_no_page_sends_its_reader_to_one_that_is_not_there() -> None:
    hidden = {part for part in ROOT.iterdir() if part.name.startswith(".")}
    pages = [page for page in ROOT.rglob("*.md") if not hidden & {page, *page.parents}]
    there = {page.name for page in pages}
    named = {(page.name, name) for page in pages for name in re.findall(r"[\w-]+\.md\b", page.read_text("utf-8"))}
    assert [(page, name) for page, name in sorted(named) if name not in there] == []
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"


#: a client that has nothing for the first poll, then a head, then an end that the subscriber tells
_QUIET_AT_FIRST = """
from collections import namedtuple
class Record(namedtuple("Record", "told header body")):
    def error(self): return self.told
    def headers(self): return self.header
    def value(self): return self.body
class End:
    def str(self): return "SSL: the end of the test"
class Consumer:
    def __init__(self, settings):
        self.coming = [None, Record(None, HEADERS, BODY), Record(End(), [], b"")]
    def subscribe(self, topics): pass
    def poll(self, timeout): return self.coming.pop(0)
"""


def test_the_subscriber_waits_where_nothing_is_new(tmp_path: Path) -> None:
    (tmp_path / "incident_timelines_schemas").symlink_to(ROOT / "schemas")
    head = example("timeline-drone-attack")
    scripted = _QUIET_AT_FIRST.replace("HEADERS", repr(headers_of(head))).replace("BODY", repr(encode(head)))
    (tmp_path / "confluent_kafka.py").write_text(scripted, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(EXAMPLE), "localhost:9092"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert head.incident_id in ran.stdout
    assert "the end of the test" in ran.stderr


@pytest.mark.broker
def test_the_publisher_s_report_is_one_that_the_worker_takes(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "incident_timelines_schemas").symlink_to(ROOT / "schemas")
    ran = subprocess.run(
        [sys.executable, str(EXAMPLE.with_name("publish.py")), str(settings.bootstrap_servers)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    consumer = new_consumer(settings, "test", group="test", auto_offset_reset="earliest")
    consumer.subscribe([EVENTS])
    polled = (consumer.poll(30) for _ in range(DEFAULT_PARTITIONS + 1))  # ends of empty partitions among them
    record = next(one for one in polled if one is not None and one.error() is None)
    consumer.close()
    key, value = record.key(), record.value()
    event = decode_log_record(read_headers(headers_in(record)).type, value)
    assert isinstance(event, AttackEvent)
    assert key == region_of(event).encode() == b"europe"
    assert record.partition() == partition_of("europe", DEFAULT_PARTITIONS)


@pytest.mark.broker
def test_a_dumped_log_is_restored_record_by_record(settings: Settings, tmp_path: Path) -> None:
    headers = [("ce_type", b"incidents.event.v1"), ("odd", b"\xff"), ("none", None)]
    lines = [first_line(DEFAULT_PARTITIONS)] + [
        log_line(partition, offset, 0, key, value, headers)
        for partition, offset, key, value in ((1, 0, b"k", b"v"), (1, 1, None, b"\xff"), (4, 0, b"\xfe", None))
    ]
    (tmp_path / "log").write_bytes(b"\n".join(lines) + b"\n")
    restore = [sys.executable, str(EXAMPLE.with_name("restore.py")), str(settings.bootstrap_servers), "log"]
    ran = subprocess.run(restore, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    broker = {"TIMELINES_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers)}
    assert CliRunner().invoke(app, ["dump", "--log", str(tmp_path / "again")], env=broker).exit_code == 0
    again = (tmp_path / "again").read_bytes().splitlines()
    assert [re.sub(rb'"timestamp_ms":\d+', b'"timestamp_ms":0', line) for line in again] == lines

    (tmp_path / "log").write_bytes(first_line(2) + b"\n")
    ran = subprocess.run(restore, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (ran.returncode, ran.stderr) == (1, "incidents.events.v1 has 6 partitions, and the log is of 2\n")


@pytest.mark.broker
def test_the_subscriber_follows_attacks_and_merges(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "incident_timelines_schemas").symlink_to(ROOT / "schemas")  # as the small wheel installs it
    attack = example("timeline-drone-attack").model_copy(update={"title": "Drones hit a residence"})
    older = attack.model_copy(update={"revision": attack.revision - 1, "title": "An older head"})
    protest = attack.model_copy(update={"kind": "protest", "incident_id": "inc-protest", "title": "A protest"})
    merged = example("timeline-merged-away").model_copy(update={"kind": attack.kind})
    producer = new_producer(settings, "test")
    for head in (attack, older, protest, merged):
        headers = headers_of(head, recorded_at=head.last_activity_at)
        producer.produce("incidents.timelines.v1", encode(head), head.incident_id.encode(), 0, headers=list(headers))
    assert producer.flush(10) == 0

    subscriber = subprocess.Popen(
        [sys.executable, str(EXAMPLE), str(settings.bootstrap_servers)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert subscriber.stdout is not None
        printed = [subscriber.stdout.readline() for _ in range(2)]
    finally:
        subscriber.kill()
        subscriber.communicate()
    assert printed[0].split(" ", 2)[1:] == [attack.incident_id, "Drones hit a residence\n"]
    assert printed[1].split(" ", 2)[:2] == [merged.merged_into, merged.incident_id]

"""What was put into a broker's sink comes out again, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from consumers.export import ExportError, stored_records
from processors.replay import as_log, replay
from processors.router import PartitionRouter, RawRecord
from runtime.clients import new_producer
from runtime.settings import Settings
from schemas.topics import EVENTS, TIMELINES, UPDATES
from tests import forked
from tests.tally_core import VERSION, TallyCore, a_decision, an_attack
from timelines.cli import app
from timelines.files import Results, Targets
from timelines.log_file import read_log

pytestmark = pytest.mark.broker

REGIONS = ("world", "europe", "middle-east", "south-asia", "caribbean")


def a_log(partitions: int) -> list[RawRecord]:
    messages = [
        (an_attack(("fire", "flood", "fire+flood", "boom")[n % 4], f"e{n}", minute=n), REGIONS[n % len(REGIONS)])
        for n in range(60)
    ]
    log = list(as_log([*messages, (a_decision("europe:fire"), "europe")], partitions))
    last = log[-1]
    broken = RawRecord(EVENTS, last.partition, last.offset + 1, b"\xffnot a region", b"\xff\xfe{", (("ce_type", None),))
    return [*log, broken]


def put(settings: Settings, log: Sequence[RawRecord], *, transactional: bool = False) -> Results:
    """The log and what comes of it, put into the broker; and the same gathered at once."""
    extra = {"transactional_id": "test"} if transactional else {}
    producer = new_producer(settings, "test", **extra)
    if transactional:
        producer.init_transactions(10)
    plain = new_producer(settings, "log")
    for record in log:
        plain.produce(EVENTS, partition=record.partition, key=record.key, value=record.value, headers=[*record.headers])
    assert plain.flush(10) == 0
    expected = Results()

    def router(partition: int) -> PartitionRouter:
        return PartitionRouter(partition, TallyCore, core_version=VERSION, partitions=settings.partitions)

    for partition, handed in replay(log, router):
        if transactional:
            producer.begin_transaction()
        for out in handed.outgoing:
            expected.take(out.topic, partition, out.key, out.value, out.headers)
            producer.produce(out.topic, partition=partition, key=out.key, value=out.value, headers=[*out.headers])
        if transactional:
            producer.commit_transaction(10)
    assert producer.flush(10) == 0
    return expected


def dump(settings: Settings, folder: Path, *names: str) -> Result:
    files = [part for name in names for part in (f"--{name}", str(folder / name))]
    return CliRunner().invoke(app, ["dump", "--bootstrap-servers", str(settings.bootstrap_servers), *files])


@pytest.mark.parametrize("transactional", [False, True])
def test_the_dump_equals_what_was_put_there(settings: Settings, tmp_path: Path, transactional: bool) -> None:
    expected = put(settings, a_log(settings.partitions), transactional=transactional)
    names = ("timelines", "entries", "updates", "assignments", "rejected")
    result = dump(settings, tmp_path, *names)
    assert result.exit_code == 0, result.output
    wanted = tmp_path / "wanted"
    wanted.mkdir()
    Targets(*(str(wanted / name) for name in names)).write(expected)
    for name in names:
        assert (tmp_path / name).read_bytes() == (wanted / name).read_bytes() != b""
    assert f"{expected.incidents} incidents, 60 events" not in result.output  # boom is no event of any timeline
    assert (
        f"{expected.incidents} incidents, {expected.events} events, {expected.updates_total} updates" in result.stderr
    )
    assert f"{expected.rejected_total} rejected" in result.stderr


def test_a_dumped_log_is_the_log(settings: Settings, tmp_path: Path) -> None:
    log = a_log(settings.partitions)
    put(settings, log)
    assert dump(settings, tmp_path, "log").exit_code == 0
    lines = enumerate((tmp_path / "log").read_bytes().splitlines(), 1)
    partitions, records = read_log(lines)
    read = list(records)
    assert partitions == settings.partitions
    assert [(r.partition, r.offset, r.key, r.value, r.headers) for r in read] == [
        (r.partition, r.offset, r.key, r.value, r.headers)
        for r in sorted(log, key=lambda record: (record.partition, record.offset))
    ]
    assert all(record.timestamp_ms > 0 for record in read)


def test_where_nobody_reads_the_log_the_other_files_are_whole(settings: Settings, tmp_path: Path) -> None:
    expected = put(settings, a_log(settings.partitions))
    told = tmp_path / "told"
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as pipe, told.open("wb") as errors:
        environment = {**os.environ, "TIMELINES_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers)}
        arguments = ("dump", "--log", "-", "--entries", str(tmp_path / "e"))
        process = forked.start(
            "timelines", *arguments, environment=environment, cwd=tmp_path, output=pipe, errors=errors
        )
        assert process.wait(60) == 0, told.read_text()
    assert told.read_text() == f"dump: {expected.events} events, the log\n"
    assert (tmp_path / "e").read_bytes().splitlines() == list(expected.entries())


def test_an_empty_sink_gives_empty_files(settings: Settings, tmp_path: Path) -> None:
    result = dump(settings, tmp_path, "timelines", "updates", "log")
    assert result.exit_code == 0, result.output
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "timelines": b"",
        "updates": b"",
        "log": b'{"topic":"incidents.events.v1","partitions":6}\n',
    }


def test_what_comes_after_the_start_is_left_out(settings: Settings) -> None:
    put(settings, a_log(settings.partitions))
    records = stored_records(settings, [UPDATES])
    first = next(records)
    before = 1 + sum(1 for _ in stored_records(settings, [UPDATES])) - 1
    producer = new_producer(settings, "test")
    producer.produce(UPDATES, partition=first.partition, key=b"k", value=b"late")
    assert producer.flush(10) == 0
    assert [one.value for one in records].count(b"late") == 0
    assert sum(1 for _ in stored_records(settings, [UPDATES])) == before + 1


def test_progress_is_told_up_to_the_whole(settings: Settings) -> None:
    put(settings, a_log(settings.partitions))
    told: list[tuple[int, int]] = []
    count = sum(1 for _ in stored_records(settings, [UPDATES], progress=lambda done, total: told.append((done, total))))
    assert told[-1] == (count, count)


def test_a_topic_that_is_not_there_is_told_with_the_remedy(settings: Settings) -> None:
    with pytest.raises(ExportError, match=r"no-such cannot be read: it is not there: run `timelines topics create`"):
        list(stored_records(settings, ["no-such"]))


def test_somebody_elses_record_stops_the_dump_and_changes_no_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "timelines").write_bytes(b"old")
    producer = new_producer(settings, "test")
    producer.produce(TIMELINES, partition=0, key=b"k", value=b"{}")
    assert producer.flush(10) == 0
    result = dump(settings, tmp_path, "timelines")
    assert result.exit_code == 1
    assert "without ce_revision" in result.stderr
    assert (tmp_path / "timelines").read_bytes() == b"old"


@pytest.mark.parametrize("arguments", [[], ["--timelines", "-", "--log", "-"]])
def test_wrong_use_is_told_before_anything_is_read(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["dump", "--bootstrap-servers", "127.0.0.1:1", *arguments])
    assert result.exit_code == 2

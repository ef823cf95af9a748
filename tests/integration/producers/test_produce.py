"""`timelines produce` as a user runs it, on the embedded broker."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from typer.testing import CliRunner

from producers.outgoing import Choice
from runtime.clients import is_end_of_partition, new_consumer
from runtime.embedded import EmbeddedBroker
from runtime.settings import Settings
from schemas.codec import decode_log_record
from schemas.event import AnyEvent
from schemas.headers import read_headers
from schemas.regions import partition_of, region_of
from schemas.topics import DEFAULT_PARTITIONS, EVENTS
from timelines import producing
from timelines.cli import app
from timelines.producing import NoLog, ProductionRun
from timelines.rejects import Rejects, raw_of
from timelines.sources import FEEDS, Source, past_events

pytestmark = pytest.mark.broker

ROOT = Path(__file__).parents[3]
KAD, SOL = ROOT / "gold" / "kad.jsonl", ROOT / "gold" / "sol.jsonl"
GOOD = '{"id": "%s", "kind": "attack", "headline": "h", "published_at": "2021-11-07"}\n'


@dataclass(frozen=True)
class Record:
    partition: int
    key: bytes
    headers: list[tuple[str, bytes]]
    event: AnyEvent


def read_log(settings: Settings) -> list[Record]:
    """All records of the log, partition by partition, each in its order."""
    consumer = new_consumer(settings, "test")
    consumer.assign([TopicPartition(EVENTS, partition, 0) for partition in range(DEFAULT_PARTITIONS)])
    found: list[Record] = []
    ended: set[int] = set()
    try:
        while len(ended) < DEFAULT_PARTITIONS:
            message = consumer.poll(10)
            assert message is not None, "the broker gave nothing for 10 s"
            if is_end_of_partition(message.error()):
                ended.add(message.partition())
                continue
            event: Any = decode_log_record(read_headers(message.headers()).type, message.value())
            found.append(Record(message.partition(), message.key(), message.headers(), event))
    finally:
        consumer.close()
    return sorted(found, key=lambda record: record.partition)


class Producing:
    """The command, in this process; `start` makes it a child process. Its working folder is the current one."""

    def __init__(self, settings: Settings) -> None:
        self._broker = {"TIMELINES_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers)}

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        """Exit status, stdout and stderr."""
        result = CliRunner().invoke(app, ["produce", *map(str, arguments)], env=self._broker)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "timelines", "produce", *map(str, arguments)],
            env={**os.environ, **self._broker, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def ended(process: subprocess.Popen[str], given: str = "") -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a child process."""
    out, err = process.communicate(given, timeout=60)
    return process.returncode, out, err


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TIMELINES_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def produce(settings: Settings) -> Producing:
    return Producing(settings)


@pytest.fixture
def other_broker(settings: Settings) -> Iterator[Settings]:
    """Settings of a second broker."""
    with EmbeddedBroker() as broker:
        yield settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})


def counts_of(out: str) -> tuple[int, int, int, int]:
    """delivered, rejected, unsent, read."""
    found = re.search(r"delivered (\d+) \+ rejected (\d+) \+ unsent (\d+) == read (\d+)", out)
    assert found is not None, out
    delivered, rejected, unsent, read = map(int, found.groups())
    assert delivered + rejected + unsent == read
    return delivered, rejected, unsent, read


def wait_until(ready: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"not ready after {seconds} s"
        time.sleep(0.02)


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_bytes().splitlines()]


def by_partition(events: list[AnyEvent]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for event in events:
        found.setdefault(partition_of(region_of(event), DEFAULT_PARTITIONS), []).append(event.event_id)
    return found


def test_a_file_arrives_in_its_order_in_the_partition_of_its_region(produce: Producing, settings: Settings) -> None:
    status, out, err = produce(SOL)
    assert (status, err) == (0, "")
    assert counts_of(out) == (137, 0, 0, 137)
    records = read_log(settings)
    assert Counter(record.event.event_id for record in records) == Counter(ids(SOL))
    assert len({record.partition for record in records}) >= 3
    order = {name: place for place, name in enumerate(ids(SOL))}
    for partition in range(DEFAULT_PARTITIONS):
        here = [record for record in records if record.partition == partition]
        assert [order[record.event.event_id] for record in here] == sorted(order[r.event.event_id] for r in here)
        assert [record.event.recorded_at for record in here] == sorted(record.event.recorded_at for record in here)
    for record in records:
        region = region_of(record.event)
        assert record.key == region.encode()
        assert record.partition == partition_of(region, DEFAULT_PARTITIONS)
        headers = read_headers(record.headers)
        assert (headers.id, headers.region, headers.specversion) == (record.event.event_id, region, "1.0")
        assert headers.time == record.event.recorded_at


def test_what_arrives_is_what_a_replay_reads_stamps_included(
    produce: Producing, settings: Settings, tmp_path: Path
) -> None:
    source = tmp_path / "s.jsonl"
    source.write_bytes(SOL.read_bytes()[:-1] + b"\n{\n" + KAD.read_bytes())
    status, out, _ = produce(source)
    assert (status, counts_of(out)) == (3, (301, 1, 0, 302))
    with Source(str(source)) as opened, Rejects(tmp_path / "r", "s", keep=False, tell=lambda _: None) as rejects:
        replayed = list(past_events(opened, FEEDS["coded"], rejects))
    assert (tmp_path / "r").read_bytes() == (tmp_path / "s.jsonl.rejects.jsonl").read_bytes()
    arrived = [record.event for record in read_log(settings)]
    assert arrived == sorted(replayed, key=lambda event: partition_of(region_of(event), DEFAULT_PARTITIONS))


def guide_key(row: dict[str, Any]) -> tuple[bool, datetime, str]:
    """The order of gold/GUIDE.md, computed anew for reports of Iraq (+03:00 all year)."""
    if row["published_at"] is not None:
        text, zone = row["published_at"], timedelta(0)
    elif row["occurred_at"] is not None:
        text, zone = row["occurred_at"], timedelta(hours=3)
    else:
        return True, datetime.max.replace(tzinfo=UTC), row["id"]
    if len(text) == 10:
        days = 7 if row["published_at"] is None and row["occurred_precision"] == "week" else 1
        at = datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=days, seconds=-1) - zone
    elif len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        at = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC) - timedelta(seconds=1) - zone
    else:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if row["published_at"] is None and row["occurred_precision"] == "hour":
            at += timedelta(minutes=59, seconds=59)
    return False, at, row["id"]


def test_in_order_of_publication_reports_arrive_as_the_guide_says(
    produce: Producing, settings: Settings, tmp_path: Path
) -> None:
    lines = KAD.read_bytes().splitlines()
    shuffled = tmp_path / "shuffled.jsonl"
    shuffled.write_bytes(b"\n".join(Random(7).sample(lines, len(lines))))
    status, out, _ = produce(shuffled, "--order", "published")
    assert (status, counts_of(out)[0]) == (0, 164)
    wanted = [row["id"] for row in sorted(map(json.loads, lines), key=guide_key)]
    arrived = [record.event.event_id for record in read_log(settings)]  # all of Iraq: one partition
    assert arrived == wanted
    assert arrived != ids(KAD)


def test_a_window_cuts_by_the_time_of_the_report(produce: Producing, settings: Settings) -> None:
    status, out, _ = produce(KAD, "--from", "2021-11-07", "--to", "2021-11-09", "--order", "published")
    assert status == 0
    delivered, _, _, read = counts_of(out)
    assert f"{164 - read} reports lie outside" in out
    records = read_log(settings)
    assert len(records) == delivered == read
    assert 0 < delivered < 164
    days = {f"{record.event.recorded_at:%m-%d}" for record in records}
    assert days == {"11-07", "11-08", "11-09"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_in_the_middle_and_resumed_every_event_arrives_once_in_its_order(
    produce: Producing, settings: Settings, other_broker: Settings, tmp_path: Path, number: signal.Signals
) -> None:
    process = produce.start(SOL, "--order", "published", "--duration", "15s")
    wait_until(lambda: len(read_log(settings)) >= 20)
    process.send_signal(number)
    status, out, err = ended(process)
    assert status == 130, err
    delivered, rejected, _, read = counts_of(out)
    assert (rejected, read) == (0, 137)
    assert 20 <= delivered < 137
    assert "--resume" in err
    before = read_log(settings)
    assert len(before) == delivered

    status, out, err = produce(SOL, "--order", "published", "--resume")
    assert (status, err) == (0, "")
    assert counts_of(out) == (137, 0, 0, 137)
    after = read_log(settings)
    assert Counter(record.event.event_id for record in after) == Counter(ids(SOL))
    assert list(tmp_path.iterdir()) == []

    # what an undisturbed run gives: the same order, the same stamps
    assert Producing(other_broker)(SOL, "--order", "published")[0] == 0
    assert read_log(other_broker) == after


def test_bad_lines_are_told_kept_and_do_not_stop_the_rest(
    produce: Producing, settings: Settings, tmp_path: Path
) -> None:
    raws = [GOOD.encode() % b"a", b"{\n", b"\xff\xfe\n", GOOD.encode() % b"b", b'{"id": "c", "kind": "rumour"}\n']
    (tmp_path / "s.jsonl").write_bytes(b"".join(raws))
    status, out, err = produce("s.jsonl")
    assert status == 3
    assert counts_of(out) == (2, 3, 0, 5)
    assert "s.jsonl, line 2: line: is no JSON" in err
    assert "s.jsonl, line 5: kind: must be one of attack, statement, protest" in err
    rows = [json.loads(line) for line in (tmp_path / "s.jsonl.rejects.jsonl").read_bytes().splitlines()]
    assert [raw_of(row) + b"\n" for row in rows] == [raws[1], raws[2], raws[4]]
    assert [record.event.event_id for record in read_log(settings)] == ["a", "b"]


def test_the_remedy_for_bad_lines_is_one_that_works(produce: Producing, settings: Settings, tmp_path: Path) -> None:
    """Not to send the rejects file: its lines are no reports."""
    (tmp_path / "s.jsonl").write_text(GOOD % "a" + (GOOD % "b").replace("attack", "rumour"))
    status, out, _ = produce("s.jsonl")
    assert status == 3
    assert "mend them where they came from and send that again" in out
    (tmp_path / "s.jsonl").write_text(GOOD % "a" + GOOD % "b")
    assert produce("s.jsonl")[0] == 0
    assert [record.event.event_id for record in read_log(settings)] == ["a", "a", "b"]


def test_standard_input_is_a_source_and_now_is_the_clock_of_live_use(produce: Producing, settings: Settings) -> None:
    began = datetime.now(UTC)
    status, out, err = ended(produce.start("-", "--clock", "now"), GOOD % "a" + "{\n" + GOOD % "b")
    assert (status, counts_of(out)) == (3, (2, 1, 0, 3))
    assert "stdin, line 2" in err
    assert all(began <= record.event.recorded_at <= datetime.now(UTC) for record in read_log(settings))


def test_a_silent_pipe_does_not_keep_ctrl_c_waiting(produce: Producing, settings: Settings) -> None:
    process = produce.start("-", "--clock", "now")
    assert process.stdin is not None
    process.stdin.write(GOOD % "a")
    process.stdin.flush()
    wait_until(lambda: len(read_log(settings)) == 1)
    process.send_signal(signal.SIGINT)
    process.wait(10)  # its input is still open
    status, out, _ = ended(process)
    assert (status, counts_of(out)) == (130, (1, 0, 0, 1))


def test_the_same_id_twice_is_sent_twice(produce: Producing, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text(GOOD % "a" * 2)
    assert produce("s.jsonl")[0] == 0
    assert [record.event.event_id for record in read_log(settings)] == ["a", "a"]


def test_our_own_events_can_be_sent_again(
    produce: Producing, settings: Settings, other_broker: Settings, tmp_path: Path
) -> None:
    produce(SOL)
    events = [record.event for record in read_log(settings)]
    (tmp_path / "e.jsonl").write_text("".join(event.model_dump_json(exclude_none=True) + "\n" for event in events))
    assert Producing(other_broker)("e.jsonl", "--feed", "events")[0] == 0
    assert by_partition([record.event for record in read_log(other_broker)]) == by_partition(events)


def test_a_run_does_not_go_on_with_other_options_another_source_or_another_broker(
    produce: Producing, settings: Settings, other_broker: Settings, tmp_path: Path
) -> None:
    source = tmp_path / "s.jsonl"
    source.write_text("".join(GOOD % f"e{number}" for number in range(50)))
    process = produce.start(source, "--duration", "30s")
    wait_until(lambda: len(read_log(settings)) >= 5)
    process.send_signal(signal.SIGINT)
    delivered = counts_of(ended(process)[1])[0]
    kept = (tmp_path / "s.jsonl.resume.json").read_bytes()

    status, _, err = produce(source, "--resume", "--order", "published")
    assert (status, "--order was file" in err) == (2, True)
    status, _, err = Producing(other_broker)(source, "--resume")
    assert (status, "Kafka cluster" in err) == (2, True)
    original = source.read_bytes()
    source.write_bytes(original.replace(b"e0", b"x0"))
    status, _, err = produce(source, "--resume")
    assert (status, "is not what it was" in err) == (2, True)
    assert len(read_log(settings)) == delivered
    assert (tmp_path / "s.jsonl.resume.json").read_bytes() == kept

    source.write_bytes(original)
    status, out, _ = produce(source, "--resume")
    assert (status, counts_of(out)) == (0, (50, 0, 0, 50))
    assert [record.event.event_id for record in read_log(settings)] == [f"e{number}" for number in range(50)]
    status, _, err = produce(source, "--resume")
    assert (status, "no run of this source was interrupted" in err) == (2, True)


def test_a_broker_that_vanishes_loses_nothing(settings: Settings, tmp_path: Path) -> None:
    """Two interrupts: the first waits for what is on its way, the second does not."""
    broker = EmbeddedBroker()
    lost = settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
    try:
        process = Producing(lost).start(KAD, "--duration", "15s")
        wait_until(lambda: len(read_log(lost)) >= 5)
    finally:
        broker.stop()
    time.sleep(0.5)  # more events come due with no broker to take them
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    status, out, _ = ended(process)
    assert status == 130
    delivered, _, unsent, read = counts_of(out)
    assert (delivered >= 5, unsent > 0, read) == (True, True, 164)
    resume = json.loads((tmp_path / "kad.jsonl.resume.json").read_text())
    assert (resume["read"], resume["whole"]) == (164, True)


def test_without_a_broker_the_user_learns_soon_what_to_do_and_nothing_is_written(tmp_path: Path) -> None:
    began = time.monotonic()
    status, out, err = Producing(Settings(bootstrap_servers="127.0.0.1:1"))(KAD)
    assert (status, out) == (1, "")
    assert "no Kafka broker answers at 127.0.0.1:1" in err
    assert "timelines kafka start" in err
    assert time.monotonic() - began < 12
    assert list(tmp_path.iterdir()) == []


def test_where_no_broker_is_given_the_user_learns_how_to_give_one() -> None:
    result = CliRunner().invoke(app, ["produce", str(KAD)])
    assert result.exit_code == 1
    assert "TIMELINES_BOOTSTRAP_SERVERS or --bootstrap-servers" in result.stderr


def test_a_broker_without_the_log_is_no_place_to_send_to(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producing, "EVENTS", "no.such.topic")
    with pytest.raises(NoLog, match="timelines topics create"):
        ProductionRun(str(KAD), "coded", Choice(), {}, settings, tmp_path / "r", resume=False).run()


def test_a_source_that_is_the_resume_file_by_a_link_is_kept(produce: Producing, tmp_path: Path) -> None:
    # a run that ends removes the file of --resume
    (tmp_path / "reports.resume.json").write_text(GOOD % "a")
    (tmp_path / "reports").symlink_to("reports.resume.json")
    status, _, err = produce("reports")
    assert status == 2
    assert "the file of --resume: reports.resume.json is the source itself: work in another folder" in err
    assert (tmp_path / "reports").read_text() == GOOD % "a"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-file",), "SOURCE: no-such-file cannot be read"),
        ((".",), "is a folder"),
        ((KAD, "--duration", "40"), '"40s"'),
        ((KAD, "--duration", "4s", "--speed", "max"), "exclude each other"),
        ((KAD, "--from", "yesterday"), "--from yesterday"),
        ((KAD, "--from", "2021-11-09", "--to", "2021-11-07"), "swap them"),
        ((KAD, "--resume"), "no run of this source was interrupted"),
        ((KAD, "--rejects", KAD), "is the source itself"),
        ((KAD, "--rejects", "kad.jsonl.resume.json"), "the file of --resume and --rejects are one file"),
        ((KAD, "--feed", "gazette"), "--feed"),
    ],
)
def test_wrong_use_is_told_before_anything_is_sent(
    produce: Producing, settings: Settings, arguments: tuple[str | Path, ...], said: str
) -> None:
    status, _, err = produce(*arguments)
    assert status == 2
    assert said in err

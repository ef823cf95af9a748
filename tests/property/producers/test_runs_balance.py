"""A run that is stopped, refused and resumed in any way: every row is accounted for, none is lost or doubled."""

from __future__ import annotations

import json
import re
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from confluent_kafka import KafkaError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producers.outgoing import Choice
from runtime.settings import load_settings
from timelines import producing
from timelines.producing import ProductionRun
from timelines.rejects import raw_of
from timelines.sources import SourceChanged, Status

OPTIONS = {"feed": "coded"}


class Waiting(NamedTuple):
    event_id: str
    refused: bool
    answer: Callable[[KafkaError | None, object], None]


class ScriptedBroker:
    """Keeps what it took. Each `produce` follows the script: take, find the queue full, refuse, or Ctrl-C comes."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.waiting: deque[Waiting] = deque()
        self.script: Iterator[str] = iter(())

    def produce(self, topic: str, **record: Any) -> None:
        step = next(self.script, "take")
        if step == "full":
            raise BufferError
        if step == "stop":
            signal.raise_signal(signal.SIGINT)
        event_id = json.loads(record["value"])["event_id"]
        self.waiting.append(Waiting(event_id, step == "refuse", record["on_delivery"]))

    def poll(self, timeout: float = -1) -> int:
        if next(self.script, "take") != "full":  # the broker does not answer at once every time
            self._answer()
        return 0

    def flush(self, timeout: float = -1) -> int:
        self._answer()
        return 0

    def purge(self, in_queue: bool = True, in_flight: bool = True, blocking: bool = True) -> None:
        while self.waiting:
            self.waiting.popleft().answer(KafkaError(KafkaError._PURGE_QUEUE), None)

    def _answer(self) -> None:
        while self.waiting:
            first = self.waiting.popleft()
            if not first.refused:
                self.log.append(first.event_id)
            first.answer(KafkaError(KafkaError._MSG_TIMED_OUT) if first.refused else None, None)


def line_of(number: int, day: int | None) -> bytes:
    """A report of a day of November; day None: a bad line."""
    if day is None:
        return b"bad \xff line %d" % number
    return b'{"id": "e%d", "kind": "attack", "headline": "h", "published_at": "2021-11-%02d"}' % (number, day)


SCRIPTS = st.lists(st.sampled_from(["take", "take", "take", "full", "stop", "refuse"]), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.none() | st.integers(1, 30), max_size=12),
    scripts=st.lists(SCRIPTS, max_size=3),
    early=st.lists(st.booleans(), min_size=4, max_size=4),
    order=st.sampled_from(["file", "published"]),
)
def test_stopped_and_resumed_in_any_way_every_row_arrives_once(
    days: list[int | None],
    scripts: list[list[str]],
    early: list[bool],
    order: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """early: Ctrl-C comes while that run has not read anything yet; the last run is left in peace."""
    lines = [line_of(number, day) for number, day in enumerate(days)]
    good = [(day, f"e{number}") for number, day in enumerate(days) if day is not None]
    choice = Choice(order=order)
    wanted = [name for _, name in (sorted(good) if order == "published" else good)]
    broker = ScriptedBroker()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(producing, "kafka_producer", lambda _settings: broker)
        Path("s.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        resume = False
        for script, is_early in zip([*scripts, []], [*early[: len(scripts)], False], strict=True):
            broker.script = iter(script)
            interrupt = (lambda: signal.raise_signal(signal.SIGINT)) if is_early else (lambda: None)
            patch.setattr(producing, "_cluster_of", lambda _settings, interrupt=interrupt: interrupt() or "one cluster")
            arrived = len(broker.log)
            run = ProductionRun("s.jsonl", "coded", choice, OPTIONS, load_settings({}), None, resume=resume)
            status = run.run()
            counts = re.search(
                r"delivered (\d+) \+ rejected (\d+) \+ unsent (\d+) == read (\d+)", capsys.readouterr().out
            )
            assert counts is not None
            delivered, rejected, unsent, read = map(int, counts.groups())
            assert delivered + rejected + unsent == read
            if is_early:
                assert (status, delivered, len(broker.log)) == (Status.INTERRUPTED, 0, arrived)
            else:
                assert delivered == len(broker.log)
            resume = status in (Status.FAILED, Status.INTERRUPTED)
            assert Path("s.jsonl.resume.json").exists() == resume
            if not resume:
                break
        assert status == (Status.BAD_LINES if None in days else Status.ALL_WELL)
        assert (read, unsent) == (len(days), 0)
        rejects = Path("s.jsonl.rejects.jsonl")
        kept = [raw_of(json.loads(line)) for line in rejects.read_bytes().splitlines()] if rejects.exists() else []
    assert sorted(broker.log) == sorted(wanted)
    if not any("refuse" in script for script in scripts):
        assert broker.log == wanted
    assert kept == [line for line, day in zip(lines, days, strict=True) if day is None]


def test_of_another_source_nothing_is_sent_before_it_is_known_to_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = ScriptedBroker()
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(producing, "kafka_producer", lambda _settings: broker)
        monkeypatch.setattr(producing, "_cluster_of", lambda _settings: "one cluster")
        source = Path("s.jsonl")
        lines = [line_of(number, 7) for number in range(6)]
        source.write_bytes(b"\n".join(lines))
        # four are on their way before the broker answers, and the second is refused: produce, poll, produce, poll ...
        broker.script = iter(["take", "full", "refuse", "full", "take", "full", "take"])
        assert ProductionRun("s.jsonl", "coded", Choice(), OPTIONS, load_settings({}), None, resume=False).run() == 1
        assert broker.log == ["e0", "e2", "e3"]

        source.write_bytes(b"\n".join([*lines[:3], lines[3].replace(b'"e', b'"x'), *lines[4:]]))
        with pytest.raises(SourceChanged):
            ProductionRun("s.jsonl", "coded", Choice(), OPTIONS, load_settings({}), None, resume=True).run()
        assert broker.log == ["e0", "e2", "e3"]

        source.write_bytes(b"\n".join(lines))
        assert ProductionRun("s.jsonl", "coded", Choice(), OPTIONS, load_settings({}), None, resume=True).run() == 0
        assert broker.log == ["e0", "e2", "e3", "e1", "e4", "e5"]


def test_a_resumed_run_adds_to_the_bad_lines_of_the_interrupted_one(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = ScriptedBroker()
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(producing, "kafka_producer", lambda _settings: broker)
        monkeypatch.setattr(producing, "_cluster_of", lambda _settings: "one cluster")
        lines = [line_of(number, day) for number, day in enumerate([None, 7, 7, 7, None])]
        Path("s.jsonl").write_bytes(b"\n".join(lines))
        broker.script = iter(["take", "take", "stop"])
        for resume, status in ((False, Status.INTERRUPTED), (True, Status.BAD_LINES)):
            run = ProductionRun("s.jsonl", "coded", Choice(), OPTIONS, load_settings({}), None, resume=resume)
            assert run.run() == status
        kept = [raw_of(json.loads(line)) for line in Path("s.jsonl.rejects.jsonl").read_bytes().splitlines()]
        assert kept == [lines[0], lines[4]]

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
from timelines.sources import Status

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
    order=st.sampled_from(["file", "published"]),
)
def test_stopped_and_resumed_in_any_way_every_row_arrives_once(
    days: list[int | None], scripts: list[list[str]], order: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line_of(number, day) for number, day in enumerate(days)]
    good = [(day, f"e{number}") for number, day in enumerate(days) if day is not None]
    choice = Choice(order=order)
    wanted = [name for _, name in (sorted(good) if order == "published" else good)]
    broker = ScriptedBroker()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(producing, "kafka_producer", lambda _settings: broker)
        patch.setattr(producing, "_cluster_of", lambda _settings: "one cluster")
        Path("s.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        resume = False
        for script in [*scripts, []]:
            broker.script = iter(script)
            arrived = len(broker.log)
            run = ProductionRun("s.jsonl", "coded", choice, OPTIONS, load_settings({}), None, resume=resume)
            status = run.run()
            counts = re.search(
                r"delivered (\d+) \+ rejected (\d+) \+ unsent (\d+) == read (\d+)", capsys.readouterr().out
            )
            assert counts is not None
            delivered, rejected, unsent, read = map(int, counts.groups())
            assert delivered + rejected + unsent == read
            assert delivered == len(broker.log)
            assert len(broker.log) >= arrived
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

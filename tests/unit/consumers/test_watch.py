"""How following ends: nothing that was read is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from consumers import watch as watch_module
from consumers.reader import CannotRead, Record, Wanted
from consumers.watch import Watch, follow_as_lines, read_board
from runtime.settings import load_settings
from schemas.codec import encode
from schemas.headers import Headers
from schemas.timeline import TimelineUpdate
from schemas.topics import UPDATES
from tests.results import an_update, entry_added, opened


class ScriptedReader:
    """Gives one batch a poll, then nothing."""

    batches: Sequence[list[Record]] = ()
    polls = 0
    caught_up = True
    trouble = None

    def __init__(self, *arguments: object, **options: object) -> None:
        type(self).polls = 0

    def poll(self, timeout_s: float) -> list[Record]:
        number = self.polls
        type(self).polls += 1
        return self.batches[number] if number < len(self.batches) else []

    def __enter__(self) -> ScriptedReader:
        return self

    def __exit__(self, *_: object) -> None: ...


def of_update(update: TimelineUpdate) -> Record:
    return Record(UPDATES, 0, 0, update.incident_id, Headers(), encode(update))


def test_an_update_that_waits_for_its_entry_is_told_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ScriptedReader
    monkeypatch.setattr(
        reader, "batches",
        [[of_update(an_update("inc-1", opened("e1", "A blast")))],
         [of_update(an_update("inc-1", entry_added("e2"), revision=2))],
         [of_update(an_update("inc-1", entry_added("e3"), revision=3))],
         [of_update(an_update("inc-1", entry_added("e4"), revision=4))]],
    )  # fmt: skip
    monkeypatch.setattr(watch_module, "SinkReader", reader)
    monkeypatch.setattr(watch_module, "_QUIET_S", 0.02)
    lines: list[str] = []
    watch = Watch(load_settings({}), Wanted())
    # told to stop after the second poll; two more batches are on their way
    follow_as_lines(watch, lines.append, lambda: reader.polls >= 2)
    assert lines[2:] == [
        "10:00 * opened     attack: A blast",
        "10:00 + core       e2",
        "10:00 + core       e3",
        "10:00 + core       e4",
    ]


def test_it_follows_until_it_is_told_to_stop_however_long_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ScriptedReader
    monkeypatch.setattr(
        reader, "batches", [[], [], [of_update(an_update("inc-1", opened("e1", "A blast")))]]
    )  # fmt: skip
    monkeypatch.setattr(watch_module, "SinkReader", reader)
    monkeypatch.setattr(watch_module, "_QUIET_S", 0.0)
    lines: list[str] = []
    follow_as_lines(Watch(load_settings({}), Wanted()), lines.append, lambda: reader.polls >= 3)
    assert lines[2:] == ["10:00 * opened     attack: A blast"]


def test_a_board_that_a_silent_broker_never_gives_whole_is_told_with_the_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = ScriptedReader
    monkeypatch.setattr(reader, "batches", [])
    monkeypatch.setattr(reader, "caught_up", False)
    monkeypatch.setattr(reader, "trouble", "connection refused")
    monkeypatch.setattr(reader, "heard", False, raising=False)
    monkeypatch.setattr(watch_module, "SinkReader", reader)
    monkeypatch.setattr(watch_module, "_SILENCE_S", 0.02)
    with pytest.raises(CannotRead, match=r"the end is not reached \(connection refused\): is the broker up\?"):
        read_board(Watch(load_settings({}), Wanted()))

"""What waits for a second look can be set back, wherever setting it stopped."""

from __future__ import annotations

from typing import Any

import pytest

from processors.correlation import unsettled
from processors.correlation.unsettled import Unsettled, Wait


class Full(MemoryError):
    pass


def no_room(*_: Any) -> None:
    raise Full


def test_what_was_set_half_way_can_be_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first, later = Wait(1, 1, 1), Wait(3, 1, 1)
    waiting = Unsettled([("a", first)])
    for event_id, wait, before in (("b", Wait(0, 1, 1), None), ("a", later, first)):
        with monkeypatch.context() as broken:
            broken.setattr(unsettled, "insort", no_room)
            with pytest.raises(Full):
                waiting.set(event_id, wait)
        waiting.set(event_id, before)
        assert (list(waiting), waiting.due(2), "b" in waiting) == (["a"], "a", False)


def test_the_first_that_is_due_comes_first() -> None:
    waiting = Unsettled()
    waiting.set("late", Wait(9, 1, 1))
    waiting.set("b", Wait(5, 2, 1))
    waiting.set("a", Wait(5, 1, 2))
    assert (list(waiting), waiting.due(4), waiting.due(5)) == (["a", "b", "late"], None, "a")
    waiting.set("a", None)
    assert (list(waiting), waiting.due(5), waiting.get("b")) == (["b", "late"], "b", Wait(5, 2, 1))

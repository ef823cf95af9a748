"""One run: events leave in their order, each at its time, until all are gone or the run is told to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from .outgoing import Outgoing
from .publish import Publisher

_STEP_S: Final = 0.1


def deliver(
    events: Iterable[Outgoing],
    publisher: Publisher,
    *,
    stopped: Callable[[], bool],
    seconds: Callable[[], float],
    now: Callable[[], datetime] | None = None,
) -> None:
    """Send until the events end, `stopped()` says so, or the broker refuses one (`publisher.failure`).

    The first event goes at once, the others as long after it as they are due after it: a resumed run does not wait
    for what was sent before.

    seconds: a clock that never goes back (time.monotonic)
    now: the clock that stamps, aware; None: the events are stamped already
    """
    began = seconds()
    first_due: float | None = None
    for number, event, due_s in events:
        if first_due is None:
            first_due, began = due_s, seconds()
        while not stopped() and publisher.failure is None:
            left = due_s - first_due - (seconds() - began)
            if left <= 0:
                break
            publisher.serve(min(left, _STEP_S))
        if now is not None:
            event = publisher.stamp_now(event, now())
        if not publisher.send(number, event, give_up=stopped):
            return

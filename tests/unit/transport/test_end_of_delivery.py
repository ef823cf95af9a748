"""The delivery ends with Faust's fetcher, though Python 3.11 may lose the cancellation that tells it so."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import mode
import pytest

from faust_confluent.consumer import Consumer
from faust_confluent.poller import Fetch, Poller


class Stopped(Consumer):
    """The consumer without Faust, of an app that stops: Faust has stopped the flow and waits for the fetcher."""

    def __init__(self) -> None:
        mode.Service.__init__(self)
        self._poller = Poller(SimpleNamespace(), SimpleNamespace(), max_records=10)
        self._coming_again = set()
        self._fetched = asyncio.Event()
        self._commit_every = None
        self._most_held_bytes = None
        self.app = SimpleNamespace(should_stop=True)
        self.flow_active = False
        self.can_resume_flow = asyncio.Event()


Stopped.__abstractmethods__ = frozenset()  # what is left open is not asked for here


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_a_fetch_that_comes_in_as_the_fetcher_is_cancelled_does_not_keep_it_from_ending(steps: int) -> None:
    """`asyncio.wait_for` gives what it waited for instead of the cancellation, where both came at once: then the
    delivery waited for a flow that nobody would resume, and the worker ended hard, with 1, twelve seconds later."""
    consumer: Any = Stopped()
    fetcher: Any = mode.Service()
    draining = asyncio.create_task(consumer._drain_messages(fetcher))
    await asyncio.sleep(0.01)
    consumer.poller._waiting.append(Fetch(1, 0, {("log", 0): []}))
    fetcher._stopped.set()
    consumer._fetched.set()
    for _ in range(steps):  # of the event loop: one of these meets the moment
        await asyncio.sleep(0)
    draining.cancel()
    done, _ = await asyncio.wait({draining}, timeout=2)
    draining.cancel()
    assert done, "it waits for a flow that nobody resumes"

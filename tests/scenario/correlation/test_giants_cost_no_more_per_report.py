"""An incident with thousands of reports: each further one costs what the hundredth did, and the head stays small.

Costs are counted, not timed: calls made inside the core, and calls of the linker.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import FrameType

import processors.correlation
from processors.correlation import Policy
from processors.correlation.linking.api import Placement
from schemas.codec import encode
from schemas.event import AnyEvent
from schemas.timeline import MAX_HEAD_BYTES, Link
from tests.builders import a_statement, a_tick, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker, Seen
from tests.stories import Story

_CORE = str(Path(processors.correlation.__file__).parent)


class OneIncidentLinker(PlaceAndDayLinker):
    """Everything belongs to the first incident; copies are those of one headline. Constant cost."""

    home: str | None = None

    def place(self, features: Seen, *, now: object, named: tuple[str, ...] = ()) -> Placement:
        self.calls["place"] += 1
        return Placement(incident_id=self.home, link=Link(score=1.0))

    def hold(self, event_id: str, features: Seen, *, seq: int, incident_id: str) -> None:
        super().hold(event_id, features, seq=seq, incident_id=incident_id)
        self.home = self.home or incident_id

    def merge_of(self, incident_id: str, *, now: object) -> None:
        self.calls["merge_of"] += 1


def reports(number: int) -> Iterator[AnyEvent]:
    """Every report with another outlet, toll, place name and time, so that nothing folds into one."""
    for at in range(number):
        clock = f"+{at // 1440}d {at // 60 % 24:02d}:{at % 60:02d}"
        if at % 3 == 2:
            yield a_statement(
                clock,
                f"Site {at}",
                event_id=f"e{at}",
                speaker=f"Speaker Person{at}",
                stance=["accuse", "deny_responsibility", "denies_occurrence", "condemn"][at % 4],
                target=f"Group {at}",
                publisher=f"Outlet {at}",
            )
        else:
            yield an_attack(
                clock,
                f"Site {at}",
                event_id=f"e{at}",
                killed=at,
                weapons=f"{at} drone",
                by=f"Group {at}",
                publisher=f"Outlet {at}",
                wire=["AFP", None, f"Agency {at}"][at % 3],
            )


def calls_in_core(work: Callable[[], object]) -> int:
    """How many functions of the core `work` enters."""
    seen = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal seen
        if event == "call" and frame.f_code.co_filename.startswith(_CORE):
            seen += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return seen


def test_a_report_costs_the_same_in_an_incident_of_twelve_hundred_and_of_two_thousand() -> None:
    story = Story(linker=OneIncidentLinker())
    stream = list(reports(2_060))
    costs: dict[int, tuple[int, int, int]] = {}
    for start in (0, 1_200, 2_000):
        while story.updates == [] or len(story.entries) < start:
            story.tell(stream[len(story.entries)])
        linker_calls = story.linker.calls.total()
        apply_calls = calls_in_core(lambda: story.tell(*stream[len(story.entries) : len(story.entries) + 30]))
        linker_calls = story.linker.calls.total() - linker_calls
        head_calls = calls_in_core(lambda: story.head("e0"))
        costs[start] = (apply_calls, head_calls, linker_calls)
    small, large = costs[1_200], costs[2_000]
    assert large[0] <= small[0] * 1.1, costs
    assert large[1] <= small[1] * 1.1, costs
    assert large[2] == small[2], costs
    head = story.head("e0")
    assert head.entries_total == 2_030
    assert len(head.entries) <= 70
    assert len(encode(head)) <= MAX_HEAD_BYTES
    assert max(len(record.value or b"") for record in story.core.dump()) < 20_000


def test_a_clock_that_wakes_nobody_costs_the_same_with_many_incidents_open() -> None:
    costs = {}
    for number in (1, 50, 500):  # the core remembers moments it has made, whoever asked: the first is not counted
        story = Story()
        story.tell(*(an_attack("10:00", f"Town {at}", event_id=f"t{at}") for at in range(number)))
        costs[number] = calls_in_core(lambda story=story: story.tell(a_tick("11:00")))
    assert costs[50] == costs[500]


def test_forgetting_a_giant_is_spread_over_many_records() -> None:
    story = Story(Policy(remembered=0), OneIncidentLinker())
    story.tell(*reports(1_000))
    sizes = []
    for day in range(600, 620):
        story.tell(a_tick(f"+{day}d"))
        sizes.append(sum(1 for record in story.core.dump() if "/event/" in record.key))
    falls = [before - after for before, after in pairwise(sizes)]
    assert max(falls) <= 256
    assert sizes[-1] == 0

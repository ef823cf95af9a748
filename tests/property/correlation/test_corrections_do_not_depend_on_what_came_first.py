"""A report, its corrections, and what takes any of them back: the newest word that stands holds, in any order."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.event import AnyEvent
from tests.builders import an_attack
from tests.stories import Story

#: (how, whom): event number n + 1 corrects or retracts one of lower number; number 0 is the original
Plan = list[tuple[str, int]]


@st.composite
def _plans(draw: st.DrawFn) -> tuple[Plan, list[int]]:
    """What there is, and the order in which it comes. Which of two corrections is the newer one is told by that."""
    plan: Plan = []
    for number in range(1, draw(st.integers(2, 7))):
        how = draw(st.sampled_from(["corrects", "corrects", "retracts"]))
        whom = draw(st.integers(0, number - 1))
        while how == "corrects" and whom and plan[whom - 1][0] == "retracts":
            whom -= 1  # nothing is said there that could be corrected
        plan.append((how, whom))
    order = draw(st.permutations(range(len(plan) + 1)))
    corrections = iter(sorted(number for number in order if _is_correction(plan, number)))
    return plan, [next(corrections) if _is_correction(plan, number) else number for number in order]


def _is_correction(plan: Plan, number: int) -> bool:
    return number > 0 and plan[number - 1][0] == "corrects"


def _event(plan: Plan, number: int) -> AnyEvent:
    given: dict[str, Any] = {"event_id": f"e{number}", "publisher": f"Outlet {number}"}
    if number:
        how, whom = plan[number - 1]
        given[how] = f"e{whom}"
    if number == 0 or _is_correction(plan, number):
        given["killed"] = 10 + number
    return an_attack(f"10:{number:02d}", **given)


def _stands(plan: Plan, number: int) -> bool:
    return not any(
        how == "retracts" and whom == number and _stands(plan, later) for later, (how, whom) in enumerate(plan, 1)
    )


def _should_hold(plan: Plan) -> dict[int, str]:
    """By figure."""
    words = [number for number in range(len(plan) + 1) if number == 0 or _is_correction(plan, number)]
    standing = [number for number in words if _stands(plan, number)]
    found = {10 + number: "withdrawn" for number in words}
    found.update({10 + number: "superseded" for number in standing})
    if standing:
        found[10 + standing[-1]] = "holds"
    return found


def _held(story: Story, events: int) -> dict[int, str]:
    """As the heads have it; claims of speakers that do not agree may be disputed or in two incidents."""
    heads = {story.home(f"e{number}"): story.head(f"e{number}") for number in range(events)}
    return {
        int(claim.value): "holds" if claim.state in ("current", "disputed") else str(claim.state)
        for head in heads.values()
        for claim in head.claims
        if claim.about == "killed"
    }


@settings(max_examples=150, deadline=None)
@given(_plans())
@example(([("corrects", 0), ("corrects", 0), ("retracts", 2)], [0, 1, 2, 3]))
@example(([("corrects", 0), ("retracts", 1)], [1, 2, 0]))
@example(([("retracts", 0), ("corrects", 0)], [1, 2, 0]))
@example(([("corrects", 0), ("corrects", 0)], [1, 2, 0]))
@example(([("retracts", 0), ("retracts", 1)], [1, 2, 0]))
@example(([("retracts", 0), ("retracts", 1), ("retracts", 2)], [0, 1, 2, 3]))
@example(([("corrects", 0), ("corrects", 1), ("retracts", 1)], [2, 3, 0, 1]))
def test_the_newest_word_that_stands_holds(planned: tuple[Plan, list[int]]) -> None:
    plan, order = planned
    story = Story()
    for number in order:
        story.tell(_event(plan, number))
    assert _held(story, len(order)) == _should_hold(plan)
    for number in order:
        entry = story.entries[f"e{number}"]
        assert (entry.retracted_by is None) == _stands(plan, number)
        if entry.retracted_by is not None:
            assert _stands(plan, int(entry.retracted_by[1:]))
        if entry.corrected_by is not None:
            assert _stands(plan, int(entry.corrected_by[1:]))


@settings(max_examples=60, deadline=None)
@given(_plans(), st.data())
def test_what_was_restored_knows_who_corrects_whom(planned: tuple[Plan, list[int]], data: st.DataObject) -> None:
    plan, order = planned
    one, other = Story(), Story()
    at = data.draw(st.integers(0, len(order) - 1))
    for number in order[:at]:
        one.tell(_event(plan, number))
    if at:
        other.core.restore(list(one.core.dump()))
    for offset, number in enumerate(order[at:], at):
        one._offset = other._offset = offset
        assert one.tell(_event(plan, number)) == other.tell(_event(plan, number))
    assert list(one.core.dump()) == list(other.core.dump())

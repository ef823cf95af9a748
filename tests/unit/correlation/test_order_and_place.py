"""Where entries stand, and how a place is written."""

from __future__ import annotations

import pytest

from schemas.decision import Decision
from tests.builders import a_decision, a_place, a_statement, an_attack, occurred_at, time_of
from tests.stories import Story


def test_what_is_known_to_the_week_stands_where_it_was_reported_within_that_week() -> None:
    story = Story()
    story.tell(
        an_attack("2021-11-07T02:00Z", event_id="attack"),
        a_statement(
            "2021-11-09T12:00Z",
            event_id="said",
            occurred=occurred_at("2021-11-07T00:00Z", "week"),
            published_at="2021-11-09T12:00Z",
        ),
        an_attack("2021-11-07T02:00Z", event_id="again", publisher="Reuters", published_at="2021-11-10T00:00Z"),
    )
    head = story.core.head(story.home("attack"))
    assert [entry.event_id for entry in head.entries] == ["attack", "again", "said"]


def test_a_place_is_written_as_most_reports_write_it() -> None:
    story = Story()
    names = ("Абв, Kherson", "Kherson, port", "Kherson, quay")
    for number, name in enumerate(names):
        where = a_place(name, precision="site", lat=46.63, lon=32.61)
        story.tell(
            an_attack(
                f"10:0{number}",
                where,
                event_id=f"e{number}",
                publisher=f"P{number}",
                refers_to=["e0"] if number else [],
            )
        )
    head = story.core.head(story.home("e0"))
    assert story.home("e1") == story.home("e0")
    assert head.location is not None
    assert head.location.name == "Kherson, port"


def _an_original_with_its_copy() -> Story:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="original", headline="Blast at the bridge"),
        an_attack("10:30", event_id="copy", headline="Blast at the bridge", publisher="Gazette"),
    )
    assert story.entries["copy"].source.copy_of == "original"
    return story


@pytest.mark.parametrize(
    "decision",
    [
        a_decision("retract", "12:00", events=["original"]),
        a_decision("redact", "12:00", events=["original"]),
        a_decision("split", "12:00", incidents=["?"], events=["original"]),
    ],
    ids=lambda decision: str(decision.decision),
)
def test_a_copy_tells_where_and_when_once_its_original_does_not(decision: Decision) -> None:
    story = _an_original_with_its_copy()
    home = story.home("copy")
    story.tell(decision.model_copy(update={"incidents": (home,) if decision.incidents else ()}))
    head = story.core.head(home)
    assert head.location is not None
    assert head.location.name == "Kherson"
    assert head.occurred is not None
    assert story.home("copy") == home


def test_a_report_of_its_own_tells_where_and_when_before_any_copy() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="original", headline="Blast", occurred=occurred_at("10:00", "day")))
    for number in range(3):
        copy = an_attack("10:00", event_id=f"copy{number}", headline="Blast", publisher=f"P{number}")
        story.tell(copy.model_copy(update={"occurred": occurred_at("09:00", "hour")}))
    head = story.head("original")
    assert head.occurred is not None
    assert (head.occurred.from_, head.occurred.precision) == (time_of("10:00"), "day")


@pytest.mark.parametrize(("lat", "lon"), [(5.67, 0.001), (0.004, 109.33)])
def test_a_place_on_both_sides_of_greenwich_or_of_the_equator_is_one(lat: float, lon: float) -> None:
    story = Story()
    for number, side in enumerate((1, -1, 1)):
        place = a_place("Harbour", lat=lat if lat > 1 else side * lat, lon=lon if lon > 1 else side * lon)
        place = place.model_copy(update={"precision": "city"})
        story.tell(told := an_attack(f"1{number}:00", place, event_id=f"e{number}"))
    assert story.claims(told, "place") == [("Harbour", "AFP", "current")]

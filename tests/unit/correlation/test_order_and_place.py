"""Where entries stand, and how a place is written."""

from __future__ import annotations

from tests.builders import a_place, a_statement, an_attack, occurred_at
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

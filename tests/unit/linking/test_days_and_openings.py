"""What texts say of their day, and which names open them: evidence where nothing was coded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.features import Features
from processors.correlation.linking.items import Item
from processors.correlation.linking.pair_terms import POSITION
from processors.correlation.linking.pairs import pair_features
from processors.correlation.linking.reasons import _time
from processors.correlation.linking.statistics import Statistics
from schemas.event import AttackEvent, Source
from schemas.parts import Occurred
from schemas.vocabulary import TimePrecision

#: names of no weight in the tests below: eight and more make an article
MANY = "Later that week Quillon, Rastek, Sivvara, Tulpen, Umbrok, Vexley, Wontar, Xerim and Yaldo spoke in town."


def told(text: str, published: str, *, headline: str = "Shots fired", occurred: Occurred | None = None) -> Item:
    at = datetime.fromisoformat(published).replace(tzinfo=UTC)
    return Item(
        features_of(
            AttackEvent(
                event_id="a", source=Source(publisher="Example Post"), language="en", headline=headline, text=text,
                published_at=at, recorded_at=at, occurred=occurred,
            )
        )
    )  # fmt: skip


def value(name: str, one: Item, other: Item) -> float:
    found = pair_features(one, other, Statistics())[POSITION[name]]
    assert found == pair_features(other, one, Statistics())[POSITION[name]], "it depends on which is asked first"
    return found


def test_two_texts_that_name_one_day_share_it_whenever_they_were_published() -> None:
    first = told("Two men were shot on Saturday.", "2016-06-13")  # a Monday
    trial = told("The two were shot on June 11, 2016, the court heard.", "2017-02-01")
    assert value("days_shared", first, trial) == 1.0
    assert _time(first, trial, Statistics()).endswith("; both name 2016-06-11")
    assert value("days_differ", first, trial) == 0.0


def test_news_of_two_days_differs_and_an_old_date_beside_news_does_not() -> None:
    first = told("Two men were shot on Saturday.", "2016-06-13")
    second = told("Two men were shot on Sunday.", "2016-06-27")
    about_another = told("The two were shot on May 3, 2016, the court heard.", "2017-02-01")
    assert value("days_differ", first, second) == 1.0
    assert _time(first, second, Statistics()).endswith("; the texts name other days")
    assert value("days_differ", first, about_another) == 0.0
    assert value("days_shared", first, second) == value("days_shared", first, about_another) == 0.0


def test_where_a_day_was_coded_what_the_texts_name_adds_nothing() -> None:
    day = datetime(2016, 6, 11, tzinfo=UTC)
    coded = told(
        "Two men were shot on Saturday.", "2016-06-13",
        occurred=Occurred.model_validate({"from": day, "until": day.replace(day=12), "precision": TimePrecision.DAY}),
    )  # fmt: skip
    text_alone = told("Two men were shot on Saturday.", "2016-06-13")
    assert coded.coded_day
    assert value("days_shared", coded, text_alone) == 0.0
    assert "name" not in _time(coded, text_alone, Statistics()), "a reason that was not weighed"


def test_names_that_open_both_texts_weigh_more_than_names_further_down() -> None:
    words = "and then it went on for a while without any name at all " * 12
    opens = told(f"Ann Zorblatt was found near Kelvara. {words} {MANY}", "2016-06-13")
    opens_too = told(f"Police in Kelvara buried Ann Zorblatt. {words} {MANY}", "2016-06-20")
    text = f"Bo Hestrel was found. {words} {MANY} Ann Zorblatt died near Kelvara."
    further_down = told(text, "2016-06-20", headline="man dead")
    assert opens.is_article
    assert further_down.is_article
    assert value("opening_rare", opens, opens_too) > 0.0
    assert value("opening_rare", opens, further_down) == 0.0
    assert value("opening_told", opens, opens_too) == pytest.approx(1.0, abs=0.3)
    assert value("opening_told", opens, further_down) > 0.0, "one names what opens the other"


def test_short_reports_have_no_opening_of_their_own() -> None:
    one, other = (told("Ann Zorblatt was found near Kelvara.", f"2016-06-{day}") for day in (13, 14))
    assert not one.is_article
    assert value("opening_rare", one, other) == value("opening_told", one, other) == 0.0


def on(day: str, *, published: str | None, url: str | None = None, text: str = "Shots fired.") -> Features:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    occurred = Occurred(from_=at, until=at + timedelta(days=1), precision=TimePrecision.DAY)
    return features_of(
        AttackEvent(
            event_id="a", source=Source(publisher="Example Post", url=url), language="en",
            headline="Shots fired", text=text,
            published_at=datetime.fromisoformat(published).replace(tzinfo=UTC) if published else None,
            recorded_at=at, occurred=occurred,
        )
    )  # fmt: skip


def test_a_day_after_the_report_of_it_is_a_mistake() -> None:
    wrong = on("2022-11-24", published="2021-11-25", text="Shots fired on Wednesday.")  # a Thursday
    assert (wrong.soft, wrong.start) == (True, on("2021-11-24", published="2021-11-25").start)
    assert on("2022-11-24", published=None, url="https://a.example/2021-11-24-shots").soft


def test_the_next_day_may_be_one_where_it_happened() -> None:
    for given in ({"published": "2021-11-06"}, {"published": None, "url": "https://a.example/2021/11/06/x"}):
        late = on("2021-11-07", **given)
        assert (late.soft, late.start) == (False, int(datetime(2021, 11, 7, tzinfo=UTC).timestamp()))
    assert on("2021-11-08", published="2021-11-06").soft


def test_days_of_a_text_are_read_from_the_day_in_its_address() -> None:
    told_in_address = on("2021-11-07", published=None, url="https://a.example/2021/11/10/x", text="On Monday two died.")
    assert told_in_address.days == (date(2021, 11, 8).toordinal(),)

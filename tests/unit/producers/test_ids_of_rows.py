"""Ids of rows of databases: one for what a row says, whatever the form it was exported in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.feeds import Feed, Line, Parsed
from producers.feeds.acled import AcledFeed
from producers.feeds.ged import GedFeed
from schemas.codec import encode
from schemas.event import AnyEvent
from tests.database_rows import ACLED, GED, table

EXPORTED = {
    **ACLED, "notes": "The first day.\nThe second day.", "tags": "women targeted: politicians", "interaction": "12",
    "admin2": "Harim", "admin3": "", "year": "2022",
}  # fmt: skip
RELEASED = {
    **GED, "where_description": "near the mill", "deaths_a": "1.0", "deaths_b": "2.0", "priogrid_gid": "181154.0",
    "code_status": "Clear", "gwnob": "",
}  # fmt: skip


def event_of(feed: Feed, row: dict[str, str]) -> AnyEvent:
    (found,) = feed.read(table(row))
    assert isinstance(found, Parsed), found
    return found.event


def acled(**changed: str) -> AnyEvent:
    return event_of(AcledFeed(), {**EXPORTED, **changed})


def ged(**changed: str) -> AnyEvent:
    return event_of(GedFeed(), {**RELEASED, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"population_best": ""},
        {"population_best": "12345"},
        {"civilian_targeting": ""},
        {"inter1": "State forces", "inter2": "Rebel group", "interaction": "State forces-Rebel group"},
        {"inter1": "State Forces", "inter2": "Rebel Groups"},
        {"inter1": "1.0", "inter2": "2.0"},
        {"tags": "crowd size=no report; women targeted: politicians"},
        {"fatalities": "3.0"},
        {"geo_precision": "1.0", "latitude": "35.60", "longitude": "36.50000"},
        {"notes": "The first day.\r\nThe second day.\r\n"},
        {"timestamp": "1650000000"},
        {"event_date": "8-Mar-22"},
        {"event_date": "08 March 2022"},
        {"disorder_type": "Political violence"},
        {"data_id": "77", "iso3": "SYR"},
    ],
)
def test_a_row_of_acled_that_says_the_same_is_the_same_event(changed: dict[str, str]) -> None:
    assert encode(acled(**changed)) == encode(acled())


@pytest.mark.parametrize(("written", "word"), [("8", "External/Other forces"), ("7", "Civilians"), ("0", "")])
def test_a_side_is_the_same_whether_its_sector_is_a_code_or_a_word(written: str, word: str) -> None:
    changed = {"sub_event_type": "Attack", "actor2": "Teachers (Syria)"}
    assert encode(acled(**changed, inter2=written)) == encode(acled(**changed, inter2=word))


@pytest.mark.parametrize("tags", ["", "crowd size=no report"])
def test_a_row_without_the_column_of_tags_is_the_row_whose_tags_say_nothing(tags: str) -> None:
    without = {name: cell for name, cell in EXPORTED.items() if name != "tags"}
    assert encode(event_of(AcledFeed(), without)) == encode(acled(tags=tags))


def test_neither_the_order_of_columns_nor_the_ends_of_lines_make_another_event() -> None:
    turned = dict(reversed(EXPORTED.items()))
    lines = [Line(line.number, line.raw + b"\r") for line in table(turned)]
    (found,) = AcledFeed().read(lines)
    assert isinstance(found, Parsed)
    assert encode(found.event) == encode(acled())


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "300001"},
        {"best": "3", "high": "5", "low": "2.00"},
        {"where_prec": "1.0", "date_prec": "1.0", "type_of_violence": "1.0", "deaths_a": "1", "priogrid_gid": "181154"},
        {"date_start": "2022-03-08 00:00:00.000", "date_end": "2022-03-08 00:00:00.000"},
        {"code_status": "Check", "active_year": "1", "gwnob": "652"},
        {"event_clarity": "", "source_original": ""},
    ],
)
def test_a_row_of_ged_that_says_the_same_is_the_same_event(changed: dict[str, str]) -> None:
    assert encode(ged(**changed)) == encode(ged())


@pytest.mark.parametrize(
    "changed",
    [
        {"fatalities": "4"}, {"fatalities": ""}, {"notes": "The first day."}, {"actor2": "Mill Brigade"},
        {"inter2": "3"}, {"event_date": "2022-03-09"}, {"time_precision": "2"}, {"latitude": "35.61"},
        {"location": "Tell Other"}, {"admin2": "Idleb"}, {"admin3": "Example"}, {"sub_event_type": "Attack"},
        {"source": "Example Post"}, {"tags": ""}, {"civilian_targeting": "Civilian targeting"},
    ],
)  # fmt: skip
def test_a_row_of_acled_that_was_revised_is_another_event_of_one_report(changed: dict[str, str]) -> None:
    was, revised = acled(), acled(**changed)
    assert was.event_id != revised.event_id
    assert was.source.report_id == revised.source.report_id


@pytest.mark.parametrize(
    "changed",
    [
        {"best": "4"}, {"low": "1"}, {"deaths_a": "0", "deaths_b": "3"}, {"side_b": "OMS"}, {"date_end": "2022-03-09"},
        {"where_description": "at the ford"}, {"source_headline": "Clash"}, {"type_of_violence": "2"},
    ],
)  # fmt: skip
def test_a_row_of_ged_that_was_revised_is_another_event_of_one_report(changed: dict[str, str]) -> None:
    was, revised = ged(), ged(**changed)
    assert was.event_id != revised.event_id
    assert was.source.report_id == revised.source.report_id


def test_two_rows_that_say_the_same_are_two_events() -> None:
    assert acled().event_id != acled(event_id_cnty="SYR900002").event_id
    assert ged().event_id != ged(id="300002").event_id


CELLS = st.sampled_from(["", "1", "1.0", "2", "3.0", "Rebel group", "a\nb", "a\r\nb", "crowd size=about 20", "35.6"])


@pytest.mark.parametrize(("feed", "row"), [(AcledFeed(), EXPORTED), (GedFeed(), RELEASED)])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_events_of_one_row_have_one_id_if_they_are_one_message_and_two_if_not(
    feed: Feed, row: dict[str, str], data: st.DataObject
) -> None:
    """A worker refuses an id that comes again with another content."""
    columns = st.dictionaries(st.sampled_from(list(row)[1:]), CELLS, max_size=4)
    found = [one for _ in range(2) for one in feed.read(table({**row, **data.draw(columns)}))]
    first, *others = [encode(one.event) for one in found if isinstance(one, Parsed)] or [b""]
    ids = {one.event.event_id for one in found if isinstance(one, Parsed)}
    assert len({first, *others}) == max(1, len(ids))

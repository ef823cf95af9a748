"""Days in every form that exports of databases were found in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from producers.feeds import Bad, Line, Parsed, Row
from producers.feeds.acled import AcledFeed
from producers.feeds.days import NotADay, day_of
from producers.feeds.ged import GedFeed
from producers.feeds.icews import IcewsFeed
from tests.database_rows import ACLED, GED, table
from tests.machine_rows import ICEWS


@pytest.mark.parametrize(
    "text",
    [
        "2022-03-28", "2022-3-28", "2022/03/28", "20220328", "28-Mar-22", "28-Mar-2022", "28 March 2022", "28 Mar 2022",
        "28-March-2022", "March 28, 2022", "Mar 28 2022", "28/03/2022", "3/28/2022", "28.03.2022", "28-03-22",
        "28/3/2022 0:00", "3/28/2022 12:00:00 AM", "2022-03-28 00:00:00.000", "2022-03-28T00:00:00",
        "2022-03-28T00:00:00.000Z", "2022-03-28 00:00:00+00:00", "44648", "44648.0",
    ],
)  # fmt: skip
def test_a_day_that_can_be_no_other_is_read(text: str) -> None:
    assert day_of(text)[0] == date(2022, 3, 28)


@pytest.mark.parametrize(
    "text", ["", "spring", "2022", "2022-03", "2022-03-28T14:30", "2022-02-30", "30/30/2022", "2022-03/28", "1/2/3"]
)
def test_what_is_no_day_is_said_so(text: str) -> None:
    with pytest.raises(NotADay, match="must be a day"):
        day_of(text)


def days_of(*texts: str, **changed: str) -> list[str | None]:
    """Of a table of ACLED with these days; None where a row was refused."""
    rows = [{**ACLED, "event_id_cnty": f"SYR{at}", "event_date": text, **changed} for at, text in enumerate(texts)]
    return [as_reported(row) for row in AcledFeed().read(table(*rows))]


def as_reported(row: Row) -> str | None:
    return row.event.occurred.as_reported if isinstance(row, Parsed) and row.event.occurred else None


def test_one_day_tells_how_a_table_writes_all_of_them() -> None:
    assert days_of("3/4/2020", "5/4/2020", "18/04/2020") == ["2020-04-03", "2020-04-05", "2020-04-18"]
    assert days_of("4/3/2020", "4/5/2020", "4/18/2020") == ["2020-04-03", "2020-04-05", "2020-04-18"]
    assert days_of("03-04-20", "18-04-20", year="2020") == ["2020-04-03", "2020-04-18"]
    assert days_of("03.04.2020 0:00", "18.04.2020 0:00") == ["2020-04-03", "2020-04-18"]


def test_a_row_of_tags_tells_nothing_of_days() -> None:
    tags, *rows = AcledFeed().read(
        table(
            {**dict.fromkeys(ACLED, ""), "event_date": "#date+occurred"},
            *({**ACLED, "event_date": text} for text in ("3/4/2020", "18/4/2020")),
        )
    )
    assert isinstance(tags, Bad)
    assert [as_reported(row) for row in rows] == ["2020-04-03", "2020-04-18"]


def test_the_days_of_a_row_tell_it_too() -> None:
    one = {**GED, "date_start": "4/5/2020 0:00", "date_end": "4/18/2020 0:00"}
    (row,) = GedFeed().read(table(one))
    assert as_reported(row) == "2020-04-05"
    first, second = IcewsFeed().read(table({**ICEWS, "Event Date": "3/4/2018"}, {**ICEWS, "Event Date": "18/4/2018"}))
    assert (as_reported(first), as_reported(second)) == ("2018-04-03", "2018-04-18")


def test_a_day_that_may_be_two_is_refused_with_both() -> None:
    first, second = AcledFeed().read(table({**ACLED, "event_date": "3/4/2020"}, {**ACLED, "event_date": "5/5/2020"}))
    assert isinstance(first, Bad)
    assert first.field == "event_date"
    assert "may be 04-Mar-2020 or 03-Apr-2020" in first.problem
    assert "2022-03-08" in first.problem
    assert as_reported(second) == "2020-05-05"


def test_of_a_table_that_needs_no_other_day_no_line_is_read_ahead() -> None:
    given: list[int] = []

    def told() -> Iterator[Line]:
        for line in table(*({**ACLED, "event_date": f"2022-03-{at:02}"} for at in range(1, 9))):
            given.append(line.number)
            yield line

    next(AcledFeed().read(told()))
    assert given == [1, 2]


@pytest.mark.parametrize("text", ["19-12-28", "44648", "8-Mar-21"])
def test_a_year_that_is_not_written_out_must_be_that_of_its_column(text: str) -> None:
    (row,) = AcledFeed().read(table({**ACLED, "event_date": text, "year": "2019"}))
    assert isinstance(row, Bad)
    assert row.field == "event_date"
    assert "'2019'" in row.problem


def test_a_spreadsheets_number_of_a_day_needs_the_year() -> None:
    assert days_of("44648") == [None]
    assert days_of("44648", year="2022") == ["2022-03-28"]


def test_a_row_is_one_event_in_whatever_form_its_day_stands() -> None:
    forms = ["2022-03-28", "28/03/2022", "3/28/2022", "28-Mar-22", "44648"]
    events = [
        row.event.event_id
        for text in forms
        for row in AcledFeed().read(table({**ACLED, "event_date": text, "year": "2022"}))
        if isinstance(row, Parsed)
    ]
    assert len(events) == len(forms)
    assert len(set(events)) == 1

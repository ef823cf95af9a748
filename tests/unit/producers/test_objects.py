"""Rows of databases as JSON, and files that are no table: what is read, and what a user is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from producers.feeds import Bad, Line, Parsed, Row
from producers.feeds.acled import AcledFeed
from producers.feeds.ged import _IN_ORDER, GedFeed
from tests.database_rows import ACLED, GED, table


def one(raw: bytes) -> Row:
    (row,) = AcledFeed().read([Line(1, raw)])
    return row


def test_an_object_a_line_is_the_event_of_its_row() -> None:
    given: dict[str, Any] = {**ACLED, "latitude": 35.6, "longitude": 36.5, "fatalities": 3, "assoc_actor_1": None}
    row, (same,) = one(json.dumps(given).encode()), AcledFeed().read(table(ACLED))
    assert isinstance(row, Parsed)
    assert isinstance(same, Parsed)
    assert row.event == same.event
    assert row.unread == ()


def test_an_object_of_ged_whose_fields_nobody_knows_is_read_and_tells_them() -> None:
    given = {**GED, "id": 300001, "best": 3, "high": 5, "low": 2, "date_start": "2022-03-08T00:00:00", "extra": [1]}
    (row,) = GedFeed().read([Line(1, json.dumps(given).encode())])
    assert isinstance(row, Bad)
    assert (row.field, row.problem) == ("extra", "must be text or a number")
    (row,) = GedFeed().read([Line(1, json.dumps({**given, "extra": 0.00001}).encode())])
    assert isinstance(row, Parsed)
    assert row.unread == ("extra",)


def test_an_answer_with_all_rows_is_told_how_to_be_taken_apart() -> None:
    row = one(json.dumps({"status": 200, "data": [ACLED, ACLED]}).encode())
    assert isinstance(row, Bad)
    assert "jq -c '.data[]'" in row.problem
    row = one(json.dumps([ACLED, ACLED]).encode())
    assert isinstance(row, Bad)
    assert "jq -c '.[]'" in row.problem
    row = one(b'{"actor1": "Army"}')
    assert isinstance(row, Bad)
    assert "it lacks country, event_date" in row.problem


@pytest.mark.parametrize(
    ("raw", "remedy"),
    [
        (b"PK\x03\x04\x14", "save the workbook as CSV"),
        (b"\x1f\x8b\x08\x08", "gunzip"),
        (b"e\x00v\x00e\x00", "iconv -f UTF-16"),
    ],
)
def test_what_is_no_text_is_told_how_it_becomes_text(raw: bytes, remedy: str) -> None:
    row = one(raw)
    assert isinstance(row, Bad)
    assert remedy in row.problem


def test_a_row_in_an_encoding_of_spreadsheets_is_told_how_to_be_converted() -> None:
    header, line = table({**ACLED, "location": "Béja"})
    (row,) = AcledFeed().read([header, Line(2, line.raw.decode().encode("cp1252"))])
    assert isinstance(row, Bad)
    assert "iconv -f CP1252 -t UTF-8" in row.problem


def test_a_release_of_ged_without_its_header_is_read_by_the_order_of_its_columns() -> None:
    header, *lines = table(*({name: {**GED, "id": given}.get(name, "") for name in _IN_ORDER} for given in ("7", "8")))
    assert [row.event for row in GedFeed().read(lines) if isinstance(row, Parsed)] == [
        row.event for row in GedFeed().read([header, *lines]) if isinstance(row, Parsed)
    ]
    assert len(list(GedFeed().read(lines))) == 2
    (row,) = GedFeed().read([Line(1, lines[0].raw.removesuffix(b","))])
    assert isinstance(row, Bad)
    assert row.field == "header"

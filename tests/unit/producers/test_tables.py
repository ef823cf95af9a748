"""Rows of a table that stand on several lines: none is lost, whatever is wrong with one of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from producers.feeds import Bad, Feed, Line, Parsed, Row
from producers.feeds.acled import AcledFeed
from producers.feeds.ged import GedFeed
from producers.feeds.tables import read_table
from schemas.event import AnyEvent
from tests.builders import an_attack
from tests.database_rows import ACLED, GED, table
from tests.machine_rows import ICEWS
from timelines.rejects import LongLine, Rejects, raw_of
from timelines.sources import FEEDS, Source, read_rows

NOTES = "The first day.\nThe second day.\n\nThe third day."


def test_a_row_of_several_lines_has_the_bytes_of_all_of_them() -> None:
    header, *lines = table({**ACLED, "notes": NOTES})
    (row,) = AcledFeed().read([header, *lines])
    assert isinstance(row, Parsed)
    assert row.raw == b"\n".join(line.raw for line in lines)


@pytest.mark.parametrize(
    ("changed", "damage"),
    [
        ({"latitude": "999"}, (b"", b"")),
        ({}, (b"Tell Example", b"T\xeall Example")),
    ],
)
def test_a_rejected_row_of_several_lines_is_mended_in_the_rejects_file_and_sent_again(
    changed: dict[str, str], damage: tuple[bytes, bytes], tmp_path: Path
) -> None:
    header, *lines = table({**ACLED, "notes": NOTES})
    (whole,) = AcledFeed().read([header, *lines])
    given = table({**ACLED, "notes": NOTES, **changed})[1:]
    with Rejects(tmp_path / "rejects", "s.csv", keep=False, tell=lambda _: None) as rejects:
        for row in AcledFeed().read([header, *(Line(line.number, line.raw.replace(*damage)) for line in given)]):
            assert isinstance(row, Bad)
            rejects.take(row)
    (kept,) = [json.loads(line) for line in (tmp_path / "rejects").read_bytes().splitlines()]
    mended = raw_of(kept).replace(b"999", b"35.6").replace(*reversed(damage))
    (again,) = AcledFeed().read([header, *(Line(at, raw) for at, raw in enumerate(mended.split(b"\n"), 2))])
    assert again == whole


def rows_of(raws: list[bytes], feed: Feed | None = None) -> list[Row]:
    return list((feed or AcledFeed()).read([Line(at, raw) for at, raw in enumerate(raws, 1)]))


def acled(*notes: str, separator: str = ",") -> list[bytes]:
    rows = ({**ACLED, "event_id_cnty": f"SYR{at}", "notes": note} for at, note in enumerate(notes))
    return [line.raw for line in table(*rows, separator=separator)]


@pytest.mark.parametrize(("lines", "is_event"), [(5, True), (12, False)])
def test_long_notes_are_an_event_and_what_no_message_can_hold_is_refused_in_one_piece(
    lines: int, is_event: bool, tmp_path: Path
) -> None:
    raws = acled("first\n" + ("\u062c\u0645\u0644\u0629 " * 10_000 + "\n") * lines, "two")
    (tmp_path / "s.csv").write_bytes(b"\n".join(raws))
    with Source(str(tmp_path / "s.csv")) as source:
        long, after = read_rows(source, AcledFeed())
    assert isinstance(long, Parsed if is_event else Bad)
    assert not isinstance(long, LongLine)
    assert long.raw == b"\n".join(raws[1:-1])
    assert isinstance(after, Parsed)


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("inch", [b'5" pipe', b'"5', b'5"'])
def test_two_rows_with_an_inch_mark_each_lose_none_between_them(inch: bytes, separator: str) -> None:
    raws = acled("one", "5@", "two", "three", "6@", "four", separator=separator)
    raws = [raw.replace(b"5@", inch).replace(b"6@", inch) for raw in raws]
    rows = rows_of(raws)
    assert [(type(row), row.number, row.raw) for row in rows] == [
        (Bad if row in (3, 6) else Parsed, row, raws[row - 1]) for row in range(2, 8)
    ]
    assert all("close it or double it" in row.problem for row in rows if isinstance(row, Bad))


def test_quotes_that_would_close_each_other_in_one_column_lose_no_row_between_them() -> None:
    raws = acled("5@", "two", "three", "6#")
    raws = [raw.replace(b"5@", b'"five').replace(b"6#", b'six"') for raw in raws]
    assert [(type(row), row.raw) for row in rows_of(raws)] == [
        (Bad, raws[1]),
        (Parsed, raws[2]),
        (Parsed, raws[3]),
        (Bad, raws[4]),
    ]


def test_quotes_written_with_a_backslash_are_named_and_lose_no_row_between_them() -> None:
    raws = [raw.replace(b"@", b'\\"') for raw in acled("one", "a 5@ pipe, here", "two", "a 6@ pipe, here", "a @b@, c")]
    rows = rows_of(raws)
    assert [type(row) for row in rows] == [Parsed, Bad, Parsed, Bad, Bad]
    assert all('\\"' in row.problem for row in rows if isinstance(row, Bad))


def test_a_row_of_several_lines_between_two_inch_marks_stays_one() -> None:
    raws = [raw.replace(b"@", b'"') for raw in acled("5@", NOTES, "6@", NOTES)]
    assert [(type(row), row.number) for row in rows_of(raws)] == [(Bad, 2), (Parsed, 3), (Bad, 7), (Parsed, 8)]


def test_a_shifted_row_of_several_lines_is_refused_as_one() -> None:
    raws = acled("one", NOTES, "two")
    raws[5] += b",1"
    rows = rows_of(raws)
    assert [type(row) for row in rows] == [Parsed, Bad, Parsed]
    assert rows[1].raw == b"\n".join(raws[2:6])
    assert isinstance(rows[1], Bad)
    assert "columns" in rows[1].problem


def test_notes_with_as_many_commas_as_a_row_are_no_row() -> None:
    listed = ", ".join(f"town {at}" for at in range(len(ACLED)))
    (row,) = rows_of(acled(f"They came from\n{listed}\nand more."))
    assert isinstance(row, Parsed)


def test_rows_that_carriage_returns_alone_end_are_refused_together() -> None:
    header, first, second = acled("one", "two")
    (row,) = rows_of([header, first + b"\r" + second])
    assert isinstance(row, Bad)
    assert "carriage returns" in row.problem
    assert row.raw == first + b"\r" + second


def test_of_rows_in_another_encoding_none_between_two_inch_marks_is_lost() -> None:
    raws = [raw.replace(b"@", b'"') for raw in acled("5@", "two", "6@ \u00e9")]
    raws[3] = raws[3].decode().encode("latin-1")
    assert [(type(row), row.raw) for row in rows_of(raws)] == [(Bad, raws[1]), (Parsed, raws[2]), (Bad, raws[3])]


@pytest.mark.parametrize("every", [1, 2, 7, 400, 499, 501])
@pytest.mark.parametrize("quoted", [b'1,a 5" pipe,3', b'1,"a,3', b'1,a",3'])
def test_no_line_is_read_more_than_a_few_times_however_quotes_stand(
    every: int, quoted: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = 100_000 if every == 1 else 5_000
    raws = [b"a,b,c", *(b"1,2,3" if at % every else quoted for at in range(lines))]
    given: list[int] = []
    made: list[Mapping[str, str]] = []
    reader = csv.reader

    def counted(text: Any, **how: Any) -> Any:
        if not isinstance(text, list):  # the header's
            given.append(len(text.getvalue()))
        return reader(text, **how)

    def event_of(row: Mapping[str, str]) -> AnyEvent:
        made.append(row)
        return event

    event = an_attack()
    monkeypatch.setattr(csv, "reader", counted)
    names = frozenset(("a", "b", "c"))
    rows = list(read_table((Line(at, raw) for at, raw in enumerate(raws, 1)), names, names, event_of))
    assert b"\n".join(row.raw for row in rows) == b"\n".join(raws[1:])
    assert len(given) <= 4 * lines
    assert sum(given) <= 4 * sum(len(raw) + 1 for raw in raws)
    assert len(made) <= 2 * lines


def test_a_quote_that_is_left_open_in_a_long_file_waits_for_no_more_than_a_row_can_have() -> None:
    raws = [raw.replace(b"@", b'"') for raw in acled("5@", *(["one"] * 600), "6@")]
    taken = 0

    def lines() -> Any:
        nonlocal taken
        for taken, raw in enumerate(raws, 1):
            yield Line(taken, raw)

    first = next(AcledFeed().read(lines()))
    assert (type(first), first.number) == (Bad, 2)
    assert taken <= 501
    assert [type(row) for row in rows_of(raws)] == [Bad, *([Parsed] * 600), Bad]


def test_a_list_of_articles_with_quotes_and_line_feeds_is_one_cell() -> None:
    article = '"Example Post,2022-03-08,Clash"";""Radio\nand more"'
    lines = [line.raw for line in table({**GED, "source_headline": article}, {**GED, "id": "2"})]
    assert [(type(row), row.number) for row in rows_of(lines, GedFeed())] == [(Parsed, 2), (Parsed, 4)]


@pytest.mark.parametrize("nothing", ["NA", "NaN", "nan", "NULL", "None", "N/A", "#N/A"])
def test_what_programs_write_into_a_cell_of_nothing_is_nothing(nothing: str) -> None:
    empty = ("assoc_actor_1", "actor2", "assoc_actor_2", "inter2", "admin1", "notes", "fatalities")
    filled, blank = (
        event_of(row)
        for text in (nothing, "")
        for row in AcledFeed().read(table({**ACLED, **dict.fromkeys(empty, text)}))
    )
    assert filled == blank
    assert [one.name for one in filled.actors] == ["Military Forces of Syria (2000-)"]


def event_of(row: Row) -> AnyEvent:
    assert isinstance(row, Parsed)
    return row.event


def test_a_row_of_separators_alone_and_a_row_of_tags_are_called_that() -> None:
    header, row = table(GED)
    tags = Line(2, header.raw.replace(b"country", b"#country+name").replace(b"best", b"#affected+killed"))
    tags = Line(2, b",".join(cell if cell.startswith(b"#") else b"" for cell in tags.raw.split(b",")))
    commas = Line(4, b"," * header.raw.count(b",") + b"\r")
    first, second, last = GedFeed().read([header, tags, Line(3, row.raw), commas])
    assert isinstance(first, Bad)
    assert "row of HXL tags" in first.problem
    assert isinstance(second, Parsed)
    assert isinstance(last, Bad)
    assert "has no text" in last.problem


@pytest.mark.parametrize(
    ("joint", "feed"), [(".", "icews"), ("_", "icews"), (".", "acled"), (" ", "acled"), (".", "ged")]
)
def test_names_of_columns_as_r_and_its_users_write_them(joint: str, feed: str) -> None:
    own = {"icews": ICEWS, "acled": ACLED, "ged": GED}[feed]
    renamed = {name.replace(" ", joint).replace("_", joint): text for name, text in own.items()}
    (row,), (given,) = FEEDS[feed].read(table(renamed)), FEEDS[feed].read(table(own))
    assert isinstance(row, Parsed)
    assert row.unread == ()
    assert event_of(row) == event_of(given)


@pytest.mark.parametrize(
    ("header", "remedy"),
    [
        (
            b"region,country,event_date,event_type,location,latitude,longitude,fatalities",
            "export that has these columns",
        ),
        (b"1,SYR900001,2022-03-08,Battles,Syria,Idleb", "the file with its first line"),
    ],
)
def test_an_export_without_a_needed_column_is_told_from_a_table_without_its_header(header: bytes, remedy: str) -> None:
    (row,) = rows_of([header])
    assert isinstance(row, Bad)
    assert "it lacks actor1, " in row.problem
    assert remedy in row.problem


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("behind", ["@", "@@@@", " @ @", "@\r"])
def test_empty_cells_behind_the_last_column_are_none(behind: str, separator: str) -> None:
    raws = acled("one", NOTES, "three", separator=separator)
    wider = [*raws[:5], *(raw + behind.replace("@", separator).encode() for raw in raws[5:])]
    found, given = rows_of(wider), rows_of(raws)
    assert [type(row) for row in found] == [Parsed] * 3
    assert [event_of(row) for row in found] == [event_of(row) for row in given]
    assert b"\n".join(row.raw for row in found) == b"\n".join(wider[1:])


@pytest.mark.parametrize("behind", [b",1", b",,1", b",1,", b',"x",,', b",NA"])
def test_a_cell_behind_the_last_column_that_is_not_empty_is_refused(behind: bytes) -> None:
    header, one, two = acled("one", "two")
    bad, good = rows_of([header, one + behind, two])
    assert isinstance(bad, Bad)
    wanted = f"has {len(ACLED) + behind.count(b',')} columns where the header has {len(ACLED)}: a separator"
    assert bad.problem.startswith(wanted)
    assert (bad.raw, type(good)) == (one + behind, Parsed)


def test_a_row_that_a_comma_of_its_own_notes_made_wider_is_no_row_with_an_empty_cell_behind_it() -> None:
    """Its last column is empty: the notes would lose their end to the tags, and nobody would be told."""
    rest = {name: cell for name, cell in ACLED.items() if name not in ("notes", "timestamp")}
    header, row = (line.raw for line in table({**rest, "notes": "They met@ and shot.", "tags": ""}))
    (bad,) = rows_of([header, row.replace(b"@", b",")])
    assert isinstance(bad, Bad)
    assert "a separator stands in a field unquoted" in bad.problem
    (wider,) = rows_of([header, row.replace(b"They met@ and shot.", b'"They met, and shot."') + b","])
    assert event_of(wider).text == "They met, and shot."

"""Feeds `acled` and `ged`: what reaches the message from a row, and what is said about rows that are none."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.feeds import Bad, Feed, Line, Parsed
from producers.feeds.acled import AcledFeed
from producers.feeds.coded import CodedFeed
from producers.feeds.countries import country_of
from producers.feeds.events import EventsFeed
from producers.feeds.ged import GedFeed
from schemas.codec import encode, parse_event
from schemas.event import AnyEvent
from schemas.regions import region_of
from schemas.vocabulary import PlacePrecision, SourceKind, TimePrecision
from tests.builders import time_of
from tests.database_rows import ACLED, GED, table


def event_of(feed: Feed, row: dict[str, str], **changed: str) -> Any:
    (found,) = feed.read(table({**row, **changed}))
    assert isinstance(found, Parsed), found
    assert found.unread == ()
    assert parse_event(encode(found.event)) == found.event
    return found.event


def acled(**changed: str) -> Any:
    return event_of(AcledFeed(), ACLED, **changed)


def ged(**changed: str) -> Any:
    return event_of(GedFeed(), GED, **changed)


def fault_of(feed: Feed, row: dict[str, str], **changed: str) -> tuple[str, str]:
    (found,) = feed.read(table({**row, **changed}))
    assert isinstance(found, Bad)
    return found.field, found.problem


def people(event: AnyEvent) -> list[tuple[str, str, str | None]]:
    return [(one.name, str(one.role), one.country) for one in (*event.actors, *event.targets)]


def test_a_clash_names_both_sides_and_accuses_neither() -> None:
    event = acled()
    assert event.kind == "attack"
    assert people(event) == [
        ("Military Forces of Syria (2000-)", "participant", "SY"),
        ("OMS: Old Mill Shield", "participant", None),
        ("Mill Brigade", "other", None),
        ("Ford Brigade", "other", None),
    ]
    assert event.killed.best == 3
    assert (event.occurred.from_, event.occurred.until) == (
        time_of("2022-03-07T22:00"), time_of("2022-03-08T22:00"),
    )  # fmt: skip
    assert event.source.kind is SourceKind.DATASET
    assert event.extra["source"] == "Example Post; Example Radio"
    assert region_of(event) == "middle-east"


@pytest.mark.parametrize(
    ("sort", "kind", "weapon"),
    [
        ("Shelling/artillery/missile attack", "attack", "shelling"),
        ("Air/drone strike", "attack", "air or drone strike"),
        ("Mob violence", "attack", None),
        ("Peaceful protest", "protest", None),
        ("Violent demonstration", "protest", None),
        ("Agreement", "statement", None),
    ],
)
def test_the_type_of_a_row_decides_its_kind(sort: str, kind: str, weapon: str | None) -> None:
    event = acled(sub_event_type=sort)
    assert event.kind == kind
    assert [one.type for one in event.weapons] == ([weapon] if weapon else [])


def test_who_shoots_down_or_defuses_a_weapon_did_not_attack() -> None:
    event = acled(event_type="Explosions/Remote violence", sub_event_type="Disrupted weapons use")
    assert [str(one.role) for one in (*event.actors, *event.targets)] == [
        "participant",
        "participant",
        "other",
        "other",
    ]
    assert event.outcome == "Disrupted weapons use"


def test_a_government_is_of_its_country() -> None:
    assert acled(actor1="Government of Syria (2000-)").actors[0].country == "SY"
    assert acled(actor1="Government of Erewhon (2000-)").actors[0].country is None


def test_what_is_no_attack_protest_or_statement_is_left_out_and_said_so() -> None:
    field, problem = fault_of(AcledFeed(), ACLED, sub_event_type="Change to group/activity")
    assert field == "sub_event_type"
    assert "Change to group/activity" in problem


@pytest.mark.parametrize(("town", "lat", "lon"), [("Mandalay", "21.98", "96.08"), ("Border Example", "16.69", "98.51")])
def test_a_row_of_myanmar_is_told_in_its_region_and_on_its_clock(town: str, lat: str, lon: str) -> None:
    event = acled(
        event_id_cnty="MMR900001", country="Myanmar", admin1="", location=town, latitude=lat, longitude=lon,
        actor1="Military Forces of Myanmar (2021-)",
    )  # fmt: skip
    assert (event.location.country, event.actors[0].country) == ("MM", "MM")
    assert region_of(event) == "southeast-asia"
    assert event.occurred.timezone == "Asia/Yangon"


def test_the_police_of_a_protest_answer_it_and_the_crowd_is_counted() -> None:
    event = acled(
        sub_event_type="Protest with intervention", actor1="Protesters (Syria)", inter1="6",
        assoc_actor_1="Teachers (Syria)", actor2="Police Forces of Syria (2000-)", assoc_actor_2="", inter2="1",
        notes="Teachers marched. [size=between 50 and 100]",
    )  # fmt: skip
    assert event.response == "intervention"
    assert (event.participants.low, event.participants.best, event.participants.high) == (50, 75, 100)
    assert people(event) == [
        ("Protesters (Syria)", "organizer", "SY"),
        ("Teachers (Syria)", "participant", "SY"),
        ("Police Forces of Syria (2000-)", "security_force", "SY"),
    ]


@pytest.mark.parametrize(
    ("shooter", "inter", "role"),
    [
        ("Military Forces of Syria (2000-)", "1", "security_force"),
        ("Military Forces of Syria (2000-)", "State forces", "security_force"),
        ("Military Forces of Syria (2000-)", "", "security_force"),
        ("Military Forces of Israel (2022-)", "8", "security_force"),
        ("Private Security Forces (Syria)", "External/Other forces", "security_force"),
        ("OMS: Old Mill Shield", "2", "other"),
        ("Unidentified Armed Group (Syria)", "Political militia", "other"),
    ],
)
@pytest.mark.parametrize("crowd", ["6", "Protesters", "5", ""])
def test_who_shoots_at_protesters_does_not_organize_them(shooter: str, inter: str, role: str, crowd: str) -> None:
    event = acled(
        sub_event_type="Excessive force against protesters", actor1=shooter, inter1=inter, assoc_actor_1="Their Guard",
        actor2="Protesters (Syria)", inter2=crowd, assoc_actor_2="Teachers (Syria)",
    )  # fmt: skip
    assert [(name, said) for name, said, _ in people(event)] == [
        ("Protesters (Syria)", "organizer"),
        ("Teachers (Syria)", "participant"),
        (shooter, role),
        ("Their Guard", "other"),
    ]
    assert event.response == "excessive_force"
    assert event.targets == ()


def test_of_two_crowds_the_first_is_the_protest() -> None:
    event = acled(
        sub_event_type="Violent demonstration", actor1="Rioters (Syria)", inter1="5", actor2="Protesters (Syria)",
        inter2="6", assoc_actor_2="",
    )  # fmt: skip
    assert [(name, role) for name, role, _ in people(event)] == [
        ("Rioters (Syria)", "organizer"),
        ("Protesters (Syria)", "other"),
    ]


@pytest.mark.parametrize(
    ("tags", "notes", "best"),
    [
        ("crowd size=over 1 million", "", 1_000_000),
        ("women targeted; crowd size=20 thousand; local", "", 20_000),
        ("", "They marched. [size=10 000]", 10_000),
        ("crowd size=no report", "They marched.", None),
        ("crowd size=hundreds of thousands", "", None),
    ],
)
def test_a_crowd_is_as_large_as_its_figure_and_the_word_behind_it(tags: str, notes: str, best: int | None) -> None:
    event = acled(sub_event_type="Peaceful protest", inter1="6", tags=tags, notes=notes)
    assert (event.participants.best if event.participants else None) == best


def test_a_day_that_is_not_known_is_the_week_or_month_around_it() -> None:
    week, month = acled(time_precision="2").occurred, acled(time_precision="3").occurred
    assert (week.precision, (week.until - week.from_).days) == (TimePrecision.WEEK, 7)
    assert month.precision is TimePrecision.MONTH
    assert (month.from_, month.until) == (time_of("2022-02-28T22:00"), time_of("2022-03-31T21:00"))


def test_the_older_schema_and_its_days_are_read() -> None:
    event = acled(event_date="8-Mar-22", fatalities="3.0", geo_precision="3.0", data_id="77", iso3="SYR")
    assert event.occurred.from_ == time_of("2022-03-07T22:00")
    assert event.location.precision is PlacePrecision.ADMIN1


def test_a_row_sent_again_is_one_event_and_a_revised_one_another_of_the_same_report() -> None:
    first, again, revised = acled(), acled(timestamp="1650000000"), acled(fatalities="5")
    assert first.event_id == again.event_id != revised.event_id
    assert first.source.report_id == revised.source.report_id == "acled-SYR900001"


def test_fighting_of_two_sides_and_deaths_within_bounds() -> None:
    event = ged()
    assert people(event) == [
        ("Government of Syria", "participant", "SY"),
        ("OMS", "participant", None),
        ("Ford Brigade", "participant", None),
    ]
    assert (event.killed.low, event.killed.best, event.killed.high) == (2, 3, 5)
    assert event.location.name == "Example"
    assert event.source.report_id == "ged-300001"


def test_a_side_that_a_candidate_release_has_not_identified_is_nobody() -> None:
    event = ged(side_a="XXX365", side_b="XXX365")
    assert people(event) == []
    assert event.headline == "unknown and unknown, Example village"
    assert people(ged(side_b="XXX652")) == [("Government of Syria", "participant", "SY")]


def test_one_sided_violence_has_a_perpetrator_and_victims() -> None:
    assert people(ged(type_of_violence="3", side_b="Civilians")) == [
        ("Government of Syria", "perpetrator", "SY"),
        ("Civilians", "victim", None),
    ]


def test_the_headline_of_a_row_of_ged_says_who_fought_whom_and_where() -> None:
    assert ged().headline == "Government of Syria and OMS, Ford Brigade, Example village"
    assert ged(type_of_violence="3", side_b="Civilians").headline == (
        "Government of Syria against Civilians, Example village"
    )
    assert ged(side_b="").headline == "Government of Syria and unknown, Example village"


def test_bounds_that_the_best_figure_lies_outside_of_are_widened() -> None:
    killed = ged(best="7", low="8", high="5").killed
    assert (killed.low, killed.best, killed.high) == (7, 7, 7)


def test_several_days_are_an_interval() -> None:
    occurred = ged(date_end="2022-03-10", date_prec="2").occurred
    assert (occurred.precision, (occurred.until - occurred.from_).days) == (TimePrecision.WEEK, 3)


@pytest.mark.parametrize(
    ("given", "precision"),
    [
        ("1", "city"),
        ("2.0", "city"),
        ("3", "admin1"),
        ("4", "admin1"),
        ("6", "country"),
        ("7", "unknown"),
        ("", "unknown"),
    ],
)
def test_how_exactly_ged_knows_the_place_is_how_exact_its_place_is(given: str, precision: str) -> None:
    assert ged(where_prec=given).location.precision == precision


@pytest.mark.parametrize(
    ("given", "last", "precision"),
    [
        ("1", "2022-03-08", "day"),
        ("2", "2022-03-10", "week"),
        ("3", "2022-03-14", "week"),
        ("4.0", "2022-03-31", "month"),
        ("5", "2022-12-31", "year"),
        ("", "2022-03-08", "day"),
        ("", "2022-03-10", "week"),
    ],
)
def test_how_exactly_ged_knows_the_day_is_how_exact_its_time_is(given: str, last: str, precision: str) -> None:
    assert ged(date_prec=given, date_end=last).occurred.precision == precision


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"latitude": "135.6"}, "latitude"),
        ({"longitude": ""}, "longitude"),
        ({"date_start": "yesterday"}, "date_start"),
        ({"date_end": "2022-03-01"}, "date_end"),
        ({"best": "-1"}, "best"),
        ({"best": "some"}, "best"),
        ({"id": ""}, "id"),
    ],
)
def test_a_bad_cell_is_named(changed: dict[str, str], field: str) -> None:
    assert fault_of(GedFeed(), GED, **changed)[0] == field


def test_a_line_feed_inside_quotes_does_not_end_a_row() -> None:
    lines = table({**GED, "source_headline": 'One "big"\nclash\n'}, {**GED, "id": "2"})
    rows = list(GedFeed().read(lines))
    assert [(type(row), row.number) for row in rows] == [(Parsed, 2), (Parsed, 5)]
    assert isinstance(rows[0], Parsed)
    assert rows[0].event.text == 'One "big"\nclash'


def test_a_quote_that_is_left_open_loses_its_own_row_alone() -> None:
    lines = table(GED, {**GED, "id": "2"}, {**GED, "id": "3"})
    lines[1] = Line(2, lines[1].raw.replace(b"Syria", b'"Syria', 1))
    rows = list(GedFeed().read(lines))
    assert [type(row) for row in rows] == [Bad, Parsed, Parsed]


def test_semicolons_capitals_and_a_byte_order_mark_are_read() -> None:
    header, *rest = table(ACLED, separator=";")
    found = list(AcledFeed().read([Line(1, b"\xef\xbb\xbf" + header.raw.upper()), *rest]))
    assert isinstance(found[0], Parsed)


def test_a_table_without_the_needed_columns_is_refused_line_by_line() -> None:
    rows = list(AcledFeed().read(table(GED)))
    assert [row.field for row in rows if isinstance(row, Bad)] == ["header", "header"]


def test_a_table_in_utf_16_is_called_that() -> None:
    text = b"\n".join(line.raw for line in table(ACLED)).decode().encode("utf-16")
    rows = list(AcledFeed().read(Line(number, raw) for number, raw in enumerate(text.split(b"\n"), 1)))
    assert [(row.field, "UTF-16" in row.problem) for row in rows if isinstance(row, Bad)] == [("header", True)] * 2


def test_the_columns_of_earlier_releases_of_ged_are_read_by_their_former_names() -> None:
    former = {"best": "best_est", "high": "high_est", "low": "low_est"}
    old = {former.get(name, name): cell for name, cell in {**GED, "conflict_dset_id": "299"}.items()}
    (found,) = GedFeed().read(table(old))
    assert isinstance(found, Parsed)
    assert (found.event, found.unread) == (ged(), ())


def test_a_former_name_beside_the_present_one_is_a_column_that_nobody_knows() -> None:
    (found,) = GedFeed().read(table({**GED, "best_est": "99"}))
    assert isinstance(found, Parsed)
    assert (found.event, found.unread) == (ged(), ("best_est",))


@pytest.mark.parametrize("feed", [AcledFeed(), GedFeed(), CodedFeed(), EventsFeed()])
def test_a_packed_source_is_told_to_be_unpacked(feed: Feed) -> None:
    packed = gzip.compress(b"\n".join(line.raw for line in table(ACLED)), mtime=0)
    first, *_ = feed.read(Line(number, raw) for number, raw in enumerate(packed.split(b"\n"), 1))
    assert isinstance(first, Bad)
    assert "packed" in first.problem
    assert "unpack it" in first.problem


def test_a_shifted_row_and_an_unknown_column_are_told() -> None:
    header, row = table({**ACLED, "mood": "tense"})
    (good,) = AcledFeed().read([header, row])
    assert isinstance(good, Parsed)
    assert good.unread == ("mood",)
    (bad,) = AcledFeed().read([header, Line(2, row.raw + b",1")])
    assert isinstance(bad, Bad)
    assert "columns" in bad.problem


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("DR Congo (Zaire)", "CD"), ("Yemen (North Yemen)", "YE"), ("Russia (Soviet Union)", "RU"), ("Kosovo", "XK"),
        ("Democratic Republic of Congo", "CD"), ("Myanmar (Burma)", "MM"), ("Bosnia-Herzegovina", "BA"),
        ("Palestine", "PS"), ("Côte d’Ivoire", "CI"), ("Nowhere", None), ("", None),
    ],
)  # fmt: skip
def test_countries_as_databases_write_them(name: str, code: str | None) -> None:
    assert country_of(name) == code


CELLS = st.text(max_size=12) | st.sampled_from(
    ["", "1", "-1", "3.0", "2022-03-08", "31-Feb-22", "9999-12-31", "a" * 400]
)


@pytest.mark.parametrize(("feed", "row"), [(AcledFeed(), ACLED), (GedFeed(), GED)])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_row_gives_an_event_or_a_complaint(
    feed: Feed, row: dict[str, str], data: st.DataObject
) -> None:
    changed = data.draw(st.dictionaries(st.sampled_from(list(row)), CELLS, min_size=1, max_size=4))
    for found in feed.read(table({**row, **changed})):
        if isinstance(found, Parsed):
            assert parse_event(encode(found.event)) == found.event
        else:
            assert found.field
            assert found.problem

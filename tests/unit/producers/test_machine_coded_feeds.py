"""Feeds `gdelt`, `icews` and `polecat`: what reaches the message from a row that a machine coded, what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.feeds import Bad, Feed, Line, Parsed
from producers.feeds.addresses import title_of
from producers.feeds.alpha3 import country_of_three
from producers.feeds.cameo import whole
from producers.feeds.gdelt import GdeltFeed
from producers.feeds.icews import IcewsFeed
from producers.feeds.polecat import PolecatFeed
from schemas.codec import encode, parse_event
from schemas.event import AnyEvent
from schemas.regions import REGION_OF_COUNTRY, region_of
from schemas.vocabulary import PlacePrecision, TimePrecision
from tests.builders import time_of
from tests.database_rows import table
from tests.machine_rows import GDELT, ICEWS, POLECAT, gdelt_line

Row = dict[str, str]


def rows_of(feed: Feed, row: Row) -> list[Any]:
    return list(feed.read([gdelt_line(row)] if isinstance(feed, GdeltFeed) else table(row, separator="\t")))


def event_of(feed: Feed, row: Row) -> Any:
    (found,) = rows_of(feed, row)
    assert isinstance(found, Parsed), found
    assert found.unread == ()
    assert parse_event(encode(found.event)) == found.event
    return found.event


def gdelt(**changed: str) -> Any:
    return event_of(GdeltFeed(), {**GDELT, **changed})


def icews(**changed: str) -> Any:
    return event_of(IcewsFeed(), {**ICEWS, **{name.replace("_", " "): text for name, text in changed.items()}})


def polecat(**changed: str) -> Any:
    return event_of(PolecatFeed(), {**POLECAT, **{name.replace("_", " "): text for name, text in changed.items()}})


def fault_of(feed: Feed, row: Row) -> tuple[str, str]:
    (found,) = rows_of(feed, row)
    assert isinstance(found, Bad)
    return found.field, found.problem


def people(event: AnyEvent) -> list[tuple[str, str, str | None]]:
    return [(one.name, str(one.role), one.country) for one in (*event.actors, *event.targets)]


def test_a_row_of_gdelt_is_a_report_of_its_outlet() -> None:
    event = gdelt()
    assert event.kind == "attack"
    assert event.headline == "Police and millers fight at the mill (fight: POLICE → MILLERS, Tell Example)"
    # fighting: who began it is not said
    assert people(event) == [("POLICE", "participant", "SY"), ("MILLERS", "participant", None)]
    assert (event.source.publisher, event.source.kind) == ("example-post.com", None)
    assert event.published_at == time_of("2024-03-12T14:30")
    assert (event.occurred.from_, event.occurred.until) == (
        time_of("2024-03-11T21:00"), time_of("2024-03-12T21:00"),
    )  # fmt: skip
    place = event.location
    assert (place.name, place.admin1, place.country, place.lat) == ("Tell Example", "Idlib", "SY", 35.6)
    assert event.codes == {"cameo": "190"}
    assert region_of(event) == "middle-east"


def test_rows_of_one_article_are_one_report() -> None:
    first, second, other = (
        gdelt(), gdelt(globaleventid="900000002", eventcode="112"), gdelt(sourceurl="https://example-post.com/a"),
    )  # fmt: skip
    assert first.source.report_id == second.source.report_id != other.source.report_id
    assert first.event_id != second.event_id
    assert icews(Event_ID="2").source.report_id == icews().source.report_id


@pytest.mark.parametrize("columns", [61, 58, 57])
def test_every_layout_of_gdelt_is_read(columns: int) -> None:
    row = {**GDELT, "dateadded": "20240312143000" if columns == 61 else "20240312"}
    (found,) = GdeltFeed().read([gdelt_line(row, columns=columns)])
    assert isinstance(found, Parsed), found
    assert found.event.location is not None
    assert found.event.source.publisher == ("GDELT" if columns == 57 else "example-post.com")
    assert (found.event.published_at is None) == (columns != 61)


def test_a_table_of_gdelt_with_a_header_gives_the_same_event() -> None:
    names = {"globaleventid": "GLOBALEVENTID", "sqldate": "SQLDATE", "eventcode": "EventCode"}
    (found,) = GdeltFeed().read(table({names.get(name, name): text for name, text in GDELT.items()}))
    assert isinstance(found, Parsed), found
    assert found.event == gdelt()


@pytest.mark.parametrize(
    ("sqldate", "precision", "first", "until"),
    [
        ("20240311", TimePrecision.DAY, "2024-03-11", "2024-03-12"),
        ("20240305", TimePrecision.WEEK, "2024-03-02", "2024-03-09"),
        ("20240211", TimePrecision.MONTH, "2024-02-01", "2024-03-01"),
        ("20231231", TimePrecision.DAY, "2023-12-31", "2024-01-01"),
        ("20230313", TimePrecision.YEAR, "2023-01-01", "2024-01-01"),
        ("20140314", TimePrecision.YEAR, "2014-01-01", "2015-01-01"),
    ],
)
def test_last_week_is_no_day(sqldate: str, precision: TimePrecision, first: str, until: str) -> None:
    occurred = gdelt(sqldate=sqldate, actiongeo_type="0").occurred
    assert occurred.precision is precision
    assert (occurred.from_, occurred.until) == (time_of(f"{first}T00:00"), time_of(f"{until}T00:00"))


@pytest.mark.parametrize(
    ("sort", "name", "precision", "admin1"),
    [
        ("1", "Syria", PlacePrecision.COUNTRY, None),
        ("2", "Texas, United States", PlacePrecision.ADMIN1, None),
        ("3", "Waco, Texas, United States", PlacePrecision.CITY, "Texas"),
        ("4", "Minsk, Belarus (general), Belarus", PlacePrecision.CITY, None),
        ("5", "Idlib, Syria", PlacePrecision.ADMIN1, None),
        ("4", "Millford, Lang Son, Vietnam, Republic Of", PlacePrecision.CITY, "Lang Son"),
        ("1", "Vietnam, Republic Of", PlacePrecision.COUNTRY, None),
        ("4", "Millford, Bahamas (general), Bahamas, The", PlacePrecision.CITY, None),
        ("4", "Millford, Trnavsky Kraj, Slovak Republic", PlacePrecision.CITY, "Trnavsky Kraj"),
    ],
)
def test_places_of_gdelt(sort: str, name: str, precision: PlacePrecision, admin1: str | None) -> None:
    place = gdelt(actiongeo_type=sort, actiongeo_fullname=name).location
    assert (place.name, place.precision, place.admin1) == (name.split(",")[0], precision, admin1)
    assert place.country is not None


@pytest.mark.parametrize(
    ("code", "kind", "stance", "weapon"),
    [
        ("112", "statement", "accuse", None),
        ("1124", "statement", "accuse", None),
        ("015", "statement", "claim_responsibility", None),
        ("15", "statement", "claim_responsibility", None),
        ("016", "statement", "deny_responsibility", None),
        ("0256", "statement", "calls_for_calm", None),
        ("256", "statement", "calls_for_calm", None),
        ("138", "statement", "threatens", None),
        ("1412", "protest", None, None),
        ("145", "protest", None, None),
        ("1831", "attack", None, "suicide bomb"),
        ("1834", "attack", None, "bomb"),
        ("1951", "attack", None, "air or drone strike"),
        ("1952", "attack", None, "drone"),
    ],
)
def test_what_a_code_of_cameo_is(code: str, kind: str, stance: str | None, weapon: str | None) -> None:
    event = gdelt(eventcode=code)
    assert event.kind == kind
    assert [str(one.stance) for one in getattr(event, "stances", ())] == [stance] * (stance is not None)
    assert [one.type for one in getattr(event, "weapons", ())] == [weapon] * (weapon is not None)


@pytest.mark.parametrize("code", ["010", "042", "115", "116", "017", "173", "191", "1711", "0874", "---", ""])
def test_what_is_none_of_the_three_is_left_out_and_said_so(code: str) -> None:
    field, problem = fault_of(GdeltFeed(), {**GDELT, "eventcode": code})
    assert field == "eventcode"
    assert "is no attack, protest or statement" in problem


def test_a_whole_code_stays_as_it_is() -> None:
    for root in range(1, 21):
        for rest in ("0", "1", "12", "21") if root > 1 else ("0", "1", "8"):  # no code of four digits begins with 01
            code = f"{root:02}{rest}"
            assert whole(code) == code
            assert whole(code.lstrip("0")) == code
            assert whole(f"{code.lstrip('0')}.0") == code


def test_names_that_are_too_long_leave_no_bracket_open() -> None:
    headline = gdelt(actor1name="A" * 500, actor2name="B" * 500, actiongeo_fullname="C" * 500 + ", Syria").headline
    assert headline.endswith(")")
    assert len(headline) < 600


def test_who_attacks_is_the_one_who_did_it_where_the_code_says_so() -> None:
    assert people(gdelt(eventcode="182")) == [("POLICE", "perpetrator", "SY"), ("MILLERS", "target", None)]
    assert people(gdelt(eventcode="112")) == [("POLICE", "speaker", "SY"), ("MILLERS", "addressee", None)]
    assert gdelt(eventcode="112").stances[0].target == "MILLERS"
    assert people(gdelt(eventcode="141", actor1name="")) == [("MILLERS", "target", None)]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("sqldate", "2024-13-40"), ("sqldate", ""), ("dateadded", "yesterday"), ("actiongeo_lat", "north"),
        ("actiongeo_long", ""), ("actiongeo_lat", "123"), ("globaleventid", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_of_gdelt_is_named(column: str, text: str) -> None:
    assert fault_of(GdeltFeed(), {**GDELT, column: text})[0] == column


def test_a_mark_of_byte_order_is_no_part_of_the_id() -> None:
    line = gdelt_line(GDELT)
    (found,) = GdeltFeed().read([Line(1, b"\xef\xbb\xbf" + line.raw)])
    assert isinstance(found, Parsed), found
    assert found.event == gdelt()


def test_a_file_that_is_no_export_of_events_is_told_what_one_is() -> None:
    (found,) = GdeltFeed().read([Line(1, b"900000001\t20240312143000\t20240312143000\t1\texample-post.com")])
    assert isinstance(found, Bad)
    assert "has 5 columns, an event of GDELT has 61, 58, 57" in found.problem
    (packed,) = GdeltFeed().read([Line(1, b"PK\x03\x04\0\0")])
    assert isinstance(packed, Bad)
    assert "unzip it" in packed.problem


def test_a_row_of_icews() -> None:
    event = icews()
    assert event.headline == ("Fight with small arms and light weapons: Police (Syria) → Millers' Guild, Tell Example")
    assert people(event) == [("Police (Syria)", "participant", "SY"), ("Millers' Guild", "participant", None)]
    assert event.actors[0].sector == "Police"
    assert event.source.publisher == "Example Press"
    assert event.event_id.startswith("icews-39000001-20180312-")
    assert event.extra["sentence number"] == "2"
    assert "district" not in event.extra


def test_an_unspecified_actor_of_icews_is_nobody() -> None:
    assert people(icews(Source_Name="Unspecified Actor")) == [("Millers' Guild", "participant", None)]


@pytest.mark.parametrize(
    ("empty", "name", "precision"),
    [
        ((), "Tell Example", PlacePrecision.CITY),
        (("City",), "Idlib", PlacePrecision.ADMIN1),
        (("City", "Province"), "Syria", PlacePrecision.COUNTRY),
    ],
)
def test_the_finest_place_that_icews_names(empty: tuple[str, ...], name: str, precision: PlacePrecision) -> None:
    place = icews(**dict.fromkeys(empty, "NA")).location
    assert (place.name, place.precision, place.country) == (name, precision, "SY")


def test_the_country_of_icews_that_is_named_formerly() -> None:
    former = "the former Yugoslav Republic of Macedonia"
    event = icews(**{"Country": former, "Source Country": former})
    assert (event.location.country, event.actors[0].country) == ("MK", "MK")


def test_daily_talk_of_icews_is_left_out_in_its_own_words() -> None:
    field, problem = fault_of(IcewsFeed(), {**ICEWS, "CAMEO Code": "040", "Event Text": "Consult"})
    assert (field, problem) == ("cameo code", "'Consult' is no attack, protest or statement: it is left out")


def test_a_row_of_polecat() -> None:
    event = polecat()
    assert event.headline == "Shoot: Syrian Police → the millers, Tell Example"
    assert people(event) == [("Syrian Police", "perpetrator", "SY"), ("the millers", "target", None)]
    assert [one.type for one in event.weapons] == ["small arms"]
    assert event.text == "Named in the story: Ann Miller; Bob Miller; Millers' Guild"
    assert event.language == "ar"
    assert event.published_at == time_of("2024-03-13T23:59:59")
    assert event.codes == {"plover": "ASSAULT/firearms"}
    assert (event.location.country, event.source.publisher) == ("SY", "example_post")


@pytest.mark.parametrize(
    ("sort", "mode", "kind", "stance"),
    [
        ("ACCUSE", "disapprove", "statement", "condemn"),
        ("ACCUSE", "allege", "statement", "accuse"),
        ("THREATEN", "violence", "statement", "threatens"),
        ("PROTEST", "demo", "protest", None),
        ("PROTEST", "something new", "protest", None),
        ("ASSAULT", "None", "attack", None),
    ],
)
def test_what_a_type_of_plover_is(sort: str, mode: str, kind: str, stance: str | None) -> None:
    event = polecat(Event_Type=sort, Event_Mode=mode)
    assert event.kind == kind
    assert [str(one.stance) for one in getattr(event, "stances", ())] == [stance] * (stance is not None)


@pytest.mark.parametrize(("sort", "mode"), [("CONSULT", "visit"), ("ACCUSE", "investigate"), ("COERCE", "arrest")])
def test_what_is_left_out_of_polecat(sort: str, mode: str) -> None:
    field, problem = fault_of(PolecatFeed(), {**POLECAT, "Event Type": sort, "Event Mode": mode})
    assert field == "event type"
    assert f"'{sort} {mode}' is no attack" in problem


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://a.example/2024/03/01/bomb-kills-four-in-basra-10682.html", "Bomb kills four in basra"),
        ("https://a.example/news/Texas_mass_shooting_at_school/4008425002/", "Texas mass shooting at school"),
        ("https://a.example/story/article_824a692c-a4e9-577a-bdfa-bd01d1234567.html", None),
        ("https://a.example/world/middle-east", None),
        ("https://a.example/?p=1234", None),
        ("https://[::1", None),
    ],
)
def test_the_title_that_an_address_spells_out(url: str, title: str | None) -> None:
    assert title_of(url) == title


def test_every_country_has_three_letters() -> None:
    codes = [first + second + third for first in LETTERS for second in LETTERS for third in LETTERS]
    assert {country_of_three(code) for code in codes} - {None} >= set(REGION_OF_COUNTRY)
    assert country_of_three("usa") == "US"
    assert country_of_three("EUR") is None


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CELLS = st.text(max_size=12) | st.sampled_from(["", "1", "-1", "NA", "20240312", "99991231", "00010101", "a" * 400])


@pytest.mark.parametrize(("feed", "row"), [(GdeltFeed(), GDELT), (IcewsFeed(), ICEWS), (PolecatFeed(), POLECAT)])
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_row_gives_an_event_or_a_complaint(feed: Feed, row: Row, data: st.DataObject) -> None:
    changed = data.draw(st.dictionaries(st.sampled_from(list(row)), CELLS, min_size=1, max_size=4))
    for found in rows_of(feed, {**row, **changed}):
        if isinstance(found, Parsed):
            assert parse_event(encode(found.event)) == found.event
        else:
            assert found.field

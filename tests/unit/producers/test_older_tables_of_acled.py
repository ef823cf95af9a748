"""Exports of ACLED from before it had sub-types, and those with a row for each side of an event."""

from __future__ import annotations

from typing import Any

import pytest

from producers.feeds import Bad, Line, Parsed
from producers.feeds.acled import AcledFeed
from tests.database_rows import ACLED, table

OLD = {
    "GWNO": "652", "EVENT_ID_CNTY": "41SYR", "EVENT_ID_NO_CNTY": "41", "EVENT_DATE": "18/04/2016", "YEAR": "2016",
    "TIME_PRECISION": "1", "EVENT_TYPE": "Battle-No change of territory", "ACTOR1": "Military Forces of Syria (2000-)",
    "ALLY_ACTOR_1": "Mill Brigade", "INTER1": "1", "ACTOR2": "OMS: Old Mill Shield", "ALLY_ACTOR_2": "", "INTER2": "2",
    "INTERACTION": "12", "COUNTRY": "Syria", "ADMIN1": "Idleb", "ADMIN2": "", "ADMIN3": "", "LOCATION": "Tell Example",
    "LATITUDE": "35.6", "LONGITUDE": "36.5", "GEO_PRECISION": "1", "SOURCE": "Example Post",
    "NOTES": "The two sides exchanged fire at the mill.", "FATALITIES": "3",
}  # fmt: skip
MONADIC = {name: text for name, text in ACLED.items() if name not in ("actor2", "assoc_actor_2", "inter2")}


def event_of(row: dict[str, str]) -> Any:
    (found,) = AcledFeed().read(table(row))
    assert isinstance(found, Parsed), found
    assert found.unread == ()
    return found.event


def people(event: Any) -> list[tuple[str, str]]:
    return [(one.name, str(one.role)) for one in (*event.actors, *event.targets)]


def test_a_battle_of_the_first_releases() -> None:
    event = event_of(OLD)
    assert event.event_id.startswith("acled-41SYR-")
    assert event.kind == "attack"
    assert event.headline.startswith("Battle-No change of territory: Military Forces of Syria (2000-) and OMS")
    assert people(event) == [
        ("Military Forces of Syria (2000-)", "participant"), ("Mill Brigade", "other"),
        ("OMS: Old Mill Shield", "participant"),
    ]  # fmt: skip
    assert event.occurred.as_reported == "2016-04-18"
    assert (event.killed.best, event.codes) == (3, {"acled": "Battle-No change of territory"})


@pytest.mark.parametrize(
    ("sort", "actor1", "inter1", "actor2", "inter2", "kind", "response", "role"),
    [
        ("Battle-Government regains territory ", "", "1", "", "2", "attack", None, "participant"),
        ("Remote violence", "OMS: Old Mill Shield", "2", "Army", "1", "attack", None, "perpetrator"),
        ("Violence Against Civilians", "OMS", "2", "Civilians (Syria)", "7", "attack", None, "perpetrator"),
        ("Riots/Protests", "Protesters (Syria)", "6", "", "0", "protest", "none", "organizer"),
        ("Riots/Protests", "Protesters (Syria)", "6", "Police Forces of Syria", "1", "protest", None, "organizer"),
        ("Riots/Protests", "Rioters (Syria)", "5", "Police Forces of Syria", "1", "protest", None, "organizer"),
        ("Riots/Protests", "Rioters (Syria)", "5", "Civilians (Syria)", "7", "attack", None, "perpetrator"),
        ("Riots", "Rioters (Syria)", "5", "", "0", "protest", None, "organizer"),
        ("Explosions/Remote violence", "Army", "1", "Civilians (Syria)", "7", "attack", None, "perpetrator"),
    ],
)  # fmt: skip
def test_a_type_without_a_sub_type_decides_the_kind(
    sort: str, actor1: str, inter1: str, actor2: str, inter2: str, kind: str, response: str | None, role: str
) -> None:
    sides = {"ACTOR1": actor1 or "Army", "INTER1": inter1, "ACTOR2": actor2, "INTER2": inter2}
    event = event_of({**OLD, "EVENT_TYPE": sort, **sides})
    assert (event.kind, getattr(event, "response", None)) == (kind, response)
    assert event.actors[0].role == role


@pytest.mark.parametrize(
    "sort", ["Strategic development", "Headquarters or base established", "Non-violent transfer of territory"]
)
def test_what_was_none_of_the_three_is_left_out_by_its_type(sort: str) -> None:
    (row,) = AcledFeed().read(table({**OLD, "EVENT_TYPE": sort}))
    assert isinstance(row, Bad)
    assert row.field == "event_type"
    assert sort in row.problem


def test_of_one_side_of_an_event_nobody_is_made_the_attacker_who_was_not() -> None:
    mob = {**MONADIC, "event_type": "Riots", "sub_event_type": "Mob violence"}
    assert people(event_of({**mob, "actor1": "Rioters (Syria)", "inter1": "Rioters"})) == [
        ("Rioters (Syria)", "perpetrator")
    ]
    assert people(event_of({**mob, "actor1": "Civilians (Syria)", "inter1": "Civilians"})) == [
        ("Civilians (Syria)", "victim")
    ]
    strike = {
        **MONADIC,
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Shelling/artillery/missile attack",
    }
    assert people(event_of(strike))[0] == ("Military Forces of Syria (2000-)", "participant")
    attack = {**MONADIC, "event_type": "Violence against civilians", "sub_event_type": "Attack"}
    assert people(event_of(attack))[0] == ("Military Forces of Syria (2000-)", "perpetrator")


def test_the_police_as_one_side_of_a_protest_did_not_organize_it() -> None:
    protest = {**MONADIC, "event_type": "Protests", "sub_event_type": "Protest with intervention"}
    police = {**protest, "actor1": "Police Forces of Syria (2000-)", "inter1": "State forces"}
    assert people(event_of(police)) == [("Police Forces of Syria (2000-)", "security_force")]
    crowd = {**protest, "actor1": "Protesters (Syria)", "inter1": "Protesters"}
    assert people(event_of(crowd)) == [("Protesters (Syria)", "organizer")]


def test_columns_without_a_name_at_the_ends_of_lines_are_passed_over() -> None:
    header, row = table(OLD)
    for behind in (b",,,", b"", b",", b",, ,", b",,,,,"):
        (found,) = AcledFeed().read([Line(1, header.raw + b",,,"), Line(2, row.raw + behind)])
        assert isinstance(found, Parsed)
        assert found.event == event_of(OLD)
    (found,) = AcledFeed().read([header, Line(2, row.raw + b",")])
    assert isinstance(found, Parsed)
    for header_behind, behind in ((b"", b",more"), (b",,,", b",,,,more")):
        (found,) = AcledFeed().read([Line(1, header.raw + header_behind), Line(2, row.raw + behind)])
        assert isinstance(found, Bad)

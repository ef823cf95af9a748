"""Changes as plain lines."""

from __future__ import annotations

import pytest

from consumers import lines as module
from consumers.changes import Told
from consumers.lines import PlainLog
from schemas.codec import encode
from schemas.timeline import (
    ActivityChanged,
    AnyChange,
    ClaimAdded,
    ClaimChanged,
    Corrected,
    Decided,
    Entry,
    EntryMoved,
    Merged,
    Related,
    Retitled,
    Retracted,
    Split,
    StandingChanged,
    UnrecognizedChange,
    Unrelated,
)
from schemas.vocabulary import Unrecognized
from tests.results import a_claim, an_entry, an_update, entry_added, opened

TITLES = {"inc-1": "A blast in Kherson", "inc-2": "A march in Kyiv"}


def lines(*changes: AnyChange, entries: tuple[Entry, ...] = (), log: PlainLog | None = None, **given: str) -> list[str]:
    update = an_update(given.pop("incident", "inc-1"), *changes, **given)
    told = Told(update, encode(update), {entry.event_id: entry for entry in entries})
    return list((log or PlainLog(TITLES.get)).lines(told))


def test_a_new_incident_is_told_with_its_first_report() -> None:
    report = an_entry("e1", headline="Blast heard", publisher="AFP")
    assert lines(opened("e1", "A blast in Kherson"), entry_added("e1"), entries=(report,), at="18:02") == [
        "-- Fri 1 March 2024, UTC",
        "> A blast in Kherson [inc-1]",
        "18:02 * opened     attack: Blast heard (AFP)",
    ]


def test_a_statement_says_who_does_what_toward_whom() -> None:
    said = an_entry("e2", headline="Words", publisher="CNN", speaker="A president", stances=[("condemn", "the blast")])
    assert lines(entry_added("e2", "reaction"), entries=(said,))[-1] == (
        "10:00 + reaction   A president -> condemns -> the blast: Words (CNN)"
    )


def test_day_and_incident_are_named_once_until_they_change() -> None:
    log = PlainLog(TITLES.get)
    told = [
        *lines(entry_added("e1"), log=log),
        *lines(entry_added("e2"), log=log, at="10:05"),
        *lines(entry_added("e3"), log=log, at="10:06", incident="inc-2"),
        *lines(entry_added("e4"), log=log, at="+1d 09:00", incident="inc-2"),
    ]
    assert told == [
        "-- Fri 1 March 2024, UTC",
        "> A blast in Kherson [inc-1]",
        "10:00 + core       e1",
        "10:05 + core       e2",
        "> A march in Kyiv [inc-2]",
        "10:06 + core       e3",
        "-- Sat 2 March 2024, UTC",
        "> A march in Kyiv [inc-2]",
        "09:00 + core       e4",
    ]


def test_of_too_many_titles_those_heard_of_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_TITLES", 2)
    log = PlainLog(lambda incident_id: None)
    for number in (1, 2, 3):
        lines(opened(f"e{number}", f"Story {number}"), incident=f"inc-{number}", log=log)
    merged = [Merged(into=f"inc-{number}", from_="inc-3") for number in (1, 2)]
    assert lines(*merged, incident="inc-3", log=log) == [
        "10:00 > merged     into inc-1",
        "10:00 > merged     into Story 2 [inc-2]",
    ]


def test_numbers_are_told_first_and_again_when_they_are_disputed_or_replaced() -> None:
    ten = a_claim(value=10, speaker="a doctor")
    assert lines(ClaimAdded(claim=ten))[-1] == "10:00 # injured    10, says a doctor"
    disputed = a_claim(value=10, speaker="a doctor", state="disputed")
    assert lines(ClaimChanged(claim=disputed, was="current"))[-1] == ("10:00 ! injured    disputed: 10, says a doctor")
    assert lines(ClaimChanged(claim=disputed, was="disputed")) == []
    assert lines(ClaimChanged(claim=ten, was="current")) == []
    replaced = a_claim(value=10, speaker="a doctor", state="superseded")
    assert lines(ClaimChanged(claim=replaced, was="current"))[-1].startswith("10:00 ~ injured    superseded: 10")


def test_a_place_is_told_only_where_it_is_disputed() -> None:
    assert lines(ClaimAdded(claim=a_claim("place", "Kyiv", qualifier="city"))) == []
    disputed = a_claim("place", "Kyiv", qualifier="city", state="disputed")
    assert lines(ClaimAdded(claim=disputed))[-1] == "10:00 ! place      disputed: Kyiv (city), says AFP"


def test_an_accusation_names_the_party() -> None:
    claim = a_claim("attribution", "a militia", "a ministry", qualifier="accuse")
    assert lines(ClaimAdded(claim=claim))[-1] == "10:00 # attribution accuses a militia, says a ministry"


def test_every_other_change_has_its_line() -> None:
    moved = an_entry("e5", headline="Moved")
    told = lines(
        ActivityChanged(was="active", now="quiet", reason="nothing came"),
        StandingChanged(was="unconfirmed", now="contested", reason="denied"),
        Retitled(was="A", now="B"),
        Corrected(event_id="e1", by_event="e2", field="killed", was="2", now="6"),
        Retracted(event_id="e1", by="e3"),
        EntryMoved(event_id="e5", from_incident="inc-2", role="core"),
        EntryMoved(event_id="e5", to_incident="inc-2", role="core", reasons=("suits it better",)),
        Split(into="inc-2", from_="inc-1"),
        Related(incident_id="inc-2", relation="reaction_protest", score=2.0),
        Related(incident_id="inc-2", relation="reaction_protest", direction="to", score=2.0),
        Unrelated(incident_id="inc-2", was="reaction_protest", reasons=("others suit it better",)),
        Decided(command_id="c1", decision="pin", by="Ada", reason="seen it"),
        UnrecognizedChange(type=Unrecognized("sealed")),
        entries=(moved,),
    )
    assert [line[6:] for line in told[2:]] == [
        "~ quiet      nothing came",
        "! standing   unconfirmed -> contested: denied",
        "= retitled   B",
        "! corrected  killed: 2 -> 6 (by e2)",
        "! withdrawn  e1, by e3",
        "+ moved      from inc-2: Moved (AFP)",
        "- moved      to inc-2: Moved (AFP) (suits it better)",
        "> split      off A march in Kyiv [inc-2]",
        "& related    reaction protest: A march in Kyiv [inc-2]",
        "& related    protest over this: A march in Kyiv [inc-2]",
        "& unrelated  no reaction protest any more: A march in Kyiv [inc-2] (others suit it better)",
        "! decided    pin, by Ada: seen it",
        "? sealed     a change that this version does not know",
    ]


def test_a_merged_incident_keeps_its_own_name_in_the_log() -> None:
    # once merged, asking for its title gives that of the incident it became part of
    log = PlainLog(lambda incident: "What stays")
    lines(opened("e1", "What goes"), incident="inc-gone", log=log)
    merged = Merged(into="inc-stays", from_="inc-gone")
    assert lines(merged, incident="inc-gone", log=log)[-1] == "10:00 > merged     into What stays [inc-stays]"
    assert lines(merged, incident="inc-stays", log=log)[-1] == "10:00 < merged     with What goes [inc-gone]"


def test_changes_beyond_those_listed_are_counted() -> None:
    update = an_update("inc-1", entry_added("e1"), changes_total=501)
    told = Told(update, encode(update), {})
    assert list(PlainLog(TITLES.get).lines(told))[-1] == "10:00 + more       500 further changes"


def test_nothing_in_a_line_acts_on_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\u202e[red]x[/red]\n-- forged"
    report = an_entry("e1", headline=hostile, publisher=hostile, speaker=hostile, stances=[("accuse", hostile)])
    told = lines(
        opened("e1", hostile), entry_added("e1"), entry_added("e2"), Retitled(was="A", now=hostile),
        ClaimAdded(claim=a_claim(value=1, speaker=hostile)),
        Decided(command_id="c1", decision="pin", by=hostile, reason=hostile),
        entries=(report,),
    )  # fmt: skip
    assert all(line.isprintable() for line in told)
    assert "[red]" in told[2]
    assert not any(line.startswith("-- forged") for line in told)


def test_a_headline_of_two_thousand_letters_is_cut() -> None:
    report = an_entry("e1", headline="x" * 2_000)
    assert len(lines(entry_added("e1"), entries=(report,))[-1]) < 400

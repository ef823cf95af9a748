"""Random logs for property tests: few places, days, outlets and ids, so that everything meets everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from processors.correlation import CannotApply, Changes, Correlator, LogRecord, Policy
from processors.correlation.identity import incident_id_of
from schemas.codec import LogMessage, encode
from schemas.event import AnyEvent
from tests.builders import REGION, a_decision, a_log, a_protest, a_statement, a_tick, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker, Seen

#: every bound so low that a log of thirty records runs into it
TIGHT = Policy(
    transitions_per_record=2,
    sweeps_per_record=2,
    remembered_commands=2,
    pending_corrections=2,
    kept_apart=2,
    related=2,
    merged_from=2,
    moved_copies=1,
    explained_per_merge=1,
    relates_per_record=2,
    digest_after=timedelta(days=3),
    forget_after=timedelta(days=9),
    remembered=1,
)
PLACES = ["Kherson", "Kherson market", "Mykolaiv", "Lagos"]
SPEAKERS = ["Prime Minister Ann Example", "Ann Example, PM", "Group X", "Police"]
STANCES = [
    "condemn",
    "claim_responsibility",
    "deny_responsibility",
    "accuse",
    "denies_occurrence",
    "confirms",
    "doubts",
]
IDS = [f"e{number}" for number in range(14)]


def a_core(policy: Policy = TIGHT, region: str = REGION) -> Correlator[Seen]:
    return Correlator(region, PlaceAndDayLinker(), policy)


@st.composite
def events(draw: st.DrawFn) -> AnyEvent:
    day, hour = draw(st.integers(0, 12)), draw(st.integers(0, 23))
    at = f"+{day}d {hour:02d}:00"
    kind = draw(st.sampled_from(["attack", "attack", "statement", "protest"]))
    later = draw(st.sampled_from([None, None, None, None, "corrects", "retracts"]))
    common: dict[str, object] = {
        "event_id": draw(st.sampled_from(IDS)),
        "publisher": draw(st.sampled_from(["AFP", "Reuters", "Gazette"])),
        "wire": draw(st.sampled_from([None, None, "AFP", "Reuters"])),
        "report": draw(st.sampled_from([None, None, "r1"])),
        "affiliation": draw(st.sampled_from([None, None, "The Party"])),
        "happened": f"+{draw(st.integers(0, 2))}d {hour:02d}:00",
        "headline": f"News {draw(st.integers(0, 3))}",
        "killed": draw(st.sampled_from([None, 0, 2, 6, "at least 3", "2 to 4"])),
        "refers_to": draw(st.lists(st.sampled_from(IDS), max_size=1)),
        "extra": {
            name: draw(st.sampled_from(PLACES))
            for name in ("also", "background", "draws", "rather", "apart_from")
            if draw(st.sampled_from([False, False, True]))
        }
        | ({"original": True} if draw(st.sampled_from([False, False, True])) else {}),
    }
    if later is not None:
        common[later] = draw(st.sampled_from(IDS))
        if common[later] == common["event_id"]:
            del common[later]
    place = draw(st.sampled_from([*PLACES, None]))
    if kind == "attack":
        by = draw(st.sampled_from([(), ("Group X",)]))
        weapons = draw(st.sampled_from([None, "drone", "3 drone", "2 drones"]))
        return an_attack(at, place, by=by, weapons=weapons, **common)
    if kind == "protest":
        return a_protest(at, place, participants=draw(st.sampled_from([None, 100, 500])), **common)
    return a_statement(
        at,
        place,
        speaker=draw(st.sampled_from([*SPEAKERS, None])),
        stance=draw(st.sampled_from(STANCES)),
        target=draw(st.sampled_from(["Group X", "Group Y"])),
        **common,
    )


@st.composite
def decisions(draw: st.DrawFn) -> LogMessage:
    kind = draw(st.sampled_from(["merge", "split", "pin", "retract", "redact", "close", "reopen"]))
    incident_ids = [incident_id_of(REGION, event_id) for event_id in IDS]
    incidents = draw(st.lists(st.sampled_from(incident_ids), min_size=2, max_size=2, unique=True))
    named = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True))
    at = f"+{draw(st.integers(0, 20))}d 12:00"
    command_id = f"c{draw(st.integers(0, 5))}"
    match kind:
        case "merge":
            return a_decision("merge", at, incidents=incidents, command_id=command_id)
        case "split" | "pin":
            return a_decision(kind, at, incidents=incidents[:1], events=named, command_id=command_id)
        case "retract":
            both = draw(st.booleans())
            return a_decision(
                "retract", at, incidents=incidents[:1] if both else (), events=named, command_id=command_id
            )
        case "redact":
            return a_decision("redact", at, events=named, command_id=command_id)
        case _:
            return a_decision(kind, at, incidents=incidents[:1], command_id=command_id)


@st.composite
def logs(draw: st.DrawFn, most: int = 24) -> list[LogRecord]:
    message = st.one_of(
        events(), events(), events(), events(), decisions(), st.integers(0, 40).map(lambda day: a_tick(f"+{day}d"))
    )
    return a_log(draw(st.lists(message, min_size=1, max_size=most)))


def said(core: Correlator[Any], record: LogRecord) -> list[bytes]:
    """Everything that one record brings out, as bytes: updates, entries, heads; or why it was refused."""
    try:
        changes = core.apply(record)
    except CannotApply as refused:
        return [str(refused).encode()]
    return [*map(encode, changes.updates), *map(encode, changes.entries), *heads(core, changes)]


def heads(core: Correlator[Any], changes: Changes) -> list[bytes]:
    return [encode(core.head(incident_id)) for incident_id in changes.touched]

"""Reports as large and as strange as the schema allows: what comes out stays within what Kafka takes."""

from __future__ import annotations

import pytest

from schemas.codec import MAX_RECORD_BYTES, TYPE_EVENT, decode_log_record, encode
from schemas.event import AnyEvent, AttackEvent, Source, StatementEvent
from schemas.parts import Actor, EventRef, Occurred, Weapon
from schemas.timeline import MAX_HEAD_BYTES
from schemas.vocabulary import ActorRole, Stance
from tests.builders import REGION, a_decision, a_place, a_statement, an_attack, time_of
from tests.stories import Story

#: one character of one, two, three and four bytes, and one that JSON writes with six
FILLINGS = ["a", "é", "漢", "😀", "\x01"]


def fill(filling: str, length: int, number: int) -> str:
    return f"{number}-{filling * length}"[:length]


def a_full_report(number: int, filling: str) -> AnyEvent:
    """Every field as long as it may be."""
    at = time_of(f"+{number // 60}d {number % 24:02d}:{number % 60:02d}")
    actors = tuple(
        Actor(name=fill(filling, 300, person), role=ActorRole.ALLEGED_PERPETRATOR, sector=fill(filling, 100, person))
        for person in range(100)
    )
    occurred = Occurred(
        from_=at, until=at, precision="minute", timezone="UTC", as_reported=fill(filling, 1_000, number)
    )
    common = {
        "event_id": f"event-{number}-{'x' * 180}",
        "headline": fill(filling, 2_000, number),
        "happened": occurred,
        "publisher": fill(filling, 300, number),
        "url": "https://example.org/" + "u" * 3_900,
        "text": filling * 1_000,
    }
    place = a_place("Kherson", admin1=fill(filling, 300, number))
    if number % 2:
        stances = [(str(stance), fill(filling, 1_000, number)) for stance in Stance][:20]
        return a_statement(at, place, speaker=fill(filling, 300, number), stance=stances, killed=number, **common)
    weapons = tuple(Weapon(type=fill(filling, 300, kind), count=kind + number) for kind in range(20))
    return an_attack(at, place, killed=number, injured=number, weapons=weapons, by=actors, **common)


@pytest.mark.parametrize("filling", FILLINGS)
def test_a_head_of_full_reports_that_speak_of_it_in_passing_is_no_larger(filling: str) -> None:
    story = Story()
    story.tell(an_attack("09:00", "Lagos", event_id="lagos"), a_full_report(0, filling))
    named = [EventRef(event_id=name) for name in ("lagos", a_full_report(0, filling).event_id)]
    for number in range(1, 60):
        story.tell(a_full_report(number, filling).model_copy(update={"refers_to": tuple(named)}))
    head = story.head("lagos")
    assert [str(entry.role) for entry in head.entries].count("background") >= 10
    assert len(encode(head)) <= MAX_HEAD_BYTES


@pytest.mark.parametrize("filling", FILLINGS)
def test_heads_entries_updates_and_state_of_full_reports_stay_within_their_bounds(filling: str) -> None:
    story = Story()
    reports = [a_full_report(number, filling) for number in range(40)]
    heaviest: dict[str, int] = {}

    def weigh(kind: str, raw: bytes) -> None:
        heaviest[kind] = max(heaviest.get(kind, 0), len(raw))

    for report in reports:
        changes = story.tell(report)
        for update in changes.updates:
            weigh("update", encode(update))
        for entry in changes.entries:
            weigh("entry", encode(entry))
        for incident_id in changes.touched:
            weigh("head", encode(story.core.head(incident_id)))
    for record in story.core.drain_state():
        weigh(record.key.split("/")[1], record.value or b"")
    head = story.head(reports[0])
    assert heaviest["head"] <= MAX_HEAD_BYTES
    assert len(head.entries) >= 1
    assert len(head.claims) >= 1
    assert head.entries_total == 40
    assert max(heaviest.values()) <= MAX_RECORD_BYTES, heaviest
    for entry in head.entries:
        assert abs(sum(reason.contribution for reason in entry.link.reasons) - entry.link.score) < 1e-5


def test_a_merge_of_large_incidents_counts_the_changes_that_its_update_does_not_name() -> None:
    story = Story()
    for number in range(300):
        place = "Kherson" if number % 2 else "Mykolaiv"
        story.tell(an_attack(f"{number // 60 + 9:02d}:{number % 60:02d}", place, event_id=f"e{number}", killed=number))
    story.tell(a_decision("merge", incidents=[story.home("e1"), story.home("e0")]))
    for update in story.updates[-2:]:
        assert len(update.changes) <= 500
        assert update.changes_total >= 150
        assert len(encode(update)) <= MAX_RECORD_BYTES
    assert story.head("e0").entries_total == 300


@pytest.mark.parametrize("mark", ["-", "_"])
def test_of_a_language_tag_without_end_the_state_keeps_the_language(mark: str) -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="a", language="en" + f"{mark}Latn{mark}GB" * 50_000))
    for record in story.core.drain_state():
        assert len(record.value or b"") < 10_000, record.key


def test_words_that_this_version_does_not_know_pass_through() -> None:
    raw = encode(
        a_statement("10:00", event_id="s", stance=[("accuse", "Group X"), ("confirms", None)], publisher="Gazette")
    )
    strange = raw.replace(b'"accuse"', b'"insinuates"').replace(b'"speaker"', b'"ventriloquist"')
    strange = strange.replace(b'"precision":"city"', b'"precision":"orbit"').replace(b'"minute"', b'"instant"')
    event = decode_log_record(TYPE_EVENT, strange)
    assert isinstance(event, StatementEvent)
    story = Story()
    story.tell(event)
    again = type(story)()
    again.core.restore(story.core.dump())
    for core in (story.core, again.core):
        (entry,) = core.head(story.home("s")).entries
        assert [str(taken.stance) for taken in entry.stances] == ["insinuates", "confirms"]
        assert str(entry.actors[0].role) == "ventriloquist"


def test_an_attack_of_an_unknown_place_precision_and_time_is_taken_as_unknown() -> None:
    raw = encode(an_attack("10:00", event_id="a")).replace(b'"city"', b'"orbit"').replace(b'"minute"', b'"instant"')
    event = decode_log_record(TYPE_EVENT, raw)
    assert isinstance(event, AttackEvent)
    story = Story()
    story.tell(event)
    head = story.head("a")
    assert head.location is not None
    assert str(head.location.precision) == "orbit"
    assert str(head.occurred.precision) == "instant"


def test_a_bare_report_without_place_time_actors_or_numbers_is_an_incident_all_the_same() -> None:
    bare = AttackEvent(event_id="bare", recorded_at=time_of("10:00"), headline="?", source=Source(publisher="?"))
    story = Story()
    story.tell(bare)
    head = story.head("bare")
    assert (head.location, head.occurred, head.claims, head.region) == (None, None, (), REGION)
    assert head.title == "?"

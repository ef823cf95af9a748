"""The codec: one message, one spelling; and what a reader keeps of words it does not know."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.codec import (
    TYPE_ENTRY,
    TYPE_EVENT,
    TYPE_TIMELINE,
    TYPE_UPDATE,
    decode,
    decode_log_record,
    encode,
    parse_event,
    unrecognized_words,
)
from schemas.errors import MalformedRecord
from schemas.event import StatementEvent
from schemas.parts import Actor, Occurred, Place
from schemas.timeline import Entry, Merged, Related, TimelineUpdate, UnrecognizedChange
from schemas.vocabulary import ActorRole, EventKind, PlacePrecision, Stance, TimePrecision, Unrecognized

_EVENT: dict[str, Any] = {
    "event_id": "e1",
    "kind": "statement",
    "recorded_at": "2021-11-07T11:00:00.5+03:00",
    "headline": "Ein Wort — كلمة",
    "source": {"publisher": "A paper"},
}
_UPDATE: dict[str, Any] = {
    "incident_id": "i1",
    "revision": 1,
    "region": "europe",
    "recorded_at": "2021-11-07T08:00:00Z",
    "cause": {"record_id": "e1", "partition": 0, "offset": 0},
    "changes": [],
    "changes_total": 1,
    "core_version": "1",
}


def a_statement(**fields: Any) -> StatementEvent:
    read = decode(TYPE_EVENT, json.dumps({**_EVENT, **fields}).encode())
    assert isinstance(read, StatementEvent)
    return read


def an_update(*changes: dict[str, Any]) -> TimelineUpdate:
    read = decode(TYPE_UPDATE, json.dumps({**_UPDATE, "changes": changes}).encode())
    assert isinstance(read, TimelineUpdate)
    return read


def test_a_message_is_written_in_the_order_of_the_model_without_nulls_in_utf_8_and_utc() -> None:
    assert encode(a_statement(text=None)).decode() == (
        '{"event_id":"e1","recorded_at":"2021-11-07T08:00:00.500000Z","headline":"Ein Wort — كلمة","actors":[],'
        '"targets":[],"source":{"publisher":"A paper"},"codes":{},"refers_to":[],"extra":{},"kind":"statement",'
        '"stances":[],"weapons":[]}'
    )


def test_what_extra_holds_keeps_its_type_and_its_null() -> None:
    extra = {"a": None, "b": True, "c": 1, "d": 1.0, "e": "1", "f": -(2**63)}
    assert json.loads(encode(a_statement(extra=extra)))["extra"] == extra
    assert '"d":1.0,"e":"1"' in encode(a_statement(extra=extra)).decode()


def test_equal_dictionaries_give_equal_bytes() -> None:
    one, other = a_statement(codes={"b": "1", "a": "2"}), a_statement(codes={"a": "2", "b": "1"})
    assert one == other
    assert encode(one) == encode(other)


def test_names_that_python_reserves_travel_without_the_underscore() -> None:
    occurred = {"from": "2021-11-07T00:00:00Z", "until": "2021-11-07T01:00:00Z", "precision": "hour"}
    assert json.loads(encode(a_statement(occurred=occurred)))["occurred"] == occurred
    update = an_update({"type": "merged", "into": "a", "from": "b"})
    assert isinstance(update.changes[0], Merged) and update.changes[0].from_ == "b"
    assert '"into":"a","from":"b"' in encode(update).decode()


def test_the_log_takes_events_decisions_and_ticks() -> None:
    assert decode_log_record(TYPE_EVENT, json.dumps(_EVENT).encode()) == a_statement()


def test_a_word_of_a_later_version_is_kept_by_readers_and_refused_from_writers() -> None:
    later = {"stances": [{"stance": "shrugs"}], "actors": [{"name": "x", "role": "mediator"}]}
    read = a_statement(**later)
    assert read.stances[0].stance == Unrecognized("shrugs")
    assert unrecognized_words([read]) == ["mediator", "shrugs"]
    assert json.loads(encode(read))["stances"] == [{"stance": "shrugs"}]
    with pytest.raises(MalformedRecord, match=r"^actors\.0\.role: must be one of perpetrator, "):
        parse_event(json.dumps({**_EVENT, **later}).encode())


@pytest.mark.parametrize("word", ["", "x" * 101, 3, None, ["speaker"]])
def test_what_can_be_no_word_is_refused_from_readers_too(word: object) -> None:
    with pytest.raises(MalformedRecord, match=r"^actors\.0\.role: must be one of"):
        decode(TYPE_EVENT, json.dumps({**_EVENT, "actors": [{"name": "x", "role": word}]}).encode())


def test_a_known_word_is_a_member_of_its_list() -> None:
    read = a_statement(actors=[{"name": "x", "role": "speaker"}], stances=[{"stance": "condemn"}])
    assert read.actors[0].role is ActorRole.SPEAKER
    assert read.stances[0].stance is Stance.CONDEMN


def test_an_unrecognized_word_survives_copying_pickling_hashing_and_comparing() -> None:
    actor = a_statement(actors=[{"name": "x", "role": "mediator"}]).actors[0]
    copies = [actor.model_copy(), actor.model_copy(deep=True), copy.deepcopy(actor), pickle.loads(pickle.dumps(actor))]
    for one in copies:
        assert one == actor
        assert hash(one) == hash(actor)
        assert type(one.role) is Unrecognized
        assert repr(one.role) == "Unrecognized('mediator')"
    renamed = actor.model_copy(update={"name": "y"})
    assert type(renamed.role) is Unrecognized
    assert actor != Actor(name="x", role=ActorRole.OTHER)


def test_a_service_passes_on_a_word_that_it_read_and_does_not_know() -> None:
    read = a_statement(actors=[{"name": "x", "role": "mediator"}], stances=[{"stance": "shrugs"}])
    entry = {
        "event_id": "e1", "incident_id": "i1", "kind": read.kind, "reported_at": read.recorded_at,
        "recorded_at": read.recorded_at, "headline": read.headline, "source": {"publisher": "p"}, "role": "reaction",
        "significance": 0, "link": {"score": 0},
    }  # fmt: skip
    passed_on = Entry(**entry, actors=read.actors, stances=read.stances)
    assert unrecognized_words([passed_on]) == ["mediator", "shrugs"]
    again = Entry(**entry, actors=(Actor(name="x", role=read.actors[0].role),))
    assert unrecognized_words([again]) == ["mediator"]


def test_a_word_that_has_become_known_is_a_member_again() -> None:
    assert Actor(name="x", role=Unrecognized("speaker")).role is ActorRole.SPEAKER


def test_a_kind_of_incident_of_a_later_version_is_kept_by_readers() -> None:
    update = an_update({"type": "opened", "kind": "disaster", "founding_event": "e1", "title": "Flood"})
    assert unrecognized_words([update]) == ["disaster"]
    with pytest.raises(MalformedRecord, match=r"^kind: must be one of attack, statement, protest"):
        decode(TYPE_EVENT, json.dumps({**_EVENT, "kind": "disaster"}).encode())


def test_a_change_of_a_later_version_keeps_all_it_says() -> None:
    change = {"type": "annexed", "by": "i2", "parts": [1, {"a": [True]}], "score": 0.5}
    update = an_update(change, {"type": "merged", "into": "a", "from": "b"})
    kept = update.changes[0]
    assert isinstance(kept, UnrecognizedChange)
    assert kept.model_extra == {"by": "i2", "parts": [1, {"a": [True]}], "score": 0.5}
    assert unrecognized_words([update]) == ["annexed"]
    assert json.loads(encode(update))["changes"][0] == change
    assert decode(TYPE_UPDATE, encode(update)) == update
    assert TimelineUpdate(**{**dict(update), "revision": 2}).changes == update.changes


def test_a_writer_cannot_make_up_a_type_of_change() -> None:
    with pytest.raises(ValidationError, match="annexed"):
        TimelineUpdate.model_validate({**_UPDATE, "changes": [{"type": "annexed"}]})
    with pytest.raises(MalformedRecord, match=r"^changes\.0\.type: "):
        an_update({"type": "x" * 101})


def test_messages_made_in_python_take_members_words_and_times() -> None:
    place = Place(name="Baghdad", precision=PlacePrecision.CITY, lat=33, lon=44.4)
    assert place == Place(name="Baghdad", precision="city", lat=33.0, lon=44.4)
    moment = a_statement().recorded_at
    occurred = Occurred(from_=moment, until=moment, precision=TimePrecision.MINUTE)
    assert Occurred.model_validate_json(occurred.model_dump_json()) == occurred
    assert a_statement().kind is EventKind.STATEMENT


def test_a_message_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        a_statement().headline = "other"


@pytest.mark.parametrize("ce_type", [TYPE_TIMELINE, TYPE_ENTRY])
def test_the_sinks_topics_hold_no_nulls(ce_type: str) -> None:
    with pytest.raises(MalformedRecord, match=r"^value: is empty"):
        decode(ce_type, None)


@pytest.mark.parametrize(
    ("given", "read"), [({}, None), ({"direction": "of"}, "of"), ({"direction": "across"}, Unrecognized("across"))]
)
def test_a_relation_from_before_there_were_directions_is_read_and_one_of_a_later_version_is_kept(
    given: dict[str, str], read: str | None
) -> None:
    change = {"type": "related", "incident_id": "i2", "relation": "precursor", **given, "score": 1.0}
    update = an_update(change)
    (related,) = update.changes
    assert isinstance(related, Related)
    assert (related.direction, type(related.direction) is Unrecognized) == (read, isinstance(read, Unrecognized))
    assert json.loads(encode(update))["changes"] == [change]

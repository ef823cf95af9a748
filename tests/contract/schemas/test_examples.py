"""Every example, through every reader: the codec, JSON Schema, CloudEvents headers. And nothing is left out of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC
from inspect import get_annotations
from typing import Any

import jsonschema_rs
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from pydantic import BaseModel

from schemas.codec import decode, encode, parse_event, type_of, unrecognized_words
from schemas.decision import Command, Decision, Tick
from schemas.entry import Link
from schemas.errors import MalformedRecord
from schemas.event import AttackEvent, ProtestEvent, StatementEvent
from schemas.example_files import DIRECTORY, Example, examples
from schemas.headers import read_headers
from schemas.json_schemas import json_schemas
from schemas.regions import region_of
from schemas.rejection import read_rejection
from schemas.timeline import Entry, IncidentTimeline, TimelineUpdate
from schemas.topics import BY_NAME, REJECTED
from schemas.vocabulary import DecisionKind

_ALL = {example.name: example for example in examples()}
_TAKEN = [example for example in _ALL.values() if example.message is not None]
_MESSAGES = (
    AttackEvent,
    StatementEvent,
    ProtestEvent,
    Decision,
    Tick,
    Command,
    IncidentTimeline,
    Entry,
    TimelineUpdate,
)


def ids(example: Example) -> str:
    return example.name


def parts_of(value: object) -> Iterator[BaseModel]:
    """A message and every model inside it."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from parts_of(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts_of(item)


def models_below(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model and every model that its fields can hold, found from the types."""

    def named(annotation: Any) -> Iterator[type[BaseModel]]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        for argument in getattr(annotation, "__args__", ()):
            yield from named(argument)

    found = {model}
    for field in model.model_fields.values():
        for inner in named(field.annotation):
            found |= models_below(inner)
    return found


def named(model: type[BaseModel], field: str) -> str:
    """`Place.lat`; what the three kinds of event share counts once."""
    owner = next(base for base in model.__mro__ if field in get_annotations(base))
    return f"{owner.__name__}.{field}"


@pytest.mark.parametrize("example", _TAKEN, ids=ids)
def test_an_example_is_written_as_the_codec_writes_it(example: Example) -> None:
    path = DIRECTORY / example.topic / f"{example.name}.json"
    message = decode(example.ce_type, path.read_bytes())
    assert json.dumps(json.loads(encode(message)), ensure_ascii=False, indent=2) + "\n" == path.read_text("utf-8")
    assert type_of(message) == example.ce_type
    assert unrecognized_words([message]) == []


@pytest.mark.parametrize("example", _TAKEN, ids=ids)
def test_an_example_obeys_its_json_schema(example: Example) -> None:
    schema = jsonschema_rs.validator_for(json_schemas()[example.ce_type], validate_formats=True)
    assert [error.message for error in schema.iter_errors(example.payload)] == []


@pytest.mark.parametrize("example", _TAKEN, ids=ids)
def test_a_cloudevents_sdk_reads_what_stands_in_the_headers(example: Example) -> None:
    raw = encode(decode(example.ce_type, json.dumps(example.payload).encode()))
    headers = {name: value.encode() for name, value in example.headers}
    read = from_binary_event(KafkaMessage(headers=headers, key=None, value=raw))
    ours = read_headers(list(headers.items()))
    assert read.get_specversion() == "1.0"
    assert (read.get_id(), read.get_type(), read.get_source()) == (ours.id, example.ce_type, ours.source)
    assert read.get_datacontenttype() == "application/json"
    moment = read.get_time()
    assert moment is not None and moment.astimezone(UTC) == ours.time
    assert read.get_extension("region") == ours.region == "middle-east"
    for name in ("incidentkind", "standing"):
        assert read.get_extension(name) == getattr(ours, name)
    assert read.get_extension("revision") == (None if ours.revision is None else str(ours.revision))
    assert read.get_data() == example.payload


def test_headers_and_payload_of_an_example_agree() -> None:
    for example in _TAKEN:
        if isinstance(example.message, IncidentTimeline | TimelineUpdate):
            assert dict(example.headers)["ce_revision"] == str(example.message.revision)
            assert dict(example.headers)["ce_id"] == f"{example.message.incident_id}/{example.message.revision}"
        if isinstance(example.message, AttackEvent | StatementEvent | ProtestEvent | Tick | Command):
            assert dict(example.headers)["ce_region"] == region_of(example.message)


def test_an_event_is_written_strictly_enough_for_a_writer() -> None:
    for example in _TAKEN:
        if isinstance(example.message, AttackEvent | StatementEvent | ProtestEvent):
            assert parse_event(json.dumps(example.payload).encode()) == example.message


def test_every_topic_has_examples_and_every_folder_is_a_topic() -> None:
    assert {example.topic for example in _ALL.values()} == set(BY_NAME)


def test_every_message_is_shown_and_every_kind_of_decision() -> None:
    assert {type(example.message) for example in _TAKEN} == set(_MESSAGES)
    assert {e.message.decision for e in _TAKEN if isinstance(e.message, Decision)} == set(DecisionKind)


def test_every_field_of_every_model_is_filled_in_some_example() -> None:
    wanted = {
        named(model, name)
        for message in _MESSAGES
        for model in models_below(message)
        if model.__name__ != "UnrecognizedChange"  # only readers of a later version meet it
        for name in model.model_fields
    }
    filled = {
        named(type(part), name)
        for example in _TAKEN
        for part in parts_of(example.message)
        for name, field in type(part).model_fields.items()
        # a tag always has its default; of the others, what is left at its default shows nothing
        if getattr(part, name) != field.get_default(call_default_factory=True) or name in ("kind", "type")
    }
    assert len(wanted) > 150
    assert wanted - filled == set()


def test_the_reasons_of_a_link_sum_to_its_score() -> None:
    links = [part for example in _TAKEN for part in parts_of(example.message) if isinstance(part, Link)]
    assert links
    for link in links:
        assert math.isclose(link.score, sum(reason.contribution for reason in link.reasons), abs_tol=1e-6)


def test_the_rejected_example_carries_the_reason_that_the_codec_gives() -> None:
    (example,) = [example for example in _ALL.values() if example.topic == REJECTED]
    with pytest.raises(MalformedRecord) as caught:
        decode(example.ce_type, json.dumps(example.payload).encode())
    why = read_rejection(example.headers)
    assert why is not None
    assert (why.reason, why.field) == (caught.value.problem, "kind")
    assert "attack, statement, protest" in why.reason

"""What holds for every message there can be, and for everything that is none.

Messages are drawn from the JSON Schemas, so that a new field is tested the day it comes.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from schemas.codec import AnyMessage, decode, encode, parse_event, type_of, unrecognized_words
from schemas.decision import WHAT_A_DECISION_NAMES, Command, Tick
from schemas.errors import MalformedRecord
from schemas.event import AttackEvent, ProtestEvent, StatementEvent
from schemas.example_files import examples
from schemas.headers import headers_of, read_headers
from schemas.json_schemas import Schema, json_schemas, with_definitions_inlined
from schemas.regions import ALL_REGIONS, partition_of, region_of
from schemas.timeline import Entry
from schemas.vocabulary import DecisionKind, Unrecognized

_SCHEMAS = json_schemas()
_TYPES = sorted(_SCHEMAS)
_VALIDATORS = {name: jsonschema_rs.validator_for(schema, validate_formats=True) for name, schema in _SCHEMAS.items()}
_EXAMPLES = [example for example in examples() if example.message is not None]
_QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_MOMENTS = st.builds(
    lambda moment, hours: moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=hours))).isoformat(),
    st.datetimes(datetime(25, 1, 2), datetime(9999, 12, 30)),
    st.sampled_from([0, 0, 0, 3, -5, 5.75]),
)
_IDS = st.from_regex(r"\A[^\s\x00-\x1f\x7f]{1,12}\Z")
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """JSON values that obey a schema."""
    for key in ("oneOf", "anyOf"):
        if key in schema:
            known = [branch for branch in schema[key] if not is_unknown_change(branch)]
            return st.one_of(*map(values, known))
    if "const" in schema:
        return st.just(schema["const"])
    if words := schema.get("enum") or schema.get("x-known-values"):
        return st.sampled_from(words)
    match schema["type"]:
        case "object" if "properties" in schema:
            required = set(schema.get("required", ()))
            fields = {name: values(field) for name, field in schema["properties"].items()}
            return st.fixed_dictionaries(
                {name: of_it for name, of_it in fields.items() if name in required},
                optional={name: of_it for name, of_it in fields.items() if name not in required},
            ).map(mended)
        case "object":
            return st.dictionaries(st.text(min_size=1, max_size=5), values(schema["additionalProperties"]), max_size=3)
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(values(schema["items"]), min_size=least, max_size=max(least, 2))
        case "string" if schema.get("format") == "date-time":
            return _MOMENTS
        case "string" if "pattern" in schema:
            most = schema.get("maxLength", math.inf)
            drawn = _IDS if "\\s" in schema["pattern"] else st.from_regex(schema["pattern"].replace("$", r"\Z"))
            return drawn.filter(lambda text: len(text) <= most)  # the pattern bounds no length
        case "string":
            return st.text(min_size=schema.get("minLength", 0), max_size=12)
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "number":
            return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case _:
            return st.none()


def is_unknown_change(branch: Schema) -> bool:
    return any("not" in field for field in branch.get("properties", {}).values())


def mended(value: dict[str, Any]) -> dict[str, Any]:
    """What a schema cannot say and a model asks for: bounds in order, lat with lon, ids of a decision."""
    if value.get("lat") is None or value.get("lon") is None:
        value = {name: item for name, item in value.items() if name not in ("lat", "lon")}
    if "from" in value and "until" in value:
        first, last = sorted((value["from"], value["until"]), key=datetime.fromisoformat)
        value |= {"from": first, "until": last}
    if "best" in value:
        given = [name for name in ("low", "best", "high") if value.get(name) is not None]
        value |= dict(zip(given, sorted(value[name] for name in given), strict=True))
    if value.get("corrects") is not None:
        value.pop("retracts", None)
    if "command_id" in value and "type" not in value:
        (least_i, _), (least_e, _) = WHAT_A_DECISION_NAMES[DecisionKind(value["decision"])]
        value |= {
            "incidents": [f"i{n}" for n in range(least_i or (value["decision"] == "retract"))],
            "events": [f"e{n}" for n in range(least_e)],
        }
    return value


@cache
def payloads(ce_type: str) -> st.SearchStrategy[dict[str, Any]]:
    return values(with_definitions_inlined(_SCHEMAS[ce_type]))


def raw_of(payload: object) -> bytes:
    return json.dumps(payload).encode()


def headers_as_worker(message: AnyMessage) -> list[tuple[str, bytes]]:
    return headers_of(message, revision=7) if isinstance(message, Entry) else headers_of(message)


@pytest.mark.parametrize("ce_type", _TYPES)
@given(data=st.data())
@_QUICK
def test_what_is_decoded_and_encoded_is_the_same_message_in_the_same_bytes(ce_type: str, data: st.DataObject) -> None:
    message = decode(ce_type, raw_of(data.draw(payloads(ce_type))))
    raw = encode(message)
    assert decode(ce_type, raw) == message
    assert encode(decode(ce_type, raw)) == raw
    assert type_of(message) == ce_type
    assert list(_VALIDATORS[ce_type].iter_errors(json.loads(raw))) == []


@pytest.mark.parametrize("ce_type", _TYPES)
@given(data=st.data())
@_QUICK
def test_the_order_of_names_in_the_json_makes_no_difference(ce_type: str, data: st.DataObject) -> None:
    payload = data.draw(payloads(ce_type))

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(item) for name, item in reversed(value.items())}
        return [turned(item) for item in value] if isinstance(value, list) else value

    assert encode(decode(ce_type, raw_of(turned(payload)))) == encode(decode(ce_type, raw_of(payload)))


@pytest.mark.parametrize("ce_type", _TYPES)
@given(data=st.data())
@_QUICK
def test_a_message_survives_a_copy_and_its_headers_are_read_back(ce_type: str, data: st.DataObject) -> None:
    message: BaseModel = decode(ce_type, raw_of(data.draw(payloads(ce_type))))
    copy = message.model_copy(deep=True)
    assert copy == message
    assert encode(copy) == encode(message)
    read = read_headers(headers_as_worker(copy))
    assert read.type == ce_type
    assert read.time is not None
    if isinstance(copy, AttackEvent | StatementEvent | ProtestEvent | Tick | Command):
        assert read.region == region_of(copy)


@given(payload=payloads("incidents.event.v1"), partitions=st.integers(1, 500))
@_QUICK
def test_every_event_has_one_of_the_regions_and_every_region_a_partition(
    payload: dict[str, Any], partitions: int
) -> None:
    event = parse_event(raw_of(payload))
    assert region_of(event) in ALL_REGIONS
    assert 0 <= partition_of(region_of(event), partitions) < partitions


@given(raw=st.binary(max_size=200) | _ANYTHING.map(raw_of), ce_type=st.sampled_from(_TYPES))
@_QUICK
def test_what_is_no_message_is_malformed_and_nothing_else(raw: bytes, ce_type: str) -> None:
    with pytest.raises(MalformedRecord) as caught:
        decode(ce_type, raw)
    assert caught.value.field
    assert (caught.value.field + caught.value.problem).isprintable()
    assert len(str(caught.value)) < 1_300


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all values inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for name, item in inside for deeper in places(item, (*path, name)))]


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_one_spoilt_value_in_an_example_is_taken_or_named(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(_EXAMPLES))
    payload = json.loads(json.dumps(example.payload))
    path = data.draw(st.sampled_from([some for some in places(payload) if some]))
    holder = payload
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(_ANYTHING)
    try:
        encode(decode(example.ce_type, raw_of(payload)))
    except MalformedRecord as fault:
        # the fault lies at the spoilt value, inside it, or at its neighbour that is judged together with it
        spoilt = ".".join(map(str, path))
        holder_told, _, last = fault.field.rpartition(".")
        neighbour = holder_told == spoilt.rpartition(".")[0] and last in _JUDGED_TOGETHER
        assert f"{fault.field}.".startswith(f"{spoilt}.") or neighbour, (spoilt, str(fault))


_JUDGED_TOGETHER = {"lat", "lon", "low", "high", "until", "incidents", "events", "retracts"}


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_what_a_later_version_adds_is_passed_over_and_its_words_are_kept(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(_EXAMPLES))
    payload = json.loads(json.dumps(example.payload))
    open_words = {"role", "stance", "precision", "relation", "state", "about", "activity", "standing"}
    words = [path for path in places(payload) if path and path[-1] in open_words and example.ce_type != _COMMAND]
    words = [path for path in words if isinstance(value_at(payload, path), str)]
    if words:
        path = data.draw(st.sampled_from(words))
        value_at(payload, path[:-1])[path[-1]] = "word_of_2031"
    expected = json.loads(json.dumps(payload))
    objects = [path for path in places(payload) if isinstance(value_at(payload, path), dict)]
    objects = [path for path in objects if path[-1:] not in (("codes",), ("extra",))]
    value_at(payload, data.draw(st.sampled_from(objects)))["field_of_2031"] = data.draw(_ANYTHING)
    message = decode(example.ce_type, raw_of(payload))
    assert json.loads(encode(message)) == expected
    assert unrecognized_words([message]) == ["word_of_2031"] * len(words[:1])
    assert unrecognized_words([message.model_copy(deep=True)]) == ["word_of_2031"] * len(words[:1])


_COMMAND = "incidents.command.v1"  # its role is closed: the gate decides by it


def value_at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@given(st.text(min_size=1, max_size=100))
def test_an_unrecognized_word_is_equal_to_its_text_and_hashes_like_it(word: str) -> None:
    assert Unrecognized(word) == word
    assert hash(Unrecognized(word)) == hash(word)
    assert {Unrecognized(word): 1}[word] == 1

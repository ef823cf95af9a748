"""Every bound of every field: what stands at it is taken, what lies beyond is refused by the field's name.

Fields and bounds are found in the JSON Schemas, and tried in an example that fills the field.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.codec import MAX_RECORD_BYTES, decode, encode
from schemas.errors import MalformedRecord, TooLarge
from schemas.event import EVENT
from schemas.example_files import Example, examples
from schemas.json_schemas import Schema, json_schemas, with_definitions_inlined
from schemas.timeline import MAX_UPDATE_CHANGES, TimelineUpdate

Path = tuple[str | int, ...]


def bounded(schema: Schema, value: Any, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """The fields that an example fills and that have bounds, with what their schema says."""
    for branch in [*schema.get("oneOf", ()), *schema.get("anyOf", ())] or [schema]:
        tag = next((f["const"] for f in branch.get("properties", {}).values() if "const" in f), None)
        if tag is not None and isinstance(value, dict) and tag not in (value.get("kind"), value.get("type")):
            continue
        if {"maxLength", "maxItems", "maximum", "minimum", "minLength"} & set(branch) and fits(branch, value):
            yield path, branch
        if isinstance(value, dict):
            for name, field in branch.get("properties", {}).items():
                if name in value:
                    yield from bounded(field, value[name], (*path, name))
        if isinstance(value, list) and value and "items" in branch:
            yield from bounded(branch["items"], value[0], (*path, 0))


def fits(branch: Schema, value: Any) -> bool:
    if value == []:
        return False  # no item to fill a list with; another example has one
    kinds = {"string": str, "array": list, "integer": int, "number": int | float}
    return isinstance(value, kinds.get(branch.get("type", ""), dict)) and not isinstance(value, bool)


def every_bound() -> Iterator[Any]:
    seen: set[tuple[Any, ...]] = set()
    schemas = {ce_type: with_definitions_inlined(schema) for ce_type, schema in json_schemas().items()}
    for example in examples():
        if example.message is None:
            continue
        schema = schemas[example.ce_type]
        for path, branch in bounded(schema, example.payload):
            key = (example.ce_type, *(step for step in path if isinstance(step, str)), example.payload.get("kind"))
            if (*key, branch["type"]) not in seen:
                seen.add((*key, branch["type"]))
                yield pytest.param(example, path, branch, id=f"{example.name}:{'.'.join(map(str, path))}")


def beside(example: Example, path: Path, value: Any) -> bytes:
    payload = json.loads(json.dumps(example.payload))
    holder = payload
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return json.dumps(payload).encode()


def within_and_beyond(branch: Schema, given: Any) -> Iterator[tuple[Any, Any]]:
    """Pairs: a value at a bound, and one just beyond it."""
    if "maxLength" in branch:
        letter = "é" if "pattern" not in branch else "x"
        most = branch["maxLength"]
        if most * 2 < MAX_RECORD_BYTES:  # of an article the bound on bytes comes first; it has a test of its own
            yield letter * most, letter * (most + 1)
    if branch.get("minLength"):
        yield "x" * branch["minLength"], ""
    if "maxItems" in branch:
        yield given[:1] * branch["maxItems"], given[:1] * (branch["maxItems"] + 1)
    if "maximum" in branch:
        yield branch["maximum"], branch["maximum"] + 1
    if "minimum" in branch:
        yield branch["minimum"], branch["minimum"] - 1


#: judged together with a neighbour, or as distinct ids: the bound is tested, what stands at it is not
_NOT_ALONE = {"low", "best", "high", "incidents", "events"}


@pytest.mark.parametrize(("example", "path", "branch"), every_bound())
def test_what_stands_at_a_bound_is_taken_and_what_lies_beyond_is_refused(
    example: Example, path: Path, branch: Schema
) -> None:
    given: Any = example.payload
    for step in path:
        given = given[step]
    for within, beyond in within_and_beyond(branch, given):
        with pytest.raises(MalformedRecord) as caught:
            decode(example.ce_type, beside(example, path, beyond))
        if path[-1] not in _NOT_ALONE:
            assert caught.value.field == ".".join(map(str, path))
            decode(example.ce_type, beside(example, path, within))


def an_event_of(text_bytes: int) -> dict[str, Any]:
    event = {"event_id": "e", "kind": "attack", "recorded_at": "2021-11-07T08:00:00Z", "headline": "h"}
    return {**event, "source": {"publisher": "p"}, "text": "x" * text_bytes}


def test_an_article_of_900_kb_is_an_event() -> None:
    event = EVENT.validate_python(an_event_of(900_000))
    assert decode("incidents.event.v1", encode(event)) == event
    with pytest.raises(MalformedRecord) as caught:
        decode("incidents.event.v1", json.dumps(an_event_of(900_001)).encode())
    assert caught.value.field == "text"


def test_a_message_above_what_a_topic_takes_is_not_written() -> None:
    event = EVENT.validate_python(an_event_of(0) | {"text": "é" * 600_000})
    with pytest.raises(TooLarge, match=r"^value: \d+ bytes, at most 1000000: shorten the text"):
        encode(event)


def test_an_update_of_a_merge_of_giants_names_as_many_changes_as_fit() -> None:
    changes = [{"type": "entry_moved", "event_id": f"event-{n:0200d}"[:200], "role": "core"} for n in range(501)]
    update = {
        "incident_id": "i",
        "revision": 1,
        "region": "europe",
        "recorded_at": "2021-11-07T08:00:00Z",
        "cause": {"record_id": "e", "partition": 0, "offset": 0},
        "changes": changes[:MAX_UPDATE_CHANGES],
        "changes_total": 20_000,
        "core_version": "1",
    }
    assert len(encode(TimelineUpdate.model_validate(update))) < MAX_RECORD_BYTES
    with pytest.raises(MalformedRecord, match="changes: must have at most 500 items"):
        decode("incidents.update.v1", json.dumps({**update, "changes": changes}).encode())

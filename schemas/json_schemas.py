"""The JSON Schema (2020-12) of every message, made from the models.

Messages that others write (the log, commands) have strict schemas: a field or a word that this version does not know
is a fault. Messages that others read (timelines, entries, updates) have open ones, as a reader must take them:
fields are added within a version, and the lists of words grow. The words known today stand in `x-known-values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import TypeAdapter

from .codec import (
    TYPE_COMMAND,
    TYPE_DECISION,
    TYPE_ENTRY,
    TYPE_EVENT,
    TYPE_TICK,
    TYPE_TIMELINE,
    TYPE_UPDATE,
)
from .decision import Command, Decision, Tick
from .event import EVENT
from .timeline import Entry, IncidentTimeline, TimelineUpdate

Schema = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Final[Mapping[str, TypeAdapter[Any]]] = {
    TYPE_EVENT: EVENT,
    TYPE_DECISION: TypeAdapter(Decision),
    TYPE_TICK: TypeAdapter(Tick),
    TYPE_COMMAND: TypeAdapter(Command),
    TYPE_TIMELINE: TypeAdapter(IncidentTimeline),
    TYPE_ENTRY: TypeAdapter(Entry),
    TYPE_UPDATE: TypeAdapter(TimelineUpdate),
}
#: what readers of the sinks validate with
READ_BY_OTHERS: Final = frozenset({TYPE_TIMELINE, TYPE_ENTRY, TYPE_UPDATE})


def json_schema(ce_type: str) -> Schema:
    """The schema of one message type. KeyError where there is no such type."""
    schema = _MODELS[ce_type].json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        _tidy(part)
    if ce_type in READ_BY_OTHERS:
        _open(schema)
    schema.setdefault("title", "Event")
    return {"$schema": _DIALECT, "$id": f"urn:{ce_type.replace('.', ':')}", **schema}


def json_schemas() -> dict[str, Schema]:
    """The schemas of all message types, by `ce_type`."""
    return {ce_type: json_schema(ce_type) for ce_type in _MODELS}


def file_name(ce_type: str) -> str:
    return f"{ce_type}.schema.json"


def _tidy(model: Schema) -> None:
    """What pydantic adds to an object's fields beyond their meaning goes; what it leaves out comes."""
    required = model.get("required", [])
    for name, field in model.get("properties", {}).items():
        field.pop("title", None)  # "Event Id" of event_id
        if "const" in field:
            # with its default the tag looks optional, but a union is told apart by nothing else
            field.pop("default", None)
            required = [*required, name]
    if required:
        model["required"] = required


def _open(schema: Any) -> None:
    """Strict to open, in place."""
    if isinstance(schema, list):
        for item in schema:
            _open(item)
    elif isinstance(schema, dict):
        if schema.get("additionalProperties") is False:
            del schema["additionalProperties"]
        if schema.pop("x-open-for-readers", False):
            if "enum" in schema:
                schema["x-known-values"] = schema.pop("enum")
            else:
                _open_union(schema)
        for value in schema.values():
            _open(value)


def _open_union(schema: Schema) -> None:
    """A union told apart by a tag, and beside its known members any object with another tag."""
    tag = schema["discriminator"]["propertyName"]
    known = sorted(schema.pop("discriminator")["mapping"])
    other = {
        "type": "object",
        "description": "of a type that is not known yet",
        "properties": {tag: {"type": "string", "not": {"enum": known}}},
        "required": [tag],
    }
    schema["oneOf"] = [*schema["oneOf"], other]


def with_definitions_inlined(schema: Schema) -> Schema:
    """The same schema without `$defs`: every reference replaced by what it names. Our messages never recurse."""
    definitions = schema.get("$defs", {})

    def inline(value: Any) -> Any:
        if isinstance(value, list):
            return [inline(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            named = definitions[value["$ref"].removeprefix("#/$defs/")]
            beside = {key: item for key, item in value.items() if key != "$ref"}
            return inline({**deepcopy(named), **beside})
        return {key: inline(item) for key, item in value.items() if key not in ("$defs", "discriminator")}

    inlined: Schema = inline(schema)
    return inlined

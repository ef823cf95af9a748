"""`docs/messages.md`: one table a message and a part, made from the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .codec import TYPE_COMMAND, TYPE_DECISION, TYPE_ENTRY, TYPE_EVENT, TYPE_TICK, TYPE_TIMELINE, TYPE_UPDATE
from .json_schemas import Schema, json_schema
from .parts import COUNTRY_PATTERN, IDENTIFIER_PATTERN, LANGUAGE_PATTERN, REGION_PATTERN
from .regions import ALL_REGIONS, REGION_OF_COUNTRY
from .topics import REGISTRY

_INTRODUCTION: Final = """\
# Messages

<!-- Written by `timelines schema` from schemas/*.py: change it there. -->

What stands on each topic, field by field. Times are ISO 8601 with a zone, kept in UTC. Values are JSON in UTF-8, at
most 1,000,000 bytes. Keys, headers, how Kafka keeps each topic, and an example of every message stand in
[schemas/asyncapi.json](../schemas/asyncapi.json).

Within `v1` fields and words are only added. A writer must use the words listed here; a reader passes over fields it
does not know and keeps words it does not know (`Unrecognized` in Python). Lists marked *closed* never grow within `v1`.
"""

_PLACES: Final = """\
## Where a record goes

The key of an event is the region that `corrects`, `retracts` or `refers_to` names, where one does; else that of the
first country that is known of `location`, `targets`, `actors` and `said_in`, in this order; else `world`. Coordinates
do not count. Under another region's key a report is taken there and never meets those of its own. Of the headers the
worker needs `ce_type`. In Python: `headers_of` and `region_of`, as in [examples/publish.py](examples/publish.py).

A writer lets the key choose the partition by murmur2, as Java's client does (librdkafka and what is built on it:
`partitioner=murmur2_random`, which is not its default). A record in another partition than its region's is rejected.
What follows from one partition of the log stands in the same partition of the other topics."""

_SECTIONS: Final = (
    (TYPE_EVENT, "events"),
    (TYPE_DECISION, "events"),
    (TYPE_TICK, "events"),
    (TYPE_COMMAND, "commands"),
    (TYPE_TIMELINE, "timelines"),
    (TYPE_ENTRY, "entries"),
    (TYPE_UPDATE, "updates"),
)


def reference() -> str:
    """The whole page, Markdown."""
    lines = [_INTRODUCTION, *_topics()]
    shown = {str(json_schema(ce_type)["title"]) for ce_type, _ in _SECTIONS}
    for ce_type, topic in _SECTIONS:
        schema = _with_words_in_place(json_schema(ce_type))
        lines += [f"\n## {schema['title']}", "", f"`ce_type: {ce_type}`, on `incidents.{topic}.v1`.", ""]
        if "oneOf" in schema:
            lines += ["One source's report of one happening or utterance, in three kinds told apart by `kind`.", ""]
            lines += _event_tables(schema)
        else:
            lines += [schema["description"].replace("\n\n", "\n"), "", *_table(schema)]
        for name, part in sorted(schema.get("$defs", {}).items()):
            if name in shown or "properties" not in part:
                continue
            shown.add(name)
            lines += [f"\n### {name}", "", part["description"], "", *_table(part)]
    return "\n".join(lines) + "\n"


def _with_words_in_place(schema: Schema) -> Schema:
    """Lists of words stand in the field that uses them, not in a section of their own."""
    lists = {f"#/$defs/{name}": part for name, part in schema.get("$defs", {}).items() if "enum" in part}

    def placed(value: Any) -> Any:
        if isinstance(value, list):
            return [placed(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("$ref") in lists:
            return {"enum": lists[value["$ref"]]["enum"], **{k: v for k, v in value.items() if k != "$ref"}}
        return {key: placed(item) for key, item in value.items()}

    whole: Schema = placed(schema)
    return whole


def _topics() -> Iterator[str]:
    yield "## Topics"
    yield ""
    yield "| topic | what for | key | value | kept |"
    yield "| --- | --- | --- | --- | --- |"
    for topic in REGISTRY:
        kept = "the newest of each key" if topic.cleanup == "compact" else _kept(topic.retention_ms)
        yield f"| `{topic.name}` | {topic.purpose} | {topic.key} | {topic.value} | {kept} |"
    yield ""
    yield _PLACES
    yield ""
    yield "| region | countries (ISO 3166-1 alpha-2, XK) |"
    yield "| --- | --- |"
    for region in ALL_REGIONS:
        named = (country for country, home in REGION_OF_COUNTRY.items() if home == region)
        yield f"| `{region}` | {' '.join(named) or 'none that is known'} |"


def _kept(retention_ms: int) -> str:
    return "for ever" if retention_ms < 0 else f"{retention_ms // 86_400_000} days"


def _event_tables(schema: Schema) -> Iterator[str]:
    """What the three kinds share once, then what each has of its own."""
    kinds = [schema["$defs"].pop(branch["$ref"].removeprefix("#/$defs/")) for branch in schema["oneOf"]]
    shared = [
        name
        for name, field in kinds[0]["properties"].items()
        if all(kind["properties"].get(name) == field for kind in kinds)
    ]
    yield from _table({**kinds[0], "properties": {name: kinds[0]["properties"][name] for name in shared}})
    for kind in kinds:
        own = {name: field for name, field in kind["properties"].items() if name not in shared}
        yield f"\n### {kind['title']}"
        yield ""
        yield kind["description"]
        yield ""
        yield from _table({**kind, "properties": own})


def _table(model: Schema) -> Iterator[str]:
    yield "| field | type | required | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, field in model["properties"].items():
        required = "yes" if name in model.get("required", ()) else ""
        yield f"| `{name}` | {_type_of(field)} | {required} | {field['description']} |"


def _type_of(field: Schema) -> str:
    """A field's type in words: `text, 1 to 300 characters`, `list of Actor, at most 100`."""
    for key in ("anyOf", "oneOf"):
        if key in field:
            branches = [branch for branch in field[key] if branch.get("type") != "null"]
            return " or ".join(dict.fromkeys(filter(None, map(_type_of, branches))))
    if "$ref" in field:
        name = field["$ref"].removeprefix("#/$defs/")
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{field['const']}`"
    words = field.get("enum") or field.get("x-known-values")
    if words:
        grows = "x-open-for-readers" in field or "x-known-values" in field
        return ", ".join(f"`{word}`" for word in words) + ("" if grows else " *(closed)*")
    return _plain(field)


#: texts of a shape have a name; their patterns stand in the JSON Schemas
_SHAPES: Final = {
    IDENTIFIER_PATTERN: "id, 1 to 200 characters without blanks",
    COUNTRY_PATTERN: "country code, two capital letters",
    LANGUAGE_PATTERN: "language tag",
    REGION_PATTERN: "region",
}
_64_BITS: Final = 2**63 - 1


def _plain(field: Schema) -> str:
    match field.get("type"):
        case "array":
            bounds = _bounds(field.get("minItems"), field.get("maxItems"))
            return f"list of {bounds}: {_type_of(field['items'])}"
        case "object" if "additionalProperties" in field:
            return f"object of at most {field['maxProperties']} names: {_type_of(field['additionalProperties'])}"
        case "object":
            return ""  # the open branch of a union; the page says once that readers meet unknown ones
        case "string" if field.get("format") == "date-time":
            return "time"
        case "string" if "pattern" in field:
            return _SHAPES[field["pattern"]]
        case "string":
            return f"text, {_bounds(field.get('minLength'), field.get('maxLength'))} characters"
        case "integer" if field.get("maximum") == _64_BITS:
            return "whole number of 64 bits"
        case "integer" | "number" as kind:
            bounds = _bounds(field.get("minimum"), field.get("maximum"))
            return {"integer": "whole number", "number": "number"}[kind] + (f", {bounds}" if bounds else "")
        case "boolean":
            return "true or false"
        case kind:
            raise ValueError(f"no words for the type {kind!r}: add them here")


def _bounds(least: float | None, most: float | None) -> str:
    if most is None:
        return f"at least {least:,}" if least is not None else ""
    return f"{least:,} to {most:,}" if least is not None else f"at most {most:,}"

"""The AsyncAPI 3 document of all topics: keys, headers, payloads, how Kafka keeps them, who sends and who receives.

Made from the models, the topic registry and the examples; nothing in it is written twice. Payloads are written in
AsyncAPI's own schema dialect, so that any tool can read the one file alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from . import rejection, topics
from .codec import TYPE_COMMAND, TYPE_DECISION, TYPE_ENTRY, TYPE_EVENT, TYPE_TICK, TYPE_TIMELINE, TYPE_UPDATE
from .example_files import Example
from .headers import CONTENT_TYPE, SPEC_VERSION
from .json_schemas import READ_BY_OTHERS, Schema, json_schemas
from .vocabulary import EventKind, Standing, WorldRegion

#: of the contract, not of the service: the major number is the `v1` of topics and types
CONTRACT_VERSION: Final = "1.0.0"

_BINDING: Final = "0.5.0"
_REJECTED: Final = "rejected"
_MESSAGES: Final[Mapping[str, tuple[str, ...]]] = {
    topics.EVENTS: (TYPE_EVENT, TYPE_DECISION, TYPE_TICK),
    topics.TIMELINES: (TYPE_TIMELINE,),
    topics.ENTRIES: (TYPE_ENTRY,),
    topics.UPDATES: (TYPE_UPDATE,),
    topics.COMMANDS: (TYPE_COMMAND,),
    topics.REJECTED: (),
}
_KEYS: Final[Mapping[str, str]] = {
    "region": "the region of the world that the record belongs to; all records of a region stand in one partition, the "
    "one of murmur2 of the key (Java's default; librdkafka: partitioner=murmur2_random), and are rejected elsewhere",
    "incident_id": "the incident; its records stand in the partition of its region's log",
    "event_id": "the event; its records stand in the partition of its region's log",
    "as received": "the key of the record that was rejected",
}


@dataclass(frozen=True, slots=True)
class _Operation:
    name: str
    action: Literal["send", "receive"]
    topic: str
    messages: tuple[str, ...]
    who: Literal["producers", "processors", "operators", "consumers"]
    summary: str


_OPERATIONS: Final = (
    _Operation("appendEvents", "send", topics.EVENTS, (TYPE_EVENT,), "producers",
               "Append reports to the log, keyed by region."),
    _Operation("appendDecisions", "send", topics.EVENTS, (TYPE_DECISION, TYPE_TICK), "processors",
               "The gate appends what people decided, and moves the clock of silent regions."),
    _Operation("correlate", "receive", topics.EVENTS, (TYPE_EVENT, TYPE_DECISION, TYPE_TICK), "processors",
               "The worker reads the log, one partition in order."),
    _Operation("publishTimelines", "send", topics.TIMELINES, (TYPE_TIMELINE,), "processors",
               "The worker publishes the newest head of every incident that changed."),
    _Operation("publishEntries", "send", topics.ENTRIES, (TYPE_ENTRY,), "processors",
               "The worker publishes the place of every event, and again when it changes."),
    _Operation("publishUpdates", "send", topics.UPDATES, (TYPE_UPDATE,), "processors",
               "The worker publishes what each record changed; no revision is skipped."),
    _Operation("reject", "send", topics.REJECTED, (_REJECTED,), "processors",
               "Worker and gate set aside what they cannot take, bytes unchanged, with the reason in headers."),
    _Operation("askForDecision", "send", topics.COMMANDS, (TYPE_COMMAND,), "operators",
               "Ask for a merge, a split, a pin, a retraction, a redaction, a close or a reopening."),
    _Operation("answerCommands", "receive", topics.COMMANDS, (TYPE_COMMAND,), "processors",
               "The gate checks commands and answers them with decisions in the log."),
    _Operation("followTimelines", "receive", topics.TIMELINES, (TYPE_TIMELINE,), "consumers",
               "Keep the incidents as they are known now. Read committed; the highest revision holds."),
    _Operation("followEntries", "receive", topics.ENTRIES, (TYPE_ENTRY,), "consumers",
               "Keep the place of every event. Read committed; the newest record of an event holds."),
    _Operation("followUpdates", "receive", topics.UPDATES, (TYPE_UPDATE,), "consumers",
               "React to each change. Read committed; a revision is delivered once."),
    _Operation("inspectRejected", "receive", topics.REJECTED, (_REJECTED,), "consumers",
               "See what was set aside, and why."),
)  # fmt: skip


def asyncapi(examples: Sequence[Example]) -> Schema:
    """The whole document, JSON-ready, the same for the same models and examples."""
    schemas, names = _payload_schemas()
    by_type: dict[str, list[Example]] = {}
    for example in examples:
        if example.message is not None:
            by_type.setdefault(example.ce_type, []).append(example)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:incidents:v1",
        "info": {
            "title": "Incident Timelines",
            "version": CONTRACT_VERSION,
            "description": (
                "Reports of attacks, statements and protests go into one log; what comes out are timelines of "
                "incidents. Each operation says in its tag whose it is: producers append reports, processors are "
                "this service, operators ask for decisions, consumers are everybody else. All times are UTC. "
                "Records carry CloudEvents 1.0 headers in binary mode. Within v1 fields and words are only added: "
                "pass over those you do not know."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "local": {
                "host": "localhost:9092",
                "protocol": "kafka",
                "description": "Apache Kafka on this machine; elsewhere, your own brokers",
            }
        },
        "channels": {_id(topic.name): _channel(topic) for topic in topics.REGISTRY},
        "operations": {operation.name: _operation(operation) for operation in _OPERATIONS},
        "components": {
            "messages": {
                **{
                    _id(ce_type): _message(ce_type, schemas[names[ce_type]], names[ce_type], by_type.get(ce_type, []))
                    for ce_type in names
                },
                _REJECTED: _rejected_message([example for example in examples if example.message is None]),
            },
            "schemas": schemas,
        },
    }


def _id(dotted: str) -> str:
    """`incidents.timelines.v1` -> `timelines`: AsyncAPI's identifiers have no dots."""
    return dotted.removeprefix("incidents.").removesuffix(".v1")


def _channel(topic: topics.Topic) -> Schema:
    messages = [_id(ce_type) for ce_type in _MESSAGES[topic.name]] or [_REJECTED]
    settings: dict[str, Any] = {name: _number(value) for name, value in topic.kafka_config().items()}
    settings["cleanup.policy"] = [topic.cleanup]
    return {
        "address": topic.name,
        "title": topic.purpose,
        "description": f"Written by {topic.owner}. Key: {topic.key}. Value: {topic.value}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topics.DEFAULT_PARTITIONS,
                "topicConfiguration": settings,
                "bindingVersion": _BINDING,
            }
        },
    }


def _number(setting: str) -> int | float | str:
    """Kafka takes every setting as text; the binding wants numbers as numbers."""
    for kind in (int, float):
        try:
            return kind(setting)
        except ValueError:
            continue
    return setting


def _operation(operation: _Operation) -> Schema:
    channel = _id(operation.topic)
    return {
        "action": operation.action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": operation.summary,
        "tags": [{"name": operation.who}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{_id(name)}"} for name in operation.messages],
    }


def _message(ce_type: str, schema: Schema, schema_name: str, examples: Sequence[Example]) -> Schema:
    topic = next(name for name, types in _MESSAGES.items() if ce_type in types)
    return {
        "name": ce_type,
        "title": schema["title"],
        "summary": schema.get("description", "One source's report of one happening or utterance."),
        "contentType": CONTENT_TYPE,
        "headers": _headers(ce_type),
        "payload": {"$ref": f"#/components/schemas/{schema_name}"},
        "bindings": {"kafka": {"key": _key(topics.BY_NAME[topic].key), "bindingVersion": _BINDING}},
        "examples": _examples(examples),
    }


def _examples(examples: Sequence[Example]) -> list[Schema]:
    return [{"name": one.name, "headers": dict(one.headers), "payload": one.payload} for one in examples]


def _key(kind: str) -> Schema:
    schema: Schema = {"type": "string", "description": _KEYS[kind]}
    if kind == "region":
        schema["enum"] = list(WorldRegion)
    return schema


def _headers(ce_type: str) -> Schema:
    def text(description: str, **more: Any) -> Schema:
        return {"type": "string", "description": description, **more}

    region = text("the region of the world", enum=list(WorldRegion))
    kind = text("kind of the incident", examples=list(EventKind))
    standing = text("standing of the incident", examples=list(Standing))
    revision = text("revision of the incident", pattern="^[1-9][0-9]*$")
    properties = {
        "ce_specversion": text("version of CloudEvents", const=SPEC_VERSION),
        "ce_id": text("unique within ce_source"),
        "ce_source": text("what wrote it, a URI reference"),
        "ce_type": text("which message the value holds", const=ce_type),
        "ce_time": text("recorded_at of the message or of its cause", format="date-time"),
        "content-type": text("of the value", const=CONTENT_TYPE),
        "ce_region": region,
    }
    required = list(properties)
    if ce_type in (TYPE_TIMELINE, TYPE_ENTRY, TYPE_UPDATE):
        properties |= {"ce_incidentkind": kind, "ce_standing": standing, "ce_revision": revision}
        required.append("ce_revision")
    if ce_type == TYPE_TIMELINE:
        required += ["ce_incidentkind", "ce_standing"]
    return {"type": "object", "properties": properties, "required": required}


def _rejected_message(examples: Sequence[Example]) -> Schema:
    described = {
        rejection.REASON: "what is wrong, with the remedy",
        rejection.FIELD: "the field or header at fault; `value` for the whole",
        rejection.TOPIC: "where the record stood: topic",
        rejection.PARTITION: "partition",
        rejection.OFFSET: "offset",
        rejection.TRACEBACK: "of an error that nobody foresaw",
        rejection.DROPPED: "how many of the record's own headers were left out",
    }
    return {
        "name": _REJECTED,
        "title": "Rejected record",
        "summary": "A record that could not be taken: its own bytes, key and headers, and the reason in headers.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "properties": {name: {"type": "string", "description": text} for name, text in described.items()},
            "required": [rejection.REASON, rejection.FIELD, rejection.TOPIC, rejection.PARTITION, rejection.OFFSET],
        },
        "payload": {"description": "the original bytes, whatever they are"},
        "bindings": {"kafka": {"key": _key("as received"), "bindingVersion": _BINDING}},
        "examples": _examples(examples),
    }


def _payload_schemas() -> tuple[dict[str, Schema], dict[str, str]]:
    """All schemas under one roof: (by name, name of each message's own).

    An actor in an event (strict) and one in an entry (open) are two schemas: the second gets the suffix AsRead.
    """
    parts_of = {
        ce_type: {
            **schema.get("$defs", {}),
            schema["title"]: {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$defs")},
        }
        for ce_type, schema in json_schemas().items()
    }
    strict = {name for ce_type, parts in parts_of.items() if ce_type not in READ_BY_OTHERS for name in parts}
    collected: dict[str, Schema] = {}
    names: dict[str, str] = {}
    for ce_type, parts in parts_of.items():
        as_read = strict if ce_type in READ_BY_OTHERS else ()
        renamed = {name: f"{name}AsRead" if name in as_read else name for name in parts}
        for name, part in parts.items():
            converted = _in_dialect(part, renamed)
            if collected.setdefault(renamed[name], converted) != converted:
                raise ValueError(f"{ce_type}: two schemas are called {renamed[name]}")
            names[ce_type] = renamed[name]  # the message's own comes last
    return collected, names


def _in_dialect(value: Any, renamed: Mapping[str, str]) -> Any:
    """From JSON Schema 2020-12 to AsyncAPI's schema object: where references point, how a union names its tag."""
    if isinstance(value, list):
        return [_in_dialect(item, renamed) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        name = value["$ref"].removeprefix("#/$defs/")
        reference = {"$ref": f"#/components/schemas/{renamed.get(name, name)}"}
        # draft 7 ignores what stands beside a reference
        return {"allOf": [reference], "description": value["description"]} if "description" in value else reference
    converted = {key: _in_dialect(item, renamed) for key, item in value.items()}
    if "discriminator" in converted:
        converted["discriminator"] = value["discriminator"]["propertyName"]
    return converted

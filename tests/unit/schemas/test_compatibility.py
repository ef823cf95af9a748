"""Broken promises between two versions of a message are found, in both directions; allowed changes are not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from schemas.codec import TYPE_DECISION, TYPE_EVENT, TYPE_TIMELINE, TYPE_UPDATE
from schemas.compatibility import breaks
from schemas.json_schemas import Schema, json_schema, json_schemas

Change = Callable[[Schema], Any]


def found(ce_type: str, change: Change) -> list[str]:
    """What is said when a message's schema changes like that."""
    old = json_schema(ce_type)
    new = deepcopy(old)
    change(new)
    assert new != old
    return [str(one) for one in breaks(old, new)]


def part(schema: Schema, name: str) -> Schema:
    fields: Schema = schema["$defs"][name]
    return fields


def attack(schema: Schema) -> Schema:
    return part(schema, "AttackEvent")


def test_a_message_keeps_every_promise_to_itself() -> None:
    for schema in json_schemas().values():
        assert breaks(schema, deepcopy(schema)) == []


def test_a_removed_field_is_found() -> None:
    assert found(TYPE_EVENT, lambda s: attack(s)["properties"].pop("outcome")) == [
        "kind=attack.outcome: was removed (both)"
    ]


def test_a_removed_part_is_one_break_and_not_one_for_each_of_its_fields() -> None:
    def remove(schema: Schema) -> None:
        for kind in ("AttackEvent", "StatementEvent", "ProtestEvent"):
            del part(schema, kind)["properties"]["location"]

    assert found(TYPE_EVENT, remove) == [
        f"kind={kind}.location: was removed (both)" for kind in ("attack", "protest", "statement")
    ]


def test_a_new_field_may_come_if_it_is_optional() -> None:
    new = {"type": "string", "description": "new"}
    assert found(TYPE_EVENT, lambda s: attack(s)["properties"].update(motive=new)) == []

    def required(schema: Schema) -> None:
        attack(schema)["properties"]["motive"] = new
        attack(schema)["required"].append("motive")

    assert found(TYPE_EVENT, required) == [
        "kind=attack.motive: was added and is required: make it optional (new reads old)"
    ]


def test_a_new_optional_part_may_have_required_fields() -> None:
    new = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert found(TYPE_EVENT, lambda s: attack(s)["properties"].update(motive=new)) == []


def test_what_becomes_required_breaks_with_old_writers_and_what_ceases_to_be_with_old_readers() -> None:
    assert found(TYPE_EVENT, lambda s: part(s, "Place")["required"].append("country"))[0] == (
        "kind=attack.location.country: became required (new reads old)"
    )
    assert found(TYPE_EVENT, lambda s: part(s, "Place")["required"].remove("name"))[0] == (
        "kind=attack.location.name: is no longer required (old reads new)"
    )


def test_a_narrower_type_is_found() -> None:
    def narrow(schema: Schema) -> None:
        part(schema, "Reason")["properties"]["contribution"] |= {"type": "integer"}

    assert "entries[].link.reasons[].contribution: no longer takes number (new reads old)" in found(
        TYPE_TIMELINE, narrow
    )


def test_a_wider_type_is_found_for_those_who_have_not_upgraded() -> None:
    def widen(schema: Schema) -> None:
        schema["properties"]["revision"] |= {"type": "number"}

    assert found(TYPE_UPDATE, widen) == ["revision: takes number too (old reads new)"]


def test_null_that_is_no_longer_taken_is_found() -> None:
    def narrow(schema: Schema) -> None:
        attack(schema)["properties"]["outcome"] = attack(schema)["properties"]["outcome"]["anyOf"][0]

    assert "kind=attack.outcome: no longer takes null (new reads old)" in found(TYPE_EVENT, narrow)


def test_a_word_that_is_gone_is_found_and_one_more_in_an_open_list_is_welcome() -> None:
    def roles(schema: Schema) -> list[str]:
        words: list[str] = part(schema, "Actor")["properties"]["role"]["enum"]
        return words

    assert "kind=attack.actors[].role: no longer takes speaker (new reads old)" in found(
        TYPE_EVENT, lambda s: roles(s).remove("speaker")
    )
    assert found(TYPE_EVENT, lambda s: roles(s).append("bystander")) == []


def test_one_more_word_in_a_closed_list_is_found() -> None:
    assert found(TYPE_DECISION, lambda s: part(s, "DecisionKind")["enum"].append("forgive")) == [
        "decision: takes forgive too (old reads new)"
    ]


def test_a_list_of_words_that_is_closed_is_found() -> None:
    def close(schema: Schema) -> None:
        schema["properties"]["standing"]["enum"] = schema["properties"]["standing"].pop("x-known-values")

    assert found(TYPE_TIMELINE, close) == ["standing: is closed and was open (both)"]


def test_a_word_that_readers_knew_is_gone() -> None:
    assert found(TYPE_TIMELINE, lambda s: s["properties"]["standing"]["x-known-values"].remove("refuted")) == [
        "standing: no longer takes refuted (new reads old)"
    ]


@pytest.mark.parametrize(
    ("keyword", "value", "what"),
    [
        ("maxLength", 100, "maxLength is 100 and was 2000 (new reads old)"),
        ("maxLength", 3000, "maxLength is 3000 and was 2000 (old reads new)"),
        ("minLength", 2, "minLength is 2 and was 1 (new reads old)"),
        ("minLength", 0, "minLength is 0 and was 1 (old reads new)"),
        ("pattern", "^[A-Z]", "has another pattern or format (both)"),
        ("type", "integer", "takes integer too (old reads new)"),
    ],
)
def test_a_bound_that_moves_is_found(keyword: str, value: object, what: str) -> None:
    assert f"title: {what}" in found(TYPE_TIMELINE, lambda s: s["properties"]["title"].update({keyword: value}))


def test_a_bound_that_comes_or_goes_is_found() -> None:
    assert found(TYPE_UPDATE, lambda s: s["properties"]["changes"].pop("maxItems")) == [
        "changes: maxItems is inf and was 500 (old reads new)"
    ]
    assert found(TYPE_UPDATE, lambda s: s["properties"]["changes"].update(minItems=1)) == [
        "changes: minItems is 1 and was -inf (new reads old)"
    ]


def test_names_and_values_of_an_object_are_compared_too() -> None:
    def codes(schema: Schema) -> Schema:
        described: Schema = attack(schema)["properties"]["codes"]
        return described

    assert found(TYPE_EVENT, lambda s: codes(s)["additionalProperties"].update(maxLength=5)) == [
        "kind=attack.codes{}: maxLength is 5 and was 100 (new reads old)"
    ]
    assert found(TYPE_EVENT, lambda s: codes(s)["propertyNames"].update(maxLength=5)) == [
        "kind=attack.codes{name}: maxLength is 5 and was 40 (new reads old)"
    ]


def test_another_default_is_found() -> None:
    def other(schema: Schema) -> None:
        part(schema, "Entry")["properties"]["redacted"]["default"] = True

    assert found(TYPE_TIMELINE, other) == ["entries[].redacted: has another default (both)"]


def test_a_message_that_becomes_strict_is_found() -> None:
    assert found(TYPE_UPDATE, lambda s: s.update(additionalProperties=False)) == [
        "the message: no longer takes unknown fields (new reads old)"
    ]


def test_a_type_of_change_may_come_and_must_not_go() -> None:
    def branches(schema: Schema) -> list[Schema]:
        union: list[Schema] = schema["properties"]["changes"]["items"]["oneOf"]
        return union

    def add(schema: Schema) -> None:
        schema["$defs"]["Exploded"] = {
            "type": "object",
            "properties": {"type": {"const": "exploded"}, "into": {"type": "integer"}},
            "required": ["type", "into"],
        }
        branches(schema).insert(0, {"$ref": "#/$defs/Exploded"})

    assert found(TYPE_UPDATE, add) == []
    gone = found(TYPE_UPDATE, lambda s: branches(s).remove({"$ref": "#/$defs/Merged"}))
    assert gone == [
        "changes[]: no longer takes type=merged (new reads old)",
        "changes[].type=merged: was removed (both)",
    ]


def test_one_more_kind_of_event_is_found_because_that_union_is_closed() -> None:
    def add(schema: Schema) -> None:
        schema["$defs"]["RiotEvent"] = {**deepcopy(attack(schema)), "title": "RiotEvent"}
        part(schema, "RiotEvent")["properties"]["kind"]["const"] = "riot"
        schema["oneOf"].append({"$ref": "#/$defs/RiotEvent"})

    assert found(TYPE_EVENT, add) == ["the message: takes kind=riot too (old reads new)"]


def test_words_of_description_and_their_order_do_not_matter() -> None:
    def reword(schema: Schema) -> None:
        schema["description"] = "otherwise"
        schema["properties"] = dict(reversed(schema["properties"].items()))
        schema["required"] = sorted(schema["required"], reverse=True)

    assert found(TYPE_TIMELINE, reword) == []


def test_an_open_union_that_is_closed_is_found() -> None:
    def close(schema: Schema) -> None:
        schema["properties"]["changes"]["items"]["oneOf"].pop()

    assert found(TYPE_UPDATE, close) == ["changes[]: is closed and was open (both)"]


def test_words_instead_of_any_text_and_any_text_instead_of_words_are_found() -> None:
    def title_of(schema: Schema) -> Schema:
        described: Schema = schema["properties"]["title"]
        return described

    assert found(TYPE_TIMELINE, lambda s: title_of(s).update(enum=["Blast", "Raid"])) == [
        "title: takes only Blast, Raid, and took any (new reads old)"
    ]
    assert found(TYPE_DECISION, lambda s: part(s, "DecisionKind").pop("enum")) == [
        "decision: takes any, and took only close, merge, pin, redact, reopen, retract, split (old reads new)"
    ]


def test_an_open_list_may_become_any_text() -> None:
    assert found(TYPE_TIMELINE, lambda s: s["properties"]["standing"].pop("x-known-values")) == []

"""What is wrong with a message, said so that whoever sent it can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json

from .parts import COUNTRY_PATTERN, IDENTIFIER_PATTERN, LANGUAGE_PATTERN, REGION_PATTERN


class MalformedRecord(ValueError):
    """A record that is no message of ours: names the field, what is wrong, and keeps the bytes.

    field: dotted path ("location.lat", "actors.0.role"), or the header's name ("ce_type"); "value" for the whole
    problem: one sentence, with the remedy
    raw: the bytes as received

    Both texts are bounded and hold no control characters, whatever the record held.
    """

    def __init__(self, field: str, problem: str, raw: bytes | None) -> None:
        self.field = _shown(field, 300)
        self.problem = _shown(problem, 900)
        self.raw = raw
        super().__init__(f"{self.field}: {self.problem}")

    @classmethod
    def from_validation(cls, error: ValidationError, raw: bytes | None) -> MalformedRecord:
        """Of all the faults that pydantic found, the one that helps most, in our words, with the count of the rest."""
        listed = error.errors(include_url=False)[:_MOST_FAULTS]
        faults = _by_field(listed, _document(raw))
        field, meant = _most_useful(faults)
        problem = _problem_of(faults[field], meant)
        more = len(faults) - 1 + error.error_count() - len(listed)
        if more:
            problem = f"{problem[:800]} [and {more} more]"
        return cls(field, problem, raw)


class TooLarge(MalformedRecord):
    """The encoded message is above what a topic takes."""


#: as many as are looked at; a record of unknown fields only can have 60,000
_MOST_FAULTS: Final = 1_000
_IN_WORDS: Final = {
    "missing": "is missing: add it",
    "extra_forbidden": "is no field of this message: remove it or correct its name",
}
_PATTERNS: Final = {
    IDENTIFIER_PATTERN: "must have no blanks and no control characters",
    COUNTRY_PATTERN: "must be two capital letters, ISO 3166-1 alpha-2 (XK for Kosovo)",
    LANGUAGE_PATTERN: 'must be a language tag, for example "en" or "pt-BR"',
    REGION_PATTERN: 'must be a region in small letters and hyphens, for example "middle-east"',
}
#: what a value of the wrong type should have been
_TYPES: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "none_required": "null",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
#: faults that we worded ourselves say more than pydantic's
_OURS: Final = ("faulty_field", "value_error")


def _document(raw: bytes | None) -> Any:
    """The JSON as pydantic read it, to tell its field names from the names of branches in a fault's path."""
    try:
        return from_json(raw) if raw is not None else None
    except ValueError:
        return None


def _by_field(faults: Iterable[ErrorDetails], document: Any) -> dict[str, list[ErrorDetails]]:
    """Faults by dotted path, in order. The branches of a union all complain of the one value: one field."""
    found: dict[str, list[ErrorDetails]] = {}
    for fault in faults:
        path = _path_of(fault, document)
        context = fault.get("ctx", {})
        if fault["type"] == "faulty_field":
            path.append(context["field"])
        elif fault["type"].startswith("union_tag_"):
            path.append(context["discriminator"].strip("'"))
        found.setdefault(".".join(part[:100] for part in path) or "value", []).append(fault)
    return found


def _path_of(fault: ErrorDetails, document: Any) -> list[str]:
    path: list[str] = []
    here = document
    last = len(fault["loc"]) - 1
    for place, part in enumerate(fault["loc"]):
        named = isinstance(here, dict) and part in here and not _is_tag(part, here, path)
        numbered = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if named or numbered:
            here = here[part]
        elif not (place == last and fault["type"] == "missing"):
            continue  # the name of a union's branch ("attack", "constrained-str"): no field that a sender knows
        path.append(str(part))
    return path


def _is_tag(part: object, here: dict[Any, Any], path: list[str]) -> bool:
    """A tag stands in the path before the fields of what it tags: of an event, and of each change of an update."""
    return (not path and part == here.get("kind")) or (path[:1] == ["changes"] and part == here.get("type"))


def _most_useful(faults: dict[str, list[ErrorDetails]]) -> tuple[str, str | None]:
    """The first field at fault; but a misspelt one, with what was meant, before the one missing because of it."""
    missing = [field for field, of_it in faults.items() if of_it[0]["type"] == "missing"]
    unknown = [field for field, of_it in faults.items() if of_it[0]["type"] == "extra_forbidden"]
    for field in unknown[:50] if missing else ():
        close = get_close_matches(field, missing[:50], n=1, cutoff=0.8)
        if close:
            return field, close[0]
    return next(iter(faults)), None


def _problem_of(faults: list[ErrorDetails], meant: str | None) -> str:
    fault = min(faults, key=_vagueness)  # of equals the first
    kind = fault["type"]
    if meant is not None:
        return f"is no field of this message: it is called {meant.rpartition('.')[2]}"
    if kind in _IN_WORDS:
        return _IN_WORDS[kind]
    if kind == "union_tag_not_found":
        return "is missing: add it, it says which kind of message this is"
    if kind == "union_tag_invalid":
        words = ", ".join(re.findall(r"'([^']+)'", fault["ctx"]["expected_tags"]))
        return f"must be one of {words} (given: {fault['ctx']['tag'][:60]!r})"
    if kind == "json_invalid":
        return f"is no valid JSON: {fault['msg'].removeprefix('Invalid JSON: ')}"
    if kind == "faulty_field":
        return fault["msg"]
    if all(one["type"] in _TYPES for one in faults):
        problem = "must be " + " or ".join(_TYPES[one["type"]] for one in faults)
    elif kind == "string_pattern_mismatch":
        problem = _PATTERNS[fault["ctx"]["pattern"]]
    else:
        problem = re.sub(r"^\w+ should ", "must ", fault["msg"].removeprefix("Value error, "))
    if fault["loc"][-1:] == ("[key]",):
        return f"has a name that {problem}"
    given = repr(fault.get("input"))
    return f"{problem} (given: {given})" if len(given) <= 60 else problem


def _vagueness(fault: ErrorDetails) -> int:
    if fault["type"] in _OURS:
        return 0
    if fault["type"] == "string_pattern_mismatch":
        return 2
    return 3 if fault["type"] in _TYPES else 1


def _shown(text: str, most: int) -> str:
    cut = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)

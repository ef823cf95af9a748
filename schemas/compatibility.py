"""Whether messages of one version can be read by the other, in both directions, judged by their JSON Schemas.

The promise within `v1`: fields and words are only added. `new reads old`: what was written before, and lies in the
log for ever, must still be taken. `old reads new`: who has not upgraded yet passes over fields it does not know and
keeps words it does not know, and must still take what is written now. Descriptions and order do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from .json_schemas import Schema, with_definitions_inlined

Direction = Literal["new reads old", "old reads new", "both"]


@dataclass(frozen=True, slots=True)
class Break:
    """One broken promise. path: `location.lat`, `changes[].type=opened.title`; "" for the message itself."""

    path: str
    direction: Direction
    what: str

    def __str__(self) -> str:
        return f"{self.path or 'the message'}: {self.what} ({self.direction})"


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the kinds of value that a place can hold. words: None where any will do."""

    words: frozenset[str] | None = None
    words_grow: bool = False
    most: Mapping[str, float] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    shape: tuple[object, object] = (None, None)
    takes_unknown_fields: bool = True


@dataclass(frozen=True, slots=True)
class _Place:
    """A field, an item of a list, or the message itself.

    kinds: by JSON's name, or by tag ("type=opened") where a union is told apart by one
    kinds_grow: the union is open for readers
    """

    required: bool
    default: object
    kinds: Mapping[str, _Kind]
    kinds_grow: bool


_MOST: Final = ("maximum", "maxLength", "maxItems", "maxProperties")
_LEAST: Final = ("minimum", "minLength", "minItems", "minProperties")
_NO_DEFAULT: Final = object()


def breaks(old: Schema, new: Schema) -> list[Break]:
    """Every broken promise between two schemas of one message, by path. Empty: each can read the other."""
    before = dict(_places(with_definitions_inlined(old), ""))
    after = dict(_places(with_definitions_inlined(new), ""))
    found: list[Break] = []
    for path, place in before.items():
        if path in after:
            found += (Break(path, direction, what) for direction, what in _between(place, after[path]))
        elif _holder(path) in after:  # one break for a part that is gone, not one for each of its fields
            found.append(Break(path, "both", "was removed"))
    for path, place in after.items():
        if path not in before and _holder(path) in before and place.required:
            found.append(Break(path, "new reads old", "was added and is required: make it optional"))
    return sorted(found, key=lambda one: (one.path, one.direction, one.what))


def _places(schema: Schema, path: str, *, required: bool = False) -> Iterator[tuple[str, _Place]]:
    """Every place of a message, the message itself first."""
    branches = schema.get("oneOf") or schema.get("anyOf") or [schema]
    named = {_name_of(branch): branch for branch in branches}
    is_open = named.pop("other", None) is not None
    kinds = {name: _kind(branch) for name, branch in named.items()}
    yield path, _Place(required, schema.get("default", _NO_DEFAULT), kinds, is_open)
    for name, branch in named.items():
        inside = _joined(path, name) if "=" in name else path
        if inside != path:
            yield inside, _Place(False, _NO_DEFAULT, {}, False)
        for field_name, described in branch.get("properties", {}).items():
            yield from _places(
                described, _joined(inside, field_name), required=field_name in branch.get("required", ())
            )
        if "items" in branch:
            yield from _places(branch["items"], f"{path}[]")
        if isinstance(branch.get("additionalProperties"), dict):
            yield from _places(branch["additionalProperties"], f"{path}{{}}")
        if "propertyNames" in branch:
            yield from _places({"type": "string", **branch["propertyNames"]}, f"{path}{{name}}")


def _name_of(branch: Schema) -> str:
    for name, described in branch.get("properties", {}).items():
        if "const" in described:
            return f"{name}={described['const']}"
        if "not" in described:
            return "other"
    return str(branch.get("type", "anything"))


def _kind(branch: Schema) -> _Kind:
    words = branch.get("enum") or branch.get("x-known-values") or ([branch["const"]] if "const" in branch else None)
    return _Kind(
        words=None if words is None else frozenset(words),
        words_grow="x-known-values" in branch or bool(branch.get("x-open-for-readers")),
        most={key: branch[key] for key in _MOST if key in branch},
        least={key: branch[key] for key in _LEAST if key in branch},
        shape=(branch.get("pattern"), branch.get("format")),
        takes_unknown_fields=branch.get("additionalProperties") is not False,
    )


def _between(old: _Place, new: _Place) -> Iterator[tuple[Direction, str]]:
    if new.required and not old.required:
        yield "new reads old", "became required"
    if old.required and not new.required:
        yield "old reads new", "is no longer required"
    if not old.required and not new.required and old.default != new.default:
        yield "both", "has another default"
    numbers = {"integer"} if "number" in new.kinds else set()  # every integer is a number
    for name in sorted(old.kinds.keys() - new.kinds.keys() - numbers):
        yield "new reads old", f"no longer takes {name}"
    for name in sorted(new.kinds.keys() - old.kinds.keys()):
        if not old.kinds_grow:
            yield "old reads new", f"takes {name} too"
    if old.kinds_grow and not new.kinds_grow:
        yield "both", "is closed and was open"
    for name in sorted(old.kinds.keys() & new.kinds.keys()):
        yield from _between_kinds(old.kinds[name], new.kinds[name])


def _between_kinds(old: _Kind, new: _Kind) -> Iterator[tuple[Direction, str]]:
    if old.words is None and new.words is not None:
        yield "new reads old", f"takes only {_listed(new.words)}, and took any"
    elif old.words is not None and new.words is None and not old.words_grow:
        yield "old reads new", f"takes any, and took only {_listed(old.words)}"
    elif old.words is not None and new.words is not None:
        if gone := old.words - new.words:
            yield "new reads old", f"no longer takes {_listed(gone)}"
        if (added := new.words - old.words) and not old.words_grow:
            yield "old reads new", f"takes {_listed(added)} too"
    if old.words_grow and new.words is not None and not new.words_grow:
        yield "both", "is closed and was open"
    if old.shape != new.shape:
        yield "both", "has another pattern or format"
    if old.takes_unknown_fields and not new.takes_unknown_fields:
        yield "new reads old", "no longer takes unknown fields"
    for key in sorted({*old.most, *new.most}):
        was, now = old.most.get(key, float("inf")), new.most.get(key, float("inf"))
        if now != was:
            yield "new reads old" if now < was else "old reads new", f"{key} is {now} and was {was}"
    for key in sorted({*old.least, *new.least}):
        was, now = old.least.get(key, float("-inf")), new.least.get(key, float("-inf"))
        if now != was:
            yield "new reads old" if now > was else "old reads new", f"{key} is {now} and was {was}"


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _holder(path: str) -> str:
    """The place that this one is a part of."""
    for ending in ("[]", "{}", "{name}"):
        if path.endswith(ending):
            return path.removesuffix(ending)
    return path.rpartition(".")[0]

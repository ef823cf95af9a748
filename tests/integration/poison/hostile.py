"""Records that nobody would send who means well, and texts that nobody would write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from schemas.codec import TYPE_EVENT, encode
from schemas.event import EVENT, AnyEvent, Source
from tests.builders import an_attack, time_of

Raw = dict[str, Any]
#: of a text, in an event of at most a million bytes that repeats its beginning in a hundred names
_MOST_TEXT_BYTES = 600_000
HEADERS = (("ce_type", TYPE_EVENT.encode()),)


def plain(**given: Any) -> bytes:
    """A good event's JSON with fields replaced; a field given as `...` is left out."""
    fields = json.loads(encode(an_attack("10:00", "Kherson", event_id="plain")))
    fields |= given
    return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()


def values() -> Iterator[tuple[str, bytes | None]]:
    """(name, bytes) of values that are no event, or one on the edge of what may be."""
    good = plain()
    yield "null", None
    yield "empty", b""
    yield "nul", b"\x00"
    yield "bom", b"\xef\xbb\xbf" + good
    yield "utf-16", good.decode().encode("utf-16")
    yield "invalid utf-8", good.replace(b"plain", b"pl\xff\xfein")
    yield "truncated", good[:-1]
    yield "two documents", good + good
    yield "nested lists", b"[" * 100_000 + b"]" * 100_000
    yield "nested objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "nested in a field", plain(extra={"a": 1}).replace(b'{"a": 1}', b"[" * 50_000 + b"]" * 50_000)
    yield "a number above all floats", plain(arrested=1).replace(b'"arrested": 1', b'"arrested": 1e400')
    yield "a number of 900,000 digits", plain(arrested=1).replace(b'"arrested": 1', b'"arrested": ' + b"9" * 900_000)
    yield "NaN", plain(extra={"a": float("nan")})
    yield "infinity", plain(extra={"a": float("inf")})
    yield "duplicate keys", good[:-1] + b',"headline":"another","headline":"a third"}'
    yield "lone surrogate", plain(headline="\ud800 fire")
    yield "a pair of halves the wrong way round", plain(headline="\udc00\ud800")
    yield "nul in a headline", plain(headline="fire\x00here")
    yield "controls", plain(headline="\x1b[2J\x07\x08fire\r\n\x7f")
    yield "bidi", plain(headline="\u202e\u2066fire\u2069\u202d")
    yield "script", plain(headline="<script>alert(1)</script><img src=x onerror=alert(1)>")
    yield "a version to come", plain(kind="earthquake", magnitude=7)
    yield "an unknown field", plain(mood="bad")
    yield "an unknown word", plain(location={"name": "Kherson", "precision": "orbit"})
    for name, moment in {
        "the first year": "0001-01-01T00:00:00Z",
        "before the first year": "0001-01-01T00:00:00+14:00",
        "the last year": "9999-12-31T23:59:59.999999Z",
        "after the last year": "9999-12-31T23:59:59.999999-14:00",
        "a year of five digits": "10000-01-01T00:00:00Z",
        "no zone": "2021-11-07T00:00:00",
        "a number": 1636243200,
        "milliseconds beyond 64 bits": 10**30,
        "the 30th of February": "2021-02-30T00:00:00Z",
        "no time": "soon",
    }.items():
        for field in ("recorded_at", "published_at"):
            yield f"{field}: {name}", plain(**{field: moment})
        yield f"occurred: {name}", plain(occurred={"from": moment, "until": moment, "precision": "minute"})
    yield (
        "two thousand years wide",
        plain(occurred={"from": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z", "precision": "year"}),
    )


def envelopes() -> Iterator[tuple[str, Raw]]:
    """(name, fields of a raw record) with a good value and something wrong around it."""
    good = {"key": b"europe", "value": plain(event_id="envelope"), "headers": HEADERS}
    yield "no key", {**good, "key": None}
    yield "an empty key", {**good, "key": b""}
    yield "a key of a megabyte", {**good, "key": b"k" * 1_000_000}
    yield "no such region", {**good, "key": b"atlantis"}
    yield "a key of no text", {**good, "key": b"\xff\xfe"}
    yield "no headers", {**good, "headers": ()}
    yield "a null header", {**good, "headers": (("ce_type", None),)}
    yield "a header of no text", {**good, "headers": (("ce_type", b"\xff"),)}
    yield "an older version", {**good, "headers": (("ce_type", b"incidents.event.v0"),)}
    yield "a newer version", {**good, "headers": (("ce_type", b"incidents.event.v2"),)}
    yield "a type of the sink", {**good, "headers": (("ce_type", b"incidents.timeline.v1"),)}
    yield "a type of a megabyte", {**good, "headers": (("ce_type", b"t" * 1_000_000),)}
    yield "the type twice, the last one wrong", {**good, "headers": (*HEADERS, ("ce_type", b"nonsense"))}
    yield "ten thousand headers", {**good, "headers": tuple((f"h{n}", b"v" * 50) for n in range(10_000))}
    yield (
        "ours from an earlier rejection",
        {
            **good,
            "headers": (("__incidents.errors.reason", b"because"), ("ce_type", b"nonsense")),
        },
    )
    for stamp in (-1, 0, -(2**63), 2**63 - 1):
        yield f"timestamp {stamp}", {**good, "timestamp_ms": stamp}


def texts(length: int) -> dict[str, str]:
    """Texts that make work: each was looked for in a pattern, a table or a loop of the extraction."""
    shapes = {
        "one word": "a",
        "capitals": "A",
        "marks": "!",
        "hyphens": "a-",
        "combining": "\u0301",
        "letter and combining": "e\u0301",
        "bidi": "\u202e",
        "one letter of eighteen": "ﷺ",
        "letters of eighteen without blanks": "ﷺ漢",
        "syllables of three": "각",
        "articles": "ال",
        "digraphs": "kh",
        "ages": "aged 11, 12, ",
        "a year old": "1-year-",
        "titles": "president of the united ",
        "countries": "united arab ",
        "days": "May 1 ",
        "weekdays": "Monday ",
        "quotes": "'s",
        "emoji": "😀",
        "numbers": "11 ",
        "single letters": "A B ",
        "script": "<script>",
        "catastrophe": "(a+)+$",
    }
    found = {name: (shape * (length // len(shape) + 1))[:length] for name, shape in shapes.items()}
    found["marks before an underscore"] = ("a b " + "!" * (min(length, 5_900) - 10) + "_a b")[:length]
    found["names"] = " ".join(f"Name{number}x" for number in range(length // 6))[:length]
    found["words of two scripts"] = " ".join(chr(0x4E00 + n % 20_000) + "abc" for n in range(length // 5))[:length]
    return {name: _fitting(text) for name, text in found.items()}


def _fitting(text: str) -> str:
    """As much of it as leaves room for an event around it."""
    return text.encode()[:_MOST_TEXT_BYTES].decode(errors="ignore")


def full_of(text: str, number: int = 0, kind: str = "attack") -> AnyEvent:
    """An event with this text wherever text may stand, as long as it may be there."""
    words = text[:2_000] or "?"
    named = [{"name": text[at : at + 300] or "?", "role": "alleged_perpetrator"} for at in range(0, 30_000, 300)]
    targets = [{**actor, "role": "target"} for actor in named]
    # no two begin alike: what is kept of one word must not hide what the next costs
    phrases = [f"{number}{at}{text[at : at + 990]}" for at in range(0, 20_000, 1_000)]
    where = {"name": text[:300] or "?", "admin1": text[:300] or "?", "country": "UA", "precision": "city"}
    at = time_of(f"+{number // 60}d 10:{number % 60:02d}")
    own: dict[str, dict[str, Any]] = {
        "attack": {"outcome": text[:1_000] or "?"},
        "statement": {
            "stances": [{"stance": "accuse", "target": phrase} for phrase in phrases],
            "on_behalf_of": text[:300] or "?",
        },
        "protest": {"demands": phrases},
    }
    return EVENT.validate_python(
        {
            "event_id": f"full-{number}",
            "kind": kind,
            "recorded_at": at,
            "published_at": at,
            "headline": words,
            "text": text[:200_000],
            "location": where,
            "actors": named,
            "targets": targets,
            "weapons": [{"type": text[:300] or "?"}] * 20,
            "source": Source(publisher=text[:300] or "?"),
            **own[kind],
        }
    )

"""Which reports of one incident repeat one another, and which of two was first: wire copies, re-issues, translations.

Two questions, two small models. *Alike*: which of the members of its incident, if any, tells the same story by the same
words, figures, voices, agency and title? *Which copies which*: the later published, the one that credits the other or
its agency, the shorter one. A report that came in late may be the original of one that is held already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from math import log
from typing import Any, Final
from zlib import crc32

from .features import DAY_SECONDS
from .incidents import Incident, Member
from .items import Item
from .statistics import Statistics
from .weights import BadWeights

ALIKE_FEATURES: Final = (
    "bias", "statement", "contained", "jaccard", "length_ratio", "title_shared",
    "names_cosine", "names_missing", "names_of_these_two", "phrases_shared", "numbers_shared",
    "toll_equal", "toll_differs",
    "same_wire", "other_wire", "wire_is_publisher", "same_report",
    "speaker_differs", "stance_differs", "speaker_and_stance", "about_shared",
    "same_day", "published_gap", "unpublished", "place_shared", "actors_shared", "crowd",
)  # fmt: skip
COPIES_FEATURES: Final = (
    "published_later", "published_days_later", "unpublished", "credits", "own_agency", "fewer_words", "shorter",
    "longer_title",
)  # fmt: skip
_AT: Final = {name: at for at, name in enumerate(ALIKE_FEATURES)}
#: members of an incident that a report is compared with, and holders of its names that are looked through for them
MAX_COMPARED: Final = 24
_MAX_LOOKED_THROUGH: Final = 800
#: held reports that a newcomer may turn out to be the original of
MAX_REPEATED: Final = 8
_FIGURES: Final = ("killed", "injured", "participants", "arrested")
_WORD: Final = re.compile(r"\w+")
#: as many shared words of two titles, and as many names that only these two have, as tell the most
_TITLE_WORDS: Final = 4
_OWN_NAMES: Final = 4
#: words of outlets' names that tell no two apart
_NO_NAME: Final = frozenset(
    ("agency", "and", "city", "com", "daily", "english", "for", "international", "media", "net", "network", "new",
     "news", "newspaper", "online", "org", "press", "radio", "the", "times", "today", "tribune", "tv", "via", "world")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CopyWeights:
    """alike: one weight per ALIKE_FEATURES; copies: per COPIES_FEATURES. mark: log-odds above which two are alike."""

    alike: tuple[float, ...]
    copies: tuple[float, ...]
    mark: float
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeats:
    """copy_of: the held event that the newcomer repeats. copies: held events that repeat the newcomer."""

    copy_of: str | None = None
    copies: tuple[str, ...] = ()


NOTHING: Final = Repeats()


def parse(text: str) -> CopyWeights:
    """Raises BadWeights."""
    try:
        loaded = json.loads(text)
        alike = _vector(loaded["alike"], ALIKE_FEATURES)
        copies = _vector(loaded["copies"], COPIES_FEATURES)
        return CopyWeights(alike, copies, float(loaded["mark"]), loaded.get("provenance", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadWeights(f"weights of copies: {error!r}: fit them anew") from error


def write(weights: CopyWeights) -> str:
    """JSON text, the same bytes for the same weights."""
    document = {
        "provenance": weights.provenance,
        "mark": weights.mark,
        "alike": {name: value for name, value in zip(ALIKE_FEATURES, weights.alike, strict=True) if value},
        "copies": {name: value for name, value in zip(COPIES_FEATURES, weights.copies, strict=True) if value},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _vector(named: dict[str, float], names: tuple[str, ...]) -> tuple[float, ...]:
    unknown = sorted(set(named) - set(names))
    if unknown:
        raise ValueError(f"features that this version does not have: {', '.join(unknown)}")
    return tuple(float(named.get(name, 0.0)) for name in names)


@lru_cache(maxsize=1)
def shipped() -> CopyWeights:
    """The weights that come with the package."""
    return parse(files(__package__).joinpath("copies.json").read_text(encoding="utf-8"))


def repeats(item: Item, incident: Incident, statistics: Statistics, weights: CopyWeights) -> Repeats:
    """What in this incident a newcomer repeats, or what there repeats it. A function of the members' set."""
    members = comparable(item, incident, statistics)
    if not members:
        return NOTHING
    vectors = alike_vectors(item, members, statistics, len(incident.members))
    scored = sorted(
        (-round(score(weights.alike, vector), 6), member.seq, member)
        for vector, member in zip(vectors, members, strict=True)
    )
    found = [member for minus, _, member in scored if -minus > weights.mark]
    if not found:
        return NOTHING
    if score(weights.copies, copies_vector(item, found[0].item)) >= 0.0:
        return Repeats(copy_of=found[0].event_id)
    later = [m for m in found if score(weights.copies, copies_vector(item, m.item)) < 0.0]
    return Repeats(copies=tuple(member.event_id for member in later[:MAX_REPEATED]))


def score(weights: Sequence[float], vector: Sequence[float]) -> float:
    return sum([w * v for w, v in zip(weights, vector, strict=True) if v])


def comparable(item: Item, incident: Incident, statistics: Statistics) -> tuple[Member, ...]:
    """At most MAX_COMPARED members of the newcomer's kind, those that share its rarest names first.

    Of an incident however large: holders of the names are looked through from the rarest name on.
    """
    kind = item.f.kind
    members = incident.members
    if len(members) <= MAX_COMPARED:
        return tuple(member for at in sorted(members) if (member := members[at]).kind == kind)
    held = [(len(incident.by_name.get(key, ())), key) for key in item.f.names]
    left, shared = _MAX_LOOKED_THROUGH, dict[int, float]()
    for count, key in sorted(held):
        if count and count <= left:
            left -= count
            weight = statistics.weights[key]
            for at in incident.by_name[key]:
                shared[at] = shared.get(at, 0.0) + weight
    ranked = sorted(shared, key=lambda at: (-round(shared[at], 6), at))
    same_kind = [at for at in ranked if members[at].kind == kind]
    return tuple(members[at] for at in sorted(same_kind[:MAX_COMPARED]))


def alike_vectors(item: Item, members: Sequence[Member], statistics: Statistics, size: int) -> list[list[float]]:
    """ALIKE_FEATURES of a report against each of these members. size: reports in the whole incident."""
    vectors = [_alike(item, member.item, statistics) for member in members]
    crowd = log(size)
    for vector in vectors:
        vector[_AT["crowd"]] = crowd
    if len(members) > 1:
        own = [0] * len(members)
        for key in item.named:
            holders = [at for at, member in enumerate(members) if key in member.item.named]
            if len(holders) == 1:
                own[holders[0]] += 1
        for vector, count in zip(vectors, own, strict=True):
            # the others tell the next news of one story; what they do not have tells these two from them
            vector[_AT["names_of_these_two"]] = min(_OWN_NAMES, count) / _OWN_NAMES
    return vectors


def _alike(a: Item, b: Item, statistics: Statistics) -> list[float]:
    """Symmetric. The parts that need the other members are left at 0."""
    a.weigh(statistics)
    b.weigh(statistics)
    fa, fb, at = a.f, b.f, _AT
    out = [0.0] * len(ALIKE_FEATURES)
    out[0] = 1.0
    if fa.wire and fb.wire:
        one_wire = bool(_outlet(fa.wire) & _outlet(fb.wire)) or fa.wire == fb.wire
        out[at["same_wire" if one_wire else "other_wire"]] = 1.0
    elif (fa.wire and _outlet(fa.wire) & _outlet(fb.publisher)) or (
        fb.wire and _outlet(fb.wire) & _outlet(fa.publisher)
    ):
        out[at["wire_is_publisher"]] = 1.0
    if fa.report and fa.report == fb.report:
        out[at["same_report"]] = 1.0

    if fa.language == fb.language and a.words and b.words:
        both, least = len(a.words & b.words), min(len(a.words), len(b.words))
        out[at["contained"]] = both / least
        out[at["jaccard"]] = both / (len(a.words) + len(b.words) - both)
        out[at["length_ratio"]] = least / max(len(a.words), len(b.words))
    if fa.title and fb.title:
        both = len(set(fa.title) & set(fb.title))
        out[at["title_shared"]] = both / min(len(fa.title), len(fb.title)) * min(1.0, both / _TITLE_WORDS)

    weights, squares, shared = statistics.weights, statistics.squares, a.named & b.named
    both_named = sum([weights[key] for key in shared])
    total_a = sum([weights[key] for key in fa.names])
    total_b = sum([weights[key] for key in fb.names])
    missing_a, missing_b = total_a - both_named, total_b - both_named
    if shared:
        out[at["names_cosine"]] = sum([squares[key] for key in shared]) / (a.norm * b.norm)
    if total_a and total_b:
        # of the one that brings less of its own: a copy may leave out, and hardly adds
        out[at["names_missing"]] = min(missing_a / total_a, missing_b / total_b)
    if a.phrases and b.phrases:
        out[at["phrases_shared"]] = len(a.phrases & b.phrases) / min(len(a.phrases), len(b.phrases))
    if fa.numbers and fb.numbers:
        out[at["numbers_shared"]] = min(2, len(set(fa.numbers) & set(fb.numbers))) / 2
    equal, differs = 0, 0
    for name in _FIGURES:
        mine, theirs = getattr(fa, name), getattr(fb, name)
        if mine is not None and theirs is not None:
            equal, differs = equal + (mine == theirs), differs + (mine != theirs)
    out[at["toll_equal"]] = min(2.0, equal)
    out[at["toll_differs"]] = min(1.0, differs)

    if fa.kind == "s":
        out[at["statement"]] = 1.0
        one_voice = bool(a.voices & b.voices)
        if a.voices and b.voices and not one_voice:
            out[at["speaker_differs"]] = 1.0
        if fa.stances and fb.stances:
            if a.stances.isdisjoint(b.stances):
                out[at["stance_differs"]] = 1.0
            elif one_voice:
                out[at["speaker_and_stance"]] = 1.0
        if a.about and b.about:
            out[at["about_shared"]] = len(a.about & b.about) / len(a.about | b.about)

    if a.coded_day and b.coded_day and a.day == b.day:
        out[at["same_day"]] = 1.0
    if fa.published is not None and fb.published is not None:
        out[at["published_gap"]] = min(3.0, log(1.0 + abs(fa.published - fb.published) / DAY_SECONDS))
    else:
        out[at["unpublished"]] = 1.0
    if a.place and b.place:
        out[at["place_shared"]] = len(a.place & b.place) / len(a.place | b.place)
    if a.actors and b.actors:
        out[at["actors_shared"]] = len(a.actors & b.actors) / len(a.actors | b.actors)
    return out


def copies_vector(a: Item, b: Item) -> list[float]:
    """COPIES_FEATURES: positive where `a` looks like the copy, negative where `b` does; 0 where nothing tells."""
    fa, fb = a.f, b.f
    later = days = 0.0
    if fa.published is not None and fb.published is not None:
        days = max(-3.0, min(3.0, (fa.published - fb.published) / DAY_SECONDS))
        later = float(_earliest(fa.published) > fb.published) - float(_earliest(fb.published) > fa.published)
    longer_title = 0.0
    if fa.title and fb.title:
        longer_title = _bounded(log((len(fa.title) + 1) / (len(fb.title) + 1)))
    unpublished = float(fa.published is None) - float(fb.published is None)
    return [
        float(later),
        days,
        unpublished,
        float(_credits(a, b)) - float(_credits(b, a)),
        float(_own_agency(b)) - float(_own_agency(a)),
        _bounded(log((len(b.words) + 1) / (len(a.words) + 1))),
        _bounded(log((fb.length + 1) / (fa.length + 1))),
        longer_title,
    ]


def _bounded(value: float) -> float:
    return max(-1.0, min(1.0, value))


def _earliest(published: int) -> int:
    """A bare date counts to its last second: then it may have been at any time of that day."""
    day = published // DAY_SECONDS * DAY_SECONDS
    return day if published == day + DAY_SECONDS - 1 else published


def _credits(a: Item, b: Item) -> bool:
    """Does `a` say that it is by the other's outlet?"""
    theirs = _outlet(b.f.publisher)
    if theirs & _outlet(a.f.wire):
        return not theirs & _outlet(a.f.publisher)
    return bool(_hashes(b.f.publisher) & a.words) and not theirs & _outlet(a.f.publisher)


def _own_agency(item: Item) -> bool:
    return bool(_outlet(item.f.wire) & _outlet(item.f.publisher))


@lru_cache(maxsize=4_096)
def _outlet(name: str) -> frozenset[str]:
    """Words by which an outlet or an agency is known: a cache of pure values."""
    return frozenset(word for word in _WORD.findall(name) if word not in _NO_NAME and len(word) > 1)


@lru_cache(maxsize=4_096)
def _hashes(name: str) -> frozenset[int]:
    """As Features.words has them; short words are not among those."""
    return frozenset(crc32(word.encode()) for word in _outlet(name) if len(word) > 3)

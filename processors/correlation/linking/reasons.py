"""Why an event belongs where it is: numbers that sum to the score, words that name what was found.

The score of an event against an incident is linear in the scores of its pairs, and those are linear in what
two reports have in common: so each kind of evidence has a share of the score that can be told exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from schemas.timeline import Link, Reason

from .candidates import AT, Candidate, IncidentTerms, fill_values, incident_notebook
from .concepts import concept_names
from .dates import written
from .features import DAY_SECONDS, NO_RANK
from .incidents import Incident, Member
from .items import ONE_SPOT_KM, Item, kilometres
from .pair_terms import PAIR_FEATURES
from .pairs import RADIUS_KM, oriented, pair_notebook, pair_score
from .statistics import Statistics
from .weights import Weights

_FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "time": ("overlap", "gap", "undated", "same_day", "published_gap", "said_before", "lag", "date_hits",
             "date_misses", "days_shared", "days_differ", "row_next_day", "row_other_day"),
    "place": ("near", "far", "coarse_fit", "excess", "no_place", "country_differs", "country_same", "place_shared",
              "place_not_shared", "site_distance", "site_shared", "site_not_shared", "site_not_shared_same_day",
              "near_same_day", "row_distance", "row_near_same_day"),
    "names": ("names_cosine", "names_cosine_rich", "rare_shared", "rarest_shared", "phrases_shared", "opening_rare",
              "opening_told", "actors_shared", "actors_differ", "targets_shared", "about_named", "about_shared",
              "countries_shared", "countries_differ", "thin", "parties_shared", "parties_differ"),
    "speaker": ("speaker_same", "speaker_differs", "speaker_named", "stance_same"),
    "matter": ("concepts_cosine", "concepts_none", "subject_rarest", "generic_cosine", "means_same", "means_differ"),
    "figures": ("killed_equal", "killed_differ", "injured_equal", "injured_differ", "crowd_equal", "crowd_differ",
                "arrested_equal", "arrested_differ", "numbers_shared", "age_equal", "age_differ"),
    "kind": ("attack_and_protest", "protests_one_city", "protests_other_city", "about_protest",
             "beside_protest"),
    "source": ("same_report", "same_publisher", "same_wire", "one_database"),
    "wording": ("text_contained", "near_same_text", "other_language"),
}  # fmt: skip
_FAMILY_OF: Final = {name: family for family, names in _FAMILIES.items() for name in names}
_INCIDENT_FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "competition": ("margin", "statement_margin", "rank", "alone"),
    "profile": ("profile_names", "profile_cover", "profile_concepts", "profile_voice"),
    "activity": ("size", "idle"),
    "conflicts": ("day_conflict", "place_conflict"),
    "reference": ("named",),
}
_SHOWN_NAMES: Final = 4
_KIND_WORD: Final = {"a": "attack", "s": "statement", "p": "protest"}


#: features of links that are no comparison: the event opened its incident, or is alone in it
ALONE: Final = ("opened", "founded")


def nothing_known() -> Link:
    """For an event that shares no key with anything held."""
    return Link(
        score=0.0, reasons=(Reason(feature="opened", value="no incident shares a key with it", contribution=0.0),)
    )


def suited_none(nearest: Incident, score: float) -> Link:
    """For an event that opens an incident since it suits none that it was compared with well enough.

    Why the nearest was refused is no reason for the one it opens: `explain` tells that.
    """
    value = f"suits no incident well enough, the nearest, {nearest.incident_id}, at {score:.1f} log-odds"
    return Link(score=0.0, reasons=(Reason(feature="opened", value=value, contribution=0.0),))


def founded() -> Link:
    """For an event that is alone in its incident."""
    return Link(
        score=0.0, reasons=(Reason(feature="founded", value="the only report of its incident", contribution=0.0),)
    )


def _parts(total: dict[str, float], item: Item, other: Item, statistics: Statistics) -> list[tuple[float, str, str]]:
    """For `_link`, of the families that have a say; the words are of the report beside `other`."""
    return [
        (round(total[family], 6), family, _WORDS[family](item, other, statistics)[:300])
        for family in _FAMILIES
        if family in total
    ]


def _link(parts: list[tuple[float, str, str]], score: float) -> Link:
    """parts: what each family adds, its name, its words; what is missing to the score is where any report starts."""
    parts.sort(key=lambda part: (-abs(part[0]), part[1]))
    rest = round(score - sum([part[0] for part in parts]), 6)
    parts.append((rest, "prior", "what any report starts with"))
    # one call that makes all of them takes half the time of one call for each
    return Link.model_validate({
        "score": score,
        "reasons": [{"feature": family, "value": words, "contribution": worth} for worth, family, words in parts],
    })  # fmt: skip


class Explainer:
    """Takes the scores of one set of weights apart."""

    def __init__(self, weights: Weights) -> None:
        self._incident = IncidentTerms(*weights.incident)
        self._incident_families = [
            (family, [(weights.incident[AT[name]], AT[name]) for name in names])
            for family, names in _INCIDENT_FAMILIES.items()
        ]
        #: by model and position: the family of the feature, and its weight; none where it has no say
        self._say = {
            model: [
                (_FAMILY_OF[name], weight) if weight and name in _FAMILY_OF else None
                for name, weight in zip(PAIR_FEATURES, vector, strict=True)
            ]
            for model, vector in weights.pairs.items()
        }
        self._pair_notes = pair_notebook()
        self._incident_notes = incident_notebook()

    def link(self, item: Item, candidate: Candidate, named: Sequence[str], statistics: Statistics) -> Link:
        """The judged candidate's score, taken apart. The contributions sum to the score to six digits."""
        fill_values(item, candidate, named, statistics, self._incident_notes)
        total = self._of_pairs(item, candidate.members, self._member_shares(candidate), statistics)
        closest = max(range(len(candidate.scores)), key=lambda at: (round(candidate.scores[at], 6), -at))
        other = candidate.members[closest].item
        parts = _parts(total, item, other, statistics)
        values = candidate.values
        for family, terms in self._incident_families:
            contribution = sum([weight * values[at] for weight, at in terms])
            if contribution:
                parts.append((round(contribution, 6), family, _incident_words(family, item, candidate)[:300]))
        return _link(parts, round(candidate.score, 6))

    def row_link(self, item: Item, partners: Sequence[Member], score: float, statistics: Statistics) -> Link:
        """The mean score of a row beside its partners, taken apart."""
        total = self._of_pairs(item, partners, [1.0 / len(partners)] * len(partners), statistics)
        other = partners[0].item
        parts = _parts(total, item, other, statistics)
        return _link(parts, round(score, 6))

    def _of_pairs(
        self, item: Item, members: Sequence[Member], shares: Sequence[float], statistics: Statistics
    ) -> dict[str, float]:
        """Of each family that has a say: what it adds to the score."""
        total: dict[str, float] = {}
        notes = self._pair_notes
        values, written = notes.values, notes.written
        for share, member in zip(shares, members, strict=True):
            if not share:
                continue
            model, first, second = oriented(item, member.item)
            notes.clear()
            pair_score(first, second, notes.terms, statistics)
            say = self._say[model]
            written.sort()  # sums in one order, whatever that of the lines
            for at in written:
                part = say[at]
                if part is not None and values[at]:
                    family, weight = part
                    total[family] = total.get(family, 0.0) + share * weight * values[at]
        return total

    def _member_shares(self, candidate: Candidate) -> list[float]:
        """How much one log-odd of each pair score adds to the score of the incident."""
        scores, members, w = candidate.scores, candidate.members, self._incident
        order = sorted(range(len(scores)), key=lambda at: -scores[at])
        shares = [w.mean / len(scores)] * len(scores)
        shares[order[0]] += w.max
        for at in order[:3]:
            shares[at] += w.top3 / min(3, len(order))
        cores = [at for at in order if members[at].kind != "s"]
        statements = [at for at in order if members[at].kind == "s"][:3]
        for at in cores:
            shares[at] += w.mean_core / len(cores)
        if cores:
            shares[cores[-1]] += w.min_core
        for at in statements:
            shares[at] += w.top_statements / len(statements)
        return shares


def merge(one: Incident, other: Incident, vote: float) -> tuple[str, ...]:
    """Why two incidents are one."""
    found = [f"the reports of the smaller suit the larger at {vote:.2f} log-odds on average"]
    shown = {
        key: name
        for i in (one, other)
        for m in i.representatives()
        for key, name in zip(m.item.f.names, m.item.f.shown, strict=True)
    }
    shared = sorted(
        (key for key in one.names if key in other.names), key=lambda key: (-min(one.names[key], other.names[key]), key)
    )
    if shared:
        found.append("both name " + ", ".join(shown.get(key, key) for key in shared[:_SHOWN_NAMES]))
    return tuple(found)


def _incident_words(family: str, item: Item, candidate: Candidate) -> str:
    values = candidate.values
    match family:
        case "competition":
            if values[AT["alone"]]:
                return "no other incident comes into question"
            lead = values[AT["margin"]]
            return f"{abs(lead):.1f} log-odds {'ahead of the next best' if lead >= 0 else 'behind the best'} incident"
        case "profile":
            known = [
                name for key, name in zip(item.f.names, item.f.shown, strict=True) if key in candidate.incident.names
            ]
            total = len(item.f.names)
            return f"{len(known)} of its {total} names are known there" + (
                f": {', '.join(known[:_SHOWN_NAMES])}" if known else ""
            )
        case "activity":
            return _count(len(candidate.incident.members), "report")
        case "conflicts":
            days = round(values[AT["day_conflict"]] * len(candidate.members))
            places = round(values[AT["place_conflict"]] * len(candidate.members))
            compared = _count(len(candidate.members), "report")
            return f"of {compared} compared {days} tell of another day, {places} of another place"
        case _:
            return "it refers to a report of this incident"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _day(seconds: int) -> str:
    return written(seconds // DAY_SECONDS + 719_163)


def _time(one: Item, other: Item, _: Statistics) -> str:
    a, b = one.f, other.f
    if a.start is None or a.end is None or b.start is None or b.end is None:
        return "one of the two has no date"
    gap = max(a.start - b.end, b.start - a.end) / DAY_SECONDS
    if gap >= 1:
        text = f"{gap:.0f} days apart ({_day(a.start)}, {_day(b.start)})"
    elif gap > 0:
        text = f"{gap * 24:.1f} hours apart"
    elif a.time_rank <= 2 and b.time_rank <= 2 and one.first_day == other.first_day:
        text = f"same day, {_day(a.start)}"
    else:
        text = f"times overlap ({_day(a.start)}, {_day(b.start)})"
    text += ", day taken from the text" if a.soft or b.soft else ""
    if one.coded_day or other.coded_day:  # then what the texts name has no say
        return text
    named = one.days & other.days
    if named:
        return f"{text}; both name {written(max(named))}"
    return text + ("; the texts name other days" if one.fresh_days and other.fresh_days else "")


def _place(one: Item, other: Item, _: Statistics) -> str:
    a, b = one.f, other.f
    if a.lat is None or b.lat is None or NO_RANK in (a.place_rank, b.place_rank):
        return "one of the two has no place on the map"
    apart = kilometres(one, other)
    shared = _shown(one, (key for key in a.place if key in other.place))
    widest = max(a.place_rank, b.place_rank)
    # how far it is to the middle of a country says nothing
    if widest > 1 and apart <= RADIUS_KM[a.place_rank] + RADIUS_KM[b.place_rank]:
        whole = "province" if widest == 2 else "country"
        return f"one names the {whole} as a whole" + (f", both {shared}" if shared else "")
    if apart < ONE_SPOT_KM:  # often a town's coordinates: how far apart the sites are is not known
        return f"both at {shared}" if shared else "in one place"
    return f"{apart:.1f} km apart" + (f", both at {shared}" if shared else "")


def _shown(one: Item, keys: Iterable[str]) -> str:
    written = dict(zip(one.f.names, one.f.shown, strict=True))
    return ", ".join(written.get(key, key) for key in list(keys)[:_SHOWN_NAMES])


def _names(one: Item, other: Item, statistics: Statistics) -> str:
    shared = sorted((key for key in one.f.names if key in other.named), key=lambda key: (-statistics.weight(key), key))
    if shared:
        return "both name " + _shown(one, shared)
    countries = [code for code in one.f.countries if code in other.f.countries]
    return f"no name in common; both concern {', '.join(countries)}" if countries else "no name in common"


def _speaker(one: Item, other: Item, _: Statistics) -> str:
    shared = [key for key in sorted(one.voices) if key in other.voices]
    if shared:
        return "same voice: " + _shown(one, shared)
    stances = [stance.replace("_", " ") for stance in one.f.stances if stance in other.f.stances]
    named = [key for key in one.f.speakers if key in other.named] or [
        key for key in other.f.speakers if key in one.named
    ]
    if named:
        return "the speaker is named by the other: " + _shown(one if named[0] in one.named else other, named)
    return "different speakers" + (f", both {stances[0]}" if stances else "")


def _matter(one: Item, other: Item, _: Statistics) -> str:
    shared = concept_names(one.f.concepts & other.f.concepts)
    if shared:
        return "both speak of " + ", ".join(shared[: _SHOWN_NAMES + 2])
    mine, theirs = concept_names(one.f.concepts)[:3], concept_names(other.f.concepts)[:3]
    return f"{', '.join(mine) or 'nothing known'} here, {', '.join(theirs) or 'nothing known'} there"


def _figures(one: Item, other: Item, _: Statistics) -> str:
    found = []
    for noun in ("killed", "injured", "participants", "arrested"):
        mine, theirs = getattr(one.f, noun), getattr(other.f, noun)
        if mine is not None and theirs is not None:
            found.append(f"{mine} {noun} in both" if mine == theirs else f"{mine} {noun} here, {theirs} there")
    ages = [str(age) for age in one.f.ages if age in other.f.ages]
    if ages:
        found.append(f"both give the age {', '.join(ages)}")
    elif one.f.ages and other.f.ages:
        found.append("ages differ")
    numbers = [str(number) for number in one.f.numbers if number in other.f.numbers]
    if numbers and len(found) < _SHOWN_NAMES:
        found.append(f"both give {', '.join(numbers[:_SHOWN_NAMES])}")
    return "; ".join(found) or "no figure in common"


def _kind(one: Item, other: Item, _: Statistics) -> str:
    return f"{_KIND_WORD[one.f.kind]} here, {_KIND_WORD[other.f.kind]} there"


def _source(one: Item, other: Item, _: Statistics) -> str:
    if one.f.report and one.f.report == other.f.report:
        return "the same row, revised" if one.is_row else "parts of one article"
    if one.is_row and other.is_row and one.f.publisher == other.f.publisher:
        return f"two events to {one.f.publisher}"
    if one.f.wire and one.f.wire == other.f.wire:
        return f"both from {one.f.wire}"
    return f"both published by {one.f.publisher}" if one.f.publisher == other.f.publisher else "other publishers"


def _wording(one: Item, other: Item, _: Statistics) -> str:
    if one.f.language != other.f.language:
        return f"in other languages ({one.f.language}, {other.f.language})"
    least = min(len(one.words), len(other.words))
    return (
        f"{100 * len(one.words & other.words) // least} % of the shorter text's words are in the other"
        if least
        else "no text"
    )


_WORDS: Final = {
    "time": _time, "place": _place, "names": _names, "speaker": _speaker, "matter": _matter, "figures": _figures,
    "kind": _kind, "source": _source, "wording": _wording,
}  # fmt: skip

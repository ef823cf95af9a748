"""Whether an incident happened, as far as is known, and why that is said.

| standing     | when                                                                                     |
| retracted    | a person withdrew it; or every report of it was withdrawn and nobody ever denied it      |
| refuted      | it is denied, and every report of it was withdrawn; or it is denied by two or more       |
|              | speakers, rests on one source, and nobody confirmed it since                             |
| contested    | it is denied otherwise; or it rests on one source and somebody doubts it                 |
| corroborated | two or more independent sources tell of it                                               |
| unconfirmed  | else                                                                                     |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from schemas.vocabulary import Standing

from .facts import DID_NOT_HAPPEN, DOUBTFUL, HAPPENED

_NAMED = 3


class Word(NamedTuple):
    """Who speaks of whether it happened. of: what is denied or doubted, in the report's words; None: it is."""

    speaker: str
    of: str | None


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What standing is judged from.

    sources: independent ones behind the reports that stand; named: the first of them; withdrawn: reports that were
    withdrawn; deniers, doubters, confirmers: speakers, the first of them. counts: how many speakers hold each word of
    `occurrence`. confirmed_since_denied: the last confirmation came after the last denial
    """

    sources: int
    named: tuple[str, ...]
    telling: int
    withdrawn: int
    deniers: tuple[Word, ...]
    doubters: tuple[Word, ...]
    confirmers: tuple[Word, ...]
    counts: dict[str, int]
    confirmed_since_denied: bool


def standing_of(seen: Witnesses, retracted_by_decision: str | None) -> tuple[Standing, str]:
    """The standing and the facts behind it, as a sentence."""
    denied, doubted = seen.counts.get(DID_NOT_HAPPEN, 0), seen.counts.get(DOUBTFUL, 0)
    if retracted_by_decision is not None:
        return Standing.RETRACTED, f"withdrawn by decision {retracted_by_decision}"
    if seen.telling == 0 and seen.withdrawn:
        every = "its only report was withdrawn" if seen.withdrawn == 1 else f"all {seen.withdrawn} reports withdrawn"
        if denied:
            return Standing.REFUTED, f"{every}; {_said(seen.deniers, denied, 'denied', 'denied')}"
        return Standing.RETRACTED, every
    sources = _sources(seen)
    if denied:
        denials = _said(seen.deniers, denied, "denies", "deny")
        if denied > 1 and seen.sources <= 1 and not seen.confirmed_since_denied:
            return Standing.REFUTED, f"{denials}; {sources}, and nobody confirmed it since"
        return Standing.CONTESTED, f"{denials}; {sources}"
    if doubted and seen.sources <= 1:
        return Standing.CONTESTED, f"{_said(seen.doubters, doubted, 'doubts', 'doubt')}; {sources}"
    if seen.sources >= 2:
        return Standing.CORROBORATED, sources
    confirmed = seen.counts.get(HAPPENED, 0)
    if confirmed:
        return (
            Standing.UNCONFIRMED,
            f"{sources}; {_listed(tuple(word.speaker for word in seen.confirmers), confirmed)} confirmed it",
        )
    return Standing.UNCONFIRMED, sources


def _sources(seen: Witnesses) -> str:
    if seen.sources == 0:
        return "no report of the happening itself" if seen.telling == 0 else "no source of its own tells of it"
    if seen.sources == 1:
        alone = f"only {_listed(seen.named, 1)} tells of it"
        return alone if seen.telling == 1 else f"{alone}, in {seen.telling} reports"
    return f"{seen.sources} independent sources tell of it: {_listed(seen.named, seen.sources)}"


def _said(words: tuple[Word, ...], count: int, one: str, many: str) -> str:
    """ "A denies that it happened"; with the words that were denied, where a report has them: "A denies “the raid”"."""
    shown = words[:_NAMED]
    if not any(word.of for word in shown):
        return f"{_listed(tuple(word.speaker for word in words), count)} {one if count == 1 else many} that it happened"
    said = [f"{_cut(word.speaker)} {one} {f'“{_cut(word.of)}”' if word.of else 'that it happened'}" for word in shown]
    more = count - len(shown)
    if more > 0:
        said.append(f"{'1 other' if more == 1 else f'{more} others'} {one if more == 1 else many} that it happened")
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _listed(names: tuple[str, ...], count: int) -> str:
    """ "A", "A and B", "A, B, C and 4 others"; names cut so that a sentence stays a sentence."""
    shown = [_cut(name) for name in names[:_NAMED]]
    more = count - len(shown)
    if more > 0:
        shown.append("1 other" if more == 1 else f"{more} others")
    if len(shown) < 2:
        return shown[0] if shown else "somebody"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"

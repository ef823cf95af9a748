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

from schemas.vocabulary import Standing

from .facts import DID_NOT_HAPPEN, DOUBTFUL, HAPPENED

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What standing is judged from.

    sources: independent ones behind the reports that stand; named: the first of them; withdrawn: reports that were
    withdrawn; deniers, doubters, confirmers: speakers, the first of them; last_denial, last_confirmation: when
    last said, None for never. counts: how many speakers hold each word of `occurrence`
    """

    sources: int
    named: tuple[str, ...]
    telling: int
    withdrawn: int
    deniers: tuple[str, ...]
    doubters: tuple[str, ...]
    confirmers: tuple[str, ...]
    counts: dict[str, int]
    confirmed_since_denied: bool


def standing_of(seen: Witnesses, retracted_by_decision: str | None) -> tuple[Standing, str]:
    """The standing and the facts behind it, as a sentence."""
    denied, doubted = seen.counts.get(DID_NOT_HAPPEN, 0), seen.counts.get(DOUBTFUL, 0)
    deniers = _listed(seen.deniers, denied)
    if retracted_by_decision is not None:
        return Standing.RETRACTED, f"withdrawn by decision {retracted_by_decision}"
    if seen.telling == 0 and seen.withdrawn:
        every = "its only report was withdrawn" if seen.withdrawn == 1 else f"all {seen.withdrawn} reports withdrawn"
        if denied:
            return Standing.REFUTED, f"{every}; {deniers} denied that it happened"
        return Standing.RETRACTED, every
    sources = _sources(seen)
    if denied:
        if denied > 1 and seen.sources <= 1 and not seen.confirmed_since_denied:
            return Standing.REFUTED, f"{deniers} deny that it happened; {sources}, and nobody confirmed it since"
        return Standing.CONTESTED, f"{deniers} {'denies' if denied == 1 else 'deny'} that it happened; {sources}"
    if doubted and seen.sources <= 1:
        doubters = _listed(seen.doubters, doubted)
        return Standing.CONTESTED, f"{doubters} {'doubts' if doubted == 1 else 'doubt'} that it happened; {sources}"
    if seen.sources >= 2:
        return Standing.CORROBORATED, sources
    confirmed = seen.counts.get(HAPPENED, 0)
    if confirmed:
        return Standing.UNCONFIRMED, f"{sources}; {_listed(seen.confirmers, confirmed)} confirmed it"
    return Standing.UNCONFIRMED, sources


def _sources(seen: Witnesses) -> str:
    if seen.sources == 0:
        return "no report of the happening itself" if seen.telling == 0 else "no source of its own tells of it"
    if seen.sources == 1:
        alone = f"only {_listed(seen.named, 1)} tells of it"
        return alone if seen.telling == 1 else f"{alone}, in {seen.telling} reports"
    return f"{seen.sources} independent sources tell of it: {_listed(seen.named, seen.sources)}"


def _listed(names: tuple[str, ...], count: int) -> str:
    """ "A", "A and B", "A, B, C and 4 others"; names cut so that a sentence stays a sentence."""
    shown = [name if len(name) <= 80 else f"{name[:79]}…" for name in names[:_NAMED]]
    more = count - len(shown)
    if more > 0:
        shown.append("1 other" if more == 1 else f"{more} others")
    if len(shown) < 2:
        return shown[0] if shown else "somebody"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"

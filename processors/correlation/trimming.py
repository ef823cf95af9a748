"""Shorter forms of entries and claims, for heads that would not fit: the full ones stand on their own topic."""

from __future__ import annotations

from typing import Final

from schemas.timeline import Claim, Entry, Link, Reason

_ACTORS: Final = 6
_STANCES: Final = 5
_NAME: Final = 120
_HEADLINE: Final = 300
_REASONS: Final = 4
_REPORTERS: Final = 3


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def short_link(link: Link) -> Link:
    """The reasons that weigh most and the sum of the others: contributions still sum to the score."""
    if len(link.reasons) <= _REASONS + 1:
        return Link(score=link.score, reasons=tuple(_short_reason(reason) for reason in link.reasons))
    heaviest = sorted(range(len(link.reasons)), key=lambda at: (-abs(link.reasons[at].contribution), at))[:_REASONS]
    kept = tuple(_short_reason(link.reasons[at]) for at in sorted(heaviest))
    rest = sum(reason.contribution for at, reason in enumerate(link.reasons) if at not in heaviest)
    others = Reason(
        feature="others", value=f"{len(link.reasons) - len(kept)} smaller reasons", contribution=round(rest, 6)
    )
    return Link(score=link.score, reasons=(*kept, others))


def _short_reason(reason: Reason) -> Reason:
    return reason.model_copy(update={"value": _cut(reason.value, _NAME)})


def short_entry(entry: Entry) -> Entry:
    actors = tuple(actor.model_copy(update={"name": _cut(actor.name, _NAME)}) for actor in entry.actors[:_ACTORS])
    stances = tuple(
        taken if taken.target is None else taken.model_copy(update={"target": _cut(taken.target, _NAME)})
        for taken in entry.stances[:_STANCES]
    )
    url = entry.source.url if entry.source.url is not None and len(entry.source.url) <= _HEADLINE else None
    return entry.model_copy(
        update={
            "headline": _cut(entry.headline, _HEADLINE),
            "source": entry.source.model_copy(update={"url": url}),
            "actors": actors,
            "stances": stances,
            "occurred": entry.occurred.model_copy(update={"as_reported": None}) if entry.occurred else None,
            "significance_reasons": tuple(_cut(text, _NAME) for text in entry.significance_reasons[:_REPORTERS]),
            "also_background_in": entry.also_background_in[:_REPORTERS],
            "link": short_link(entry.link),
        }
    )


def short_claim(claim: Claim) -> Claim:
    return claim.model_copy(
        update={
            "value": _cut(claim.value, _NAME) if isinstance(claim.value, str) else claim.value,
            "speaker": _cut(claim.speaker, _NAME),
            "reported_by": claim.reported_by[:_REPORTERS],
            "disputed_by": claim.disputed_by[:_REPORTERS],
        }
    )

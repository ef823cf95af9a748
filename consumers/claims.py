"""The ledger of claims as a reader wants it: who says which number, side by side; who is said to have done it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from schemas.timeline import Claim
from schemas.vocabulary import ClaimAbout, ClaimState, Stance, TimePrecision

from .story import day_label, local, time_label

NUMBERS: Final[tuple[str, ...]] = (
    ClaimAbout.KILLED,
    ClaimAbout.INJURED,
    ClaimAbout.PARTICIPANTS,
    ClaimAbout.ARRESTED,
)
#: shown only where sources disagree: that ten outlets name the same town is no news
_ONLY_DISPUTED: Final[tuple[str, ...]] = (ClaimAbout.PLACE, ClaimAbout.TIME)
_HALF_A_DAY: Final = timedelta(hours=12)
_ORDER: Final[tuple[str, ...]] = (ClaimAbout.OCCURRENCE, *NUMBERS, ClaimAbout.MEANS, *_ONLY_DISPUTED)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says it. via: who published it, where that is somebody else."""

    speaker: str
    via: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """One value and those who hold it, the first to say it first. reports: events that carry it."""

    value: str
    voices: tuple[Voice, ...]
    reports: int
    disputed: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """What is said about one thing. sides: what stands now, the most reported first; past: what was replaced."""

    about: str
    sides: tuple[Side, ...]
    past: tuple[Side, ...]

    @property
    def disputed(self) -> bool:
        return any(side.disputed for side in self.sides)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is said to have done it, or not. voices: by stance, in order of first word."""

    name: str
    voices: tuple[tuple[str, tuple[Voice, ...]], ...]


def topics_of(claims: Iterable[Claim], zone: tzinfo = UTC) -> tuple[Topic, ...]:
    """Everything but attribution, numbers before means, place and time. zone: for times of day."""
    by_about: dict[str, list[Claim]] = {}
    for claim in claims:
        by_about.setdefault(str(claim.about), []).append(claim)
    topics = []
    for about in _ORDER:
        held = by_about.get(about, [])
        topic = Topic(
            about,
            _sides([claim for claim in held if claim.state in (ClaimState.CURRENT, ClaimState.DISPUTED)], zone),
            _sides([claim for claim in held if claim.state in (ClaimState.SUPERSEDED, ClaimState.WITHDRAWN)], zone),
        )
        if about in _ONLY_DISPUTED and not topic.disputed:
            continue
        if topic.sides or topic.past:
            topics.append(topic)
    return tuple(topics)


def parties_of(claims: Iterable[Claim]) -> tuple[tuple[Party, ...], tuple[Voice, ...]]:
    """Who is said to have done it, and who says that it was staged. Words replaced or withdrawn are left out.

    Parties that stand accused or claim it come first, the most spoken of first. Of a staged attack the ledger
    names what is called staged, in each speaker's words; only who says so is of use here.
    """
    found: dict[str, dict[str, list[Voice]]] = {}
    staged: list[Voice] = []
    for claim in sorted(claims, key=lambda one: (one.at, one.claim_id)):
        if claim.about != ClaimAbout.ATTRIBUTION or claim.state in (ClaimState.SUPERSEDED, ClaimState.WITHDRAWN):
            continue
        stance = claim.qualifier or str(Stance.ACCUSE)
        voices = (
            staged
            if stance == Stance.ALLEGES_FALSE_FLAG
            else found.setdefault(str(claim.value), {}).setdefault(stance, [])
        )
        voice = _voice(claim)
        if voice.speaker not in [known.speaker for known in voices]:
            voices.append(voice)
    parties = [
        Party(name, tuple((stance, tuple(voices)) for stance, voices in by_stance.items()))
        for name, by_stance in found.items()
    ]
    return tuple(sorted(parties, key=_by_weight)), tuple(staged)


def _by_weight(party: Party) -> tuple[bool, int]:
    only_denied = all(stance == Stance.DENY_RESPONSIBILITY for stance, _ in party.voices)
    return only_denied, -sum(len(voices) for _, voices in party.voices)


def value_text(claim: Claim, zone: tzinfo = UTC) -> str:
    """A claim's value as read: "at least 3", "500 to 600", "2 × drone", "Baghdad (city)", "8 January 2020 04:45"."""
    value, qualifier = claim.value, claim.qualifier
    if claim.about == ClaimAbout.MEANS:
        count = (qualifier or "").removeprefix("count ")
        return f"{count} × {value}" if count.isdigit() else str(value)
    if claim.about in NUMBERS:
        number = f"{value:,}" if isinstance(value, int) else str(value)
        if qualifier is None:
            return number
        return f"{qualifier} {number}" if qualifier in ("at least", "at most") else f"{number} ({qualifier})"
    if claim.about == ClaimAbout.PLACE and qualifier is not None:
        return f"{value} ({qualifier})"
    if claim.about == ClaimAbout.TIME:
        return _time_text(str(value), qualifier, zone)
    return str(value)


def _time_text(value: str, precision: str | None, zone: tzinfo) -> str:
    """ "2020-01-08T01:45Z/2020-01-08T01:46Z" on the clock of the place, as finely as it is known."""
    try:
        begin, end = (datetime.fromisoformat(moment) for moment in value.split("/"))
    except ValueError:
        return value
    if begin.tzinfo is None or end.tzinfo is None:
        return value
    # noon of the first day: it is that day in all zones but those half a day off, and claims do not name theirs
    noon = begin + min((end - begin) / 2, _HALF_A_DAY)
    begin, end, noon = local(begin, zone), local(end, zone), local(noon, zone)
    day = day_label(begin, weekday=False)
    match precision:
        case TimePrecision.MINUTE:
            return f"{day} {begin:%H:%M}"
        case TimePrecision.HOUR:
            return f"{day} {begin:%H}h"
        case TimePrecision.DAY | TimePrecision.WEEK | TimePrecision.MONTH | TimePrecision.YEAR:
            return time_label(noon, precision, weekday=False)
        case _:
            return f"{day} to {day_label(end, weekday=False)}"


def _sides(claims: Sequence[Claim], zone: tzinfo) -> tuple[Side, ...]:
    by_value: dict[str, list[Claim]] = {}
    for claim in sorted(claims, key=lambda one: (one.at, one.claim_id)):
        by_value.setdefault(value_text(claim, zone), []).append(claim)
    sides = [
        Side(
            value=value,
            voices=tuple({voice.speaker: voice for voice in reversed([_voice(claim) for claim in held])}.values())[
                ::-1
            ],
            reports=sum(claim.reports_total for claim in held),
            disputed=any(claim.state == ClaimState.DISPUTED for claim in held),
        )
        for value, held in by_value.items()
    ]
    # the disputed ones together, each time the most reported first
    return tuple(sorted(sides, key=lambda side: (not side.disputed, -side.reports)))


def _voice(claim: Claim) -> Voice:
    publisher = claim.reported_by[0].publisher
    return Voice(claim.speaker, None if publisher.casefold() == claim.speaker.casefold() else publisher)

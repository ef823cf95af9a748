"""Event -> Features: everything that evidence will ever ask of an event, worked out once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from zlib import crc32

from schemas.event import AnyEvent, AttackEvent, ProtestEvent, StatementEvent
from schemas.parts import Actor, Estimate, Place
from schemas.vocabulary import ActorRole, PlacePrecision, TimePrecision

from . import lexicon
from .dates import days_in
from .features import DAY_SECONDS, NO_RANK, Features
from .script import READ_CHARACTERS, WORD, distance_class, fold, has_case, skeleton

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = _EPOCH.toordinal()
_TIME_RANK: Final[dict[str, int]] = {precision: rank for rank, precision in enumerate(TimePrecision)}
_PLACE_RANK: Final[dict[str, int]] = {
    PlacePrecision.SITE: 0,
    PlacePrecision.CITY: 1,
    PlacePrecision.ADMIN1: 2,
    PlacePrecision.COUNTRY: 3,
}
_TARGET_ROLES: Final = frozenset({ActorRole.TARGET, ActorRole.VICTIM, ActorRole.ADDRESSEE})
_KIND: Final = {AttackEvent: "a", StatementEvent: "s", ProtestEvent: "p"}

MAX_NAMES: Final = 60
MAX_PHRASES: Final = 30
MAX_WORDS: Final = 240
MAX_NUMBERS: Final = 12
MAX_DAYS: Final = 8
#: characters; no language has longer words, and a hostile one of 6,000 grew to 141,000 when it was folded
MAX_WORD: Final = 100
#: without a coded time a report is taken to tell of the day it names, or of the days before it came out
_LOOKS_BACK_DAYS: Final = 2

_AGE: Final = re.compile(r"\b(\d{1,2})[\s-]year[s]?[\s-]old\b|\baged? (\d{1,2})\b|,\s(\d{2}),")
_SENTENCE_MARK: Final = re.compile(r"[.!?:;\"“”«»\n—–|]")
_SHOUTED: Final = 4


def features_of(event: AnyEvent) -> Features:
    """Pure: the same event gives the same features."""
    place, said_in = event.location, getattr(event, "said_in", None)
    names = _Names()
    language = distance_class(event.language or "")
    text = (event.text or "")[:READ_CHARACTERS]
    words, folded = _read(names, event.headline, text)

    place_keys = names.of(place.name, keep_common=False) if place else ()
    if place and place.admin1:
        names.of(place.admin1, keep_common=False)
    actors: set[str] = set()
    targets: set[str] = set()
    speakers: set[str] = set()
    for actor in event.actors:
        keys = names.of(actor.name)
        (speakers if actor.role == ActorRole.SPEAKER else targets if actor.role in _TARGET_ROLES else actors).update(
            keys
        )
    for actor in event.targets:
        targets.update(names.of(actor.name))
    behalf: tuple[str, ...] = ()
    about: set[str] = set()
    stances: list[str] = []
    extra = ""
    if isinstance(event, StatementEvent):
        behalf = names.of(event.on_behalf_of) if event.on_behalf_of else ()
        for taken in event.stances:
            stances.append(str(taken.stance))
            if taken.target:
                about.update(names.of(taken.target))
                extra += " " + taken.target
    elif isinstance(event, ProtestEvent):
        extra = " ".join(event.demands)
    said = " ".join(part for part in (extra, place.name if place else "", *(a.name for a in event.targets)) if part)

    concepts = 0
    for word in folded:
        concepts |= lexicon.concepts_of(word)
    for match in WORD.findall(said):
        concepts |= lexicon.concepts_of(fold(match))
    means = concepts & lexicon.MEANS_MASK if not event.weapons else 0
    for weapon in event.weapons:
        for match in WORD.findall(weapon.type):
            means |= lexicon.concepts_of(fold(match)) & lexicon.MEANS_MASK
    concepts |= means

    countries = set(names.countries)
    if place and place.country:
        countries.add(place.country)
    for actor in (*event.actors, *event.targets):
        if actor.country:
            countries.add(actor.country)

    published = _seconds(event.published_at) if event.published_at else None
    shift = _local_shift(place) if place and place.lon is not None else _local_shift(said_in)
    start, end, rank = _interval(event, shift)
    reference = None
    if published is not None:
        reference = (published + shift) // DAY_SECONDS + _EPOCH_ORDINAL
    elif end is not None and rank <= 2:
        reference = (end - 1) // DAY_SECONDS + _EPOCH_ORDINAL
    days = days_in(words, folded, reference)[-MAX_DAYS:]
    soft = False
    if start is None:
        start, end, rank, soft = _guessed_interval(days, reference)

    kept = sorted(names.found)[:MAX_NAMES]
    return Features(
        kind=_KIND[type(event)],
        language=language,
        publisher=event.source.publisher.lower(),
        report=event.source.report_id or _report_of(event.source.url),
        wire=(event.source.wire_origin or "").lower(),
        start=start,
        end=end,
        soft=soft,
        time_rank=rank,
        published=published,
        days=days,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        place_rank=_PLACE_RANK.get(place.precision, NO_RANK) if place else NO_RANK,
        country=(place.country or "") if place else "",
        said_country=(said_in.country or "") if said_in else "",
        countries=tuple(sorted(countries)),
        place=place_keys,
        actors=tuple(sorted(actors)),
        targets=tuple(sorted(targets)),
        speakers=tuple(sorted(speakers)),
        behalf=behalf,
        about=tuple(sorted(about)),
        names=tuple(kept),
        shown=tuple(names.found[key] for key in kept),
        phrases=tuple(sorted(names.phrases)[:MAX_PHRASES]),
        concepts=concepts,
        means=means,
        killed=_best(event.killed),
        injured=_best(event.injured),
        participants=_best(getattr(event, "participants", None)),
        arrested=event.arrested,
        numbers=_numbers(folded),
        ages=_ages(f"{event.headline} {text}"),
        stances=tuple(sorted(set(stances))),
        words=_word_hashes(folded),
    )


class _Names:
    """Name keys found so far, with how they were written, and the countries named along the way."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.phrases: set[str] = set()
        self.countries: set[str] = set()

    def of(self, name: str, *, keep_common: bool = False) -> tuple[str, ...]:
        """Keys of a coded name, sorted. Common words and countries are no keys; a name of nothing else has its
        countries as keys (@IQ)."""
        words = WORD.findall(name)[:12]
        folded = [_folded(_no_possessive(word)) for word in words]
        keys = self._places_and_titles(folded, words)
        for word, low in zip(words, folded, strict=True):
            if low in self._used or (lexicon.is_common(low) and not keep_common) or len(low) < 2 or low.isdecimal():
                continue
            if lexicon.country_of(low) and not lexicon.is_capital(low):
                continue
            keys.add(self.add(low, word))
        return tuple(sorted(keys))

    def _places_and_titles(self, folded: list[str], words: list[str]) -> set[str]:
        keys: set[str] = set()
        used: set[str] = set()
        count = len(folded)
        for at, word in enumerate(folded):
            if word in lexicon.TITLE_STARTS:
                for length in range(min(lexicon.LONGEST_TITLE_WORDS, count - at), 0, -1):
                    title = lexicon.title_of(" ".join(folded[at : at + length]))
                    if title:
                        keys.add("#" + title)
                        self.found.setdefault("#" + title, " ".join(words[at : at + length]))
                        used.update(folded[at : at + length])
                        break
            code = None
            if word in lexicon.COUNTRY_STARTS:
                for length in range(min(lexicon.LONGEST_COUNTRY_WORDS, count - at), 1, -1):
                    code = lexicon.country_of(" ".join(folded[at : at + length]))
                    if code:
                        used.update(folded[at : at + length])
                        break
            code = code or lexicon.country_of(word)
            if code:
                self.countries.add(code)
                keys.add("@" + code)
        self._used = used
        return keys

    _used: set[str] = frozenset()  # type: ignore[assignment]  # set by _places_and_titles before it is read

    def add(self, low: str, word: str) -> str:
        key = skeleton(low)
        held = self.found.get(key)
        if held is None or (word[:1].isupper() and not held[:1].isupper()):
            self.found[key] = _no_possessive(word)[:MAX_WORD]
        return key


def _read(names: _Names, headline: str, text: str) -> tuple[list[str], list[str]]:
    """Words of headline and text as written and folded; names go to `names`."""
    all_words: list[str] = []
    all_folded: list[str] = []
    lower_seen: set[str] = set()
    candidates: list[tuple[str, str, bool, int]] = []
    for part in (headline, text):
        title_case = part is headline and _is_title_case(part)
        before = 0
        opens = True
        for match in WORD.finditer(part):
            word = match.group()
            # between two words stands nothing but marks, blanks and underscores; these belong to no sentence's end
            blank = part.rfind("_", before, match.start()) + 1 or before
            opens = opens or _SENTENCE_MARK.search(part, blank, match.start()) is not None
            before = match.end()
            word = _no_possessive(word)
            low = _folded(word)
            all_words.append(word)
            all_folded.append(low)
            if has_case(word):
                if word[0].isupper():
                    candidates.append((low, word, opens or title_case, len(all_words) - 1))
                else:
                    lower_seen.add(low)
            elif len(low) >= 4 and not low.isdecimal():
                candidates.append((low, word, True, len(all_words) - 1))
            opens = False
        all_words.append(".")
        all_folded.append(".")
    names._places_and_titles(all_folded, all_words)
    used = names._used
    previous = -2
    previous_key = ""
    for low, word, doubtful, position in candidates:
        if len(low) < 3 and not (word.isupper() and len(word) >= 2):
            continue
        if lexicon.is_common(low) or low in used or low in lexicon.MONTHS or low in lexicon.WEEKDAYS:
            continue
        if doubtful and (low in lower_seen or lexicon.concepts_of(low)):
            continue
        if lexicon.country_of(low) and not lexicon.is_capital(low):
            continue
        key = names.add(low, word)
        if position == previous + 1 and previous_key != key:
            names.phrases.add(f"{previous_key} {key}")
        previous, previous_key = position, key
    return all_words, all_folded


def _is_title_case(headline: str) -> bool:
    long_words = [word for word in WORD.findall(headline) if len(word) >= _SHOUTED and has_case(word)]
    return len(long_words) >= 3 and sum(word[0].isupper() for word in long_words) >= 0.7 * len(long_words)


def _folded(word: str) -> str:
    """Bounded before, for the caches that keep words, and after: one letter may become eighteen."""
    low = fold(word if len(word) <= MAX_WORD else word[:MAX_WORD])
    return low if len(low) <= MAX_WORD else low[:MAX_WORD]


def _no_possessive(word: str) -> str:
    return word[:-2] if word[-2:] in ("'s", "’s", "'S") else word


def _best(estimate: Estimate | None) -> int | None:
    return None if estimate is None else estimate.best


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)


def _local_shift(place: Place | None) -> int:
    """Seconds between UTC and the place's clock, by its longitude."""
    return 0 if place is None or place.lon is None else round(place.lon / 15) * 3600


def _interval(event: AnyEvent, shift: int) -> tuple[int | None, int | None, int]:
    occurred = event.occurred
    if occurred is None:
        return None, None, NO_RANK
    rank = _TIME_RANK.get(occurred.precision, 2)
    start, end = _seconds(occurred.from_) + shift, _seconds(occurred.until) + shift
    if rank == 2 and end - start <= DAY_SECONDS:
        # the middle of a day lies in that day whatever zone it was cut in
        day = (start + end) // 2 // DAY_SECONDS
        start, end = day * DAY_SECONDS, (day + 1) * DAY_SECONDS
    return start, max(end, start + 1), rank


def _guessed_interval(days: tuple[int, ...], reference: int | None) -> tuple[int | None, int | None, int, bool]:
    known = [day for day in days if reference is None or reference - 30 <= day <= reference]
    if known:
        last = known[-1] - _EPOCH_ORDINAL
        return last * DAY_SECONDS, (last + 1) * DAY_SECONDS, 2, True
    if reference is None:
        return None, None, NO_RANK, False
    last = reference - _EPOCH_ORDINAL
    return (last - _LOOKS_BACK_DAYS) * DAY_SECONDS, (last + 1) * DAY_SECONDS, 3, True


def _report_of(url: str | None) -> str:
    return url.partition("#")[0] if url else ""


def _numbers(folded: Iterable[str]) -> tuple[int, ...]:
    found = {int(word) for word in folded if word.isdecimal() and word.isascii() and len(word) <= 6}
    return tuple(sorted(n for n in found if n > 3 and not 1990 <= n <= 2035))[:MAX_NUMBERS]


def _ages(text: str) -> tuple[int, ...]:
    found = {int(next(group for group in match.groups() if group)) for match in _AGE.finditer(text)}
    return tuple(sorted(age for age in found if age > 0))[:MAX_NUMBERS]


def _word_hashes(folded: Iterable[str]) -> tuple[int, ...]:
    found = {crc32(word.encode()) for word in folded if len(word) > 3 or word.isdecimal()}
    return tuple(sorted(found)[:MAX_WORDS])


__all__ = ["Actor", "features_of"]

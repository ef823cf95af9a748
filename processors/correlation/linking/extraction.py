"""Event -> Features: everything that evidence will ever ask of an event, worked out once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from schemas.event import AnyEvent, AttackEvent, ProtestEvent, StatementEvent
from schemas.parts import Actor, Estimate, Place
from schemas.vocabulary import ActorRole, PlacePrecision, SourceKind, TimePrecision

from .addresses import day_of, title_words
from .called import Placed, coded_names, in_full, runs
from .coded import places_and_titles, taken_apart
from .concepts import MEANS_MASK, concepts_of, languages_for, mask_of
from .dates import days_in
from .features import DAY_SECONDS, NO_RANK, Features
from .gazetteer import on_the_map, other_key
from .outlets import without_outlet
from .page import without_page
from .script import READ_CHARACTERS, WORD, apart, distance_class, fold, term_of
from .unspaced import names_in
from .words import MAX_WORD, STOP, Word, word_of

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
#: of headline and text together: about 500 characters
_OPENING_WORDS: Final = 90
MAX_WORDS: Final = 240
MAX_NUMBERS: Final = 12
MAX_DAYS: Final = 8
#: without a coded time a report is taken to tell of the day it names, or of the days before it came out
_LOOKS_BACK_DAYS: Final = 2

_YEARS_OLD: Final = re.compile(r"\b(\d{1,2})[\s-]years?[\s-]old\b")
_AGED: Final = re.compile(r"\baged? (\d{1,2})\b")
_AGE_IN_COMMAS: Final = re.compile(r",\s(\d{2}),")
#: characters around "year" that tell an age: "7 year" and the letter before it, "years-old" and the letter after it
_BEFORE_YEAR, _AFTER_YEAR = 4, 11
#: characters of coded words whose concepts are kept; longer ones hardly come twice, and would fill the memory
_KEPT: Final = 300
_SENTENCE_MARK: Final = re.compile(r"[.!?:;\"“”«»\n—–|]")


def features_of(event: AnyEvent) -> Features:
    """Pure: the same event gives the same features."""
    place = None if event.location is None else on_the_map(event.location)
    said_in = getattr(event, "said_in", None)
    names = _Names()
    language = distance_class(event.language or "")
    text = without_page((event.text or "")[:READ_CHARACTERS])
    headline = without_outlet(event.headline, event.source.publisher)
    read_with = languages_for(event.language or "")
    words = _read(names, apart(headline, language), apart(text, language), read_with)

    place_keys = names.of(place.name) if place else ()
    if place and place.admin1:
        names.of(place.admin1)
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
    concepts = mask_of([word.term for word in words], read_with)
    left = READ_CHARACTERS
    for said in (extra, place.name if place else "", *(actor.name for actor in event.targets)):
        concepts |= _concepts_of(said[:left], read_with) if said else 0
        left = max(0, left - len(said))
    means = concepts & MEANS_MASK if not event.weapons else 0
    for weapon in event.weapons:
        means |= _concepts_of(weapon.type, read_with) & MEANS_MASK
    concepts |= means

    countries = set(names.countries)
    if place and place.country:
        countries.add(place.country)
    for actor in (*event.actors, *event.targets):
        if actor.country:
            countries.add(actor.country)

    place_keys += names.as_towns(countries, place_keys)

    published = _seconds(event.published_at) if event.published_at else None
    shift = _local_shift(place) if place and place.lon is not None else _local_shift(said_in)
    start, end, rank = _interval(event, shift)
    reference = day_of(event.source.url) if published is None else (published + shift) // DAY_SECONDS + _EPOCH_ORDINAL
    if start is not None and reference is not None and start // DAY_SECONDS + _EPOCH_ORDINAL > reference + 1:
        start, end, rank = None, None, NO_RANK  # nothing is reported before it happens: the date is a mistake
    elif reference is None and end is not None and rank <= 2:
        reference = (end - 1) // DAY_SECONDS + _EPOCH_ORDINAL
    days: tuple[int, ...] = ()
    if any(word.dates for word in words):
        days = days_in([word.written for word in words], [word.low for word in words], reference)[-MAX_DAYS:]
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
        numbers=tuple(sorted({word.number for word in words if word.number >= 0})[:MAX_NUMBERS]),
        ages=_ages(headline, text),
        stances=tuple(sorted(set(stances))),
        words=tuple(sorted({word.hash for word in words if word.hash >= 0})[:MAX_WORDS]),
        from_database=event.source.kind == SourceKind.DATASET,
        title=title_words(event.source.url),
        length=len(headline) + len(text),
        opening=tuple([at for at, key in enumerate(kept) if key in names.opening]),
        called=in_full(coded_names(names.coded, names.small, read_with), names.runs),
    )


def _concepts_of(said: str, read_with: tuple[str, ...]) -> int:
    """Coded words are in the report's language or in English, whichever the coder liked."""
    return (_concepts_in if len(said) <= _KEPT else _concepts_in.__wrapped__)(said, read_with)


@lru_cache(maxsize=16_384)
def _concepts_in(said: str, read_with: tuple[str, ...]) -> int:
    # bounded as words of a text are: 20 targets of a statement that grew when they were folded took eight seconds
    words = [term_of(raw[:MAX_WORD])[:MAX_WORD] for raw in WORD.findall(said)]
    return mask_of(words, read_with) | mask_of(words, languages_for("en"))


class _Names:
    """Name keys found so far, with how they were written, and the countries named along the way."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.phrases: set[str] = set()
        self.opening: set[str] = set()
        self.countries: set[str] = set()
        #: for people to read: coded names; runs of capitals; words that are written small
        self.coded: dict[str, None] = {}
        self.runs: list[str] = []
        self.small: set[str] = set()

    def of(self, name: str) -> tuple[str, ...]:
        """Keys of a coded name, sorted."""
        self.coded[name] = None
        taken = taken_apart(name)
        self.take(taken.titles, taken.countries)
        for key, written in taken.found:
            self.add(key, written)
        return taken.keys

    def as_towns(self, countries: Collection[str], place: Collection[str]) -> tuple[str, ...]:
        """Adds by what towns meet that are called by another of their names; answers those of `place`, sorted."""
        found = set()
        for key, written in list(self.found.items()):
            other = other_key(fold(written), countries)
            if other is None:
                continue
            self.add(other, written)
            if key in self.opening:
                self.opening.add(other)
            if key in place:
                found.add(other)
        return tuple(sorted(found.difference(place)))

    def take(self, titles: Iterable[tuple[str, str]], countries: Iterable[str]) -> None:
        for key, written in titles:
            self.found.setdefault(key, written)
        self.countries.update(countries)

    def add(self, key: str, written: str) -> None:
        held = self.found.get(key)
        if held is None or (written[:1].isupper() and not held[:1].isupper()):
            self.found[key] = written


def _read(names: _Names, headline: str, text: str, read_with: tuple[str, ...]) -> list[Word]:
    """Words of headline and text; names go to `names`."""
    words: list[Word] = []
    lower_seen = names.small
    candidates: list[tuple[Word, bool, int]] = []
    for part in (headline, text):
        found = [(word_of(match.group()), match.start(), match.end()) for match in WORD.finditer(part)]
        title_case = part is headline and _is_title_case([word for word, _, _ in found])
        inside: list[Placed] = []
        before = 0
        opens = True
        at = len(words)
        for word, start, end in found:
            if not opens and not (start - before == 1 and part[before] == " "):
                # between two words stands nothing but marks, blanks and underscores; these end no sentence
                blank = part.rfind("_", before, start) + 1 or before
                opens = _SENTENCE_MARK.search(part, blank, start) is not None
            before = end
            if word.cased:
                if word.capital:
                    if word.name:
                        candidates.append((word, opens or title_case, at))
                    if word.proper and not opens:
                        inside.append((word, start))
                else:
                    lower_seen.add(word.low)
                    if word.proper and not opens:
                        inside.append((word, start))
            elif not word.low.isascii():
                unspaced = names_in(word.written)
                names.countries.update(unspaced.countries)
                candidates += [(word_of(name), False, at) for name in unspaced.names]
            elif word.name:
                candidates.append((word, True, at))
            opens = False
            at += 1
        words += [word for word, _, _ in found]
        words.append(STOP)
        if not title_case:
            names.runs += runs(part, inside)
    titles, countries, used = places_and_titles(words)
    names.take(titles, countries)
    previous = -2
    previous_key = ""
    for word, doubtful, position in candidates:
        low = word.low
        if low in used or (doubtful and (low in lower_seen or concepts_of(word.term, read_with))):
            continue
        key = word.key
        names.add(key, word.written)
        if position < _OPENING_WORDS:
            names.opening.add(key)
        if position == previous + 1 and previous_key != key:
            names.phrases.add(f"{previous_key} {key}")
        previous, previous_key = position, key
    return words


def _is_title_case(headline: Sequence[Word]) -> bool:
    long_words = [word for word in headline if word.long]
    return len(long_words) >= 3 and sum([word.capital for word in long_words]) >= 0.7 * len(long_words)


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


def _ages(headline: str, text: str) -> tuple[int, ...]:
    found: set[str] = set()
    for part in (headline, text):
        found.update(_AGE_IN_COMMAS.findall(part))
        if "age" in part:
            found.update(_AGED.findall(part))
        at = part.find("year")
        while at >= 0:
            found.update(_YEARS_OLD.findall(part[max(0, at - _BEFORE_YEAR) : at + _AFTER_YEAR]))
            at = part.find("year", at + 1)
    return tuple(sorted({int(age) for age in found} - {0})[:MAX_NUMBERS])


__all__ = ["MAX_WORD", "Actor", "features_of"]

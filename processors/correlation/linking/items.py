"""A report made ready for comparing: worked out once, so that a pair costs a few microseconds."""

from __future__ import annotations

from math import asin, cos, log, radians, sin, sqrt
from typing import Final

from .concepts import GENERIC_MASK, SUBJECTS_MASK
from .features import DAY_SECONDS, NO_RANK, Features
from .statistics import Statistics

EARTH_KM: Final = 6371.0
#: places nearer than this are said to be one: two that are known as a town have the town's coordinates
ONE_SPOT_KM: Final = 0.05
_EPOCH_ORDINAL: Final = 719_163
_FEW_NAMES: Final = 3
#: a day that a text names so shortly before its publication is most likely the day of what it tells
_NEWS_DAYS: Final = 4
#: names in a report: coded ones have half a dozen, articles twenty
RICH_FROM: Final = 8
#: enough that of some forty words few share a bit
_WORD_BITS: Final = 1_024
_BITS: Final = tuple(1 << at for at in range(_WORD_BITS))


class Item:
    """Sets beside the tuples of `f`, flags beside its codes; `norm` and `concept_norm` as of one version of the
    statistics.

    dated: start, end (whole seconds since 1970) and log_wide are known; published: likewise, or None
    first_day, last_day: ordinals; day: the first, of a time known to the day; None: not known that well
    fresh_days: of `days`, those shortly before publication
    coded_day: `day` was coded, not guessed from a text; tells_day: and it is a happening's
    is_article: a happening told at length, of which nothing is coded but when it was published
    is_row: a happening as a coded database has it; parties: actors and targets of a row, who is which left open
    place_rank: as in the features; NO_RANK also where there are no coordinates
    lat, lon: degrees, and as radians; x, y, z: the same place on the unit sphere
    spoken: speakers that are names; about_named: `about` without countries
    counts: any figure is given. square: norm * norm, exact
    log_wide: 1 + ln(days), of an interval of a day at least
    word_bits: a bit for each of `words`, which share them; 0: of an article
    """

    __slots__ = (
        "about",
        "about_named",
        "actors",
        "coded_day",
        "concept_norm",
        "concepts",
        "cos_lat",
        "countries",
        "country",
        "counts",
        "dated",
        "day",
        "days",
        "end",
        "f",
        "few_names",
        "first_day",
        "fresh_days",
        "generic",
        "generic_norm",
        "is_article",
        "is_protest",
        "is_row",
        "is_statement",
        "last_day",
        "lat",
        "lat_radians",
        "log_wide",
        "lon",
        "lon_radians",
        "means",
        "named",
        "norm",
        "numbers",
        "opening",
        "parties",
        "phrases",
        "place",
        "place_rank",
        "published",
        "soft",
        "speaks",
        "spoken",
        "square",
        "stances",
        "start",
        "targets",
        "tells_day",
        "version",
        "voices",
        "word_bits",
        "words",
        "x",
        "y",
        "z",
    )  # fmt: skip

    def __init__(self, features: Features) -> None:
        f = self.f = features
        self.is_statement = f.kind == "s"
        self.is_protest = f.kind == "p"
        self.named = frozenset(f.names)
        self.few_names = len(f.names) < _FEW_NAMES
        self.phrases = frozenset(f.phrases)
        self.place = frozenset([key for key in f.place if key[0] != "@"])
        self.targets = frozenset(f.targets)
        self.voices = frozenset((*f.speakers, *f.behalf))
        self.spoken = frozenset([key for key in f.speakers if key[0] not in "@#"])
        self.actors = frozenset(f.actors)
        self.about = frozenset(f.about)
        self.about_named = frozenset([key for key in f.about if key[0] != "@"])
        self.words = frozenset(f.words)
        self.days = frozenset(f.days)
        reference = 0 if f.published is None else f.published // DAY_SECONDS + _EPOCH_ORDINAL
        self.fresh_days = frozenset([day for day in f.days if reference - _NEWS_DAYS <= day <= reference])
        self.countries = frozenset(f.countries)
        self.numbers = frozenset(f.numbers)
        self.stances = frozenset(f.stances)
        self.speaks = bool(self.is_statement or self.spoken or f.about or f.stances)
        self.concepts = f.concepts & SUBJECTS_MASK
        self.generic = f.concepts & GENERIC_MASK
        self.means = f.means
        self.country = f.country
        self.counts = (
            f.killed is not None or f.injured is not None or f.participants is not None or f.arrested is not None
            or bool(f.numbers) or bool(f.ages)
        )  # fmt: skip

        self.soft = f.soft
        self.published = None if f.published is None else float(f.published)
        self.dated = f.start is not None and f.end is not None
        self.start = self.end = self.log_wide = 0.0
        self.first_day = self.last_day = 0
        self.day: int | None = None
        if f.start is not None and f.end is not None:
            self.start, self.end = float(f.start), float(f.end)
            self.log_wide = 1.0 + log(max(1.0, (f.end - f.start) / DAY_SECONDS))
            self.first_day = f.start // DAY_SECONDS + _EPOCH_ORDINAL
            self.last_day = (f.end - 1) // DAY_SECONDS + _EPOCH_ORDINAL
            if f.time_rank <= 2:
                self.day = self.first_day
        self.coded_day = self.day is not None and not f.soft
        self.tells_day = self.coded_day and not self.is_statement

        self.place_rank = NO_RANK
        self.lat = self.lon = self.lat_radians = self.lon_radians = self.x = self.y = self.z = self.cos_lat = 0.0
        if f.lat is not None:
            self.lat, self.lon = f.lat, f.lon or 0.0
            lat, lon = self.lat_radians, self.lon_radians = radians(self.lat), radians(self.lon)
            self.cos_lat = cos(lat)
            self.x, self.y, self.z = self.cos_lat * cos(lon), self.cos_lat * sin(lon), sin(lat)
            self.place_rank = f.place_rank
        self.is_article = (
            not self.is_statement and self.place_rank == NO_RANK and not self.coded_day and len(self.named) > RICH_FROM
        )
        bits = 0
        if not self.is_article:
            for word in f.words:
                bits |= _BITS[word % _WORD_BITS]
        self.word_bits = bits
        self.opening = frozenset([f.names[at] for at in f.opening])

        self.is_row = f.from_database and not self.is_statement
        self.parties = self.actors | self.targets if self.is_row else frozenset()

        self.version = -1
        self.square = self.norm = self.concept_norm = self.generic_norm = 0.0

    def weigh(self, statistics: Statistics) -> None:
        if self.version == statistics.version:
            return
        self.square = sum(map(statistics.square_of, self.f.names))
        self.norm = sqrt(self.square)
        self.concept_norm = sqrt(statistics.masses[self.concepts])
        self.generic_norm = sqrt(statistics.masses[self.generic])
        self.version = statistics.version


def kilometres(a: Item, b: Item) -> float:
    """Great-circle distance of two that have coordinates."""
    h = sin((b.lat_radians - a.lat_radians) / 2) ** 2
    h += a.cos_lat * b.cos_lat * sin((b.lon_radians - a.lon_radians) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, h)))

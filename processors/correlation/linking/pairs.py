"""Two reports side by side: what speaks for one incident behind both, and what against, as numbers.

Every feature is one field of `PairTerms` and one term `w.<feature> * value` below. `pair_score` adds the terms up;
handed a `Notebook`'s terms instead of weights, the same lines give the features themselves: what is fitted, what is
explained and what decides cannot come apart. What takes long to work out is left out where its weight is 0; the terms
of a notebook never are.
"""

from __future__ import annotations

from math import asin, exp, log, sqrt
from typing import Final

from .concepts import bits_of
from .features import DAY_SECONDS, NO_RANK
from .items import EARTH_KM, RICH_FROM, Item
from .notes import Notebook
from .pair_terms import PAIR_FEATURES, PairTerms, slotted
from .rows import row_score
from .statistics import Statistics

_PROTEST: Final = bits_of(
    "protest", "riot or unrest", "strike of workers", "hunger strike", "sit-in or camp", "roadblock", "tear gas",
    "rubber bullets and crowd control", "flag burning", "slogans and banners", "vigil or tribute",
    "march to a seat of power", "detention of protesters and arrests", "ban on gatherings", "boycott and shop closure",
)  # fmt: skip
#: by how narrowly a place is known (place_rank): how far from its point it may lie
RADIUS_KM: Final = (3.0, 10.0, 90.0, 500.0)
_NEAR_KM: Final = 12.0
_ONE_CITY_KM: Final = 25.0
#: share of the shorter text's words in the other from which two texts are one, or nearly
_NEAR_SAME: Final = 0.6
#: more days between two reports, or their publications, than e to so many say no more
_MOST_LOG_DAYS: Final = 5.0
_MOST_LOG_PUBLISHED: Final = 6.0
#: names of this weight are no rare ones
_COMMON: Final = 2.5


def pair_features(a: Item, b: Item, statistics: Statistics) -> list[float]:
    """What two reports have in common and what sets them apart, in the order of PAIR_FEATURES.

    Symmetric but for statement against core: there `a` is the statement.
    """
    notebook = pair_notebook()
    pair_score(a, b, notebook.terms, statistics)
    return notebook.values


def pair_notebook() -> Notebook[PairTerms]:
    """For `pair_score` in place of weights; positions as in PAIR_FEATURES."""
    return Notebook(len(PAIR_FEATURES), slotted)


def pair_score(a: Item, b: Item, w: PairTerms, statistics: Statistics) -> float:
    """Weights times features. The weights of a model that `oriented` names, the reports in the order it gives."""
    if a.version != statistics.version:
        a.weigh(statistics)
    if b.version != statistics.version:
        b.weigh(statistics)
    statements = a.is_statement + b.is_statement
    return (
        w.bias * 1.0
        + _time(a, b, w, statements)
        + _place(a, b, w, statements, statistics)
        + _names(a, b, w, statements, statistics)
        + _matter(a, b, w, statistics)
        + (_figures(a, b, w) if a.counts and b.counts else 0.0)
        + _standing(a, b, w, statements)
        + (row_score(a, b, w, statistics) if a.is_row and b.is_row else 0.0)
    )


def _time(a: Item, b: Item, w: PairTerms, statements: int) -> float:
    total = 0.0
    if a.dated and b.dated:
        soft = a.soft or b.soft
        before, after = a.start - b.end, b.start - a.end
        gap = (before if before > after else after) / DAY_SECONDS
        if gap < 0:
            if w.overlap:
                wide = a.log_wide if a.log_wide > b.log_wide else b.log_wide
                total += w.overlap * ((0.5 if soft else 1.0) / wide)
        else:
            gap = log(1.0 + gap)
            total += w.gap * ((gap if gap < _MOST_LOG_DAYS else _MOST_LOG_DAYS) * (0.6 if soft else 1.0))
        if a.day is not None and a.day == b.day:
            total += w.same_day * (0.6 if soft else 1.0)
        if statements == 1 and b.day is not None:
            late = (a.end - b.start) / DAY_SECONDS
            if late <= 0:
                total += w.said_before * 1.0
            elif w.lag:
                late = log(1.0 + late)
                total += w.lag * (late if late < _MOST_LOG_DAYS else _MOST_LOG_DAYS)
        if (a.days and b.coded_day) or (b.days and a.coded_day):
            told = _tells_of(a, b)
            if told != _HIT:
                told = _tells_of(b, a) or told
            if told == _HIT:
                total += w.date_hits * 1.0
            elif told == _MISS:
                total += w.date_misses * 1.0
    else:
        total += w.undated * 1.0
    if a.days and b.days and not (a.coded_day or b.coded_day):  # else: what was coded says it
        if not a.days.isdisjoint(b.days):
            total += w.days_shared * 1.0
        elif a.fresh_days and b.fresh_days:
            total += w.days_differ * 1.0
    if w.published_gap and a.published is not None and b.published is not None:
        apart = a.published - b.published
        if apart:
            apart = log(1.0 + abs(apart) / DAY_SECONDS)
            total += w.published_gap * (apart if apart < _MOST_LOG_PUBLISHED else _MOST_LOG_PUBLISHED)
    return total


_NOTHING, _MISS, _HIT = 0, 1, 2


def _tells_of(one: Item, two: Item) -> int:
    """Does the text of `one` name the day on which the other's happening was coded, or only other days?"""
    days = one.days
    if not days or not two.coded_day:
        return _NOTHING
    first, last = two.first_day, two.last_day
    if first == last:
        if first in days:
            return _HIT
    else:
        for day in days:
            if first <= day <= last:
                return _HIT
    if (one.is_statement or one.soft) and first not in days and first - 1 not in days and first + 1 not in days:
        return _MISS
    return _NOTHING


def _place(a: Item, b: Item, w: PairTerms, statements: int, statistics: Statistics) -> float:
    total = 0.0
    rank_a, rank_b = a.place_rank, b.place_rank
    one_city = False
    if rank_a == NO_RANK or rank_b == NO_RANK:
        total += w.no_place * 1.0
    else:
        # as `items.kilometres`, written out: this is asked of every pair
        x, y, z = a.x - b.x, a.y - b.y, a.z - b.z
        half = 0.5 * sqrt(x * x + y * y + z * z)
        far = 2.0 * EARTH_KM * asin(half if half < 1.0 else 1.0)
        same_day = a.day is not None and a.day == b.day
        one_city = far < _ONE_CITY_KM and rank_a <= 1 and rank_b <= 1
        if rank_a <= 1 and rank_b <= 1:
            total += w.near * exp(-far / 8.0)
            if far > _ONE_CITY_KM:
                total += w.far * min(3.0, log(far / _ONE_CITY_KM) + 0.5)
            elif far < _NEAR_KM and same_day:
                total += w.near_same_day * 1.0
        else:
            beyond = far - RADIUS_KM[rank_a] - RADIUS_KM[rank_b]
            if beyond <= 0:
                total += w.coarse_fit * 1.0
            else:
                total += w.excess * min(4.0, log(1.0 + beyond / 20.0))
        if one_city and statements != 1 and rank_a == rank_b == 0:
            if w.site_distance:
                total += w.site_distance * log(1.0 + far / 0.3)
            if a.place and b.place:
                if not a.place.isdisjoint(b.place):
                    total += w.site_shared * 1.0
                else:
                    total += w.site_not_shared * 1.0
                    if same_day:
                        total += w.site_not_shared_same_day * 1.0
    if a.country and b.country:
        total += w.country_same * 1.0 if a.country == b.country else w.country_differs * 1.0
    if a.place and b.place:
        shared = a.place & b.place
        if shared:
            if w.place_shared:
                total += w.place_shared * _share(shared, a.place, b.place, statistics)
        elif rank_a <= 1 and rank_b <= 1:
            total += w.place_not_shared * 1.0
    if a.is_protest and b.is_protest:
        total += w.protests_one_city * 1.0 if one_city else w.protests_other_city * 1.0
    return total


def _share(shared: frozenset[str], one: frozenset[str], other: frozenset[str], statistics: Statistics) -> float:
    """Weighted Jaccard of two sets that share something. Sums of weights are exact: that of the union follows."""
    weight_of, sums = statistics.weight_of, statistics.sums
    both = sum(map(weight_of, shared))
    return both / (sums[one] + sums[other] - both)


def _names(a: Item, b: Item, w: PairTerms, statements: int, statistics: Statistics) -> float:
    total = 0.0
    weight_of = statistics.weight_of
    shared = a.named & b.named
    if shared:
        rare = list(map(weight_of, shared))
        rarest = rare[0] if len(rare) == 1 else max(rare)
        # of two full articles half of the names in common is much, of two short reports it is one name
        rich = (len(a.named) if len(a.named) < len(b.named) else len(b.named)) - RICH_FROM
        if rich > 0 or w.names_cosine:
            cosine = sum(map(statistics.square_of, shared)) / (a.norm * b.norm)
            total += w.names_cosine * cosine
            if rich > 0:
                total += w.names_cosine_rich * (cosine * min(1.0, rich / RICH_FROM))
        if len(rare) > 3:
            rare.sort(reverse=True)
            total += w.rare_shared * ((rare[0] + rare[1] + rare[2]) / 5.0)
        else:
            total += w.rare_shared * (sum(rare) / 5.0)
        total += w.rarest_shared * (rarest - _COMMON if rarest > _COMMON else 0.0)
        if (a.is_article or b.is_article) and a.opening and b.opening:
            total += _openings(a, b, w, statistics)
    if a.few_names or b.few_names:
        total += w.thin * 1.0
    if w.phrases_shared and a.phrases and b.phrases:
        shared = a.phrases & b.phrases
        if shared:
            total += w.phrases_shared * min(3.0, sum(map(weight_of, shared)) / 5.0)
    if a.actors and b.actors:
        if a.actors.isdisjoint(b.actors):
            total += w.actors_differ * 1.0
        elif w.actors_shared:
            total += w.actors_shared * _share(a.actors & b.actors, a.actors, b.actors, statistics)
    if statements != 1 and a.targets and b.targets:
        shared = a.targets & b.targets
        if shared:
            total += w.targets_shared * _share(shared, a.targets, b.targets, statistics)
    if a.speaks or b.speaks:
        total += _voices(a, b, w, statements, statistics)
    if a.countries and b.countries:
        if a.countries.isdisjoint(b.countries):
            total += w.countries_differ * 1.0
        elif w.countries_shared:
            shared = a.countries & b.countries
            total += w.countries_shared * (len(shared) / sqrt(len(a.countries) * len(b.countries)))
    return total


def _openings(a: Item, b: Item, w: PairTerms, statistics: Statistics) -> float:
    """Names that open a report say what it is about; further down it tells of other matters, too."""
    total = 0.0
    if w.opening_rare:
        rare = sorted(map(statistics.weight_of, a.opening & b.opening), reverse=True)
        total += w.opening_rare * (sum(rare[:3]) / 5.0)
    if w.opening_told:
        total += w.opening_told * max(_told_share(a, b, statistics), _told_share(b, a, statistics))
    return total


def _told_share(one: Item, other: Item, statistics: Statistics) -> float:
    """Of the squared weights of the names that open `one`, the share that `other` names anywhere; 0 to 1."""
    whole = sum(map(statistics.square_of, one.opening))
    return sum(map(statistics.square_of, one.opening & other.named)) / whole if whole else 0.0


def _voices(a: Item, b: Item, w: PairTerms, statements: int, statistics: Statistics) -> float:
    """Who speaks, about whom, and in what sense."""
    total = 0.0
    one_voice = False
    if statements == 2 and a.voices and b.voices:
        one_voice = not a.voices.isdisjoint(b.voices)
        if not one_voice:
            total += w.speaker_differs * 1.0
        elif w.speaker_same:
            shared = a.voices & b.voices
            total += w.speaker_same * min(1.5, _share(shared, a.voices, b.voices, statistics) + 0.5)
    if (
        not one_voice
        and w.speaker_named
        and ((a.spoken and not a.spoken.isdisjoint(b.named)) or (b.spoken and not b.spoken.isdisjoint(a.named)))
    ):
        total += w.speaker_named * 1.0
    if w.about_shared and a.about and b.about:
        shared = a.about & b.about
        if shared:
            total += w.about_shared * _share(shared, a.about, b.about, statistics)
    if w.about_named and (a.about or b.about):
        weight_of = statistics.weight_of
        about = sum(map(weight_of, a.about_named & b.named)) + sum(map(weight_of, b.about_named & a.named))
        if about:
            total += w.about_named * min(2.0, about / 5.0)
    if w.stance_same and a.stances and b.stances and not a.stances.isdisjoint(b.stances):
        total += w.stance_same * 1.0
    return total


def _matter(a: Item, b: Item, w: PairTerms, statistics: Statistics) -> float:
    mask = a.concepts & b.concepts
    if mask:
        total = w.concepts_cosine * (statistics.masses[mask] / (a.concept_norm * b.concept_norm))
        if w.subject_rarest:
            total += w.subject_rarest * max(0.0, statistics.rarest[mask] - 1.0)
    elif a.concepts and b.concepts:
        total = w.concepts_none * 1.0
    else:
        total = 0.0
    mask = a.generic & b.generic
    if mask and w.generic_cosine:
        total += w.generic_cosine * (statistics.masses[mask] / (a.generic_norm * b.generic_norm))
    if a.means and b.means:
        total += w.means_same * 1.0 if a.means & b.means else w.means_differ * 1.0
    return total


def _figures(a: Item, b: Item, w: PairTerms) -> float:
    total = 0.0
    fa, fb = a.f, b.f
    if fa.killed is not None and fb.killed is not None:
        total += (
            w.killed_equal * _equal(fa.killed)
            if fa.killed == fb.killed
            else w.killed_differ * _ratio(fa.killed, fb.killed)
        )
    if fa.injured is not None and fb.injured is not None:
        total += (
            w.injured_equal * _equal(fa.injured)
            if fa.injured == fb.injured
            else w.injured_differ * _ratio(fa.injured, fb.injured)
        )
    if fa.participants is not None and fb.participants is not None:
        if fa.participants == fb.participants:
            total += w.crowd_equal * _equal(fa.participants)
        else:
            total += w.crowd_differ * _ratio(fa.participants, fb.participants)
    if fa.arrested is not None and fb.arrested is not None:
        total += (
            w.arrested_equal * _equal(fa.arrested)
            if fa.arrested == fb.arrested
            else w.arrested_differ * _ratio(fa.arrested, fb.arrested)
        )
    if a.numbers and b.numbers:
        shared = len(a.numbers & b.numbers)
        if shared:
            total += w.numbers_shared * (min(2.0, shared) / 2.0)
    if fa.ages and fb.ages:
        total += w.age_differ * 1.0 if set(fa.ages).isdisjoint(fb.ages) else w.age_equal * 1.0
    return total


def _equal(number: int) -> float:
    """None and one are said of anything."""
    return 1.0 if number > 1 else 0.4


def _ratio(one: int, other: int) -> float:
    return min(3.0, abs(log((one + 1.0) / (other + 1.0))))


def _standing(a: Item, b: Item, w: PairTerms, statements: int) -> float:
    """Where the reports stand, in what language and by what words, and of what kind they are."""
    total = 0.0
    fa, fb = a.f, b.f
    if fa.report and fa.report == fb.report:
        total += w.same_report * 1.0
    elif fa.publisher == fb.publisher:
        total += w.same_publisher * 1.0
    if fa.wire and fa.wire == fb.wire:
        total += w.same_wire * 1.0
    if statements == 1:
        if b.is_protest:
            total += w.about_protest * 1.0 if fa.concepts & _PROTEST else w.beside_protest * 1.0
    elif fa.kind != fb.kind:
        total += w.attack_and_protest * 1.0
    if fa.language != fb.language:
        total += w.other_language * 1.0
    elif a.words and b.words:
        least = len(a.words) if len(a.words) < len(b.words) else len(b.words)
        if w.text_contained and statements != 2:
            contained = len(a.words & b.words) / least
            if contained:
                total += w.text_contained * contained
            if contained > _NEAR_SAME:
                total += w.near_same_text * 1.0
        elif (least - _lacking(a, b)) / least > _NEAR_SAME and len(a.words & b.words) / least > _NEAR_SAME:
            total += w.near_same_text * 1.0
    return total


def _lacking(a: Item, b: Item) -> int:
    """At least so many words of the shorter text are not in the other; without a walk through its words."""
    few, many = (a, b) if len(a.words) <= len(b.words) else (b, a)
    return (few.word_bits & ~many.word_bits).bit_count()


def oriented(one: Item, other: Item) -> tuple[str, Item, Item]:
    """Which pair model judges two reports, and in which order it takes them."""
    if one.is_statement:
        return "statement_statement" if other.is_statement else "statement_core", one, other
    if other.is_statement:
        return "statement_core", other, one
    if one.is_row and other.is_row:
        return "row_row", one, other
    return "article_article" if one.is_article and other.is_article else "core_core", one, other


__all__ = ["oriented", "pair_features", "pair_notebook", "pair_score"]

"""Two reports side by side: what speaks for one incident behind both, and what against, as numbers."""

from __future__ import annotations

from math import asin, cos, exp, log, radians, sin, sqrt
from typing import Final

from .features import DAY_SECONDS, NO_RANK, Features
from .lexicon import CONCEPTS
from .statistics import Statistics

PAIR_FEATURES: Final = (
    "bias", "overlap", "gap", "undated", "same_day", "near_same_day", "published_gap", "said_before", "lag",
    "date_hits", "date_misses",
    "near", "far", "coarse_fit", "excess", "no_place", "country_differs", "country_same", "place_shared",
    "place_not_shared", "site_distance", "site_shared", "site_not_shared", "site_not_shared_same_day",
    "names_cosine", "rare_shared", "rarest_shared", "phrases_shared", "speaker_same", "speaker_differs",
    "speaker_named", "actors_shared", "actors_differ", "targets_shared", "about_named", "about_shared",
    "countries_shared", "countries_differ",
    "concepts_cosine", "concepts_none", "means_same", "means_differ",
    "killed_equal", "killed_differ", "injured_equal", "injured_differ", "crowd_equal", "crowd_differ",
    "arrested_equal", "arrested_differ", "numbers_shared", "age_equal", "age_differ",
    "same_report", "same_publisher", "same_wire", "stance_same", "attack_and_protest", "protests_one_city",
    "protests_other_city", "about_protest", "other_language", "text_contained", "near_same_text", "thin",
)  # fmt: skip
(
    _BIAS, _OVERLAP, _GAP, _UNDATED, _SAME_DAY, _NEAR_SAME_DAY, _PUBLISHED_GAP, _SAID_BEFORE, _LAG, _DATE_HITS,
    _DATE_MISSES, _NEAR, _FAR, _COARSE_FIT, _EXCESS, _NO_PLACE, _COUNTRY_DIFFERS, _COUNTRY_SAME, _PLACE_SHARED,
    _PLACE_NOT_SHARED, _SITE_DISTANCE, _SITE_SHARED, _SITE_NOT_SHARED, _SITE_NOT_SHARED_SAME_DAY, _NAMES_COSINE,
    _RARE_SHARED, _RAREST_SHARED, _PHRASES_SHARED, _SPEAKER_SAME, _SPEAKER_DIFFERS, _SPEAKER_NAMED,
    _ACTORS_SHARED, _ACTORS_DIFFER, _TARGETS_SHARED, _ABOUT_NAMED, _ABOUT_SHARED, _COUNTRIES_SHARED,
    _COUNTRIES_DIFFER, _CONCEPTS_COSINE, _CONCEPTS_NONE, _MEANS_SAME, _MEANS_DIFFER, _KILLED_EQUAL,
    _KILLED_DIFFER, _INJURED_EQUAL, _INJURED_DIFFER, _CROWD_EQUAL, _CROWD_DIFFER, _ARRESTED_EQUAL,
    _ARRESTED_DIFFER, _NUMBERS_SHARED, _AGE_EQUAL, _AGE_DIFFER, _SAME_REPORT, _SAME_PUBLISHER, _SAME_WIRE,
    _STANCE_SAME, _ATTACK_AND_PROTEST, _PROTESTS_ONE_CITY, _PROTESTS_OTHER_CITY, _ABOUT_PROTEST, _OTHER_LANGUAGE,
    _TEXT_CONTAINED, _NEAR_SAME_TEXT, _THIN,
) = range(len(PAIR_FEATURES))  # fmt: skip
POSITION: Final = {name: at for at, name in enumerate(PAIR_FEATURES)}
_COUNT: Final = len(PAIR_FEATURES)
_PROTEST: Final = 1 << CONCEPTS.index("protest")
_RADIUS_KM: Final = (3.0, 10.0, 90.0, 500.0)

_EARTH_KM: Final = 6371.0


class Item:
    """One report made ready for comparing: sets beside the tuples, weights as of one version of the statistics."""

    __slots__ = (
        "about",
        "actors",
        "concept_norm",
        "cos_lat",
        "days",
        "f",
        "first_day",
        "last_day",
        "named",
        "norm",
        "phrases",
        "place",
        "targets",
        "version",
        "voices",
        "weights",
        "wide_days",
        "words",
    )  # fmt: skip

    def __init__(self, features: Features) -> None:
        self.f = features
        self.named = frozenset(features.names)
        self.phrases = frozenset(features.phrases)
        self.place = frozenset(key for key in features.place if key[0] != "@")
        self.targets = frozenset(features.targets)
        self.voices = frozenset(features.speakers) | frozenset(features.behalf)
        self.actors = frozenset(features.actors)
        self.about = frozenset(features.about)
        self.words = frozenset(features.words)
        self.days = frozenset(features.days)
        start, end = features.start, features.end
        self.first_day = self.last_day = 0
        self.wide_days = 0.0
        if start is not None and end is not None:
            self.first_day = start // DAY_SECONDS + 719_163
            self.last_day = (end - 1) // DAY_SECONDS + 719_163
            self.wide_days = (end - start) / DAY_SECONDS
        self.version = -1
        self.weights: dict[str, float] = {}
        self.norm = 0.0
        self.concept_norm = 0.0
        self.cos_lat = cos(radians(features.lat)) if features.lat is not None else 0.0

    def weigh(self, statistics: Statistics) -> None:
        if self.version == statistics.version:
            return
        weight = statistics.weight
        self.weights = {key: weight(key) for key in self.f.names}
        self.norm = sqrt(sum(value * value for value in self.weights.values()))
        concept_weights = statistics.concept_weights()
        total, mask = 0.0, self.f.concepts
        while mask:
            bit = mask & -mask
            value = concept_weights[bit.bit_length() - 1]
            total += value * value
            mask ^= bit
        self.concept_norm = sqrt(total)
        self.version = statistics.version


def kilometres(a: Features, b: Features) -> float:
    lat_a, lon_a, lat_b, lon_b = map(radians, (a.lat or 0.0, a.lon or 0.0, b.lat or 0.0, b.lon or 0.0))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, h)))


def _share(one: frozenset[str], other: frozenset[str], ordered: tuple[str, ...], statistics: Statistics) -> float:
    """Weighted Jaccard; `ordered` holds `one` (and perhaps more) in a fixed order, for sums that repeat exactly."""
    if not one or not other:
        return 0.0
    weight = statistics.weight
    both = union = 0.0
    for key in ordered:
        if key in other:
            both += weight(key)
        else:
            union += weight(key)
    if not both:
        return 0.0
    # the other side's own keys: sorted, so that the sum does not depend on hash order
    for key in sorted(other):
        if key not in one:
            union += weight(key)
    return both / (both + union) if both + union > 0 else 0.0


def _ratio(one: int, other: int) -> float:
    return min(3.0, abs(log((one + 1.0) / (other + 1.0))))


def pair_features(a: Item, b: Item, statistics: Statistics) -> list[float]:
    """What two reports have in common and what sets them apart, in the order of PAIR_FEATURES.

    Symmetric but for statement against core: there `a` is the statement.
    """
    a.weigh(statistics)
    b.weigh(statistics)
    fa, fb = a.f, b.f
    out = [0.0] * _COUNT
    out[0] = 1.0
    at = POSITION
    statement_core = fa.kind == "s" and fb.kind != "s"
    both_statements = fa.kind == "s" and fb.kind == "s"
    soft = fa.soft or fb.soft

    # time
    same_day = False
    if fa.start is None or fb.start is None or fa.end is None or fb.end is None:
        out[_UNDATED] = 1.0
    else:
        gap = max(fa.start - fb.end, fb.start - fa.end) / DAY_SECONDS
        if gap < 0:
            wide = max(a.wide_days, b.wide_days)
            out[_OVERLAP] = (0.5 if soft else 1.0) / (1.0 + log(max(1.0, wide)))
        else:
            out[_GAP] = min(5.0, log(1.0 + gap)) * (0.6 if soft else 1.0)
        if fa.time_rank <= 2 and fb.time_rank <= 2:
            same_day = a.first_day == b.first_day
            if same_day:
                out[_SAME_DAY] = 0.6 if soft else 1.0
        if statement_core and fb.time_rank <= 2:
            late = (fa.end - fb.start) / DAY_SECONDS
            if late <= 0:
                out[_SAID_BEFORE] = 1.0
            else:
                out[_LAG] = min(5.0, log(1.0 + late))
        hits = misses = False
        for one, two in ((a, b), (b, a)):
            if one.days and two.f.time_rank <= 2 and not two.f.soft:
                if any(two.first_day <= day <= two.last_day for day in one.days):
                    hits = True
                elif one.f.kind == "s" or one.f.soft:
                    misses = misses or all(abs(day - two.first_day) > 1 for day in one.days)
        if hits:
            out[_DATE_HITS] = 1.0
        elif misses:
            out[_DATE_MISSES] = 1.0
    if fa.published is not None and fb.published is not None:
        out[_PUBLISHED_GAP] = min(6.0, log(1.0 + abs(fa.published - fb.published) / DAY_SECONDS))

    # place
    near = False
    one_city = False
    rank_a, rank_b = fa.place_rank, fb.place_rank
    if fa.lat is None or fb.lat is None or rank_a == NO_RANK or rank_b == NO_RANK:
        out[_NO_PLACE] = 1.0
    else:
        far = kilometres(fa, fb)
        if rank_a <= 1 and rank_b <= 1:
            out[_NEAR] = exp(-far / 8.0)
            near = far < 12.0
            one_city = far < 25.0
            if far > 25.0:
                out[_FAR] = min(3.0, log(far / 25.0) + 0.5)
        else:
            beyond = far - _RADIUS_KM[rank_a] - _RADIUS_KM[rank_b]
            if beyond <= 0:
                out[_COARSE_FIT] = 1.0
            else:
                out[_EXCESS] = min(4.0, log(1.0 + beyond / 20.0))
        if rank_a == 0 and rank_b == 0 and far < 25.0 and not (statement_core):
            out[_SITE_DISTANCE] = log(1.0 + far / 0.3)
            if a.place and b.place:
                if a.place & b.place:
                    out[_SITE_SHARED] = 1.0
                else:
                    out[_SITE_NOT_SHARED] = 1.0
                    if same_day:
                        out[_SITE_NOT_SHARED_SAME_DAY] = 1.0
    if near and same_day:
        out[_NEAR_SAME_DAY] = 1.0
    if fa.country and fb.country:
        out[at["country_same" if fa.country == fb.country else "country_differs"]] = 1.0
    if a.place and b.place:
        shared_place = _share(a.place, b.place, tuple(k for k in fa.place if k[0] != "@"), statistics)
        if shared_place:
            out[_PLACE_SHARED] = shared_place
        elif rank_a <= 1 and rank_b <= 1:
            out[_PLACE_NOT_SHARED] = 1.0

    # names
    dot = rare_1 = rare_2 = rare_3 = 0.0
    weights_b = b.weights
    for key, value in a.weights.items():
        if key in weights_b:
            dot += value * value
            if value > rare_1:
                rare_1, rare_2, rare_3 = value, rare_1, rare_2
            elif value > rare_2:
                rare_2, rare_3 = value, rare_2
            elif value > rare_3:
                rare_3 = value
    if dot:
        out[_NAMES_COSINE] = dot / (a.norm * b.norm)
        out[_RARE_SHARED] = (rare_1 + rare_2 + rare_3) / 5.0
        out[_RAREST_SHARED] = max(0.0, rare_1 - 2.5)
    if a.phrases and b.phrases:
        shared_phrases = sum(statistics.weight(key) for key in fa.phrases if key in b.phrases)
        out[_PHRASES_SHARED] = min(3.0, shared_phrases / 5.0)
    if both_statements and a.voices and b.voices:
        if a.voices & b.voices:
            out[_SPEAKER_SAME] = min(1.5, _share(a.voices, b.voices, tuple(sorted(a.voices)), statistics) + 0.5)
        else:
            out[_SPEAKER_DIFFERS] = 1.0
    for one, two in ((a, b), (b, a)):
        if one.f.speakers and not out[_SPEAKER_SAME]:
            named = [k for k in one.f.speakers if k[0] not in "@#" and k in two.named]
            if named:
                out[_SPEAKER_NAMED] = 1.0
    if a.actors and b.actors:
        shared = _share(a.actors, b.actors, fa.actors, statistics)
        if shared:
            out[_ACTORS_SHARED] = shared
        else:
            out[_ACTORS_DIFFER] = 1.0
    if a.targets and b.targets and not statement_core:
        out[_TARGETS_SHARED] = _share(a.targets, b.targets, fa.targets, statistics)
    if a.about and b.about:
        out[_ABOUT_SHARED] = _share(a.about, b.about, fa.about, statistics)
    about = 0.0
    for one, two in ((a, b), (b, a)):
        for key in one.f.about:
            if key[0] != "@" and key in two.named:
                about += statistics.weight(key)
    out[_ABOUT_NAMED] = min(2.0, about / 5.0)
    if fa.countries and fb.countries:
        shared_countries = len(set(fa.countries) & set(fb.countries))
        if shared_countries:
            out[_COUNTRIES_SHARED] = shared_countries / sqrt(len(fa.countries) * len(fb.countries))
        else:
            out[_COUNTRIES_DIFFER] = 1.0

    # concepts
    mask = fa.concepts & fb.concepts
    if mask:
        concept_weights = statistics.concept_weights()
        total = 0.0
        while mask:
            bit = mask & -mask
            value = concept_weights[bit.bit_length() - 1]
            total += value * value
            mask ^= bit
        if a.concept_norm and b.concept_norm:
            out[_CONCEPTS_COSINE] = total / (a.concept_norm * b.concept_norm)
    elif fa.concepts and fb.concepts:
        out[_CONCEPTS_NONE] = 1.0
    if fa.means and fb.means:
        out[at["means_same" if fa.means & fb.means else "means_differ"]] = 1.0

    # numbers
    for mine, theirs, name in (
        (fa.killed, fb.killed, "killed"),
        (fa.injured, fb.injured, "injured"),
        (fa.participants, fb.participants, "crowd"),
        (fa.arrested, fb.arrested, "arrested"),
    ):
        if mine is not None and theirs is not None:
            if mine == theirs:
                out[at[name + "_equal"]] = 1.0 if mine > 1 else 0.4
            else:
                out[at[name + "_differ"]] = _ratio(mine, theirs)
    if fa.numbers and fb.numbers:
        shared_numbers = len(set(fa.numbers) & set(fb.numbers))
        out[_NUMBERS_SHARED] = min(2.0, shared_numbers) / 2.0
    if fa.ages and fb.ages:
        out[at["age_equal" if set(fa.ages) & set(fb.ages) else "age_differ"]] = 1.0

    # where it stands, what kind it is
    if fa.report and fa.report == fb.report:
        out[_SAME_REPORT] = 1.0
    elif fa.publisher == fb.publisher:
        out[_SAME_PUBLISHER] = 1.0
    if fa.wire and fa.wire == fb.wire:
        out[_SAME_WIRE] = 1.0
    if fa.stances and fb.stances and set(fa.stances) & set(fb.stances):
        out[_STANCE_SAME] = 1.0
    if fa.kind != fb.kind and not statement_core:
        out[_ATTACK_AND_PROTEST] = 1.0
    elif fa.kind == "p" and fb.kind == "p":
        out[at["protests_one_city" if one_city else "protests_other_city"]] = 1.0
    if statement_core and fb.kind == "p":
        out[_ABOUT_PROTEST] = 1.0 if fa.concepts & _PROTEST else -1.0
    if fa.language != fb.language:
        out[_OTHER_LANGUAGE] = 1.0
    elif a.words and b.words and not both_statements:
        contained = len(a.words & b.words) / min(len(a.words), len(b.words))
        out[_TEXT_CONTAINED] = contained
        if contained > 0.6:
            out[_NEAR_SAME_TEXT] = 1.0
    elif both_statements and a.words and b.words:
        contained = len(a.words & b.words) / min(len(a.words), len(b.words))
        if contained > 0.6:
            out[_NEAR_SAME_TEXT] = 1.0
    if len(fa.names) < 3 or len(fb.names) < 3:
        out[_THIN] = 1.0
    return out


def oriented(one: Item, other: Item) -> tuple[str, Item, Item]:
    """Which pair model judges two reports, and in which order it takes them."""
    if one.f.kind == "s" and other.f.kind == "s":
        return "statement_statement", one, other
    if one.f.kind == "s":
        return "statement_core", one, other
    if other.f.kind == "s":
        return "statement_core", other, one
    return "core_core", one, other

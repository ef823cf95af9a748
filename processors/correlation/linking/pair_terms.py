"""The names of what is weighed between two reports: one list for the scorer, the fit, the explanation and the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, cast


class PairTerms(NamedTuple):
    """One number per pair feature: its weight, or its value.

    A new feature is a field here, a term in the function of its family in pairs.py, a family in reasons.py, and, where
    it may speak for one side only, a sign in timelines/training.py. Weights that do not name it give it 0.
    """

    bias: float = 0.0
    # time
    overlap: float = 0.0
    gap: float = 0.0
    undated: float = 0.0
    same_day: float = 0.0
    near_same_day: float = 0.0
    published_gap: float = 0.0
    said_before: float = 0.0
    lag: float = 0.0
    date_hits: float = 0.0
    date_misses: float = 0.0
    days_shared: float = 0.0
    days_differ: float = 0.0
    # place
    near: float = 0.0
    far: float = 0.0
    coarse_fit: float = 0.0
    excess: float = 0.0
    no_place: float = 0.0
    country_differs: float = 0.0
    country_same: float = 0.0
    place_shared: float = 0.0
    place_not_shared: float = 0.0
    site_distance: float = 0.0
    site_shared: float = 0.0
    site_not_shared: float = 0.0
    site_not_shared_same_day: float = 0.0
    # names
    names_cosine: float = 0.0
    names_cosine_rich: float = 0.0
    rare_shared: float = 0.0
    rarest_shared: float = 0.0
    phrases_shared: float = 0.0
    opening_rare: float = 0.0
    opening_told: float = 0.0
    speaker_same: float = 0.0
    speaker_differs: float = 0.0
    speaker_named: float = 0.0
    actors_shared: float = 0.0
    actors_differ: float = 0.0
    targets_shared: float = 0.0
    about_named: float = 0.0
    about_shared: float = 0.0
    countries_shared: float = 0.0
    countries_differ: float = 0.0
    # matter
    concepts_cosine: float = 0.0
    concepts_none: float = 0.0
    subject_rarest: float = 0.0
    generic_cosine: float = 0.0
    means_same: float = 0.0
    means_differ: float = 0.0
    # figures
    killed_equal: float = 0.0
    killed_differ: float = 0.0
    injured_equal: float = 0.0
    injured_differ: float = 0.0
    crowd_equal: float = 0.0
    crowd_differ: float = 0.0
    arrested_equal: float = 0.0
    arrested_differ: float = 0.0
    numbers_shared: float = 0.0
    age_equal: float = 0.0
    age_differ: float = 0.0
    # where it stands, what kind it is
    same_report: float = 0.0
    same_publisher: float = 0.0
    same_wire: float = 0.0
    stance_same: float = 0.0
    attack_and_protest: float = 0.0
    protests_one_city: float = 0.0
    protests_other_city: float = 0.0
    about_protest: float = 0.0
    beside_protest: float = 0.0
    other_language: float = 0.0
    text_contained: float = 0.0
    near_same_text: float = 0.0
    thin: float = 0.0
    # rows of databases
    one_database: float = 0.0
    row_next_day: float = 0.0
    row_other_day: float = 0.0
    row_distance: float = 0.0
    row_near_same_day: float = 0.0
    parties_shared: float = 0.0
    parties_differ: float = 0.0


PAIR_FEATURES: Final = PairTerms._fields
POSITION: Final = {name: at for at, name in enumerate(PAIR_FEATURES)}


class _Slotted:
    """The fields of PairTerms, each read in two thirds of the time that a field of a tuple takes."""

    __slots__ = PAIR_FEATURES

    def __init__(self, terms: Iterable[Any]) -> None:
        for name, value in zip(PAIR_FEATURES, terms, strict=True):
            setattr(self, name, value)


def slotted(terms: Iterable[Any]) -> PairTerms:
    """For `pair_score`, which asks for some thirty of them. terms: in the order of PAIR_FEATURES."""
    return cast("PairTerms", _Slotted(terms))

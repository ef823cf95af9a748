"""What each kind of evidence and each rule is worth: `python -m benchmarks.correlation --ablation`.

Evidence is switched off before fitting, so that the rest makes up for it as well as it can; rules are switched off as
they are. Figures are of sets that the weights were not fitted on.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from processors.correlation.linking import voting
from processors.correlation.linking.candidates import AT, INCIDENT_FEATURES
from processors.correlation.linking.pair_terms import POSITION
from processors.correlation.linking.weights import Weights
from timelines import fits
from timelines.fits import Figures, Fits
from timelines.training import PairRows

from .copies_and_relations import SETS, Sets

DOCUMENT: Final = Path("docs/ablation.md")
EVIDENCE: Final[dict[str, tuple[str, ...]]] = {
    "time": ("overlap", "gap", "undated", "same_day", "published_gap", "said_before", "lag", "near_same_day"),
    "dates named in the text": ("date_hits", "date_misses", "days_shared", "days_differ"),
    "distance on the map": ("near", "far", "coarse_fit", "excess", "site_distance", "near_same_day",
                            "protests_one_city", "protests_other_city"),
    "names of places": ("place_shared", "place_not_shared", "site_shared", "site_not_shared",
                        "site_not_shared_same_day"),
    "countries": ("country_differs", "country_same", "countries_shared", "countries_differ"),
    "names": ("names_cosine", "names_cosine_rich", "rare_shared", "rarest_shared", "phrases_shared"),
    "names in full articles": ("names_cosine_rich", "opening_rare", "opening_told"),
    "who acts, who is hit": ("actors_shared", "actors_differ", "targets_shared", "about_named", "about_shared"),
    "speakers and stances": ("speaker_same", "speaker_differs", "speaker_named", "stance_same"),
    "subjects (the lexicon)": ("concepts_cosine", "concepts_none", "subject_rarest", "generic_cosine"),
    "means": ("means_same", "means_differ"),
    "tolls, crowds, ages, numbers": ("killed_equal", "killed_differ", "injured_equal", "injured_differ", "crowd_equal",
                                     "crowd_differ", "arrested_equal", "arrested_differ", "numbers_shared",
                                     "age_equal", "age_differ"),
    "kinds": ("attack_and_protest", "about_protest", "beside_protest", "protests_one_city", "protests_other_city"),
    "article, outlet, agency": ("same_report", "same_publisher", "same_wire"),
    "wording": ("text_contained", "near_same_text", "other_language"),
}  # fmt: skip
PROFILES: Final[dict[str, tuple[str, ...]]] = {
    "profile of the incident": ("profile_names", "profile_cover", "profile_concepts", "profile_voice"),
    "size and idle time": ("size", "idle"),
    "conflicts of day and place": ("day_conflict", "place_conflict"),
}
#: two dozen fits: one corrupted copy of each set, and a tenth of the pairs of two incidents, each counting for ten
LIGHT: Final = fits.Settings(copies=1, kept=0.1)
_NEVER: Final = 1e6
RULES: Final[dict[str, Mapping[str, Any]]] = {
    "statements alone hold together (cohesion)": {"cohesion": -_NEVER},
    "statements go over to a happening (draw_*)": {"draw_lead": _NEVER},
    "merges": {"vote_start": _NEVER, "vote_slope": 0.0},
    "an established story attracts (vote_slope)": {"vote_slope": 0.0},
    "happenings must agree to merge (core_veto)": {"core_veto": -_NEVER},
}


class _Without(Fits):
    """Of fits that were walked already: the same, some features of pairs held at 0."""

    def __init__(self, whole: Fits, names: Sequence[str]) -> None:
        vars(self).update(vars(copy.copy(whole)))
        columns = [POSITION[name] for name in names]
        self._rows = {name: [_blanked(rows, columns) for rows in models] for name, models in whole._rows.items()}
        self._pairs = {}


def _blanked(rows: PairRows, columns: Sequence[int]) -> PairRows:
    blank = rows.rows.copy()
    blank[:, columns] = 0.0
    return replace(rows, rows=blank)


@contextmanager
def _no_profile(fitted: Fits, names: Sequence[str]) -> Iterator[None]:
    """These features of incidents held at 0 in what is fitted on."""
    candidates = [c for choices in fitted.choices.values() for choice in choices for c in choice.candidates]
    kept = [list(candidate.values) for candidate in candidates]
    for candidate in candidates:
        for name in names:
            candidate.values[AT[name]] = 0.0
    yield
    for candidate, values in zip(candidates, kept, strict=True):
        candidate.values = values


@contextmanager
def _all_compete() -> Iterator[None]:
    """Words alone are rivals in a vote, however few."""
    kept = voting._FRAGMENT
    voting._FRAGMENT = 10**9  # type: ignore[misc]  # an experiment: no setting of the weights
    yield
    voting._FRAGMENT = kept  # type: ignore[misc]  # as it was


class Ablation:
    """Figures of each set, mean over arrival orders, with something switched off."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self.sets = Sets().labelled
        self.fitted = Fits(self.sets, LIGHT)
        self.seeds = seeds
        self._weights = self._fit(self.fitted)

    def _fit(self, fitted: Fits, gold_only: bool = False) -> dict[str, Weights]:
        return {
            name: fitted.weights(
                [
                    other
                    for other in (SETS if gold_only else self.sets)
                    if other != name and other not in fits.KIN.get(name, ())
                ]
            )
            for name in SETS
        }

    def _measured(self, weights: Mapping[str, Weights]) -> list[Figures]:
        return [fits.measure(self.sets[name], weights[name], self.seeds) for name in SETS]

    def lines(self) -> Iterator[tuple[str, list[Figures]]]:
        """(what is switched off, figures of SETS), as they are done."""
        yield "nothing", self._measured(self._weights)
        for title, choices in RULES.items():
            yield f"rule: {title}", self._measured({n: replace(w, **choices) for n, w in self._weights.items()})
        with _all_compete():
            yield "rule: words alone are no rival in a vote", self._measured(self._weights)
        for title, names in PROFILES.items():
            with _no_profile(self.fitted, names):
                weights = self._fit(self.fitted)
            yield f"incident: {title}", self._measured({n: _silent(w, names) for n, w in weights.items()})
        for title, names in EVIDENCE.items():
            yield f"pairs: {title}", self._measured(self._fit(_Without(self.fitted, names)))
        yield "the invented weeks", self._measured(self._fit(self.fitted, gold_only=True))


def _silent(weights: Weights, names: Sequence[str]) -> Weights:
    vector = [0.0 if name in names else w for name, w in zip(INCIDENT_FEATURES, weights.incident, strict=True)]
    return replace(weights, incident=tuple(vector))


def document(lines: Sequence[tuple[str, list[Figures]]], orders: int) -> str:
    """Markdown: what each line loses against the first."""
    whole = fits.mean_of(lines[0][1])
    rows = [
        "# What each kind of evidence and each rule is worth",
        "",
        f"Written by `python -m benchmarks.correlation --ablation --seeds {orders}`; do not edit. B-cubed F1 /",
        "pairwise F1 / macro F1 of weights fitted on the other sets; arrival shuffled inside each day.",
        "Evidence is switched off before fitting, rules as they are. Differences under .03 / .06 are noise; minus says",
        "that the figures are worse without it. To be done in half an hour the fits are lighter than those that are",
        f"shipped: {LIGHT.copies} corrupted copy of each set, {LIGHT.kept:.0%} of the pairs of two incidents.",
        "",
        f"| switched off | {' | '.join(SETS)} | mean | difference |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for title, figures in lines:
        mean = fits.mean_of(figures)
        change = (mean.b_cubed - whole.b_cubed, mean.pairwise - whole.pairwise, mean.macro - whole.macro)
        told = " / ".join(f"{part:+.3f}" for part in change) if title != lines[0][0] else ""
        rows.append(f"| {title} | {' | '.join(map(_shown, (*figures, mean)))} | {told} |")
    return "\n".join(rows) + "\n"


def _shown(figures: Figures) -> str:
    parts = (figures.b_cubed, figures.pairwise, figures.macro)
    return " / ".join(f"{part:.3f}".lstrip("0") for part in parts)


def main(seeds: int, told: Callable[[str], None] = print) -> None:
    lines = []
    for title, figures in Ablation(range(1, seeds + 1)).lines():
        lines.append((title, figures))
        told(f"{title:55} {_shown(fits.mean_of(figures))}")
        # as far as it got: a run takes half an hour
        DOCUMENT.write_text(document(lines, seeds), encoding="utf-8")

"""Is what the core says with 80 % right four times out of five? `python -m benchmarks.correlation --calibration`.

Everything is fitted without the set that it is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from evaluation.calibration import Bin, Judged, Map, expected_error, fit_map, log_loss, probability, reliability
from timelines import calibrating, fits, training
from timelines.calibrating import Said

from .copies_and_relations import SETS, Sets

DOCUMENT: Final = Path("docs/calibration.md")
_HEAD: Final = """\
# Is what is said with 80 % right four times out of five?

Written by `python -m benchmarks.correlation --calibration --seeds {orders}`; do not edit. Sets kad, kaz, nga, sol, each
judged by weights that were fitted on the others and the invented weeks; arrival shuffled inside each day.

Every score of a timeline is log-odds: a score s is said with the probability 1 / (1 + exp(-s)). A choice is counted
under the probability it was made with; "right" is the share of these that the labels agree with. The expected
calibration error is the mean distance of the two, bins weighted by their choices. "Mapped" is what one line (slope
times score plus offset: no order and no decision changes), fitted on the other three sets, would leave of it.
"""
_WHAT: Final = {
    "joined": "A report belongs to the incident that it joined",
    "best": "A report belongs to the best incident in question, joined or not",
    "merges": "Two incidents that are merged are one",
    "copies": "A report repeats one of those that stand with it",
    "relations": "Two incidents that come into question are related",
}


def measure(seeds: Sequence[int]) -> dict[str, Said]:
    """By set: what was said of it by weights fitted on the others, all arrival orders together."""
    sets = Sets()
    fitted = fits.Fits(sets.labelled, fits.Settings())
    said: dict[str, Said] = {}
    for name in SETS:
        others = [other for other in sets.labelled if other != name and other not in fits.KIN.get(name, ())]
        weights = fitted.weights(others)
        copies = sets.fit_copies(tuple(other for other in others if other in SETS))
        relations = sets.fit_relations(tuple(others))
        gold = sets.gold[name]
        said[name] = Said()
        for seed in seeds:
            events = training.in_arrival_order(sets.labelled[name].events, seed)
            more, homes = calibrating.placed(events, gold.incident_of, weights)
            said[name].add(more)
            said[name].add(calibrating.repeated(events, homes, gold.copy_of, copies))
            said[name].add(calibrating.related(events, homes, gold.incident_of, gold.related, relations))
        print(name, *(f"{what} {expected_error(getattr(said[name], what)):.3f}" for what in _WHAT), flush=True)
    return said


def document(said: dict[str, Said], orders: int) -> str:
    """Markdown."""
    lines = _HEAD.format(orders=orders).splitlines()
    for what, title in _WHAT.items():
        everything = [one for of in said.values() for one in getattr(of, what)]
        mapped = list(_mapped(said, what))
        errors = [f"{expected_error(one):.3f}" for one in (everything, mapped)]
        losses = [f"{log_loss(one):.3f}" for one in (everything, mapped)]
        lines += [
            "",
            f"## {title}",
            "",
            f"{len(everything)} choices, {_share(everything):.3f} right. Expected calibration error {errors[0]}, "
            f"mapped {errors[1]}; mean log loss {losses[0]}, mapped {losses[1]}.",
            "",
            f"Map of all four: {_line(fit_map(everything))}.",
            "",
            "| said | choices | mean said | right | mapped: choices | mean said | right |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for plain, after in zip(reliability(everything), reliability(mapped), strict=True):
            lines.append(f"| {plain.low:.1f} - {plain.high:.1f} | {_figures(plain)} | {_figures(after)} |")
    return "\n".join(lines) + "\n"


def _mapped(said: dict[str, Said], what: str) -> Iterator[Judged]:
    """Each set's choices, scores mapped by a line that was fitted on the other sets."""
    for name, of in said.items():
        line = fit_map([one for other, them in said.items() if other != name for one in getattr(them, what)])
        for one in getattr(of, what):
            yield Judged(line.of(one.score), one.right)


def _share(judged: Sequence[Judged]) -> float:
    return sum(one.right for one in judged) / len(judged) if judged else 0.0


def _line(line: Map) -> str:
    return (
        f"{line.slope:.2f} s {line.offset:+.2f} (what is said with .9 is right with {probability(line.of(2.197)):.2f})"
    )


def _figures(of: Bin) -> str:
    return f"{of.count} | {of.said:.2f} | {of.right:.2f}" if of.count else "0 | - | -"


def main(seeds: int) -> None:
    text = document(measure(range(1, seeds + 1)), seeds)
    DOCUMENT.write_text(text, encoding="utf-8")
    print(text)

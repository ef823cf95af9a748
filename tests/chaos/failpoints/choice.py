"""Which points are tried: of what a few runs without a death have reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.chaos.failpoints.hits import MOMENTS, Point
from tests.chaos.failpoints.play import Scene

#: told one after another in each run; the other scenes are told instead of the later ones
_USUAL: Final = (Scene.BEGINNING, Scene.RUNNING, Scene.JOINED, Scene.SHARING, Scene.LEAVING)

Counts = dict[tuple[str, str, int], int]


def counts_of(record: Mapping[str, Any]) -> Counts:
    """(site, moment, scene) -> how often it was reached in a run."""
    return {(site, moment, scene): count for site, moment, scene, count in record["counts"]}


def least(records: Sequence[Mapping[str, Any]]) -> Counts:
    """What every one of the runs has reached, as often as the one that reached it least: timing adds the rest."""
    first, *others = [counts_of(record) for record in records]
    return {
        place: min(count, *(other.get(place, 0) for other in others)) if others else count
        for place, count in first.items()
        if all(place in other for other in others)
    }


def usual_points(counts: Counts) -> list[Point]:
    """The first, the middle and the last time that a site is reached; "during" the first and the last."""
    points: list[Point] = []
    for site in sorted({site for site, _, _ in counts}):
        for moment in MOMENTS:
            by_scene = [(scene, counts.get((site, moment, scene), 0)) for scene in _USUAL]
            times = [(scene, number) for scene, count in by_scene for number in range(1, count + 1)]
            if not times:
                continue
            chosen = [times[0], times[-1]] if moment == "during" else [times[0], times[len(times) // 2], times[-1]]
            points += [Point(site, moment, int(scene), number) for scene, number in dict.fromkeys(chosen)]
    return points


def special_points(counts: Counts, scene: Scene) -> list[Point]:
    """The first time in a scene that is not part of the usual course."""
    return sorted(Point(site, moment, int(scene)) for site, moment, when in counts if when == scene)


__all__ = ["Counts", "counts_of", "least", "special_points", "usual_points"]

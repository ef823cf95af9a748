"""The one place that puts the real core together: the correlator, its evidence, its weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from processors.correlation import CORE_VERSION, RegionCore

if TYPE_CHECKING:
    from processors.correlation.linking.weights import Weights

_MOST_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Cores:
    """What worker and replay correlate with.

    core_for: makes the empty core of a region
    version: of the rules and the weights; stands in the state, so that a change of either is seen
    """

    core_for: Callable[[str], RegionCore]
    version: str


def real_cores(weights: Path | None = None) -> Cores:
    """weights: a file that `timelines fit` wrote; None: the weights that are shipped.

    Raises BadWeights, naming the file and the remedy.
    """
    # imported here: a worker whose core is another starts half a second sooner
    from processors.correlation import Correlator
    from processors.correlation.linking.linker import EvidenceLinker

    loaded, version = load_weights(weights)
    return Cores(lambda region: Correlator(region, EvidenceLinker(loaded)), version)


def load_weights(weights: Path | None = None) -> tuple[Weights, str]:
    """The weights, and the version of rules and weights together. weights, errors: as `real_cores` has them."""
    from processors.correlation.linking.weights import BadWeights, parse, shipped

    if weights is None:
        return shipped(), CORE_VERSION
    text = _text_of(weights)
    try:
        return parse(text), f"{CORE_VERSION}+{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    except BadWeights as error:
        raise BadWeights(f"{weights}: {error}") from error


def _text_of(weights: Path) -> str:
    from processors.correlation.linking.weights import BadWeights

    try:
        if weights.stat().st_size > _MOST_BYTES:
            raise BadWeights(f"{weights} is larger than {_MOST_BYTES:,} bytes: name a file that `timelines fit` wrote")
        return weights.read_text(encoding="utf-8")
    except OSError as error:
        raise BadWeights(
            f"{weights} cannot be read ({error.strerror}): name a file that `timelines fit` wrote"
        ) from error
    except UnicodeDecodeError as error:
        raise BadWeights(f"{weights} is no text: name a file that `timelines fit` wrote") from error


__all__ = ["Cores", "load_weights", "real_cores"]

"""The real core with a fault in it: on a record that asks for it, a call of its evidence raises.

The calls come at different times: `features` before anything has changed, `hold` and those after it when the record is
half applied.
"""

from __future__ import annotations

from typing import Any

from processors.cores import Cores, real_cores
from processors.correlation import Correlator, LogRecord
from processors.correlation.linking.linker import EvidenceLinker

#: calls that a record may make fail, in the order in which an arrival makes them
CALLS = ("features", "place", "hold", "merge_of", "relations_of")


class FaultyLinker(EvidenceLinker):
    """Raises in one of its calls while a record is applied whose headline asks for it."""

    fails_in: str | None = None

    def __getattribute__(self, name: str) -> Any:
        if name == object.__getattribute__(self, "fails_in"):
            object.__setattr__(self, "fails_in", None)
            raise RuntimeError(f"in {name}, at {object()}")  # addresses must not get into the results
        return object.__getattribute__(self, name)


class FaultyCore(Correlator[Any]):
    """The real core, but for `poison <call>`: its linker fails in that call, before or after what it has changed."""

    def __init__(self, region: str) -> None:
        self.faulty = FaultyLinker()
        super().__init__(region, self.faulty)

    def apply(self, record: LogRecord) -> Any:
        words = str(getattr(record.message, "headline", "")).split()
        if words[:1] == ["poison"]:
            self.faulty.fails_in = words[1]
        try:
            return super().apply(record)
        finally:
            self.faulty.fails_in = None


FAULTY = Cores(FaultyCore, real_cores().version)

__all__ = ["CALLS", "FAULTY", "FaultyCore", "FaultyLinker"]

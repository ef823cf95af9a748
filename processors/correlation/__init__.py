"""The pure core: records of one region in, timelines out. No clock, no I/O, no Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .policy import CORE_VERSION, Policy
from .records import CannotApply, Changes, LogRecord, RegionCore, StateRecord, UnreadableState

if TYPE_CHECKING:
    from .correlator import Correlator

__all__ = [
    "CORE_VERSION",
    "CannotApply",
    "Changes",
    "Correlator",
    "LogRecord",
    "Policy",
    "RegionCore",
    "StateRecord",
    "UnreadableState",
]


def __getattr__(name: str) -> Any:
    """The rules are imported when they are asked for: half a second, and the shell needs only the words."""
    if name == "Correlator":
        from .correlator import Correlator

        return Correlator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

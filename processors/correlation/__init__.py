"""The pure core: records of one region in, timelines out. No clock, no I/O, no Kafka."""

from .correlator import Correlator
from .policy import CORE_VERSION, Policy
from .records import CannotApply, Changes, LogRecord, RegionCore, StateRecord
from .state import UnreadableState

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

"""The topic registry: what each topic is for, who writes it, how Kafka keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

EVENTS: Final = "incidents.events.v1"
TIMELINES: Final = "incidents.timelines.v1"
ENTRIES: Final = "incidents.entries.v1"
UPDATES: Final = "incidents.updates.v1"
REJECTED: Final = "incidents.rejected.v1"
COMMANDS: Final = "incidents.commands.v1"

_DAY_MS: Final = 24 * 3600 * 1000
#: of incidents.rejected.v1: what a record of the log weighs in full, also where the log was told to take more than
#: its 1 MB, and its headers. Hosted clusters allow no more than 8 MiB
REJECTED_MAX_BYTES: Final = 8 * 1024 * 1024
#: one setting for all topics: what stands in one partition of the log stands in the same partition of the others
DEFAULT_PARTITIONS: Final = 6


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. retention_ms: -1 for ever. key: what the record key holds."""

    name: str
    purpose: str
    owner: Literal["producers", "processors", "operators"]
    key: str
    value: str
    cleanup: Literal["delete", "compact"]
    retention_ms: int
    config: Mapping[str, str] = field(default_factory=dict)

    def kafka_config(self) -> dict[str, str]:
        """Settings for topic creation, as Kafka names them."""
        settings = {"cleanup.policy": self.cleanup, "compression.type": "producer", **self.config}
        if self.cleanup == "delete":
            settings["retention.ms"] = str(self.retention_ms)
        return settings


# A small compacted topic compacts only if its segments roll: Kafka's defaults (7 days, 1 GiB, half dirty)
# would keep every revision of a quiet topic for weeks, and each reader would read them all.
_COMPACTS: Final = {
    "segment.ms": str(6 * 3600 * 1000),
    "segment.bytes": str(64 * 1024 * 1024),
    "min.cleanable.dirty.ratio": "0.2",
    "max.compaction.lag.ms": str(_DAY_MS),
    "delete.retention.ms": str(_DAY_MS),
}

# The gate must know when a record was appended: by that it tells a replay of the past, which is never ticked, from live
# use. By default Kafka believes the producer, and some (Flink, Kafka Streams) give the time of what is told.
_LOG: Final = {"compression.type": "zstd", "message.timestamp.type": "LogAppendTime"}

REGISTRY: Final[tuple[Topic, ...]] = (
    Topic(EVENTS, "the log: reports, decisions of people, ticks of the clock", "producers", "region",
          "Event, Decision or Tick (ce_type says which)", "delete", -1, _LOG),
    Topic(TIMELINES, "the newest head of every incident", "processors", "incident_id",
          "IncidentTimeline", "compact", -1, _COMPACTS),
    Topic(ENTRIES, "the newest entry of every event", "processors", "event_id", "Entry", "compact", -1, _COMPACTS),
    Topic(UPDATES, "what changed, one record a revision", "processors", "incident_id",
          "TimelineUpdate", "delete", 30 * _DAY_MS),
    Topic(REJECTED, "what could not be taken, with its original bytes", "processors", "as received",
          "the original bytes", "delete", 90 * _DAY_MS, {"max.message.bytes": str(REJECTED_MAX_BYTES)}),
    Topic(COMMANDS, "requests for decisions", "operators", "region", "Command", "delete", 90 * _DAY_MS),
)  # fmt: skip
BY_NAME: Final[Mapping[str, Topic]] = {topic.name: topic for topic in REGISTRY}


def changelog_topic(app_id: str) -> str:
    """Name of the topic that holds a worker's state. One for each app_id: a second app has a state of its own."""
    return f"{app_id}-state-changelog"


def changelog(app_id: str) -> Topic:
    """The worker's state topic as `topics create` makes it. Private to the worker; no contract for readers."""
    return Topic(
        changelog_topic(app_id),
        "the worker's state",
        "processors",
        "region/piece, or the partition",
        "a piece of state",
        "compact",
        -1,
        _COMPACTS,
    )

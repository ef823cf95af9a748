"""State of many incidents, made without waiting for a core to work through as many reports.

Each coded report of gold/ founds an incident in an empty real core; what that core would store (event, features,
incident) is the mould. The moulds are poured again and again with ids, numbers, days and some of the names of their
own, so that neither the records' sizes nor the indexes' fill are other than those of real reports.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from processors.cores import real_cores
from processors.correlation import LogRecord
from processors.correlation.linking.features import Features
from processors.correlation.policy import Policy
from processors.handover import PartitionState, encode_partition_state, partition_key
from producers.feeds.coded import parse_coded
from schemas.event import AnyEvent
from schemas.regions import ALL_REGIONS, partition_of

GOLD: Final = tuple(Path("gold") / f"{name}.jsonl" for name in ("kad", "kaz", "nga", "sol"))
_FEATURES: Final = tuple(field.name for field in fields(Features))  # in the order in which they are written
_DAY_S: Final = 86_400
#: an incident leaves the state so many days after it was closed
_SPREAD_DAYS: Final = Policy().forget_after.days
_SHARE_OF_OWN_NAMES: Final = 0.6


@dataclass(frozen=True, slots=True)
class _Mould:
    """What a core stores of an incident with one report. event, features, incident: decoded records."""

    event_id: str
    incident_id: str
    event: dict[str, Any]
    features: dict[str, Any]
    incident: dict[str, Any]


def coded_reports() -> list[AnyEvent]:
    """The coded reports of gold/, all sets, in the order of the files."""
    return [parse_coded(line.encode())[0] for path in GOLD for line in path.read_text("utf-8").splitlines()]


@cache
def _moulds() -> tuple[_Mould, ...]:
    moulds = []
    core_for = real_cores().core_for
    for event in coded_reports():
        core = core_for("world")
        core.apply(LogRecord(event, "world", 0, 0))
        found: dict[str, dict[str, Any]] = {}
        for piece in core.dump():
            assert piece.value is not None
            found[piece.key.split("/")[1]] = json.loads(piece.value)
        if {"event", "features", "incident"} <= found.keys():
            event_id, incident_id = found["event"]["event_id"], found["incident"]["incident_id"]
            moulds.append(_Mould(event_id, incident_id, found["event"], found["features"], found["incident"]))
    return tuple(moulds)


def state_of(incidents: int, partitions: int, offset: int = -1) -> Iterator[tuple[int, bytes, bytes]]:
    """Records of the changelog, (partition, key, value), of so many incidents with one report each.

    They are spread over one region of each partition. offset: the last one of the log's partition that was applied.
    """
    regions: dict[int, str] = {}
    for region in ALL_REGIONS:
        regions.setdefault(partition_of(region, partitions), region)
    homes = sorted(regions.items())
    counts = dict.fromkeys(regions, 0)
    chance = random.Random(4)
    moulds = _moulds()
    for number in range(incidents):
        partition, region = homes[number % len(homes)]
        mould = moulds[number % len(moulds)]
        yield from (
            (partition, f"{region}/{key}".encode(), value) for key, value in _poured(mould, counts[partition], chance)
        )
        counts[partition] += 1
    version = real_cores().version
    for partition, region in homes:
        clock = {"v": 1, "clock": 0, "next_seq": counts[partition], "next_command": 0}
        yield partition, f"{region}/clock".encode(), json.dumps(clock).encode()
        yield partition, partition_key(partition), encode_partition_state(PartitionState(offset, version))


def _poured(mould: _Mould, number: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    event_id, incident_id = f"{mould.event_id}-{number}", f"{mould.incident_id}-{number}"
    days = chance.randrange(_SPREAD_DAYS)
    features = dict(zip(_FEATURES, json.loads(mould.features["features"]), strict=True))
    own = {name: f"{name}{number % 9_973}" for name in features["names"] if chance.random() < _SHARE_OF_OWN_NAMES}
    for field in ("place", "actors", "targets", "speakers", "behalf", "about", "names", "phrases"):
        features[field] = [own.get(name, name) for name in features[field]]
    features["names"] = sorted(features["names"])
    for field in ("start", "end", "published"):
        if features[field] is not None:
            features[field] += days * _DAY_S
    if features["report"]:
        features["report"] = f"{features['report']}-{number}"
    event = dict(mould.event)
    event.update(event_id=event_id, incident_id=incident_id, seq=number, at=event["at"] + days * _DAY_S * 1_000_000)
    if event.get("body"):
        body = event["body"].replace(f'"{mould.event_id}"', f'"{event_id}"')
        event["body"] = body.replace(f'"{mould.incident_id}"', f'"{incident_id}"')
    incident = dict(mould.incident)
    incident.update(incident_id=incident_id, founding_event=event_id, founding_seq=number, title_event=event_id)
    yield f"event/{event_id}", _bytes(event)
    yield f"features/{event_id}", _bytes({**mould.features, "features": _bytes(list(features.values())).decode()})
    yield f"incident/{incident_id}", _bytes(incident)


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


__all__ = ["GOLD", "coded_reports", "state_of"]

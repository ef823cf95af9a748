"""What a round did to the results: what is missing, what is there twice, what is wrong. Pure, over records.

lost: an acknowledged record that the log has not, a record of the log that was not applied, a result of the replay
that no reader of committed records sees. doubled: a record sent once that the log has twice, a revision or a reject
that such a reader sees twice, an offset that two transactions reached. wrong: other bytes, or what no replay makes.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from processors.handover import Outgoing, RawHeaders, RawRecord, decode_partition_state, is_partition_key
from schemas.rejection import OFFSET, PARTITION
from schemas.topics import ENTRIES, REJECTED, TIMELINES, UPDATES

#: results of which only the newest of each key counts
_COMPACTED: Final = (TIMELINES, ENTRIES)
_SHOWN: Final = 20

#: partition and record, of a sink topic or as a replay hands it over
Result = tuple[int, Outgoing | RawRecord]


@dataclass(slots=True)
class Verdict:
    """Each finding is a line that says what and where. counts: how much was looked at."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def __str__(self) -> str:
        lines = [f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.wrong)} wrong"]
        for name, found in (("lost", self.lost), ("doubled", self.doubled), ("wrong", self.wrong)):
            lines += [f"  {name}: {what}" for what in found[:_SHOWN]]
            if len(found) > _SHOWN:
                lines.append(f"  {name}: ... and {len(found) - _SHOWN} more")
        return "\n".join(lines)


def digest(key: bytes | None, value: bytes | None, headers: RawHeaders) -> bytes:
    """Of everything in a record that was somebody's choice."""
    return blake2b(repr((key, value, headers)).encode(), digest_size=12).digest()


@dataclass(slots=True)
class Results:
    """What readers have of a sink, as digests: a round's results are gigabytes.

    newest: by topic and key; updates: by incident and revision; rejects: by the place of the rejected record.
    Of the last two, each that was seen.
    """

    newest: dict[Hashable, bytes] = field(default_factory=dict)
    updates: dict[Hashable, list[bytes]] = field(default_factory=dict)
    rejects: dict[Hashable, list[bytes]] = field(default_factory=dict)

    def take(self, results: Iterable[Result]) -> Results:
        for partition, record in results:
            # the partition is part of what readers see
            seen = digest(record.key, record.value, (*record.headers, ("partition", str(partition).encode())))
            if record.topic in _COMPACTED:
                self.newest[record.topic, record.key] = seen
            elif record.topic == UPDATES:
                update = json.loads(record.value or b"{}")
                self.updates.setdefault((record.key, update.get("revision")), []).append(seen)
            elif record.topic == REJECTED:
                headers = dict(record.headers)
                self.rejects.setdefault((headers.get(PARTITION), headers.get(OFFSET)), []).append(seen)
            else:
                raise ValueError(f"{record.topic} is no topic of the sink")
        return self


def compare(expected: Results, found: Results, verdict: Verdict) -> None:
    """What the replay makes, with what readers see."""
    for name, want, have in (
        ("revision", expected.updates, found.updates),
        ("reject of", expected.rejects, found.rejects),
        ("newest of", _lists(expected.newest), _lists(found.newest)),
    ):
        verdict.counts[f"{name.split()[0]}s"] = len(want)
        for identity, digests in want.items():
            seen = have.get(identity, [])
            if not seen:
                verdict.lost.append(f"{name} {identity}")
            verdict.doubled += [f"{name} {identity}"] * (len(seen) - len(digests))
            if seen and set(seen) != set(digests):
                verdict.wrong.append(f"{name} {identity} has other bytes")
        verdict.wrong += [f"{name} {identity} comes of no record of the log" for identity in have.keys() - want.keys()]
    _check_chains(found, verdict)


def _lists(newest: Mapping[Hashable, bytes]) -> dict[Hashable, list[bytes]]:
    return {identity: [each] for identity, each in newest.items()}


def _check_chains(found: Results, verdict: Verdict) -> None:
    """By itself, without the replay: each incident's revisions are 1, 2, 3, ..."""
    chains: dict[object, set[int]] = {}
    for key, revision in found.updates:
        chains.setdefault(key, set()).add(revision)
    for key, revisions in chains.items():
        holes = set(range(1, max(revisions) + 1)) - revisions
        verdict.wrong += [f"the chain of {key!r} has no revision {revision}" for revision in sorted(holes)]


def check_log(
    log: Iterable[RawRecord],
    acknowledged: Mapping[tuple[int, int], int],
    number_of: Mapping[bytes, int],
    verdict: Verdict,
) -> dict[int, int]:
    """Every acknowledged record stands where the broker said, and none stands twice. Answers the ends of the log.

    number_of: digests of all that was sent, with their numbers
    """
    missing = dict(acknowledged)
    ends: dict[int, int] = {}
    times: dict[int, int] = {}
    for record in log:
        ends[record.partition] = record.offset + 1
        place = (record.partition, record.offset)
        number = number_of.get(digest(record.key, record.value, record.headers))
        if number is None:
            verdict.wrong.append(f"the log's {place} was never sent")
            continue
        times[number] = times.get(number, 0) + 1
        if missing.pop(place, number) != number:
            verdict.wrong.append(f"the log's {place} is record {number}, and another was acknowledged there")
    verdict.lost += [f"record {number}, acknowledged at {place}" for place, number in missing.items()]
    verdict.doubled += [
        f"record {number} stands {count} times in the log" for number, count in times.items() if count > 1
    ]
    verdict.counts["records of the log"] = sum(times.values())
    return ends


def check_applied(ends: Mapping[int, int], changelog: Iterable[RawRecord], verdict: Verdict) -> None:
    """Every record of the log was applied, and each once: the offsets reached only rise, up to the end."""
    reached: dict[int, int] = {}
    transactions = 0
    for record in changelog:
        if record.key is None or record.value is None or not is_partition_key(record.key):
            continue
        offset, before = decode_partition_state(record.value).offset, reached.get(record.partition, -1)
        transactions += 1
        if offset <= before:
            verdict.doubled.append(f"partition {record.partition}: offset {offset} was reached again, after {before}")
        reached[record.partition] = max(before, offset)
    verdict.counts["transactions"] = transactions
    for partition, end in ends.items():
        rest = end - 1 - reached.get(partition, -1)
        verdict.lost += [
            f"partition {partition}: the record {number + 1} from the end was not applied" for number in range(rest)
        ]


__all__ = ["Result", "Results", "Verdict", "check_applied", "check_log", "compare", "digest"]

"""One long log from a seed, and a digest of everything a core says about it. Run as a module to print the digest.

python -m tests.seeded_log SEED LENGTH BATCH [real]
"""

from __future__ import annotations

import hashlib
import random
import sys
from typing import Any

from processors.correlation import CannotApply, Correlator, LogRecord, Policy
from processors.correlation.identity import incident_id_of
from processors.correlation.linking.linker import EvidenceLinker
from schemas.codec import LogMessage, encode
from tests.builders import PLACES, REGION, a_decision, a_log, a_protest, a_statement, a_tick, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker

_STANCES = [
    "condemn",
    "claim_responsibility",
    "deny_responsibility",
    "accuse",
    "denies_occurrence",
    "confirms",
    "doubts",
]


def a_seeded_log(seed: int, length: int) -> list[LogRecord]:
    """Reports of every kind, copies, corrections, retractions, decisions and ticks over a month."""
    rng = random.Random(seed)
    words, numbers = ["Blast", "Raid", "March"], ["many", "some", "no"]
    messages: list[LogMessage] = []
    for number in range(length):
        day = number * 30 // length
        at = f"+{day}d {rng.randrange(24):02d}:{rng.randrange(60):02d}"
        place = rng.choice(sorted(PLACES))
        earlier = f"e{rng.randrange(max(1, number))}"
        common: dict[str, Any] = {
            "event_id": f"e{number}",
            "publisher": rng.choice(["AFP", "Reuters", "The Gazette", "Herald", "Blog"]),
            "wire": rng.choice([None, None, "AFP", "Reuters"]),
            "happened": f"+{max(0, day - rng.randrange(3))}d {rng.randrange(24):02d}:00",
            "headline": f"{rng.choice(words)} in {place}, {rng.choice(numbers)} hurt",
            "extra": {"also": rng.choice(sorted(PLACES))} if rng.random() < 0.05 else {},
        }
        if rng.random() < 0.08:
            common[rng.choice(["corrects", "retracts"])] = earlier
        kind = rng.random()
        if kind < 0.45:
            toll, means = rng.choice([None, 0, 2, 5, "at least 3"]), rng.choice([None, "2 drones", "rifle"])
            by = rng.choice([(), (), "Group X", "Group Y"])
            messages.append(an_attack(at, place, killed=toll, weapons=means, by=by, **common))
        elif kind < 0.8:
            speaker = rng.choice(["President Ann Example", "Bo Sample", "Group X", "Police", None])
            messages.append(
                a_statement(at, place, speaker=speaker, stance=rng.choice(_STANCES), target="Group X", **common)
            )
        elif kind < 0.92:
            messages.append(a_protest(at, place, participants=rng.choice([None, 100, "500 to 900"]), **common))
        elif kind < 0.96:
            messages.append(a_tick(f"+{day}d {rng.randrange(24):02d}:59"))
        else:
            named = [incident_id_of(REGION, f"e{rng.randrange(number + 1)}") for _ in range(2)]
            decision = rng.choice(["merge", "split", "pin", "retract", "redact", "close", "reopen"])
            incidents = {"merge": named, "retract": [], "redact": []}.get(decision, named[:1])
            events = [] if decision in ("merge", "close", "reopen") else [earlier]
            if len(set(incidents)) == len(incidents):
                messages.append(a_decision(decision, at, incidents=incidents, events=events, command_id=f"c{number}"))
    messages.extend(a_tick(f"+{day}d") for day in (40, 60, 90))
    return a_log(messages)


def digest(log: list[LogRecord], batch: int, linker: Any) -> str:
    """Of all updates and entries in order, the newest head of every incident, refusals, and the state.

    batch: records after which heads are asked for and state is drained
    """
    core: Correlator[Any] = Correlator(REGION, linker, Policy())
    said = hashlib.sha256()
    newest: dict[str, bytes] = {}
    touched: dict[str, None] = {}
    for number, record in enumerate(log, start=1):
        try:
            changes = core.apply(record)
        except CannotApply as refused:
            said.update(str(refused).encode())
        else:
            for message in (*changes.updates, *changes.entries):
                said.update(encode(message))
            touched.update(dict.fromkeys(changes.touched))
        if number % batch == 0 or number == len(log):
            newest.update({incident_id: encode(core.head(incident_id)) for incident_id in touched})
            touched.clear()
            core.drain_state()
    for incident_id in sorted(newest):
        said.update(newest[incident_id])
    for state in core.dump():
        said.update(f"{state.key}={state.value!r}".encode())
    return said.hexdigest()


def main(seed: str, length: str, batch: str, real: str = "") -> None:
    linker = EvidenceLinker() if real else PlaceAndDayLinker()
    print(digest(a_seeded_log(int(seed), int(length)), int(batch), linker))


if __name__ == "__main__":
    main(*sys.argv[1:])

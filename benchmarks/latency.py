"""From an event on its way into the log to its update in the hands of a reader, at a steady pace; and what that costs.

    python -m benchmarks.latency [--rate 1000] [--seconds 15] [--rounds 3] [--warm 90] [--phases]

Time is taken just before the producer is called (that is the record's own time, too) and when a read_committed
consumer has the committed update: one clock, one machine. The first third of each run only warms up, and so does a
first run that does not count: the broker runs with the whole of Java's compiler, as in production (`timelines kafka`
leaves the slow half out, to start quickly), and for its first minutes that takes as much CPU as the broker.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.comparing import Row, SideFailed, result_of, start
from benchmarks.figures import Section, keep, percentiles, ratios, spread
from benchmarks.filling import Pacing, a_kafka, settings_for, until
from benchmarks.running import SinkReader
from benchmarks.stand_in import PARTITIONS, VERSION
from processors.handover import PartitionState, encode_partition_state, partition_key
from runtime.clients import new_consumer, new_producer
from runtime.settings import Settings
from schemas.topics import EVENTS, changelog_topic

ROUNDS: Final = 3
RATE: Final = 1_000.0
SECONDS: Final = 15
_WARM: Final = 1 / 3
_PATIENCE_S: Final = 120.0
_WARM_S: Final = 90
_WHOLE_COMPILER: Final = ("-XX:TieredStopAtLevel=4",)


@dataclass(frozen=True, slots=True)
class Setup:
    """A side, for how long records are gathered (None: by default), and whether it does that itself."""

    side: str
    coalesce_ms: int | None = None
    waits_itself: bool = False

    @property
    def name(self) -> str:
        more = "" if self.coalesce_ms is None else f", coalesce_ms={self.coalesce_ms}"
        return self.side + more + (", waiting itself" if self.waits_itself else "")


SETUPS: Final = (
    Setup("worker"), Setup("bare"), Setup("bare", waits_itself=True), Setup("worker", 5), Setup("worker", 20),
    Setup("stock_faust"), Setup("quix"),
)  # fmt: skip


def begin_at_end(settings: Settings) -> None:
    """A state that says: all that the log holds was applied."""
    from confluent_kafka import TopicPartition

    consumer, producer = new_consumer(settings, "ends"), new_producer(settings, "ends")
    for number in range(PARTITIONS):
        end = consumer.get_watermark_offsets(TopicPartition(EVENTS, number), timeout=20)[1]
        if end > 0:
            state = encode_partition_state(PartitionState(end - 1, VERSION))
            producer.produce(changelog_topic(settings.app_id), state, partition_key(number), number)
    assert producer.flush(30) == 0
    consumer.close()


def measure(
    settings: Settings, setup: Setup, rate: float, seconds: int, first: int, *, phases: bool = False
) -> dict[str, Any]:
    """CPU of an event in microseconds, and percentiles in milliseconds. Raises SideFailed.

    phases: of the worker, where the time goes beside them (`Phases.told`)
    """
    begin_at_end(settings)
    # one event a partition comes first, until all of them have come through: then it is awake
    events = int(rate * seconds)
    row = Row(setup.side, "events", 25.0)
    options = ["--begin", str(_WARM), "--start", "latest"]
    if setup.coalesce_ms is not None:
        options += ["--coalesce-ms", str(setup.coalesce_ms)]
    if setup.waits_itself:
        options.append("--waits-itself")
    if phases and setup.side == "worker":
        options.append("--phases")
    reader = SinkReader(settings)
    reader.start()
    process = start(row, str(settings.bootstrap_servers), settings.app_id, events, *options)
    pacing: Pacing | None = None
    try:
        sent = _wake(settings, reader, process, first)
        # without end: a side that begins at the end of the log may have missed some that were to wake it
        pacing = Pacing(settings, rate, None, first + sent)
        pacing.start()
        result = result_of(process, setup.name)
        waits = [waited for _, _, waited in reader.seen]
        return {**result, **percentiles(waits[int(len(waits) * _WARM) :])}
    finally:
        if pacing is not None:
            pacing.end()
        reader.end()
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def _wake(settings: Settings, reader: SinkReader, process: subprocess.Popen[str], first: int) -> int:
    """Sends a few events until each partition gives results. Answers how many."""
    sent = 0
    while not all(reader.last_seen(number) for number in range(PARTITIONS)):
        if process.poll() is not None or sent > 4 * _PATIENCE_S:
            process.kill()
            result_of(process, "a side that gave nothing")
        few = Pacing(settings, 1_000, PARTITIONS, first + sent)
        few.start()
        few.join()
        sent += PARTITIONS
        try:
            until(lambda: all(reader.last_seen(number) for number in range(PARTITIONS)), 1.0, "a first result")
        except TimeoutError:
            continue
    return sent


def run(
    rounds: int, rate: float, seconds: int, only: str = "", *, phases: bool = False, warm_s: int = _WARM_S
) -> Section:
    """rate: events/s; seconds: of each run; warm_s: seconds of the first, which does not count, 0 for none."""
    load = os.getloadavg()[0]
    found: dict[str, list[dict[str, Any]]] = {setup.name: [] for setup in SETUPS if setup.side in (only or setup.side)}
    failed: dict[str, str] = {}
    first = 0
    with a_kafka(_WHOLE_COMPILER) as kafka:
        if warm_s:
            settings = settings_for(kafka.bootstrap_servers, "lat-warm")
            result = measure(settings, SETUPS[0], rate, warm_s, first)
            first += 10_000_000
            print(f"the broker warmed up for {warm_s} s; p99 {result['p99']:.1f} ms, not counted", flush=True)
        for turn in range(rounds):
            for number, setup in enumerate(SETUPS):
                if setup.name not in found or setup.name in failed:
                    continue
                settings = settings_for(kafka.bootstrap_servers, f"lat-{turn}-{number}")
                try:
                    result = measure(settings, setup, rate, seconds, first, phases=phases)
                except (SideFailed, FileNotFoundError, TimeoutError) as error:
                    failed[setup.name] = str(error)
                    print(error, file=sys.stderr)
                    continue
                finally:
                    first += 10_000_000
                found[setup.name].append(result)
                print(f"{turn + 1}: {setup.name:24} CPU {result['cpu_us']:7.1f} us, p50 {result['p50']:.1f}, "
                      f"p99 {result['p99']:.1f}, p999 {result['p999']:.1f} ms", flush=True)  # fmt: skip
                if "phases" in result:
                    print(f"   {json.dumps(result['phases'])}", flush=True)
    bare = [result["cpu_us"] for result in found.get("bare", [])]
    rows = []
    for name, results in found.items():
        if not results:
            continue
        row: dict[str, object] = {"setup": name, "cpu_us": spread([result["cpu_us"] for result in results], 1)}
        row.update({at: spread([result[at] for result in results], 1) for at in ("p50", "p99", "p999")})
        if name != "bare" and len(bare) == len(results):
            row["to_bare"] = ratios([result["cpu_us"] for result in results], bare)
        rows.append(row)
    return {"rows": rows, "failed": failed, "rate": rate, "seconds": seconds, "rounds": rounds, "warm_s": warm_s,
            "core_us": 25, "coalesce_ms": Settings.model_fields["coalesce_ms"].default,
            "load_before": round(load, 2)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="sides, with commas between")
    parser.add_argument("--warm", type=int, default=_WARM_S, help="seconds of a first run that does not count")
    parser.add_argument("--phases", action="store_true", help="of the worker, where the slowest events' time goes")
    parser.add_argument("--keep", action="store_true", help="write into docs/benchmarks.json")
    given = parser.parse_args()
    section = run(given.rounds, given.rate, given.seconds, given.only, phases=given.phases, warm_s=given.warm)
    if given.keep:
        keep({"latency": section})


if __name__ == "__main__":
    main()

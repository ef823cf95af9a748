"""How long partitions stand still while the group changes: eager, cooperative, and with static ids.

    python -m benchmarks.rebalancing [--bootstrap-servers HOST:PORT] [--rounds 2] [--members 2 3]

Members are processes: a plain Faust app on faust_confluent that counts in a table (in memory, with a changelog). A
producer writes a record to each of 6 partitions every 100 ms (so that is the resolution). For each disturbance the
longest gap between two records of one partition is taken, over all members: the median and the worst of the partitions
that stayed with their member, and of those that moved (or came back to a restarted member). Without
--bootstrap-servers it starts Apache Kafka.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # documented there

from runtime.kafka_server import KafkaServer

PARTITIONS: Final = 6
SESSION_S: Final = 6.0
_EVERY_S: Final = 0.1
_SETTLED_S: Final = 3.0
_PATIENCE_S: Final = 180.0
DISTURBANCES: Final = ("join", "restart", "kill", "kill and restart")
MODES: Final = {
    "eager": {},
    "cooperative": {"partition.assignment.strategy": "cooperative-sticky"},
    "eager, static ids": {"static": True},
}
#: partition -> (time, member) of each record that was processed
Seen = dict[int, list[tuple[float, str]]]


def run_member(given: dict[str, Any]) -> None:
    """A worker that writes `partition time` for each record into the file `out`. Runs until SIGTERM."""
    import faust

    from faust_confluent import SCHEME, Options, configure

    app = faust.App(
        given["app_id"], broker=f"{SCHEME}://{given['bootstrap_servers']}", store="memory://", autodiscover=False,
        topic_partitions=PARTITIONS, topic_replication_factor=1, topic_disable_leader=True,
        datadir=given["out"] + ".data",
        consumer_auto_offset_reset="earliest", broker_session_timeout=SESSION_S, broker_heartbeat_interval=0.5,
        broker_commit_interval=0.5, consumer_group_instance_id=given.get("instance"), stream_wait_empty=False,
    )  # fmt: skip
    configure(app, Options(consumer=given["consumer"]))
    out = os.open(given["out"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    counts = app.Table("counts", key_type=str, value_type=int, default=int)

    @app.agent(
        app.topic(given["topic"], key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    )
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            counts[event.key.decode()] += 1
            os.write(out, b"%d %f\n" % (event.message.partition, time.time()))

    sys.argv = ["member", "worker", "--without-web", "--loglevel", "error"]
    app.main()


class Group:
    """The members of one run, their topic, and its producer."""

    def __init__(self, bootstrap_servers: str, mode: str, folder: Path) -> None:
        self.app_id = f"rebalancing-{uuid4().hex[:8]}"
        self.topic = f"{self.app_id}-source"
        self._bootstrap_servers = bootstrap_servers
        self._is_static = mode == "eager, static ids"
        self._consumer = {} if self._is_static else MODES[mode]
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ended = threading.Event()
        admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
        admin.create_topics([NewTopic(self.topic, PARTITIONS, 1)])[self.topic].result(30)
        self._feeder = threading.Thread(target=self._feed, daemon=True)
        self._feeder.start()

    def _feed(self) -> None:
        producer = Producer({"bootstrap.servers": self._bootstrap_servers, "log_level": 0, "linger.ms": 0})
        while not self._ended.wait(_EVERY_S):
            for partition in range(PARTITIONS):
                producer.produce(self.topic, b"x", b"%d" % partition, partition)
            producer.poll(0)
        producer.flush(10)

    def start(self, name: str) -> None:
        given = {
            "app_id": self.app_id, "topic": self.topic, "bootstrap_servers": self._bootstrap_servers,
            "consumer": self._consumer, "instance": name if self._is_static else None,
            "out": str(self._folder / f"{name}.out"),
        }  # fmt: skip
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.rebalancing", "--member", json.dumps(given)], stdout=log, stderr=log
            )

    def end(self, name: str, *, kill: bool) -> None:
        process = self._processes.pop(name)
        if kill:
            process.kill()
        else:
            process.terminate()
        process.wait(_PATIENCE_S)

    def close(self) -> None:
        self._ended.set()
        for name in list(self._processes):
            self.end(name, kill=True)
        self._feeder.join()

    def seen(self) -> Seen:
        found: Seen = {partition: [] for partition in range(PARTITIONS)}
        for file in self._folder.glob("*.out"):
            for line in file.read_bytes().splitlines(keepends=True):
                if line.endswith(b"\n"):
                    partition, at = line.split()
                    found[int(partition)].append((float(at), file.stem))
        for records in found.values():
            records.sort()
        return found

    def wait_flowing(self, members: int, since: float) -> float:
        """Until every partition flows, at so many members in all, and has since a while; answers since when."""
        end = time.time() + _PATIENCE_S
        while time.time() < end:
            time.sleep(0.25)
            for name, process in self._processes.items():
                if process.poll() is not None:
                    log = (self._folder / f"{name}.log").read_text(errors="replace")
                    raise RuntimeError(f"{name} ended with {process.returncode}: {log[-2_000:]}")
            seen, now = self.seen(), time.time()
            recent = {partition: [pair for pair in seen[partition] if pair[0] > now - _SETTLED_S] for partition in seen}
            owners = {name for records in recent.values() for _, name in records}
            flows = all(r and r[0][0] < now - _SETTLED_S + 1 and r[-1][0] > now - 1.5 for r in recent.values())
            if flows and len(owners) == members and now - since > _SETTLED_S:
                return now
        raise RuntimeError(f"no steady flow at {members} members within {_PATIENCE_S:.0f} s: see {self._folder}")


def measure(bootstrap_servers: str, mode: str, members: int, disturbance: str) -> tuple[list[float], list[float]]:
    """Longest gap, in seconds, of each partition that stayed and of each that moved."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        group = Group(bootstrap_servers, mode, Path(folder))
        try:
            for number in range(members):
                group.start(f"m{number}")
            began = group.wait_flowing(members, time.time())
            left = members
            if disturbance == "join":
                group.start(f"m{members}")
                left += 1
            else:
                group.end("m0", kill=disturbance != "restart")
                if disturbance == "kill":
                    left -= 1
                else:
                    group.start("m0")
            ended = group.wait_flowing(left, time.time() + (SESSION_S if disturbance == "kill" else 0))
            return gaps(group.seen(), began - 1, ended, "m0" if "re" in disturbance or disturbance == "kill" else "")
        finally:
            group.close()


def gaps(seen: Seen, began: float, ended: float, disturbed: str) -> tuple[list[float], list[float]]:
    stayed: list[float] = []
    moved: list[float] = []
    for records in seen.values():
        span = [pair for pair in records if began <= pair[0] <= ended]
        longest = max(later[0] - earlier[0] for earlier, later in pairwise(span))
        owners = {name for _, name in span}
        (moved if len(owners) > 1 or disturbed in owners else stayed).append(longest)
    return stayed, moved


def told(values: list[float]) -> str:
    return f"{statistics.median(values):5.2f} {max(values):5.2f}" if values else "    -     -"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap-servers")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--members", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--member", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.member:
        run_member(json.loads(options.member))
        return 0
    with ExitStack() as stack:
        servers = options.bootstrap_servers
        if servers is None:
            data = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            servers = stack.enter_context(KafkaServer(nodes=1, data=Path(data))).bootstrap_servers
        print(f"longest standstill of a partition, s; session {SESSION_S:.0f} s; median and worst of the partitions")
        print(f"{'members':8}{'disturbance':18}{'mode':20}{'stayed':>12}{'moved':>14}")
        for members in options.members:
            for disturbance in DISTURBANCES:
                found: dict[str, tuple[list[float], list[float]]] = {mode: ([], []) for mode in MODES}
                for _ in range(options.rounds):
                    for mode, (stayed, moved) in found.items():  # in turns: the machine's moods hit all of them
                        more_stayed, more_moved = measure(servers, mode, members, disturbance)
                        stayed += more_stayed
                        moved += more_moved
                for mode, (stayed, moved) in found.items():
                    print(f"{members:<8}{disturbance:18}{mode:20}{told(stayed):>12}{told(moved):>14}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

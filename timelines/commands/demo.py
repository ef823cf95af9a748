"""`timelines demo`: the general commands, wired together on the embedded broker."""

from __future__ import annotations

import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated, Final

import typer
from confluent_kafka import TopicPartition

from runtime.clients import new_consumer
from runtime.settings import PREFIX, Settings, load_settings
from schemas.topics import EVENTS, changelog_topic
from timelines.processes import Service, ServiceFailed, Stack

_START_TIMEOUT_S: Final = 45.0
_CATCH_UP_TIMEOUT_S: Final = 60.0


def register(app: typer.Typer) -> None:
    @app.command()
    def demo(
        source: Annotated[Path, typer.Argument(help="A file of reports.")] = Path("gold/kad.jsonl"),
        feed: Annotated[str, typer.Option(help="Its format: coded or events.")] = "coded",
        duration: Annotated[str, typer.Option(help="Spread the reports over so long.")] = "40s",
        partitions: Annotated[int, typer.Option(min=1, max=64, help="Partitions of every topic.")] = 6,
        why: Annotated[bool, typer.Option("--why", help="At the end, say why each entry is there.")] = False,
    ) -> None:
        """Watch a file of reports unfold into timelines.

        Starts the embedded broker, a worker, a gate, a producer and a watcher: nothing but the general
        commands. The embedded broker keeps everything in memory; it is gone when the demo ends.
        """
        if not source.is_file():
            typer.echo(f"SOURCE: {source} is no file: name a file of reports, for example gold/kad.jsonl", err=True)
            raise typer.Exit(2)
        try:
            status = _run(source, feed, duration, partitions, why)
        except ServiceFailed as error:
            typer.echo(f"demo: {error}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo("\ndemo: stopped; everything it started has ended", err=True)
            raise typer.Exit(130) from None
        raise typer.Exit(status)


def _run(source: Path, feed: str, duration: str, partitions: int, why: bool) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="incident-timelines-") as folder:
        rejects = Path(f"{source.name}.rejects.jsonl")
        with Stack(Path(folder), {f"{PREFIX}LOG_FORMAT": "console", "PYTHONUNBUFFERED": "1"}) as stack:
            settings = _start_broker(stack, partitions)
            port = _free_port()
            stack.set(f"{PREFIX}HEALTH_PORT", str(port))
            worker = stack.start("worker", ["timelines", "worker"])
            stack.set(f"{PREFIX}HEALTH_PORT", "0")
            gate = stack.start("gate", ["timelines", "gate"])
            stack.wait_until(worker, lambda: _is_ready(port), _START_TIMEOUT_S)
            stack.wait_until(gate, lambda: gate.process.poll() is None, _START_TIMEOUT_S)
            _say(f"broker, worker and gate ready in {time.monotonic() - began:.1f} s; now the reports of {source}")

            watcher = stack.start("watch", ["timelines", "watch"], to_terminal=True)
            producer = stack.start(
                "produce",
                ["timelines", "produce", str(source), "--feed", feed, "--order", "published",
                 "--duration", duration, "--rejects", str(rejects)],
            )  # fmt: skip
            while producer.process.poll() is None:
                _check_all_but(stack, producer)
                time.sleep(0.1)
            status = producer.process.returncode
            if status not in (0, 3):
                raise ServiceFailed("produce", f"ended with status {status}", producer.tail())
            stack.end(producer)
            stack.wait_until(worker, lambda: _has_caught_up(settings, port), _CATCH_UP_TIMEOUT_S)
            stack.end(watcher, signal.SIGINT)
            _say(producer.tail(3))

            last = stack.start("timeline", ["timelines", "watch", "--once", *(["--why"] if why else [])],
                               to_terminal=True)  # fmt: skip
            if last.wait(_START_TIMEOUT_S) != 0:
                raise ServiceFailed("watch", f"ended with status {last.process.returncode}", "")
            stack.end(gate)
            stack.end(worker)
    _say(f"that took {time.monotonic() - began:.0f} s; another file: make demo SOURCE=gold/sol.jsonl")
    return status


def _start_broker(stack: Stack, partitions: int) -> Settings:
    app_id = load_settings().app_id
    broker = stack.start("broker", ["runtime.embedded", str(partitions), changelog_topic(app_id)])
    assert broker.output is not None
    output = broker.output
    stack.wait_until(broker, lambda: b"\n" in output.read_bytes(), _START_TIMEOUT_S)
    address = output.read_text(encoding="utf-8").split()[0]
    stack.set(f"{PREFIX}BOOTSTRAP_SERVERS", address)
    stack.set(f"{PREFIX}PARTITIONS", str(partitions))
    return load_settings(bootstrap_servers=address, partitions=partitions)


def _check_all_but(stack: Stack, producer: Service) -> None:
    try:
        stack.check()
    except ServiceFailed:
        if producer.process.poll() is None:
            raise


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _has_caught_up(settings: Settings, port: int) -> bool:
    """Whether the worker has taken the log to its end: its own figures against the broker's."""
    applied = applied_offsets(port)
    consumer = new_consumer(settings, "demo")
    try:
        for partition in range(settings.partitions):
            _, end = consumer.get_watermark_offsets(TopicPartition(EVENTS, partition), timeout=10)
            if end > 0 and applied.get(partition, -1) < end - 1:
                return False
    finally:
        consumer.close()
    return True


def applied_offsets(port: int) -> dict[int, int]:
    """Last offset that the worker has applied, by partition, from its metrics."""
    found: dict[int, int] = {}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:  # noqa: S310 - loopback
        for line in answer.read().decode().splitlines():
            if line.startswith("incident_timelines_applied_offset{"):
                labels, _, value = line.rpartition(" ")
                found[int(labels.partition('partition="')[2].partition('"')[0])] = int(float(value))
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

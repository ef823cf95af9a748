"""`timelines kafka`: Apache Kafka on this machine."""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from runtime.kafka_java import KafkaUnavailable
from runtime.kafka_layout import DEFAULT_PORT, default_data
from runtime.kafka_server import AlreadyRuns, KafkaServer, NodeStatus
from runtime.terminal import shown
from timelines.connection import fail
from timelines.standard_output import nobody_reads

_POLL_S: Final = 0.2

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the cluster: its records, logs and process ids.", show_default=False),
]


def register(app: typer.Typer) -> None:
    @app.command()
    def start(
        data: Data = None,
        port: Annotated[
            int | None,
            typer.Option(min=1, max=65_535, help=f"Port on loopback, {DEFAULT_PORT} for new data; more nodes follow."),
        ] = None,
        nodes: Annotated[int | None, typer.Option(min=1, max=5, help="Nodes, 1 for new data.")] = None,
        foreground: Annotated[bool, typer.Option("--foreground", help="Stay; Ctrl-C stops it.")] = False,
    ) -> None:
        """Start it; on return it answers, transactions included.

        The first start brings Kafka's jars by Maven (44 MB) and checks them against the lock of this project.
        It listens on loopback only and takes about 350 MB of memory a node.
        """
        with _said_plainly():
            folder = data or default_data()
            made = KafkaServer(data=folder).attach()
            kafka = KafkaServer(
                nodes=nodes,
                port=port or (0 if made else DEFAULT_PORT),
                data=folder,
                say=lambda line: typer.echo(line, err=True),
            )
            began = time.monotonic()
            if foreground:
                _stay(kafka, began)
                return
            try:
                kafka.start()
            except AlreadyRuns as running:
                if not all(node.answers for node in kafka.status()):
                    raise
                typer.echo(f"runs already at {running.bootstrap_servers}, data in {kafka.data}")
                return
            _welcome(kafka, began)

    @app.command()
    def stop(data: Data = None) -> None:
        """Stop it, whoever started it. The records are kept."""
        with _said_plainly():
            kafka = KafkaServer(data=data)
            typer.echo(f"stopped; the records are kept in {kafka.data}" if kafka.stop() else f"{kafka.data}: none runs")

    @app.command()
    def status(data: Data = None) -> None:
        """Say which nodes run and answer. Exit status 1 unless all do."""
        with _said_plainly():
            kafka = KafkaServer(data=data)
            found = kafka.status()
            if not found:
                typer.echo(f"{kafka.data}: no cluster was made here; start one: timelines kafka start")
            for node in found:
                typer.echo(f"node {node.number}  {node.address}  {_state(node)}")
            if not found or not all(node.answers for node in found):
                raise typer.Exit(1)

    @app.command()
    def logs(
        data: Data = None,
        node: Annotated[int, typer.Option(min=1, help="Which node.")] = 1,
        lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=100_000, help="How many, from the end.")] = 50,
        follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as they are written; Ctrl-C ends.")] = False,
    ) -> None:
        """Show the end of a node's log."""
        with _said_plainly():
            file = KafkaServer(data=data).log(node)
            if not file.exists():
                raise KafkaUnavailable(f"{file}: node {node} wrote no log yet")
            _show(file, lines, follow)

    @app.command()
    def reset(
        data: Data = None,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    ) -> None:
        """Stop it and remove its records. The jars stay in the cache."""
        with _said_plainly():
            kafka = KafkaServer(data=data)
            if not kafka.attach():
                typer.echo(f"{kafka.data}: no cluster was made here, nothing to remove")
                return
            if not yes:
                typer.confirm(f"Remove all records of the cluster in {kafka.data}?", abort=True)
            kafka.reset()
            typer.echo(f"removed the records in {kafka.data}")


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except KafkaUnavailable as error:
        fail("kafka", error, 1)


def _welcome(kafka: KafkaServer, began: float) -> None:
    typer.echo(f"ready after {time.monotonic() - began:.1f} s at {kafka.bootstrap_servers}, data in {kafka.data}")
    typer.echo(f"next: export TIMELINES_BOOTSTRAP_SERVERS={kafka.bootstrap_servers}; timelines topics create")


def _stay(kafka: KafkaServer, began: float) -> None:
    """In the foreground: until a signal, or until a node is gone."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with kafka:
        _welcome(kafka, began)
        why = kafka.wait_end(ended.is_set)
    if why is not None:
        raise KafkaUnavailable(why)
    typer.echo("stopped")


def _state(node: NodeStatus) -> str:
    if node.pid is None:
        return "does not run"
    return f"runs (process {node.pid}) " + ("and answers" if node.answers else "but does not answer")


def _show(file: Path, lines: int, follow: bool) -> None:
    """A log may quote what clients sent: nothing of it reaches the terminal as it is."""
    with file.open("r", encoding="utf-8", errors="replace") as stream:
        # files are rolled at 10 MB, so going through one whole is bounded
        for line in deque(stream, maxlen=lines):
            typer.echo(shown(line.rstrip()))
        try:
            while follow and not nobody_reads():
                for line in stream:
                    typer.echo(shown(line.rstrip()))
                time.sleep(_POLL_S)
        except KeyboardInterrupt:
            return

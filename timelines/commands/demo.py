"""`timelines demo`: the general commands, wired together on the embedded broker."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from runtime.settings import PREFIX
from timelines.demo_stack import start_services, wait_until_caught_up
from timelines.processes import Service, ServiceFailed, Stack

_LAST_VIEW_TIMEOUT_S: Final = 45.0


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
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends what was started, as Ctrl-C does
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
            services = start_services(stack, partitions)
            _say(f"broker, worker and gate ready in {time.monotonic() - began:.1f} s; now the reports of {source}")

            watcher = stack.start("watch", ["timelines", "watch", "--from-beginning"], to_terminal=True)
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
            wait_until_caught_up(stack, services)
            stack.end(watcher, signal.SIGINT)
            _say(producer.tail(3))

            view = ["timelines", "watch", "--once", "--entries", "30", *(["--why"] if why else [])]
            last = stack.start("timeline", view, to_terminal=True)
            if last.wait(_LAST_VIEW_TIMEOUT_S) != 0:
                raise ServiceFailed("watch", f"ended with status {last.process.returncode}", "")
    _say(f"that took {time.monotonic() - began:.0f} s; another file: make demo SOURCE=gold/sol.jsonl")
    return status


def _check_all_but(stack: Stack, producer: Service) -> None:
    try:
        stack.check()
    except ServiceFailed:
        if producer.process.poll() is None:
            raise


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

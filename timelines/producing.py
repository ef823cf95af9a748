"""One run of `timelines produce`: from the source to the log, until all is sent, Ctrl-C, or the broker is gone."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typer
from confluent_kafka import KafkaException

from producers.delivery import deliver
from producers.feeds import Parsed
from producers.ledger import Ledger
from producers.outgoing import Choice, Numbered, Outgoing, TooManyToPlan, outgoing
from producers.publish import DELIVERY_TIMEOUT_S, Publisher, kafka_producer
from producers.resume import Resume, ResumeError, read_resume, write_resume
from runtime.clients import BrokerUnreachable, check_reachable, new_admin
from runtime.refusals import why_missing
from runtime.settings import Settings
from runtime.terminal import shown
from schemas.topics import EVENTS
from timelines.outputs import overlap
from timelines.progress import Bar
from timelines.rejects import LongLine, Rejects, RejectsError
from timelines.sources import FEEDS, Source, SourceChanged, SourceError, Status, Stopped, read_rows, rejects_path

#: how long a run that was told to stop waits for what is on its way
_FLUSH_S: Final = 10.0
#: how long a broker may take to answer at the start
_ANSWER_S: Final = 8.0


class NoLog(Exception):
    """There is no log to append to; says what to do."""


class Interrupts:
    """Counts SIGINT and SIGTERM: the first stops the run in order, the second no longer waits for the broker."""

    def __init__(self) -> None:
        self.count = 0
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def __enter__(self) -> Interrupts:
        for number in self._before:
            signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, *_: object) -> None:
        self.count += 1

    def once(self) -> bool:
        return self.count > 0

    def twice(self) -> bool:
        return self.count > 1


class ProductionRun:
    """One run over one source."""

    def __init__(
        self,
        source: str,
        feed: str,
        choice: Choice,
        options: dict[str, str],
        settings: Settings,
        rejects: Path | None,
        *,
        resume: bool,
    ) -> None:
        self._source_name = source
        self._feed = FEEDS[feed]
        self._choice = choice
        self._options = options
        self._settings = settings
        self._rejects_given = rejects
        self._resume = resume
        self._rows_read = 0
        self._outside = 0
        self._unread: Counter[str] = Counter()

    def run(self) -> Status:
        """Raises SourceError, ResumeError, SettingsError, BrokerUnreachable, NoLog before anything is sent."""
        with Interrupts() as interrupts, Source(self._source_name, stopped=interrupts.once) as source:
            rejects_file = rejects_path(source, self._rejects_given)
            resume_file = _resume_path(source, rejects_file)
            previous = read_resume(resume_file) if self._resume else None
            cluster = _cluster_of(self._settings)
            if previous is not None:
                previous.check(source=source.name, options=self._options, topic=EVENTS, cluster=cluster)
                source.expect(previous.lines, previous.digest)
            ledger = previous.ledger() if previous is not None else Ledger()
            before = len(ledger.delivered)
            began = time.monotonic()
            with Bar(f"producing {shown(source.name)}") as bar:
                if previous is None and resume_file.exists():
                    bar.say(f"produce: not going on from {resume_file} (that takes --resume): starting anew")
                keep = previous is not None or source.path is None
                with Rejects(rejects_file, source.name, keep=keep, tell=bar.say) as rejects:
                    failure = self._send(source, ledger, rejects, previous, interrupts, bar)
            if isinstance(failure, SourceChanged):
                raise failure
            counts = ledger.counts()
            seconds = time.monotonic() - began
            sent = len(ledger.delivered) - before
            typer.echo(f"{shown(source.name)}: {counts} in {seconds:.1f} s ({sent / max(seconds, 1e-3):,.0f}/s)")
            self._tell_of_rest(ledger, rejects_file)
            if failure is None and not interrupts.once() and counts.unsent == 0 and counts.balance:
                resume_file.unlink(missing_ok=True)
                return Status.BAD_LINES if counts.rejected else Status.ALL_WELL
            if failure is not None:
                typer.echo(f"produce: {shown(str(failure))}", err=True)
            if source.is_unverified:  # stopped before it had read what the earlier run had: that file still holds
                typer.echo(f"{resume_file} is as it was: --resume goes on from there", err=True)
            else:
                self._write_resume(resume_file, source, ledger, cluster)
            return Status.FAILED if failure is not None or not interrupts.once() else Status.INTERRUPTED

    def _send(
        self,
        source: Source,
        ledger: Ledger,
        rejects: Rejects,
        previous: Resume | None,
        interrupts: Interrupts,
        bar: Bar,
    ) -> Exception | None:
        """What stopped it, other than the user; all that was on its way is settled then."""
        publisher = Publisher(kafka_producer(self._settings), ledger.delivers)
        try:
            events = outgoing(self._numbered(source, ledger, rejects, previous, bar), self._choice)
            deliver(
                self._unsent(events, source, ledger, bar),
                publisher,
                stopped=interrupts.once,
                seconds=time.monotonic,
                now=(lambda: datetime.now(UTC)) if self._choice.clock == "now" else None,
            )
        except Stopped:
            pass
        except (SourceError, RejectsError, TooManyToPlan) as error:
            return error
        finally:
            publisher.finish(_FLUSH_S if interrupts.once() else DELIVERY_TIMEOUT_S + _FLUSH_S, give_up=interrupts.twice)
        return publisher.failure

    def _numbered(
        self, source: Source, ledger: Ledger, rejects: Rejects, previous: Resume | None, bar: Bar
    ) -> Iterator[Numbered]:
        """The events of the window; bad rows are settled on the way."""
        for number, row in enumerate(read_rows(source, self._feed), start=1):
            self._rows_read = number
            bar.show(source.bytes_read, source.size)
            if isinstance(row, Parsed):
                self._unread.update(row.unread)
                if self._choice.takes(row.event):
                    ledger.reads(number)
                    yield Numbered(number, row.event)
                else:
                    self._outside += 1
            elif ledger.reads(number):
                rejects.take(row)
                ledger.rejects(number)
            elif isinstance(row, LongLine):  # an earlier run has kept it
                row.bytes_.close()
        if previous is not None and previous.whole and self._choice.is_planned and source.lines_read > previous.lines:
            raise SourceChanged(
                f"{source.name} has grown from {previous.lines:,} to {source.lines_read:,} lines since the run was "
                "interrupted, and that changes the order: give it as it was, then send the new lines by themselves"
            )

    def _unsent(self, events: Iterator[Outgoing], source: Source, ledger: Ledger, bar: Bar) -> Iterator[Outgoing]:
        """Without what an earlier run delivered; nothing before the source has proved to be that run's."""
        held: list[Outgoing] = []
        for item in events:
            if self._choice.is_planned:
                counts = ledger.counts()
                bar.show(counts.read - counts.unsent, counts.read, "sending")
            if item.number in ledger.delivered:
                continue
            held.append(item)
            if not source.is_unverified:
                yield from held
                held.clear()
        yield from held

    def _tell_of_rest(self, ledger: Ledger, rejects_file: Path) -> None:
        if self._outside:
            typer.echo(f"{self._outside} reports lie outside --from / --to and are not counted")
        if self._unread:
            fields = ", ".join(f"{shown(name)} ({count} rows)" for name, count in sorted(self._unread.items())[:20])
            typer.echo(f"not read, because feed {self._feed.name} has no such field: {fields}")
        if rejected := ledger.counts().rejected:
            typer.echo(
                f"{rejected} bad lines are in {shown(str(rejects_file))}, with what is wrong: mend them where they "
                "came from and send that again; what was taken is known by its id"
            )

    def _write_resume(self, path: Path, source: Source, ledger: Ledger, cluster: str | None) -> None:
        resume = Resume(
            source=source.name,
            options=self._options,
            topic=EVENTS,
            cluster=cluster,
            lines=source.lines_read,
            digest=source.digest(),
            whole=source.whole,
            read=self._rows_read,
            delivered=str(ledger.delivered),
            rejected=str(ledger.rejected),
        )
        try:
            write_resume(path, resume)
        except ResumeError as error:
            typer.echo(f"produce: {error}", err=True)
        else:
            typer.echo(f"the same command with --resume goes on from there ({path})", err=True)


def _resume_path(source: Source, rejects_file: Path) -> Path:
    """In the working folder. Raises SourceError where it is the source, which a link may make it, or the rejects."""
    path = Path(f"{source.name}.resume.json")
    named = ("the file of --resume", path)
    problem = overlap([named], [source.named], remedy="work in another folder") or overlap(
        [named, ("--rejects", rejects_file)]
    )
    if problem is not None:
        raise SourceError(problem)
    return path


def _cluster_of(settings: Settings) -> str | None:
    """The id of the cluster, and the certainty that the topic is there. Raises BrokerUnreachable, NoLog."""
    if settings.bootstrap_servers is None:
        raise NoLog(
            "no broker is given: set TIMELINES_BOOTSTRAP_SERVERS or --bootstrap-servers, "
            'for example to "127.0.0.1:9092", where `timelines kafka start` starts one'
        )
    check_reachable(settings, timeout_s=_ANSWER_S)
    try:
        admin = new_admin(settings, "producer-check")
        metadata = admin.list_topics(timeout=_ANSWER_S)
    except KafkaException as error:
        raise BrokerUnreachable(settings.bootstrap_servers, error.args[0].str()) from error
    if EVENTS not in metadata.topics:
        raise NoLog(f"there is no topic {EVENTS} to write to: {why_missing(admin, [EVENTS])[EVENTS]}")
    return metadata.cluster_id

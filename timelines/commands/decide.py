"""`timelines decide`: ask for a decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer
from confluent_kafka import KafkaException
from pydantic import ValidationError
from pydantic_core import to_json

from schemas.codec import encode
from schemas.decision import Command
from schemas.errors import MalformedRecord
from schemas.vocabulary import DeciderRole, DecisionKind, WorldRegion
from timelines.connection import BootstrapServers, connected, fail
from timelines.deciding import Asker, CannotDecide, Effect, ExportError, region_of_ids


def register(app: typer.Typer) -> None:
    @app.command()
    def decide(
        decision: Annotated[DecisionKind, typer.Argument(help="What to decide.")],
        incidents: Annotated[
            list[str] | None,
            typer.Argument(help="Ids of incidents, as `watch` shows them; of a merge the first stays."),
        ] = None,
        *,
        event: Annotated[list[str] | None, typer.Option(help="Id of an event; once for each.")] = None,
        by: Annotated[str, typer.Option(envvar="TIMELINES_DECIDED_BY", help="Who decides; stands in the timeline.")],
        reason: Annotated[str, typer.Option(help="Why; stands in the timeline.")],
        role: Annotated[DeciderRole, typer.Option(help="Only an editor may redact.")] = DeciderRole.ANALYST,
        region: Annotated[
            WorldRegion | None, typer.Option(help="Where they stand. [default: looked up in the timelines]")
        ] = None,
        wait: Annotated[bool, typer.Option("--wait", help="Wait for what becomes of it, and print it.")] = False,
        timeout: Annotated[float, typer.Option(min=1, max=600, help="How many seconds to wait.")] = 30.0,
        command_id: Annotated[
            str | None, typer.Option(help="Send it under this id: the same id twice decides once.")
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="With --wait: the updates that came of it, one JSON object a line.")
        ] = False,
        bootstrap_servers: BootstrapServers = None,
    ) -> None:
        """Ask for a decision: merge, split, pin, retract, redact, close, reopen.

        \b
        merge INCIDENT INCIDENT ...    they are one; the first stays
        split INCIDENT --event ID ...  these events found an incident of their own
        pin INCIDENT --event ID ...    these events belong there, come what may
        retract [INCIDENT ...] [--event ID ...]  it did not happen, or does not count
        redact --event ID ...          its words leave the timelines; the log keeps them
        close INCIDENT ...             it is over
        reopen INCIDENT ...            it goes on

        The gate answers: it appends the decision to the log, or refuses it.

        Exit status 1: it was refused, or nothing came of it in time. 2: wrong use.
        """
        for option, text in (("--by", by), ("--reason", reason)):
            if text.isspace():
                fail("decide", f"{option}: is blank, and stands in the timeline: say it", 2)
        try:
            asked = _command(
                decision=decision,
                incidents=tuple(incidents or ()),
                events=tuple(event or ()),
                by=by,
                reason=reason,
                role=role,
                region=str(region or WorldRegion.WORLD),
                command_id=command_id or str(uuid4()),
                requested_at=datetime.now(UTC),
            )
        except MalformedRecord as error:
            fail("decide", error, 2)
        settings = connected("decide", bootstrap_servers=bootstrap_servers)
        try:
            if region is None:
                where = region_of_ids(settings, asked.incidents, asked.events)
                asked = asked.model_copy(update={"region": where})
            with Asker(settings) as asker:
                sent = asker.send(asked)
                typer.echo(f"sent as {asked.command_id}, region {asked.region}", err=True)
                if wait:
                    effect = asker.wait(sent, timeout, may_be_known=command_id is not None)
                    _print(effect, as_json=as_json)
        except (CannotDecide, ExportError) as error:
            fail("decide", error, 1)
        except KafkaException as error:
            fail("decide", error.args[0].str(), 1)
        except KeyboardInterrupt:
            fail("decide", "stopped; the command may have been sent", 130)


def _command(**fields: object) -> Command:
    """Raises MalformedRecord."""
    raw = to_json(fields)
    try:
        return Command.model_validate_json(raw)
    except ValidationError as error:
        raise MalformedRecord.from_validation(error, raw) from error


def _print(effect: Effect, *, as_json: bool) -> None:
    if as_json:
        for update in effect.updates:
            typer.echo(encode(update).decode())
        return
    for line in effect.lines():
        typer.echo(line)

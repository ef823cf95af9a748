"""`timelines topics`: create, describe and check the topics of the registry; list and give the rights on them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, assert_never

import typer
from confluent_kafka import KafkaException

from runtime.acl import AclsError, Component, Right, apply, kafka_acls_arguments, recipes
from runtime.clients import new_admin
from runtime.settings import SettingsError
from runtime.topic_admin import (
    Found,
    Outcome,
    TopicsError,
    create_topics,
    describe_topics,
    differences,
    is_embedded,
)
from timelines.connection import BootstrapServers, connected, fail, settings_for

_Partitions = Annotated[
    int | None, typer.Option(min=1, max=1000, help="Partitions of every topic. Else TIMELINES_PARTITIONS, else 6.")
]
_Replication = Annotated[
    int | None,
    typer.Option(min=1, max=10, help="Copies of every partition. Else TIMELINES_REPLICATION_FACTOR, else 1."),
]
_InSync = Annotated[
    int | None, typer.Option(min=1, max=10, help="Copies that must have a record. Else TIMELINES_MIN_INSYNC_REPLICAS.")
]
_AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")]


class _Form(StrEnum):
    TABLE = "table"
    COMMANDS = "commands"
    JSON = "json"


def register(app: typer.Typer) -> None:
    @app.command()
    def create(
        bootstrap_servers: BootstrapServers = None,
        partitions: _Partitions = None,
        replication_factor: _Replication = None,
        min_insync_replicas: _InSync = None,
    ) -> None:
        """Make the topics that are missing; those that are there stay as they are.

        Exit status 1: one could not be made.
        """
        settings = connected(
            "topics create",
            bootstrap_servers=bootstrap_servers,
            partitions=partitions,
            replication_factor=replication_factor,
            min_insync_replicas=min_insync_replicas,
        )
        try:
            made = create_topics(new_admin(settings), settings)
        except SettingsError as error:
            fail("topics create", error, 2)
        except (TopicsError, KafkaException) as error:
            fail("topics create", _text_of(error), 1)
        for one in made:
            typer.echo(f"{one.topic}: {one.outcome}" + (f": {one.why}" if one.why else ""))
        created = sum(one.outcome is Outcome.CREATED for one in made)
        failed = sum(one.outcome is Outcome.FAILED for one in made)
        typer.echo(f"{created} created, {len(made) - created - failed} were there, {failed} failed")
        raise typer.Exit(1 if failed else 0)

    @app.command()
    def describe(bootstrap_servers: BootstrapServers = None, as_json: _AsJson = False) -> None:
        """What each topic is for, and how the broker keeps it."""
        settings = connected("topics describe", bootstrap_servers=bootstrap_servers)
        admin = new_admin(settings)
        try:
            found = describe_topics(admin, settings)
            embedded = is_embedded(admin)
        except (TopicsError, KafkaException) as error:
            fail("topics describe", _text_of(error), 1)
        if as_json:
            for one in found:
                typer.echo(json.dumps(_as_json(one)))
            return
        for one in found:
            typer.echo(_lines(one))
        if embedded:
            typer.echo("This is the embedded broker: it keeps everything in memory and has no settings of topics.")

    @app.command()
    def check(
        bootstrap_servers: BootstrapServers = None,
        partitions: _Partitions = None,
        replication_factor: _Replication = None,
        min_insync_replicas: _InSync = None,
    ) -> None:
        """Name each difference from the registry, with its remedy.

        Exit status 1: there are some.
        """
        settings = connected(
            "topics check",
            bootstrap_servers=bootstrap_servers,
            partitions=partitions,
            replication_factor=replication_factor,
            min_insync_replicas=min_insync_replicas,
        )
        admin = new_admin(settings)
        try:
            found = describe_topics(admin, settings)
            embedded = is_embedded(admin)
        except (TopicsError, KafkaException) as error:
            fail("topics check", _text_of(error), 1)
        wrong = differences(found, settings)
        for difference in wrong:
            typer.echo(str(difference))
        seen = "partitions (the embedded broker has no settings of topics)" if embedded else "partitions and settings"
        verdict = f"{len(wrong)} to be mended" if wrong else "as they must be"
        typer.echo(f"{len(found)} topics, {seen}: {verdict}")
        raise typer.Exit(1 if wrong else 0)

    @app.command()
    def acl(
        component: Annotated[
            list[Component] | None, typer.Option(help="Whose rights; once for each. [default: all]")
        ] = None,
        principal: Annotated[
            str | None, typer.Option(help='Who gets them, "User:x". [default: User: and the name of the component]')
        ] = None,
        group: Annotated[str, typer.Option(help="Consumer group of a subscriber.")] = "my-desk",
        form: Annotated[
            _Form, typer.Option("--as", help="table, commands (of Kafka's kafka-acls.sh) or json, one right a line.")
        ] = _Form.TABLE,
        give: Annotated[
            bool, typer.Option("--apply", help="Give the rights, as the user of TIMELINES_SASL_USERNAME.")
        ] = False,
        bootstrap_servers: BootstrapServers = None,
    ) -> None:
        """The rights that each component needs on Kafka, and no others; for the names in TIMELINES_APP_ID.

        Without --apply no broker is asked. Rights that are there already stay; none is ever taken away.

        Exit status 1: one could not be given. 2: wrong use.
        """
        if principal is not None and (":" not in principal or not principal.isprintable()):
            fail("topics acl", f'--principal {principal}: must be a type and a name, for example "User:worker"', 2)
        settings = settings_for("topics acl", bootstrap_servers=bootstrap_servers)
        found = recipes(component or list(Component), app_id=settings.app_id, group=group)
        rows = [(principal or f"User:{one}", right) for one, rights in found.items() for right in rights]
        if not give:
            typer.echo("\n".join(_right_lines(rows, form)))
            return
        settings = connected("topics acl", bootstrap_servers=bootstrap_servers)
        try:
            given = apply(new_admin(settings), [(right, to) for to, right in rows])
        except (AclsError, KafkaException) as error:
            fail("topics acl", _text_of(error), 1)
        typer.echo(f"{given} rights given, or there already")


def _right_lines(rows: list[tuple[str, Right]], form: _Form) -> Iterator[str]:
    match form:
        case _Form.JSON:
            for to, right in rows:
                yield json.dumps({"principal": to, **asdict(right)})
        case _Form.COMMANDS:
            for to, right in dict.fromkeys(rows):
                yield shlex.join(["kafka-acls.sh", *kafka_acls_arguments(right, to)])
        case _Form.TABLE:
            widths = [max(map(len, column)) for column in zip(*((to, str(right)) for to, right in rows), strict=True)]
            for to, right in rows:
                yield f"{to:{widths[0]}}  {right!s:{widths[1]}}  {right.why}"
        case _:
            assert_never(form)


def _text_of(error: Exception) -> str:
    return str(error.args[0].str()) if isinstance(error, KafkaException) else str(error)


def _kept(found: Found) -> str:
    days = found.topic.retention_ms // 86_400_000
    if found.topic.cleanup == "compact":
        return "newest of each key"
    return "for ever" if found.topic.retention_ms < 0 else f"{days} days"


def _lines(found: Found) -> str:
    there = "missing"
    if found.partitions is not None:
        there = f"{found.partitions} partitions, {found.replicas} replicas"
    return f"{found.topic.name}: {there}; key: {found.topic.key}; kept: {_kept(found)}\n    {found.topic.purpose}"


def _as_json(found: Found) -> dict[str, object]:
    return {
        "topic": found.topic.name,
        "purpose": found.topic.purpose,
        "owner": found.topic.owner,
        "key": found.topic.key,
        "value": found.topic.value,
        "partitions": found.partitions,
        "replicas": found.replicas,
        "wanted": found.topic.kafka_config(),
        "config": found.config,
    }

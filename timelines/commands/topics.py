"""`timelines topics`: create, describe and check the topics of the registry."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from confluent_kafka import KafkaException

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
from timelines.connection import BootstrapServers, connected, fail

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

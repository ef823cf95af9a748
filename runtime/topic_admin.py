"""The topics on a broker against the registry: make them, describe them, name each difference with its remedy."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but imported there without `as`
    AdminClient,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from schemas.topics import REGISTRY, Topic, changelog

from .refusals import told, why_missing
from .settings import PREFIX, Settings, SettingsError

_TIMEOUT_S: Final = 30.0
#: what librdkafka's mock cluster calls itself
_EMBEDDED: Final = "mockCluster"
#: Kafka's own default; a broker may be set lower, and then an article of 900 kB would not pass
_MAX_MESSAGE_BYTES: Final = 1_048_588


class TopicsError(Exception):
    """The broker does not do what was asked; says what to do."""


class Outcome(StrEnum):
    CREATED = "created"
    EXISTS = "exists"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one topic. why: of a failure, with the remedy."""

    topic: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A topic of the registry as the broker has it.

    partitions: None: it is not there. replicas: of the partition that has the fewest.
    why_missing: of a topic that is not there, or that this user may not see
    config: what is in force, defaults included; empty where the broker does not tell (the embedded one)
    """

    topic: Topic
    partitions: int | None
    replicas: int = 0
    config: dict[str, str] = field(default_factory=dict)
    why_missing: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it must be. setting: "partitions", "replicas" or Kafka's name of a topic setting."""

    topic: str
    setting: str
    wanted: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found}, must be {self.wanted}: {self.remedy}"


def needed_topics(settings: Settings) -> tuple[Topic, ...]:
    """The registry, and the worker's state topic."""
    return (*REGISTRY, changelog(settings.app_id))


def is_embedded(admin: AdminClient) -> bool:
    """Whether this is the embedded broker, which makes no topics for clients and has no settings of topics."""
    cluster: str | None = admin.list_topics(timeout=_TIMEOUT_S).cluster_id
    return cluster is not None and cluster.startswith(_EMBEDDED)


def equal_partitions(admin: AdminClient, names: Sequence[str]) -> int:
    """How many partitions these topics have. Raises TopicsError where one is missing, or they differ."""
    there = admin.list_topics(timeout=_TIMEOUT_S).topics
    if missing := [name for name in names if name not in there]:
        told = "; ".join(f"{name}: {why}" for name, why in why_missing(admin, missing).items())
        raise TopicsError(f"missing: {told}")
    counts = {name: len(there[name].partitions) for name in names}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise TopicsError(
            f"the topics differ in partitions ({told}): make them alike, `timelines topics check` says how"
        )
    return next(iter(counts.values()))


def wanted_config(topic: Topic, settings: Settings) -> dict[str, str]:
    """Settings of a topic as it is created."""
    return {
        "max.message.bytes": str(_MAX_MESSAGE_BYTES),
        **topic.kafka_config(),
        "min.insync.replicas": str(settings.min_insync_replicas),
    }


def create_topics(admin: AdminClient, settings: Settings) -> list[Made]:
    """Make what is missing; what is there stays as it is. In the order of the registry.

    Returns when the broker lists them. Raises SettingsError where no topic could be like that, TopicsError.
    """
    if settings.min_insync_replicas > settings.replication_factor:
        raise SettingsError(
            f"{PREFIX}MIN_INSYNC_REPLICAS",
            f"is {settings.min_insync_replicas}, more than {PREFIX}REPLICATION_FACTOR={settings.replication_factor}: "
            "nothing could be written; lower the one or raise the other",
        )
    topics = needed_topics(settings)
    there = admin.list_topics(timeout=_TIMEOUT_S).topics
    if is_embedded(admin):
        return [_made_by_embedded(topic.name, topic.name in there) for topic in topics]
    missing = [
        NewTopic(
            topic.name,
            num_partitions=settings.partitions,
            replication_factor=settings.replication_factor,
            config=wanted_config(topic, settings),
        )
        for topic in topics
        if topic.name not in there
    ]
    made = {topic.name: Made(topic.name, Outcome.EXISTS) for topic in topics}
    if missing:
        for name, future in admin.create_topics(missing, request_timeout=_TIMEOUT_S).items():
            try:
                future.result()
                made[name] = Made(name, Outcome.CREATED)
            except KafkaException as error:
                made[name] = _not_made(name, error.args[0], settings)
        _wait_until_known(admin, [name for name, one in made.items() if one.outcome is Outcome.CREATED])
    return [made[topic.name] for topic in topics]


def describe_topics(admin: AdminClient, settings: Settings) -> list[Found]:
    """The topics as the broker has them. Raises TopicsError."""
    topics = needed_topics(settings)
    there = admin.list_topics(timeout=_TIMEOUT_S).topics
    present = [topic.name for topic in topics if topic.name in there]
    configs = {} if is_embedded(admin) else _configs(admin, present)
    missing = why_missing(admin, [topic.name for topic in topics if topic.name not in there])
    found = []
    for topic in topics:
        if topic.name not in there:
            found.append(Found(topic, None, why_missing=missing[topic.name]))
            continue
        partitions = there[topic.name].partitions
        replicas = min((len(partition.replicas) for partition in partitions.values()), default=0)
        found.append(Found(topic, len(partitions), replicas, configs.get(topic.name, {})))
    return found


def differences(found: Sequence[Found], settings: Settings) -> list[Difference]:
    """What is not as the registry and the settings have it. A broker that does not tell settings is not asked."""
    return [difference for one in found for difference in _differences(one, settings)]


def _differences(found: Found, settings: Settings) -> Iterator[Difference]:
    name = found.topic.name
    if found.partitions is None:
        remedy = found.why_missing or "run `timelines topics create`"
        yield Difference(name, "partitions", str(settings.partitions), "missing", remedy)
        return
    if found.partitions != settings.partitions:
        yield Difference(
            name,
            "partitions",
            str(settings.partitions),
            str(found.partitions),
            f"set {PREFIX}PARTITIONS={found.partitions} if all topics have as many, or make the topics anew. "
            "Adding partitions would tear the history of regions apart",
        )
    if found.replicas < settings.replication_factor:
        yield Difference(
            name,
            "replicas",
            str(settings.replication_factor),
            str(found.replicas),
            f"kafka-reassign-partitions.sh adds replicas; or set {PREFIX}REPLICATION_FACTOR={found.replicas}",
        )
    if not found.config:
        return
    for setting, wanted in wanted_config(found.topic, settings).items():
        value = found.config.get(setting, "not told")
        if not _suffices(setting, wanted, value):
            yield Difference(
                name,
                setting,
                wanted,
                value,
                f"kafka-configs.sh --alter --entity-type topics --entity-name {name} --add-config {setting}={wanted}",
            )


def _suffices(setting: str, wanted: str, value: str) -> bool:
    """Equal, or better: larger records taken, more replicas in sync, kept for longer."""
    if setting == "retention.ms" and wanted != "-1" and value.removeprefix("-").isdecimal():
        return int(value) < 0 or int(value) >= int(wanted)
    if setting in ("max.message.bytes", "min.insync.replicas") and value.isdecimal():
        return int(value) >= int(wanted)
    if setting == "min.cleanable.dirty.ratio":
        try:
            return float(value) == float(wanted)
        except ValueError:
            return False
    return value == wanted


def _configs(admin: AdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    configs: dict[str, dict[str, str]] = {}
    if not resources:
        return configs
    for resource, future in admin.describe_configs(resources, request_timeout=_TIMEOUT_S).items():
        try:
            entries = future.result()
        except KafkaException as error:
            raise TopicsError(
                f"the settings of {resource.name} cannot be read: this needs the right DESCRIBE_CONFIGS on the topics "
                f"({told(error.args[0], topic=resource.name)})"
            ) from error
        configs[resource.name] = {entry.name: str(entry.value) for entry in entries.values()}
    return configs


def _wait_until_known(admin: AdminClient, names: Sequence[str]) -> None:
    """A topic is made before every broker has heard of it: who asks at once would be told that it is missing."""
    deadline = time.monotonic() + _TIMEOUT_S
    while not set(names) <= set(admin.list_topics(timeout=_TIMEOUT_S).topics):
        if time.monotonic() > deadline:
            raise TopicsError(
                f"the topics are made, and after {_TIMEOUT_S:.0f} s the broker does not list them: look at its log"
            )
        time.sleep(0.05)


def _made_by_embedded(name: str, there: bool) -> Made:
    if there:
        return Made(name, Outcome.EXISTS)
    return Made(
        name,
        Outcome.FAILED,
        "the embedded broker makes no topics for clients: name this one when it is started, "
        f"`python -m runtime.embedded PARTITIONS {name}`",
    )


def _not_made(name: str, error: KafkaError, settings: Settings) -> Made:
    if error.code() == KafkaError.TOPIC_ALREADY_EXISTS:
        return Made(name, Outcome.EXISTS)
    remedies = {
        KafkaError.INVALID_REPLICATION_FACTOR: (
            f"the cluster has fewer brokers than {PREFIX}REPLICATION_FACTOR={settings.replication_factor}"
        ),
        KafkaError.TOPIC_AUTHORIZATION_FAILED: "this needs the right CREATE on the topic",
        KafkaError.CLUSTER_AUTHORIZATION_FAILED: "this needs the right CREATE on the topic or the cluster",
    }
    remedy = remedies.get(error.code(), "look at the broker's log")
    return Made(name, Outcome.FAILED, f"{error.str()}: {remedy}")

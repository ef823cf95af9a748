"""What each component may do on Kafka: the one list of rights, for operators, for the broker and for tests.

Every right is one that its component needs: a test takes each away and sees the component fail. Kafka's own rules make
it short: READ and WRITE include DESCRIBE of the same thing, and an idempotent producer needs no right beside WRITE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, but imported there without `as`
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from schemas.topics import COMMANDS, ENTRIES, EVENTS, REGISTRY, REJECTED, TIMELINES, UPDATES, changelog_topic

_TIMEOUT_S: Final = 30.0


class Component(StrEnum):
    """Who logs in. A user may be several of them: then it needs the rights of all."""

    PRODUCER = "producer"
    GATE = "gate"
    WORKER = "worker"
    WATCH = "watch"
    DUMP = "dump"
    DECIDE = "decide"
    SUBSCRIBER = "subscriber"
    TOPICS = "topics"


class Operation(StrEnum):
    """Kafka's names."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


class Resource(StrEnum):
    """What a right is about, as kafka-acls.sh names its options."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional-id"


@dataclass(frozen=True, slots=True)
class Right:
    """One permission. is_prefix: for everything whose name begins with `name`. why: what it is needed for."""

    operation: Operation
    resource: Resource
    name: str
    why: str = field(compare=False)
    is_prefix: bool = False

    def __str__(self) -> str:
        return f"{self.operation} on {self.resource} {self.name}{'*' if self.is_prefix else ''}"


class AclsError(Exception):
    """The broker did not take the rights; says what to do."""


def recipe(component: Component, *, app_id: str, group: str) -> tuple[Right, ...]:
    """The rights of one component. app_id: TIMELINES_APP_ID of the service; group: of a subscriber."""
    state = changelog_topic(app_id)
    match component:
        case Component.PRODUCER:
            return (_write(EVENTS, "reports go into the log"),)
        case Component.GATE:
            return (
                _read(EVENTS, "the clock of each region, and which commands were answered"),
                _write(EVENTS, "decisions and ticks go into the log"),
                _read(COMMANDS, "the commands"),
                _write(REJECTED, "commands that are refused"),
                Right(Operation.READ, Resource.GROUP, f"{app_id}-gate", "gates share the partitions"),
            )
        case Component.WORKER:
            return (
                _read(EVENTS, "the log"),
                _write(TIMELINES, "heads"),
                _write(ENTRIES, "entries"),
                _write(UPDATES, "updates"),
                _read(UPDATES, "which came last: none is told twice after a broker's failure"),
                _write(REJECTED, "records that cannot be taken"),
                _read(REJECTED, "as of updates"),
                _read(state, "its state, at each assignment"),
                _write(state, "its state and the offset reached"),
                Right(Operation.DESCRIBE, Resource.TOPIC, COMMANDS, "all topics must have equally many partitions"),
                Right(Operation.READ, Resource.GROUP, app_id, "workers share the partitions"),
                Right(
                    Operation.WRITE,
                    Resource.TRANSACTIONAL_ID,
                    f"{app_id}-",
                    "one transactional id a partition",
                    is_prefix=True,
                ),
            )
        case Component.WATCH:
            return (
                _read(TIMELINES, "heads"),
                _read(ENTRIES, "entries, where changes are printed line by line"),
                _read(UPDATES, "updates"),
            )
        case Component.DUMP:
            return (
                _read(EVENTS, "--log"),
                _read(TIMELINES, "--timelines, --updates"),
                _read(ENTRIES, "--entries, --assignments"),
                _read(UPDATES, "--updates"),
                _read(REJECTED, "--rejected"),
            )
        case Component.DECIDE:
            return (
                _write(COMMANDS, "the command"),
                _read(TIMELINES, "in which region an incident stands"),
                _read(ENTRIES, "in which region an event stands"),
                _read(EVENTS, "--wait: the decision"),
                _read(REJECTED, "--wait: whether it was refused"),
                _read(UPDATES, "--wait: what came of it"),
            )
        case Component.SUBSCRIBER:
            return (
                _read(TIMELINES, "heads; a reader of another topic needs the same there"),
                Right(Operation.READ, Resource.GROUP, group, "the readers of one service share the partitions"),
            )
        case Component.TOPICS:
            names = [*(topic.name for topic in REGISTRY), state]
            needs = (
                (Operation.CREATE, "topics create"),
                (Operation.DESCRIBE, "topics create, check and describe"),
                (Operation.DESCRIBE_CONFIGS, "topics check and describe"),
            )
            return tuple(Right(operation, Resource.TOPIC, name, why) for name in names for operation, why in needs)


def recipes(components: Iterable[Component], *, app_id: str, group: str) -> dict[Component, tuple[Right, ...]]:
    """The rights of several."""
    return {component: recipe(component, app_id=app_id, group=group) for component in components}


def kafka_acls_arguments(right: Right, principal: str) -> list[str]:
    """What `kafka-acls.sh --bootstrap-server HOST:PORT` takes to give this right."""
    pattern = ["--resource-pattern-type", "prefixed"] if right.is_prefix else []
    return [
        "--add", "--allow-principal", principal, "--operation", right.operation.value,
        f"--{right.resource}", right.name, *pattern,
    ]  # fmt: skip


def binding(right: Right, principal: str) -> AclBinding:
    """The right as Kafka's protocol has it, from any host."""
    return AclBinding(
        _RESOURCES[right.resource],
        right.name,
        ResourcePatternType.PREFIXED if right.is_prefix else ResourcePatternType.LITERAL,
        principal,
        "*",
        _OPERATIONS[right.operation],
        AclPermissionType.ALLOW,
    )


def apply(admin: AdminClient, rights: Iterable[tuple[Right, str]]) -> int:
    """Give rights to principals; those that are there already stay. Returns how many there are.

    Raises AclsError; some may have been given then, and giving them again does no harm.
    """
    wanted = {binding(right, principal): (right, principal) for right, principal in rights}
    for one, future in admin.create_acls(list(wanted), request_timeout=_TIMEOUT_S).items():
        try:
            future.result()
        except KafkaException as error:
            right, principal = wanted[one]
            raise AclsError(
                f"{right} was not given to {principal} ({error.args[0].str()}): this "
                "needs the right Alter on the cluster (as a super user has), and a broker with authorizer.class.name"
            ) from error
    return len(wanted)


def _read(topic: str, why: str) -> Right:
    return Right(Operation.READ, Resource.TOPIC, topic, why)


def _write(topic: str, why: str) -> Right:
    return Right(Operation.WRITE, Resource.TOPIC, topic, why)


_RESOURCES: Final[Mapping[Resource, ResourceType]] = {
    Resource.TOPIC: ResourceType.TOPIC,
    Resource.GROUP: ResourceType.GROUP,
    Resource.TRANSACTIONAL_ID: ResourceType.TRANSACTIONAL_ID,
}
_OPERATIONS: Final[Mapping[Operation, AclOperation]] = {
    Operation.READ: AclOperation.READ,
    Operation.WRITE: AclOperation.WRITE,
    Operation.CREATE: AclOperation.CREATE,
    Operation.DESCRIBE: AclOperation.DESCRIBE,
    Operation.DESCRIBE_CONFIGS: AclOperation.DESCRIBE_CONFIGS,
}

__all__ = [
    "AclsError",
    "Component",
    "Operation",
    "Resource",
    "Right",
    "apply",
    "binding",
    "kafka_acls_arguments",
    "recipe",
    "recipes",
]

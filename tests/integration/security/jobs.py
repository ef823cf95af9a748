"""The whole job of each component, done as the user of its name: what comes of it with all its rights, or one less."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from runtime.acl import Component, Right, recipe
from runtime.clients import new_producer
from schemas.codec import encode
from schemas.headers import headers_of
from schemas.regions import partition_of
from schemas.topics import COMMANDS
from tests.builders import an_attack
from tests.integration.security.secured import ADMIN, PARTITIONS, ROOT, SecuredKafka, service
from tests.log_and_sink import append, send
from tests.tally_core import a_command
from timelines.cli import app

APP_ID = "incident-timelines"
GROUP = "my-desk"
REPORTS = "reports.jsonl"
REGION = "middle-east"
#: a component that is refused something has said so by then, on a machine that does other work too
SAYS_SO_S = 60.0


@dataclass(frozen=True)
class Outcome:
    """status None: it still ran, and was killed."""

    status: int | None
    text: str


def rights_of(component: Component) -> tuple[Right, ...]:
    return recipe(component, app_id=APP_ID, group=GROUP)


def in_process(
    kafka: SecuredKafka, user: str, *arguments: str, environment: Mapping[str, str] | None = None, **settings: object
) -> Outcome:
    """A command that ends by itself, without the second that a process takes to start."""
    if environment is None:
        environment = kafka.environment(user, **settings)
    result = CliRunner().invoke(app, list(arguments), env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return Outcome(result.exit_code, result.output)


def until_it_ends(
    kafka: SecuredKafka,
    user: str,
    *arguments: str,
    folder: Path,
    module: str = "timelines",
    script: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Outcome:
    """A service, which does not end unless something stops it."""
    output = folder / f"{user}-{uuid.uuid4().hex[:6]}.log"
    given = environment if environment is not None else kafka.environment(user, session_timeout_s=6)
    with service(given, *arguments, output=output, folder=folder, module=module, script=script) as process:
        try:
            status = process.wait(SAYS_SO_S)
        except subprocess.TimeoutExpired:
            status = None
    return Outcome(status, output.read_text(encoding="utf-8", errors="replace"))


def append_as_admin(kafka: SecuredKafka) -> None:
    """A report, a record that is none, a command that will be granted, and one that will be refused."""
    settings = kafka.settings(ADMIN)
    name = uuid.uuid4().hex[:8]
    append(settings, [(an_attack(event_id=name, place="Baghdad"), REGION)], PARTITIONS)
    producer = new_producer(settings, "test")
    partition = partition_of(REGION, PARTITIONS)
    send(producer, REGION, b"no event", [], partition)
    asked = a_command("inc-1", command_id=name).model_copy(update={"region": REGION, "requested_at": datetime.now(UTC)})
    send(producer, REGION, encode(asked), headers_of(asked), partition, COMMANDS)
    send(producer, REGION, b"no command", [], partition, COMMANDS)
    assert producer.flush(30) == 0


def produce(kafka: SecuredKafka, folder: Path) -> Outcome:
    """Five reports, whose ids no other run has used: REPORTS in the folder."""
    source, run = folder / REPORTS, uuid.uuid4().hex[:8]
    lines = (ROOT / "gold" / "kad.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines[:5]]
    source.write_text("".join(json.dumps({**row, "id": f"{row['id']}-{run}"}) + "\n" for row in rows), "utf-8")
    return in_process(kafka, "producer", "produce", str(source), "--rejects", str(folder / "rejects.jsonl"))


def work(kafka: SecuredKafka, folder: Path) -> Outcome:
    append_as_admin(kafka)
    return until_it_ends(kafka, "worker", "worker", folder=folder)


def answer(kafka: SecuredKafka, folder: Path) -> Outcome:
    append_as_admin(kafka)
    return until_it_ends(kafka, "gate", "gate", folder=folder)


def watch(kafka: SecuredKafka, folder: Path) -> Outcome:
    return until_it_ends(kafka, "watch", "watch", "--from-beginning", folder=folder)


def dump(kafka: SecuredKafka, folder: Path) -> Outcome:
    names = ("timelines", "entries", "updates", "assignments", "rejected", "log")
    return in_process(kafka, "dump", "dump", *(w for name in names for w in (f"--{name}", str(folder / name))))


def decide(kafka: SecuredKafka, folder: Path) -> Outcome:
    asked = ("decide", "retract", "inc-1", "--event", "e-1", "--by", "a desk", "--reason", "a test")
    looked_up = in_process(kafka, "decide", *asked)
    if "is not on this broker" not in looked_up.text:
        return looked_up
    return in_process(kafka, "decide", *asked, "--region", REGION, "--wait", "--timeout", "5")


def subscribe(kafka: SecuredKafka, folder: Path) -> Outcome:
    return until_it_ends(
        kafka, "subscriber", *subscriber_arguments(kafka, folder), folder=folder,
        script=ROOT / "docs" / "examples" / "subscribe.py", environment=subscriber_environment(folder),
    )  # fmt: skip


def subscriber_arguments(kafka: SecuredKafka, folder: Path) -> list[str]:
    """The example takes librdkafka's settings from a file."""
    file = folder / "client.properties"
    file.touch(mode=0o600)
    file.write_text(
        "# a login\n"
        "security.protocol=SASL_SSL\n"
        "sasl.mechanism=SCRAM-SHA-512\n"
        "sasl.username=subscriber\n"
        f"sasl.password={kafka.passwords['subscriber']}\n"
        f"ssl.ca.location={kafka.authority.certificate}\n",
        encoding="utf-8",
    )
    return [kafka.login, str(file)]


def subscriber_environment(folder: Path) -> dict[str, str]:
    link = folder / "incident_timelines_schemas"
    if not link.exists():
        link.symlink_to(ROOT / "schemas")  # as the small wheel installs it
    return {"PYTHONPATH": str(folder)}


def check_topics(kafka: SecuredKafka, folder: Path) -> Outcome:
    return in_process(kafka, "topics", "topics", "check")


JOBS: Mapping[Component, Callable[[SecuredKafka, Path], Outcome]] = {
    Component.PRODUCER: produce,
    Component.GATE: answer,
    Component.WORKER: work,
    Component.WATCH: watch,
    Component.DUMP: dump,
    Component.DECIDE: decide,
    Component.SUBSCRIBER: subscribe,
    Component.TOPICS: check_topics,
}

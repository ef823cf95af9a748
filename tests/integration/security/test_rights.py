"""The recipe suffices: every component does its whole job as a user of its own. And one right less fails.

The broker forbids what no ACL allows.
"""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from pathlib import Path

import pytest
from confluent_kafka.admin import AclBinding

from runtime.acl import Component, Operation, Right, binding
from tests.integration.security.jobs import (
    JOBS,
    REPORTS,
    Outcome,
    in_process,
    produce,
    rights_of,
    subscriber_arguments,
    subscriber_environment,
)
from tests.integration.security.secured import ADMIN, ROOT, SecuredKafka, service, wait_ready
from tests.worker_process import a_free_port, wait_until

pytestmark = pytest.mark.kafka

#: one right less, of each component
CASES = [
    (component, right)
    for component in Component
    for right in rights_of(component)
    if right.operation is not Operation.CREATE  # test_each_right_to_create_makes_its_own_topic
]
SEED = 20211107
_CHOICE = random.Random(SEED)
SAMPLE = [_CHOICE.choice([case for case in CASES if case[0] is component]) for component in Component]


def _principal(component: Component) -> str:
    return f"User:{component}"


def _bindings(*components: Component) -> set[AclBinding]:
    return {binding(right, _principal(each)) for each in components for right in rights_of(each)}


@pytest.fixture(scope="session")
def allowed(secured: SecuredKafka) -> SecuredKafka:
    """All components have their rights, given by the command; the users have the names of the components."""
    given = in_process(secured, ADMIN, "topics", "acl", "--apply")
    assert given.status == 0, given.text
    of_components = {one for one in secured.acls() if one.principal in set(map(_principal, Component))}
    assert of_components == _bindings(*Component)
    return secured


def test_each_right_to_create_makes_its_own_topic(steps: list[Outcome]) -> None:
    names = [right.name for right in rights_of(Component.TOPICS) if right.operation is Operation.CREATE]
    assert len(steps) == len(names) + 1 == 8
    for given, step in enumerate(steps):
        for number, name in enumerate(names):
            came = "exists" if number < given - 1 else "created" if number == given - 1 else "failed"
            assert f"{name}: {came}" in step.text
            assert (f"{name}: failed" in step.text) == (number >= given)
        assert ("this needs the right CREATE on the topic" in step.text) == (given < len(names))
        assert step.status == (0 if given == len(names) else 1)


def test_with_its_recipe_every_component_does_its_whole_job(allowed: SecuredKafka, tmp_path: Path) -> None:
    assert in_process(allowed, "topics", "topics", "check").status == 0
    ports = [a_free_port(), a_free_port()]
    names = ("worker", "gate")
    given = [
        allowed.environment(name, health_port=port, session_timeout_s=6, log_level="debug")
        for name, port in zip(names, ports, strict=True)
    ]
    logs = [tmp_path / f"{name}.log" for name in names]
    services = [
        service(environment, name, output=log, folder=tmp_path)
        for name, environment, log in zip(names, given, logs, strict=True)
    ]
    with services[0] as worker, services[1] as gate:
        assert produce(allowed, tmp_path).status == 0
        for process, port, log in zip((worker, gate), ports, logs, strict=True):
            wait_ready(process, port, log)

        lines = (tmp_path / REPORTS).read_text(encoding="utf-8").splitlines()
        reports = Counter(json.loads(line)["id"] for line in lines)

        def homes() -> list[tuple[str, str]]:
            """The reports told here, with their incidents: the log is also that of the other tests."""
            told = in_process(allowed, "watch", "watch", "--once", "--json")
            assert told.status == 0, told.text
            heads = [json.loads(line) for line in told.text.splitlines()]
            in_heads = [(entry["event_id"], head["incident_id"]) for head in heads for entry in head["entries"]]
            return [(event_id, incident_id) for event_id, incident_id in in_heads if event_id in reports]

        wait_until(lambda: Counter(event_id for event_id, _ in homes()) == reports, what="five reports")
        decided = in_process(
            allowed, "decide", "decide", "retract", homes()[0][1], "--by", "a desk",
            "--reason", "a test", "--wait", "--timeout", "60",
        )  # fmt: skip
        assert decided.status == 0, decided.text
        assert "revision" in decided.text
        with service(
            allowed.environment("watch"), "watch", "--from-beginning", output=tmp_path / "watch.log", folder=tmp_path
        ):
            wait_until(lambda: "opened" in (tmp_path / "watch.log").read_text(), what="a line of the watcher")
        with service(
            subscriber_environment(tmp_path), *subscriber_arguments(allowed, tmp_path),
            output=tmp_path / "desk.log", folder=tmp_path, script=ROOT / "docs" / "examples" / "subscribe.py",
        ):  # fmt: skip
            wait_until(lambda: "inc-" in (tmp_path / "desk.log").read_text(), what="a line of the subscriber")
        worker.send_signal(signal.SIGTERM)
        gate.send_signal(signal.SIGTERM)
        assert (worker.wait(60), gate.wait(60)) == (0, 0), logs[0].read_text()[-2000:]
    told = "".join(log.read_text(encoding="utf-8") for log in tmp_path.glob("*.log"))
    assert "committed" in told
    assert [user for user, password in allowed.passwords.items() if password in told] == []
    dumped = JOBS[Component.DUMP](allowed, tmp_path)
    assert dumped.status == 0, dumped.text
    assert b"incidents.decision.v1" in (tmp_path / "log").read_bytes()


def _one_less(kafka: SecuredKafka, component: Component, right: Right, folder: Path) -> None:
    taken = binding(right, _principal(component))
    kafka.forbid(taken)
    try:
        outcome = JOBS[component](kafka, folder)
    finally:
        kafka.allow({taken})
    assert outcome.status not in (None, 0), f"{right} is not needed: {outcome.text[-1500:]}"
    assert outcome.status in (1, 2), outcome.text[-1500:]
    said = outcome.text[-3000:]
    if component is Component.SUBSCRIBER:  # a program of others, which passes the broker's words on
        assert f"{right.resource} authorization failed" in said.lower(), said
    else:
        assert right.name in said, said
        assert "right" in said, said
        assert "timelines topics acl" in said, said
    assert "Traceback" not in said, said


@pytest.mark.parametrize(("component", "right"), SAMPLE, ids=str)
def test_one_right_less_is_told_and_ends_it(
    component: Component, right: Right, allowed: SecuredKafka, tmp_path: Path
) -> None:
    _one_less(allowed, component, right, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(("component", "right"), [case for case in CASES if case not in SAMPLE], ids=str)
def test_any_right_less_is_told_and_ends_it(
    component: Component, right: Right, allowed: SecuredKafka, tmp_path: Path
) -> None:
    _one_less(allowed, component, right, tmp_path)

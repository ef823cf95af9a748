"""A login that is refused while a service runs: it ends after a while, and goes on where the refusal passes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError

from processors import gate as gate_module
from processors import service
from runtime.refusals import LOGIN_REFUSED_S, BrokerRefuses
from runtime.settings import Settings
from tests.unit.processors.test_gate import COMMAND, END, EVENT, FakeConsumer, Scripted, a_gate

REFUSED = KafkaError(KafkaError._AUTHENTICATION, "SASL authentication error")
SETTINGS = Settings(
    bootstrap_servers="127.0.0.1:9",
    security_protocol="SASL_SSL",
    sasl_username="gate",
    sasl_password="x",  # type: ignore[arg-type]  # as the environment has it
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(gate_module, "time", clock)
    monkeypatch.setattr(service, "monotonic", clock.monotonic)
    return clock


def a_refusal() -> Scripted:
    return Scripted("", -1, None, KafkaError._AUTHENTICATION)


def test_a_gate_ends_when_its_login_has_been_refused_for_a_while(clock: Clock) -> None:
    gate, _ = a_gate(FakeConsumer([a_refusal()], [a_refusal()], [a_refusal()]))
    gate._settings = SETTINGS
    gate.step()
    assert gate.trouble is not None
    clock.now += LOGIN_REFUSED_S - 1
    gate.step()
    clock.now += 2
    with pytest.raises(BrokerRefuses, match=r"TIMELINES_SASL_PASSWORD: .*USERNAME=gate"):
        gate.step()


def test_a_gate_whose_login_is_taken_again_goes_on(clock: Clock) -> None:
    gate, _ = a_gate(FakeConsumer([EVENT, END], [a_refusal()], [COMMAND], [a_refusal()]))
    gate.step()
    gate.step()
    gate.step()  # a commit that the broker takes
    clock.now += 2 * LOGIN_REFUSED_S
    gate.step()  # counts from here


def probes_of(consumer: Any) -> tuple[service.Probes, list[BaseException]]:
    failures: list[BaseException] = []
    worker = SimpleNamespace(app=SimpleNamespace(consumer=consumer), settings=SETTINGS, fail=failures.append)
    nothing: Any = SimpleNamespace()
    return service.Probes(worker, nothing, nothing), failures  # type: ignore[arg-type]  # of a worker, what is asked here


def a_consumer(brokers_up: int) -> Any:
    return SimpleNamespace(
        started=True, login_refused=REFUSED, brokers_up=brokers_up, statistics={"x": 1}, statistics_at=1_000.0
    )


def test_a_worker_is_not_ready_at_once_and_ends_after_a_while(clock: Clock) -> None:
    probes, failures = probes_of(a_consumer(0))
    probes._watch_login()
    assert probes.ready["broker"]() == "no connection to any broker: it refuses the login"
    clock.now += LOGIN_REFUSED_S - 1
    probes._watch_login()
    assert failures == []
    clock.now += 2
    probes._watch_login()
    assert [type(failure) for failure in failures] == [BrokerRefuses]
    assert "TIMELINES_SASL_PASSWORD" in str(failures[0])


def test_a_worker_that_another_broker_still_lets_in_goes_on(clock: Clock) -> None:
    consumer = a_consumer(1)
    probes, failures = probes_of(consumer)
    probes._watch_login()
    clock.now += 2 * LOGIN_REFUSED_S
    probes._watch_login()
    assert failures == []
    assert consumer.login_refused is None

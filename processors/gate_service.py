"""The gate as a process: checks before it begins, health while it runs, an exit status that says how it ended."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Mapping
from typing import Final

import structlog
from confluent_kafka import KafkaException

from processors.gate import Gate, NotAppended, gate_clients
from runtime.clients import check_reachable, new_admin
from runtime.health import Check, HealthServer, problems
from runtime.leaving import DidNotLeave
from runtime.login_watch import LoginWatch
from runtime.refusals import BrokerRefuses, hint
from runtime.settings import Settings
from runtime.topic_admin import equal_partitions
from schemas.topics import COMMANDS, EVENTS, REJECTED

log = structlog.stdlib.get_logger("timelines.gate")

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
#: from a signal to leaving whatever still hangs: what a gate may take to leave, and less than docker-compose.yml waits
_STOP_S: Final = 18.0
#: a step may wait for the broker for so long before something is wrong with the process itself
_DEAD_S: Final = 150.0
_LATE_S: Final = 15.0
_SUSPECT_S: Final = 3.0


def run_gate(settings: Settings) -> int:
    """Blocks until SIGTERM, SIGINT or a failure; answers the exit status: 0 after a signal, 1 after a failure.

    Raises BrokerUnreachable, SettingsError, TopicsError and OSError (health port taken) before anything has begun.
    """
    check_reachable(settings)
    partitions = equal_partitions(new_admin(settings), [EVENTS, COMMANDS, REJECTED])
    consumer, producer = gate_clients(settings)
    gate = Gate(consumer, producer, settings, partitions=partitions)
    probes = GateProbes(gate)
    health = HealthServer(
        settings.health_host, settings.health_port, live=probes.live, ready=probes.ready, metrics=probes.render
    )
    told = threading.Event()
    _hear_signals(told)
    health.start()
    log.info("starting", app_id=settings.app_id, log_partitions=partitions, health_port=health.port)
    login = LoginWatch(settings, suspects=probes.suspects_login, on_refused=_leave)
    login.start()
    try:
        return _turn(gate, told)
    finally:
        login.stop()
        health.stop()


def _hear_signals(told: threading.Event) -> None:
    """In a thread: Python's handlers wait for the call that the gate is in, and with a frozen broker, or a network that
    swallows everything, a commit does not come back for minutes.
    """

    def hear() -> None:
        signal.sigwait(_SIGNALS)
        told.set()
        time.sleep(_STOP_S)
        log.error("stopped_hard", after_seconds=_STOP_S)
        _exit()

    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    threading.Thread(target=hear, daemon=True, name="signals").start()


def _leave(why: str) -> None:
    log.error("failed", why=why)
    _exit()


def _exit() -> None:
    """The gate may wait for the broker in a call that does not come back: nothing softer than this ends it.

    What it had not committed is done again by the next one, and known again.
    """
    logging.shutdown()
    os._exit(1)


def _turn(gate: Gate, told: threading.Event) -> int:
    status = 0
    try:
        gate.start()
        while not told.is_set():
            gate.step()
    except (NotAppended, BrokerRefuses, KafkaException) as error:
        log.error("failed", why=_why(error))
        status = 1
    finally:
        try:
            gate.stop()
        except (KafkaException, DidNotLeave) as error:
            log.warning("not_left_in_order", why=_why(error))
    log.info("stopped")
    return status


def _why(error: Exception) -> str:
    return f"{error.args[0].str()}{hint(error.args[0])}" if isinstance(error, KafkaException) else str(error)


class GateProbes:
    """What /live, /ready and /metrics answer. Called in threads of the health server."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.live: Mapping[str, Check] = {"loop": lambda: self._turns(_DEAD_S)}
        self.ready: Mapping[str, Check] = {
            "turns": lambda: self._turns(_LATE_S),
            "assignment": lambda: None if gate.is_ready else "the log is being read, or partitions are handed out",
            "broker": lambda: gate.trouble,
        }

    def render(self) -> bytes:
        self._gate.metrics.ready.set(not problems({**self.live, **self.ready}))
        return self._gate.metrics.render()

    def suspects_login(self) -> bool:
        """Whether the login may be refused: since the last commit there was trouble, a turn does not end, or the gate
        has no share: without one it asks nothing of the broker, and hears nothing."""
        gate = self._gate
        return gate.trouble is not None or not gate.has_share or self._turns(_SUSPECT_S) is not None

    def _turns(self, most_s: float) -> str | None:
        age = time.monotonic() - self._gate.turned_at
        return f"the gate has not come round for {age:.0f} s" if age > most_s else None

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from runtime.health import Check, HealthServer, problems


class Service:
    def __init__(self) -> None:
        self.loop: str | None = None
        self.assignment: str | None = None
        self.live: dict[str, Check] = {"loop": lambda: self.loop}
        self.ready: dict[str, Check] = {"assignment": lambda: self.assignment}
        self.server = HealthServer("127.0.0.1", 0, live=self.live, ready=self.ready, metrics=lambda: b"x 1\n")

    def get(self, page: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.port}{page}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    service.server.start()
    yield service
    service.server.stop()


def test_all_is_well(service: Service) -> None:
    assert service.get("/live") == (200, '{"live": true, "problems": {}}\n')
    assert service.get("/ready")[0] == 200
    assert service.get("/metrics") == (200, "x 1\n")


def test_what_is_missing_for_readiness_is_named_and_does_not_touch_liveness(service: Service) -> None:
    service.assignment = "no assignment yet"
    status, text = service.get("/ready")
    assert (status, json.loads(text)["problems"]) == (503, {"assignment": "no assignment yet"})
    assert service.get("/live")[0] == 200


def test_what_is_not_alive_is_not_ready_either(service: Service) -> None:
    service.loop = "the event loop has not turned for 31 s"
    assert service.get("/live")[0] == 503
    assert "loop" in json.loads(service.get("/ready")[1])["problems"]


def test_a_check_that_raises_has_failed_and_tells_nothing_of_its_insides() -> None:
    def broken() -> str | None:
        raise RuntimeError("password=hunter2")

    assert problems({"broken": broken}) == {"broken": "cannot be told: RuntimeError"}


def test_other_pages_are_not_there_and_say_which_are(service: Service) -> None:
    assert service.get("/table/secrets") == (404, "/live /ready /metrics\n")


def test_a_client_that_says_nothing_keeps_nobody_waiting(service: Service) -> None:
    silent = [socket.create_connection(("127.0.0.1", service.server.port)) for _ in range(20)]
    try:
        assert service.get("/live")[0] == 200
    finally:
        for connection in silent:
            connection.close()


def test_a_port_in_use_is_an_error_at_once(service: Service) -> None:
    with pytest.raises(OSError, match="in use"):
        HealthServer("127.0.0.1", service.server.port, live={}, ready={})

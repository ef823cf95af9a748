"""The probe of the containers' health checks, against the health server that the services run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from runtime.health import HealthServer
from runtime.probe import main

Serve = Callable[[str | None], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a health server whose readiness check says what is given; answers its port."""
    servers: list[HealthServer] = []

    def start(problem: str | None) -> int:
        servers.append(HealthServer("127.0.0.1", 0, live={}, ready={"broker": lambda: problem}))
        servers[-1].start()
        return servers[-1].port

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIMELINES_HEALTH_PORT", raising=False)
    monkeypatch.setenv("TIMELINES_HEALTH_HOST", "0.0.0.0")


def test_a_service_that_is_ready_passes(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HEALTH_PORT", str(serve(None)))
    assert main(["/ready"]) == 0


def test_one_that_lives_and_is_not_ready_says_what_is_missing(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIMELINES_HEALTH_PORT", str(serve("no connection\x1b[2J to any broker")))
    assert main(["/live"]) == 0
    assert main(["/ready"]) == 1
    said = capsys.readouterr().out
    assert "503" in said and "no connection" in said and "\x1b" not in said


def test_one_that_does_not_answer_fails(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIMELINES_HEALTH_PORT", "1")
    assert main(["/live"]) == 1
    assert "port 1 does not answer" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["/metrics"], ["/live", "/ready"]])
def test_other_questions_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "use: python -m runtime.probe /live | /ready" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["", "0", "65536", "http"])
def test_without_a_port_the_variable_is_named(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIMELINES_HEALTH_PORT", port)
    assert main(["/live"]) == 2
    assert "TIMELINES_HEALTH_PORT: must be the port" in capsys.readouterr().err

"""The ends of the state's log are asked for until brokers that come back know their leaders."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from processors import log_end, unended
from processors.log_end import LogEnd
from processors.restore import RestoreFailed
from processors.unended import end_open
from runtime.settings import load_settings

SETTINGS = load_settings({}, bootstrap_servers="127.0.0.1:9", app_id="app")


def answer_of(refusal: int | None) -> dict[int, Future[Any]]:
    """Of partition 0."""
    answer: Future[Any] = Future()
    if refusal is not None:
        answer.set_exception(KafkaException(KafkaError(refusal, "scripted")))
    else:
        answer.set_result(SimpleNamespace(offset=7))
    return {0: answer}


class Admin:
    """Remembers that it was told of leaders."""

    knows = False

    def list_topics(self, topic: str, timeout: float) -> None:
        del timeout
        self.knows = bool(topic)

    def ends(self, *_: object) -> dict[int, Future[Any]]:
        return answer_of(None if self.knows else KafkaError.FENCED_LEADER_EPOCH)


def ask_with(monkeypatch: pytest.MonkeyPatch, refusals: list[int]) -> None:
    monkeypatch.setattr(unended, "ask_ends", lambda *_: answer_of(refusals.pop(0) if refusals else None))
    monkeypatch.setattr(unended, "new_admin", lambda *_: Admin())
    writers: Any = {0: None}
    end_open(SETTINGS, writers, is_wanted=lambda: True, on_open=lambda _: None)


@pytest.mark.parametrize(
    "code",
    [KafkaError._NOENT, KafkaError.LEADER_NOT_AVAILABLE, KafkaError._TIMED_OUT, KafkaError._DESTROY_BROKER],
)
def test_brokers_without_leaders_are_asked_again(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Met in chaos: "Failed to query partition leaders: No leaders found" ended a worker while its broker came back."""
    refusals = [code, code]
    ask_with(monkeypatch, refusals)
    assert refusals == []


def test_a_refusal_that_will_not_pass_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RestoreFailed, match="the end of app-state-changelog is not told: scripted"):
        ask_with(monkeypatch, [KafkaError.TOPIC_AUTHORIZATION_FAILED])


def test_a_state_is_not_waited_for_with_leaders_of_before_the_brokers_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    admin = Admin()
    monkeypatch.setattr(unended, "ask_ends", admin.ends)
    tries: list[float] = []
    monkeypatch.setattr(unended, "sleep", tries.append)
    writers: Any = {0: None}
    monkeypatch.setattr(unended, "new_admin", lambda *_: admin)
    end_open(SETTINGS, writers, is_wanted=lambda: len(tries) < 5, on_open=lambda _: None)
    assert len(tries) == 1


def test_the_logs_end_is_known_again_after_the_brokers_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not for minutes: the lag was unknown, and a partition that stood still went unseen."""
    admin = Admin()
    monkeypatch.setattr(log_end, "ask_ends", admin.ends)
    monkeypatch.setattr(log_end, "new_admin", lambda *_: admin)
    end = LogEnd(SETTINGS, lambda: {0: 0})
    end.ask()
    assert end.of(0) is None
    end.ask()
    known = end.of(0)
    assert known is not None
    assert known[0] == 7

"""The ends of the state's log are asked for until brokers that come back know their leaders."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from processors import unended
from processors.restore import RestoreFailed
from processors.unended import end_open
from runtime.settings import load_settings

SETTINGS = load_settings({}, bootstrap_servers="127.0.0.1:9", app_id="app")


def ask_with(monkeypatch: pytest.MonkeyPatch, refusals: list[int]) -> None:
    def ask_ends(*_: Any) -> dict[int, Future[Any]]:
        answer: Future[Any] = Future()
        if refusals:
            answer.set_exception(KafkaException(KafkaError(refusals.pop(0), "scripted")))
        else:
            answer.set_result(SimpleNamespace(offset=7))
        return {0: answer}

    monkeypatch.setattr(unended, "ask_ends", ask_ends)
    monkeypatch.setattr(unended, "new_admin", lambda *_: None)
    writers: Any = {0: None}
    end_open(SETTINGS, writers, is_wanted=lambda: True, on_open=lambda _: None)


@pytest.mark.parametrize("code", [KafkaError._NOENT, KafkaError.LEADER_NOT_AVAILABLE, KafkaError._TIMED_OUT])
def test_brokers_without_leaders_are_asked_again(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Met in chaos: "Failed to query partition leaders: No leaders found" ended a worker while its broker came back."""
    refusals = [code, code]
    ask_with(monkeypatch, refusals)
    assert refusals == []


def test_a_refusal_that_will_not_pass_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RestoreFailed, match="the end of app-state-changelog is not told: scripted"):
        ask_with(monkeypatch, [KafkaError.TOPIC_AUTHORIZATION_FAILED])

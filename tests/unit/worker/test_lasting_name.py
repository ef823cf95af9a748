"""TIMELINES_INSTANCE_ID: what is taken for a lasting name, and that it reaches Kafka's group."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.stand_in_core import cores_of
from faust_confluent.options import consumer_config
from processors.worker import build_worker
from runtime.settings import Settings, SettingsError, load_settings

VARIABLE = "TIMELINES_INSTANCE_ID"


def settings_of(name: str | None) -> Settings:
    given = {} if name is None else {VARIABLE: name}
    return load_settings(given, bootstrap_servers="127.0.0.1:9", app_id="app")


def group_settings_of(name: str | None) -> dict[str, object]:
    worker = build_worker(settings_of(name), cores_of("events", 0.0), partitions=1)
    transport: Any = worker.app.transport
    worker.close()
    return consumer_config(worker.app, transport.url, transport.options)


@pytest.mark.parametrize("name", ["worker-0", "a", "timelines.worker_3", "x" * 200])
def test_a_name_of_letters_digits_and_three_marks_is_taken(name: str) -> None:
    assert settings_of(name).instance_id == name


@pytest.mark.parametrize("name", ["two words", "ä", "a/b", "x" * 201, "$(hostname)"])
def test_any_other_name_is_refused_by_the_name_of_the_variable(name: str) -> None:
    with pytest.raises(SettingsError, match=VARIABLE):
        settings_of(name)


@pytest.mark.parametrize("name", [None, ""])
def test_without_one_the_worker_is_a_member_like_any_other(name: str | None) -> None:
    assert settings_of(name).instance_id is None
    assert "group.instance.id" not in group_settings_of(name)


def test_the_name_is_that_of_the_member_in_its_group() -> None:
    assert group_settings_of("worker-0")["group.instance.id"] == "worker-0"


def test_an_empty_name_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As docker-compose gives it where nobody gave one; read from the process, not from a mapping."""
    monkeypatch.setenv("TIMELINES_INSTANCE_ID", "")
    assert load_settings().instance_id is None

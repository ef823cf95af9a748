"""`timelines topics` on Apache Kafka."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from runtime.clients import new_admin
from runtime.settings import Settings
from runtime.topic_admin import Outcome, create_topics, describe_topics, differences
from schemas.topics import EVENTS, changelog_topic

pytestmark = pytest.mark.kafka


def test_topics_are_made_once_and_are_then_as_they_must_be(kafka_settings: Settings) -> None:
    settings = kafka_settings.model_copy(update={"app_id": f"app-{uuid4()}"})
    admin = new_admin(settings)
    made = {one.topic: one.outcome for one in create_topics(admin, settings)}
    assert made[changelog_topic(settings.app_id)] is Outcome.CREATED
    assert Outcome.FAILED not in made.values()
    assert {one.outcome for one in create_topics(admin, settings)} == {Outcome.EXISTS}
    assert [str(one) for one in differences(describe_topics(admin, settings), settings)] == []


def test_a_setting_that_was_changed_is_found(kafka_settings: Settings) -> None:
    settings = kafka_settings.model_copy(update={"app_id": f"app-{uuid4()}"})
    admin = new_admin(settings)
    create_topics(admin, settings)
    state = changelog_topic(settings.app_id)
    change = ConfigEntry("cleanup.policy", "delete", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, state, incremental_configs=[change])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(10)
    deadline = time.monotonic() + 20
    while not (found := differences(describe_topics(admin, settings), settings)) and time.monotonic() < deadline:
        time.sleep(0.05)  # the broker has taken the change, and hears of it itself a little later
    (difference,) = found
    assert (difference.topic, difference.setting, difference.found) == (state, "cleanup.policy", "delete")


def test_too_few_brokers_are_told(kafka_settings: Settings) -> None:
    settings = kafka_settings.model_copy(update={"app_id": f"app-{uuid4()}", "replication_factor": 3})
    made = {one.topic: one for one in create_topics(new_admin(settings), settings)}
    assert "fewer brokers" in made[changelog_topic(settings.app_id)].why
    assert made[EVENTS].outcome in (Outcome.EXISTS, Outcome.FAILED)

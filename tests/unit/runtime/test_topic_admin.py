"""The topics on a broker against the registry. The broker is a fake one: AdminClient's answers as values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from runtime.settings import Settings, SettingsError
from runtime.topic_admin import (
    Found,
    Made,
    Outcome,
    TopicsError,
    create_topics,
    describe_topics,
    differences,
    needed_topics,
    wanted_config,
)
from schemas.topics import EVENTS, REJECTED, TIMELINES


@dataclass(slots=True)
class FakeAdmin:
    """A broker with these topics: name -> (partitions, replicas). refuses: name -> code of the refusal."""

    topics: dict[str, tuple[int, int]] = field(default_factory=dict)
    cluster: str = "a-real-one"
    refuses: dict[str, int] = field(default_factory=dict)
    configs: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)

    def list_topics(self, topic: str | None = None, timeout: float = 0) -> Any:
        return SimpleNamespace(
            cluster_id=self.cluster,
            topics={
                name: SimpleNamespace(
                    partitions={n: SimpleNamespace(replicas=[*range(replicas)]) for n in range(count)}
                )
                for name, (count, replicas) in self.topics.items()
            },
        )

    def create_topics(self, topics: list[Any], request_timeout: float) -> dict[str, Any]:
        self.asked += topics
        self.topics |= {
            t.topic: (t.num_partitions, t.replication_factor) for t in topics if t.topic not in self.refuses
        }
        return {topic.topic: self._answer(topic.topic) for topic in topics}

    def describe_configs(self, resources: list[Any], request_timeout: float) -> dict[Any, Any]:
        return {
            resource: self._answer(
                resource.name,
                {name: SimpleNamespace(name=name, value=value) for name, value in self.configs[resource.name].items()},
            )
            for resource in resources
        }

    def _answer(self, name: str, value: Any = None) -> Any:
        def result() -> Any:
            if name in self.refuses:
                raise KafkaException(KafkaError(self.refuses[name]))
            return value

        return SimpleNamespace(result=result)


SETTINGS = Settings(partitions=3)
NAMES = [topic.name for topic in needed_topics(SETTINGS)]


def a_good_broker() -> FakeAdmin:
    return FakeAdmin(
        topics=dict.fromkeys(NAMES, (3, 1)),
        configs={topic.name: wanted_config(topic, SETTINGS) for topic in needed_topics(SETTINGS)},
    )


def found_in(admin: FakeAdmin) -> list[Found]:
    return describe_topics(admin, SETTINGS)


def made_by(admin: FakeAdmin, settings: Settings = SETTINGS) -> list[Made]:
    return create_topics(admin, settings)


def test_what_is_missing_is_made_as_the_registry_has_it() -> None:
    admin = FakeAdmin(topics={EVENTS: (3, 1)})
    made = made_by(admin, Settings(partitions=3, replication_factor=3, min_insync_replicas=2))
    assert [one.topic for one in made] == NAMES
    assert {one.topic: one.outcome for one in made} == {
        name: Outcome.EXISTS if name == EVENTS else Outcome.CREATED for name in NAMES
    }
    asked = {topic.topic: topic for topic in admin.asked}
    assert EVENTS not in asked
    assert (asked[TIMELINES].num_partitions, asked[TIMELINES].replication_factor) == (3, 3)
    assert asked[TIMELINES].config["cleanup.policy"] == "compact"
    assert asked[TIMELINES].config["min.insync.replicas"] == "2"
    assert asked[REJECTED].config["retention.ms"] == str(90 * 24 * 3600 * 1000)


def test_making_them_twice_makes_nothing() -> None:
    admin = a_good_broker()
    assert {one.outcome for one in made_by(admin)} == {Outcome.EXISTS}
    assert not admin.asked


def test_another_who_makes_them_at_the_same_time_is_no_failure() -> None:
    made = made_by(FakeAdmin(refuses={EVENTS: KafkaError.TOPIC_ALREADY_EXISTS}))
    assert made[0] == Made(EVENTS, Outcome.EXISTS)


def test_too_few_brokers_for_the_copies_is_told_with_the_setting() -> None:
    made = made_by(FakeAdmin(refuses={EVENTS: KafkaError.INVALID_REPLICATION_FACTOR}), Settings(replication_factor=3))
    assert made[0].outcome is Outcome.FAILED
    assert "fewer brokers than TIMELINES_REPLICATION_FACTOR=3" in made[0].why
    assert {one.outcome for one in made[1:]} == {Outcome.CREATED}


def test_more_copies_in_sync_than_copies_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"TIMELINES_MIN_INSYNC_REPLICAS: is 2, more than TIMELINES_REPLICATION_FA"):
        made_by(FakeAdmin(), Settings(min_insync_replicas=2))


def test_the_embedded_broker_is_asked_for_nothing() -> None:
    admin = FakeAdmin(cluster="mockCluster7f", topics=dict.fromkeys(NAMES[:-1], (3, 1)))
    made = made_by(admin)
    assert [one.outcome for one in made] == [Outcome.EXISTS] * (len(NAMES) - 1) + [Outcome.FAILED]
    assert "makes no topics for clients" in made[-1].why
    assert not admin.asked
    assert not differences(found_in(replace(admin, topics=dict.fromkeys(NAMES, (3, 1)))), SETTINGS)


def test_a_broker_as_it_must_be_has_no_differences() -> None:
    assert differences(found_in(a_good_broker()), SETTINGS) == []


@pytest.mark.parametrize(
    ("place", "setting", "value", "remedy"),
    [
        ((4, 1), "partitions", "4", "set TIMELINES_PARTITIONS=4"),
        (None, "partitions", "missing", "run `timelines topics create`"),
        ((3, 0), "replicas", "0", "kafka-reassign-partitions.sh"),
    ],
)
def test_each_difference_in_place_is_named_with_its_remedy(
    place: tuple[int, int] | None, setting: str, value: str, remedy: str
) -> None:
    admin = a_good_broker()
    if place is None:
        del admin.topics[TIMELINES]
    else:
        admin.topics[TIMELINES] = place
    (difference,) = differences(found_in(admin), SETTINGS)
    assert (difference.topic, difference.setting, difference.found) == (TIMELINES, setting, value)
    assert remedy in difference.remedy


@pytest.mark.parametrize(
    ("topic", "setting", "value"),
    [
        (TIMELINES, "cleanup.policy", "delete"),
        (TIMELINES, "min.cleanable.dirty.ratio", "0.5"),
        (EVENTS, "retention.ms", "604800000"),
        (REJECTED, "retention.ms", "1000"),
        (EVENTS, "max.message.bytes", "100000"),
        (EVENTS, "min.insync.replicas", "0"),
    ],
)
def test_each_setting_that_differs_is_named_with_the_command_that_mends_it(
    topic: str, setting: str, value: str
) -> None:
    admin = a_good_broker()
    admin.configs[topic] = {**admin.configs[topic], setting: value}
    (difference,) = differences(found_in(admin), SETTINGS)
    assert (difference.topic, difference.setting, difference.found) == (topic, setting, value)
    assert f"--entity-name {topic} --add-config {setting}={difference.wanted}" in difference.remedy


@pytest.mark.parametrize(
    ("topic", "setting", "value"),
    [
        (REJECTED, "retention.ms", "-1"),
        (REJECTED, "retention.ms", "99999999999999"),
        (EVENTS, "max.message.bytes", "10000000"),
        (TIMELINES, "min.cleanable.dirty.ratio", "0.20"),
    ],
)
def test_what_is_better_than_asked_is_no_difference(topic: str, setting: str, value: str) -> None:
    admin = a_good_broker()
    admin.configs[topic] = {**admin.configs[topic], setting: value}
    assert differences(found_in(admin), SETTINGS) == []


def test_settings_that_may_not_be_read_are_told_with_the_right_that_is_missing() -> None:
    admin = a_good_broker()
    admin.refuses[EVENTS] = KafkaError.TOPIC_AUTHORIZATION_FAILED
    with pytest.raises(TopicsError, match="DESCRIBE_CONFIGS"):
        found_in(admin)


def test_every_app_has_a_state_topic_of_its_own() -> None:
    assert needed_topics(Settings(app_id="shadow"))[-1].name == "shadow-state-changelog"
    assert needed_topics(Settings(app_id="shadow"))[-1].cleanup == "compact"

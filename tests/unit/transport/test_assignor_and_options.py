from __future__ import annotations

import ssl

import faust
import pytest
from faust.exceptions import ImproperlyConfigured
from faust.types import TP
from yarl import URL

from faust_confluent import SCHEME, Assignor, Options, configure
from faust_confluent.options import consumer_config, producer_config, security_config, servers

COUNTS = {"a": 4, "b": 4, "odd": 3, "app-t-changelog": 4, "app-odd-changelog": 3}


def an_app(**settings: object) -> faust.App:
    given = {"broker": f"{SCHEME}://h1:1;h2:2", "store": "memory://", "autodiscover": False, **settings}
    return faust.App("app", **given)


def tps(topic: str, *numbers: int) -> set[TP]:
    return {TP(topic, number) for number in numbers}


def test_a_changelog_partition_is_active_where_its_source_partition_is() -> None:
    assignor = Assignor(an_app())
    actives, standbys = assignor.derive(tps("a", 1, 3), ["app-t-changelog"], COUNTS.__getitem__)
    assert (actives, standbys) == (tps("app-t-changelog", 1, 3), set())
    assert assignor.assigned_actives() == tps("a", 1, 3) | tps("app-t-changelog", 1, 3)


def test_sources_with_another_number_of_partitions_do_not_make_it_active() -> None:
    assignor = Assignor(an_app())
    actives, _ = assignor.derive(tps("odd", 2), ["app-t-changelog", "app-odd-changelog"], COUNTS.__getitem__)
    assert actives == tps("app-odd-changelog", 2)


def test_the_others_stand_by_where_standbys_are_wanted() -> None:
    assignor = Assignor(an_app(), replicas=1)
    _, standbys = assignor.derive(tps("a", 0), ["app-t-changelog"], COUNTS.__getitem__)
    assert standbys == tps("app-t-changelog", 1, 2, 3)
    assert assignor.is_standby(TP("app-t-changelog", 2))
    assert not assignor.is_active(TP("app-t-changelog", 2))


def test_without_changelogs_nobody_is_asked_for_numbers_of_partitions() -> None:
    def unasked(topic: str) -> int:
        raise AssertionError(topic)

    assert Assignor(an_app()).derive(tps("a", 0), [], unasked) == (set(), set())


def test_a_new_assignment_replaces_the_old_one() -> None:
    assignor = Assignor(an_app())
    assignor.derive(tps("a", 0, 1), [], COUNTS.__getitem__)
    assignor.derive(tps("a", 2), [], COUNTS.__getitem__)
    assert assignor.assigned_actives() == tps("a", 2)


def test_what_must_not_be_changed_goes_before_the_options() -> None:
    options = Options({"enable.auto.commit": True, "enable.partition.eof": False, "fetch.wait.max.ms": 7})
    config = consumer_config(an_app(), [URL("rdkafka://h1:1")], options)
    assert (config["enable.auto.commit"], config["enable.partition.eof"]) == (False, True)
    assert config["fetch.wait.max.ms"] == 7
    assert config["isolation.level"] == "read_committed"


def test_the_broker_gathers_records_for_as_long_as_one_says() -> None:
    config = consumer_config(an_app(), [URL("rdkafka://h1:1")], Options(coalesce_s=0.02))
    assert (config["fetch.wait.max.ms"], config["fetch.min.bytes"]) == (20, 512 * 1024)
    config = consumer_config(an_app(), [URL("rdkafka://h1:1")], Options())
    assert "fetch.min.bytes" not in config


def test_the_broker_does_not_wait_for_more_than_one_partition_can_give() -> None:
    """Else each fetch of a single backlog would wait out its time."""
    app = an_app(consumer_max_fetch_size=100_000)
    config = consumer_config(app, [URL("rdkafka://h1:1")], Options(coalesce_s=0.02))
    assert config["fetch.min.bytes"] == 50_000


def test_faust_s_settings_arrive_in_librdkafka_s_words() -> None:
    app = an_app(
        broker_session_timeout=9.0, broker_heartbeat_interval=2.0, broker_max_poll_interval=100.0,
        consumer_group_instance_id="me", consumer_auto_offset_reset="latest", producer_linger=0.02,
        producer_compression_type="zstd",
    )  # fmt: skip
    config = consumer_config(app, [URL("rdkafka://h1:1"), URL("rdkafka://h2")], Options())
    assert config["bootstrap.servers"] == "h1:1,h2:9092"
    assert (config["session.timeout.ms"], config["heartbeat.interval.ms"]) == (9_000, 2_000)
    assert (config["max.poll.interval.ms"], config["group.instance.id"]) == (100_000, "me")
    assert config["auto.offset.reset"] == "latest"
    sending = producer_config(app, [URL("rdkafka://h1:1")], Options())
    assert (sending["linger.ms"], sending["compression.type"], sending["enable.idempotence"]) == (20, "zstd", True)


def test_a_producer_that_does_not_wait_for_all_replicas_is_not_idempotent() -> None:
    assert producer_config(an_app(producer_acks=1), [URL("rdkafka://h")], Options())["enable.idempotence"] is False


def test_names_and_passwords_are_translated() -> None:
    credentials = faust.SASLCredentials(
        username="ann", password="secret", mechanism="SCRAM-SHA-512", ssl_context=ssl.create_default_context()
    )
    assert security_config(credentials) == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "ann",
        "sasl.password": "secret",
    }
    assert security_config(None) == {}


def test_token_providers_of_aiokafka_are_refused_with_the_remedy() -> None:
    with pytest.raises(ImproperlyConfigured, match="oauth_cb"):
        security_config(faust.OAuthCredentials(oauth_cb=None))


def test_options_are_refused_on_another_transport() -> None:
    app = faust.App("app", broker="kafka://127.0.0.1", store="memory://", autodiscover=False)
    with pytest.raises(ImproperlyConfigured, match="rdkafka://"):
        configure(app, Options())


def test_addresses_without_a_port_get_kafka_s() -> None:
    assert servers([URL("rdkafka://a"), URL("rdkafka://b:1")]) == "a:9092,b:1"

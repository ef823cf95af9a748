"""`partition_of` against librdkafka itself, on the broker inside it."""

from __future__ import annotations

import string

import pytest
from confluent_kafka import KafkaError, Message, Producer

from schemas.regions import ALL_REGIONS, partition_of

#: lengths 1 to 64 reach every tail of the hash; bytes above 127 show that it is unsigned
_KEYS = [
    *ALL_REGIONS,
    *(string.ascii_letters[:length] for length in range(1, 40)),
    "Багдад",
    "بغداد",
    "ÿ" * 7,
    "🕊",
    "x" * 1000,
]


#: what the embedded broker gives every topic, and cannot be told otherwise
_MOCK_PARTITIONS = 4


@pytest.mark.broker
def test_a_key_falls_into_the_partition_that_librdkafka_gives_it() -> None:
    given: dict[str, int] = {}

    def note(error: KafkaError | None, message: Message) -> None:
        assert error is None, error
        given[message.key().decode()] = message.partition()

    producer = Producer(
        {
            "bootstrap.servers": "embedded",
            "test.mock.num.brokers": 1,
            "partitioner": "murmur2_random",
            "log_level": 3,
        }
    )
    for key in _KEYS:
        producer.produce("keys", key=key.encode(), value=b"v", on_delivery=note)
    assert producer.flush(20) == 0
    assert len(producer.list_topics("keys", timeout=10).topics["keys"].partitions) == _MOCK_PARTITIONS
    assert given == {key: partition_of(key, _MOCK_PARTITIONS) for key in _KEYS}


@pytest.mark.parametrize(
    ("key", "hashed"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_every_bit_of_the_hash_is_that_of_kafkas_java_client(key: str, hashed: int) -> None:
    # the vectors of Kafka's own tests, signed as Java has them; the partitioner drops the sign
    assert partition_of(key, 2**31) == hashed & 0x7FFFFFFF

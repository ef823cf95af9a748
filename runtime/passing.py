"""What passes by itself: a broker restarts, a leader moves, a broker leaves the cluster."""

from __future__ import annotations

from typing import Final

from confluent_kafka import KafkaError

_PASSING: Final = frozenset(
    {
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError._RESOLVE,
        # the broker asked is no longer among those that the cluster names: others are, or it will be again
        KafkaError._DESTROY_BROKER,
        # what brokers answer while they come back and choose leaders; librdkafka does not call all of these retriable
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.NOT_COORDINATOR,
        KafkaError._WAIT_COORD,
        KafkaError._NOENT,  # "No leaders found", of a question for the ends of partitions
    }
)


def is_passing(error: KafkaError) -> bool:
    """Whether the same question may well be answered a moment later."""
    return error.retriable() or error.code() in _PASSING


__all__ = ["is_passing"]

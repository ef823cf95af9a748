"""The poll thread's rounds, with a consumer whose rebalance callback may come in the middle of one, as librdkafka's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from faust_confluent.poller import Poller


class Record:
    """What the poller asks of a message."""

    def __init__(self, partition: int, offset: int) -> None:
        self.place, self.at = ("reports", partition), offset

    def topic(self) -> str:
        return self.place[0]

    def partition(self) -> int:
        return self.place[1]

    def offset(self) -> int:
        return self.at

    def error(self) -> None:
        return None

    def __len__(self) -> int:
        return 1


class Client:
    """A librdkafka consumer that answers what it is given, and calls back between `poll` and the end of `consume`."""

    def __init__(self, first: Record, rest: list[Record], callback: Callable[[], None] | None = None) -> None:
        self.first, self.rest, self.callback = first, rest, callback

    def poll(self, timeout: float) -> Record:
        return self.first

    def consume(self, most: int, timeout: float) -> list[Record]:
        if self.callback is not None:
            self.callback()
        return self.rest

    def get_watermark_offsets(self, place: object, *, cached: bool) -> tuple[int, int]:
        return (0, 9)


class Owner:
    def on_fetch(self) -> None:
        pass


def poller_of(client: Any) -> Poller:
    return Poller(client, Owner(), max_records=10)


def offsets(records: list[Message]) -> list[int | None]:
    return [record.offset() for record in records]


def test_a_round_gives_what_was_polled_and_what_came_meanwhile() -> None:
    poller = poller_of(Client(Record(1, 4), [Record(1, 5), Record(2, 7)]))
    poller._round()
    fetch = poller.take()
    assert fetch is not None
    found = {place: offsets(run) for place, run in fetch.records.items()}
    assert found == {("reports", 1): [4, 5], ("reports", 2): [7]}


def test_what_was_polled_before_a_rebalance_in_the_same_round_is_void() -> None:
    """Else it passed for a fetch of the new assignment, also where that has not the partition at all."""

    def rebalanced() -> None:
        done = iter((False, True, True))
        poller.serve_until(lambda: next(done))
        poller.forget()

    poller = poller_of(Client(Record(1, 4), [Record(1, 5)], rebalanced))
    poller._round()
    assert poller.take() is None


def test_a_callback_serves_commands_but_lets_nothing_flow_before_the_round_is_over() -> None:
    done: list[str] = []
    seen: list[list[str]] = []

    def rebalanced() -> None:
        poller.submit(lambda consumer: done.append("resume"), flows=True)
        poller.submit(lambda consumer: done.append("seek"))
        poller.submit(lambda consumer: done.append("resume more"), flows=True)
        poller.serve_until(lambda: "seek" in done)
        seen.append(list(done))

    client = Client(Record(1, 4), [], rebalanced)
    poller = poller_of(client)
    poller._round()
    client.callback = None
    poller.submit(lambda consumer: done.append("pause"))
    poller._round()
    assert seen == [["seek"]]
    assert done == ["seek", "resume", "resume more", "pause"]
    assert poller.take() is not None


class Seeking:
    """A consumer that holds some partitions and, as librdkafka does, refuses to seek in all others."""

    def __init__(self, *held: tuple[str, int], refuses: Iterable[int] = ()) -> None:
        self.held = held
        self.refuses = list(refuses)
        self.sought: list[tuple[str, int, int]] = []

    def assignment(self) -> list[TopicPartition]:
        return [TopicPartition(*place) for place in self.held]

    def seek(self, at: TopicPartition) -> None:
        if (at.topic, at.partition) not in self.held:
            raise KafkaException(KafkaError(KafkaError._STATE))
        if self.refuses:
            raise KafkaException(KafkaError(self.refuses.pop(0)))
        self.sought.append((at.topic, at.partition, at.offset))


@pytest.mark.parametrize("error", [KafkaError._STATE, KafkaError._OUTDATED])
def test_a_seek_that_comes_too_early_is_tried_again(error: int) -> None:
    """The partition has no fetcher yet, or its start passed the seek on the way."""
    client: Any = Seeking(("reports", 0), refuses=[error, error])
    poller = poller_of(client)
    assert poller.seek(client, {("reports", 0): 5}) == []
    assert client.sought == [("reports", 0, 5)]


def test_a_seek_that_fails_for_another_reason_fails_at_once() -> None:
    client: Any = Seeking(("reports", 0), refuses=[KafkaError._TRANSPORT])
    with pytest.raises(KafkaException):
        poller_of(client).seek(client, {("reports", 0): 5})


def test_a_seek_that_a_rebalance_overtook_is_left_out_and_the_others_are_done() -> None:
    """Else recovery died of "Erroneous state", after two seconds in which the poll thread did nothing else."""
    client: Any = Seeking(("reports", 0), ("reports", 2))
    poller = poller_of(client)
    gone = poller.seek(client, {("reports", 0): 5, ("reports", 1): 6, ("reports", 2): 7})
    assert gone == [("reports", 1)]
    assert client.sought == [("reports", 0, 5), ("reports", 2, 7)]
    assert ("reports", 1) not in poller.valid_from

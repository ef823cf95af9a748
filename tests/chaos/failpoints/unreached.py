"""Awaits and calls in the worker's files that the scenario does not reach, and why each is let off.

By the site's name, or by that of its function with ": ". What is neither reached nor listed here fails the test: a new
await cannot hide.
Those that are marked "seldom" need a coincidence; they may be reached, and are then points like all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

_TABLES: Final = "for Faust's tables; the worker keeps its state itself"
_SENDS: Final = "for agents that send through Faust; the worker writes through its transactional producers"
_COOPERATIVE: Final = "cooperative groups; the worker's is eager"
_TOPICS: Final = "`timelines topics`, not the worker"
_ENDLESS: Final = "a broker that was frozen and lost the end of a transaction"
_NO_CLIENT: Final = "no Kafka client's method: "

UNREACHED: Final[dict[str, str]] = {
    "faust_confluent/threads.py Threads._wait_for_faust: coroutine.close()": _NO_CLIENT + "a coroutine's",
    "faust_confluent/consumer.py Consumer._assign_all: ": "client-only mode; the worker is a member of a group",
    "faust_confluent/consumer.py Consumer.on_assign: consumer.incremental_assign()": _COOPERATIVE,
    "faust_confluent/consumer.py Consumer._take_up: consumer.incremental_unassign()": _COOPERATIVE,
    "faust_confluent/consumer.py Consumer._take_up: consumer.incremental_assign()": _COOPERATIVE,
    "faust_confluent/consumer.py Consumer._fetch_again.seek: ": "seldom: a partition paused behind a fetch",
    "faust_confluent/consumer.py Consumer.create_topic: ": "the worker's app declares no topics",
    "faust_confluent/offsets.py Offsets.position: ": _TABLES,
    "faust_confluent/offsets.py Offsets.earliest_offsets: ": _TABLES,
    "faust_confluent/offsets.py Offsets.highwaters: ": _TABLES,
    "faust_confluent/offsets.py Offsets._marks: ": _TABLES,
    "faust_confluent/offsets.py Offsets.seek_wait: ": _TABLES,
    "faust_confluent/offsets.py Offsets._seek: ": _TABLES,
    "faust_confluent/offsets.py Offsets.seek_to_committed: await self._in_poller": "the worker says where all begin",
    "faust_confluent/offsets.py Offsets.seek_to_committed: consumer.committed()": "the worker says where all begin",
    "faust_confluent/offsets.py Offsets._count: ": _TABLES,
    "faust_confluent/delivery.py Delivery._getmany: ": "Faust's own loop over fetches, which the transport replaces",
    "faust_confluent/delivery.py Delivery._drain: await fetcher.wait": "seldom: a fetch that arrives in a rebalance",
    "faust_confluent/delivery.py Delivery._drain: await asyncio.sleep": "more bytes in hand than a worker may hold",
    "faust_confluent/delivery.py Delivery._drain: await self.commit": "commits by number of events; not set",
    "faust_confluent/delivery.py Delivery._drain: self.commit()": "commits by number of events; not set",
    "faust_confluent/delivery.py Delivery._deliver_place: await self._deliver_each": "an agent per event",
    "faust_confluent/delivery.py Delivery._deliver_each: ": "an agent per event; the worker takes batches",
    "faust_confluent/delivery.py Delivery._hand_over: await self.wait_first": "seldom: a stream whose queue is full",
    "faust_confluent/producer.py Producer._tick: ": _SENDS,
    "faust_confluent/producer.py Producer.send: ": _SENDS,
    "faust_confluent/producer.py Producer.send_and_wait: ": _SENDS,
    "faust_confluent/producer.py Producer.flush: ": _SENDS,
    "faust_confluent/producer.py Producer.key_partition: ": _SENDS,
    "faust_confluent/producer.py Producer.create_topic: ": "the worker's app declares no topics",
    "faust_confluent/transactions.py TransactionalWriter._send: self._producer.poll()": (
        "librdkafka's queue of 100,000 records is full: a batch is bounded far below that"
    ),
    "faust_confluent/transactions.py TransactionalWriter.abort_open: ": _ENDLESS,
    "processors/transaction.py PartitionWriter._broker_answers: ": "a transaction without an answer for a minute",
    "processors/unended.py _begins_with: ": _ENDLESS,
    "processors/seen.py _last_updates: ": _ENDLESS,
    "processors/seen.py _written: ": _ENDLESS,
    "processors/lane.py Lane.finished: ": "seldom: a transaction in flight when the partition goes",
    "processors/lane.py Lane.take: ": "seldom: a batch that waits behind another",
    "processors/lane.py Lane._wait_for_room: ": "seldom: a batch that waits behind another",
    "processors/lane.py Lane._fail: self.close()": _NO_CLIENT + "the lane's own",
    "runtime/clients.py _readable: ": _NO_CLIENT + "a file's",
    "runtime/clients.py ask_marks: consumer.list_topics()": "seldom: a broker that came back and led nothing yet",
    "runtime/clients.py ask_marks: consumer.get_watermark_offsets() (2)": "seldom: the same",
    "runtime/clients.py check_reachable: probe.poll()": "no broker at all; nothing has begun",
    "processors/service.py _serve: loop.call_soon_threadsafe()": "a refused login; the worker is ending",
    "processors/service.py _serve: loop.call_soon_threadsafe() (2)": "a log that was made anew; the worker is ending",
    "runtime/clients.py learn_leaders: ": "seldom: a broker that was restarted",
    "processors/watch.py Watch._see_it_end: self._loop.call_soon_threadsafe()": "a core that does not come back",
    "runtime/refusals.py why_missing: ": "words for a topic that is missing; the worker is ending",
    "runtime/topic_admin.py is_embedded: ": _TOPICS,
    "runtime/topic_admin.py create_topics: ": _TOPICS,
    "runtime/topic_admin.py describe_topics: ": _TOPICS,
    "runtime/topic_admin.py _configs: ": _TOPICS,
    "runtime/topic_admin.py _wait_until_known: ": _TOPICS,
}


def _fits(entry: str, site: str) -> bool:
    return site.startswith(entry) if entry.endswith(": ") else site == entry


def unexplained(sites: Iterable[str], reached: Set[str], foreign: Set[str]) -> list[str]:
    """Sites that were not reached and are not in the list. foreign: reached, and no call of a Kafka client."""
    left = [site for site in sites if site not in reached and site not in foreign]
    return [site for site in left if not any(_fits(entry, site) for entry in UNREACHED)]


def stale(sites: Iterable[str]) -> list[str]:
    """Entries of the list that fit no site any more."""
    names = list(sites)
    return [entry for entry in UNREACHED if not any(_fits(entry, name) for name in names)]


__all__ = ["UNREACHED", "stale", "unexplained"]

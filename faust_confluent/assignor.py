"""Which partitions are active and which stand by, derived from what librdkafka's group assigned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from faust.types import TP, AppT
from faust.types.assignor import HostToPartitionMap, PartitionAssignorT, TopicToPartitionMap
from yarl import URL


class Assignor(PartitionAssignorT):
    """Answers what Faust asks of `app.assignor`.

    Faust's own assignor is a protocol of the group that only aiokafka can speak. Here the group assigns the source
    topics alone, and the rest follows: partition p of a changelog is active where partition p of a source with the
    same number of partitions is; where standbys are wanted (`table_standby_replicas`), every other worker stands
    by for it. A global table is restored and followed whole by every worker.

    The workers of an app subscribe to the same topics; only the topic of replies is a worker's own, and says nothing
    about tables.

    Not known here: what the other workers have. `key_store` answers with this worker's own address, so Faust's
    routing of web requests between workers does not work on this transport.
    """

    def __init__(self, app: AppT, replicas: int = 0) -> None:
        self.app = app
        self.replicas = replicas
        self._actives: set[TP] = set()
        self._standbys: set[TP] = set()
        self._groups: dict[str, int] = {}
        self._changelogs: TopicToPartitionMap = {}
        self._sources: TopicToPartitionMap = {}

    def derive(
        self, sources: Collection[TP], changelogs: Collection[str], count_of: Callable[[str], int]
    ) -> tuple[set[TP], set[TP]]:
        """Take up an assignment; answers the active and the standby partitions of the changelogs.

        count_of: number of partitions of a topic
        """
        numbers: dict[int, set[int]] = defaultdict(set)
        if changelogs:
            for source in sources:
                if source.topic != self.app.conf.reply_to:
                    numbers[count_of(source.topic)].add(source.partition)
        global_tables = {
            table.changelog_topic.get_topic_name(): table for table in self.app.tables.values() if table.is_global
        }
        actives: set[TP] = set()
        standbys: set[TP] = set()
        for topic in changelogs:
            count = count_of(topic)
            mine = numbers[count]
            actives |= {TP(topic, number) for number in mine}
            if (table := global_tables.get(topic)) is not None:
                # As Faust has it: everything is restored before the first event, and what other workers write comes
                # by standing by. A writer that chooses partitions freely must hear of its own active ones, too.
                everything = {TP(topic, number) for number in range(count)}
                hears_all = table.synchronize_all_active_partitions or table.use_partitioner
                standbys |= everything if hears_all else everything - actives
                actives |= everything
            elif self.replicas:
                standbys |= {TP(topic, number) for number in range(count) if number not in mine}
        self._actives = set(sources) | actives
        self._standbys = standbys
        topics = sorted({source.topic for source in sources} | set(changelogs))
        self._groups = {topic: group for group, topic in enumerate(topics)}
        self._changelogs = _by_topic(actives)
        self._sources = _by_topic(sources)
        return actives, standbys

    def assigned_actives(self) -> set[TP]:
        return self._actives

    def assigned_standbys(self) -> set[TP]:
        return self._standbys

    def is_active(self, tp: TP) -> bool:
        return tp in self._actives

    def is_standby(self, tp: TP) -> bool:
        return tp in self._standbys

    def group_for_topic(self, topic: str) -> int:
        return self._groups.get(topic, 0)

    def table_metadata(self, topic: str) -> HostToPartitionMap:
        return {self._here(): {topic: self._changelogs.get(topic, [])}}

    def tables_metadata(self) -> HostToPartitionMap:
        return {self._here(): self._changelogs}

    def external_topics_metadata(self) -> HostToPartitionMap:
        return {self._here(): self._sources}

    def key_store(self, topic: str, key: bytes) -> URL:  # noqa: ARG002 - Faust's signature
        return URL(self._here())

    def external_key_store(self, topic: str, key: bytes) -> URL:  # noqa: ARG002 - Faust's signature
        return URL(self._here())

    def _here(self) -> str:
        return str(self.app.conf.canonical_url)


def _by_topic(tps: Iterable[TP]) -> TopicToPartitionMap:
    found: TopicToPartitionMap = {}
    for tp in sorted(tps):
        found.setdefault(tp.topic, []).append(tp.partition)
    return found

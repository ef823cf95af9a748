"""Which file of tests runs when, and in which process, where several run side by side (`make test`).

The files that share a node of Apache Kafka run one after another in one process, so that one node is started for them
and not one for each process: a node costs four seconds of CPU to start, more until it is warm, and 1.5% while it idles.
What waits for brokers and processes comes before what only computes: the end of a run is then many small files, and no
process works alone for minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xdist.scheduler import LoadFileScheduling

_INTEGRATION: Final = "tests/integration"
#: fixture of a conftest.py -> the files whose tests ask for its node
TOGETHER: Final[Mapping[str, frozenset[str]]] = {
    "own_kafka": frozenset(
        {
            "tests/chaos/test_gap.py",
            f"{_INTEGRATION}/overload/test_on_kafka.py",
            f"{_INTEGRATION}/overload/test_troubles_on_kafka.py",
            f"{_INTEGRATION}/worker/test_half_ended.py",
            f"{_INTEGRATION}/worker/test_on_kafka.py",
        }
    ),
    "kafka": frozenset(
        {
            f"{_INTEGRATION}/consumers/test_read_committed.py",
            f"{_INTEGRATION}/kafka/test_export.py",
            f"{_INTEGRATION}/kafka/test_gate.py",
            f"{_INTEGRATION}/kafka/test_one_node.py",
            f"{_INTEGRATION}/kafka/test_topics.py",
            f"{_INTEGRATION}/transport/test_clients_on_kafka.py",
            f"{_INTEGRATION}/transport/test_members_on_kafka.py",
            f"{_INTEGRATION}/transport/test_streams_on_kafka.py",
            f"{_INTEGRATION}/transport/test_tables_on_kafka.py",
        }
    ),
    "secured": frozenset({f"{_INTEGRATION}/security/test_logins.py", f"{_INTEGRATION}/security/test_rights.py"}),
}
_WAITING: Final = ("tests/chaos/", "tests/integration/", "tests/contract/compose/")


def group_of(file: str) -> str:
    """What is handed to one process as a whole: the name of a shared node, or the file itself."""
    return next((name for name, files in TOGETHER.items() if file in files), file)


def turn_of(file: str) -> int:
    """Lower ones are begun first."""
    if group_of(file) != file:
        return list(TOGETHER).index(group_of(file))
    return len(TOGETHER) + (0 if file.startswith(_WAITING) else 1)


class Turns(LoadFileScheduling):
    """As `--dist loadfile`, but for the files that stay together."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(super()._split_scope(nodeid))


__all__ = ["TOGETHER", "Turns", "group_of", "turn_of"]

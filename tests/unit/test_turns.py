"""The files that share a node of Apache Kafka are those that are handed to one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.turns import TOGETHER, group_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("node", TOGETHER)
def test_who_asks_for_a_shared_node_is_named_and_nobody_else(node: str, request: pytest.FixtureRequest) -> None:
    """Of the files of this run, as `make test` takes them; where one is missing a node more is started."""
    asking, silent = set(), set()
    for item in request.session.items:
        if item.get_closest_marker("long") is not None:
            continue
        file = item.nodeid.partition("::")[0]
        (asking if node in getattr(item, "fixturenames", ()) else silent).add(file)
    asking = {file for file in asking if file != "tests/unit/test_turns.py"}
    if node == "kafka":  # who asks for both goes with those that have one of their own
        asking -= TOGETHER["own_kafka"]
    assert asking - TOGETHER[node] == set()
    assert (silent & TOGETHER[node]) - asking == set()


def test_the_files_named_are_there_and_stay_together() -> None:
    for node, files in TOGETHER.items():
        for file in files:
            assert (ROOT / file).is_file(), file
            assert group_of(file) == node
    assert group_of("tests/unit/test_turns.py") == "tests/unit/test_turns.py"

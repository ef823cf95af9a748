"""The classes that Java keeps of Kafka make a node start sooner, and nothing hangs on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.kafka_classes import class_archive
from runtime.kafka_jars import class_path
from runtime.kafka_java import find_java
from runtime.kafka_layout import Security, new_cluster
from runtime.kafka_node import Launch, NodeProcess

pytestmark = pytest.mark.kafka


def formatted(folder: Path, classes: Path) -> bool:
    """Whether Kafka's tool, with those classes, has made the folder of a node."""
    java, cluster = find_java(), new_cluster(1, 0)
    node = NodeProcess(folder, cluster, cluster.nodes[0], Launch(java, class_path(java), classes), Security())
    node.prepare()
    return (node.folder / "log" / "meta.properties").exists()


def test_they_are_kept_once_tests_have_asked_for_a_broker(kafka_installed: None) -> None:
    assert class_archive(find_java()).stat().st_size > 10_000_000


def test_with_a_file_that_is_none_of_them_a_node_is_made_all_the_same(kafka_installed: None, tmp_path: Path) -> None:
    classes = tmp_path / "classes.jsa"
    classes.write_bytes(b"no classes")
    assert formatted(tmp_path / "data", classes)

"""The transport stands on names of Faust 0.15.3 that Faust does not promise. Moving the pin begins here."""

from __future__ import annotations

import importlib
import inspect
import re
from importlib.metadata import version

import faust
import pytest
from faust.assignor.partition_assignor import PartitionAssignor
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer as StockConsumer
from faust.transport.drivers import by_url
from faust.types import ConsumerMessage

from faust_confluent import SCHEME, Assignor, BatchMessage, Transport
from faust_confluent.consumer import PRIVATE_NAMES, Consumer
from faust_confluent.delivery import Delivery
from faust_confluent.offsets import Offsets
from faust_confluent.threads import Threads

PARTS = (Consumer, Offsets, Delivery, Threads)
NAMES = [(place, name) for place, names in PRIVATE_NAMES.items() for name in names]


def an_app(**settings: object) -> faust.App:
    return faust.App("contract", broker=f"{SCHEME}://127.0.0.1:9", store="memory://", autodiscover=False, **settings)


def test_the_pins_are_those_the_transport_was_written_against() -> None:
    assert version("faust-streaming") == "0.15.3"
    assert version("mode-streaming") == "0.7.1"


def test_the_url_scheme_leads_here_by_the_entry_point_alone() -> None:
    assert by_url(f"{SCHEME}://127.0.0.1:9092") is Transport


def test_faust_s_own_confluent_scheme_is_left_to_faust() -> None:
    assert by_url("confluent://127.0.0.1:9092").__module__ == "faust.transport.drivers.confluent"


@pytest.mark.parametrize(("place", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_private_name_is_still_there(place: str, name: str) -> None:
    module, _, attribute = place.partition(":")
    owner = getattr(importlib.import_module(module), attribute)
    assert f".{name}" in inspect.getsource(owner) or f"def {name}(" in inspect.getsource(owner)


def test_every_private_name_of_faust_s_consumer_that_is_used_is_listed() -> None:
    stock = set(re.findall(r"(?:self\.|def )(_[a-z]\w+)", inspect.getsource(StockConsumer)))
    used = set(re.findall(r"(?:self\.|def )(_[a-z]\w+)", "".join(map(inspect.getsource, PARTS))))
    assert used & stock == set(PRIVATE_NAMES["faust.transport.consumer:Consumer"])


def test_overridden_methods_take_what_faust_gives_them() -> None:
    shared = [
        name
        for name, method in inspect.getmembers(StockConsumer, inspect.isfunction)
        if not name.startswith("__") and any(name in vars(cls) for cls in PARTS)
    ]
    assert {"subscribe", "seek_wait", "pause_partitions", "resume_flow", "_drain_messages", "_commit"} <= set(shared)
    for name in shared:
        ours = inspect.signature(getattr(Consumer, name)).parameters
        stock = inspect.signature(getattr(StockConsumer, name)).parameters
        takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in ours.values())
        assert takes_any or list(ours) == list(stock), name


def test_the_consumer_is_complete() -> None:
    assert not Consumer.__abstractmethods__


def test_recovery_seeks_before_it_resumes_the_flow() -> None:
    """The order that `resume_flow` relies on to release the source partitions."""
    for method in (Recovery.on_recovery_completed, Recovery._resume_streams):
        source = inspect.getsource(method)
        steps = ["on_rebalance_complete.send", "perform_seek", "flow_control.resume", "consumer.resume_flow"]
        places = [source.index(step) for step in steps]
        assert places == sorted(places)


def test_a_message_without_a_partition_object_makes_its_own() -> None:
    parameters = list(inspect.signature(ConsumerMessage.__init__).parameters)
    assert parameters[1:13] == [
        "topic", "partition", "offset", "timestamp", "timestamp_type", "headers", "key", "value", "checksum",
        "serialized_key_size", "serialized_value_size", "tp",
    ]  # fmt: skip
    assert issubclass(BatchMessage, ConsumerMessage)


def test_an_app_that_sets_nothing_gets_our_assignor_and_one_that_sets_its_own_keeps_it() -> None:
    class Mine(Assignor):
        pass

    assert type(an_app().transport.app.assignor) is Assignor
    app = an_app(PartitionAssignor=Mine)
    assert type(app.transport.app.assignor) is Mine
    assert not issubclass(Assignor, PartitionAssignor)

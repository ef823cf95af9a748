"""Around the streams, on Apache Kafka: replies, client-only mode, Faust's sensors, ASGI, figures of librdkafka."""

from __future__ import annotations

import asyncio
from typing import Any

import faust
import pytest
from faust.contrib.asgi import faust_lifespan
from faust.sensors.prometheus import setup_prometheus_sensors
from faust.types import TP
from prometheus_client import CollectorRegistry

from tests.integration.transport.conftest import running, until
from tests.integration.transport.yard import PARTITIONS, RAW, Yard, is_ready, numbered

pytestmark = pytest.mark.kafka


def doubling(yard: Yard, requests: str, **settings: Any) -> tuple[faust.App, Any]:
    app = yard.app(reply_create_topic=True, **settings)

    @app.agent(app.topic(requests, key_type=str, value_type=int), name="doubling")
    async def double(stream: Any) -> Any:
        async for number in stream:
            yield number * 2

    return app, double


async def test_an_agent_is_asked_and_answers_through_a_reply_topic(yard: Yard) -> None:
    app, double = doubling(yard, yard.topic("requests"), reply_to=f"{yard.app_id}-replies")
    async with running(app):
        await until(lambda: is_ready(app, PARTITIONS))
        assert await asyncio.wait_for(double.ask(21), 60) == 42
        answers = [answer async for answer in double.map([1, 2, 3])]
    assert sorted(answers) == [2, 4, 6]


async def test_a_client_without_a_worker_asks_and_is_answered(yard: Yard) -> None:
    requests = yard.topic("requests")
    worker, _ = doubling(yard, requests)
    client, double = doubling(yard, requests, reply_to=yard.topic("replies", 1))
    async with running(worker):
        await until(lambda: is_ready(worker, PARTITIONS))
        await client.start_client()
        try:
            assert await asyncio.wait_for(double.ask(4), 60) == 8
            assert is_ready(worker, PARTITIONS), "a client is no member of the group"
        finally:
            await asyncio.wait_for(client.stop(), 30)


async def test_faust_s_prometheus_sensors_see_the_transport(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app()
    registry = CollectorRegistry()
    setup_prometheus_sensors(app, registry=registry, name_prefix="yard")

    @app.agent(app.topic(name, **RAW), name="agent")
    async def agent(stream: Any) -> None:
        async for value in stream:
            await app.producer.send_and_wait(target, b"k", value, None, None, None)

    target = yard.topic("target", 1)
    yard.send(name, numbered(10))

    def figure(of: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"yard_{of}", labels)

    async with running(app):
        await until(lambda: figure("messages_received_total") == 10)
        await until(lambda: figure("topic_partition_offset_commited", topic=name, partition="0") == 10, what="commits")
        assert app.monitor.tp_end_offsets[TP(name, 0)] == 10
        assert app.monitor.tp_read_offsets[TP(name, 0)] == 9
        assert app.monitor.rebalances == 1


async def test_an_asgi_application_s_lifespan_starts_and_stops_the_app(yard: Yard) -> None:
    name, app = yard.topic("clicks", 1), yard.app()
    seen: list[bytes] = []

    @app.agent(app.topic(name, **RAW))
    async def agent(stream: Any) -> None:
        async for value in stream:
            seen.append(value)  # noqa: PERF401 - endless

    async with faust_lifespan(app)(None):
        await app.producer.send_and_wait(name, b"k", b"from a request", None, None, None)
        await until(lambda: seen == [b"from a request"])
    assert app.should_stop
    assert not app.consumer.is_polling

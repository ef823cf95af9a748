"""The transport: what Faust finds behind `broker="rdkafka://host:port"`."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Final

import confluent_kafka
from faust.assignor.partition_assignor import PartitionAssignor
from faust.exceptions import ImproperlyConfigured
from faust.transport import base
from faust.types import AppT
from yarl import URL

from .assignor import Assignor
from .consumer import Consumer
from .options import DEFAULT_PORT, Options
from .producer import Producer

#: URL scheme; Faust itself takes "confluent" for a driver of its own
SCHEME: Final = "rdkafka"


class Transport(base.Transport):
    """Faust on confluent-kafka. Found by the entry point group `faust.transports`."""

    Consumer: ClassVar[type[Consumer]] = Consumer
    Producer: ClassVar[type[Producer]] = Producer

    default_port = DEFAULT_PORT
    driver_version = f"confluent_kafka={confluent_kafka.__version__}"

    def __init__(self, url: list[URL], app: AppT, loop: asyncio.AbstractEventLoop | None = None) -> None:
        super().__init__(url, app, loop=loop)
        self.options = Options()
        if type(app.assignor) is PartitionAssignor:
            # Faust's own can only be spoken by aiokafka; whoever set another one meant it
            # (a cached property of Faust: it can be set)
            app.assignor = Assignor(app, replicas=app.conf.table_standby_replicas)


def configure(app: AppT, options: Options) -> None:
    """Give a Faust app the options of this transport, before it starts. Raises ImproperlyConfigured."""
    transport: Any = app.transport
    if not isinstance(transport, Transport):
        raise ImproperlyConfigured(f'the app runs on {type(transport).__module__}: set broker="{SCHEME}://host:port"')
    transport.options = options


__all__ = ["SCHEME", "Transport", "configure"]

"""A TCP proxy between workers and brokers that does what networks do: cut, slow, half-close, swallow, hold, heal.

Runs in a thread of its own. Brokers must tell their clients the proxy's ports (`runtime.kafka_layout.Door`), else the
clients go past it after the first answer.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

HOST: Final = "127.0.0.1"
_CHUNK: Final = 64 * 1024
_START_S: Final = 10.0
Towards = Literal["broker", "client"]


@dataclass(frozen=True, slots=True)
class Weather:
    """What happens to what is sent. share: of the connections, 0 to 1.

    latency_s: of each piece, one way; bytes_per_s: of each connection, one way
    """

    kind: Literal["clear", "slow", "swallow", "hold"] = "clear"
    share: float = 1.0
    latency_s: float = 0.0
    bytes_per_s: float = float("inf")


class _Link:
    """One client's connection and the one to its broker."""

    def __init__(self, luck: float, client: asyncio.StreamWriter, broker: asyncio.StreamWriter) -> None:
        #: this connection is met by what meets a share above this number
        self.luck = luck
        self.writers: dict[Towards, asyncio.StreamWriter] = {"client": client, "broker": broker}
        #: nothing of this link can be right any more: it is reset when the weather clears
        self.is_broken = False
        self.half_closed: Towards | None = None

    def reset(self) -> None:
        for writer in self.writers.values():
            peer = writer.get_extra_info("socket")
            if peer is not None and peer.fileno() >= 0:
                # RST and not FIN
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    """One listening port for each target port on loopback. All methods may be called from any thread.

    seed: decides which connections a share meets, in the order in which they come
    """

    def __init__(self, targets: Sequence[int], seed: int = 0) -> None:
        self._targets = list(targets)
        self._chooser = random.Random(f"proxy {seed}")
        self._weather = Weather()
        self._changed = asyncio.Event()
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._is_up = threading.Event()
        #: where clients connect, in the order of the targets
        self.ports: list[int] = []
        #: bytes that were taken and thrown away, links that were reset or half-closed: for tests and reports
        self.swallowed = 0
        self.hurt = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_up.wait(_START_S), "the proxy did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_S)

    @property
    def connections(self) -> int:
        return self._ask(lambda: len(self._links))

    def cut(self, share: float = 1.0) -> int:
        """Reset connections. Answers how many."""
        return self._ask(lambda: self._hurt(share, _Link.reset))

    def half_close(self, towards: Towards, share: float = 1.0) -> int:
        """End one direction of connections; the other stays, and hears nothing of it until `clear`."""

        def close(link: _Link) -> None:
            link.half_closed, link.is_broken = towards, True
            writer = link.writers[towards]
            if writer.can_write_eof() and not writer.is_closing():
                try:
                    writer.write_eof()
                except OSError:
                    link.reset()  # the other side has just closed it

        return self._ask(lambda: self._hurt(share, close))

    def set_weather(self, weather: Weather) -> None:
        self._ask(lambda: self._set(weather))

    def clear(self) -> None:
        """Heal: what was held is passed on, connections out of which something is missing are reset."""
        self.set_weather(Weather())

    # --- in the proxy's thread ------------------------------------------------------------------------------

    def _ask(self, what: Callable[[], Any]) -> Any:
        async def answer() -> Any:
            return what()

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(_START_S)

    def _set(self, weather: Weather) -> None:
        self._weather = weather
        if weather.kind == "clear":
            for link in [each for each in self._links if each.is_broken]:
                link.reset()
                link.is_broken = False
        self._changed.set()
        self._changed = asyncio.Event()

    def _hurt(self, share: float, how: Callable[[_Link], None]) -> int:
        met = [link for link in self._links if link.luck < share]
        for link in met:
            how(link)
        self.hurt += len(met)
        return len(met)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        servers = [self._loop.run_until_complete(self._listen(target)) for target in self._targets]
        self.ports = [server.sockets[0].getsockname()[1] for server in servers]
        self._is_up.set()
        self._loop.run_forever()
        for server in servers:
            server.close()
        for link in self._links:
            link.reset()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _listen(self, target: int) -> asyncio.Server:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.CancelledError):  # at the proxy's end; asyncio would print each
                await self._serve(target, reader, writer)

        return await asyncio.start_server(take, HOST, 0, limit=_CHUNK)

    async def _serve(self, target: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_broker, to_broker = await asyncio.open_connection(HOST, target, limit=_CHUNK)
        except OSError:
            writer.transport.abort()  # as a broker that does not run: the client is refused
            return
        link = _Link(self._chooser.random(), writer, to_broker)
        self._links.add(link)
        try:
            await asyncio.gather(
                self._pump(link, reader, "broker"), self._pump(link, from_broker, "client"), return_exceptions=True
            )
        finally:
            link.reset() if link.is_broken else [each.close() for each in link.writers.values()]
            self._links.discard(link)

    async def _pump(self, link: _Link, reader: asyncio.StreamReader, towards: Towards) -> None:
        writer = link.writers[towards]
        try:
            while data := await reader.read(_CHUNK):
                if await self._let_pass(link, data) and link.half_closed != towards:
                    writer.write(data)
                    await writer.drain()
            # an end is passed on like everything else; on a link that is broken only when the weather clears
            await self._wait_while(lambda: link.is_broken)
            if writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()
        except OSError:
            link.reset()

    async def _let_pass(self, link: _Link, data: bytes) -> bool:
        await self._wait_while(lambda: self._meets(link, "hold"))
        if self._meets(link, "swallow"):
            link.is_broken = True
        if link.is_broken and link.half_closed is None:
            self.swallowed += len(data)
            return False
        if self._meets(link, "slow"):
            weather = self._weather
            await asyncio.sleep(weather.latency_s + len(data) / weather.bytes_per_s)
        return True

    def _meets(self, link: _Link, kind: str) -> bool:
        return self._weather.kind == kind and link.luck < self._weather.share

    async def _wait_while(self, is_so: Callable[[], bool]) -> None:
        while is_so():
            await self._changed.wait()


__all__ = ["Proxy", "Towards", "Weather"]

"""The proxy does to a connection what its name says: seen from both ends, without a broker."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos.proxy import HOST, Proxy, Weather
from tests.worker_process import wait_until

PATIENCE_S = 20.0


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as listening:
        listening.settimeout(PATIENCE_S)
        yield listening


@pytest.fixture
def proxy(server: socket.socket) -> Iterator[Proxy]:
    with Proxy([server.getsockname()[1]]) as running:
        yield running


@pytest.fixture
def ends(server: socket.socket, proxy: Proxy) -> Iterator[tuple[socket.socket, socket.socket]]:
    """The client's and the broker's end of a connection through the proxy."""
    client = socket.create_connection((HOST, proxy.ports[0]), PATIENCE_S)
    broker, _ = server.accept()
    broker.settimeout(PATIENCE_S)
    with client, broker:
        # both ends are known to the proxy once something has passed
        client.sendall(b"hello")
        assert broker.recv(10) == b"hello"
        yield client, broker


def is_reset(end: socket.socket) -> bool:
    try:
        return end.recv(10) == b""
    except ConnectionResetError:
        return True


def hears_nothing(end: socket.socket) -> bool:
    end.settimeout(0.3)
    try:
        end.recv(10)  # an end is something too
    except TimeoutError:
        return True
    else:
        return False
    finally:
        end.settimeout(PATIENCE_S)


def test_what_is_sent_arrives_unchanged_in_both_directions(ends: tuple[socket.socket, socket.socket]) -> None:
    client, broker = ends
    much = bytes(range(256)) * 4_000
    threading.Thread(target=client.sendall, args=(much,), daemon=True).start()
    taken = b""
    while len(taken) < len(much):
        taken += broker.recv(65_536)
    assert taken == much
    broker.sendall(b"answer")
    assert client.recv(10) == b"answer"


def test_an_end_of_one_side_is_passed_on(ends: tuple[socket.socket, socket.socket]) -> None:
    client, broker = ends
    client.shutdown(socket.SHUT_WR)
    assert broker.recv(10) == b""
    broker.sendall(b"late answer")
    assert client.recv(20) == b"late answer"


def test_a_cut_resets_both_ends(proxy: Proxy, ends: tuple[socket.socket, socket.socket]) -> None:
    client, broker = ends
    assert proxy.cut() == 1
    with pytest.raises(ConnectionResetError):
        client.recv(10)
    with pytest.raises(ConnectionResetError):
        broker.recv(10)
    wait_until(lambda: proxy.connections == 0, what="the end of the connection")


def test_what_is_held_arrives_when_the_weather_clears(proxy: Proxy, ends: tuple[socket.socket, socket.socket]) -> None:
    client, broker = ends
    proxy.set_weather(Weather("hold"))
    client.sendall(b"wait")
    assert hears_nothing(broker)
    proxy.clear()
    assert broker.recv(10) == b"wait"


def test_what_is_swallowed_never_arrives_and_the_connection_is_reset_in_the_end(
    proxy: Proxy, ends: tuple[socket.socket, socket.socket]
) -> None:
    client, broker = ends
    proxy.set_weather(Weather("swallow"))
    client.sendall(b"lost")
    wait_until(lambda: proxy.swallowed == 4, what="the loss")
    assert hears_nothing(broker)
    proxy.clear()
    assert is_reset(broker)
    assert is_reset(client)


def test_a_half_closed_connection_ends_one_way_and_is_silent_the_other(
    proxy: Proxy, ends: tuple[socket.socket, socket.socket]
) -> None:
    client, broker = ends
    assert proxy.half_close("broker") == 1
    assert broker.recv(10) == b""
    broker.sendall(b"still heard")
    assert client.recv(20) == b"still heard"
    broker.close()
    assert hears_nothing(client)
    proxy.clear()
    assert is_reset(client)


def test_slow_weather_takes_the_time_it_says(proxy: Proxy, ends: tuple[socket.socket, socket.socket]) -> None:
    client, broker = ends
    proxy.set_weather(Weather("slow", latency_s=0.2))
    began = time.monotonic()
    client.sendall(b"late")
    assert broker.recv(10) == b"late"
    assert time.monotonic() - began >= 0.2


def test_a_share_of_none_meets_no_connection(proxy: Proxy, ends: tuple[socket.socket, socket.socket]) -> None:
    client, broker = ends
    assert proxy.cut(share=0.0) == 0
    client.sendall(b"on")
    assert broker.recv(10) == b"on"


def test_a_broker_that_does_not_listen_refuses_its_clients() -> None:
    with socket.create_server((HOST, 0)) as gone:
        port = gone.getsockname()[1]
    with Proxy([port]) as proxy, socket.create_connection((HOST, proxy.ports[0]), PATIENCE_S) as client:
        assert is_reset(client)

"""Liveness, readiness and metrics over HTTP.

    /live      200 while the process does its work or can come back to it; 503: restart it
    /ready     200 while it can be relied on; 503 names what is missing
    /metrics   Prometheus

Served by threads of its own, so that the answer to "does the event loop run?" does not depend on the event loop.
On loopback unless told otherwise: nothing here is secret, and nothing here is for strangers.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

#: None: fine; else what is missing, in a few words
Check = Callable[[], str | None]

_REQUEST_S: Final = 5.0
_MOST_AT_ONCE: Final = 16


def problems(checks: Mapping[str, Check]) -> dict[str, str]:
    """The checks that fail, with what they say. A check that raises has failed."""
    found: dict[str, str] = {}
    for name, check in checks.items():
        try:
            problem = check()
        except Exception as error:  # noqa: BLE001 - a probe must answer whatever state the service is in
            problem = f"cannot be told: {type(error).__name__}"
        if problem is not None:
            found[name] = problem
    return found


class HealthServer:
    """Answers on `host:port` (port 0: a free one) from `start` to `stop`.

    live, ready: named checks, called in a thread of the server at each request
    metrics: what /metrics answers
    Raises OSError where the address is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        live: Mapping[str, Check],
        ready: Mapping[str, Check],
        metrics: Callable[[], bytes] | None = None,
    ) -> None:
        pages: dict[str, Callable[[], tuple[int, str, bytes]]] = {
            "/live": lambda: _verdict("live", live),
            "/ready": lambda: _verdict("ready", {**live, **ready}),
        }
        if metrics is not None:
            pages["/metrics"] = lambda: (200, "text/plain; version=0.0.4; charset=utf-8", metrics())
        room = threading.BoundedSemaphore(_MOST_AT_ONCE)

        class Handler(BaseHTTPRequestHandler):
            timeout = _REQUEST_S  # a client that says nothing does not keep its thread
            server_version = "incident-timelines"
            sys_version = ""

            def do_GET(self) -> None:
                page = pages.get(self.path.partition("?")[0])
                if page is None:
                    self._answer(404, "text/plain; charset=utf-8", b"/live /ready /metrics\n")
                elif not room.acquire(blocking=False):
                    self._answer(503, "text/plain; charset=utf-8", b"too many requests at once\n")
                else:
                    try:
                        self._answer(*page())
                    finally:
                        room.release()

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
                """A probe every second is no news."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="health")

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _verdict(word: str, checks: Mapping[str, Check]) -> tuple[int, str, bytes]:
    found = problems(checks)
    body = json.dumps({word: not found, "problems": found}, ensure_ascii=True).encode() + b"\n"
    return (503 if found else 200), "application/json", body


__all__ = ["Check", "HealthServer", "problems"]

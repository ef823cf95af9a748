"""Ask a service on this machine how it is: `python -m runtime.probe /ready`. Exit status 0: 200, else 1.

For the health checks of containers, whose image has neither curl nor wget. Reads TIMELINES_HEALTH_HOST and _PORT.
"""

from __future__ import annotations

import http.client
import os
import sys
from typing import Final

from .terminal import shown

# not runtime.settings: it takes half a second of CPU to import, and this is run every few seconds
_HOST: Final = "TIMELINES_HEALTH_HOST"
_PORT: Final = "TIMELINES_HEALTH_PORT"
_PAGES: Final = ("/live", "/ready")
_TIMEOUT_S: Final = 4.0
_MOST_BYTES: Final = 2_000


def ask(host: str, port: int, page: str) -> str | None:
    """None: it answers 200. Else what is wrong, in one line."""
    # a service that listens on all addresses is asked on loopback
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=_TIMEOUT_S)  # noqa: S104 - compared, not bound
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        body = answer.read(_MOST_BYTES).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{page} on port {port} does not answer: {error or type(error).__name__}"
    finally:
        connection.close()
    return None if answer.status == 200 else f"{page} says {answer.status}: {shown(body.strip())}"


def main(arguments: list[str]) -> int:
    """`python -m runtime.probe /live | /ready`. 2: asked wrongly."""
    if len(arguments) != 1 or arguments[0] not in _PAGES:
        sys.stderr.write(f"use: python -m runtime.probe {' | '.join(_PAGES)}\n")
        return 2
    port = os.environ.get(_PORT, "")
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        sys.stderr.write(f"{_PORT}: must be the port on which the service answers, 1 to 65535\n")
        return 2
    problem = ask(os.environ.get(_HOST) or "127.0.0.1", int(port), arguments[0])
    if problem is not None:
        sys.stdout.write(problem + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

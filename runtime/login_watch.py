"""Whether the broker still takes the login of a service that runs: a password may change meanwhile.

Connections that are open stay open. When they are made anew and refused, librdkafka tries for ever, and a call that
waits for the broker (a commit) does not come back. So this is asked beside the service, with a client of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from .clients import BrokerUnreachable, check_reachable
from .refusals import LOGIN_REFUSED_S
from .settings import Settings, SettingsError

_EVERY_S: Final = 1.0
_ASK_S: Final = 2.0


class LoginWatch(threading.Thread):
    """Asks once a second while `suspects()`; quiet else.

    suspects: whether the service has trouble with its broker
    on_refused: called once, in this thread, with what the broker has refused for LOGIN_REFUSED_S
    refusal: what the broker refuses now; None: nothing, as far as was asked
    ask: raises SettingsError where the login or a certificate is refused, BrokerUnreachable where nobody answers
    """

    def __init__(
        self,
        settings: Settings,
        *,
        suspects: Callable[[], bool],
        on_refused: Callable[[str], None],
        ask: Callable[[Settings, float], None] = check_reachable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(daemon=True, name="login-watch")
        self.refusal: str | None = None
        self._settings = settings
        self._suspects = suspects
        self._on_refused = on_refused
        self._ask = ask
        self._clock = clock
        self._since: float | None = None
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_EVERY_S):
            if self.look():
                return

    def look(self) -> bool:
        """One round. True: it was refused for so long that the service has been told."""
        self.refusal = self._refused() if self._suspects() else None
        if self.refusal is None:
            self._since = None
            return False
        now = self._clock()
        if self._since is None:
            self._since = now
        if now - self._since <= LOGIN_REFUSED_S or self._ended.is_set():
            return False
        self._on_refused(self.refusal)
        return True

    def stop(self) -> None:
        """Ask no more."""
        self._ended.set()

    def _refused(self) -> str | None:
        try:
            self._ask(self._settings, _ASK_S)
        except SettingsError as error:
            return str(error)
        except BrokerUnreachable:
            return None  # away, which passes
        return None


__all__ = ["LoginWatch"]

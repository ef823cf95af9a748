"""A login that is refused while a service runs: told after a while, and forgotten where it passes."""

from __future__ import annotations

from runtime.clients import BrokerUnreachable
from runtime.login_watch import LoginWatch
from runtime.refusals import LOGIN_REFUSED_S
from runtime.settings import Settings, SettingsError

REFUSED = SettingsError("TIMELINES_SASL_PASSWORD", "is wrong")
AWAY = BrokerUnreachable("127.0.0.1:9", "away")


class Scene:
    """A broker that says what it is told to say, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.says: Exception | None = REFUSED
        self.suspects = True
        self.now = 0.0
        self.asked = 0
        self.told: list[str] = []
        self.watch = LoginWatch(
            Settings(), suspects=lambda: self.suspects, on_refused=self.told.append, ask=self._ask,
            clock=lambda: self.now,
        )  # fmt: skip

    def _ask(self, _: Settings, __: float) -> None:
        self.asked += 1
        if self.says is not None:
            raise self.says

    def look(self, at: float) -> bool:
        self.now = at
        return self.watch.look()


def test_a_refusal_that_lasts_is_told_once_with_the_setting() -> None:
    scene = Scene()
    assert not scene.look(0)
    assert scene.watch.refusal == "TIMELINES_SASL_PASSWORD: is wrong"
    assert not scene.look(LOGIN_REFUSED_S)
    assert scene.look(LOGIN_REFUSED_S + 1)
    assert scene.told == ["TIMELINES_SASL_PASSWORD: is wrong"]


def test_a_refusal_that_passes_and_comes_again_counts_anew() -> None:
    scene = Scene()
    scene.look(0)
    scene.says = None
    scene.look(LOGIN_REFUSED_S)
    assert scene.watch.refusal is None
    scene.says = REFUSED
    assert not scene.look(2 * LOGIN_REFUSED_S)
    assert scene.told == []


def test_a_broker_that_is_away_has_refused_nothing() -> None:
    scene = Scene()
    scene.says = AWAY
    scene.look(0)
    assert not scene.look(10 * LOGIN_REFUSED_S)
    assert scene.told == []


def test_a_service_without_trouble_is_not_asked_about() -> None:
    scene = Scene()
    scene.suspects = False
    scene.look(0)
    assert scene.asked == 0


def test_a_service_that_is_being_stopped_is_told_nothing() -> None:
    scene = Scene()
    scene.look(0)
    scene.watch.stop()
    assert not scene.look(2 * LOGIN_REFUSED_S)
    assert scene.told == []

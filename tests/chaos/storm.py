"""Does to a running stack what a schedule says, one thing on top of the other, and says what waited at each kill."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from tests.chaos.feed import Feed
from tests.chaos.fleet import Fleet, Member
from tests.chaos.progress import Progress, lag
from tests.chaos.proxy import Towards, Weather
from tests.chaos.schedule import Disturbance
from tests.chaos.stack import Stack

T = TypeVar("T")

#: a stack that has done nothing for so long, whatever was done to it, is stuck: every disturbance is over by then
STUCK_S: Final = 600.0
_LOOK_S: Final = 0.1
_ANSWER_S: Final = 300.0
#: what took longer to be heard is not what is so now
_FRESH_S: Final = 1.0
_WEATHER: Final = ("slow", "swallow", "hold", "half_close")
_OF_WORKERS: Final = ("kill", "term", "remove", "freeze", "doze", "disk_full", "state_deleted")


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done, in ms, and which records the brokers had taken: by partition, the offset after them."""

    ms: int
    ends: dict[int, int]


@dataclass(frozen=True, slots=True)
class Done:
    """at_s: since the round began. before, after: just before and just after it, where it was a kill of any sort.

    lag_before, lag_after: records that waited then, as it is known in the end
    """

    disturbance: Disturbance
    at_s: float
    target: str
    before: Moment | None = None
    after: Moment | None = None
    lag_before: int | None = None
    lag_after: int | None = None

    def __str__(self) -> str:
        lags = "" if self.lag_after is None else f", lag {self.lag_before} before and {self.lag_after} after"
        return f"{self.at_s:7.1f} s  {self.disturbance} of {self.target}{lags}"


class Stuck(AssertionError):
    """Nothing went on, though every disturbance was over."""


class Storm:
    """enough: so many records must wait before a kill. say: told of each disturbance as it is done.

    done: what was done so far, in order
    """

    def __init__(
        self, stack: Stack, fleet: Fleet, feed: Feed, progress: Progress, *, enough: int, say: Callable[[str], None]
    ) -> None:
        self._say = say
        self._stack = stack
        self._fleet = fleet
        self._feed = feed
        self._progress = progress
        self._enough = enough
        self._began = time.monotonic()
        #: what is to be undone, and when
        self._ongoing: list[tuple[float, Callable[[], None]]] = []
        self._has_weather = False
        self._repair: threading.Thread | None = None
        self._failure: BaseException | None = None
        self.done: list[Done] = []

    def run(self, planned: list[Disturbance], most_s: float = float("inf")) -> None:
        """most_s: after so long none is begun any more; what is done is the beginning of what was planned.

        Raises AssertionError where a lag was not above zero, the stack is stuck, or a broker does not return.
        """
        for disturbance in planned:
            if time.monotonic() - self._began > most_s:
                break
            begin = time.monotonic() + disturbance.wait_s
            self._until(lambda begin=begin: time.monotonic() >= begin, "the time of the next one")
            if disturbance.kind in _OF_WORKERS:
                self._to_worker(disturbance)
            elif disturbance.kind in ("broker_kill", "broker_freeze"):
                self._to_broker(disturbance)
            elif disturbance.kind == "add":
                self._fleet.start()
                self._note(disturbance, f"worker {self._fleet.members[-1].number}")
            else:
                self._to_network(disturbance)

    def finish(self) -> None:
        """Until every disturbance is over and everything that was sent is applied. Raises AssertionError."""
        self._until(lambda: not self._ongoing and self._repair is None, "the end of the last disturbance")
        self._stack.proxy.clear()
        self._feed.stop()
        if self._fleet.size == 0:
            self._fleet.start()
        self._until(lambda: self._lag() == 0, "the log applied")
        self.done = [self._with_lag(done) for done in self.done]
        for done in self.done:
            _check(done)

    def _with_lag(self, done: Done) -> Done:
        if done.before is None or done.after is None:
            return done
        before, after = (
            lag(moment.ends, self._progress.applied_at(moment.ms)) for moment in (done.before, done.after)
        )  # fmt: skip
        return replace(done, lag_before=before, lag_after=after)

    # --- workers --------------------------------------------------------------------------------------------

    def _to_worker(self, disturbance: Disturbance) -> None:
        def target() -> Member | None:
            working = self._fleet.working()
            if not working or self._lag() < self._enough:
                return None
            return working[int(disturbance.aim * len(working))]

        is_kill = disturbance.kind not in ("disk_full", "state_deleted")
        member = self._while_behind(target, f"a worker at work for {disturbance}", is_kill)
        fleet, kind = self._fleet, disturbance.kind
        before = self._moment() if is_kill else None
        match kind:
            case "kill":
                fleet.kill(member)
                fleet.start_later(disturbance.lasts_s)
            case "term":
                fleet.term(member)
                fleet.start_later(disturbance.lasts_s)
            case "remove":
                fleet.term(member)
            case "freeze" | "doze":
                fleet.freeze(member)
                self._later(disturbance.lasts_s, lambda: fleet.wake(member))
            case "disk_full":
                fleet.fill_disk(member)
            case _:
                fleet.delete_state(member)
        # against the ends of before: what came since cannot hide that the work was done
        after = None if before is None else replace(before, ms=_now_ms())
        self._note(disturbance, f"worker {member.number}", before, after)

    # --- brokers --------------------------------------------------------------------------------------------

    def _to_broker(self, disturbance: Disturbance) -> None:
        def is_due() -> bool:
            return self._repair is None and self._lag() >= self._enough

        self._while_behind(is_due, f"a broker to kill for {disturbance}")
        kafka, number = self._stack.kafka, 1 + int(disturbance.aim * self._stack.nodes)
        is_kill = disturbance.kind == "broker_kill"
        before = self._moment()
        if is_kill:
            kafka.kill(number)
        else:
            kafka.signal_node(number, signal.SIGSTOP)
        self._note(disturbance, f"broker {number}", before, replace(before, ms=_now_ms()))

        def repair() -> None:
            try:
                time.sleep(disturbance.lasts_s)
                if is_kill:
                    kafka.start_node(number)
                else:
                    kafka.signal_node(number, signal.SIGCONT)
            except BaseException as error:  # noqa: BLE001 - told by the main thread
                self._failure = error
            self._repair = None

        self._repair = threading.Thread(target=repair, name="repair", daemon=True)
        self._repair.start()

    # --- network --------------------------------------------------------------------------------------------

    def _to_network(self, disturbance: Disturbance) -> None:
        proxy, share = self._stack.proxy, disturbance.share
        self._until(lambda: proxy.connections > 0, "a connection")
        if disturbance.kind in _WEATHER:
            self._until(lambda: not self._has_weather, "clear weather")
        match disturbance.kind:
            case "cut":
                met = proxy.cut(share)
            case "half_close":
                towards: Towards = "broker" if disturbance.aim < 0.5 else "client"
                met = proxy.half_close(towards, share)
            case "slow":
                proxy.set_weather(Weather("slow", share, latency_s=0.02 + 0.3 * disturbance.aim, bytes_per_s=64_000))
                met = proxy.connections
            case "swallow":
                proxy.set_weather(Weather("swallow", share))
                met = proxy.connections
            case _:
                proxy.set_weather(Weather("hold", share))
                met = proxy.connections
        if disturbance.kind in _WEATHER:
            self._has_weather = True
            self._later(disturbance.lasts_s, self._clear)
        self._note(disturbance, f"{met} connections")

    def _clear(self) -> None:
        self._stack.proxy.clear()
        self._has_weather = False

    # --- time -----------------------------------------------------------------------------------------------

    def _while_behind(self, is_so: Callable[[], T | None], what: str, is_needed: bool = True) -> T:
        """Until it is so by what was just heard: what was heard last may be of before the workers caught up."""
        while True:
            found = self._until(is_so, what)
            if not is_needed:
                return found
            began = time.monotonic()
            self._progress.now(_ANSWER_S)
            still = is_so()
            if still and time.monotonic() - began < _FRESH_S:
                return still

    def _moment(self) -> Moment:
        return Moment(_now_ms(), dict(self._feed.ends))

    def _lag(self) -> int:
        return lag(self._feed.ends, self._progress.applied())

    def _later(self, seconds: float, undo: Callable[[], None]) -> None:
        self._ongoing.append((time.monotonic() + seconds, undo))

    def _note(
        self, disturbance: Disturbance, target: str, before: Moment | None = None, after: Moment | None = None
    ) -> None:
        self.done.append(Done(disturbance, time.monotonic() - self._began, target, before, after))
        self._say(str(self.done[-1]))

    def _until(self, is_so: Callable[[], T | None], what: str) -> T:
        """Look again and again, and meanwhile do what is due. Raises Stuck when nothing is applied for STUCK_S."""
        reached, since = self._progress.applied(), time.monotonic()
        while not (found := is_so()):
            self._look_after()
            applied = self._progress.applied()
            if applied != reached or self._ongoing or self._repair is not None:
                reached, since = applied, time.monotonic()
            if time.monotonic() - since > STUCK_S:
                raise Stuck(
                    f"waited for {what}, and for {STUCK_S:.0f} s nothing was applied (lag {self._lag()}, "
                    f"{self._feed.sent} sent, {len(self._feed.acknowledged)} answered)"
                )
            time.sleep(_LOOK_S)
        return found

    def _look_after(self) -> None:
        now = time.monotonic()
        for until, undo in [each for each in self._ongoing if each[0] <= now]:
            self._ongoing.remove((until, undo))
            undo()
        self._fleet.tend()
        if self._feed.failure is not None:
            raise AssertionError(f"the producer failed: {self._feed.failure!r}") from self._feed.failure
        if self._failure is not None:
            raise AssertionError(f"a broker did not come back as it should: {self._failure!r}") from self._failure


def _now_ms() -> int:
    return int(time.time() * 1000)


def _check(done: Done) -> None:
    assert done.lag_before is None or done.lag_before > 0, f"the work was done before it: {done}"
    assert done.lag_after is None or done.lag_after > 0, f"the work was done after it: {done}"


__all__ = ["Done", "Storm", "Stuck"]

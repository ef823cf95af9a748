"""The ledger of claims of one incident: who says what, what replaced it, and what contradicts it.

An assertion is one event's; a claim is one speaker's word, however many events report it. Per topic:

- a *line* is one speaker on one subject. Its standing word is the one said last; earlier ones are superseded.
  A speaker that publishes itself says a thing anew each time; the words of one that others relay count from
  when they were first reported, since outlets go on printing an old figure after the new one is out.
  What one article says in several places ("15 in all", "11 of one village") stands side by side.
- standing words of different speakers that cannot both be true are disputed. Equal ones stand side by side.
- a word whose every report was withdrawn is withdrawn; one that a correction replaced is superseded.

All answers follow from the *set* of assertions held, never from the order in which they came. The cost of
one more assertion does not grow with the incident: what is compared and shown per topic is bounded.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from schemas.timeline import Claim
from schemas.vocabulary import ClaimAbout, ClaimState

from .conflicts import contradict
from .facts import WITHDRAWN, Assertion

#: values compared with each other and shown, of one topic: those said most recently
MOST_VALUES: Final = 12
#: speakers shown for one value: those who said it first
MOST_SPEAKERS: Final = 6
#: superseded and withdrawn claims shown, of one topic: the newest
MOST_PAST: Final = 10
_TOPICS: Final = tuple(ClaimAbout)

Order = tuple[int, int]  # (when said, seq)
LineKey = tuple[str, str]  # (subject, speaker_key)
ValueKey = tuple[str, str]  # (subject, value_key)
#: when said, seq, what; which article it is a part of, "" where nobody knows
Said = tuple[int, int, Assertion, str]
Live = tuple[Order, str, str]  # (when said, value_key, article)
#: words of one article that may stand side by side on one subject
_MOST_PARTS: Final = 8


class ClaimKey(NamedTuple):
    about: str
    subject: str
    speaker_key: str
    value_key: str


class Status(NamedTuple):
    """A claim's state; the claims that dispute it; the claim that replaced it."""

    state: ClaimState
    disputed_by: tuple[ClaimKey, ...] = ()
    superseded_by: ClaimKey | str | None = None


_CURRENT: Final = Status(ClaimState.CURRENT)


@dataclass(slots=True)
class Cell:
    """One speaker's one value: a claim. Lists of (when, seq, assertion, article), sorted.

    reports: how many there are in the lists. message, status, weight: what claims.py last made of it, for which
    status, and its bytes; short: the same for a crowded head
    """

    direct: list[Said] = field(default_factory=list)
    relayed: list[Said] = field(default_factory=list)
    replaced: list[Said] = field(default_factory=list)
    withdrawn: list[Said] = field(default_factory=list)
    reports: int = 0
    message: Claim | None = None
    status: Status | None = None
    weight: int = 0
    short: tuple[Claim, int] | None = None

    def shelf(self, assertion: Assertion) -> list[Said]:
        if not assertion.status:
            return self.relayed if assertion.relayed else self.direct
        return self.withdrawn if assertion.status == WITHDRAWN else self.replaced

    @property
    def order(self) -> Order | None:
        """When the word counts as said; None where no report of it holds any more."""
        if self.direct:
            return self.direct[-1][:2]
        return self.relayed[0][:2] if self.relayed else None

    @property
    def past_order(self) -> Order:
        shelf = self.replaced or self.withdrawn
        return shelf[-1][:2]

    def _shelves(self) -> list[list[Said]]:
        return [shelf for shelf in (self.direct, self.relayed, self.replaced, self.withdrawn) if shelf]

    @property
    def article(self) -> str:
        """The one that `order` is of."""
        if self.direct:
            return self.direct[-1][3]
        return self.relayed[0][3] if self.relayed else ""

    def all(self, most: int) -> list[Said]:
        """Its reports, the earliest first, at most `most`."""
        shelves = self._shelves()
        if len(shelves) == 1:
            return shelves[0][:most]
        return sorted(said for shelf in shelves for said in shelf[:most])[:most]

    def first(self) -> Assertion:
        """The earliest report of the word: its wording and the speaker's name are shown."""
        shelves = self._shelves()
        return shelves[0][0][2] if len(shelves) == 1 else min(shelf[0] for shelf in shelves)[2]


@dataclass(slots=True)
class Line:
    """One speaker on one subject. live: its words that hold, by when said."""

    cells: dict[str, Cell] = field(default_factory=dict)
    live: list[Live] = field(default_factory=list)

    def standing(self) -> dict[str, Order]:
        """Value -> when said: the last word, and what the same article says beside it at the same time."""
        if not self.live:
            return {}
        last = self.live[-1]
        found = {last[1]: last[0]}
        if last[2]:
            for order, value_key, article in self.live[-2 : -1 - _MOST_PARTS : -1]:
                if order[0] != last[0][0]:
                    break
                if article == last[2]:
                    found[value_key] = order
        return found

    @property
    def last(self) -> str | None:
        return self.live[-1][1] if self.live else None


class Topic:
    """All claims about one thing (killed, attribution, place ...)."""

    def __init__(self, about: str) -> None:
        self.about = about
        self.claims = 0
        self._lines: dict[LineKey, Line] = {}
        self._subjects: dict[str, list[str]] = {}  # speaker -> what it speaks of, sorted
        self._holders: dict[ValueKey, list[tuple[Order, str]]] = {}  # value -> its speakers, by when said
        self._recent: list[tuple[Order, ValueKey]] = []  # standing values, by when last said
        self._past: list[tuple[Order, LineKey, str]] = []  # claims that stand no longer
        self._against: dict[ValueKey, dict[ValueKey, None]] = {}  # compared values, each with what it contradicts
        self._disputes: dict[ValueKey, tuple[ValueKey, ...]] | None = None
        self._shown: dict[ClaimKey, Status] | None = None

    def change(self, seq: int, assertion: Assertion, *, add: bool, article: str = "") -> None:
        """Put one assertion in, or take out the one that was put in. article: see Said."""
        self._shown = None
        key, value_key = (assertion.subject, assertion.speaker_key), assertion.value_key
        line = self._lines.get(key)
        if line is None:
            assert add, f"{assertion.about} of event {seq} is not in the ledger"
            line = self._lines[key] = Line()
            insort(self._subjects.setdefault(key[1], []), key[0])
        cell = line.cells.get(value_key)
        if cell is None:
            cell = line.cells[value_key] = Cell()
            self.claims += 1
        before = line.standing()
        order = cell.order
        if cell.reports and value_key not in before:
            _discard(self._past, (cell.order or cell.past_order, key, value_key))
        if order is not None:
            _discard(line.live, (order, value_key, cell.article))

        cell.message = None
        shelf = cell.shelf(assertion)
        if add:
            insort(shelf, (assertion.at, seq, assertion, article))
            cell.reports += 1
        else:
            del shelf[bisect_left(shelf, (assertion.at, seq))]
            cell.reports -= 1

        order = cell.order
        if order is not None:
            insort(line.live, (order, value_key, cell.article))
        after = line.standing()
        if cell.reports and value_key not in after:
            insort(self._past, (cell.order or cell.past_order, key, value_key))
        self._change_standing(key, value_key, before, after)
        if not cell.reports:
            del line.cells[value_key]
            self.claims -= 1
            if not line.cells:
                del self._lines[key]
                _discard(self._subjects[key[1]], key[0])
                if not self._subjects[key[1]]:
                    del self._subjects[key[1]]

    def _change_standing(
        self, key: LineKey, changed: str, before: Mapping[str, Order], after: Mapping[str, Order]
    ) -> None:
        """The tables of standing and past words; `changed` is the value whose own past entry is already right."""
        if before == after:
            return
        self._disputes = None
        for value, order in before.items():
            if after.get(value) != order:
                self._let_go(key, value, order)
            if value != changed and value not in after:
                insort(self._past, (order, key, value))
        for value, order in after.items():
            if value != changed and value not in before:
                _discard(self._past, (order, key, value))
            if before.get(value) != order:
                self._hold(key, value, order)

    def _hold(self, key: LineKey, value_key: str, order: Order) -> None:
        value = (key[0], value_key)
        holders = self._holders.setdefault(value, [])
        if holders:
            _discard(self._recent, (holders[-1][0], value))
        insort(holders, (order, key[1]))
        insort(self._recent, (holders[-1][0], value))

    def _let_go(self, key: LineKey, value_key: str, order: Order) -> None:
        value = (key[0], value_key)
        holders = self._holders[value]
        _discard(self._recent, (holders[-1][0], value))
        _discard(holders, (order, key[1]))
        if holders:
            insort(self._recent, (holders[-1][0], value))
        else:
            del self._holders[value]

    # -- answers

    def values(self) -> list[ValueKey]:
        """The standing values that are compared, most recently said first."""
        return [value for _, value in self._recent[: -MOST_VALUES - 1 : -1]]

    def speakers(self, value: ValueKey) -> int:
        return len(self._holders.get(value, ()))

    def first_speakers(self, value: ValueKey) -> list[str]:
        """Keys of those who hold a standing value, who said it first first; a few."""
        return [speaker for _, speaker in self._holders.get(value, ())[:MOST_SPEAKERS]]

    def last_said(self, value: ValueKey) -> Order | None:
        return self._holders[value][-1][0] if value in self._holders else None

    def first_said(self, value: ValueKey) -> Assertion:
        """The first report of a standing value by the first of its speakers."""
        return self._lines[value[0], self._holders[value][0][1]].cells[value[1]].first()

    def cell(self, key: ClaimKey) -> Cell:
        return self._lines[key.subject, key.speaker_key].cells[key.value_key]

    def stands(self, subject: str, speaker_key: str, value_key: str) -> bool:
        """Whether a speaker holds a word now."""
        line = self._lines.get((subject, speaker_key))
        return line is not None and value_key in line.standing()

    def words_of(self, speaker_key: str) -> list[ClaimKey]:
        """Everything a speaker holds now, and what it held once."""
        lines = [(subject, self._lines[subject, speaker_key]) for subject in self._subjects.get(speaker_key, ())]
        return [
            ClaimKey(self.about, subject, speaker_key, value_key)
            for subject, line in lines
            for value_key in sorted(line.cells)
        ]

    def disputes(self) -> dict[ValueKey, tuple[ValueKey, ...]]:
        """Standing values that cannot both be true, of different speakers."""
        if self._disputes is None:
            if len(self._recent) < 2:
                self._disputes = {}
                return self._disputes
            self._compare()
            # nobody disputes with himself: values that one and the same speaker alone holds
            alone = {value: holders[0][1] for value in self._against if len(holders := self._holders[value]) == 1}
            found: dict[ValueKey, tuple[ValueKey, ...]] = {}
            for value, others in self._against.items():
                speaker = alone.get(value)
                real = [other for other in others if speaker is None or alone.get(other) != speaker]
                if real:
                    found[value] = tuple(sorted(real))
            self._disputes = found
        return self._disputes

    def _compare(self) -> None:
        """Which of the compared values contradict which: only those that came since are compared anew."""
        values = self.values()
        against, now = self._against, dict.fromkeys(values)
        for value in [value for value in against if value not in now]:
            for other in against.pop(value):
                against[other].pop(value, None)
        for value in values:
            if value in against:
                continue
            said = self.first_said(value)
            mine: dict[ValueKey, None] = {}
            for other, theirs in against.items():
                if contradict(said, self.first_said(other)):
                    mine[other] = theirs[value] = None
            against[value] = mine

    def shown(self) -> dict[ClaimKey, Status]:
        """The claims that a head may show, with their states; bounded, whatever the incident has gathered."""
        if self._shown is None:
            disputes = self.disputes()
            found: dict[ClaimKey, Status] = {}
            firsts = {value: self._claim(value) for value in disputes}
            for value in self.values():
                status = _CURRENT
                if value in disputes:
                    status = Status(ClaimState.DISPUTED, tuple(firsts[other] for other in disputes[value]))
                subject, value_key = value
                for _, speaker in self._holders[value][:MOST_SPEAKERS]:
                    found[ClaimKey(self.about, subject, speaker, value_key)] = status
            for _, (subject, speaker), value_key in self._past[: -MOST_PAST - 1 : -1]:
                found[ClaimKey(self.about, subject, speaker, value_key)] = self._past_status(
                    (subject, speaker), value_key
                )
            self._shown = found
        return self._shown

    def _claim(self, value: ValueKey) -> ClaimKey:
        return ClaimKey(self.about, value[0], self._holders[value][0][1], value[1])

    def _past_status(self, key: LineKey, value_key: str) -> Status:
        line = self._lines[key]
        cell = line.cells[value_key]
        if cell.order is not None and line.last is not None:
            return Status(ClaimState.SUPERSEDED, superseded_by=ClaimKey(self.about, *key, line.last))
        if cell.replaced:
            return Status(ClaimState.SUPERSEDED, superseded_by=cell.replaced[-1][2].status)
        return Status(ClaimState.WITHDRAWN)


def _discard(table: list[Any], item: Any) -> None:
    """Take an item out of a sorted list that holds it."""
    at = bisect_left(table, item)
    assert table[at] == item, "the ledger's tables have come apart"
    del table[at]


class Ledger:
    """The topics of one incident."""

    def __init__(self) -> None:
        self._topics: dict[str, Topic] = {}
        self._names: dict[str, list[tuple[int, str]]] = {}  # speaker -> (seq, name as written), sorted

    def change(self, seq: int, assertions: tuple[Assertion, ...], *, add: bool, article: str = "") -> None:
        """Put one event's assertions in, or take out the very ones that were put in. They are of one speaker.

        article: the one that the event is a part of, "" where nobody knows
        """
        if not assertions:
            return
        names = self._names.setdefault(assertions[0].speaker_key, [])
        if add:
            insort(names, (seq, assertions[0].speaker))
        else:
            _discard(names, (seq, assertions[0].speaker))
        for assertion in assertions:
            self.topic(assertion.about).change(seq, assertion, add=add, article=article)

    def name_of(self, speaker_key: str) -> str:
        """A speaker's name as it was first reported."""
        return self._names[speaker_key][0][1]

    def topic(self, about: str) -> Topic:
        topic = self._topics.get(about)
        if topic is None:
            topic = self._topics[about] = Topic(about)
        return topic

    @property
    def claims(self) -> int:
        return sum(topic.claims for topic in self._topics.values())

    def shown(self, about: str) -> dict[ClaimKey, Status]:
        return self._topics[about].shown() if about in self._topics else {}

    def topics(self) -> list[str]:
        """Those that hold claims, in the order of the words' list."""
        return [about for about in _TOPICS if about in self._topics and self._topics[about].claims]

"""Which incidents are worth a look: inverted indexes, never a scan. What too many incidents share is no key."""

from __future__ import annotations

from collections.abc import Iterable, Set
from math import floor
from typing import Final

from .features import DAY_SECONDS, Features, Gist, peek
from .statistics import Statistics, to_grain

#: incidents that are compared in full with one event
MAX_CANDIDATES: Final = 14
#: a key that more incidents than this share says nothing about which one
MAX_POSTINGS: Final = 48
_CELL_DEGREES: Final = 0.5
_CELLS_ROUND: Final = 720  # half degrees of a circle of latitude: the last lies beside the first
_WEEK_DAYS: Final = 7
_EPOCH_ORDINAL: Final = 719_163
_SAME_REPORT: Final = 3.0
_SAME_CELL_AND_DAY: Final = 6.0
_SAME_COUNTRY_AND_DAY: Final = 2.0
_SAME_NUMBER: Final = 2.0
#: a concept is a key where it weighs as much (one report in twenty or fewer has it) and few incidents of these weeks do
_RARE_CONCEPT: Final = 3.0
_MOST_OF_A_CONCEPT: Final = 12
_SHARE_OF_A_CONCEPT: Final = 0.5

#: how many of an incident's events carry a name, then, week by week, how many do so in that week
Weeks = tuple[int, ...]
#: of an incident that does not carry it
_NONE: Final[Weeks] = (0,)
#: incident -> weeks; of one incident alone, which is the rule, a pair takes a fifth of a dict's room
NamePosting = tuple[str, Weeks] | dict[str, Weeks]
#: incident -> how many of its events; one event of one incident: its id
Posting = str | dict[str, int]


class Index:
    """Keys -> incidents, with how many of their events carry the key.

    A name that many incidents share is a key together with a week only. Those tables are made when a name becomes
    that common, and given up when it no longer is.

    What restored events are found by in days and weeks is entered week by week, when one is asked for that lies near:
    of the weeks of a year few ever are.
    """

    def __init__(self) -> None:
        self._names: dict[str, NamePosting] = {}
        self._common: dict[str, dict[int, dict[str, int]]] = {}
        self._reports: dict[str, Posting] = {}
        self._numbers: dict[int, Posting] = {}
        self._cells: dict[int, dict[int, Posting]] = {}
        self._countries: dict[str, dict[int, Posting]] = {}
        self._concepts: dict[int, dict[int, Posting]] = {}
        self._alike: dict[Weeks, Weeks] = {}
        #: week -> (features, incident) of restored events that this week has not been entered of yet
        self._asleep: dict[int, list[tuple[Features, str]]] = {}
        self._changes = 0
        #: what was found last: for which event, after how many changes, by which version of the statistics
        self._found: tuple[Features, int, int, dict[str, float]] | None = None

    def add(self, features: Features, incident_id: str) -> None:
        self._change(features, incident_id, 1)

    def remove(self, features: Features, incident_id: str) -> None:
        self._change(features, incident_id, -1)

    def restore(self, features: Features, gist: Gist, incident_id: str) -> None:
        """As `add`, of features that are better left unread."""
        self._changes += 1
        weeks = sorted(_weeks(gist))
        self._change_names(gist, incident_id, weeks, 1)
        for week in weeks:
            self._asleep.setdefault(week, []).append((features, incident_id))

    def _wake(self, weeks: Iterable[int]) -> None:
        for week in weeks:
            for unread, incident_id in self._asleep.pop(week, ()):
                features = peek(unread)
                days = [day for day in _days(features) if day // _WEEK_DAYS == week]
                self._change_times(features, incident_id, days, [week], 1)

    def _change(self, features: Features, incident_id: str, sign: int) -> None:
        self._changes += 1
        weeks = sorted(_weeks(features))
        if self._asleep:
            self._wake(weeks)
        self._change_names(features, incident_id, weeks, sign)
        self._change_times(features, incident_id, _days(features), weeks, sign)

    def _change_names(self, features: Features | Gist, incident_id: str, weeks: list[int], sign: int) -> None:
        """And whatever else is looked up without a time."""
        # what a name of an incident that did not carry it before gets: the same for all names of the event
        first = self._weeks_with(_NONE, weeks, sign) if sign > 0 else ()
        postings = self._names
        for names in (features.names, features.phrases):
            for name in names:
                posting = postings.get(name)
                if posting is None:
                    postings[name] = (incident_id, first)
                elif type(posting) is dict and len(posting) < MAX_POSTINGS and incident_id not in posting and sign > 0:
                    posting[incident_id] = first
                else:
                    self._change_name(name, posting, incident_id, weeks, first, sign)
        if features.report:
            _change(self._reports, features.report, incident_id, sign)
        for number in _figures(features):
            _change(self._numbers, number, incident_id, sign)

    def _change_times(
        self, features: Features, incident_id: str, days: Iterable[int], weeks: list[int], sign: int
    ) -> None:
        if features.lat is not None and features.place_rank <= 1:
            _change_days(self._cells, _cell(features), days, incident_id, sign)
        if features.country:
            _change_days(self._countries, features.country, days, incident_id, sign)
        mask = features.concepts
        while mask:
            rest = mask & (mask - 1)
            _change_days(self._concepts, (mask ^ rest).bit_length() - 1, weeks, incident_id, sign)
            mask = rest

    def _change_name(
        self, name: str, posting: NamePosting, incident_id: str, weeks: list[int], first: Weeks, sign: int
    ) -> None:
        if isinstance(posting, tuple):
            holder, held = posting
            if holder == incident_id:
                changed = self._weeks_with(held, weeks, sign)
                if changed[0]:
                    self._names[name] = (incident_id, changed)
                else:
                    del self._names[name]
                return
            posting = self._names[name] = {holder: held}
        known = posting.get(incident_id)
        changed = first if known is None else self._weeks_with(known, weeks, sign)
        if changed[0]:
            posting[incident_id] = changed
        else:
            del posting[incident_id]
        common = self._common.get(name)
        if common is not None:
            for week in weeks:
                _count(common.setdefault(week, {}), incident_id, sign)
                if not common[week]:
                    del common[week]
            if len(posting) <= MAX_POSTINGS:
                del self._common[name]
        elif len(posting) > MAX_POSTINGS:
            common = self._common[name] = {}
            for holder, held in posting.items():
                for week, times in zip(held[1::2], held[2::2], strict=True):
                    common.setdefault(week, {})[holder] = times
        if len(posting) == 1:
            (only,) = posting.items()
            self._names[name] = only

    def _weeks_with(self, held: Weeks, weeks: list[int], sign: int) -> Weeks:
        if len(weeks) == 1 and held == _NONE and sign > 0:  # the rule where a state is restored
            return self._kept((1, weeks[0], 1))
        counts = dict(zip(held[1::2], held[2::2], strict=True))
        for week in weeks:
            counts[week] = counts.get(week, 0) + sign
        changed = [held[0] + sign]
        for week in sorted(counts):
            if counts[week]:
                changed += (week, counts[week])
        return self._kept(tuple(changed))

    def _kept(self, made: Weeks) -> Weeks:
        """Most events of a week have equal ones: kept once."""
        if len(self._alike) > 4_096:
            self._alike.clear()
        return self._alike.setdefault(made, made)

    def scores(self, features: Features, statistics: Statistics) -> dict[str, float]:
        """Incidents that share a key with the event, and how much the shared keys weigh.

        Weights are whole grains: the order in which incidents and names are met changes no sum. An event that was just
        taken in is asked for again and again (merges, moves, relations): what was found last is kept until then. The
        answer is the caller's to change.
        """
        last = self._found
        if last is None or last[0] is not features or last[1:3] != (self._changes, statistics.version):
            found = self._scores(features, statistics)
            last = self._found = features, self._changes, statistics.version, found
        return last[3].copy()

    def _scores(self, features: Features, statistics: Statistics) -> dict[str, float]:
        if self._asleep:
            self._wake(_near(features))
        found: dict[str, float] = {}
        get, weights = found.get, statistics.weights
        near_weeks: list[int] | None = None
        # a name counts once, through the best key it is found by
        for names in (features.names, features.phrases):
            for name in names:
                posting = self._names.get(name)
                if posting is None:
                    continue
                weight = weights[name]
                if isinstance(posting, tuple):
                    found[posting[0]] = get(posting[0], 0.0) + weight
                elif len(posting) <= MAX_POSTINGS:
                    for incident_id in posting:
                        found[incident_id] = get(incident_id, 0.0) + weight
                else:
                    if near_weeks is None:
                        near_weeks = sorted({near for week in _weeks(features) for near in (week - 1, week, week + 1)})
                    by_week = self._common[name]
                    for incident_id in _any_of(by_week, near_weeks):
                        found[incident_id] = get(incident_id, 0.0) + weight
        for hits, weight in self._other_hits(features):
            for incident_id in hits:
                found[incident_id] = get(incident_id, 0.0) + weight
        if features.kind == "s":
            for hits, weight in self._concept_hits(features, statistics):
                for incident_id in hits:
                    found[incident_id] = get(incident_id, 0.0) + weight
        return found

    def _concept_hits(self, features: Features, statistics: Statistics) -> Iterable[tuple[Iterable[str], float]]:
        """What a statement speaks of finds its happening where it names nobody and no place: "the airliner case"."""
        by_bit = statistics.concept_weights()
        near_weeks = sorted({near for week in _weeks(features) for near in (week - 1, week, week + 1)})
        mask = features.concepts
        while mask:
            rest = mask & (mask - 1)
            bit = (mask ^ rest).bit_length() - 1
            mask = rest
            by_week = self._concepts.get(bit)
            if by_week is None or by_bit[bit] < _RARE_CONCEPT:
                continue
            hits: set[str] = set()
            for week in near_weeks:
                posting = by_week.get(week)
                if isinstance(posting, str):
                    hits.add(posting)
                elif posting is not None:
                    hits.update(posting)
                if len(hits) > _MOST_OF_A_CONCEPT:
                    break
            if len(hits) <= _MOST_OF_A_CONCEPT:
                yield hits, to_grain(by_bit[bit] * _SHARE_OF_A_CONCEPT)

    def _other_hits(self, features: Features) -> Iterable[tuple[Iterable[str], float]]:
        if features.report:
            yield _few(self._reports.get(features.report)), _SAME_REPORT
        lies_in_cell = features.lat is not None and features.place_rank <= 1
        if lies_in_cell or features.country:
            days = {near for day in _days(features) for near in (day - 1, day, day + 1)}
            days.update([day - _EPOCH_ORDINAL for day in features.days])
            if lies_in_cell:
                hits: set[str] = set()
                for cell in _cells_near(_cell(features)):
                    by_day = self._cells.get(cell)
                    if by_day is not None:
                        hits |= _any_of(by_day, days)
                yield hits, _SAME_CELL_AND_DAY
            if features.country:
                by_day = self._countries.get(features.country)
                if by_day is not None:
                    yield _any_of(by_day, days), _SAME_COUNTRY_AND_DAY
        for number in _figures(features):
            yield _few(self._numbers.get(number)), _SAME_NUMBER


def _any_of(by_day: dict[int, Posting] | dict[int, dict[str, int]], wanted: Iterable[int]) -> Set[str]:
    """Incidents under any of the wanted days or weeks that are not too common."""
    hits: set[str] = set()
    for day in wanted:
        posting = by_day.get(day)
        if posting is None:
            continue
        if isinstance(posting, str):
            hits.add(posting)
        elif len(posting) <= MAX_POSTINGS:
            hits.update(posting)
    return hits


def _few(posting: Posting | None) -> Iterable[str]:
    if posting is None:
        return ()
    if isinstance(posting, str):
        return (posting,)
    return posting if len(posting) <= MAX_POSTINGS else ()


def _change(table: dict[str, Posting] | dict[int, Posting], key: str | int, incident_id: str, sign: int) -> None:
    held: dict[str | int, Posting] = table  # type: ignore[assignment]  # both kinds of table are changed alike
    posting = held.get(key)
    if posting is None:
        held[key] = incident_id
    elif isinstance(posting, str):
        if sign < 0:
            del held[key]
        else:
            held[key] = {posting: 2} if posting == incident_id else {posting: 1, incident_id: 1}
    else:
        _count(posting, incident_id, sign)
        if not posting:
            del held[key]


def _count(posting: dict[str, int], incident_id: str, sign: int) -> None:
    left = posting.get(incident_id, 0) + sign
    if left:
        posting[incident_id] = left
    else:
        del posting[incident_id]


def _change_days(
    table: dict[int, dict[int, Posting]] | dict[str, dict[int, Posting]],
    key: int | str,
    days: Iterable[int],
    incident_id: str,
    sign: int,
) -> None:
    held: dict[int | str, dict[int, Posting]] = table  # type: ignore[assignment]  # as in _change
    for day in days:
        by_day = held.setdefault(key, {})
        _change(by_day, day, incident_id, sign)
        if not by_day:
            del held[key]


def _near(features: Features) -> list[int]:
    """The weeks of all days and weeks that incidents are looked up by."""
    weeks = {near // _WEEK_DAYS for day in _days(features) for near in (day - 1, day + 1)}
    weeks.update([(day - _EPOCH_ORDINAL) // _WEEK_DAYS for day in features.days])
    if features.kind == "s":
        weeks.update([near for week in _weeks(features) for near in (week - 1, week, week + 1)])
    return sorted(weeks)


def _days(features: Features | Gist) -> Iterable[int]:
    """Day numbers that an event may be looked up by: at most three of its time, else that of its publication."""
    if features.start is not None and features.end is not None:
        first, last = features.start // DAY_SECONDS, (features.end - 1) // DAY_SECONDS
        if last - first <= 2:
            return range(first, last + 1)
    if features.published is not None:
        return (features.published // DAY_SECONDS,)
    return ()


def _weeks(features: Features | Gist) -> set[int]:
    """Of all `_days`, and of its publication."""
    start, end, published = features.start, features.end, features.published
    weeks = set() if published is None else {published // DAY_SECONDS // _WEEK_DAYS}
    if start is not None and end is not None:
        first, last = start // DAY_SECONDS, (end - 1) // DAY_SECONDS
        if first <= last <= first + 2:
            weeks.update((first // _WEEK_DAYS, last // _WEEK_DAYS))
    return weeks


def _cell(features: Features) -> int:
    lat, lon = features.lat or 0.0, features.lon or 0.0
    return floor(lat / _CELL_DEGREES) * _CELLS_ROUND + floor(lon / _CELL_DEGREES) % _CELLS_ROUND


def _cells_near(cell: int) -> list[int]:
    """It and the eight around it."""
    column = cell % _CELLS_ROUND
    row = cell - column
    columns = ((column - 1) % _CELLS_ROUND, column, (column + 1) % _CELLS_ROUND)
    return [near + east for near in (row - _CELLS_ROUND, row, row + _CELLS_ROUND) for east in columns]


def _figures(features: Features | Gist) -> list[int]:
    """Figures that tell incidents apart."""
    given = (features.killed, features.injured, features.arrested, features.participants)
    return [number for number in given if number is not None and number > 3]

"""0001-01-01T00:00:00Z is the zero time of Go and of .NET, 9999-12-31 the "never" of databases: both are times, and
whatever a source writes them for, nothing ends by them: read, replayed, shown."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from consumers.board import Board
from consumers.changes import Told
from consumers.lines import PlainLog
from consumers.screen import Screen, whole
from processors.cores import real_cores
from processors.replay import as_log, replay
from processors.router import PartitionRouter
from schemas.arrival import came_by, in_report_time, stamped
from schemas.codec import TYPE_TIMELINE, TYPE_UPDATE, decode, decode_log_record, encode
from schemas.event import AnyEvent
from schemas.headers import headers_of, read_headers
from schemas.parts import Occurred, Place
from schemas.regions import region_of
from schemas.timeline import IncidentTimeline, TimelineUpdate
from schemas.topics import TIMELINES, UPDATES
from schemas.vocabulary import PlacePrecision, TimePrecision
from tests.builders import a_statement, an_attack

_CORES = real_cores()
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_HOURS = st.integers(0, 100).map(lambda hours: timedelta(hours=hours))
_MOMENTS = st.one_of(
    _HOURS.map(lambda after: _FIRST + after),
    _HOURS.map(lambda before: _LAST - before),
    st.just(datetime(2024, 3, 1, 10, tzinfo=UTC)),
)
_LONGS = st.sampled_from([-179.9, -150.0, 0.0, 150.0, 179.9])
_TEXTS = st.sampled_from(
    [
        "Bomb kills four in Kherson",
        "On Sunday and yesterday a bomb in Kherson, tomorrow 31 December",
        "1 January in Kherson",
    ]
)
_ZONES = st.sampled_from([None, "Asia/Baghdad", "America/Lima", "+14:00", "-12:00"])


@st.composite
def _occurred(draw: st.DrawFn) -> Occurred:
    one, other = sorted((draw(_MOMENTS), draw(_MOMENTS)))
    begin, end = draw(st.sampled_from([(one, other), (one, one), (other, other)]))
    return Occurred(from_=begin, until=end, precision=draw(st.sampled_from(list(TimePrecision))), timezone=draw(_ZONES))


@st.composite
def _events(draw: st.DrawFn) -> list[AnyEvent]:
    found: list[AnyEvent] = []
    for number in range(draw(st.integers(1, 4))):
        place = Place(name="Kherson", country="UA", lat=46.6, lon=draw(_LONGS), precision=PlacePrecision.CITY)
        make = draw(st.sampled_from([an_attack, a_statement]))
        text = draw(_TEXTS)
        event = make(
            "10:00", place, event_id=f"e{number}", publisher=f"P{number}", headline=text, text=text,
            **({"killed": draw(st.sampled_from([None, 4]))} if make is an_attack else {}),
        )  # fmt: skip
        times = {"occurred": draw(st.none() | _occurred()), "published_at": draw(st.none() | _MOMENTS)}
        found.append(event.model_copy(update=times))
    return found


def _in_year_one(number: int, *, days: int, text: str, **given: object) -> AnyEvent:
    begin = _FIRST + timedelta(days=days)
    west = Place(name="Kherson", country="UA", lat=46.6, lon=-170.0, precision=PlacePrecision.CITY)
    return an_attack(
        "10:00", west, event_id=f"e{number}", publisher=f"P{number}", headline=text, published=begin,
        happened=Occurred(from_=begin, until=begin + timedelta(hours=1), precision=TimePrecision.HOUR), **given,
    )  # fmt: skip


_AN_INSTANT = an_attack("10:00").model_copy(
    update={"occurred": Occurred(from_=_FIRST, until=_FIRST, precision=TimePrecision.MINUTE), "published_at": None}
)
_ON_SUNDAY = [
    an_attack(
        "10:00", None, event_id=f"e{number}", published=_FIRST,
        headline="Blast at Kherson market on Sunday, Volodymyr Zelensky says",
    ).model_copy(update={"occurred": None})
    for number in range(3)
]  # fmt: skip
_REVENGE = [
    _in_year_one(0, days=0, text="Group X kills five in Kherson", by="Group X", targets="Mayor Bo", killed=5),
    _in_year_one(1, days=2, text="Revenge for 31 December: Mayor Bo hits Group X in Kherson, as on Sunday",
                 by="Mayor Bo", targets="Group X", killed=9),
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_events(), _MOMENTS)
@example([_AN_INSTANT], _FIRST)
@example(_ON_SUNDAY, _FIRST)
@example(_REVENGE, _FIRST)
@example(_REVENGE, _LAST)
def test_no_time_ends_a_command_or_rejects_a_report(events: list[AnyEvent], live: datetime) -> None:
    parsed = [_read(event) for event in events]
    for by_report in (True, False):  # as `replay` stamps it, or as a live log holds it
        timed = in_report_time(parsed, came_by) if by_report else ((event, live) for event in parsed)
        log = as_log([(stamped(event, at), region_of(event)) for event, at in timed], 1)
        board, told = Board(), PlainLog(lambda _: None)
        for _, handed in replay(log, lambda p: PartitionRouter(p, _CORES.core_for, core_version="x", partitions=1)):
            assert not handed.faults
            for message in handed.outgoing:
                read_headers(message.headers)
                if message.topic == TIMELINES:
                    board.take(message.value)
                elif message.topic == UPDATES:
                    update = decode(TYPE_UPDATE, message.value)
                    assert isinstance(update, TimelineUpdate)
                    list(told.lines(Told(update, message.value, {})))
        for row in board.rows():
            _show(board, row.incident_id)


def _read(event: AnyEvent) -> AnyEvent:
    headers = read_headers(headers_of(event, region=region_of(event)))
    read = decode_log_record(headers.type, encode(event))
    assert read == event
    return event


def _show(board: Board, incident_id: str) -> None:
    head = board.head(incident_id)
    assert isinstance(head, IncidentTimeline)
    assert decode(TYPE_TIMELINE, encode(head)) == head
    console = Console(width=100, height=200, file=io.StringIO(), highlight=False)
    console.print(whole(board, Screen(why=True), head, 100))

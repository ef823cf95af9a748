"""Rows of coded databases: one row of each to an incident, the best partner whoever comes first, revisions together."""

from __future__ import annotations

import random
from typing import Any

import pytest

from benchmarks.rows.linking import figures, put_together
from benchmarks.rows.pairing import Second, paired
from benchmarks.rows.world import acled_rows
from processors.correlation import Correlator
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.weights import shipped
from schemas.event import AnyEvent, Source
from schemas.parts import Actor, Place
from schemas.vocabulary import ActorRole, PlacePrecision, SourceKind
from tests.builders import REGION, a_log, an_attack
from tests.random_logs import said
from tests.stories import Story


def a_row(
    database: str,
    row: str,
    *,
    km: float = 0.0,
    at: str = "2021-03-05",
    killed: int = 2,
    said: str = "",
    revision: int = 1,
) -> AnyEvent:
    """A clash at Tell Example, so many kilometres north of its centre."""
    place = Place(name="Tell Example", country="SY", lat=35.6 + km / 111.2, lon=36.5, precision=PlacePrecision.CITY)
    event = an_attack(
        f"{at}T21:00", place, event_id=f"{database}-{row}-{revision}", happened=f"{at}T10:00", publisher=database,
        report=f"{database}-{row}", killed=killed, headline=f"Armed clash, Tell Example{said and ': ' + said}",
    )  # fmt: skip
    people = (
        Actor(name="Old Mill Shield", role=ActorRole.PARTICIPANT),
        Actor(name="Ford Brigade", role=ActorRole.PARTICIPANT),
    )
    day = event.occurred
    assert day is not None
    day = day.model_copy(
        update={
            "from_": day.from_.replace(hour=0), "until": day.from_.replace(hour=23, minute=59), "precision": "day",
        }
    )  # fmt: skip
    source = Source(publisher=database, report_id=f"{database}-{row}", kind=SourceKind.DATASET)
    return event.model_copy(update={"actors": people, "source": source, "occurred": day, "published_at": None})


def told(*events: AnyEvent) -> Any:
    story = Story(linker=EvidenceLinker())
    story.tell(*events)
    return story


def test_rows_of_two_databases_about_one_clash_come_together() -> None:
    story = told(a_row("ACLED", "1"), a_row("GED", "9", km=1.2, killed=3))
    assert story.home("GED-9-1") == story.home("ACLED-1-1")
    reasons = story.entries["GED-9-1"].link.reasons
    assert sum(reason.contribution for reason in reasons) == pytest.approx(story.entries["GED-9-1"].link.score)
    assert "1.2 km apart" in next(reason.value for reason in reasons if reason.feature == "place")


def test_two_rows_of_one_database_stay_two_incidents_however_alike() -> None:
    story = told(a_row("ACLED", "1"), a_row("ACLED", "2"), a_row("ACLED", "3", killed=0))
    assert len({story.home(f"ACLED-{row}-1") for row in (1, 2, 3)}) == 3


def test_a_row_elsewhere_or_on_another_day_stays_apart() -> None:
    story = told(
        a_row("ACLED", "1"), a_row("GED", "2", km=40.0), a_row("GED", "3", at="2021-03-12", killed=9)
    )  # fmt: skip
    assert len({story.home(event) for event in ("ACLED-1-1", "GED-2-1", "GED-3-1")}) == 3


def test_a_revised_row_stays_with_what_it_revises() -> None:
    story = told(a_row("ACLED", "1"), a_row("ACLED", "2"), a_row("ACLED", "2", killed=7, revision=2))
    assert story.home("ACLED-2-2") == story.home("ACLED-2-1") != story.home("ACLED-1-1")


NEAR = a_row("ACLED", "1", killed=6, said="mine under the granary bridge")
FAR = a_row("ACLED", "2", killed=1, km=3.0)
TWIN_OF_NEAR = a_row("GED", "1", killed=6, said="granary bridge mine", km=0.2)
TWIN_OF_FAR = a_row("GED", "2", killed=1, km=3.2)


@pytest.mark.parametrize("order", range(8))
def test_partners_are_the_same_whoever_comes_first(order: int) -> None:
    rows = [NEAR, FAR, TWIN_OF_NEAR, TWIN_OF_FAR]
    random.Random(order).shuffle(rows)
    story = told(*rows)
    assert story.home(NEAR) == story.home(TWIN_OF_NEAR) != story.home(FAR)
    assert story.home(FAR) == story.home(TWIN_OF_FAR)


def test_a_better_partner_draws_and_who_is_left_finds_the_next() -> None:
    story = told(NEAR, TWIN_OF_FAR)
    assert story.home(TWIN_OF_FAR) == story.home(NEAR)
    story.tell(FAR)
    story.tell(TWIN_OF_NEAR)
    assert story.home(NEAR) == story.home(TWIN_OF_NEAR)
    assert story.home(FAR) == story.home(TWIN_OF_FAR) != story.home(NEAR)
    assert [change.event_id for change in story.changes("entry_moved")]
    for event in (NEAR, FAR, TWIN_OF_NEAR, TWIN_OF_FAR):
        assert event.event_id in [entry.event_id for entry in story.head(event).entries]


def test_the_rest_of_a_log_of_rows_gives_the_same_bytes_after_a_restore_at_any_record() -> None:
    made = paired("restore", acled_rows(5, 24, days=2), Second.BOTH, 1)
    log = a_log([event.model_copy(update={"recorded_at": made.events[0].occurred.until}) for event in made.events])
    never_stopped = Correlator(REGION, EvidenceLinker())
    outputs, states = [], [list(never_stopped.dump())]
    for record in log:
        outputs.append(said(never_stopped, record))
        states.append(list(never_stopped.dump()))
    for stopped_at in range(0, len(log), 5):
        core = Correlator(REGION, EvidenceLinker())
        core.restore(states[stopped_at])
        for record, expected in zip(log[stopped_at:], outputs[stopped_at:], strict=True):
            assert said(core, record) == expected
        assert list(core.dump()) == states[-1]


@pytest.mark.parametrize(("second", "b_cubed", "pairwise"), [(Second.GED, 0.975, 0.93), (Second.OTHER, 0.98, 0.95)])
def test_an_invented_week_is_put_together(second: Second, b_cubed: float, pairwise: float) -> None:
    made = paired("a week", acled_rows(4, 150, days=5), second, 1)
    found = figures(made, put_together(made, shipped(), 1))
    assert found.both > 40
    assert found.b_cubed > b_cubed
    assert found.pairwise > pairwise

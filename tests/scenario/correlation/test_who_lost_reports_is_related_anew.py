"""Relations follow the reports: whoever lost or got some other than by arrival is asked again, and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from processors.correlation import Correlator, LogRecord, Policy
from processors.correlation.linking.api import RelationProposal
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded
from schemas.arrival import dated, in_report_time, stamped
from schemas.timeline import Related
from tests.builders import REGION, a_decision, a_statement, a_tick, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker
from tests.stories import Story

ALONE = {"alone": True}


class CountingLinker(PlaceAndDayLinker):
    """Its reasons say how many reports an incident has; only the later of two answers for what it goes back to."""

    def relations_of(
        self, incident_id: str, *, now: datetime, known: tuple[str, ...] = ()
    ) -> tuple[RelationProposal, ...]:
        def began(name: str) -> int:
            return min(held.seq for held in self.by_incident[name].values())

        return tuple(
            replace(found, reasons=(f"beside {len(self.by_incident[found.other])}",))
            for found in super().relations_of(incident_id, now=now, known=known)
            if began(found.other) < began(incident_id)
        )


def related(story: Story, event: str) -> list[str]:
    """An event of each incident that the one of `event` is related to, sorted."""
    names = {story.home(name): name for name in sorted(story.entries, reverse=True)}
    return sorted(names[other.incident_id] for other in story.head(event).related)


def a_loner_in_kherson(**given: object) -> Story:
    """Kyiv and Kherson have reports of one day; one of Kherson's says that it has to do with no other."""
    story = Story()
    story.tell(
        an_attack("10:00", event_id="k"),
        an_attack("10:10", "Kyiv", event_id="y"),
        an_attack("10:20", event_id="loner", publisher="Reuters", **{"extra": ALONE, **given}),
    )
    assert (related(story, "k"), related(story, "y")) == ([], [])
    return story


def test_the_home_that_a_second_look_left_is_asked() -> None:
    story = a_loner_in_kherson(extra={**ALONE, "rather": "Odesa"})
    story.tell(an_attack("10:40", "Odesa", event_id="o"), a_tick("11:00"))
    assert story.home("loner") == story.home("o")
    assert (related(story, "k"), related(story, "y"), related(story, "o")) == (["y"], ["k"], [])


def test_both_parts_of_what_a_person_split_are_asked() -> None:
    story = a_loner_in_kherson()
    story.tell(a_decision("split", incidents=[story.home("k")], events=["loner"]))
    assert (related(story, "k"), related(story, "y"), related(story, "loner")) == (["y"], ["k"], [])


def test_both_homes_of_what_a_person_pinned_are_asked() -> None:
    story = a_loner_in_kherson()
    story.tell(an_attack("10:30", "Lagos", event_id="l"))
    story.tell(a_decision("pin", incidents=[story.home("l")], events=["loner"]))
    assert (related(story, "k"), related(story, "y"), related(story, "l")) == (["y"], ["k"], [])


def test_what_a_person_merged_is_asked() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"), an_attack("10:10", "Kyiv", event_id="y"))
    story.tell(an_attack("10:20", "Lagos", event_id="l", extra=ALONE))
    story.tell(a_decision("merge", incidents=[story.home("k"), story.home("l")]))
    assert (related(story, "k"), related(story, "y")) == ([], [])
    assert len(story.changes("unrelated")) == 2


@pytest.mark.parametrize("decision", ["retract", "redact"])
def test_the_home_of_what_a_person_took_back_is_asked(decision: str) -> None:
    story = a_loner_in_kherson()
    story.tell(a_decision(decision, events=["loner"]))
    assert (related(story, "k"), related(story, "y")) == (["y"], ["k"])


def test_the_home_of_what_its_source_took_back_is_asked() -> None:
    story = a_loner_in_kherson()
    story.tell(an_attack("10:30", event_id="sorry", publisher="Reuters", retracts="loner"))
    assert (related(story, "k"), related(story, "y")) == (["y"], ["k"])


def test_the_home_of_what_was_corrected_to_another_place_is_asked() -> None:
    story = a_loner_in_kherson()
    story.tell(an_attack("10:30", "Mykolaiv", event_id="fix", publisher="Reuters", corrects="loner", extra=ALONE))
    assert story.home("loner") == story.home("fix") != story.home("k")
    assert (related(story, "k"), related(story, "y"), related(story, "fix")) == (["y"], ["k"], [])


def test_the_home_that_a_statement_was_drawn_from_is_asked() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="k"), an_attack("10:10", "Kyiv", event_id="y"))
    story.tell(a_statement("10:20", "Kherson", event_id="word", extra=ALONE))
    assert related(story, "y") == []
    story.tell(an_attack("10:30", "Lagos", event_id="l", extra={"draws": "Kherson"}))
    assert story.home("word") == story.home("l")
    assert (related(story, "k"), related(story, "y")) == (["y"], ["k"])


def counted(story: Story, event: str) -> list[tuple[str, ...]]:
    return [other.reasons for other in story.head(event).related]


def three_in_kherson_and_a_later_one() -> Story:
    story = Story(linker=CountingLinker())
    story.tell(*(an_attack("10:00", event_id=f"k{n}", publisher=f"Paper {n}") for n in range(3)))
    story.tell(an_attack("10:30", "Kyiv", event_id="y"), an_attack("10:31", event_id="k3", publisher="Paper 3"))
    assert counted(story, "k0") == counted(story, "y") == [("beside 3",)]  # nothing is said of an arrival alone
    return story


def test_reasons_that_are_true_no_more_are_said_anew_on_both_heads() -> None:
    story = three_in_kherson_and_a_later_one()
    before = {name: story.head(name).revision for name in ("k0", "y")}
    changes = story.tell(a_decision("split", incidents=[story.home("k0")], events=["k2", "k3"]))
    assert ("beside 2",) in counted(story, "k0")
    assert ("beside 2",) in counted(story, "y")
    assert {name: story.head(name).revision - 1 for name in before} == before
    told = {update.incident_id: update.changes for update in changes.updates}
    anew = [change.incident_id for change in told[story.home("y")] if isinstance(change, Related)]
    assert anew[0] == story.home("k0")  # it is the later one, which alone can say so


def test_words_that_a_redaction_took_are_not_made_anew() -> None:
    story = three_in_kherson_and_a_later_one()
    story.tell(a_decision("redact", events=["k2"]))
    assert counted(story, "k0") == counted(story, "y") == [()]
    story.tell(a_decision("retract", "19:00", events=["k3"]))
    assert counted(story, "k0") == counted(story, "y") == [()]


def test_one_record_asks_about_so_many_and_no_more() -> None:
    linker = PlaceAndDayLinker()
    story = Story(Policy(relates_per_record=3), linker)
    places = [f"Town {number}" for number in range(8)]
    story.tell(*(an_attack("10:00", place, event_id=f"{n}-{at}") for n in "ab" for at, place in enumerate(places)))
    asked = linker.calls["relations_of"]
    assert asked == 16
    names = [f"b-{at}" for at in range(1, 8)]
    story.tell(a_decision("pin", incidents=[story.home("a-0")], events=names))
    assert linker.calls["relations_of"] == asked + 3


def test_after_a_split_a_real_relation_tells_of_what_is_left() -> None:
    """Kazakhstan, January 2022: a report of 3 January's detentions stood among those of Shymkent until its hour was
    over, and with it "22 days apart"."""
    core = Correlator(REGION, EvidenceLinker())
    lines = Path("gold/kaz.jsonl").read_bytes().splitlines()
    home = {}
    events = [parse_coded(line)[0] for line in lines]
    for offset, (event, at) in enumerate(in_report_time(events, dated)):
        changes = core.apply(LogRecord(message=stamped(event, at), region=REGION, partition=0, offset=offset))
        home.update({entry.event_id: entry.incident_id for entry in changes.entries})
    shymkent = core.head(home["kaz-097"])
    assert home["kaz-113"] != shymkent.incident_id
    assert shymkent.related
    assert not [reason for other in shymkent.related for reason in other.reasons if reason.startswith("22 days")]

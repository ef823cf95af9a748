"""Which of two related incidents is the precursor, the retaliation, the protest, the background: both heads say so."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from processors.correlation import Correlator, LogRecord, StateRecord
from processors.correlation.linking.api import RelationProposal
from processors.correlation.linking.linker import EvidenceLinker
from producers.feeds.coded import parse_coded
from schemas.arrival import dated, in_report_time, stamped
from schemas.vocabulary import Relation
from tests.builders import REGION, a_decision, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker
from tests.stories import Story


class AnsweringLinker(PlaceAndDayLinker):
    """What came in later is the retaliation for what came in earlier, by the numbers of their first reports.

    turned: the other way round, as where a later report tells of an earlier hour. silent: nothing is said any more
    """

    turned = False
    silent = False

    def relations_of(
        self, incident_id: str, *, now: datetime, known: tuple[str, ...] = ()
    ) -> tuple[RelationProposal, ...]:
        def began(name: str) -> int:
            return min(held.seq for held in self.by_incident[name].values())

        if self.silent:
            return ()
        proposals = []
        for found in super().relations_of(incident_id, now=now, known=known):
            earlier, later = sorted((found.incident_id, found.other), key=began, reverse=self.turned)
            proposals.append(replace(found, incident_id=later, other=earlier, relation=Relation.RETALIATION))
        return tuple(proposals)


def related(story: Story, event: str) -> list[tuple[str, str, str | None]]:
    """(incident, relation, direction) of what the incident of an event is related to."""
    return [(other.incident_id, str(other.relation), other.direction) for other in story.head(event).related]


def a_raid_and_what_answered_it() -> Story:
    story = Story(linker=AnsweringLinker())
    story.tell(an_attack("10:00", event_id="raid"), an_attack("11:00", "Kyiv", event_id="answer"))
    return story


def test_both_heads_and_both_updates_say_which_one_answers_the_other() -> None:
    story = a_raid_and_what_answered_it()
    assert related(story, "answer") == [(story.home("raid"), "retaliation", "of")]
    assert related(story, "raid") == [(story.home("answer"), "retaliation", "to")]
    said = {(change.incident_id, change.direction) for change in story.changes("related")}
    assert said == {(story.home("raid"), "of"), (story.home("answer"), "to")}


def test_of_a_campaign_neither_is_that_of_the_other() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="raid"), an_attack("11:00", "Kyiv", event_id="answer"))
    assert related(story, "raid") == [(story.home("answer"), "same_campaign", None)]


def test_a_direction_that_turns_is_told_however_little_the_score_moved() -> None:
    story = a_raid_and_what_answered_it()
    story.linker.turned = True  # type: ignore[attr-defined]
    story.tell(an_attack("11:30", "Kyiv", event_id="more", publisher="BBC"))
    assert related(story, "answer") == [(story.home("raid"), "retaliation", "to")]
    assert related(story, "raid") == [(story.home("answer"), "retaliation", "of")]
    assert len(story.changes("related")) == 4


@pytest.mark.parametrize(
    ("merged", "partner", "ours", "theirs"), [("answer", "raid", "of", "to"), ("raid", "answer", "to", "of")]
)
def test_what_is_merged_hands_its_relations_on_as_they_went(merged: str, partner: str, ours: str, theirs: str) -> None:
    story = a_raid_and_what_answered_it()
    story.tell(an_attack("12:00", "Lagos", event_id="l"))
    story.linker.silent = True  # type: ignore[attr-defined]
    story.tell(a_decision("merge", incidents=[story.home("l"), story.home(merged)]))
    assert related(story, "l") == [(story.home(partner), "retaliation", ours)]
    assert related(story, partner) == [(story.home("l"), "retaliation", theirs)]
    handed = {(change.incident_id, change.direction) for change in story.changes("related")[2:]}
    assert handed == {(story.home(partner), ours), (story.home("l"), theirs)}


def test_a_redaction_leaves_the_direction() -> None:
    story = a_raid_and_what_answered_it()
    story.tell(a_decision("redact", events=["raid"]))
    assert related(story, "answer") == [(story.home("raid"), "retaliation", "of")]
    assert story.changes("related")[-1].direction == "of"  # type: ignore[union-attr]


def without_directions(state: Iterable[StateRecord]) -> list[StateRecord]:
    """As it was written before there were any: a relation was four values."""
    older = []
    for key, raw in state:
        value = json.loads(raw or b"{}")
        value["related"] = [kept[:4] for kept in value.get("related", [])]
        older.append(StateRecord(key, json.dumps(value).encode()) if value["related"] else StateRecord(key, raw))
    return older


def test_relations_kept_before_there_were_directions_are_read_and_get_theirs_when_they_are_asked_about() -> None:
    story = a_raid_and_what_answered_it()
    state = without_directions(story.core.dump())
    assert state != list(story.core.dump())
    story.core = Correlator(REGION, AnsweringLinker())
    story.core.restore(state)
    assert related(story, "raid") == [(story.home("answer"), "retaliation", None)]
    story.tell(an_attack("11:30", "Kyiv", event_id="more", publisher="BBC"))
    assert related(story, "raid") == [(story.home("answer"), "retaliation", "to")]
    assert related(story, "answer") == [(story.home("raid"), "retaliation", "of")]


def test_on_real_reports_the_two_heads_never_disagree() -> None:
    core = Correlator(REGION, EvidenceLinker())
    events = [parse_coded(line)[0] for line in Path("gold/kad.jsonl").read_bytes().splitlines()]
    heads = {}
    for offset, (event, at) in enumerate(in_report_time(events, dated)):
        changes = core.apply(LogRecord(message=stamped(event, at), region=REGION, partition=0, offset=offset))
        heads.update({incident_id: core.head(incident_id) for incident_id in changes.touched})
    ends = {
        (head.incident_id, other.incident_id): (str(other.relation), other.direction)
        for head in heads.values()
        for other in head.related
    }
    assert len(ends) >= 20
    opposite = {"of": "to", "to": "of", None: None}
    for (one, other), (relation, direction) in ends.items():
        assert ends[other, one] == (relation, opposite[direction])
        assert (direction is None) == (relation == "same_campaign")
    reasons = {reason for head in heads.values() for other in head.related for reason in other.reasons}
    named = [name for reason in reasons if reason.startswith("both name ") for name in reason[10:].split(", ")]
    assert "Green Zone" in named
    assert not {"Citing", "enforcement", "students", "Command", "Green"}.intersection(named)

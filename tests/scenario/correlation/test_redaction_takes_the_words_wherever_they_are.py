"""A person redacts a report. Its words stood elsewhere, too: on heads that it left, in reasons, in its own time."""

from __future__ import annotations

from processors.correlation import Policy
from schemas.codec import encode
from schemas.parts import Occurred
from tests.builders import a_decision, an_attack, time_of
from tests.stories import Story

SECRET = "Zebulon Quux"


def said(story: Story) -> list[str]:
    """Where the secret stands now: entries, heads, state."""
    names = {entry.incident_id for entry in story.entries.values()} | {each.incident_id for each in story.updates}
    messages = {
        **{f"entry {event_id}": encode(entry) for event_id, entry in story.entries.items()},
        **{f"head {name}": encode(story.core.head(name)) for name in sorted(names)},
        **{record.key: record.value or b"" for record in story.core.dump()},
    }
    return [where for where, message in messages.items() if SECRET.encode() in message]


def test_the_sources_own_words_for_the_time_go_from_head_and_state() -> None:
    story = Story()
    wording = f"when {SECRET} left his house"
    happened = Occurred(from_=time_of("10:00"), until=time_of("10:01"), precision="minute", as_reported=wording)
    story.tell(an_attack("10:00", event_id="a", happened=happened))
    told = story.head("a").occurred
    assert told is not None
    assert told.as_reported == wording
    story.tell(a_decision("redact", events=["a"]))
    assert said(story) == []
    assert story.head("a").occurred == told.model_copy(update={"as_reported": None})


def test_that_there_was_a_report_when_by_whom_and_how_near_it_came_stays() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a"),
        an_attack("10:10", event_id="b", headline=f"{SECRET} shot", published="09:50", publisher="Reuters"),
    )
    was = story.entries["b"]
    story.tell(a_decision("redact", events=["b"]))
    now = story.entries["b"]
    assert (now.recorded_at, now.reported_at, now.source) == (was.recorded_at, was.reported_at, was.source)
    assert (now.incident_id, now.role, now.significance) == (was.incident_id, was.role, was.significance)
    assert now.link.score == was.link.score
    assert [(reason.feature, reason.contribution) for reason in now.link.reasons] == [
        (reason.feature, reason.contribution) for reason in was.link.reasons
    ]
    assert {reason.value for reason in now.link.reasons} == {"[redacted]"}


def test_a_headline_goes_from_the_head_of_what_its_report_was_merged_from_and_split_off_again() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a", killed=9),
        an_attack("10:10", "Lagos", event_id="b", headline=f"{SECRET} shot", publisher="Reuters"),
    )
    stays, gone = story.home("a"), story.home("b")
    story.tell(
        a_decision("merge", incidents=[stays, gone]),
        a_decision("split", "18:10", incidents=[stays], events=["b"]),
    )
    changes = story.tell(a_decision("redact", "19:00", events=["b"]))
    assert set(changes.touched) == {gone, story.home("b")}
    assert said(story) == []
    assert story.core.head(gone).title == "[redacted]"


def test_a_headline_goes_from_the_head_that_its_report_was_pinned_away_from() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="b", headline=f"{SECRET} shot dead in Kherson market", publisher="Reuters"),
        an_attack("10:05", event_id="b2", headline="Shots", publisher="BBC"),
        an_attack("11:00", "Lagos", event_id="l", killed=44),
        an_attack("12:00", event_id="r", retracts="b2", publisher="BBC"),
    )
    left = story.home("b2")
    story.tell(a_decision("pin", "13:00", incidents=[story.home("l")], events=["b"]))
    assert story.core.head(left).title == "Shots", "withdrawn, but it is there"
    assert [change.now for change in story.changes("retitled")] == ["Shots"]
    story.tell(a_decision("redact", "14:00", events=["b"]))
    assert said(story) == []
    assert story.core.head(left).title == "Shots"
    story.tell(an_attack("15:00", event_id="b3", headline="Shots again", publisher="CNN"))
    assert story.core.head(left).title == "Shots again"


def test_words_of_relations_go_from_heads_that_the_reports_own_head_does_not_name() -> None:
    story = Story(Policy(related=1))
    places = ["Kherson", "Kyiv", "Mykolaiv"]
    story.tell(*(an_attack(f"1{hour}:00", place, event_id=place) for hour, place in enumerate(places)))
    names = {place: story.head(place).related[0].incident_id for place in places}
    named = next(place for place in places if sum(story.home(place) == other for other in names.values()) == 2)
    (alone,) = (p for p in places if names[p] == story.home(named) and names[named] != story.home(p))
    assert story.head(alone).related[0].reasons
    changes = story.tell(a_decision("redact", "20:00", events=[named]))
    (related,) = story.head(alone).related
    assert (related.incident_id, related.reasons) == (story.home(named), ())
    assert story.home(alone) in changes.touched


def test_what_a_redacted_correction_replaced_does_not_hold_again_nor_is_told_by_what_it_was_replaced() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a", killed=2, publisher="Reuters"),
        an_attack("11:00", event_id="fix", killed=7, corrects="a", publisher="Reuters"),
    )
    assert story.claims("a", "killed") == [(2, "Reuters", "superseded"), (7, "Reuters", "current")]
    changes = story.tell(a_decision("redact", events=["fix"]))
    (claim,) = [claim for claim in story.head("a").claims if claim.about == "killed"]
    assert (claim.value, claim.state, claim.superseded_by) == (2, "withdrawn", None)
    told = [(c.was, c.claim.value, c.claim.state) for u in changes.updates for c in u.changes
            if c.type == "claim_changed" and c.claim.about == "killed"]  # fmt: skip
    assert told == [("superseded", 2, "withdrawn")]
    assert story.entries["a"].corrected_by == "fix"


def test_what_a_redacted_correction_of_a_correction_replaced_goes_wherever_it_stands() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a", killed=2, publisher="Reuters"),
        an_attack("10:30", event_id="other", publisher="AFP"),
        an_attack("11:00", event_id="fix", injured=5, corrects="a", publisher="Reuters"),
        an_attack("12:00", event_id="last", killed=7, corrects="fix", publisher="Reuters"),
    )
    story.tell(a_decision("split", incidents=[story.home("a")], events=["a"]))
    assert story.home("a") != story.home("fix") == story.home("last")
    assert story.claims("a", "killed") == [(2, "Reuters", "superseded")]
    story.tell(a_decision("redact", events=["last"]))
    assert story.claims("a", "killed") == [(2, "Reuters", "withdrawn")]


def test_what_another_report_corrects_likewise_stays_replaced_by_that() -> None:
    story = Story()
    story.tell(
        an_attack("10:00", event_id="a", killed=2, publisher="Reuters"),
        an_attack("11:00", event_id="fix", killed=7, corrects="a", publisher="Reuters"),
        an_attack("12:00", event_id="same", killed=7, publisher="Reuters", headline="Seven"),
        a_decision("redact", events=["fix"]),
    )
    assert story.claims("a", "killed") == [(2, "Reuters", "superseded"), (7, "Reuters", "current")]
    by_id = {claim.claim_id: claim for claim in story.head("a").claims}
    assert all(claim.superseded_by in {None, *by_id} for claim in by_id.values())

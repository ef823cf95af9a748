"""Words that came before the first report of what they are about, and stand with something earlier until it comes."""

from __future__ import annotations

from schemas.codec import LogMessage
from schemas.parts import EventRef
from schemas.vocabulary import EntryRole
from tests.builders import a_decision, a_statement, an_attack
from tests.stories import Story


def attack(event_id: str = "attack") -> LogMessage:
    return an_attack("12:00", "Mykolaiv", event_id=event_id, publisher="Reuters", extra={"draws": "Kherson"})


def before(*more: LogMessage) -> Story:
    """A clash with a word that is about what is reported later."""
    story = Story()
    story.tell(an_attack("10:00", event_id="clash"), a_statement("11:00", event_id="word", speaker="A mayor"), *more)
    assert story.home("word") == story.home("clash")
    return story


def test_they_go_over_once_it_is_reported_and_both_timelines_say_so_and_why() -> None:
    story = before()
    was = story.home("clash")
    story.tell(attack())
    assert story.home("word") == story.home("attack") != was
    assert story.entries["word"].role is EntryRole.REACTION
    assert story.head("clash").entries_total == 1
    moves = {(change.from_incident, change.to_incident, change.reasons) for change in story.changes("entry_moved")}
    assert moves == {(None, story.home("attack"), ("is about this",)), (was, None, ("is about this",))}


def test_the_reports_that_repeat_them_come_along() -> None:
    words = "Mayor speaks of a blast"
    again = a_statement("11:30", event_id="again", speaker="A mayor", publisher="Gazette", headline=words)
    story = Story()
    story.tell(
        an_attack("10:00", event_id="clash"),
        a_statement("11:00", event_id="word", speaker="A mayor", headline=words),
        again,
    )
    assert story.entries["again"].role is EntryRole.DUPLICATE
    story.tell(attack())
    assert {story.home(name) for name in ("word", "again")} == {story.home("attack")}
    assert story.entries["again"].source.copy_of == "word"


def test_what_a_person_placed_stays() -> None:
    story = before()
    story.tell(a_decision("pin", "11:30", incidents=[story.home("clash")], events=["word"]))
    story.tell(attack())
    assert story.home("word") == story.home("clash")


def test_what_corrects_another_report_stays_with_it() -> None:
    story = before(a_statement("11:30", event_id="mended", speaker="A mayor", corrects="word", headline="Mended"))
    story.tell(attack())
    assert {story.home(name) for name in ("word", "mended")} == {story.home("clash")}


def test_nothing_goes_to_an_incident_that_a_person_withdrew() -> None:
    story = before()
    story.tell(an_attack("11:40", "Mykolaiv", event_id="first"))
    story.tell(a_decision("retract", "11:50", incidents=[story.home("first")]))
    story.tell(attack().model_copy(update={"corrects": EventRef(event_id="first")}))
    assert story.home("attack") == story.home("first")
    assert story.home("word") == story.home("clash")


def test_nothing_goes_over_between_incidents_that_a_person_parted() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="clash"), a_statement("11:00", event_id="word", speaker="A mayor"))
    story.tell(an_attack("11:10", event_id="part"))
    story.tell(a_decision("split", "11:20", incidents=[story.home("clash")], events=["part"]))
    story.tell(an_attack("12:00", "Odesa", event_id="attack", refers_to=["part"], extra={"draws": "Kherson"}))
    assert story.home("attack") == story.home("part")
    assert story.home("word") == story.home("clash")

"""Reports that were placed by a small margin are asked again, once, when the reports of their hour are in."""

from __future__ import annotations

from processors.correlation import Correlator, Policy
from schemas.codec import LogMessage
from tests.builders import REGION, a_decision, a_statement, a_tick, an_attack
from tests.place_and_day_linker import PlaceAndDayLinker
from tests.stories import Story


def doubtful(at: str = "10:20", place: str = "Kherson", event_id: str = "doubtful", **given: object) -> LogMessage:
    """Placed by the place for now; rather of Odesa's incident, if there is one."""
    return an_attack(at, place, event_id=event_id, publisher="Reuters", extra={"rather": "Odesa"}, **given)


def odesa(at: str = "10:40") -> LogMessage:
    return an_attack(at, "Odesa", event_id="odesa", publisher="BBC")


def told(*more: LogMessage, policy: Policy | None = None) -> Story:
    story = Story(policy)
    story.tell(an_attack("10:00", event_id="first"), doubtful(), odesa(), *more)
    return story


def test_it_goes_over_when_the_hour_is_over_and_both_timelines_say_so_and_why() -> None:
    story = told(a_tick("10:59"))
    was = story.home("first")
    assert story.home("doubtful") == was
    story.tell(a_tick("11:00"))
    assert story.home("doubtful") == story.home("odesa") != was
    assert (story.head("first").entries_total, story.head("odesa").entries_total) == (1, 2)
    moves = {(change.from_incident, change.to_incident, change.reasons) for change in story.changes("entry_moved")}
    why = ("asked again when the reports of its hour were in: suits this better, at 4.0 log-odds",)
    assert moves == {(None, story.home("odesa"), why), (was, None, why)}


def test_every_revision_of_both_is_there() -> None:
    story = told(a_tick("11:00"))
    for event in ("first", "odesa"):
        revisions = [update.revision for update in story.updates if update.incident_id == story.home(event)]
        assert revisions == [1, 2, 3] if event == "first" else [1, 2]


def test_the_next_report_of_the_region_brings_it_about_as_a_tick_does() -> None:
    story = told(an_attack("11:30", "Lagos", event_id="elsewhere"))
    assert story.home("doubtful") == story.home("odesa")


def test_it_is_asked_once_only() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="first"), doubtful(), a_tick("11:00"), odesa("11:10"), a_tick("12:00"))
    assert story.home("doubtful") == story.home("first")


def test_a_report_that_is_sent_twice_does_not_have_more_of_them_asked() -> None:
    def waiting(*later: LogMessage) -> list[str]:
        story = Story(Policy(looks_per_record=1))
        more = [doubtful(f"10:2{n}", event_id=f"doubtful-{n}", headline=f"A blast, {n} dead") for n in range(3)]
        story.tell(an_attack("10:00", event_id="first"), *more, odesa(), *later)
        return [f"doubtful-{n}" for n in range(3) if story.home(f"doubtful-{n}") == story.home("first")]

    elsewhere = an_attack("11:30", "Lagos", event_id="elsewhere")
    assert len(waiting(elsewhere)) == 2
    assert waiting(elsewhere, elsewhere) == waiting(elsewhere)
    assert len(waiting(elsewhere, a_tick("11:31"))) == 1


def test_what_was_placed_beyond_doubt_is_not_asked() -> None:
    story = told()
    places = story.linker.calls["place"]
    story.tell(a_tick("11:00"), a_tick("12:00"))
    assert story.linker.calls["place"] == places + 1


def test_what_suits_no_incident_any_more_founds_its_own() -> None:
    story = Story()
    leaver = an_attack("10:20", event_id="leaver", publisher="Reuters", extra={"apart_from": "Odesa"})
    story.tell(an_attack("10:00", event_id="first"), leaver, odesa(), a_tick("11:00"))
    assert len({story.home(event) for event in ("first", "leaver", "odesa")}) == 3
    assert story.head("leaver").split_from == story.home("first")
    assert "nothing suits it well enough" in story.changes("split")[0].reasons[0]


def test_what_stands_alone_and_suits_nothing_changes_nothing() -> None:
    story = Story()
    story.tell(an_attack("10:20", event_id="leaver", extra={"apart_from": "Odesa"}), odesa())
    assert story.tell(a_tick("11:00")).updates == ()


def test_a_story_that_draws_it_at_once_does_so_again_and_nothing_is_split() -> None:
    story = Story()
    leaver = an_attack(
        "10:20", event_id="leaver", publisher="Reuters", extra={"apart_from": "Odesa", "also": "Mykolaiv"}
    )
    story.tell(an_attack("10:00", "Mykolaiv", event_id="first"), leaver, odesa())
    assert story.home("leaver") == story.home("first")
    assert story.tell(a_tick("11:00")).updates == ()


def test_an_incident_that_it_leaves_empty_forwards_to_where_it_went() -> None:
    story = Story()
    story.tell(doubtful(), odesa())
    was = story.home("doubtful")
    story.tell(a_tick("11:00"))
    assert story.core.head(was).merged_into == story.home("odesa")


def test_the_reports_that_repeat_it_come_along() -> None:
    again = an_attack("10:30", event_id="again", publisher="Gazette", headline="A blast", extra={"rather": "Odesa"})
    story = Story()
    story.tell(an_attack("10:00", event_id="first"), doubtful(headline="A blast"), again, odesa(), a_tick("11:00"))
    assert story.entries["again"].source.copy_of == "doubtful"
    assert story.home("again") == story.home("doubtful") == story.home("odesa")


def test_what_a_person_placed_stays() -> None:
    story = told()
    story.tell(a_decision("pin", "10:50", incidents=[story.home("first")], events=["doubtful"]), a_tick("11:00"))
    assert story.home("doubtful") == story.home("first")


def test_nothing_leaves_an_incident_that_a_person_made_of_two() -> None:
    story = told(an_attack("10:45", "Mykolaiv", event_id="other"))
    story.tell(a_decision("merge", "10:50", incidents=[story.home("other"), story.home("first")]), a_tick("11:00"))
    assert story.home("doubtful") == story.home("first") == story.home("other") != story.home("odesa")


def test_what_corrects_another_report_stays_with_it() -> None:
    story = told(an_attack("10:50", event_id="mended", corrects="doubtful", killed=3))
    story.tell(a_tick("11:00"))
    assert {story.home(event) for event in ("doubtful", "mended")} == {story.home("first")}


def test_nothing_goes_to_an_incident_that_a_person_withdrew() -> None:
    story = told()
    story.tell(a_decision("retract", "10:50", incidents=[story.home("odesa")]), a_tick("11:00"))
    assert story.home("doubtful") == story.home("first")


def test_nothing_leaves_an_incident_that_a_person_withdrew() -> None:
    story = told()
    story.tell(a_decision("retract", "10:50", incidents=[story.home("first")]), a_tick("11:00"))
    assert story.home("doubtful") == story.home("first")


def test_nothing_goes_over_between_incidents_that_a_person_parted() -> None:
    story = Story()
    story.tell(an_attack("10:00", event_id="first"), an_attack("10:05", event_id="part"))
    story.tell(a_decision("split", "10:10", incidents=[story.home("first")], events=["part"]))
    story.tell(an_attack("10:15", event_id="second"), an_attack("10:18", event_id="third"))
    home = story.home("third")
    other = "part" if home == story.home("first") else "first"
    story.tell(doubtful(), an_attack("10:40", "Odesa", event_id="odesa", refers_to=[other]))
    assert (story.home("odesa"), story.home("doubtful")) == (story.home(other), home)
    story.tell(a_tick("11:00"))
    assert story.home("doubtful") == home


def test_what_was_taken_back_or_redacted_meanwhile_is_passed_over() -> None:
    for decision in ("retract", "redact"):
        story = told()
        story.tell(a_decision(decision, "10:50", events=["doubtful"]), a_tick("11:00"))
        assert story.home("doubtful") == story.home("first")


def test_a_statement_that_named_another_report_stays_with_it() -> None:
    story = Story()
    word = a_statement("10:20", "Paris", event_id="word", refers_to=["first"], extra={"rather": "Odesa"})
    story.tell(an_attack("10:00", event_id="first"), word, odesa(), a_tick("11:00"))
    assert story.home("word") == story.home("first")


def test_one_record_looks_at_so_many_and_the_next_goes_on_in_the_order_of_the_reports() -> None:
    story = Story(Policy(looks_per_record=1))
    story.tell(an_attack("10:00", event_id="first"))
    for at, name in (("10:20", "a"), ("10:10", "c"), ("10:20", "b")):
        story.tell(doubtful(at, event_id=name, headline=f"What {name} saw"))
    story.tell(odesa())
    went = []
    for minute in ("11:00", "11:01", "11:02", "11:03"):
        changes = story.tell(a_tick(minute))
        went.append(sorted(entry.event_id for entry in changes.entries if entry.incident_id == story.home("odesa")))
    assert went == [
        ["c"],
        ["b"],
        ["a"],
        [],
    ]  # of one moment by their words: b came later, its id is greater


def test_a_core_that_was_restored_within_the_hour_looks_again_as_the_one_that_went_on() -> None:
    story = told()
    state = list(story.core.dump())
    assert [record.key for record in state if "/unsettled/" in record.key] == ["test/unsettled/doubtful"]
    restored = Story()
    restored.core = Correlator(REGION, PlaceAndDayLinker())
    restored.core.restore(state)
    restored._offset = story._offset
    assert restored.tell(a_tick("11:00")) == story.tell(a_tick("11:00"))
    assert list(restored.core.dump()) == list(story.core.dump())
    assert not any("/unsettled/" in record.key for record in story.core.dump())

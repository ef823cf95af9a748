"""Attribution: who claims, who accuses, who denies, and the state that follows."""

from __future__ import annotations

import pytest

from schemas.event import StatementEvent
from tests.builders import a_statement, an_attack
from tests.stories import Story


def claims_it(who: str, at: str = "11:00") -> StatementEvent:
    return a_statement(at, speaker=who, stance="claim_responsibility")


def denies_it(who: str, at: str = "12:00") -> StatementEvent:
    return a_statement(at, speaker=who, stance="deny_responsibility")


def accuses(who: str, whom: str, at: str = "13:00") -> StatementEvent:
    return a_statement(at, speaker=who, stance="accuse", target=whom)


@pytest.mark.parametrize(
    ("statements", "state", "parties"),
    [
        ([], "unclaimed", ()),
        ([claims_it("Group X")], "claimed", ("Group X",)),
        ([accuses("Police", "Group X")], "accused", ("Group X",)),
        ([accuses("Police", "Group X"), denies_it("Group X")], "denied", ("Group X",)),
        ([denies_it("Group X")], "denied", ("Group X",)),
        ([accuses("Police", "Group X"), denies_it("Group Y")], "accused", ("Group X",)),
        ([accuses("Police", "Group X"), accuses("Mayor", "Group Y")], "contested", ("Group X", "Group Y")),
        ([claims_it("Group X"), accuses("Mayor", "Group Y")], "contested", ("Group X", "Group Y")),
        ([claims_it("Group X"), claims_it("Group Y")], "contested", ("Group X", "Group Y")),
        ([claims_it("Group X"), accuses("Police", "Group X")], "claimed", ("Group X",)),
        ([accuses("Police", "gunmen"), accuses("Mayor", "Group X")], "accused", ("Group X",)),
        ([accuses("Police", "Group X"), accuses("Police", "Group Y")], "accused", ("Group X", "Group Y")),
        ([accuses("Police", "armed bandits")], "accused", ("armed bandits",)),
        ([accuses("Police", "unknown persons")], "unclaimed", ()),
        ([accuses("A", "United Front"), accuses("B", "U.F. forces")], "accused", ("United Front",)),
        ([accuses("A", "the Front"), claims_it("Front")], "claimed", ("Front",)),
        (
            [accuses("A", "Ruritania"), accuses("B", "Republic of Ruritania")],
            "accused",
            ("Republic of Ruritania", "Ruritania"),
        ),
        (
            [accuses("A", "United Regions"), claims_it("UR Defence Department")],
            "claimed",
            ("UR Defence Department", "United Regions"),
        ),
        ([accuses("A", "hombres armados"), accuses("B", "Front")], "accused", ("Front",)),
        (
            [accuses("A", "gunmen on motorcycles"), accuses("B", "hommes armés non identifiés")],
            "accused",
            ("gunmen on motorcycles",),
        ),
        ([accuses("A", "un homme"), accuses("B", "ein Mann")], "accused", ("ein Mann",)),
        ([accuses("A", "Unbekannte")], "unclaimed", ()),
    ],
)
def test_the_state_of_attribution_follows_from_who_said_what(
    statements: list[StatementEvent], state: str, parties: tuple[str, ...]
) -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, *statements)
    attribution = story.head(first).attribution
    assert (attribution.state, attribution.parties) == (state, parties)


def test_another_name_of_the_same_party_is_no_news() -> None:
    story = Story()
    again = accuses("Mayor", "UF", at="14:00")
    story.tell(an_attack("10:00"), accuses("Police", "United Front"), accuses("Army", "Blue Front", at="13:30"), again)
    texts = story.entries[again.event_id].significance_reasons
    assert not any("party" in text or "who did it" in text for text in texts), texts


def test_a_report_that_names_a_perpetrator_accuses_it_in_its_sources_name() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", by="suspected Group X members", publisher="Reuters"))
    assert story.claims(first, "attribution") == [("suspected Group X members", "Reuters", "current")]
    story.tell(accuses("Police", "Group X"), denies_it("Group X"))
    assert {state for _, _, state in story.claims(first, "attribution")} == {"disputed"}


def test_who_calls_it_staged_contests_the_accusation_and_agrees_with_others_who_do() -> None:
    story = Story()
    first = an_attack("10:00", by="Group X")
    story.tell(
        first,
        a_statement("11:00", speaker="Ann", stance="alleges_false_flag", target="the alleged attack"),
        a_statement("12:00", speaker="Bob", stance="alleges_false_flag", target="so-called bombing"),
    )
    assert story.head(first).attribution.state == "contested"
    staged = [claim for claim in story.head(first).claims if claim.value == "staged"]
    assert len(staged) == 2
    assert all(len(claim.disputed_by) == 1 for claim in staged)


def test_a_party_that_first_denies_and_then_claims_it_has_the_denial_superseded() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, denies_it("Group X", "11:00"), claims_it("Group X", "12:00"))
    claims = {claim.qualifier: str(claim.state) for claim in story.head(first).claims if claim.about == "attribution"}
    assert claims == {"deny_responsibility": "superseded", "claim_responsibility": "current"}
    assert story.head(first).attribution.state == "claimed"


def test_a_spokesman_speaks_for_the_party_on_whose_behalf_he_claims() -> None:
    story = Story()
    first = an_attack("10:00")
    story.tell(first, a_statement(speaker="A voice", on_behalf_of="Group X", stance="claim_responsibility"))
    (claim,) = [claim for claim in story.head(first).claims if claim.about == "attribution"]
    assert (claim.value, claim.speaker, claim.qualifier) == ("Group X", "A voice", "claim_responsibility")


def test_one_speaker_who_names_two_parties_does_not_dispute_with_itself() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", by=["Group X", "Group Y"]))
    assert {state for _, _, state in story.claims(first, "attribution")} == {"current"}
    story.tell(accuses("Police", "Group Y"))
    assert {state for _, _, state in story.claims(first, "attribution")} == {"disputed"}


def test_a_kind_of_people_contradicts_no_named_party() -> None:
    story = Story()
    story.tell(first := an_attack("10:00", by="gunmen"), accuses("Mayor", "Group X"))
    assert {state for _, _, state in story.claims(first, "attribution")} == {"current"}

"""Which incidents belong to one story, what one is to the other, and the reasons that are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from processors.correlation.linking import relations
from processors.correlation.linking.api import RelationProposal
from processors.correlation.linking.faces import sides_turned
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.relation_kinds import reasons_of
from processors.correlation.linking.weights import BadWeights
from schemas.event import AnyEvent
from schemas.parts import Actor, Place
from schemas.vocabulary import ActorRole, PlacePrecision, Relation
from tests.builders import a_protest, a_statement, an_attack

NOW = datetime(2024, 3, 1, tzinfo=UTC)
GREEN_ZONE = Place(name="Green Zone", country="IQ", lat=33.307, lon=44.39, precision=PlacePrecision.SITE)
AIRPORT = Place(name="Baghdad airport", country="IQ", lat=33.262, lon=44.235, precision=PlacePrecision.SITE)
NAJAF = Place(name="Najaf", country="IQ", lat=31.996, lon=44.333, precision=PlacePrecision.CITY)
ERBIL = Place(name="Erbil", country="IQ", lat=36.19, lon=44.009, precision=PlacePrecision.CITY)
SULAYMANIYAH = Place(name="Sulaymaniyah", country="IQ", lat=35.557, lon=45.435, precision=PlacePrecision.CITY)

SHOT = an_attack(
    "09:00", NAJAF, event_id="shot", weapons="gunfire", killed=1, targets=["Karim Walid"], language="en",
    headline="Gunmen shoot activist Karim Walid dead in Najaf",
    text="Two gunmen on a motorcycle shot the activist Karim Walid outside his home in Najaf, police said.",
)  # fmt: skip
MARCH = a_protest(
    "+1d 15:00", ERBIL, event_id="march", participants=300, language="en",
    headline="Hundreds march in Erbil after killing of Karim Walid in Najaf",
    text="Carrying pictures of Karim Walid, who was shot dead in Najaf, hundreds marched in Erbil for justice.",
)  # fmt: skip
ROCKETS = an_attack(
    "20:00", GREEN_ZONE, event_id="rockets", weapons="3 rockets", language="en", targets=["US embassy"],
    headline="Three Katyusha rockets hit the Green Zone",
    text="Three Katyusha rockets landed near the US embassy in Baghdad's Green Zone; nobody was hurt.",
)  # fmt: skip
ROCKETS_AGAIN = an_attack(
    "+7d 22:00", AIRPORT, event_id="again", weapons="2 rockets", language="en", targets=["US forces"],
    headline="Two Katyusha rockets strike Baghdad airport base that houses US forces",
    text="Two Katyusha rockets struck a base at Baghdad airport that houses US forces, the army said.",
)  # fmt: skip
STUDENTS = a_protest(
    "13:00", SULAYMANIYAH, event_id="students", participants=200, language="en", demands=["monthly allowances"],
    headline="Students in Sulaymaniyah block a road over allowances",
    text="Students of the university blocked the Kirkuk road and demanded the allowances that were cut in 2014.",
)  # fmt: skip
FISHERMEN = a_protest(
    "12:00", Place(name="Faw", country="IQ", lat=29.97, lon=48.47, precision=PlacePrecision.CITY), event_id="fishermen",
    participants=60, language="en", headline="Boat owners of Faw rally against Kuwaiti patrols",
    text="Boat owners in Faw rallied at the harbour against the seizure of vessels by the Kuwaiti coast guard.",
)  # fmt: skip


def _holding(*events: AnyEvent) -> EvidenceLinker:
    """Each event in an incident of its own name."""
    linker = EvidenceLinker()
    for seq, event in enumerate(events):
        linker.hold(event.event_id, linker.features(event), seq=seq, incident_id=event.event_id)
    return linker


def _related(*events: AnyEvent) -> list[RelationProposal]:
    """What is said after the last one came."""
    return list(_holding(*events).relations_of(events[-1].event_id, now=NOW))


def test_a_protest_that_names_the_victim_reacts_to_the_attack() -> None:
    (found,) = _related(FISHERMEN, SHOT, MARCH)
    assert (found.incident_id, found.relation, found.other) == ("march", Relation.REACTION_PROTEST, "shot")
    assert "the protest names Karim Walid, the target of the attack" in found.reasons


def test_two_rocket_attacks_a_week_apart_in_one_area_are_one_campaign() -> None:
    (found,) = _related(FISHERMEN, ROCKETS, ROCKETS_AGAIN)
    assert (found.incident_id, found.relation, found.other) == ("again", Relation.SAME_CAMPAIGN, "rockets")
    assert "same weapon (rocket), 7 days apart, 15 km apart" in found.reasons


def test_two_unrelated_protests_of_one_day_in_one_country_are_not_related() -> None:
    assert _related(STUDENTS, FISHERMEN) == []
    assert _related(FISHERMEN, STUDENTS) == []


def test_a_protest_before_an_attack_on_its_grounds_is_its_precursor() -> None:
    rally = a_protest(
        "09:00", GREEN_ZONE, event_id="rally", participants=900, language="en", killed=2,
        headline="Two die as backers of Asaib Ahl al-Haq storm the Green Zone over election results",
        text="Backers of Asaib Ahl al-Haq blame prime minister Mustafa al-Kadhimi for two deaths.",
    )  # fmt: skip
    drone = an_attack(
        "+1d 22:00", GREEN_ZONE, event_id="drone", weapons="drone", language="en", targets=["Mustafa al-Kadhimi"],
        headline="Drone hits home of prime minister Mustafa al-Kadhimi in the Green Zone",
        text="The drone came a day after backers of Asaib Ahl al-Haq stormed the Green Zone over the election results.",
    )  # fmt: skip
    (found,) = _related(FISHERMEN, rally, drone)
    assert (found.incident_id, found.relation, found.other) == ("rally", Relation.PRECURSOR, "drone")
    assert "2 days apart, in one place" in found.reasons


def test_an_attack_by_those_who_were_hit_retaliates() -> None:
    revenge = an_attack(
        "+1d 01:00", Place(name="Nahr al-Imam", country="IQ", lat=34.03, lon=44.9, precision=PlacePrecision.CITY),
        event_id="revenge", by=["Bani Tamim"], targets=["Nahr al-Imam villagers"], weapons="gunfire", language="en",
        headline="Bani Tamim tribesmen take revenge on Nahr al-Imam for Rashad",
        text="In revenge for Rashad, armed men of the Bani Tamim burnt houses in Nahr al-Imam.",
    )  # fmt: skip
    raid = an_attack(
        "19:00", Place(name="Rashad", country="IQ", lat=33.99, lon=44.86, precision=PlacePrecision.CITY),
        event_id="raid", by=["Islamic State"], targets=["Bani Tamim"], weapons="gunfire", killed=11, language="en",
        headline="Islamic State gunmen kill eleven of the Bani Tamim in Rashad",
        text="Gunmen of Islamic State killed eleven of the Bani Tamim in the village of Rashad.",
    )  # fmt: skip
    (found,) = _related(FISHERMEN, raid, revenge)
    assert (found.incident_id, found.relation, found.other) == ("revenge", Relation.RETALIATION, "raid")
    assert found.reasons[:2] == (
        "Bani Tamim, hit in the earlier attack, said to strike in the later one",
        "the later reports speak of retaliation",
    )


RAID = an_attack(
    "10:00", NAJAF, event_id="raid", by=["Sons of Zubair"], targets=["Iraqi police"], weapons="gunfire", language="en",
    headline="Gunmen of the Sons of Zubair open fire on police in Najaf",
    text="In Najaf gunmen of the Sons of Zubair opened fire on a police post.",
)  # fmt: skip


def _reasons(earlier: AnyEvent, later: AnyEvent) -> tuple[str, ...]:
    """Why the later one goes back to the earlier one, whether or not the odds are enough."""
    linker = _holding(earlier, later)
    incidents = linker._incidents
    x, y = (linker._relations.face(incidents[event.event_id]) for event in (later, earlier))
    return reasons_of(x, y, linker.statistics)


def test_an_attack_on_those_who_struck_says_so_and_not_the_reverse() -> None:
    answer = an_attack(
        "+1d 22:00", ERBIL, event_id="answer", by=["unknown gunmen"], targets=["Sons of Zubair"], weapons="gunfire",
        headline="Unknown gunmen shoot at the Sons of Zubair", language="en",
    )  # fmt: skip
    assert _reasons(RAID, answer)[0] == "Sons of Zubair, said to strike in the earlier attack, hit in the later one"


def test_sides_that_have_no_name_to_show_are_not_spoken_of() -> None:
    """A country, a kind of people: who that was nobody has said."""
    answer = an_attack(
        "+1d 22:00", ERBIL, event_id="answer", by=["Iraqi forces"], targets=["a band of gunmen"],
        headline="Police open fire on gunmen", language="en", weapons="gunfire",
    )  # fmt: skip
    linker = _holding(RAID, answer)
    x, y = (linker._relations.face(linker._incidents[name]) for name in ("answer", "raid"))
    assert sides_turned(x, y)
    assert not [reason for reason in _reasons(RAID, answer) if "strike" in reason or "hit" in reason]


def test_who_protested_is_never_said_to_have_struck() -> None:
    """Only of two attacks it is told who was hit and who struck: a protest strikes nobody."""
    march = a_protest(
        "08:00", NAJAF, event_id="rally", language="en", headline="The Sons of Zubair march against Karim Walid",
        actors=[Actor(name="Sons of Zubair", role=ActorRole.ORGANIZER)],
        targets=[Actor(name="Karim Walid", role=ActorRole.TARGET)],
    )  # fmt: skip
    revenge = SHOT.model_copy(
        update={"actors": march.targets, "targets": (Actor(name="Sons of Zubair", role=ActorRole.TARGET),)}
    )
    reasons = _reasons(march, revenge)
    assert not [reason for reason in reasons if "strike" in reason or "hit" in reason]
    assert any(reason.startswith("both name") and "Karim Walid" in reason for reason in reasons)


def test_what_only_opens_a_sentence_and_what_is_written_small_is_no_name() -> None:
    one = an_attack(
        "09:00", NAJAF, event_id="one", targets=["law enforcement personnel", "Karim Walid"], language="en",
        headline="Blast in Najaf", text="Citing the army, Quux reported a blast. Enforcement was late.",
    )  # fmt: skip
    two = an_attack(
        "+1d 09:00", ERBIL, event_id="two", targets=["law enforcement personnel"], language="en",
        headline="Blast in Erbil", text="Citing the army, Quux spoke of Karim Walid. Enforcement was on time.",
    )  # fmt: skip
    assert _reasons(one, two)[-1] == "both name Karim Walid, Quux"


def test_two_names_with_a_word_in_common_do_not_pass_for_one() -> None:
    def a_blast(event_id: str, at: str, who: str) -> AnyEvent:
        return an_attack(at, NAJAF, event_id=event_id, headline="A blast", text=f"So says the {who}.", language="en")

    one = a_blast("one", "09:00", "Joint Operations Command")
    other, same = (a_blast("two", "+1d 09:00", who) for who in ("Erbil Police Command", "Joint Operations Command"))
    assert not [reason for reason in _reasons(one, other) if "Command" in reason]
    assert any("Joint Operations Command" in reason for reason in _reasons(one, same))


def test_a_name_in_several_scripts_is_shown_in_latin_letters() -> None:
    def a_blast(event_id: str, at: str, *targets: str) -> AnyEvent:
        return an_attack(at, NAJAF, event_id=event_id, targets=targets, headline="A blast", language="en")

    one = a_blast("one", "09:00", "Мустафа аль-Каземи")
    other = a_blast("two", "+1d 09:00", "Мустафа аль-Каземи", "Mustafa al-Kadhimi")
    assert _reasons(one, other)[-1].startswith("both name Mustafa al-Kadhimi")


def test_reports_read_before_names_were_kept_show_none() -> None:
    linker = _holding(FISHERMEN, SHOT, MARCH)
    older = EvidenceLinker()
    for seq, event in enumerate((FISHERMEN, SHOT, MARCH)):
        features = replace(linker.features(event), called=())
        older.hold(event.event_id, features, seq=seq, incident_id=event.event_id)
    (found,), (was,) = older.relations_of("march", now=NOW), linker.relations_of("march", now=NOW)
    assert (found.other, found.score) == (was.other, was.score)
    assert not [reason for reason in found.reasons if "name" in reason]


def test_what_is_recalled_from_a_year_before_is_background() -> None:
    year_ago = SHOT.model_copy(update={"event_id": "old", "occurred": None, "published_at": NOW - timedelta(days=360)})
    (found,) = _related(FISHERMEN, year_ago, MARCH)
    assert (found.incident_id, found.relation, found.other) == ("old", Relation.BACKGROUND, "march")


def test_words_about_no_happening_of_their_own_are_background_to_the_one_they_speak_of() -> None:
    words = a_statement(
        "+2d 10:00", GREEN_ZONE, event_id="words", speaker="Jane Doe", stance="condemn", target="Katyusha rockets",
        headline="Jane Doe condemns Katyusha rockets on the Green Zone", language="en",
    )  # fmt: skip
    (found,) = _related(FISHERMEN, ROCKETS, words)
    assert (found.incident_id, found.relation, found.other) == ("rockets", Relation.BACKGROUND, "words")


def test_an_incident_goes_back_to_two_at_most() -> None:
    twins = [ROCKETS.model_copy(update={"event_id": f"twin{number}"}) for number in range(4)]
    assert {found.other for found in _related(*twins[:2], ROCKETS_AGAIN)} == {"twin0", "twin1"}
    assert len(_related(*twins, ROCKETS_AGAIN)) == relations.MOST_BACK


def test_a_happening_that_comes_in_after_what_answers_it_is_found() -> None:
    (found,) = _related(FISHERMEN, MARCH, SHOT)
    assert (found.incident_id, found.relation, found.other) == ("march", Relation.REACTION_PROTEST, "shot")


def test_what_was_related_and_has_little_in_common_holds_no_more() -> None:
    linker = _holding(FISHERMEN, SHOT, MARCH)
    holds, gone = linker.relations_of("march", now=NOW, known=("fishermen", "shot"))
    assert (holds.other, holds.holds) == ("shot", True)
    assert (gone.other, gone.holds, gone.reasons) == ("fishermen", False, ("what they share stands out no more",))


def test_what_was_related_gives_way_to_two_that_suit_better() -> None:
    twins = [ROCKETS.model_copy(update={"event_id": f"twin{number}"}) for number in range(3)]
    linker = _holding(*twins, ROCKETS_AGAIN)
    *holding, gone = linker.relations_of("again", now=NOW, known=("twin2",))
    assert {found.other for found in holding} == {"twin0", "twin1"}
    assert (gone.other, gone.holds, gone.reasons) == ("twin2", False, ("others suit it better",))


def test_a_later_one_that_goes_back_to_it_is_not_judged_from_this_end() -> None:
    linker = _holding(FISHERMEN, SHOT, MARCH)
    assert [found.other for found in linker.relations_of("fishermen", now=NOW, known=("march",))] == []


@pytest.mark.parametrize(("below_the_bar", "stands"), [(0.2, True), (0.9, False)])
def test_what_stands_is_given_up_only_well_below_the_bar(below_the_bar: float, stands: bool) -> None:
    linker = _holding(FISHERMEN, SHOT, MARCH)
    (found,) = linker.relations_of("march", now=NOW)
    linker._relations.weights = replace(linker._relations.weights, relate=found.score + below_the_bar)
    assert linker.relations_of("march", now=NOW) == ()
    (known,) = linker.relations_of("march", now=NOW, known=("shot",))
    assert (known.other, known.holds) == ("shot", stands)


def test_an_incident_that_is_not_held_is_related_to_nothing() -> None:
    assert EvidenceLinker().relations_of("nobody", now=NOW) == ()


def test_few_are_looked_at_however_many_there_are() -> None:
    linker = EvidenceLinker()
    for seq in range(60):
        event = ROCKETS.model_copy(update={"event_id": f"e{seq}"})
        linker.hold(event.event_id, linker.features(event), seq=seq, incident_id=f"i{seq // 2}")
    linker.hold("again", linker.features(ROCKETS_AGAIN), seq=60, incident_id="again")
    held = relations.Held(linker._incidents, linker._index, linker.statistics)
    _, earlier, later = linker._relations.choices(linker._incidents["again"], held)
    assert (len(earlier), later) == (relations.MAX_LOOKED_AT, [])
    known = tuple(f"i{number}" for number in range(30))
    _, earlier, later = linker._relations.choices(linker._incidents["again"], held, known)
    assert (len(earlier), later) == (30, [])


def test_weights_are_read_as_they_were_written() -> None:
    assert relations.parse(relations.write(relations.shipped())) == relations.shipped()


@pytest.mark.parametrize("text", ["[]", "{}", '{"weights": {"shape": 1}, "relate": 0}', "{"])
def test_weights_of_another_version_are_refused(text: str) -> None:
    with pytest.raises(BadWeights, match="relations"):
        relations.parse(text)

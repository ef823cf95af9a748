"""Folding of names, and what a stance is taken toward."""

from __future__ import annotations

import pytest

from processors.correlation.happenings import NUMBERS, names_the_incident, topics_taken_back
from processors.correlation.names import fold, fold_person, fold_thing, words_of
from processors.correlation.parties import fold_party, is_generic, may_both_be_right, same_party
from schemas.vocabulary import ClaimAbout


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Adil al-Kadhemi", "ADIL KAZIMI"),
        ("Prime Minister Adil al-Kadhemi", "Adil Al Kazemi"),
        ("Ruritanian Prime Minister Adil Kazemi", "Adil Kazemi, prime minister of Ruritania"),
        ("Gen. Qassem Example", "Kasim Example"),
        ("Émile Dùbois", "Emile Dubois"),
        ("The Interior Ministry", "interior ministry"),
        ("Ruritania's Ministry of Health", "Ruritania’s health ministry"),
        ("Kazemi Adil", "Adil Kazemi"),
    ],
)
def test_these_are_one_speaker(one: str, other: str) -> None:
    assert fold_person(one) == fold_person(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed Hassan", "Mahmoud Hussein"),
        ("Ann Example", "Anna Sample"),
        ("the Prime Minister", "the President"),
        ("Police", "Pulis"),
        ("Spokesman for the army", "Spokesman for the navy"),
    ],
)
def test_these_are_two_speakers(one: str, other: str) -> None:
    assert fold_person(one) != fold_person(other)


@pytest.mark.parametrize("name", ["!!!", " ", "😀", "a" * 300, "Ни́колай", "محمد"])
def test_a_folded_name_is_never_empty(name: str) -> None:
    assert fold(name)
    assert fold_person(name)


def test_parties_are_told_from_mere_kinds_of_people_and_from_nobody() -> None:
    assert fold_party("suspected Red Front members") == fold_party("Red Front")
    assert fold_party("Al-Shabaab") == fold_party("al-Shabab")
    assert same_party(fold_party("Taliban"), fold_party("Талибан"))
    assert is_generic(fold_party("armed gunmen"))
    assert not is_generic(fold_party("Red Front gunmen"))
    assert fold_party("unidentified attackers") == ""
    assert same_party(fold_party("R.F."), fold_party("Red Front"))
    assert not same_party(fold_party("Red Front"), fold_party("Blue Front"))


@pytest.mark.parametrize(
    "name",
    [
        "two men on a moped",
        "gunmen on motorcycles",
        "a boy of 16",
        "un homme",
        "l’assaillant",
        "un individuo",
        "ein Mann",
        "zwei Männer",
        "dos hombres en moto",
        "hommes armés",
        "около 45 боевиков",
        "مسلحان",
        "भीड़",
        "men",
        "soldats",
    ],
)
def test_these_are_mere_kinds_of_people(name: str) -> None:
    assert is_generic(fold_party(name))


@pytest.mark.parametrize(
    "name",
    [
        "gunmen believed from Examplia",
        "Red Front gunmen",
        "armed men of the Red Front",
        "houthi rebels",
        "iranian gunmen",
        "MAN",
        "DAS",
        "striking teachers",
    ],
)
def test_these_are_parties_though_they_speak_of_people(name: str) -> None:
    assert fold_party(name)
    assert not is_generic(fold_party(name))


@pytest.mark.parametrize(
    "name",
    [
        "Unbekannte",
        "ignoto",
        "nepoznati",
        "hommes armés non identifiés",
        "άγνωστοι",
        "невідомі",
        "نامعلوم افراد",
        "nieznani sprawcy",
    ],
)
def test_these_are_nobody(name: str) -> None:
    assert fold_party(name) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the Fox", "Fox"),
        ("l’Exemple Rouge", "Exemple Rouge"),
        ("Malian army", "armée malienne"),
        ("Malian army", "army of Mali"),
        ("Examplian military", "Examplian army"),
        ("al-Foxes", "Foxes"),
        ("REF", "Rapid Example Forces"),
        ("REF fighters", "Rapid Example Forces"),
        ("Rapid Example Forces (REF)", "R.E.F."),
        ("Örnek İşçi Partisi (ÖİP)", "ÖİP"),
        ("PEOS", "People of Examples"),
        ("RED FRONT", "Red Front"),
        ("Nuku Haram", "نوكو حرام"),
    ],
)
def test_these_are_one_party(one: str, other: str) -> None:
    assert same_party(fold_party(one), fold_party(other))
    assert same_party(fold_party(other), fold_party(one))
    assert may_both_be_right(fold_party(one), fold_party(other))


@pytest.mark.parametrize("name", [". .", "@ @", ". x", "... .", "- -", "= =", "~ .", "#", "??"])
def test_a_name_of_marks_is_compared_like_any_other(name: str) -> None:
    party = fold_party(name)
    assert same_party(party, party)
    for other in ("Red Front", "RF", "Rapid Example Forces (REF)", ". ."):
        assert same_party(party, fold_party(other)) == same_party(fold_party(other), party)
        assert may_both_be_right(party, fold_party(other)) == may_both_be_right(fold_party(other), party)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ruritania", "Principality of Ruritania"),
        ("Azerbaijan", "Azerbaijani forces"),
        ("Iran", "Iranian government"),
        ("United Examples", "UE Defense Department"),
        ("Red Front", "Northern Red Front"),
        ("bandits armés", "Red Front"),
        ("hombres armados", "Red Front"),
        ("مسلحون", "Red Front"),
    ],
)
def test_these_are_two_names_that_may_both_be_right(one: str, other: str) -> None:
    assert not same_party(fold_party(one), fold_party(other))
    assert may_both_be_right(fold_party(one), fold_party(other))
    assert may_both_be_right(fold_party(other), fold_party(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Red Front", "Blue Front"),
        ("Malian army", "Nigerian army"),
        ("Kabul police", "Afghan army"),  # a capital is a town too
        ("Peosia", "People of Examples"),  # begins with the initials, and is no acronym
        ("REF", "Red Front"),
        ("Forces of Red", "Forces of Blue"),
        ("XY", "Xylophonia"),
    ],
)
def test_these_are_two_parties_that_contradict_each_other(one: str, other: str) -> None:
    assert not may_both_be_right(fold_party(one), fold_party(other))
    assert not may_both_be_right(fold_party(other), fold_party(one))


@pytest.mark.parametrize("name", ["!!!", " ", "(AB)", "😀", "a" * 300, "A" * 300, "ОООН", "the", "of the", "(I.I.)"])
def test_a_party_has_a_key_whatever_it_is_called(name: str) -> None:
    assert fold_party(name)
    assert same_party(fold_party(name), fold_party(name))


def test_things_lose_their_plural() -> None:
    assert fold_thing("Drones") == fold_thing("drone") == "drone"
    assert fold_thing("gas") == "gas"
    assert fold_thing("Glass") == "glass"


@pytest.mark.parametrize(
    ("phrase", "whole"),
    [
        (None, True),
        ("the attack on the base", True),
        ("report of an air strike", True),
        ("нападение на колонну", True),
        ("attentat", True),
        ("ransom payment", False),
        ("release of the students", False),
        ("results of the investigation into the attack", False),
        ("shoot-down theory", False),
        ("the weather", False),
        ("attackers' demands", False),
    ],
)
def test_denials_of_the_incident_are_told_from_denials_about_it(phrase: str | None, whole: bool) -> None:
    assert names_the_incident(phrase) is whole


@pytest.mark.parametrize(
    ("phrase", "topics"),
    [
        ("own figure of ten", NUMBERS),
        ("claim of responsibility", (ClaimAbout.ATTRIBUTION,)),
        ("own earlier statement", (*NUMBERS, ClaimAbout.ATTRIBUTION, ClaimAbout.OCCURRENCE)),
        (None, (*NUMBERS, ClaimAbout.ATTRIBUTION, ClaimAbout.OCCURRENCE)),
        ("the no-fly zone", ()),
    ],
)
def test_what_is_taken_back_is_what_is_named(phrase: str | None, topics: tuple[ClaimAbout, ...]) -> None:
    assert topics_taken_back(phrase) == topics


def test_a_name_that_grows_when_it_is_folded_is_read_as_far_as_it_is_kept() -> None:
    assert len(words_of("\ufdfa" * 300)) <= 400
    assert fold("\ufdfa" * 300) == words_of("\ufdfa" * 300)

"""Names in full, as reasons show them: told by how they are written."""

from __future__ import annotations

import pytest

from processors.correlation.linking.called import MAX_CALLED, called, coded_names, in_full
from processors.correlation.linking.concepts import languages_for
from processors.correlation.linking.extraction import features_of
from tests.builders import an_attack


def written(headline: str, text: str = "") -> tuple[str, ...]:
    return features_of(an_attack("10:00", None, headline=headline, text=text, language="en")).called


@pytest.mark.parametrize(
    ("coded", "names"),
    [
        ("Mustafa al-Kadhimi", ["Mustafa al-Kadhimi"]),
        ("suspected Boko Haram members", ["Boko Haram"]),
        ("law enforcement personnel", []),
        ("students", []),
        ("Students", []),
        ("students and staff of GSC Kagara", ["GSC Kagara"]),
        ("Emir of Kauran Namoda", ["Emir of Kauran Namoda"]),
        ("National Intelligence and Security Agency (NISA)", ["NISA"]),
        ("Sunday Adeyemo (Igboho)", ["Sunday Adeyemo", "Igboho"]),
        ("Iran-backed militia", []),
        ("supporters of pro-Iranian Shia parties", ["Shia"]),
        ("leader of Iran's Revolutionary Guard", ["Revolutionary Guard"]),
        ("K1 military base outside Kirkuk", ["K1", "Kirkuk"]),
        ("ISIS", ["ISIS"]),
        ("жители Жанаозена", ["Жанаозена"]),
        ("مصطفى الكاظمي", ["مصطفى الكاظمي"]),
        ("45 captives", []),
        ("", []),
    ],
)
def test_of_what_was_coded_the_part_with_capitals_is_the_name(coded: str, names: list[str]) -> None:
    assert list(coded_names([coded], (), languages_for("en"))) == names


def test_a_coded_word_that_the_report_writes_small_elsewhere_is_no_name() -> None:
    assert list(coded_names(["Quarrymen", "Quarrymen of Qalat"], {"quarrymen"}, languages_for("en"))) == [
        "Quarrymen of Qalat"
    ]


def test_in_a_text_a_capital_inside_a_sentence_makes_a_name() -> None:
    text = "Citing the Joint Operations Command, Quux wrote of Karim Walid. Enforcement came late, as al-Amin said."
    assert written("Blast, says Zed", text) == ("Zed", "Joint Operations Command", "Quux", "Karim Walid", "al-Amin")


def test_a_headline_with_capitals_everywhere_names_nobody() -> None:
    assert written("Gunmen Storm Market Near Old Quarry") == ()


def test_a_part_of_a_name_that_is_there_is_not_kept_and_so_many_are() -> None:
    assert in_full(["Karim Walid"], ["Karim", "Quux"]) == ("Karim Walid", "Quux")
    assert len(in_full((f"Name{n}" for n in range(90)), ())) == MAX_CALLED
    assert in_full(["A" * 61], ["B" * 61]) == ()


def test_spellings_of_a_name_have_its_keys_and_offices_are_no_part_of_it() -> None:
    assert called("Mustafa al-Kadhimi") == called("Мустафа аль-Каземи")
    assert called("PM al-Kadhimi").words == called("al-Kadhimi").words
    assert called("Joint Operations Command").words > called("Command").words

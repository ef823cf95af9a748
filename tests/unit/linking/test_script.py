"""Words and names of other scripts: where a word ends, and that it meets its spelling in Latin letters."""

from __future__ import annotations

import pytest

from processors.correlation.linking import lexicon
from processors.correlation.linking.script import WORD, apart, fold
from processors.correlation.linking.sounds import key_of


def keys(text: str) -> list[str]:
    return [key_of(word, fold(word)) for word in WORD.findall(text)]


def test_signs_for_vowels_and_points_end_no_word() -> None:
    assert WORD.findall("दिल्ली में विरोध") == ["दिल्ली", "में", "विरोध"]
    assert WORD.findall("ঢাকায় বিক্ষোভ") == ["ঢাকায়", "বিক্ষোভ"]
    assert WORD.findall("مُحَمَّد الكاظمي") == ["مُحَمَّد", "الكاظمي"]


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("बगदाद", "Baghdad"), ("लखनऊ", "Lakhnau"), ("মুম্বাই", "Mumbai"), ("Αθήνα", "Athina"),
        ("თბილისი", "Tbilisi"), ("Երևան", "Erevan"), ("الكاظِمِي", "Kadhimi"),
    ],
)  # fmt: skip
def test_a_name_meets_its_spelling_in_latin_letters(written: str, latin: str) -> None:
    assert keys(written) == keys(latin)


@pytest.mark.parametrize(
    ("name", "country"),
    [("भारत", "IN"), ("ईरान", "IR"), ("বাংলাদেশ", "BD"), ("Ελλάδα", "GR"), ("ישראל", "IL"), ("Danmark", "DK")],
)
def test_countries_are_known_by_their_own_names(name: str, country: str) -> None:
    assert lexicon.country_of(fold(name)) == country


def test_what_is_written_without_blanks_stays_as_it_is() -> None:
    assert fold("客机坠毁") == "客机坠毁"
    assert fold("รัฐบาล").startswith("ร")


def test_figures_of_other_scripts_are_figures() -> None:
    assert [fold(word) for word in WORD.findall("५१ घायल, ৪ নিহত")][::2] == ["51", "4"]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("la visite d'Example à l’Assemblée", "fr", ["la", "visite", "d", "Example", "à", "l", "Assemblée"]),
        ("il sindaco dell'Aquila", "it", ["il", "sindaco", "dell", "Aquila"]),
        ("l'armée et d'autres", "fr", ["l'armée", "et", "d'autres"]),
        ("en Côte d'Ivoire", "fr", ["en", "Côte", "d'Ivoire"]),
        ("O'Neill and D'Souza", "en", ["O'Neill", "and", "D'Souza"]),
        ("Ankara'da, Türkiye'nin", "tr", ["Ankara", "da", "Türkiye", "nin"]),
        ("Sana'a and Shi'a", "en", ["Sana'a", "and", "Shi'a"]),
    ],
)
def test_a_name_stands_apart_from_what_is_written_as_one_word_with_it(
    text: str, language: str, words: list[str]
) -> None:
    stood = apart(text, language)
    assert WORD.findall(stood) == words
    assert len(stood) == len(text)

"""What a report is about, whatever words and language it is told in."""

from __future__ import annotations

import pytest

from processors.correlation.linking.concepts import (
    CONCEPTS,
    GENERIC_MASK,
    MEANS_MASK,
    SUBJECTS_MASK,
    bits_of,
    concept_names,
    concepts_of,
    languages_for,
    mask_of,
)
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.script import WORD, term_of
from tests.builders import a_statement


def subjects(text: str, language: str = "en") -> set[str]:
    words = [term_of(word) for word in WORD.findall(text)]
    return set(concept_names(mask_of(words, languages_for(language)) & SUBJECTS_MASK))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The airliner was shot down by mistake", "en"),
        ("El avión fue derribado por error", "es"),
        ("L'avion a été abattu par erreur", "fr"),
        ("Самолёт сбит по ошибке", "ru"),
        ("Uçak yanlışlıkla düşürüldü", "tr"),
        ("طائرة ركاب أسقطت بالخطأ", "ar"),
    ],
)
def test_one_matter_is_one_subject_in_every_language(text: str, language: str) -> None:
    assert {"aircraft", "plane shot down"} <= subjects(text, language)


def test_a_word_of_several_senses_counts_only_where_its_neighbour_tells_which() -> None:
    assert "air strike" in subjects("an air strike on the village")
    assert "hunger strike" in subjects("prisoners on hunger strike")
    assert "strike of workers" in subjects("teachers go on strike over pay")
    assert subjects("the strike") == set()
    assert subjects("an air-strike") == subjects("an air strike")


def test_a_text_is_read_in_its_own_language() -> None:
    assert "car" in subjects("a car stood there", "en")
    assert "car" not in subjects("car il était là", "fr")
    assert languages_for("uk") == ("uk", "ru")
    assert languages_for("fa") == ("fa",)
    assert languages_for("pcm-NG") == ("en",)
    assert languages_for("xx") == ()


def test_a_language_without_a_list_is_read_with_all() -> None:
    assert "hospital" in subjects("hospital", "xx")
    assert "hospital" in subjects("hôpital", "xx")


def test_speech_and_commonplaces_are_no_subjects() -> None:
    said = mask_of(["minister", "condemned", "the", "attack", "police", "said"], languages_for("en"))
    assert said & SUBJECTS_MASK == 0
    assert said & GENERIC_MASK


def test_every_name_has_one_bit() -> None:
    assert len(set(CONCEPTS)) == len(CONCEPTS)
    assert concept_names(bits_of("drone", "funeral and burial")) == sorted(
        ["drone", "funeral and burial"], key=CONCEPTS.index
    )
    assert MEANS_MASK & SUBJECTS_MASK == MEANS_MASK
    with pytest.raises(ValueError, match="no such class"):
        bits_of("no such concept")


def test_words_written_without_blanks_are_found_inside() -> None:
    assert "aircraft" in subjects("一架客机在起飞后坠毁", "zh")


@pytest.mark.parametrize("word", ["", "-", "'", "-" * 100, "a" * 100, "飛" * 100])
def test_strange_words_say_nothing_and_raise_nothing(word: str) -> None:
    assert concepts_of(word) & MEANS_MASK == 0


@pytest.mark.parametrize(
    ("words", "language"),
    [("شيء", "ar"), ("عم", "ar"), ("כל עם אם", "he"), ("כתב", "he")],
    ids=["thing, not bury", "uncle, not mother", "all, with, if", "wrote, not drone"],
)
def test_letters_that_are_one_in_latin_are_not_one_here(words: str, language: str) -> None:
    assert subjects(words, language) == set()


@pytest.mark.parametrize(
    ("word", "language", "subject"),
    [
        ("مستشفى", "ar", "hospital"),
        ("وبالمستشفى", "ar", "hospital"),
        ("כלא", "he", "prison"),
        ("ובכלא", "he", "prison"),
        ("בית הכלא", "he", "prison"),
        ("ومراكز الاحتجاز", "ar", "prison"),
        ("ज़ख़्मी", "hi", "wounded"),
        ("जख्मी", "hi", "wounded"),
    ],
)
def test_what_is_written_as_one_with_a_word_hides_it_not(word: str, language: str, subject: str) -> None:
    found = concept_names(mask_of([term_of(part) for part in WORD.findall(word)], languages_for(language)))
    assert subject in found


@pytest.mark.parametrize("name", ["Zamfara", "Martha", "Bombay"])
def test_a_name_is_one_whatever_other_languages_call_what_begins_like_it(name: str) -> None:
    told = a_statement(headline=f"{name} Officials Call For Calm After Clashes", language="en")
    assert name in features_of(told).shown

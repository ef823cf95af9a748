"""Nothing that a stranger wrote acts on the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.terminal import shown


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("\x1b[2J\x1b]0;owned\x07gone", "␛[2J␛]0;owned␇gone"),
        ("\x9b31mred\x9d0;title\x9c", "�31mred�0;title�"),
        ("invoice\u202egnp.exe", "invoice�gnp.exe"),
        ("a\u2066b\u2069c\u200fd\u061ce", "a�b�c�d�e"),
        ("two\nlines\r\nand\ta\u2028tab", "two lines  and a tab"),
        ("zero\u200bwidth\ufeff", "zero�width�"),
        ("tag\U000e0041s", "tag�s"),
        ("lone \ud800 half", "lone � half"),
        ("back\x08space\x7f", "back␈space␡"),
    ],
)
def test_what_acts_on_a_terminal_is_shown_instead(hostile: str, safe: str) -> None:
    assert shown(hostile) == safe


def test_letters_of_all_scripts_stay_as_they_are() -> None:
    for text in ("Катюша у посольства", "هجوم بغداد", "می‌خواهم", "Ақтау ққ", "पत्रकार", "炸弹", "naïve ɗan Ƙasa", "😀"):
        assert shown(text) == text


def test_a_letter_that_carries_a_hundred_accents_keeps_four() -> None:
    assert shown("a" + "\u0301" * 100 + "b") == "a" + "\u0301" * 4 + "b"


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_no_control_or_override_is_left_in_any_text(text: str) -> None:
    for character in shown(text):
        assert character in "\u200c\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")

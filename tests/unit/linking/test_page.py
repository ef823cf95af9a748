"""What a page says to its reader is no evidence."""

from __future__ import annotations

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.page import without_page
from tests.builders import an_attack

BARRIER = (
    "We have sent you a verification email to activate your profile.\n"
    "Sign up for our newsletter, and enjoy digital access to Harbour Times.\n"
)


def test_two_reports_behind_one_barrier_share_no_word_of_it() -> None:
    one = features_of(an_attack("10:00", headline="Rocket hits depot", text=BARRIER))
    other = features_of(an_attack("10:00", headline="Knife used in market", text=BARRIER))
    assert not set(one.words) & set(other.words)
    assert not {"harbour", "times"} & {*one.names, *other.names}


def test_a_report_keeps_its_own_lines() -> None:
    text = "Police found 3 dead.\nClick here to share this.\nNo arrest was made."
    assert without_page(text) == "Police found 3 dead.\nNo arrest was made."


def test_a_long_line_and_a_report_of_one_line_stay_whatever_they_mention() -> None:
    long = "The ministry said that its newsletter had been hacked. " * 6
    assert without_page(f"{long}\nMore follows.") == f"{long}\nMore follows."
    short = "The newsletter of the party denies the attack."
    assert without_page(short) == short


def test_cues_are_found_in_capitals_and_in_other_languages() -> None:
    assert without_page("Hubo dos heridos.\nSUSCRÍBETE ahora.") == "Hubo dos heridos."
    assert without_page("Есть раненые.\nПодпишитесь на наш канал.") == "Есть раненые."


FILMS = "1:08 Heat can get better Pause\n\n0:34 Miss Lagos in Kano\n\n5:01 Anteater born at zoo"


def test_a_list_of_films_is_no_part_of_the_report_that_stands_below_it() -> None:
    assert without_page(f"{FILMS}\nPolice found 3 dead.").strip() == "Police found 3 dead."
    assert not {"lagos", "kano"} & {*features_of(an_attack("10:00", headline="Fire", text=FILMS)).names}


@pytest.mark.parametrize(
    "text",
    [
        "1:08 A blast is heard.\n2:10 Police arrive.\n5:01 The fire is out.",
        "5:01 The fire is out.\n2:10 Police arrive.\n1:08 A blast is heard.",
        "23:50 A blast is heard.\n0:10 Police arrive.\n0:05 Sirens.\n1:00 The fire is out.",
        "1:08 A blast is heard.\n0:34 Sirens.",
        "They won 1:08 there.\nThey lost 3:02 here.\nIt was 2:10 at last.",
        f"1:08 {'A long paragraph. ' * 20}\n0:34 {'Another one. ' * 30}\n5:01 {'And one more. ' * 30}",
    ],
    ids=["hours", "hours, newest first", "over midnight", "two", "results", "paragraphs"],
)
def test_hours_of_a_day_and_paragraphs_are_no_films(text: str) -> None:
    assert without_page(text) == text

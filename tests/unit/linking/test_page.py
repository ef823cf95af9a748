"""What a page says to its reader is no evidence."""

from __future__ import annotations

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

"""A headline without the name of its outlet."""

from __future__ import annotations

import time

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.outlets import without_outlet
from tests.builders import an_attack

TOLD = "Two dead in rocket fire on depot"


@pytest.mark.parametrize(
    ("headline", "publisher"),
    [
        (f"{TOLD} - Harbour Times", "harbourtimes.example"),
        (f"{TOLD} | The Harbour Times Online", "harbourtimes.example"),
        (f"{TOLD} | Port Watch", "https://www.portwatch.example/world.html"),
        (f"{TOLD} – Harbour", "Harbour TV"),
        (f"{TOLD} - 13 HBT Port City", "hbt.example"),
        (f"{TOLD} - WXYZ 7 News - Port City, Ohio News, Weather & Sports", "example.org"),
        (f"{TOLD} - WXYZ-TV - Port City, Ohio", "example.org"),
        (f"{TOLD} - KXYZ", "example.org"),
        (f"{TOLD} - Port9: your news, weather and sports authority", "example.org"),
        (f"{TOLD} « CBS Port City", "example.org"),
        (f"{TOLD} | port9.com", "example.org"),
        (f"{TOLD} :: PORT.com", "port.com"),
        (f"{TOLD} - port9.com all of the news", "example.org"),
        (f"{TOLD} - Evening Gazette", "example.org"),
        (f"{TOLD} | الميناء نيوز", "example.org"),
        (f"{TOLD} - ميناء", "ميناء"),
        (f"{TOLD} | Harbour: trusted words from the port", "harbour.example"),
        (f"{TOLD} - El Puértò", "elpuerto.example"),
        (f"{TOLD} – HT – 11/07/2021", "ht.example"),
        (f"{TOLD} - HBT", "hbtnews.example"),
        (f"{TOLD} | Port City | Harbour Times", "harbourtimes.example"),
        (f"CBS 58 - {TOLD}", "example.org"),
        (f"Harbour Times | {TOLD}", "Harbour Times"),
        (f"Harbour Times | {TOLD} | World News", "Harbour Times"),
    ],
)
def test_the_outlet_goes(headline: str, publisher: str) -> None:
    assert without_outlet(headline, publisher) == TOLD


@pytest.mark.parametrize(
    ("headline", "publisher"),
    [
        (TOLD, "example.org"),
        ("Rocket fire on depot :: two dead, four hurt", "example.org"),
        ("Rocket fire on depot - two dead, four hurt", "example.org"),
        ("Rocket fire on depot – WHO Says Five Dead", "example.org"),
        ("Birthday Shooting - Victim Was Known In Port City", "example.org"),
        ("Truce holds again - Good News for Refugees", "example.org"),
        ("Attaque contre le journal « Harbour Times » à Port", "harbourtimes.example"),
        ("Depot hit - Harbour Times reporter among the dead", "harbourtimes.example"),
        ("Fire - Harbour Times", "harbourtimes.example"),
        ("Depot hit | Two dead", "harbourtimes.example"),
        ("Harbour Times Editor Was Shot - gunmen flee the depot", "harbourtimes.example"),
        ("Depot burns for hours - what the news left out", "example.org"),
        ("Guards shot back at the gate - the harbour watch was asleep", "harbourwatch.example"),
        ("Two dead in gunfire - Port City", "portcityheraldtribune.example"),
        ("Raid is answered - Syria Strikes Back", "ria.example"),
        ("Raid is answered - Syria", "ria.example"),
        ("Planes seen at dawn - Aden Airport Hit Again", "Aden"),
        ("Talks fail, depot hit - UN", "harbourunion.example"),
        ("Parliament is offline - hackers claim an attack on port9.com", "example.org"),
        ("KSP: two dead after gunfire in Green County - police", "example.org"),
    ],
)
def test_what_was_told_stays(headline: str, publisher: str) -> None:
    assert without_outlet(headline, publisher) == headline


def test_a_section_stays_where_nothing_would_be_left_before_it() -> None:
    assert without_outlet("Blast | Port City | Harbour Times", "harbourtimes.example") == "Blast | Port City"


@pytest.mark.parametrize(
    "headline", [f"{' ' * 20}| Iraq | Harbour Times", f"{' ' * 20}- Harbour Times", "| Harbour Times"]
)
def test_something_is_left_of_any_headline(headline: str) -> None:
    assert without_outlet(headline, "harbourtimes.example").strip()


def test_two_reports_of_one_outlet_share_no_name_of_it() -> None:
    suffix = " - WXYZ 7 News Port City, Ohio"
    one = features_of(an_attack("10:00", None, headline=f"Rocket hits depot in Lowfield{suffix}"))
    other = features_of(an_attack("10:00", None, headline=f"Knife used in market of Highfield{suffix}"))
    assert {name.lower() for name in one.shown} >= {"lowfield"}
    assert not set(one.names) & set(other.names)


def test_a_hostile_headline_takes_no_time() -> None:
    began = time.process_time()
    for headline in (" - " * 600, "| " * 900, "A" * 2_000, " \t" * 999 + "-", "www." * 500 + " - " + "a." * 500):
        without_outlet(headline, "a")
    assert time.process_time() - began < 0.5

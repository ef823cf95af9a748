"""The correlator and the shipped evidence together, on a day that reads like one."""

from __future__ import annotations

from typing import Any

import pytest

from processors.correlation import Correlator
from processors.correlation.identity import incident_id_of
from processors.correlation.linking.linker import EvidenceLinker
from schemas.codec import LogMessage
from schemas.parts import Place
from schemas.vocabulary import PlacePrecision
from tests.builders import REGION, a_decision, a_log, a_protest, a_statement, an_attack, occurred_at
from tests.random_logs import said

DAY: list[LogMessage] = [
    an_attack(
        "08:10",
        "Kherson market",
        event_id="first",
        publisher="AFP",
        killed=2,
        weapons="2 drones",
        targets="Central market",
        headline="Two drones hit the central market of Kherson, two dead",
        text="Two people were killed when drones struck stalls of the central market on Friday, the mayor said.",
    ),
    an_attack(
        "08:40",
        "Kherson",
        event_id="relay",
        publisher="The Gazette",
        wire="AFP",
        killed=2,
        weapons="drone",
        targets="Central market",
        headline="Drones hit the central market of Kherson, two dead",
        text="Two people were killed when drones struck stalls of the central market on Friday, the mayor said.",
    ),
    an_attack(
        "09:30",
        "Kherson market",
        event_id="second",
        publisher="Reuters",
        killed=10,
        weapons="3 drones",
        targets="Central market",
        headline="Ten killed in drone strike on market in Kherson",
        text="At least three drones exploded over the central market in Kherson; rescuers counted ten bodies.",
    ),
    a_protest(
        "10:00",
        "Almaty",
        event_id="march",
        publisher="Reuters",
        participants=300,
        headline="Hundreds march in Almaty over fuel prices",
        text="Some 300 people marched through the centre of Almaty against the price of gas.",
    ),
    a_statement(
        "11:00",
        "Kherson",
        event_id="condemns",
        publisher="BBC",
        speaker="President Ann Example",
        stance="condemn",
        target="drone strike on the market",
        headline="President condemns drone strike on market in Kherson",
        text="The strike on the central market in Kherson was barbaric, the president said.",
    ),
    an_attack(
        "11:20",
        "Mykolaiv",
        event_id="depot",
        publisher="BBC",
        weapons="missile",
        targets="Fuel depot",
        headline="Missile sets fuel depot in Mykolaiv on fire",
        text="A fuel depot was burning in Mykolaiv after a missile hit it.",
    ),
    a_statement(
        "12:00",
        "Kherson market",
        event_id="compares",
        publisher="BBC",
        speaker="Governor Olha Marchuk",
        stance="condemn",
        target="drone strike on the market",
        headline="Governor: market of Kherson was no less a target than the fuel depot in Mykolaiv",
        text="Whoever sends drones at a market knows whom they will hit, she said at the central market.",
    ),
    an_attack(
        "12:30",
        "Kherson market",
        event_id="fix",
        publisher="AFP",
        killed=6,
        weapons="2 drones",
        corrects="first",
        targets="Central market",
        headline="Toll of market strike in Kherson rises to six",
    ),
    an_attack(
        "+20d 09:00",
        "Kherson market",
        event_id="late",
        publisher="Herald",
        killed=6,
        weapons="2 drones",
        happened="08:10",
        targets="Central market",
        headline="What we know of the drone strike on Kherson's central market",
        text="Drones hit the central market of Kherson on the morning of 1 March and killed six people.",
    ),
]


def a_real_core() -> Correlator[Any]:
    return Correlator(REGION, EvidenceLinker())


@pytest.fixture(scope="module")
def story() -> tuple[Correlator[Any], dict[str, str]]:
    core, home = a_real_core(), {}
    for record in a_log(DAY):
        home.update({entry.event_id: entry.incident_id for entry in core.apply(record).entries})
    return core, home


def test_one_strike_is_one_incident_and_the_march_elsewhere_another(
    story: tuple[Correlator[Any], dict[str, str]],
) -> None:
    _, home = story
    assert {home[name] for name in ("relay", "second", "condemns", "fix", "late")} == {home["first"]}
    assert home["march"] != home["first"]


def test_the_timeline_holds_what_each_source_says(story: tuple[Correlator[Any], dict[str, str]]) -> None:
    core, home = story
    head = core.head(home["first"])
    killed = {(claim.value, claim.speaker): str(claim.state) for claim in head.claims if claim.about == "killed"}
    assert killed == {
        (2, "AFP"): "superseded",
        (6, "AFP"): "disputed",
        (10, "Reuters"): "disputed",
        (6, "Herald"): "disputed",
    }
    assert (head.standing, head.corroboration.independent_sources) == ("corroborated", 3)
    roles = {entry.event_id: str(entry.role) for entry in head.entries}
    assert roles["condemns"] == "reaction"
    assert roles["fix"] == "correction"


def test_a_word_about_two_attacks_is_at_home_in_one_and_background_in_the_other(
    story: tuple[Correlator[Any], dict[str, str]],
) -> None:
    core, home = story
    assert (home["depot"] != home["first"], home["compares"]) == (True, home["first"])
    shown = {entry.event_id: str(entry.role) for entry in core.head(home["depot"]).entries}
    assert shown == {"depot": "core", "compares": "background"}


def test_every_link_says_why_in_contributions_that_sum_to_its_score(
    story: tuple[Correlator[Any], dict[str, str]],
) -> None:
    core, home = story
    for entry in core.head(home["first"]).entries:
        assert entry.link.reasons
        assert abs(sum(reason.contribution for reason in entry.link.reasons) - entry.link.score) < 1e-5


def test_a_restore_at_any_record_gives_the_same_bytes_with_the_real_evidence() -> None:
    log = a_log(DAY)
    expected = [said(core := a_real_core(), record) for record in log[:1]]
    states = [list(core.dump())]
    for record in log[1:]:
        expected.append(said(core, record))
        states.append(list(core.dump()))
    for stopped_after, state in enumerate(states, start=1):
        restored = a_real_core()
        restored.restore(state)
        assert list(restored.dump()) == state
        assert [said(restored, record) for record in log[stopped_after:]] == expected[stopped_after:]


def test_the_state_of_the_real_evidence_is_small() -> None:
    core = a_real_core()
    for record in a_log(DAY):
        core.apply(record)
    assert max(len(record.value or b"") for record in core.drain_state()) < 16_000


def test_what_comes_after_a_hoax_was_withdrawn_is_one_incident_of_its_own() -> None:
    """However well it suits the withdrawn one, which has more reports at first."""

    def report(number: int, at: str) -> LogMessage:
        headline = f"Kherson market blast by Group X kills seven {number}"
        return an_attack(
            at,
            event_id=f"k{number}",
            publisher=f"P{number}",
            killed=7,
            by="Group X",
            headline=headline,
            happened="09:00",
        )

    reports = [report(number, f"10:0{number}") for number in range(3)]
    hoax = incident_id_of(REGION, "k0")
    later = [report(number, f"13:0{number}") for number in range(3, 9)]
    core, home = a_real_core(), {}
    for record in a_log([*reports, a_decision("retract", "12:00", incidents=[hoax], reason="hoax"), *later]):
        home.update({entry.event_id: entry.incident_id for entry in core.apply(record).entries})
    assert {home[f"k{number}"] for number in range(3)} == {hoax}
    assert {home[f"k{number}"] for number in range(3, 9)} == {incident_id_of(REGION, "k3")}
    assert core.head(home["k3"]).activity == "active"


@pytest.mark.parametrize("longitudes", [(179.97, 179.99), (179.99, -179.99), (180.0, -180.0), (-179.97, -179.99)])
def test_the_180th_meridian_does_not_part_one_place(longitudes: tuple[float, float]) -> None:
    core, homes = a_real_core(), set()
    headlines = ("Raid on Waiyevo kills seven", "Seven killed in raid on Waiyevo")
    reports = [
        an_attack(
            "10:00",
            Place(name="Waiyevo", precision=PlacePrecision.SITE, country="FJ", lat=-16.8, lon=longitude),
            event_id=headline[:4],
            headline=headline,
            publisher=headline[:4],
            killed=7,
            by="Somosomo Raiders",
            happened=occurred_at("2024-03-01", "day"),
        )
        for longitude, headline in zip(longitudes, headlines, strict=True)
    ]
    for record in a_log(reports):
        homes.update(entry.incident_id for entry in core.apply(record).entries)
    assert len(homes) == 1

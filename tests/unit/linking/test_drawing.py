"""A statement and two happenings: which one it is about, once both are told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from processors.correlation.linking.linker import EvidenceLinker
from timelines.training import in_arrival_order, read_set

GOLD = Path(__file__).parents[3] / "gold"
NOW = datetime(2021, 12, 1, tzinfo=UTC)


def held(homes: dict[str, str]) -> EvidenceLinker:
    """A linker with the named reports of kad in these incidents, in the order of the stream."""
    linker = EvidenceLinker()
    for seq, event in enumerate(in_arrival_order(read_set(GOLD / "kad.jsonl").events, None)):
        if event.event_id in homes:
            linker.hold(event.event_id, linker.features(event), seq=seq, incident_id=homes[event.event_id])
    return linker


def of_kad(incident: str, kind: str) -> list[str]:
    labelled = read_set(GOLD / "kad.jsonl")
    return [
        event.event_id
        for event in in_arrival_order(labelled.events, None)
        if labelled.incident_of[event.event_id] == incident and (event.kind == "statement") == (kind == "statement")
    ]


def scene(reports: int) -> tuple[EvidenceLinker, list[str], list[str]]:
    """Clashes of 5 November with statements about the attack of the 7th among theirs, and reports of the attack."""
    clashes = of_kad("INC-CLASH-2021-11-05", "core")
    astray = of_kad("INC-ATTACK-2021-11-07", "statement")[:12]
    attacks = of_kad("INC-ATTACK-2021-11-07", "core")[:reports]
    homes = dict.fromkeys([*clashes, *astray, *of_kad("INC-CLASH-2021-11-05", "statement")], "clash")
    return held(homes | dict.fromkeys(attacks, "attack")), astray, attacks


def test_statements_about_the_attack_leave_the_clashes_and_those_about_the_clashes_stay() -> None:
    linker, astray, attacks = scene(6)
    moved = [proposal.event_id for attack in attacks for proposal in linker.drawn_by(attack, now=NOW)]
    assert len(set(moved)) > len(astray) / 2
    assert set(moved) <= set(astray)


def test_one_report_draws_nothing() -> None:
    linker, _, attacks = scene(1)
    assert linker.drawn_by(attacks[0], now=NOW) == ()


def test_a_statement_draws_nothing() -> None:
    linker, astray, _ = scene(6)
    assert linker.drawn_by(astray[0], now=NOW) == ()


def test_it_says_how_much_better() -> None:
    linker, _, attacks = scene(6)
    proposal = next(found for attack in attacks for found in linker.drawn_by(attack, now=NOW))
    assert proposal.score > linker.weights.draw_lead
    assert proposal.reasons == (
        f"suits the happening told here better by {proposal.score:.1f} than that of its incident",
    )


def test_what_was_drawn_does_not_depend_on_how_the_set_was_built() -> None:
    linker, _, attacks = scene(6)
    other, astray, _ = scene(6)
    for name in (*astray, *attacks):
        home = other._members[name].incident_id
        other.move(name, "elsewhere")
        other.move(name, home)
    backwards = [other.drawn_by(attack, now=NOW) for attack in reversed(attacks)]
    assert [linker.drawn_by(attack, now=NOW) for attack in attacks] == backwards[::-1]

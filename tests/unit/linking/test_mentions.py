"""What a statement speaks of beside what it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.items import Item
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.mentions import MOST_MENTIONS, mentions, spoken_of
from producers.feeds.coded import parse_coded
from schemas.event import AnyEvent, AttackEvent, StatementEvent
from tests.builders import a_place, a_protest, a_statement, an_attack

#: but for one of no gazetteer, so that nothing but their names sets them apart
TOWNS = ("Mykolaiv", "Zelenyhrad", "Krasnodilsk", "Verbivsk", "Stavkopil")


def a_blast(town: str, at: str = "10:00") -> AttackEvent:
    return an_attack(
        at,
        a_place(town, country="UA", precision="city"),
        event_id=town,
        weapons="bomb",
        headline=f"Bomb in {town}",
        text=f"A bomb went off at a café in {town}.",
    )


def a_word(text: str, at: str = "12:00", town: str = "Kherson", speaker: str = "Olena Marchenko") -> StatementEvent:
    return a_statement(
        at,
        town,
        event_id="word",
        speaker=speaker,
        stance="comment",
        headline=f"Police on the bomb in {town}",
        text=text,
    )


def holding(*events: AnyEvent) -> EvidenceLinker:
    """Each event an incident of its own, among enough others that a town's name is no word of everybody's."""
    linker = EvidenceLinker()
    others = [parse_coded(line)[0] for line in Path("gold/kaz.jsonl").read_bytes().splitlines()[:40]]
    for seq, event in enumerate([*others, *events]):
        linker.hold(event.event_id, features_of(event), seq=seq, incident_id=f"inc-{event.event_id}")
    return linker


def named_in(word: AnyEvent, *events: AnyEvent, at_home: tuple[str, ...] = ()) -> list[str]:
    linker = holding(*events)
    item = Item(features_of(word))
    return [mention.incident_id for mention in mentions(item, linker.examine(item), at_home, linker.statistics)]


def test_a_happening_whose_place_is_named() -> None:
    word = a_word("The same hand was at work in Mykolaiv and here.")
    assert named_in(word, a_blast("Kherson"), a_blast("Mykolaiv")) == ["inc-Mykolaiv"]


def test_what_nobody_names_is_not_spoken_of() -> None:
    assert named_in(a_word("One hand in both towns."), a_blast("Kherson"), a_blast("Mykolaiv")) == []


@pytest.mark.parametrize("at", ["-20d 10:00", "+2d 10:00"])
def test_what_is_history_or_has_not_happened_yet_is_not(at: str) -> None:
    word = a_word("The same hand was at work in Mykolaiv and here.")
    assert named_in(word, a_blast("Kherson"), a_blast("Mykolaiv", at)) == []


def test_a_protest_there_is_not() -> None:
    march = a_protest("10:00", "Mykolaiv", event_id="march", headline="March in Mykolaiv", text="They marched.")
    assert named_in(a_word("The same hand was at work in Mykolaiv and here."), march) == []


def test_the_name_of_who_speaks_is_none_of_a_place() -> None:
    word = a_word("The same hand was at work.", speaker="Mayor of Mykolaiv")
    assert named_in(word, a_blast("Kherson"), a_blast("Mykolaiv")) == []


def test_a_name_that_the_happening_itself_accounts_for_is_not() -> None:
    word = a_word("The same hand was at work in Mykolaiv and here.")
    keys = features_of(a_blast("Mykolaiv")).place
    assert named_in(word, a_blast("Kherson"), a_blast("Mykolaiv"), at_home=keys) == []


def test_a_report_of_a_happening_speaks_of_that_alone() -> None:
    told = a_blast("Kherson").model_copy(update={"text": "A bomb went off at a café, a day after one in Mykolaiv."})
    assert named_in(told, a_blast("Mykolaiv")) == []


def test_a_place_that_is_as_wide_as_a_province_is_named_for_many_reasons() -> None:
    province = a_place("Mykolaiv", country="UA", precision="admin1")
    somewhere = a_blast("Mykolaiv").model_copy(update={"location": province})
    assert named_in(a_word("The same hand was at work in Mykolaiv and here."), somewhere) == []


def test_a_place_that_everybody_names_is_not_spoken_of() -> None:
    blasts = [a_blast("Mykolaiv").model_copy(update={"event_id": f"blast-{number}"}) for number in range(40)]
    assert named_in(a_word("The same hand was at work in Mykolaiv and here."), *blasts) == []


def test_one_name_speaks_for_one_incident() -> None:
    second = a_blast("Mykolaiv", "11:00").model_copy(update={"event_id": "again"})
    assert len(named_in(a_word("The same hand was at work in Mykolaiv."), a_blast("Mykolaiv"), second)) == 1


def told_of(word: AnyEvent, linker: EvidenceLinker) -> list[tuple[str, float]]:
    """By a statement that is at home in Kherson's incident."""
    item = Item(features_of(word))
    candidates = linker.examine(item)
    home = next(c.incident for c in candidates if c.incident.incident_id == "inc-Kherson")
    return list(spoken_of(item, candidates, home, linker.statistics))


def told_of_towns() -> list[tuple[str, float]]:
    word = a_word(f"One hand in Kherson, {', '.join(TOWNS)}.")
    return told_of(word, holding(a_blast("Kherson"), *map(a_blast, TOWNS)))


def test_the_likely_ones_are_told_and_few() -> None:
    told = told_of_towns()
    assert len(told) == MOST_MENTIONS
    assert {incident_id for incident_id, _ in told} < {f"inc-{town}" for town in TOWNS}
    assert min(score for _, score in told) > 0


def test_the_likeliest_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.correlation.linking.mentions.BASE", -1.0)  # the farthest ones
    monkeypatch.setattr("processors.correlation.linking.mentions.BIAS", 9.0)
    scores = [score for _, score in told_of_towns()]
    assert len(set(scores)) > 1
    assert scores == sorted(scores, reverse=True)


def test_what_is_less_likely_than_not_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.correlation.linking.mentions.BIAS", -99.0)
    assert told_of_towns() == []


def test_what_others_said_of_the_happening_accounts_for_no_name() -> None:
    word = a_word("The same hand was at work in Mykolaiv and here.")
    linker = holding(a_blast("Kherson"), a_blast("Mykolaiv"))
    earlier = word.model_copy(update={"event_id": "earlier"})
    linker.hold("earlier", features_of(earlier), seq=99, incident_id="inc-Kherson")
    assert [name for name, _ in told_of(word, linker)] == ["inc-Mykolaiv"]


def test_a_name_that_nobody_else_has_tells_as_much_on_the_first_day_as_later() -> None:
    word, bomb = features_of(a_word("The same hand was at work in Mykolaiv and here.")), a_blast("Mykolaiv")
    early, later = EvidenceLinker(), holding(bomb)
    early.hold(bomb.event_id, features_of(bomb), seq=0, incident_id="inc-Mykolaiv")
    found = [mentions(Item(word), held.examine(Item(word)), (), held.statistics) for held in (early, later)]
    assert [[mention.weight for mention in each] for each in found] == [[1.0], [1.0]]
    assert early.statistics.weight("mklf") < later.statistics.weight("mklf")

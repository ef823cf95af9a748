"""Which reports repeat one another, and which of two is the copy."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from processors.correlation.linking import copies
from processors.correlation.linking.api import Placement
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.incidents import Member
from processors.correlation.linking.items import Item
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.statistics import Statistics
from processors.correlation.linking.weights import BadWeights
from schemas.event import AnyEvent
from schemas.parts import Place
from schemas.vocabulary import PlacePrecision
from tests.builders import a_statement, an_attack

NOW = datetime(2024, 3, 1, tzinfo=UTC)
BASRA = Place(name="Basra", country="IQ", lat=30.508, lon=47.783, precision=PlacePrecision.CITY)
TEXT = (
    "A motorcycle rigged with explosives blew up near the Republican hospital in central Basra, killing four people "
    "and wounding twenty others, police Colonel Hassan Jabbar told reporters. Governor Asaad al-Eidani said that "
    "the blast bore the marks of Islamic State, and declared three days of mourning in the province."
)
SHORTER = (
    "A motorcycle rigged with explosives blew up near the Republican hospital in central Basra, killing four people, "
    "police Colonel Hassan Jabbar told reporters. Governor Asaad al-Eidani said the blast bore marks of Islamic State."
)
ORIGINAL = an_attack(
    "10:00", BASRA, event_id="original", publisher="Reuters", killed=4, injured=20, weapons="bomb",
    headline="Motorcycle bomb kills four near Basra hospital", text=TEXT, language="en",
)  # fmt: skip
WIRED = an_attack(
    "16:00", BASRA, event_id="wired", publisher="Gulf Gazette", wire="Reuters", killed=4, happened="10:00",
    weapons="bomb", headline="Motorcycle bomb kills four near Basra hospital", text=SHORTER, language="en",
)  # fmt: skip
INDEPENDENT = an_attack(
    "12:00", BASRA, event_id="independent", publisher="Shafaq News", killed=6, injured=11, happened="10:00",
    headline="Basra explosion: health office counts six dead", language="en",
    text="Six bodies and eleven hurt have reached Al-Sadr Teaching Hospital, the health office said after a motorcycle"
    " exploded on Al-Samoud street. Burnt cars blocked the crossing while relatives looked for Karim Nasser, who drove"
    " a taxi.",
)  # fmt: skip


def _placed(held: AnyEvent, newcomer: AnyEvent) -> Placement:
    """The newcomer, told that it belongs with what is held by a reference."""
    linker = EvidenceLinker()
    linker.hold(held.event_id, linker.features(held), seq=0, incident_id="i")
    placement = linker.place(linker.features(newcomer), now=NOW, named=("i",))
    assert placement.incident_id == "i"
    return placement


def test_a_wire_copy_published_after_its_original_copies_it() -> None:
    placement = _placed(ORIGINAL, WIRED)
    assert (placement.copy_of, placement.copies) == ("original", ())


def test_a_wire_copy_that_was_held_before_its_original_came_is_named_as_the_copy() -> None:
    placement = _placed(WIRED, ORIGINAL)
    assert (placement.copy_of, placement.copies) == (None, ("wired",))


def test_an_undated_re_issue_is_the_copy_whichever_came_first() -> None:
    undated = WIRED.model_copy(update={"event_id": "undated", "published_at": None})
    assert _placed(ORIGINAL, undated).copy_of == "original"
    assert _placed(undated, ORIGINAL).copies == ("undated",)


def test_two_independent_reports_of_one_happening_are_no_copies() -> None:
    for held, newcomer in ((ORIGINAL, INDEPENDENT), (INDEPENDENT, ORIGINAL)):
        placement = _placed(held, newcomer)
        assert (placement.copy_of, placement.copies) == (None, ())


def test_a_translation_of_one_agency_is_a_copy() -> None:
    said = a_statement(
        "10:00", BASRA, event_id="said", publisher="AFP", wire="AFP", speaker="Asaad al-Eidani", language="en",
        stance="accuse", target="Islamic State", headline="Asaad al-Eidani blames Islamic State for Basra blast",
        text="Governor Asaad al-Eidani blamed Islamic State for the blast in Basra and called on Baghdad for help.",
    )  # fmt: skip
    translated = a_statement(
        "14:00", BASRA, event_id="translated", publisher="Le Journal", wire="AFP", speaker="Asaad al-Eidani",
        stance="accuse", target="Islamic State", happened="10:00", language="fr",
        headline="Bassora: Asaad al-Eidani accuse Islamic State",
        text="Le gouverneur Asaad al-Eidani accuse Islamic State et demande de l'aide.",
    )  # fmt: skip
    assert _placed(said, translated).copy_of == "said"


def test_one_title_in_two_addresses_makes_two_reports_more_alike() -> None:
    titled = [
        features_of(event.model_copy(update={"source": event.source.model_copy(update={"url": url})}))
        for event, url in (
            (ORIGINAL, "https://reuters.example/2024/motorcycle-bomb-kills-four-in-basra"),
            (INDEPENDENT, "https://shafaq.example/en/motorcycle-bomb-kills-four-in-basra-11"),
            (INDEPENDENT, "https://shafaq.example/en/health-office-counts-six-dead"),
        )
    ]
    original, same, other = (Item(features) for features in titled)
    members = [Member("original", 0, original.f, "i", original)]
    (alike,), (unlike,) = (copies.alike_vectors(item, members, Statistics(), 1) for item in (same, other))
    at = copies.ALIKE_FEATURES.index("title_shared")
    assert alike[at] > 0.8
    assert unlike[at] == 0
    assert copies.shipped().alike[at] > 0


def test_names_that_only_two_of_the_reports_have_tell_them_from_the_others() -> None:
    linker = EvidenceLinker()
    for seq, event in enumerate((ORIGINAL, INDEPENDENT)):
        linker.hold(event.event_id, linker.features(event), seq=seq, incident_id="i")
    members = list(linker._incidents["i"].members.values())
    vectors = copies.alike_vectors(Item(features_of(WIRED)), members, linker.statistics, 2)
    at = copies.ALIKE_FEATURES.index("names_of_these_two")
    assert vectors[0][at] > vectors[1][at] == 0


def test_of_two_reports_of_one_day_a_bare_date_is_neither_earlier_nor_later() -> None:
    midday, bare = (
        Item(features_of(ORIGINAL.model_copy(update={"published_at": at})))
        for at in (datetime(2024, 3, 1, 12, tzinfo=UTC), datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC))
    )
    next_day = Item(features_of(ORIGINAL.model_copy(update={"published_at": datetime(2024, 3, 2, 1, tzinfo=UTC)})))
    at = copies.COPIES_FEATURES.index("published_later")
    assert copies.copies_vector(bare, midday)[at] == copies.copies_vector(midday, bare)[at] == 0
    assert copies.copies_vector(next_day, bare)[at] == 1


def test_the_original_is_found_among_a_hundred_members() -> None:
    linker = EvidenceLinker()
    for seq in range(100):
        if seq != 30:
            text = f"Correspondent {seq} writes that street {seq} of Basra is closed while police search house {seq}."
            event = an_attack(
                "12:00", BASRA, event_id=f"e{seq}", publisher=f"Paper {seq}", headline=text, language="en"
            )
        else:
            event = ORIGINAL
        linker.hold(event.event_id, linker.features(event), seq=seq, incident_id="i")
    placement = linker.place(linker.features(WIRED), now=NOW, named=("i",))
    assert placement.copy_of == "original"


def test_few_are_compared_however_many_there_are() -> None:
    linker = EvidenceLinker()
    for seq in range(120):
        event = ORIGINAL.model_copy(update={"event_id": f"e{seq}"})
        linker.hold(event.event_id, linker.features(event), seq=seq, incident_id="i")
    item = linker._members["e0"].item
    found = copies.comparable(item, linker._incidents["i"], linker.statistics)
    assert len(found) == copies.MAX_COMPARED


def test_which_copies_which_is_answered_the_same_from_both_sides() -> None:
    linker = EvidenceLinker()
    for seq, event in enumerate((ORIGINAL, WIRED, INDEPENDENT)):
        linker.hold(event.event_id, linker.features(event), seq=seq, incident_id="i")
    items = [linker._members[name].item for name in ("original", "wired", "independent")]
    for one in items:
        for other in items:
            turned = [-value for value in copies.copies_vector(other, one)]
            assert copies.copies_vector(one, other) == pytest.approx(turned)


def test_weights_are_read_as_they_were_written() -> None:
    assert copies.parse(copies.write(copies.shipped())) == copies.shipped()


@pytest.mark.parametrize("text", ["[]", "{}", '{"alike": {"shape": 1}, "copies": {}, "mark": 0}', "{"])
def test_weights_of_another_version_are_refused(text: str) -> None:
    with pytest.raises(BadWeights, match="copies"):
        copies.parse(text)

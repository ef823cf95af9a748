"""Where an event belongs, and the reasons that are given for it."""

from __future__ import annotations

from datetime import UTC, datetime
from math import fsum
from pathlib import Path

import pytest

from processors.correlation.linking.api import Linker, Placement
from processors.correlation.linking.features import Features
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.weights import BadWeights, parse, shipped, write
from producers.feeds.coded import parse_coded

NOW = datetime(2024, 3, 1, tzinfo=UTC)
EVENTS = [parse_coded(line)[0] for line in Path("gold/kaz.jsonl").read_bytes().splitlines()]


@pytest.fixture(scope="module")
def placed() -> list[tuple[Features, Placement]]:
    linker: Linker[Features] = EvidenceLinker()
    found = []
    for seq, event in enumerate(EVENTS):
        features = linker.features(event)
        placement = linker.place(features, now=NOW)
        linker.hold(event.event_id, features, seq=seq, incident_id=placement.incident_id or event.event_id)
        found.append((features, placement))
    return found


def test_contributions_sum_to_the_score(placed: list[tuple[Features, Placement]]) -> None:
    for _, placement in placed:
        total = fsum(reason.contribution for reason in placement.link.reasons)
        assert total == pytest.approx(placement.link.score, abs=5e-6)


def test_evidence_explains_most_of_a_score_and_the_prior_is_the_same_for_equal_company(
    placed: list[tuple[Features, Placement]],
) -> None:
    joined = [placement for _, placement in placed if placement.incident_id]
    assert joined
    for placement in joined:
        assert any(
            r.contribution > 0 for r in placement.link.reasons if r.feature in ("time", "place", "names", "matter")
        )


def test_reasons_name_what_was_found(placed: list[tuple[Features, Placement]]) -> None:
    values = [r.value for _, placement in placed for r in placement.link.reasons]
    assert any("km apart" in value for value in values)
    assert not any("0.0 km" in value for value in values), "the distance of two towns' middles, not of two sites"
    assert any(value.startswith("both at ") for value in values)
    assert any(value.startswith("both name ") for value in values)
    assert any(value.startswith("same day, 2022-01-0") for value in values)
    # words that fit everything say nothing: most reasons differ from event to event
    assert len(set(values)) > len(values) / 3


def test_candidates_are_few(placed: list[tuple[Features, Placement]]) -> None:
    assert max(placement.candidates for _, placement in placed) <= 25


def test_a_report_of_nothing_known_opens_an_incident() -> None:
    linker = EvidenceLinker()
    placement = linker.place(linker.features(EVENTS[0]), now=NOW)
    assert placement.incident_id is None
    assert placement.candidates == 0


def test_who_opens_an_incident_does_not_carry_the_reasons_against_another(
    placed: list[tuple[Features, Placement]],
) -> None:
    opened = [placement for _, placement in placed if placement.incident_id is None]
    refused = [placement for placement in opened if placement.candidates]
    assert len(refused) > 5
    for placement in opened:
        assert placement.link.score == 0.0
        assert [(reason.feature, reason.contribution) for reason in placement.link.reasons] == [("opened", 0.0)]
    for placement in refused:
        assert "suits no incident well enough, the nearest, " in placement.link.reasons[0].value


def test_the_same_report_by_another_outlet_is_a_copy() -> None:
    linker = EvidenceLinker()
    first = EVENTS[10]
    other = first.model_copy(
        update={
            "event_id": "copy",
            "source": first.source.model_copy(update={"publisher": "Other", "url": None, "report_id": None}),
        }
    )
    linker.hold(first.event_id, linker.features(first), seq=0, incident_id="i")
    placement = linker.place(linker.features(other), now=NOW)
    assert placement.incident_id == "i"
    assert placement.copy_of == first.event_id


def test_weights_are_written_the_same_and_read_back() -> None:
    text = write(shipped())
    assert write(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "part"),
    [("{}", "pairs"), ("no json", "weights"), ('{"pairs":{"core_core":{"telepathy":1}}}', "telepathy")],
)
def test_weights_that_do_not_fit_are_refused_with_the_part(text: str, part: str) -> None:
    with pytest.raises(BadWeights, match=part):
        parse(text)

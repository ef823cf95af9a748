"""Regions: the key of the log. Places, people and references are made here, in full, to see what decides."""

from __future__ import annotations

import re
from typing import Any

import pycountry
import pytest

from schemas.asyncapi import asyncapi
from schemas.codec import decode
from schemas.event import EVENT, AnyEvent
from schemas.example_files import examples
from schemas.reference import reference
from schemas.regions import ALL_REGIONS, REGION_OF_COUNTRY, WORLD, partition_of, region_of


def an_event(kind: str = "attack", **fields: Any) -> AnyEvent:
    least = {
        "event_id": "e1",
        "kind": kind,
        "recorded_at": "2021-11-07T08:00:00Z",
        "headline": "Blasts reported",
        "source": {"publisher": "A paper"},
    }
    return EVENT.validate_python({**least, **fields})


def a_place(country: str | None, **fields: Any) -> dict[str, Any]:
    return {"name": "Somewhere", "country": country, "precision": "city", **fields}


def an_actor(country: str | None, role: str = "target") -> dict[str, Any]:
    return {"name": "Somebody", "country": country, "role": role}


def test_every_country_of_iso_3166_and_kosovo_has_a_region_and_nothing_else_has() -> None:
    assert set(REGION_OF_COUNTRY) == {country.alpha_2 for country in pycountry.countries} | {"XK"}


def test_every_region_but_world_has_a_country() -> None:
    assert set(REGION_OF_COUNTRY.values()) == set(ALL_REGIONS) - {WORLD}
    assert len(ALL_REGIONS) == len(set(ALL_REGIONS)) == 18


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("TR", "middle-east"),
        ("PS", "middle-east"),
        ("EG", "northern-africa"),
        ("EH", "northern-africa"),
        ("SD", "northern-africa"),
        ("SS", "eastern-africa"),
        ("AF", "caucasus-and-central-asia"),
        ("RU", "europe"),
        ("XK", "europe"),
        ("CY", "europe"),
        ("MX", "north-america"),
        ("ZM", "southern-africa"),
        ("NG", "western-africa"),
        ("TD", "middle-africa"),
        ("PK", "south-asia"),
        ("MM", "southeast-asia"),
        ("HK", "east-asia"),
        ("HT", "caribbean"),
        ("GF", "south-america"),
        ("PA", "central-america"),
        ("AU", "oceania"),
        ("AQ", "antarctica"),
    ],
)
def test_a_country_lies_where_acled_puts_it(country: str, region: str) -> None:
    assert region_of(an_event(location=a_place(country))) == region


def test_the_location_comes_before_targets_actors_and_where_it_was_said() -> None:
    chain: dict[str, Any] = {
        "location": a_place("IQ"),
        "targets": [an_actor("NG")],
        "actors": [an_actor("KZ", "speaker")],
        "said_in": a_place("FR"),
    }
    expected = ["middle-east", "western-africa", "caucasus-and-central-asia", "europe", WORLD]
    found = []
    for step in [*chain, "nothing"]:
        found.append(region_of(an_event("statement", **chain)))
        chain.pop(step, None)
    assert found == expected


def test_the_first_target_whose_country_is_known_decides() -> None:
    event = an_event(targets=[an_actor(None), an_actor("ZZ"), an_actor("JP"), an_actor("IQ")])
    assert region_of(event) == "east-asia"


def test_coordinates_without_a_country_place_nothing() -> None:
    assert region_of(an_event(location=a_place(None, lat=33.3, lon=44.4))) == WORLD
    event = an_event(location=a_place(None, lat=33.3, lon=44.4), actors=[an_actor("BR", "perpetrator")])
    assert region_of(event) == "south-america"


@pytest.mark.parametrize("reference", ["corrects", "retracts"])
def test_a_correction_goes_to_the_region_of_what_it_corrects(reference: str) -> None:
    event = an_event(location=a_place("GB"), **{reference: {"event_id": "e0", "region": "middle-east"}})
    assert region_of(event) == "middle-east"


def test_a_reference_without_a_region_leaves_the_event_where_it_is() -> None:
    event = an_event(location=a_place("GB"), corrects={"event_id": "e0"})
    assert region_of(event) == "europe"


def test_the_first_reference_that_names_a_region_decides() -> None:
    references = [{"event_id": "e0"}, {"event_id": "e2", "region": "oceania"}, {"event_id": "e3", "region": "europe"}]
    assert region_of(an_event("statement", location=a_place("GB"), refers_to=references)) == "oceania"


def test_a_region_of_a_later_version_in_a_reference_moves_nothing() -> None:
    raw = (
        b'{"event_id":"e1","kind":"attack","recorded_at":"2021-11-07T08:00:00Z","headline":"h","source":'
        b'{"publisher":"p"},"location":{"name":"x","country":"GB","precision":"city"},'
        b'"corrects":{"event_id":"e0","region":"atlantis"}}'
    )
    assert region_of(decode("incidents.event.v1", raw)) == "europe"


def test_messages_that_carry_their_region_say_it() -> None:
    tick = decode("incidents.tick.v1", b'{"tick_id":"t","region":"oceania","recorded_at":"2021-11-07T08:00:00Z"}')
    assert region_of(tick) == "oceania"


@pytest.mark.parametrize("partitions", [0, -1])
def test_a_topic_without_partitions_is_refused_by_name(partitions: int) -> None:
    with pytest.raises(ValueError, match=r"^partitions: must be 1 or more"):
        partition_of("europe", partitions)


def test_the_documents_name_the_partitioner_without_which_a_record_is_rejected() -> None:
    messages = asyncapi(examples())["components"]["messages"]
    keys = {name: message["bindings"]["kafka"]["key"]["description"] for name, message in messages.items()}
    assert {name for name, told in keys.items() if "murmur2_random" in told} == {"event", "decision", "tick", "command"}
    assert "`partitioner=murmur2_random`" in reference()


def test_the_documents_say_which_region_a_country_belongs_to() -> None:
    """Who writes in another language has nothing else: under a wrong key a report never meets those of its own."""
    told = re.findall(r"^\| `([a-z-]+)` \| ((?:[A-Z]{2} ?)+|none that is known) \|$", reference(), re.MULTILINE)
    assert [region for region, _ in told] == list(ALL_REGIONS)
    of_country = {country: region for region, named in told for country in re.findall(r"\b[A-Z]{2}\b", named)}
    assert of_country == REGION_OF_COUNTRY

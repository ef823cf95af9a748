"""What is said of two places: kilometres, one spot, or that one of them is a whole country."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.items import Item
from processors.correlation.linking.reasons import _place
from processors.correlation.linking.statistics import Statistics
from schemas.event import AttackEvent, Source
from schemas.parts import Place
from schemas.vocabulary import PlacePrecision

AT = datetime(2021, 11, 7, tzinfo=UTC)


def at(name: str, lat: float, lon: float, precision: PlacePrecision) -> Item:
    place = Place(name=name, country="IQ", lat=lat, lon=lon, precision=precision)
    return Item(
        features_of(
            AttackEvent(
                event_id="a", source=Source(publisher="Example Post"), language="en", headline="Shots", published_at=AT,
                recorded_at=AT, location=place,
            )
        )
    )  # fmt: skip


BAGHDAD = ("Baghdad", 33.31, 44.37, PlacePrecision.CITY)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (("Iraq", 33.0, 44.0, PlacePrecision.COUNTRY), "one names the country as a whole"),
        (("Anbar", 33.3, 43.6, PlacePrecision.ADMIN1), "one names the province as a whole"),
        (("Nineveh", 36.0, 42.4, PlacePrecision.ADMIN1), "349.2 km apart"),
        (("Najaf", 32.03, 44.34, PlacePrecision.CITY), "142.4 km apart"),
        (BAGHDAD, "both at Baghdad"),
    ],
)
def test_of_two_places(other: tuple[str, float, float, PlacePrecision], said: str) -> None:
    assert _place(at(*BAGHDAD), at(*other), Statistics()) == said

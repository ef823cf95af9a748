"""Names of countries, as coded databases write them, to ISO 3166 codes.

The names are those of the package tzdata, whole and in their parts; what databases call otherwise is listed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_OTHERWISE: Final[Mapping[str, str]] = {
    "american samoa": "AS",
    "bahamas, the": "BS",
    "bailiwick of guernsey": "GG",
    "bailiwick of jersey": "JE",
    "bolivarian republic of venezuela": "VE",
    "bolivia, plurinational state of": "BO",
    "bonaire, sint eustatius and saba": "BQ",
    "bosnia-herzegovina": "BA",
    "british virgin islands": "VG",
    "brunei darussalam": "BN",
    "burma": "MM",
    "cabo verde": "CV",
    "cambodia": "KH",
    "caribbean netherlands": "BQ",
    "central african republic": "CF",
    "congo": "CG",
    "congo (democratic republic of the)": "CD",
    "congo, republic of the": "CG",
    "congo, the democratic republic of the": "CD",
    "cote d'ivoire": "CI",
    "czechia": "CZ",
    "democratic people's republic of korea": "KP",
    "democratic republic of congo": "CD",
    "democratic republic of the congo": "CD",
    "dr congo": "CD",
    "east timor": "TL",
    "eswatini": "SZ",
    "federated states of micronesia": "FM",
    "former yugoslav republic of macedonia": "MK",
    "french southern and antarctic lands": "TF",
    "french southern territories": "TF",
    "gambia, the": "GM",
    "gaza strip": "PS",
    "great britain": "GB",
    "holy see": "VA",
    "iran, islamic republic of": "IR",
    "ivory coast": "CI",
    "kingdom of eswatini": "SZ",
    "korea, democratic people's republic of": "KP",
    "korea, north": "KP",
    "korea, republic of": "KR",
    "korea, south": "KR",
    "kosovo": "XK",
    "kyrgyz republic": "KG",
    "lao pdr": "LA",
    "lao people's democratic republic": "LA",
    "libyan arab jamahiriya": "LY",
    "macao": "MO",
    "macau": "MO",
    "macedonia": "MK",
    "macedonia, fyr": "MK",
    "macedonia, the former yugoslav republic of": "MK",
    "micronesia, federated states of": "FM",
    "moldova, republic of": "MD",
    "north korea": "KP",
    "north macedonia": "MK",
    "occupied palestinian territory": "PS",
    "palestine, state of": "PS",
    "palestinian territories": "PS",
    "palestinian territory": "PS",
    "palestinian territory, occupied": "PS",
    "republic of congo": "CG",
    "republic of ireland": "IE",
    "republic of korea": "KR",
    "republic of moldova": "MD",
    "republic of the congo": "CG",
    "rumania": "RO",
    "russian federation": "RU",
    "saint helena, ascension and tristan da cunha": "SH",
    "saint lucia": "LC",
    "saint vincent and the grenadines": "VC",
    "samoa": "WS",
    "sint maarten": "SX",
    "slovak republic": "SK",
    "south korea": "KR",
    "state of palestine": "PS",
    "surinam": "SR",
    "swaziland": "SZ",
    "syrian arab republic": "SY",
    "taiwan, province of china": "TW",
    "tanzania, united republic of": "TZ",
    "the bahamas": "BS",
    "the former yugoslav republic of macedonia": "MK",
    "the gambia": "GM",
    "the netherlands": "NL",
    "timor leste": "TL",
    "timor-leste": "TL",
    "tuerkiye": "TR",
    "turkiye": "TR",
    "turks and caicos islands": "TC",
    "u.s. virgin islands": "VI",
    "uk": "GB",
    "united kingdom": "GB",
    "united republic of tanzania": "TZ",
    "united states minor outlying islands": "UM",
    "united states of america": "US",
    "united states virgin islands": "VI",
    "us virgin islands": "VI",
    "vatican": "VA",
    "venezuela, bolivarian republic of": "VE",
    "viet nam": "VN",
    "vietnam, republic of": "VN",
    "virgin islands, u.s.": "VI",
    "west bank": "PS",
}
#: characters; what is longer is another cell, and one of 80,000 brackets that nobody closes took a minute
_LONGEST: Final = 300
#: sides of a name that are no name of a country by themselves: a people
_NO_COUNTRY: Final = frozenset(["turks"])


def country_of(name: str) -> str | None:
    """ISO 3166 code; None for a name that nobody has listed. A name in brackets is another of the same country."""
    if len(name) > _LONGEST:
        return None
    table = _codes()
    plain = _plain(name)
    return table.get(plain) or table.get(_without_brackets(plain))


@cache
def _codes() -> Mapping[str, str]:
    claims: defaultdict[str, set[str]] = defaultdict(set)
    whole: dict[str, str] = {}
    for line in (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, name = line.split("\t")
            whole[_plain(name)] = code
            for part in _parts(name):
                claims[part].add(code)
    # "Congo (Rep.)" and "Congo (Dem. Rep.)" are both Congo without their brackets: that tells neither
    parts = {part: min(codes) for part, codes in claims.items() if len(codes) == 1}
    return {**parts, **whole, **{_plain(name): code for name, code in _OTHERWISE.items()}}


def _parts(name: str) -> Iterator[str]:
    """By what else it may go: without its brackets, and by either side of "Trinidad & Tobago"."""
    yield _without_brackets(_plain(name))
    sides = name.split(" & ")
    if len(sides) > 1:
        yield from (side for side in map(_plain, sides) if side not in _NO_COUNTRY)


def _without_brackets(plain: str) -> str:
    return re.sub(r"\s*\(.*?\)", "", plain)


def _plain(name: str) -> str:
    """Lower case, without accents; Saint and St. are St, also in Saint-Martin."""
    letters = unicodedata.normalize("NFKD", name.replace("’", "'").replace("ı", "i"))
    folded = "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()
    return " ".join(re.sub(r"\b(?:saint|st)\b[.\s-]*", "st ", folded.replace("&", "and")).split())

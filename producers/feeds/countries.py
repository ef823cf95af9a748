"""Names of countries, as coded databases write them, to ISO 3166 codes.

The names are those of the package tzdata; what databases call otherwise is listed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_OTHERWISE: Final[Mapping[str, str]] = {
    "bolivarian republic of venezuela": "VE",
    "bosnia-herzegovina": "BA",
    "british virgin islands": "VG",
    "burma": "MM",
    "cabo verde": "CV",
    "cambodia": "KH",
    "cote d'ivoire": "CI",
    "ivory coast": "CI",
    "central african republic": "CF",
    "congo": "CG",
    "czechia": "CZ",
    "democratic republic of congo": "CD",
    "democratic republic of the congo": "CD",
    "dr congo": "CD",
    "east timor": "TL",
    "eswatini": "SZ",
    "federated states of micronesia": "FM",
    "kosovo": "XK",
    "kingdom of eswatini": "SZ",
    "macau": "MO",
    "macedonia": "MK",
    "macedonia, fyr": "MK",
    "north macedonia": "MK",
    "north korea": "KP",
    "palestinian territories": "PS",
    "republic of congo": "CG",
    "republic of the congo": "CG",
    "saint lucia": "LC",
    "saint vincent and the grenadines": "VC",
    "samoa": "WS",
    "south korea": "KR",
    "state of palestine": "PS",
    "swaziland": "SZ",
    "syrian arab republic": "SY",
    "the gambia": "GM",
    "turkiye": "TR",
    "uk": "GB",
    "united kingdom": "GB",
    "united states of america": "US",
    "us virgin islands": "VI",
    "vatican": "VA",
    "viet nam": "VN",
}


def country_of(name: str) -> str | None:
    """ISO 3166 code; None for a name that nobody has listed. A name in brackets is another of the same country."""
    table = _codes()
    plain = _plain(name)
    return table.get(plain) or table.get(re.sub(r"\s*\(.*?\)", "", plain))


@cache
def _codes() -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for line in (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, name = line.split("\t")
            codes[_plain(name)] = code
    return {**codes, **_OTHERWISE}


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("’", "'").replace("ı", "i"))
    folded = "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()
    return " ".join(folded.replace("&", "and").split())

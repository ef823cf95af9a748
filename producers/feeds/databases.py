"""Which publishers are coded event databases: each of their rows is one event by their own coding, not an article."""

from __future__ import annotations

import re
from typing import Final

#: the names by which the field cites them, in lower case
_NAMES: Final = frozenset(
    [
        "acled",
        "armed conflict location and event data",
        "armed conflict location and event data project",
        "armed conflict location event data project",
        "cline center historical phoenix",
        "gdelt",
        "gdelt project",
        "ged",
        "georeferenced event dataset",
        "global terrorism database",
        "gtd",
        "icews",
        "integrated crisis early warning system",
        "mass mobilization",
        "mmad",
        "polecat",
        "rand database of worldwide terrorism incidents",
        "rdwti",
        "scad",
        "social conflict analysis database",
        "terrier",
        "ucdp",
        "ucdp ged",
        "ucdp georeferenced event dataset",
        "uppsala conflict data program",
        "worldwide incidents tracking system",
        "wits",
    ]
)
_RELEASE: Final = re.compile(r"\b(?:v?\d+(?:[. ]\d+)*|version|release|dataset)\b")


def is_database(publisher: str) -> bool:
    """Whether it is one of them, whatever release: "UCDP GED 23.1", "ACLED (2022)"."""
    words = re.sub(r"[^a-z0-9.]+", " ", publisher.lower().replace("&", "and"))
    return words.strip() in _NAMES or " ".join(_RELEASE.sub(" ", words).split()) in _NAMES

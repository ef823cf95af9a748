"""Addresses of articles: whose they are, which records stand in one article, and the title that many spell out."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final
from urllib.parse import unquote, urldefrag, urlsplit

#: fewer are the name of a section
_LEAST_WORDS: Final = 4
_MOST_TITLE: Final = 200
_ENDING: Final = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
#: ids of articles, whole or in groups of hexadecimal digits
_NUMBER: Final = re.compile(r"[a-z]{0,3}\d{3,}|(?=.*\d)[0-9a-f]{6,}|(?=.*\d)(?=.*[a-f])[0-9a-f]{4}", re.IGNORECASE)


def report_id_of(url: str) -> str:
    """The same for all parts of one article: a fragment (#1, #2 ...) tells its speakers apart, not reports."""
    return "report-" + sha256(urldefrag(url).url.encode()).hexdigest()[:20]


def host_of(url: str) -> str | None:
    """Without `www.`; None for what is no address."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def title_of(url: str) -> str | None:
    """The words of the part of the path that has most of them, "Bomb kills four in basra"; None below four words."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    best: list[str] = []
    for part in path.split("/"):
        words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", _ENDING.sub("", unquote(part)))
        words = [word for word in words if not _NUMBER.fullmatch(word)]
        if len(words) > len(best):
            best = words
    title = " ".join(best)[:_MOST_TITLE]
    return title[0].upper() + title[1:] if len(best) >= _LEAST_WORDS else None

"""Feed `polecat`: a tab-separated release of POLECAT, coded after PLOVER, with its header.

Each row is a report by its source. Agreements, support, requests, refusals, talks, aid, sanctions, arrests and
movements of troops are none of the three kinds, or speak of none (cameo.py says why).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from schemas.arrival import AS_PUBLISHED
from schemas.event import AnyEvent
from schemas.parts import LanguageTag, Place
from schemas.vocabulary import EventKind, Stance, TimePrecision

from . import Line, Row, cells
from .actions import Action, person, values_of
from .addresses import host_of, report_id_of
from .alpha3 import country_of_three
from .countries import country_of
from .tables import read_table
from .times import NotATime, ReportedTime

_NEEDED: Final = frozenset(
    ["event id", "event date", "event type", "event mode", "actor name", "recipient name", "country", "latitude",
     "longitude"]
)  # fmt: skip
_SIDE: Final = ("country", "cow", "title", "name raw", "sectors")
_READ: Final = (
    *(f"{side} {column}" for side in ("actor", "recipient") for column in _SIDE),
    "primary actor sector", "primary recipient sector", "placename", "city", "district", "province", "geonames id",
    "source", "publication date", "story people", "story organizations", "language",
)  # fmt: skip
_KEPT: Final = (
    "intensity", "quad code", "contexts", "actor name raw", "recipient name raw", "actor title", "recipient title",
    "wikipedia actor id", "wikipedia recipient id", "district", "raw placename", "feature type", "story locations",
    "version",
)  # fmt: skip
_NOTHING: Final = frozenset(["none", "na", "nan", "null", "n/a"])
#: what takes a stand, or is a happening; a type of earlier drafts stands with the one that took its place
_TYPES: Final[Mapping[str, Action]] = {
    "accuse": Action(EventKind.STATEMENT, "Accuse", Stance.CONDEMN),
    "disapprove": Action(EventKind.STATEMENT, "Disapprove", Stance.CONDEMN),
    "threaten": Action(EventKind.STATEMENT, "Threaten", Stance.THREATENS),
    "protest": Action(EventKind.PROTEST, "Protest"),
    "assault": Action(EventKind.ATTACK, "Assault"),
    "fight": Action(EventKind.ATTACK, "Fight", mutual=True),
}
#: modes that say more than the type; None: none of the three kinds
_MODES: Final[Mapping[tuple[str, str], Action | None]] = {
    ("accuse", "allege"): Action(EventKind.STATEMENT, "Allege", Stance.ACCUSE),
    ("accuse", "investigate"): None,
    ("protest", "demo"): Action(EventKind.PROTEST, "Demonstrate"),
    ("protest", "riot"): Action(EventKind.PROTEST, "Riot"),
    ("protest", "strike"): Action(EventKind.PROTEST, "Strike"),
    ("protest", "boycott"): Action(EventKind.PROTEST, "Strike or boycott"),
    ("protest", "hunger"): Action(EventKind.PROTEST, "Hunger strike"),
    ("protest", "obstruct"): Action(EventKind.PROTEST, "Block a passage"),
    ("assault", "abduct"): Action(EventKind.ATTACK, "Abduct"),
    ("assault", "assassinate"): Action(EventKind.ATTACK, "Assassinate"),
    ("assault", "beat"): Action(EventKind.ATTACK, "Beat"),
    ("assault", "cleansing"): Action(EventKind.ATTACK, "Cleanse"),
    ("assault", "crowd-control"): Action(EventKind.ATTACK, "Use force against a crowd"),
    ("assault", "destroy"): Action(EventKind.ATTACK, "Destroy property"),
    ("assault", "explosives"): Action(EventKind.ATTACK, "Bomb", weapon="bomb"),
    ("assault", "firearms"): Action(EventKind.ATTACK, "Shoot", weapon="small arms"),
    ("assault", "aerial"): Action(EventKind.ATTACK, "Strike from the air", weapon="air or drone strike"),
    ("assault", "execute"): Action(EventKind.ATTACK, "Execute"),
    ("assault", "unconventional"): Action(EventKind.ATTACK, "Use unconventional weapons"),
    ("assault", "drone"): Action(EventKind.ATTACK, "Strike by drone", weapon="drone"),
    ("assault", "heavy-weapons"): Action(EventKind.ATTACK, "Use heavy weapons", weapon="heavy weapons"),
    ("assault", "massacre"): Action(EventKind.ATTACK, "Massacre"),
    ("assault", "primitive"): Action(EventKind.ATTACK, "Attack with simple weapons"),
    ("assault", "sexual"): Action(EventKind.ATTACK, "Assault sexually"),
    ("assault", "suicide-attack"): Action(EventKind.ATTACK, "Suicide attack", weapon="suicide bomb"),
    ("assault", "torture"): Action(EventKind.ATTACK, "Torture"),
}
#: how the field spells what stands above
_ALIASES: Final[Mapping[str, str]] = {
    "demonstrate": "demo", "demo-org": "demo", "demo-spon": "demo", "riot-spon": "riot", "riot-org": "riot",
    "strike-hun": "hunger", "hunger-strike": "hunger", "strike-gen": "strike", "general-strike": "strike",
    "abduction": "abduct", "kidnap": "abduct", "suicide": "suicide-attack", "primative": "primitive",
}  # fmt: skip
_LANGUAGES: Final[Mapping[str, str]] = {
    "arabic": "ar", "chinese": "zh", "english": "en", "french": "fr", "german": "de", "indonesian": "id",
    "persian": "fa", "portuguese": "pt", "russian": "ru", "spanish": "es", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip
_LANGUAGE: Final[TypeAdapter[str]] = TypeAdapter(LanguageTag)
_MOST_TEXT: Final = 5_000


class PolecatFeed:
    """The feed `polecat`."""

    name = "polecat"

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        known = frozenset((*_NEEDED, *_READ, *_KEPT))
        return read_table(lines, _NEEDED, known, event_of, days=("event date",))


def event_of(given: Mapping[str, str]) -> AnyEvent:
    """The event of one row: column, in lower case, -> text. Raises MalformedRecord."""
    row = {column: "" if text.lower() in _NOTHING else text for column, text in given.items()}
    of_row = cells.row_id(row, "event id", "polecat")
    action = _action(row)
    place = _place(row)
    day = cells.day(row, "event date")
    extra = cells.kept(row, _KEPT)
    code = "/".join(part[:40] for part in (row["event type"].upper(), row["event mode"].lower()) if part)
    return cells.event(
        of_row,
        {
            **values_of(action, _person(row, "actor"), _person(row, "recipient"), place),
            "text": _named(row),
            "language": _language(row),
            "occurred": cells.interval(row, "event date", day, day, TimePrecision.DAY, place),
            "published_at": _published(row, extra),
            "source": _source(row),
            "codes": {"plover": code},
            "extra": extra,
        },
    )


def _action(row: Mapping[str, str]) -> Action:
    sort, mode = row["event type"].lower(), row["event mode"].lower().replace("_", "-").replace(" ", "-")
    action = _MODES.get((sort, _ALIASES.get(mode, mode)), _TYPES.get(sort))
    if action is None:
        what = " ".join(part[:40] for part in (row["event type"], row["event mode"]) if part)
        raise cells.left_out(row, "event type", what)
    return action


def _person(row: Mapping[str, str], side: str) -> dict[str, Any] | None:
    """Of several names, which are parted by semicolons, the first: a row is about one pair."""
    name = (row[f"{side} name"] or row.get(f"{side} name raw", "")).partition(";")[0].strip()
    country = row.get(f"{side} country", "").partition(";")[0].strip()
    sector = row.get(f"primary {side} sector", "").partition(";")[0].strip()
    return person(name, country_of_three(country) or country_of(country), sector or None)


def _place(row: Mapping[str, str]) -> Place | None:
    given = row["country"]
    country = country_of_three(given) or country_of(given)
    city = row.get("city", "") or row.get("placename", "")
    return cells.finest_place(row, "" if city == given else city, row.get("province", ""), given, country)


def _named(row: Mapping[str, str]) -> str | None:
    """Whom the story names: POLECAT gives no word of its text."""
    names = (row.get(column, "") for column in ("story people", "story organizations"))
    found = [name.strip() for column in names for name in column.split(";") if name.strip()]
    return f"Named in the story: {'; '.join(found)}"[:_MOST_TEXT] if found else None


def _language(row: Mapping[str, str]) -> str | None:
    given = row.get("language", "")
    try:
        return _LANGUAGE.validate_python(_LANGUAGES.get(given.lower(), given))
    except ValidationError:
        return None


def _published(row: Mapping[str, str], extra: dict[str, str]) -> datetime | None:
    """A bare day counts to its last second, as in the feed `coded`. Raises MalformedRecord."""
    given = row.get("publication date", "").removesuffix(" 00:00:00").replace(" ", "T")
    if not given:
        return None
    try:
        written = ReportedTime.read(given)
        at = written.at(UTC)
    except NotATime as error:
        raise cells.fault(row, "publication date", str(error)) from None
    if written.form is not TimePrecision.MINUTE or written.zone is None:
        extra[AS_PUBLISHED] = given
    return at


def _source(row: Mapping[str, str]) -> dict[str, Any]:
    given = row.get("source", "")
    host = host_of(given) if "://" in given else None
    if host:
        return {"publisher": host, "url": given[:4_000], "report_id": report_id_of(given)}
    return {"publisher": given[:300] or "POLECAT"}

"""Changes as lines of plain text, for logs and for output that is no terminal.

-- Sun 7 November 2021, UTC
> Drone strikes home of Iraqi prime minister                       inc-3f2a...
02:40 + reaction   Joe Biden -> condemns -> the attack: US president denounces assault (CNN)
02:41 ! injured    disputed: 10, says a security source
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final, assert_never

from runtime.terminal import shown
from schemas.timeline import (
    ActivityChanged,
    Change,
    Claim,
    ClaimAdded,
    ClaimChanged,
    Corrected,
    Decided,
    Entry,
    EntryAdded,
    EntryMoved,
    Merged,
    Opened,
    Related,
    Retitled,
    Retracted,
    Split,
    StandingChanged,
    TimelineUpdate,
    UnrecognizedChange,
    Unrelated,
)
from schemas.vocabulary import ClaimAbout, ClaimState

from .changes import Told
from .claims import NUMBERS, value_text
from .story import day_label, speakers_of
from .words import RELATIONS, related_words, verb

#: a headline may be 2,000 letters long; a line of a log should not
_MOST_LETTERS: Final = 300
_WORD_CELLS: Final = 10
_MOST_TITLES: Final = 20_000

TitleOf = Callable[[str], str | None]


class PlainLog:
    """Turns updates into lines. Remembers the day and the incident it spoke of last, to name each once."""

    def __init__(self, title_of: TitleOf) -> None:
        """title_of: an incident's title as known now; None where it is not known."""
        self._title_of = title_of
        self._titles: OrderedDict[str, str] = OrderedDict()  # an incident that was merged keeps its name here
        self._day = ""
        self._incident = ""

    def lines(self, told: Told) -> Iterator[str]:
        """Lines of one update, safe to print; none where nothing of it is worth a line."""
        update = told.update
        for change in update.changes:
            if isinstance(change, Opened | Retitled):
                self._titles[update.incident_id] = change.title if isinstance(change, Opened) else change.now
                self._titles.move_to_end(update.incident_id)
        while len(self._titles) > _MOST_TITLES:
            self._titles.popitem(last=False)
        changes = [line for change in update.changes if (line := self._line(change, told)) is not None]
        if update.changes_total > len(update.changes):
            changes.append(("+", "more", f"{update.changes_total - len(update.changes):,} further changes"))
        if not changes:
            return
        day = f"{day_label(update.recorded_at)}, UTC"
        if day != self._day:
            self._day, self._incident = day, ""
            yield f"-- {day}"
        if update.incident_id != self._incident:
            self._incident = update.incident_id
            yield f"> {self._known(update.incident_id)}"
        clock = f"{update.recorded_at:%H:%M}"
        for sign, word, text in changes:
            yield f"{clock} {sign} {word:<{_WORD_CELLS}} {_cut(text)}".rstrip()

    def _line(self, change: Change, told: Told) -> tuple[str, str, str] | None:
        """Sign, word, text; None for a change that goes without saying."""
        match change:
            case Opened():
                founder = told.entries.get(change.founding_event)
                text = shown(change.title) if founder is None else _entry(founder, change.founding_event)
                return "*", "opened", f"{shown(change.kind)}: {text}"
            case EntryAdded():
                if change.event_id in told.entries and change.event_id in _founders(told.update):
                    return None
                return "+", shown(change.role), _entry(told.entries.get(change.event_id), change.event_id)
            case EntryMoved(from_incident=None, to_incident=None):
                return None
            case EntryMoved():
                entry = _entry(told.entries.get(change.event_id), change.event_id)
                why = f" ({shown('; '.join(change.reasons))})" if change.reasons else ""
                if change.to_incident is not None:
                    return "-", "moved", f"to {shown(change.to_incident)}: {entry}{why}"
                return "+", "moved", f"from {shown(change.from_incident or '')}: {entry}{why}"
            case ClaimAdded(claim=claim):
                return _claim(claim, None)
            case ClaimChanged(claim=claim, was=was):
                return _claim(claim, was)
            case ActivityChanged():
                return "~", shown(change.now), shown(change.reason)
            case StandingChanged():
                return "!", "standing", f"{shown(change.was)} -> {shown(change.now)}: {shown(change.reason)}"
            case Retitled():
                return "=", "retitled", shown(change.now)
            case Corrected():
                values = f"{shown(change.was or 'nothing')} -> {shown(change.now or 'nothing')}"
                return "!", "corrected", f"{shown(change.field)}: {values} (by {shown(change.by_event)})"
            case Retracted():
                return "!", "withdrawn", f"{shown(change.event_id)}, by {shown(change.by)}"
            case Merged():
                if change.from_ == told.update.incident_id:
                    return ">", "merged", f"into {self._known(change.into)}"
                return "<", "merged", f"with {self._known(change.from_)}"
            case Split():
                if change.from_ == told.update.incident_id:
                    return ">", "split", f"off {self._known(change.into)}"
                return "<", "split", f"from {self._known(change.from_)}"
            case Related():
                relation = related_words(change.relation, change.direction)
                return "&", "related", f"{shown(relation)}: {self._known(change.incident_id)}"
            case Unrelated():
                relation = RELATIONS.get(str(change.was), str(change.was))
                why = f" ({shown('; '.join(change.reasons))})" if change.reasons else ""
                return "&", "unrelated", f"no {shown(relation)} any more: {self._known(change.incident_id)}{why}"
            case Decided():
                return "!", "decided", f"{shown(change.decision)}, by {shown(change.by)}: {shown(change.reason)}"
            case UnrecognizedChange():
                return "?", shown(change.type), "a change that this version does not know"
            case _:
                assert_never(change)

    def _known(self, incident_id: str) -> str:
        title = self._titles.get(incident_id) or self._title_of(incident_id)
        return shown(incident_id) if title is None else f"{_cut(shown(title))} [{shown(incident_id)}]"


def _founders(update: TimelineUpdate) -> list[str]:
    return [change.founding_event for change in update.changes if isinstance(change, Opened)]


def _entry(entry: Entry | None, event_id: str) -> str:
    if entry is None:
        return shown(event_id)
    headline, source = shown(entry.headline), shown(entry.source.publisher)
    if entry.source.copy_of is not None:
        source += f", copies {shown(entry.source.copy_of)}"
    if not entry.stances:
        return f"{_cut(headline)} ({source})"
    who = ", ".join(shown(name) for name in speakers_of(entry)[:2]) or shown(entry.source.publisher)
    deeds = ", ".join(
        shown(verb(str(taken.stance))) + (f" -> {shown(taken.target)}" if taken.target else "")
        for taken in entry.stances[:3]
    )
    return f"{_cut(f'{who} -> {deeds}: {headline}')} ({source})"


def _claim(claim: Claim, was: str | None) -> tuple[str, str, str] | None:
    """Numbers as they are first said; of everything else only what is disputed, replaced or withdrawn."""
    said = f"{shown(value_text(claim))}, says {shown(claim.speaker)}"
    if claim.about == ClaimAbout.ATTRIBUTION and claim.qualifier is not None:
        said = f"{shown(verb(claim.qualifier))} {shown(str(claim.value))}, says {shown(claim.speaker)}"
    match claim.state:
        case ClaimState.DISPUTED:
            return None if was == ClaimState.DISPUTED else ("!", shown(claim.about), f"disputed: {said}")
        case ClaimState.SUPERSEDED | ClaimState.WITHDRAWN:
            return None if was == claim.state else ("~", shown(claim.about), f"{claim.state}: {said}")
        case _:
            first = was is None and (claim.about in NUMBERS or claim.about == ClaimAbout.ATTRIBUTION)
            return ("#", shown(claim.about), said) if first else None


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"

"""The picture of `timelines explain`: each incident that was looked at with what spoke for it and against it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from runtime.terminal import shown
from timelines.explaining import Looked, Story

_WIDTH: Final = 960
_MIDDLE: Final = 300
_UNIT: Final = 34.0
_ROW: Final = 22
_MOST_INCIDENTS: Final = 3
_MOST_REASONS: Final = 7
_LONGEST: Final = 62
_LEAST_WIDTH: Final = 1.0
_FOR, _AGAINST, _TEXT, _FAINT = "#2f7d4f", "#b5462f", "#222222", "#777777"


def picture(story: Story) -> str:
    """An SVG document: text of messages is escaped, nothing in it is fetched from elsewhere."""
    body: list[str] = []
    y = 34
    body.append(_text(20, y, f"{story.event.event_id}: {_cut(story.event.headline, 100)}", size=16, weight="bold"))
    y += 22
    body.append(_text(20, y, f"report {story.place} of its region, {len(story.looked)} incidents looked at", _FAINT))
    for one in story.looked[:_MOST_INCIDENTS]:
        y += 40
        body += _incident(story, one, y)
        y += _height(one)
    y += 34
    where = _cut(story.titles.get(story.entry.incident_id, ""), 80)
    body.append(_text(20, y, f"now {story.entry.role} in {story.entry.incident_id} ({where})", weight="bold"))
    y += 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" viewBox="0 0 {_WIDTH} {y}" '
        'font-family="Helvetica, Arial, sans-serif">\n'
        f'<rect width="{_WIDTH}" height="{y}" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _height(one: Looked) -> int:
    return _ROW * (1 + min(_MOST_REASONS + 1, len(one.link.reasons)))


def _incident(story: Story, one: Looked, y: int) -> Iterator[str]:
    joined = "  joined" if one.incident_id == story.joined else ""
    reports = "1 report" if one.reports == 1 else f"{one.reports} reports"
    title = _cut(story.titles.get(one.incident_id, one.incident_id), 84)
    yield _text(20, y, f"{one.link.score:+.2f}  {title} ({reports}){joined}", weight="bold")
    yield f'<line x1="{_MIDDLE}" y1="{y + 8}" x2="{_MIDDLE}" y2="{y + _height(one) - 10}" stroke="{_FAINT}"/>'
    reasons = one.link.reasons
    told = [(reason.contribution, f"{reason.feature}: {reason.value}") for reason in reasons[:_MOST_REASONS]]
    if rest := reasons[_MOST_REASONS:]:  # the bars sum to the score
        told.append((sum(reason.contribution for reason in rest), f"from {len(rest)} more"))
    for contribution, words in told:
        y += _ROW
        width = max(_LEAST_WIDTH, min(260.0, abs(contribution) * _UNIT))
        left = _MIDDLE if contribution >= 0 else _MIDDLE - width
        colour = _FOR if contribution >= 0 else _AGAINST
        yield f'<rect x="{left:.1f}" y="{y - 11}" width="{width:.1f}" height="14" fill="{colour}"/>'
        beside = _MIDDLE + (width + 8 if contribution >= 0 else 8)
        yield _text(beside, y, f"{contribution:+.2f} {_cut(words, _LONGEST)}", size=12)


def _cut(text: str, most: int) -> str:
    text = shown(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(x: float, y: int, text: str, colour: str = _TEXT, *, size: int = 13, weight: str = "normal") -> str:
    return (
        f'<text x="{x:.0f}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{escape(shown(text))}</text>"
    )

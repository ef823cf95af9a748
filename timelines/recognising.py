"""Which format a source has, by its first line, where it is not the one that was said."""

from __future__ import annotations

from collections.abc import Mapping

from producers.feeds import Bad, Feed, Line

from .log_file import BadLogLine, read_log


def other_format(first: Line, said: Feed | None, feeds: Mapping[str, Feed]) -> str | None:
    """What to say instead of the feed that was said; None: nothing else is known to begin like this.

    A feed knows a line where it does not call it bad: a report is whole in its line, and the feed of a table knows its
    own header.

    first: the first line that is not blank; said: None: a log
    """
    if said is None:
        return _named(first, feeds)
    if _takes(said, first):
        return None
    return (
        "it begins as a log of `dump` does, which `replay --feed log` takes" if _is_log(first) else _named(first, feeds)
    )


def _named(first: Line, feeds: Mapping[str, Feed]) -> str | None:
    name = next((name for name, feed in feeds.items() if _takes(feed, first)), None)
    return None if name is None else f"it begins as files of --feed {name} do"


def _takes(feed: Feed, line: Line) -> bool:
    return not any(isinstance(row, Bad) for row in feed.read([line]))


def _is_log(line: Line) -> bool:
    try:
        read_log([(line.number, line.raw)])
    except BadLogLine:
        return False
    return True

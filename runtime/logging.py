"""Logs: structlog for our own facts, and the same form for what libraries log.

Facts are events with fields (`log.info("restored", partition=3, records=812, seconds=0.2)`), on standard error, as
lines for people or as JSON for machines. Texts of messages appear only as values of fields, escaped.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Final

import structlog

from .settings import Settings
from .terminal import shown

#: Faust and its parts tell every step at INFO; facts of our own say what matters of it
_NOISY: Final = ("faust", "faust_confluent", "mode", "aiokafka", "asyncio", "kafka")


def set_up_logging(settings: Settings) -> None:
    """Once per process, before anything logs."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any]
    if settings.log_format == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [_safe_for_terminals, _console()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(level if level <= logging.DEBUG else logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        pad_event_to=24,
        # the default prints the local variables of every frame: texts of strangers, and passwords
        exception_formatter=structlog.dev.plain_traceback,
    )


def _safe_for_terminals(_: Any, __: str, fields: Any) -> Any:
    """Nothing that came in a message may move the cursor; tracebacks keep their lines."""
    return {name: _safe(name, value) for name, value in fields.items()}


def _safe(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if name in ("exception", "stack"):
        return "\n".join(
            f"{line[: len(line) - len(line.lstrip())]}{shown(line.lstrip())}" for line in value.split("\n")
        )
    return shown(value)


__all__ = ["set_up_logging"]

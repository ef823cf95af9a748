from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from runtime.logging import set_up_logging
from runtime.settings import load_settings


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    noisy = {name: logging.getLogger(name).level for name in ("faust", "faust_confluent", "mode")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in noisy.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


def test_a_fact_is_one_json_object_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(load_settings({}, log_format="json"))
    structlog.stdlib.get_logger("timelines.test").info("restored", partition=3, seconds=0.2)
    fact = json.loads(capsys.readouterr().err)
    assert (fact["event"], fact["partition"], fact["level"], fact["logger"]) == (
        "restored",
        3,
        "info",
        "timelines.test",
    )
    assert fact["timestamp"].endswith("Z")


def test_steps_of_faust_are_told_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(load_settings({}))
    logging.getLogger("faust.app").info("Starting...")
    logging.getLogger("faust_confluent.consumer").warning("librdkafka: %s", "no")
    text = capsys.readouterr().err
    assert "Starting" not in text
    assert "librdkafka: no" in text
    set_up_logging(load_settings({}, log_level="debug"))
    logging.getLogger("faust.app").info("Starting...")
    assert "Starting" in capsys.readouterr().err


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_text_in_a_message_cannot_move_the_cursor(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(load_settings({}, log_format=log_format))
    structlog.stdlib.get_logger("timelines.test").warning(
        "rejected", reason="\x1b[2Jgone\u202e", exception="a\n  b\x1b[2J"
    )
    text = capsys.readouterr().err
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert "gone" in text


def test_a_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(load_settings({}))
    try:
        password = "hunter" + "2"  # noqa: F841 - it is the point
        raise ValueError("no")
    except ValueError:
        structlog.stdlib.get_logger("timelines.test").exception("failed")
    text = capsys.readouterr().err
    assert "Traceback" in text
    assert "hunter2" not in text

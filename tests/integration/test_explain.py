"""`timelines explain`: what was weighed, where the report went, what moved it since."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from processors.correlation.identity import incident_id_of
from schemas.codec import encode
from schemas.headers import headers_of
from schemas.regions import partition_of, region_of
from tests.builders import a_decision, an_attack
from timelines.cli import app
from timelines.log_file import first_line, log_line
from timelines.training import in_arrival_order, read_set

KAD = Path(__file__).parents[2] / "gold" / "kad.jsonl"


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty reports of it, to kad-040: where the rest is not needed, it need not be replayed."""
    path = tmp_path_factory.mktemp("beginning") / "kad.jsonl"
    path.write_bytes(b"".join(KAD.read_bytes().splitlines(keepends=True)[:40]))
    return path


@cache  # the file is replayed whole each time
def told(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["explain", *arguments])
    return result.exit_code, result.stdout, result.stderr


def as_json(*arguments: str) -> Any:
    status, text, error = told(*arguments, "--json")
    assert status == 0, error
    return json.loads(text)


def test_the_incident_it_joined_was_the_best_and_its_reasons_add_up() -> None:
    story = as_json(str(KAD), "kad-033")
    best = story["looked_at"][0]
    assert story["joined"] == story["incident_id"] == best["incident_id"]
    assert story["role"] == "reaction"
    assert len(story["looked_at"]) > 1
    for looked in story["looked_at"]:
        total = sum(reason["contribution"] for reason in looked["link"]["reasons"])
        assert abs(total - looked["link"]["score"]) < 1e-5
    scores = [looked["link"]["score"] for looked in story["looked_at"]]
    assert scores == sorted(scores, reverse=True)


def test_it_reads_as_text_and_one_incident_is_shown_whole(beginning: Path) -> None:
    other = as_json(str(beginning), "kad-033")["looked_at"][1]["incident_id"]
    status, text, _ = told(str(beginning), "kad-033")
    assert status == 0
    assert "kad-033: statement, United Nations" in text
    assert " joined\n" in text
    status, alone, _ = told(str(beginning), "kad-033", other)
    assert status == 0
    assert other in alone
    assert " joined\n" not in alone
    assert alone.count("prior: what any report starts with") == 2


def gone_over(source: Path, updates: Path) -> set[str]:
    """Events that went over for what was told there; after a merge or a split there are no reasons of their own."""
    assert CliRunner().invoke(app, ["replay", str(source), "--updates", str(updates)]).exit_code == 0
    changes = [change for line in updates.read_text().splitlines() for change in json.loads(line)["changes"]]
    moves = [change for change in changes if change["type"] == "entry_moved"]
    return {move["event_id"] for move in moves if "suits the happening told here" in " ".join(move["reasons"])}


def test_a_statement_that_went_over_says_when_and_why(tmp_path: Path) -> None:
    rows = {row["id"]: row for row in map(json.loads, KAD.read_text(encoding="utf-8").splitlines())}
    source, moved = tmp_path / "by-day.jsonl", set[str]()
    for seed in (2, 3, 4, 5, 6, 7, 8):  # in most orders of arrival none has to: it depends on the weights in which
        order = in_arrival_order(read_set(KAD).events, seed)
        source.write_text("".join(json.dumps(rows[event.event_id]) + "\n" for event in order), encoding="utf-8")
        moved = gone_over(source, tmp_path / "updates.jsonl")
        if moved:
            break
    story = as_json(str(source), min(moved))
    moves = [move["what"] for move in story["history"]]
    why = [what for what in moves if "suits the happening told here better by" in what]
    assert len(why) == 1, moves
    assert moves[-1].split(" to ")[1].startswith(story["incident_id"])


def test_the_first_report_of_all_was_held_against_nothing(beginning: Path) -> None:
    first = json.loads(KAD.read_text(encoding="utf-8").splitlines()[0])["id"]
    status, text, _ = told(str(beginning), first)
    assert status == 0
    assert "report 1 of its region; 0 incidents were looked at" in text
    assert "It opened" in text


def test_what_a_service_did_is_asked_of_its_log(tmp_path: Path) -> None:
    """As `dump --log` writes it, of another number of partitions, decisions of people among the reports."""
    events = [an_attack("10:00", event_id="first"), an_attack("11:00", event_id="second", killed=3)]
    region = region_of(events[0])
    partition = partition_of(region, 2)
    incident = incident_id_of(region, "first")
    parted = a_decision("split", "12:00", incidents=[incident], events=["second"])
    records = [*events, parted]
    lines = [first_line(2)] + [
        log_line(partition, offset, 0, region.encode(), encode(record), headers_of(record, region=region))
        for offset, record in enumerate(records)
    ]
    (tmp_path / "log").write_bytes(b"\n".join(lines) + b"\n")
    status, text, error = told(str(tmp_path / "log"), "second", "--feed", "log")
    assert status == 0, error
    assert "It came as report 2 of its region; 1 incident was looked at." in text
    assert f"went from {incident} to inc-" in text
    (tmp_path / "no-log").write_text("{}\n")
    status, _, error = told(str(tmp_path / "no-log"), "second", "--feed", "log")
    assert status == 1
    assert "line 1 is no line of a dumped log" in error
    (tmp_path / "holed").write_bytes(b"\n".join((lines[0], lines[2])) + b"\n")
    status, _, error = told(str(tmp_path / "holed"), "second", "--feed", "log")
    assert status == 1
    assert "offset 0 was to come next and 1 came" in error


def test_what_is_shown_of_a_score_adds_up_to_it(beginning: Path, tmp_path: Path) -> None:
    status, text, error = told(str(beginning), "kad-033", "--svg", str(tmp_path / "made.svg"))
    assert status == 0, error
    shown = re.findall(r"^   ([-+]\d+\.\d\d)  inc-.*\n((?: {12,}.*\n)+)", text, re.MULTILINE)
    bars = re.findall(r">([-+]\d+\.\d\d)  .*((?:\n<(?!text[^>]*bold).*)+)", (tmp_path / "made.svg").read_text())
    assert len(shown) == len(bars) == 3
    for score, reasons in [*shown, *bars]:
        parts = re.findall(r"[ >]([-+]\d+\.\d\d) ", reasons)
        assert abs(sum(map(float, parts)) - float(score)) < 0.05, reasons
        assert re.search(r" from \d+ more", reasons)


def test_what_is_not_there_is_named(beginning: Path) -> None:
    status, _, error = told(str(beginning), "nobody")
    assert status == 1
    assert "nobody is not among the reports" in error
    status, _, error = told(str(beginning), "kad-033", "inc-0")
    assert status == 1
    assert "inc-0 was not looked at when kad-033 came; those were: inc-" in error
    assert told("no-such-file.jsonl", "x")[0] == 2
    assert told(str(KAD), "kad-033", "--weights", "no-such-file.json")[0] == 2


def test_bad_lines_are_told_of_and_hostile_text_does_nothing(tmp_path: Path) -> None:
    row = json.loads(KAD.read_text(encoding="utf-8").splitlines()[0])
    row["headline"] = "Red \x1b[31malert"
    source = tmp_path / "some.jsonl"
    source.write_text('{"id": 1}\n' + json.dumps(row) + "\n", encoding="utf-8")
    status, text, error = told(str(source), row["id"])
    assert status == 0
    assert "\x1b" not in text
    assert "some.jsonl, line 1" in error
    assert list(tmp_path.iterdir()) == [source]


def test_the_picture_in_the_documents_is_what_the_program_draws(tmp_path: Path) -> None:
    status, _, error = told(str(KAD), "kad-033", "--svg", str(tmp_path / "made.svg"))
    assert status == 0, error
    kept = KAD.parents[1] / "docs" / "explain.svg"
    assert (tmp_path / "made.svg").read_text(encoding="utf-8") == kept.read_text(encoding="utf-8"), (
        "timelines explain gold/kad.jsonl kad-033 --svg docs/explain.svg"
    )


def test_what_a_picture_shows_of_a_message_is_text(tmp_path: Path) -> None:
    row = json.loads(KAD.read_text(encoding="utf-8").splitlines()[0])
    row["headline"] = "<script>alert(1)</script> & more"
    (tmp_path / "some.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert told(str(tmp_path / "some.jsonl"), row["id"], "--svg", str(tmp_path / "made.svg"))[0] == 0
    drawn = (tmp_path / "made.svg").read_text(encoding="utf-8")
    assert "<script>" not in drawn
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in drawn


def test_a_picture_that_cannot_be_written_is_said(beginning: Path, tmp_path: Path) -> None:
    status, _, error = told(str(beginning), "kad-033", "--svg", str(tmp_path / "none" / "made.svg"))
    assert status == 1
    assert "No such file or directory" in error


@pytest.mark.parametrize(("name", "what"), [("reports", "the source"), ("w", "the file of --weights")])
def test_a_picture_replaces_nothing_that_is_read(beginning: Path, tmp_path: Path, name: str, what: str) -> None:
    source, weights = tmp_path / "reports", tmp_path / "w"
    source.hardlink_to(beginning)
    weights.write_text("weights")
    given = str(tmp_path / name)
    status, text, error = told(str(source), "kad-033", "--weights", str(weights), "--svg", given)
    assert (status, text) == (2, "")
    assert error == f"timelines explain: --svg: {given} is {what} itself: give another file\n"
    assert source.read_bytes() == KAD.read_bytes()[: source.stat().st_size] != b""
    assert weights.read_text() == "weights"


def test_a_correction_went_where_what_it_corrects_stands(tmp_path: Path) -> None:
    events = [an_attack("10:00", event_id="first"), an_attack("11:00", event_id="later", corrects="first")]
    source = tmp_path / "events.jsonl"
    source.write_bytes(b"".join(encode(event) + b"\n" for event in events))
    status, text, error = told(str(source), "later", "--feed", "events")
    assert status == 0, error
    assert "report 2 of its region; 0 incidents were looked at" in text
    assert "It went to inc-" in text
    assert "corrects: first" in text


def test_weights_that_are_none_are_said_as_replay_says_it(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"\xff\xfe")
    status, _, error = told(str(KAD), "kad-033", "--weights", str(tmp_path / "weights"))
    assert status == 2
    assert "is no text: name a file that `timelines fit` wrote" in error

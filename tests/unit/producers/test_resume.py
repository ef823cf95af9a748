"""The file from which an interrupted run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from producers.resume import Resume, ResumeError, read_resume, write_resume

OPTIONS = {"feed": "coded", "order": "file", "from": "", "to": "", "clock": "report"}


def a_resume(**given: Any) -> Resume:
    values: dict[str, Any] = {
        "source": "kad.jsonl", "options": OPTIONS, "topic": "events", "cluster": "c1", "lines": 5, "digest": "a" * 64,
        "whole": False, "read": 5, "delivered": "1-3", "rejected": "4",
    }  # fmt: skip
    return Resume(**{**values, **given})


def check(resume: Resume, **given: Any) -> None:
    now: dict[str, Any] = {"source": "kad.jsonl", "options": OPTIONS, "topic": "events", "cluster": "c1"}
    resume.check(**{**now, **given})


def test_it_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "kad.jsonl.resume.json"
    write_resume(path, a_resume())
    write_resume(path, a_resume(read=6))
    assert read_resume(path) == a_resume(read=6)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    ledger = read_resume(path).ledger()
    assert [number for number in range(1, 7) if ledger.reads(number)] == [5, 6]


def test_the_same_run_may_go_on() -> None:
    check(a_resume())
    check(a_resume(cluster=None))
    check(a_resume(), cluster=None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"source": "sol.jsonl"}, "is of 'kad.jsonl', not of 'sol.jsonl'"),
        (
            {"options": {**OPTIONS, "order": "published"}},
            "--order was file in the interrupted run and is published now",
        ),
        ({"options": {**OPTIONS, "from": "2021"}}, "--from was"),
        ({"options": {}}, "--clock was report in the interrupted run and is not given now"),
        ({"topic": "other"}, "topic events"),
        ({"cluster": "c2"}, "Kafka cluster 'c1', this broker belongs to 'c2'"),
    ],
)
def test_another_run_may_not(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ResumeError, match=said):
        check(a_resume(), **changed)


def test_without_an_interrupted_run_there_is_nothing_to_go_on_from(tmp_path: Path) -> None:
    with pytest.raises(ResumeError, match="no run of this source was interrupted in this folder"):
        read_resume(tmp_path / "kad.jsonl.resume.json")


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"version": 2}'])
def test_what_is_no_resume_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.resume.json"
    path.write_bytes(content)
    with pytest.raises(ResumeError, match="is no resume file of this version"):
        read_resume(path)


def test_a_damaged_list_of_rows_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResumeError, match="damaged"):
        a_resume(delivered="1-900").ledger()


def test_where_it_cannot_be_written_the_user_learns_what_was_delivered(tmp_path: Path) -> None:
    with pytest.raises(ResumeError, match="delivered were the rows 1-3"):
        write_resume(tmp_path / "no folder" / "x.resume.json", a_resume())
    assert list(tmp_path.iterdir()) == []

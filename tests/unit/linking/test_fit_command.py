"""`timelines fit`: the same labelled files give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from processors.correlation.linking.weights import parse
from timelines.cli import app


def _head_of(name: str, folder: Path, lines: int = 30) -> Path:
    """The first lines of a gold set, without relations to incidents that come later."""
    out = folder / f"{name}.jsonl"
    rows = [json.loads(line) for line in Path(f"gold/{name}.jsonl").read_text().splitlines()[:lines]]
    known = {row["id"] for row in rows}
    for row in rows:
        row["gold_related"] = []
        if row["gold_duplicate_of"] not in known:
            row["gold_duplicate_of"] = None
    out.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return out


def test_fitting_twice_gives_the_same_bytes_and_weights_that_load(tmp_path: Path) -> None:
    sets = [str(_head_of(name, tmp_path)) for name in ("kaz", "nga")]
    written = []
    for at, order in enumerate((sets, sets[::-1])):
        out, report = tmp_path / f"w{at}.json", tmp_path / f"r{at}.json"
        done = CliRunner().invoke(
            app, ["fit", *order, "--out", str(out), "--report", str(report), "--copies", "1", "--seeds", "1"]
        )
        assert done.exit_code == 0, done.output
        written.append((out.read_bytes(), report.read_bytes()))
    assert written[0] == written[1]
    weights = parse(written[0][0].decode())
    assert set(weights.provenance["fitted_on"]) == {"kaz.jsonl", "nga.jsonl"}
    figures = json.loads(written[0][1])["leave_one_out"]
    assert set(figures) == {"kaz", "nga", "mean"}
    assert 0.3 < figures["mean"]["b_cubed"] <= 1.0


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "a", "kind": "attack"}\n')
    done = CliRunner().invoke(app, ["fit", str(bad), "--out", str(tmp_path / "w.json")])
    assert done.exit_code == 1
    assert not (tmp_path / "w.json").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "a", ', "line: is no JSON: EOF while parsing a value at line 1"),
        ('{"id": "a", "kind": "flood"}', "kind: must be one of attack, statement, protest"),
    ],
)
def test_a_bad_line_is_named_with_its_file_its_field_and_the_remedy(line: str, says: str, tmp_path: Path) -> None:
    path = _head_of("kaz", tmp_path, lines=3)
    path.write_text(f"{path.read_text()}\n{line}\n")  # the blank line counts
    done = CliRunner().invoke(app, ["fit", str(path), "--out", str(tmp_path / "w.json")])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"timelines fit: {path}:5: {says}")
    assert not (tmp_path / "w.json").exists()


def test_weights_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    out = tmp_path / "none" / "w.json"
    done = CliRunner().invoke(app, ["fit", str(_head_of("kaz", tmp_path)), "--out", str(out), "--copies", "0"])
    assert (done.exit_code, done.stderr) == (1, f"timelines fit: {out}: No such file or directory\n")


@pytest.mark.parametrize("missing", ["nowhere.jsonl"])
def test_a_file_that_is_not_there_is_wrong_use(missing: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["fit", missing, "--out", str(tmp_path / "w.json")])
    assert done.exit_code == 2


@pytest.mark.parametrize(
    ("out", "report", "says"),
    [
        ("nga.jsonl", "r", "--out: nga.jsonl is one of the sets itself: give another file"),
        ("w", "linked", "--report: linked is one of the sets itself: give another file"),
        ("w", "./w", "--out and --report are one file, w: give each its own"),
    ],
)
def test_no_output_is_a_set_or_the_other_output(
    out: str, report: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = [_head_of(name, tmp_path) for name in ("kaz", "nga")]
    before = [path.read_bytes() for path in sets]
    (tmp_path / "linked").symlink_to("kaz.jsonl")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["fit", "kaz.jsonl", "nga.jsonl", "--no-measure", "--out", out, "--report", report])
    assert done.exit_code == 2
    assert done.stderr == f"timelines fit: {says}\n"
    assert [path.read_bytes() for path in sets] == before
    assert {path.name for path in tmp_path.iterdir()} == {"kaz.jsonl", "nga.jsonl", "linked"}

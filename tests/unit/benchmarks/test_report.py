"""What the report says is what was measured, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import report
from benchmarks.figures import keep, load, percentiles, ratios, spread
from benchmarks.soak import growth


def test_the_page_is_what_the_program_makes_of_the_figures() -> None:
    assert report.PAGE.read_text(encoding="utf-8") == report.page(load())


def test_the_readme_quotes_the_figures_as_they_are() -> None:
    readme = report.README.read_text(encoding="utf-8")
    assert readme == report.quoted(readme, load())


def test_a_readme_without_a_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="figures"):
        report.quoted("# Nothing here", {})


def _found(cpu: float = 40.0) -> dict[str, Any]:
    bare = {"side": "bare", "job": "events", "core_us": 25.0, "cpu_us": spread([32.0]), "wall_us": spread([50.0])}
    ours = {**bare, "side": "worker", "cpu_us": spread([cpu]), "to_bare": ratios([cpu], [32.0])}
    facts = {"events": 60_000, "event_bytes": 1_000, "rounds": 1, "load_before": 0.1, "failed": {"quix": "not there"}}
    return {"saturation": {**facts, "rows": [ours, bare]}}


def test_a_figure_that_moves_moves_in_page_and_readme() -> None:
    marked = f"{report.BEGIN}\nold\n{report.END}"
    assert "| 1.25 |" in report.page(_found()) and "| 1.25 |" in report.quoted(marked, _found())
    assert "| 1.5 |" in report.page(_found(48.0)) and "| 1.5 |" in report.quoted(marked, _found(48.0))


def test_what_could_not_be_measured_is_said() -> None:
    assert "Not measured: quix: not there" in report.page(_found())
    assert "## Restore\n\nNot measured yet" in report.page(_found())


def test_ratios_are_taken_run_by_run() -> None:
    # a busy minute weighs on both sides: 2 and 2, not (20 + 2) / (10 + 1) by chance of the median
    assert ratios([20.0, 2.0], [10.0, 1.0]) == {"median": 2.0, "min": 2.0, "max": 2.0, "runs": 2}


def test_percentiles_are_those_of_the_slowest() -> None:
    assert percentiles([float(number) for number in range(1_000)]) == {"p50": 500.0, "p99": 990.0, "p999": 999.0}


def test_kept_sections_replace_their_own_and_leave_the_others(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with what the machine was worth then: they are not all measured on one day."""
    worth = iter((14.0, 40.0))
    monkeypatch.setattr("benchmarks.figures.unit_ms", lambda: next(worth))
    store = tmp_path / "figures.json"
    keep({"a": {"x": 1}, "b": {"x": 2}}, store)
    keep({"b": {"x": 3}}, store)
    assert load(store) == {"a": {"x": 1, "unit_ms": 14.0}, "b": {"x": 3, "unit_ms": 40.0}}


def test_memory_that_grows_is_seen() -> None:
    flat = [{"resident_mb": [100.0, 100.0]}] * 9
    rising = [{"resident_mb": [100.0 + 20 * minute, 100.0]} for minute in range(9)]
    assert growth(flat) == 1.0
    assert growth(rising) > 1.15

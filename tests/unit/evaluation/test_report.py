"""A small run, every figure of its report worked out by hand; and files that do not fit together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from evaluation.gold import BadInput, read_gold
from evaluation.predicted import Predicted, read_predicted
from evaluation.report import report_of
from evaluation.tables import print_wrong
from evaluation.wrong import wrong_incidents, wrong_relations
from schemas.codec import encode
from schemas.timeline import (
    Attribution,
    Corroboration,
    Entry,
    EntrySource,
    IncidentTimeline,
    Link,
    Reason,
    RelatedIncident,
)
from schemas.vocabulary import (
    Activity,
    AttributionState,
    EntryRole,
    EventKind,
    Relation,
    RelationDirection,
    Standing,
)
from timelines.cli import app

AT = datetime(2021, 11, 7, tzinfo=UTC)
#: A = {1,2,3}, B = {4,5}, C = {6}; 3 is a copy of 1; A and B are related
GOLD = [
    {"id": "1", "gold_incident": "A", "headline": "one", "gold_related": [{"incident": "B", "relation": "precursor"}]},
    {"id": "2", "gold_incident": "A", "headline": "two"},
    {"id": "3", "gold_incident": "A", "headline": "three", "gold_duplicate_of": "1"},
    {"id": "4", "gold_incident": "B", "headline": "four"},
    {"id": "5", "gold_incident": "B", "headline": "five \x1b[31m[red]"},
    {"id": "6", "gold_incident": "C", "headline": "six"},
]
#: x = {1,2,3,5}, y = {4}, z = {6}, where 2 is still written as "w", which was merged into x
HOMES = {"1": "x", "2": "w", "3": "x", "4": "y", "5": "x", "6": "z"}


def a_head(incident: str, *, related: Sequence[tuple[str, Relation]] = (), into: str | None = None) -> IncidentTimeline:
    return IncidentTimeline(
        incident_id=incident,
        revision=1,
        region="middle-east",
        kind=EventKind.ATTACK,
        title=f"title of {incident}",
        activity=Activity.ACTIVE,
        activity_reason="a report came",
        standing=Standing.UNCONFIRMED,
        standing_reason="one source",
        attribution=Attribution(state=AttributionState.UNCLAIMED),
        first_recorded_at=AT,
        last_activity_at=AT,
        corroboration=Corroboration(reports=1, independent_sources=1),
        entries_total=1,
        related=tuple(RelatedIncident(incident_id=other, relation=kind, score=1.0) for other, kind in related),
        merged_into=into,
        core_version="test",
    )


def an_entry(event: str, incident: str, *, copy_of: str | None = None) -> Entry:
    return Entry(
        event_id=event,
        incident_id=incident,
        kind=EventKind.ATTACK,
        reported_at=AT,
        recorded_at=AT,
        headline=event,
        source=EntrySource(publisher="A paper", copy_of=copy_of),
        role=EntryRole.CORE,
        significance=0.5,
        link=Link(
            score=1.5,
            reasons=(
                Reason(feature="same day", value="7 November", contribution=0.5),
                Reason(feature="rare names", value="Kadhimi", contribution=1.0),
            ),
        ),
    )


class Files:
    """The files of one run in a folder, each written as given."""

    def __init__(self, folder: Path) -> None:
        self.gold = self._write(folder / "gold.jsonl", GOLD)
        self.folder = folder
        self.assignments = self.assign(HOMES)
        self.timelines = self.heads(
            a_head("x", related=[("y", Relation.PRECURSOR), ("z", Relation.SAME_CAMPAIGN), ("w", Relation.BACKGROUND)]),
            a_head("y", related=[("w", Relation.BACKGROUND)]),
            a_head("z"),
            a_head("w", related=[("z", Relation.PRECURSOR)], into="x"),
        )
        self.entries = self.write_entries(
            *(an_entry(event, incident, copy_of={"3": "1"}.get(event)) for event, incident in HOMES.items())
        )

    def assign(self, homes: dict[str, str], *, copies: Sequence[str] = ("3", "6")) -> Path:
        rows = [
            {
                "event_id": event,
                "incident_id": incident,
                "role": "duplicate" if event in copies else "core",
                "score": 1.5,
            }
            for event, incident in homes.items()
        ]
        return self._write(self.folder / "a.jsonl", rows)

    def heads(self, *heads: IncidentTimeline) -> Path:
        path = self.folder / "t.jsonl"
        path.write_bytes(b"\n".join(encode(head) for head in heads))
        return path

    def write_entries(self, *entries: Entry) -> Path:
        path = self.folder / "e.jsonl"
        path.write_bytes(b"\n".join(encode(entry) for entry in entries))
        return path

    @staticmethod
    def _write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        return path

    def read(self, *, with_heads: bool = True, with_entries: bool = True) -> Predicted:
        return read_predicted(
            self.assignments,
            [row["id"] for row in GOLD],
            gold=self.gold,
            timelines=self.timelines if with_heads else None,
            entries=self.entries if with_entries else None,
        )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_every_figure_of_a_small_run_is_the_one_worked_out_by_hand(files: Files) -> None:
    figures = report_of(files.read(), read_gold(files.gold)).as_dict()
    assert (figures["events"], figures["incidents"]) == (6, {"gold": 3, "predicted": 3})
    # B-cubed precision: 1,2,3: 3/4 each; 5: 1/4; 4, 6: 1 -> (9/4 + 1/4 + 2) / 6 = 4.5 / 6
    # recall: 1,2,3: 1 each; 4, 5: 1/2 each; 6: 1 -> 5 / 6
    assert figures["b_cubed"]["precision"] == pytest.approx(0.75)
    assert figures["b_cubed"]["recall"] == pytest.approx(5 / 6, abs=1e-6)
    # without 6: precision 3.5 / 5, recall 4 / 5
    assert (figures["b_cubed_multi"]["precision"], figures["b_cubed_multi"]["recall"]) == (0.7, 0.8)
    # pairs: predicted C(4,2) = 6, gold 3 + 1 = 4, both 3
    assert [figures["pairwise"][name] for name in ("right", "predicted", "gold")] == [3, 6, 4]
    # A: 2*3/(3+4) = 6/7; B: y 2*1/(2+1) = 2/3; C: 1 -> mean
    assert figures["macro_f1"] == pytest.approx((6 / 7 + 2 / 3 + 1) / 3, abs=1e-6)
    # related: x-y (A-B, right) from both sides, x-z (A-C, wrong); x-w have become one since; what the forwarding
    # record says does not count
    assert [figures["relations"][name] for name in ("right", "predicted", "gold", "named_as_gold")] == [1, 2, 1, 1]
    # marked 3 and 6, labelled 3
    assert (figures["copies"]["precision"], figures["copies"]["recall"]) == (0.5, 1.0)
    assert figures["originals"] == {"share": 1.0, "right": 1, "named": 1}
    assert [figures["copy_pairs"][name] for name in ("right", "predicted", "gold")] == [1, 1, 1]
    # floor: 2 * 3 / (6 + 3)
    assert figures["floor"]["b_cubed"]["f1"] == pytest.approx(6 / 9, abs=1e-6)


def test_figures_that_need_a_file_are_absent_without_it(files: Files) -> None:
    files.assign({**HOMES, "2": "x"})
    figures = report_of(files.read(with_heads=False, with_entries=False), read_gold(files.gold)).as_dict()
    assert (figures["relations"], figures["copy_pairs"], figures["originals"]) == (None, None, None)
    assert figures["copies"]["f1"] == pytest.approx(2 / 3, abs=1e-6)


def test_a_merged_incident_counts_as_the_one_it_was_merged_into(files: Files) -> None:
    assert files.read().incident_of["2"] == "x"
    assert files.read(with_heads=False, with_entries=False).incident_of["2"] == "w"


def test_wrong_incidents_are_listed_with_their_events_scores_and_reasons(files: Files) -> None:
    wrong = wrong_incidents(files.read(), read_gold(files.gold))
    # x costs 3 wrong pairs (5 with 1, 2, 3) and 1 missed (5-4); y costs 1 missed; z is right
    assert [(one.incident_id, one.wrong_pairs, one.missed_pairs) for one in wrong] == [("x", 3, 1), ("y", 0, 1)]
    stranger = next(event for event in wrong[0].events if not event.belongs)
    assert (stranger.event_id, stranger.gold_incident, stranger.elsewhere) == ("5", "B", (("y", 1),))
    assert [reason.feature for reason in stranger.reasons] == ["rare names", "same day"]
    assert sum(len(one.events) for one in wrong) == 5


def test_the_list_of_wrong_incidents_shows_hostile_headlines_without_acting_on_them(files: Files) -> None:
    console = Console(width=80, force_terminal=False, record=True, highlight=False)
    with console.capture() as captured:
        print_wrong(console, wrong_incidents(files.read(), read_gold(files.gold)))
    text = captured.get()
    assert "✗ 5" in text
    assert "five ␛[31m[red]" in text
    assert "belongs to B, companions in y (1)" in text
    assert "why here: rare names Kadhimi +1.00; same day 7 November +0.50" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("direction", [None, RelationDirection.OF, RelationDirection.TO])
def test_pairs_are_scored_whatever_the_direction(files: Files, direction: RelationDirection | None) -> None:
    x = a_head("x", related=[("y", Relation.PRECURSOR)])
    turned = x.related[0].model_copy(update={"direction": direction})
    files.heads(x.model_copy(update={"related": (turned,)}), a_head("y"), a_head("z"), a_head("w", into="x"))
    predicted = files.read()
    assert predicted.related == {frozenset({"x", "y"}): {"precursor"}}


def test_wrong_relations_are_listed_from_both_sides(files: Files) -> None:
    files.heads(a_head("x", related=[("z", Relation.SAME_CAMPAIGN)]), a_head("y"), a_head("z"), a_head("w", into="x"))
    wrong = wrong_relations(files.read(), read_gold(files.gold))
    assert wrong is not None
    assert wrong.missed == (("A", "B", "precursor"),)
    assert wrong.invented == (("x", "z", "same_campaign: A and C"),)
    assert wrong_relations(files.read(with_heads=False, with_entries=False), read_gold(files.gold)) is None


def test_a_perfect_run_has_no_wrong_incident(files: Files) -> None:
    files.assign({row["id"]: f"my-{row['gold_incident']}" for row in GOLD}, copies=("3",))
    predicted = files.read(with_heads=False, with_entries=False)
    assert wrong_incidents(predicted, read_gold(files.gold)) == []
    assert report_of(predicted, read_gold(files.gold)).as_dict()["b_cubed"]["f1"] == 1.0


def test_an_event_without_a_home_is_named(files: Files) -> None:
    files.assign({event: incident for event, incident in HOMES.items() if event not in ("4", "6")})
    with pytest.raises(BadInput, match=r"a\.jsonl: 2 of 6 events of .*gold\.jsonl have no line, first 4, 6: run all"):
        files.read()


def test_an_unknown_event_is_named_with_its_line(files: Files) -> None:
    files.assign({**HOMES, "7": "x"})
    with pytest.raises(BadInput, match=r"a\.jsonl:7: event '7' is none of .*gold\.jsonl: give the gold file"):
        files.read()


def test_an_event_with_two_homes_is_named_with_both_lines(files: Files) -> None:
    text = files.assignments.read_text(encoding="utf-8")
    files.assignments.write_text(text + "\n" + text.splitlines()[1], encoding="utf-8")
    with pytest.raises(BadInput, match=r"a\.jsonl:7: event '2' stands in line 2 too"):
        files.read()


@pytest.mark.parametrize("field", ["event_id", "incident_id", "role", "score"])
def test_a_field_that_is_missing_is_named(files: Files, field: str) -> None:
    rows = [json.loads(line) for line in files.assignments.read_text(encoding="utf-8").splitlines()]
    del rows[2][field]
    files.assignments.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"a\.jsonl:3: {field} must be"):
        files.read()


def test_timelines_of_another_run_are_refused(files: Files) -> None:
    files.heads(a_head("x"), a_head("y"), a_head("w", into="x"))
    with pytest.raises(BadInput, match=r"a\.jsonl:6: '6' is in incident 'z', of which .*t\.jsonl has no timeline"):
        files.read()


def test_entries_of_another_run_are_refused(files: Files) -> None:
    files.write_entries(an_entry("1", "x"), an_entry("2", "y"))
    with pytest.raises(BadInput, match=r"e\.jsonl:2: event '2' is in 'y' here and in 'w' in .*a\.jsonl, line 2"):
        files.read()


def test_a_forwarding_in_a_circle_or_into_nothing_is_refused(files: Files) -> None:
    files.heads(a_head("x", into="w"), a_head("y"), a_head("z"), a_head("w", into="x"))
    with pytest.raises(BadInput, match="x -> w -> x goes in a circle"):
        files.read()
    files.heads(a_head("x", into="gone"), a_head("y"), a_head("z"), a_head("w"))
    with pytest.raises(BadInput, match="'x' forwards to 'gone', which has no line"):
        files.read()


def test_a_line_that_is_no_timeline_is_named_with_the_field(files: Files) -> None:
    files.timelines.write_text('{"incident_id": "x"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"t\.jsonl:1: revision: is missing: add it"):
        files.read()


def test_the_command_prints_figures_for_scripts(files: Files) -> None:
    result = CliRunner().invoke(
        app,
        ["evaluate", str(files.assignments), str(files.gold), "--timelines", str(files.timelines),
         "--entries", str(files.entries), "--json", "--errors"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["b_cubed"]["precision"] == 0.75
    assert [one["incident_id"] for one in figures["errors"]] == ["x", "y"]
    assert figures["wrong_relations"] == {"missed": [], "invented": [["x", "z", "same_campaign: A and C"]]}
    assert figures["errors"][0]["events"][0]["reasons"][0] == {
        "feature": "rare names",
        "value": "Kadhimi",
        "contribution": 1.0,
    }


def test_the_command_prints_a_table_for_people(files: Files) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(files.assignments), str(files.gold), "--errors"])
    assert result.exit_code == 0, result.output
    assert "6 events, 4 incidents predicted, 3 in gold" in result.stdout
    assert "Relations need --timelines." in result.stdout
    assert "wrong incidents, costliest first" in result.stdout


def test_the_command_fails_with_one_for_files_that_do_not_fit_and_two_for_wrong_use(files: Files) -> None:
    files.assign({"1": "x"})
    result = CliRunner().invoke(app, ["evaluate", str(files.assignments), str(files.gold)])
    assert result.exit_code == 1
    assert "have no line" in result.stderr
    assert CliRunner().invoke(app, ["evaluate", "nowhere.jsonl", str(files.gold)]).exit_code == 2

"""The files of `replay` and `dump`."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from processors.replay import as_log, replay
from processors.router import PartitionRouter, RawRecord
from schemas.codec import decode
from schemas.headers import headers_of
from schemas.topics import ENTRIES, TIMELINES, UPDATES
from tests.tally_core import VERSION, TallyCore, an_attack, in_log
from timelines.files import Results, Targets, write_lines


def results_of(*headlines: str, more: list[RawRecord] | None = None) -> Results:
    events = [(an_attack(text, f"e{number}"), "world") for number, text in enumerate(headlines)]
    results = Results()

    def router(partition: int) -> PartitionRouter:
        return PartitionRouter(partition, TallyCore, core_version=VERSION, partitions=1)

    for partition, handed in replay([*as_log(events, 1), *(more or [])], router):
        for out in handed.outgoing:
            results.take(out.topic, partition, out.key, out.value, out.headers)
    return results


def _json(lines: Iterator[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_heads_and_entries_are_the_newest_and_sorted_by_id_updates_by_revision() -> None:
    results = results_of("flood", "fire", "flood", "fire")
    assert [(head["incident_id"], head["revision"]) for head in _json(results.heads())] == [
        ("world:fire", 2),
        ("world:flood", 2),
    ]
    assert [entry["event_id"] for entry in _json(results.entries())] == ["e0", "e1", "e2", "e3"]
    assert [(one["incident_id"], one["revision"]) for one in _json(results.updates())] == [
        ("world:fire", 1),
        ("world:fire", 2),
        ("world:flood", 1),
        ("world:flood", 2),
    ]
    assert results.missing_updates() == results.doubled == 0
    assert (results.incidents, results.events, results.updates_total) == (2, 4, 4)


def test_every_event_has_one_home() -> None:
    assert list(results_of("fire", "flood").assignments()) == [
        b'{"event_id":"e0","incident_id":"world:fire","role":"core","score":1.0}',
        b'{"event_id":"e1","incident_id":"world:flood","role":"core","score":1.0}',
    ]


def test_the_lines_are_the_bytes_of_the_sink() -> None:
    (head,) = results_of("fire").heads()
    message = decode("incidents.timeline.v1", head)
    results = Results()
    results.take(TIMELINES, 0, b"world:fire", head, headers_of(message))
    assert list(results.heads()) == [head]


def test_a_head_of_an_older_revision_does_not_replace_a_newer_one() -> None:
    results = Results()
    for revision in (b"1", b"3", b"2"):
        results.take(TIMELINES, 0, b"i", b"head " + revision, [("ce_revision", revision)])
    assert list(results.heads()) == [b"head 3"]


def test_the_last_entry_of_a_partition_counts_whatever_its_revision() -> None:
    results = Results()
    results.take(ENTRIES, 0, b"e", b"in a large incident", [("ce_revision", b"9")])
    results.take(ENTRIES, 0, b"e", b"moved to a new one", [("ce_revision", b"1")])
    assert list(results.entries()) == [b"moved to a new one"]


def test_an_event_in_two_regions_is_told_once_whichever_was_read_first() -> None:
    def read(*order: int) -> list[bytes]:
        results = Results()
        for partition in order:
            results.take(ENTRIES, partition, b"e", b"of %d" % partition, [("ce_revision", b"1")])
        return list(results.entries())

    assert read(2, 1) == read(1, 2) == [b"of 1"]


def test_doubled_and_missing_updates_are_counted() -> None:
    results = Results()
    for revision in (b"1", b"1", b"4"):
        results.take(UPDATES, 0, b"i", b"u", [("ce_revision", revision)])
    results.take(TIMELINES, 0, b"i", b"h", [("ce_revision", b"5")])
    assert results.doubled == 1
    assert results.missing_updates() == 3


def test_what_another_writer_put_there_is_refused() -> None:
    with pytest.raises(ValueError, match="without ce_revision"):
        Results().take(TIMELINES, 0, b"i", b"h", [])
    with pytest.raises(ValueError, match="without key or value"):
        Results().take(ENTRIES, 0, b"i", None, [])


def test_rejected_records_keep_their_bytes_and_say_why() -> None:
    bad = [
        RawRecord(partition=0, offset=0, **{**in_log(an_attack("fire", "e")), "value": b'{"a":"\xc3\xa9"'}),
        RawRecord(partition=0, offset=1, **{**in_log(an_attack("fire", "e")), "value": b"\xff", "key": None}),
    ]
    first, second = _json(results_of(more=bad).rejected())
    assert (first["value"], first["key"], first["offset"], first["field"]) == ('{"a":"é"', "world", 0, "value")
    assert (second["value_base64"], second["key"], second["field"]) == ("/w==", None, "key")


def test_files_are_written_whole_with_the_usual_rights(tmp_path: Path) -> None:
    results = results_of("fire")
    targets = Targets(timelines=str(tmp_path / "t"), assignments=str(tmp_path / "a"))
    assert targets.problem() is None
    targets.write(results)
    assert (tmp_path / "t").read_bytes() == next(results.heads()) + b"\n"
    assert {path.name for path in tmp_path.iterdir()} == {"t", "a"}
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "t").stat().st_mode) == 0o666 & ~mask


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    place = tmp_path / "t"
    place.write_bytes(b"old")

    def lines() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_lines(str(place), lines())
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_is_followed_and_a_device_written_to(tmp_path: Path) -> None:
    place = tmp_path / "real"
    place.write_bytes(b"old")
    (tmp_path / "link").symlink_to(place)
    write_lines(str(tmp_path / "link"), [b"new"])
    assert (tmp_path / "link").is_symlink()
    assert place.read_bytes() == b"new\n"
    write_lines("/dev/null", [b"gone"])


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_lines("-", [b"a", b"b"])
    assert capfdbinary.readouterr().out == b"a\nb\n"


def test_no_more_is_read_than_somebody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    # a log may be gigabytes, and `| head` want ten lines of it
    answers = iter([False, False, True])
    monkeypatch.setattr("timelines.files.nobody_reads", lambda: next(answers))
    lines = iter([b"a", b"b", b"c", b"d"])
    write_lines("-", lines)
    assert list(lines) == [b"d"]


def test_a_failure_names_the_file_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_lines("/dev/full", [b"a"])
    with pytest.raises(OSError, match="No such file or directory: 'gone/t'"):
        write_lines("gone/t", [b"a"])
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(OSError, match="Bad file descriptor: 'standard output'"):
        write_lines("-", [b"a"])


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        (Targets(), "nothing to write"),
        (Targets(timelines="-", entries="-"), "takes one file"),
        (Targets(timelines="x", entries="./x"), "--timelines and --entries are one file, ./x"),
        (Targets(updates="there", log="linked"), "--updates and --log are one file, linked"),
        (Targets(timelines="no/such/x"), "is no folder"),
        (Targets(timelines="."), "is a folder"),
    ],
)
def test_targets_that_cannot_be_are_refused_beforehand(
    targets: Targets, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").touch()
    (tmp_path / "linked").hardlink_to("there")
    problem = targets.problem()
    assert problem is not None
    assert says in problem

"""`timelines produce` of a packed source: what is sent, and how a run goes on whose source was cut off."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consumers.export import stored_records
from runtime.settings import Settings
from schemas.topics import EVENTS
from timelines.cli import app

pytestmark = pytest.mark.broker

REPORTS = (Path(__file__).parents[3] / "gold" / "kad.jsonl").read_bytes().splitlines(keepends=True)[:40]


@pytest.fixture
def produce(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        given = ["produce", *arguments, "--bootstrap-servers", str(settings.bootstrap_servers)]
        done = CliRunner().invoke(app, given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def values(settings: Settings) -> list[bytes | None]:
    return [stored.value for stored in stored_records(settings, [EVENTS], one_by_one=True)]


def test_what_was_read_of_a_source_that_was_cut_off_is_sent_and_the_whole_one_goes_on(
    produce: Callable[..., Result], settings: Settings, tmp_path: Path
) -> None:
    packed = gzip.compress(b"".join(REPORTS))
    (tmp_path / "s.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    cut = produce("s.jsonl.gz")
    assert cut.exit_code == 1
    assert (
        "s.jsonl.gz ends in the middle of what gzip packed: it was cut off on its way here, get it again" in cut.stderr
    )
    sent = len(values(settings))
    assert 0 < sent < len(REPORTS)
    assert f"delivered {sent} + rejected 0 + unsent 0 == read {sent}" in cut.stdout
    (tmp_path / "s.jsonl.gz").write_bytes(packed)
    rest = produce("s.jsonl.gz", "--resume")
    assert rest.exit_code == 0, rest.stderr
    assert len(set(values(settings))) == len(values(settings)) == len(REPORTS)
    assert {path.name for path in tmp_path.iterdir()} == {"s.jsonl.gz"}


def test_an_archive_is_refused_before_a_broker_is_asked(produce: Callable[..., Result], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr("s.jsonl", b"".join(REPORTS))
    done = produce("s.zip", "--bootstrap-servers", "127.0.0.1:1")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "produce: SOURCE: s.zip is a zip archive: unpack it (unzip), and give the file that was in it\n"
    )
    assert {path.name for path in tmp_path.iterdir()} == {"s.zip"}

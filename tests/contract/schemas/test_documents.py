"""`timelines schema`: the made files are up to date, and whoever changes a model or a file is told."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from schemas.documents import (
    ASYNCAPI,
    JSON_SCHEMAS,
    REFERENCE,
    RELEASED,
    NoCheckout,
    broken_promises,
    differences,
    documents,
    release,
    write,
)
from schemas.event import AttackEvent
from schemas.timeline import AnyChange
from timelines.commands.schema import register

_ROOT = Path(__file__).parents[3]
_EVENT_SCHEMA = JSON_SCHEMAS / "incidents.event.v1.schema.json"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what `timelines schema` writes and needs."""
    for path in (*documents(), Path("schemas/event.py")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_ROOT / path, tmp_path / path)
    shutil.copytree(_ROOT / RELEASED, tmp_path / RELEASED)
    return tmp_path


def timelines_schema(*arguments: str | Path) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_files_in_the_repository_are_what_the_models_say() -> None:
    assert differences(_ROOT) == []


def test_the_messages_of_today_keep_the_promises_of_the_last_release() -> None:
    assert broken_promises(_ROOT) == {}


def test_a_check_of_what_is_up_to_date_is_silent(checkout: Path) -> None:
    result = timelines_schema("--check", "--root", checkout)
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("path", [_EVENT_SCHEMA, ASYNCAPI, REFERENCE], ids=str)
def test_a_file_changed_by_hand_is_named_and_mended(checkout: Path, path: Path) -> None:
    text = (checkout / path).read_text("utf-8")
    (checkout / path).write_text(text.replace("unique for ever", "unique for a while"), encoding="utf-8")
    checked = timelines_schema("--check", "--root", checkout)
    assert checked.exit_code == 1
    assert f"{path}: out of date" in checked.stderr
    assert len(re.findall("out of date", checked.stderr)) == 1
    assert timelines_schema("--root", checkout).output == f"written: {path}\n"
    assert (checkout / path).read_text("utf-8") == text


def test_a_missing_file_and_one_left_over_are_named_and_mended(checkout: Path) -> None:
    (checkout / ASYNCAPI).unlink()
    stray = JSON_SCHEMAS / "incidents.weather.v1.schema.json"
    (checkout / stray).write_text("{}")
    checked = timelines_schema("--check", "--root", checkout)
    assert checked.exit_code == 1
    assert f"{ASYNCAPI}: missing" in checked.stderr
    assert f"{stray}: left over" in checked.stderr
    assert timelines_schema("--root", checkout).exit_code == 0
    assert timelines_schema("--check", "--root", checkout).exit_code == 0


def test_a_broken_promise_fails_the_check_and_says_which(checkout: Path) -> None:
    released = checkout / RELEASED / "incidents.tick.v1.schema.json"
    schema = json.loads(released.read_text("utf-8"))
    schema["properties"]["moon"] = {"type": "string", "description": "phase of it"}
    released.write_text(json.dumps(schema), encoding="utf-8")
    checked = timelines_schema("--check", "--root", checkout)
    assert checked.exit_code == 1
    assert "incidents.tick.v1: moon: was removed (both)" in checked.stderr


def test_a_message_that_is_gone_is_a_broken_promise(checkout: Path) -> None:
    (checkout / RELEASED / "incidents.weather.v1.schema.json").write_text("{}")
    assert list(broken_promises(checkout)) == ["incidents.weather.v1"]


def test_a_release_takes_todays_schemas_as_the_measure(checkout: Path) -> None:
    shutil.rmtree(checkout / RELEASED)
    assert timelines_schema("--release", "--root", checkout).exit_code == 0
    for path in (checkout / RELEASED).iterdir():
        assert path.read_text("utf-8") == (_ROOT / JSON_SCHEMAS / path.name).read_text("utf-8")
    assert len(list((checkout / RELEASED).iterdir())) == len(list((_ROOT / JSON_SCHEMAS).iterdir()))


def test_a_folder_that_is_no_checkout_is_refused_with_the_remedy(tmp_path: Path) -> None:
    for arguments in (("--check",), (), ("--release",)):
        result = timelines_schema(*arguments, "--root", tmp_path)
        assert result.exit_code == 2
        assert "--root" in result.stderr
    for function in (release, write, differences, broken_promises):
        with pytest.raises(NoCheckout):
            function(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_messages_names_every_field_and_every_change() -> None:
    page = (_ROOT / REFERENCE).read_text("utf-8")
    for name in AttackEvent.model_fields:
        assert f"| `{name}` |" in page
    for change in AnyChange.__args__:
        assert f"### {change.__name__}\n" in page


def test_every_link_of_the_page_has_its_section_once() -> None:
    page = (_ROOT / REFERENCE).read_text("utf-8")
    sections = [title.lower() for title in re.findall(r"^##+ (\w+)$", page, re.MULTILINE)]
    assert sorted(set(sections)) == sorted(sections)
    assert set(re.findall(r"\]\(#(\w+)\)", page)) <= set(sections)


def test_no_cell_of_the_page_is_empty_of_meaning() -> None:
    rows = re.findall(r"^\| `\w+` \|(.*)\|(.*)\|(.*)\|$", (_ROOT / REFERENCE).read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 150
    for kind, required, meaning in rows:
        assert kind.strip() and meaning.strip()
        assert required.strip() in ("yes", "")

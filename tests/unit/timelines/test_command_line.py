"""What the command says of itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

from typer.testing import CliRunner

from timelines.cli import app

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_the_version_is_that_of_the_package() -> None:
    done = CliRunner().invoke(app, ["--version"])
    version = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{version}\n", "")

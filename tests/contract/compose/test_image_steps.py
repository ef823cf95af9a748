"""The steps of the image, done as plain processes: no engine runs on the machines that build this project.

What a layer would hold stands in folders of the test; what .dockerignore keeps out is not there. Installs 52 packages
by the machine's own pip, so it runs with `make compose-check` only.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.compose.reading import DOCKERFILE, ROOT, dockerfile_instruction

TEXT = DOCKERFILE.read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_COMPOSE") != "1", reason="installs packages: `make compose-check` runs it"
)


def _copy_context(into: Path) -> None:
    """What `COPY . .` brings: the allow list of .dockerignore, without caches."""
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        name = line.removeprefix("!")
        if not line.startswith("!") or not (ROOT / name).exists():
            continue
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(ROOT / name, target)


def _steps_of_the_first_stage() -> tuple[list[str], dict[str, str]]:
    """The RUN commands, and the environment they run in."""
    lines = [line for line in TEXT.partition("\nFROM ")[2].partition("\nFROM ")[0].splitlines() if line[:1] != "#"]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    environment: dict[str, str] = {}
    for line in joined:
        if line.startswith("ENV "):
            environment.update(pair.split("=", 1) for pair in shlex.split(line.removeprefix("ENV ")))
    return [line.removeprefix("RUN ") for line in joined if line.startswith("RUN ")], environment


def test_the_steps_of_the_image_make_an_environment_that_runs_the_command(tmp_path: Path) -> None:
    build, made = tmp_path / "build", tmp_path / "timelines"
    build.mkdir()
    _copy_context(build)
    steps, environment = _steps_of_the_first_stage()
    assert len(steps) == 2
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(Path(sys.base_prefix) / "bin" / "python3.11")
    kept["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{kept['PATH']}"
    for step in steps:
        command = step.replace("/opt/timelines", str(made)).replace("/build/", f"{build}/")
        done = subprocess.run(
            ["sh", "-ec", command], cwd=build, env={**kept, **environment}, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr

    # what the second stage does with it
    entrypoint, command = dockerfile_instruction(TEXT, "ENTRYPOINT"), dockerfile_instruction(TEXT, "CMD")
    bare = {"PATH": f"{made / 'bin'}:/usr/bin:/bin"}
    said = subprocess.run([*entrypoint, *command], cwd=tmp_path, env=bare, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr
    assert "worker" in said.stdout
    assert (made / "share" / "gold" / "kad.jsonl").read_bytes() == (ROOT / "gold" / "kad.jsonl").read_bytes()
    assert not (made / "bin" / "pip").exists(), "nothing in the image can change it"
    modules = "import processors.worker, processors.gate, producers.publish, consumers, runtime.probe, timelines.cli"
    bare["PYTHONPATH"] = ""
    loaded = subprocess.run(
        [made / "bin" / "python", "-c", modules], cwd=tmp_path, env=bare, capture_output=True, text=True, timeout=60
    )
    assert loaded.returncode == 0, loaded.stderr

"""The small wheel, in an environment that holds what it asks for and nothing else, decodes every example."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from email import message_from_bytes
from importlib.metadata import distribution
from pathlib import Path

import pytest

from schemas.example_files import DIRECTORY, examples

_ROOT = Path(__file__).parents[3]
_PROJECT = _ROOT / "packaging" / "schemas"

#: runs in the empty environment
_DECODE_ALL = """
import json, sys
from incident_timelines_schemas.codec import encode
from incident_timelines_schemas.example_files import examples
from incident_timelines_schemas.headers import read_headers

taken = [example for example in examples() if example.message is not None]
for example in taken:
    assert json.loads(encode(example.message)) == example.payload, example.name
    assert read_headers(example.headers).type == example.ce_type, example.name
print(json.dumps({"decoded": [example.name for example in taken], "modules": sorted(sys.modules)}))
"""

#: the same, after the code of the README: what it prints of an example
_TRY_README = """
from incident_timelines_schemas.example_files import examples
from incident_timelines_schemas.codec import encode

for example in examples():
    if example.name in ("timeline-drone-attack", "timeline-merged-away"):
        on_record([(name, text.encode()) for name, text in example.headers], encode(example.message))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, _PROJECT],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    (built,) = folder.glob("*.whl")
    return built


def needed_by(requirements: list[str]) -> set[str]:
    """The distributions that these requirements name, and those that they need in turn, without their extras."""
    names: set[str] = set()
    for requirement in requirements:
        if "extra ==" not in requirement:
            name = re.split(r"[^\w.-]", requirement)[0]
            names |= {name, *needed_by(distribution(name).requires or [])}
    return names


def requirements_of(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_bytes(archive.read(metadata)).get_all("Requires-Dist", [])


@pytest.fixture(scope="module")
def empty_environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment: the wheel, and copies of the installed distributions that its metadata asks for."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for name in needed_by(requirements_of(wheel)):
        for file in distribution(name).files or []:
            if ".." not in file.parts and file.suffix != ".pyc":
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), site / file)
    return folder


def test_the_small_wheel_asks_for_pydantic_alone(wheel: Path) -> None:
    assert [re.split(r"[^\w.-]", requirement)[0] for requirement in requirements_of(wheel)] == ["pydantic"]


def test_the_small_wheel_decodes_every_example_in_an_empty_environment(empty_environment: Path) -> None:
    run = subprocess.run(
        [empty_environment / "bin" / "python", "-I", "-c", _DECODE_ALL],
        capture_output=True, text=True, timeout=60, check=False, cwd=empty_environment,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["decoded"] == [example.name for example in examples() if example.message is not None]
    assert not {"schemas", "typer", "confluent_kafka", "jsonschema_rs"} & set(told["modules"])


def test_the_code_of_the_readme_runs_as_it_stands(empty_environment: Path) -> None:
    readme = (_PROJECT / "README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    run = subprocess.run(
        [empty_environment / "bin" / "python", "-I", "-c", code + _TRY_README],
        capture_output=True, text=True, timeout=60, check=False, cwd=empty_environment,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()  # the contested one; the other is passed over by its headers
    assert line.startswith("Drones strike the Iraqi prime minister's residence")
    assert "hospital staff" in line


def test_the_small_wheel_carries_schemas_examples_and_types_and_nothing_of_the_service(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert all(name.startswith("incident_timelines_schemas/") for name in names)
    assert not [name for name in names if "__pycache__" in name]
    carried = {name.removeprefix("incident_timelines_schemas/") for name in names}
    assert {"py.typed", "asyncapi.json", "json/incidents.event.v1.schema.json"} <= carried
    assert {f"examples/{path.relative_to(DIRECTORY)}" for path in DIRECTORY.glob("*/*.json")} <= carried


def test_both_distributions_have_one_version_and_one_range_of_pydantic() -> None:
    small, whole = (
        tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"] for folder in (_PROJECT, _ROOT)
    )
    assert small["version"] == whole["version"]
    assert set(small["dependencies"]) <= set(whole["dependencies"])

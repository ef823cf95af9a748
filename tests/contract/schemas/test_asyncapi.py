"""The AsyncAPI document, read by the parser of the AsyncAPI project itself, on Node.

The parser is installed once into the user's cache, from the lock file beside this test. Without Node, npm or a
registry the tests are skipped; REQUIRE_NODE=1 makes that a failure.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import jsonschema_rs
import pytest

from schemas.documents import ASYNCAPI
from schemas.topics import DEFAULT_PARTITIONS, REGISTRY

_TOOL = Path(__file__).parent / "asyncapi_parser"
_ROOT = Path(__file__).parents[3]
#: the parser advises the newest AsyncAPI; tools that read 3.0 are more
_ADVICE = "asyncapi-latest-version"


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_ROOT / ASYNCAPI).read_text(encoding="utf-8"))
    return loaded


def an_unknown_action(broken: dict[str, Any]) -> None:
    broken["operations"]["appendEvents"]["action"] = "shout"


def a_channel_that_is_not_there(broken: dict[str, Any]) -> None:
    broken["operations"]["followUpdates"]["channel"]["$ref"] = "#/channels/nowhere"


def a_message_of_another_channel(broken: dict[str, Any]) -> None:
    broken["operations"]["followUpdates"]["messages"][0]["$ref"] = "#/channels/entries/messages/entry"


def a_payload_that_is_no_schema(broken: dict[str, Any]) -> None:
    broken["components"]["schemas"]["Tick"]["properties"]["region"]["maxLength"] = "forty"


def a_topic_of_minus_one_partitions(broken: dict[str, Any]) -> None:
    broken["channels"]["events"]["bindings"]["kafka"]["partitions"] = -1


_BROKEN: dict[str, Callable[[dict[str, Any]], None]] = {
    made.__name__: made
    for made in (
        an_unknown_action,
        a_channel_that_is_not_there,
        a_message_of_another_channel,
        a_payload_that_is_no_schema,
        a_topic_of_minus_one_partitions,
    )
}


def give_up(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_NODE") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the parser says of the document as it stands, and of each broken one. One start of Node for all."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        give_up("Node or npm is not on the PATH: the AsyncAPI document was not read by the official parser")
    tool = installed(npm)
    folder = tmp_path_factory.mktemp("asyncapi")
    names = ["as it stands", *_BROKEN]
    files = []
    for name in names:
        made = document()
        if name in _BROKEN:
            for message in made["components"]["messages"].values():
                del message["examples"]  # most of the document, and of the parser's work
            _BROKEN[name](made)
        files.append(folder / f"{len(files)}.json")
        files[-1].write_text(json.dumps(made), encoding="utf-8")
    run = subprocess.run(
        [node, tool / "check.mjs", *files], capture_output=True, text=True, timeout=180, check=False, cwd=tool
    )
    assert run.returncode == 0, run.stderr
    return dict(zip(names, map(json.loads, run.stdout.splitlines()), strict=True))


def installed(npm: str) -> Path:
    """The folder with the parser, installed from the lock file if it is not there yet."""
    sources = [_TOOL / name for name in ("package.json", "package-lock.json", "check.mjs")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "incident-timelines"
    folder = cache / f"asyncapi-parser-{digest}"
    if folder.exists():
        return folder
    making = cache / f"{folder.name}.{os.getpid()}"
    making.mkdir(parents=True)
    try:
        for path in sources:
            shutil.copy(path, making)
        run = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            capture_output=True, text=True, timeout=300, check=False, cwd=making,
        )  # fmt: skip
        if run.returncode != 0:
            give_up(f"npm could not install the AsyncAPI parser: {run.stderr.strip().splitlines()[-1:]}")
        try:
            making.rename(folder)
        except OSError:
            assert folder.exists()  # another run was faster
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder


def test_the_official_parser_reads_the_document_without_a_complaint(verdicts: dict[str, dict[str, Any]]) -> None:
    verdict = verdicts["as it stands"]
    assert [found for found in verdict["diagnostics"] if found["code"] != _ADVICE] == []
    assert verdict["operations"] == len(document()["operations"])


@pytest.mark.parametrize("fault", _BROKEN)
def test_the_official_parser_refuses_a_broken_document(verdicts: dict[str, dict[str, Any]], fault: str) -> None:
    verdict = verdicts[fault]
    assert verdict["operations"] is None
    assert [found for found in verdict["diagnostics"] if found["severity"] == 0]


def test_every_topic_of_the_registry_has_a_channel_with_its_settings() -> None:
    channels = document()["channels"]
    assert [channel["address"] for channel in channels.values()] == [topic.name for topic in REGISTRY]
    for topic, channel in zip(REGISTRY, channels.values(), strict=True):
        binding = channel["bindings"]["kafka"]
        assert binding["partitions"] == DEFAULT_PARTITIONS
        assert binding["topicConfiguration"]["cleanup.policy"] == [topic.cleanup]
        if topic.cleanup == "delete":
            assert binding["topicConfiguration"]["retention.ms"] == topic.retention_ms


def test_every_topic_is_sent_to_by_its_owner_and_every_message_is_received_by_somebody() -> None:
    made = document()
    for topic, (name, channel) in zip(REGISTRY, made["channels"].items(), strict=True):
        of_it = [o for o in made["operations"].values() if o["channel"]["$ref"] == f"#/channels/{name}"]
        assert topic.owner in {o["tags"][0]["name"] for o in of_it if o["action"] == "send"}
        received = {message["$ref"] for o in of_it if o["action"] == "receive" for message in o["messages"]}
        assert received == {f"#/channels/{name}/messages/{message}" for message in channel["messages"]}


def test_every_message_has_examples_that_obey_its_payload_and_headers() -> None:
    made = document()
    for name, message in made["components"]["messages"].items():
        assert message["examples"], name
        payload = jsonschema_rs.Draft7Validator({**message["payload"], "components": made["components"]})
        headers = jsonschema_rs.Draft7Validator(message["headers"], validate_formats=True)
        for example in message["examples"]:
            assert [error.message for error in payload.iter_errors(example["payload"])] == [], example["name"]
            assert [error.message for error in headers.iter_errors(example["headers"])] == [], example["name"]


@pytest.mark.parametrize("message", ["event", "decision", "tick", "command", "timeline", "entry", "update"])
def test_the_payloads_of_the_document_refuse_what_the_json_schemas_refuse(message: str) -> None:
    made = document()
    described = made["components"]["messages"][message]
    payload = jsonschema_rs.Draft7Validator({**described["payload"], "components": made["components"]})
    strict = message in ("event", "decision", "tick", "command")
    for example in described["examples"]:
        value = example["payload"]
        for name in value:
            assert not payload.is_valid({**value, name: [{"never": "like this"}]}), name
        assert payload.is_valid({**value, "field_of_2031": 1}) is not strict

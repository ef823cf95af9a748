"""Secrets come from the environment or from files, and are shown nowhere: not in repr, errors, tracebacks or logs."""

from __future__ import annotations

import secrets
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from faust_confluent import Options
from runtime.acl import Component, binding, kafka_acls_arguments, recipe
from runtime.clients import client_config
from runtime.settings import Settings, SettingsError, exposed_files, load_settings
from timelines.cli import app

SECRET = secrets.token_urlsafe(12)
LOGIN = {
    "TIMELINES_BOOTSTRAP_SERVERS": "127.0.0.1:9",
    "TIMELINES_SECURITY_PROTOCOL": "SASL_SSL",
    "TIMELINES_SASL_USERNAME": "worker",
}


def a_password_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    file = folder / "password"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def refused(environ: dict[str, str]) -> SettingsError:
    with pytest.raises(SettingsError) as error:
        load_settings(environ)
    # nor does whoever prints the traceback see it
    told = "".join(traceback.format_exception(error.value))
    assert SECRET not in told
    assert SECRET not in repr(error.value)
    return error.value


def test_a_password_comes_from_a_file_and_is_not_shown(tmp_path: Path) -> None:
    file = a_password_file(tmp_path, SECRET.encode() + b"\r\n")
    settings = load_settings({**LOGIN, "TIMELINES_SASL_PASSWORD_FILE": str(file)})
    assert client_config(settings, "test")["sasl.password"] == SECRET
    for shown in (
        repr(settings),
        str(settings),
        f"{settings}",
        settings.model_dump_json(),
        repr(settings.model_dump()),
    ):
        assert SECRET not in shown


def test_the_options_of_the_transport_do_not_show_a_password() -> None:
    options = Options({"sasl.password": SECRET}, {"sasl.password": SECRET})
    assert SECRET not in repr(options)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (SECRET.encode() + b"\nsecond\n", "more than one line"),
        (SECRET.encode() + b"\xff", "no text"),
        (SECRET.encode() * 1_000, "more than 4,096 bytes"),
    ],
    ids=["nothing", "a line without anything", "two lines", "no text", "a large file"],
)
def test_a_file_that_holds_no_password_is_refused_and_not_shown(content: bytes, why: str, tmp_path: Path) -> None:
    file = a_password_file(tmp_path, content)
    error = refused({**LOGIN, "TIMELINES_SASL_PASSWORD_FILE": str(file)})
    assert error.variable == "TIMELINES_SASL_PASSWORD_FILE"
    assert why in str(error)


@pytest.mark.parametrize(
    "path", [SECRET, "/none/" + SECRET, "/", "nul\0" + SECRET], ids=["itself", "in a path", "folder", "nul"]
)
def test_a_file_that_cannot_be_read_is_named_by_its_variable_alone(path: str) -> None:
    """Whoever puts the password where its file belongs must not find it in a log."""
    error = refused({**LOGIN, "TIMELINES_SASL_PASSWORD_FILE": path})
    assert "the file it names cannot be read" in str(error)


@pytest.mark.parametrize(
    ("wrong", "variable", "remedy"),
    [
        ({"TIMELINES_SASL_PASSWORD": SECRET + "\n"}, "TIMELINES_SASL_PASSWORD", "one line"),
        ({"TIMELINES_SECURITY_PROTOCOL": SECRET}, "TIMELINES_SECURITY_PROTOCOL", "SASL_SSL"),
        ({"TIMELINES_SASL_MECHANISM": SECRET}, "TIMELINES_SASL_MECHANISM", "SCRAM-SHA-512"),
        ({"TIMELINES_PARTITIONS": SECRET}, "TIMELINES_PARTITIONS", "integer"),
        (
            {"TIMELINES_BOOTSTRAP_SERVERS": f"worker:{SECRET}@127.0.0.1:9092"},
            "TIMELINES_BOOTSTRAP_SERVERS",
            "TIMELINES_SASL_PASSWORD_FILE",
        ),
        ({"TIMELINES_BOOTSTRAP_SERVERS": f"sasl://{SECRET}:9"}, "TIMELINES_BOOTSTRAP_SERVERS", "without a protocol"),
        ({"TIMELINES_SASL_USERNAME": ""}, "TIMELINES_*", "TIMELINES_SASL_USERNAME"),
        ({"TIMELINES_SECURITY_PROTOCOL": "PLAINTEXT"}, "TIMELINES_*", "does not use it: set that to SASL_SSL"),
        (
            {"TIMELINES_SSL_KEY_LOCATION": "k.pem", "TIMELINES_SSL_KEY_PASSWORD": SECRET},
            "TIMELINES_*",
            "TIMELINES_SSL_CERTIFICATE_LOCATION",
        ),
    ],
)
def test_a_wrong_setting_beside_or_in_place_of_a_secret_does_not_show_it(
    wrong: dict[str, str], variable: str, remedy: str
) -> None:
    error = refused({**LOGIN, "TIMELINES_SASL_PASSWORD": SECRET, **wrong})
    assert error.variable == variable
    assert remedy in str(error)


def test_a_password_is_given_once(tmp_path: Path) -> None:
    file = a_password_file(tmp_path, b"another")
    error = refused({**LOGIN, "TIMELINES_SASL_PASSWORD": SECRET, "TIMELINES_SASL_PASSWORD_FILE": str(file)})
    assert "leave one of them out" in str(error)


def test_pydantic_s_own_errors_do_not_show_what_they_were_given() -> None:
    with pytest.raises(ValidationError) as error:
        Settings(security_protocol="SASL_SSL", sasl_password=SECRET)
    assert SECRET not in str(error.value)
    assert SECRET not in repr(error.value)


@pytest.mark.parametrize(("mode", "warns"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read_is_warned_of(mode: int, warns: bool, tmp_path: Path) -> None:
    file = a_password_file(tmp_path, SECRET.encode(), mode)
    environ = {"TIMELINES_SASL_PASSWORD_FILE": str(file)}
    told = exposed_files(environ)
    assert bool(told) == warns
    assert all("TIMELINES_SASL_PASSWORD_FILE" in line and "chmod 600" in line for line in told)
    assert not any(SECRET in line for line in told)


@pytest.mark.parametrize(
    "argument",
    [f"--sasl-password={SECRET}", f"--password={SECRET}", f"--ssl-key-password={SECRET}", "--sasl-username"],
    ids=["sasl-password", "password", "ssl-key-password", "sasl-username"],
)
def test_a_login_is_no_argument_and_is_told_where_it_belongs(argument: str) -> None:
    told = CliRunner().invoke(app, ["worker", argument])
    assert told.exit_code == 2
    assert "TIMELINES_SASL_PASSWORD_FILE" in told.output
    assert SECRET not in told.output


def test_a_login_in_the_address_is_refused_on_the_command_line_too() -> None:
    told = CliRunner().invoke(app, ["topics", "check", "--bootstrap-servers", f"worker:{SECRET}@127.0.0.1:9"])
    assert told.exit_code == 2
    assert "TIMELINES_BOOTSTRAP_SERVERS" in told.output
    assert SECRET not in told.output


def test_a_command_that_breaks_shows_no_local_variables(tmp_path: Path) -> None:
    code = (
        "import timelines.commands.topics as topics, timelines.cli as cli\n"
        "def broken(*_, **__):\n"
        "    password = cli.__dict__['secret']\n"
        "    raise RuntimeError('broken')\n"
        f"cli.secret = {SECRET!r}\n"
        "topics.recipes = broken\n"
        "cli.main()\n"
    )
    file = tmp_path / "broken.py"
    file.write_text(code, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, str(file), "topics", "acl"],
        capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert ended.returncode == 1
    assert "RuntimeError: broken" in ended.stderr
    assert SECRET not in ended.stderr


def test_what_librdkafka_tells_of_itself_holds_no_password() -> None:
    """There is no setting for it; a transport with options of its own could ask for it."""
    code = (
        "from confluent_kafka.admin import AdminClient\n"
        "from confluent_kafka import KafkaException\n"
        "from runtime.clients import client_config\n"
        "from runtime.settings import load_settings\n"
        "config = {**client_config(load_settings(), 'test'), 'debug': 'all', 'log_level': 7}\n"
        "try:\n"
        "    AdminClient(config).list_topics(timeout=0.5)\n"
        "except KafkaException:\n"
        "    pass\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**LOGIN, "TIMELINES_SASL_PASSWORD": SECRET, "PATH": ""},
        capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert "sasl.password" in ended.stderr  # it does tell its settings
    assert SECRET not in ended.stderr + ended.stdout


def test_the_recipe_is_printed_as_a_table_as_kafka_s_commands_and_as_json() -> None:
    def printed(form: str) -> list[str]:
        told = CliRunner().invoke(
            app, ["topics", "acl", "--component", "worker", "--as", form, "--principal", "User:w"],
            env={"TIMELINES_APP_ID": "shadow"},
        )  # fmt: skip
        assert told.exit_code == 0, told.output
        return told.output.splitlines()

    rights = recipe(Component.WORKER, app_id="shadow", group="")
    assert len(printed("table")) == len(printed("json")) == len(rights)
    assert (
        "kafka-acls.sh --add --allow-principal User:w --operation Write --transactional-id shadow- "
        "--resource-pattern-type prefixed" in printed("commands")
    )
    assert printed("commands") == [" ".join(["kafka-acls.sh", *kafka_acls_arguments(one, "User:w")]) for one in rights]


def test_no_component_may_do_everything_or_touch_the_cluster() -> None:
    for component in Component:
        rights = recipe(component, app_id="shadow", group="desk")
        assert len(set(rights)) == len(rights)
        for right in rights:
            bound = binding(right, "User:x")
            assert bound.name not in ("*", "")
            assert right.is_prefix == (right.resource == "transactional-id")

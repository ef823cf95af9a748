"""A login or a certificate that is refused ends every command within seconds, and the setting is named."""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import processors.service  # noqa: F401 - what a command imports first is not the time that is measured
from runtime.clients import check_reachable
from runtime.kafka_layout import HOST
from runtime.settings import SettingsError
from tests.integration.security.authority import Authority
from tests.integration.security.jobs import in_process
from tests.integration.security.secured import ADMIN, SecuredKafka, health, service, wait_ready
from tests.worker_process import a_free_port, wait_until

pytestmark = pytest.mark.kafka

#: librdkafka would try for ever
FAST_S = 10.0

COMMANDS: dict[str, list[str]] = {
    "produce": ["produce", "reports.jsonl"],
    "watch": ["watch", "--once"],
    "dump": ["dump", "--log", "log.jsonl"],
    "decide": ["decide", "close", "inc-1", "--by", "a desk", "--reason", "a test"],
    "topics create": ["topics", "create"],
    "topics check": ["topics", "check"],
    "topics describe": ["topics", "describe"],
    "topics acl": ["topics", "acl", "--apply"],
    "worker": ["worker"],
    "gate": ["gate"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_password_ends_every_command_fast_and_names_the_setting(
    name: str, secured: SecuredKafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports.jsonl").write_text("{}\n", encoding="utf-8")
    wrong = secrets.token_urlsafe(12)
    file = tmp_path / "password"
    file.touch(mode=0o600)
    file.write_text(wrong, encoding="utf-8")
    began = time.monotonic()
    told = in_process(secured, "nobody", *COMMANDS[name], sasl_password_file=file)
    took = time.monotonic() - began
    assert told.status == 2, told.text
    assert "TIMELINES_SASL_PASSWORD" in told.text
    assert "refuses the login of TIMELINES_SASL_USERNAME=nobody" in told.text
    assert "give the right password" in told.text
    assert wrong not in told.text
    assert took < FAST_S


Given = Callable[[SecuredKafka, Path], dict[str, object]]


def _other_authority(_: SecuredKafka, folder: Path) -> dict[str, object]:
    return {"ssl_ca_location": Authority(folder, "another authority").certificate}


def _no_certificate_file(_: SecuredKafka, folder: Path) -> dict[str, object]:
    (folder / "text").write_text("no certificate", encoding="utf-8")
    return {"ssl_ca_location": folder / "text"}


def _untrusted_user(kafka: SecuredKafka, folder: Path) -> dict[str, object]:
    certificate, key = Authority(folder, "another authority").for_user("worker")
    return {**_certified(kafka), "ssl_certificate_location": certificate, "ssl_key_location": key}


def _certified(kafka: SecuredKafka) -> dict[str, object]:
    return {
        "bootstrap_servers": kafka.certified,
        "security_protocol": "SSL",
        "sasl_username": None,
        "sasl_password_file": None,
    }


def _port_of(address: str) -> str:
    return address.rpartition(":")[2]


REFUSED: dict[str, tuple[Given, str, str]] = {
    "a user that the broker does not know": (
        lambda kafka, _: {"sasl_username": "stranger"}, "SASL_PASSWORD", "USERNAME=stranger",
    ),
    "a mechanism that the broker does not offer": (
        lambda kafka, _: {"sasl_mechanism": "SCRAM-SHA-256"}, "SASL_MECHANISM", "takes SCRAM-SHA-512 only",
    ),
    "an authority that did not sign": (_other_authority, "SSL_CA_LOCATION", "does not hold the authority"),
    "no authority": (lambda kafka, _: {"ssl_ca_location": None}, "SSL_CA_LOCATION", "name the PEM file"),
    "a file that is not there": (
        lambda kafka, folder: {"ssl_ca_location": folder / "none.pem"}, "SSL_CA_LOCATION", "cannot be read",
    ),
    "a file that is no certificate": (_no_certificate_file, "SSL_CA_LOCATION", "not the PEM file"),
    "another name than the certificate's": (
        lambda kafka, _: {"bootstrap_servers": f"localhost:{_port_of(kafka.login)}"}, "BOOTSTRAP_SERVERS",
        "another name",
    ),
    "no TLS": (
        lambda kafka, _: {"security_protocol": "SASL_PLAINTEXT", "ssl_ca_location": None}, "SECURITY_PROTOCOL",
        "speaks TLS: set it to SASL_SSL",
    ),
    "no login": (
        lambda kafka, _: {"security_protocol": "SSL", "sasl_username": None, "sasl_password_file": None},
        "SECURITY_PROTOCOL", "hangs up",
    ),
    "no certificate where one is wanted": (
        lambda kafka, _: _certified(kafka), "SSL_CERTIFICATE_LOCATION", "wants a certificate of its clients",
    ),
    "a certificate of a stranger": (_untrusted_user, "SSL_CERTIFICATE_LOCATION", "does not take the certificate"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_broker_refuses_names_the_setting_and_the_remedy(
    what: str, secured: SecuredKafka, tmp_path: Path
) -> None:
    given, variable, remedy = REFUSED[what]
    settings = secured.settings("nobody", **given(secured, tmp_path))
    began = time.monotonic()
    with pytest.raises(SettingsError) as refused:
        check_reachable(settings, 2.0)
    assert time.monotonic() - began < FAST_S
    assert refused.value.variable == f"TIMELINES_{variable}"
    assert remedy in str(refused.value)


def test_a_certificate_of_its_own_and_an_encrypted_key_let_a_client_in(secured: SecuredKafka, tmp_path: Path) -> None:
    password = secrets.token_urlsafe(12)
    certificate, key = secured.authority.for_user(ADMIN, password=password)
    own = {**_certified(secured), "ssl_certificate_location": certificate, "ssl_key_location": key}
    told = in_process(secured, "nobody", "topics", "create", **own, ssl_key_password=password)
    assert told.status == 0, told.text  # as the admin: the certificate's name is the user
    told = in_process(secured, "nobody", "topics", "check", **own, ssl_key_password="another")
    assert told.status == 2, told.text
    assert "TIMELINES_SSL_KEY_PASSWORD does not open it" in told.text


@pytest.mark.long
@pytest.mark.parametrize("name", ["worker", "gate"])
def test_a_password_that_changes_while_a_service_runs_ends_it_when_connections_are_made_anew(
    name: str, secured: SecuredKafka, tmp_path: Path
) -> None:
    told = in_process(secured, ADMIN, "topics", "acl", "--component", name, "--principal", "User:rotated", "--apply")
    assert told.status == 0, told.text
    port, log = a_free_port(), tmp_path / f"{name}.log"
    given = secured.environment("rotated", health_port=port, log_format="json", log_level="debug", session_timeout_s=6)
    with service(given, name, output=log, folder=tmp_path) as process:
        wait_ready(process, port, log)
        before = secured.passwords["rotated"]
        secured.set_password("rotated", secrets.token_urlsafe(12))
        assert health(port, "/ready")[0] == 200  # nobody notices while the connections hold
        secured.server.stop_node(1)
        secured.server.start_node(1)
        began = time.monotonic()
        wait_until(lambda: health(port, "/ready")[0] != 200, what="the service not ready")
        status = process.wait(90)
        took = time.monotonic() - began
    text = log.read_text(encoding="utf-8")
    assert status == 1, text[-2000:]
    assert "refuses the login of TIMELINES_SASL_USERNAME=rotated" in text
    assert before not in text
    assert secured.passwords["rotated"] not in text
    assert took < 60
    # what its supervisor starts again says it at once, until the file holds the new password
    (tmp_path / "old").touch(mode=0o600)
    (tmp_path / "old").write_text(before, encoding="utf-8")
    assert in_process(secured, "rotated", name, sasl_password_file=tmp_path / "old").status == 2


def test_the_worker_opens_no_port_but_that_of_its_health(secured: SecuredKafka, tmp_path: Path) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("sockets of a process are looked up in /proc")
    port, log = a_free_port(), tmp_path / "worker.log"
    given = secured.environment(ADMIN, health_port=port, app_id="incident-timelines")
    with service(given, "worker", output=log, folder=tmp_path) as process:
        wait_ready(process, port, log)
        assert _listening(process.pid) == {(HOST, port)}
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert secured.passwords[ADMIN].encode() not in arguments
        pages = "".join(health(port, page)[1] for page in ("/live", "/ready", "/metrics", "/", "/tables", "/graph"))
        assert "incident_timelines_ready 1.0" in pages
        assert ADMIN not in pages
        assert secured.passwords[ADMIN] not in pages
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert secured.passwords[ADMIN] not in log.read_text(encoding="utf-8")


def _listening(pid: int) -> set[tuple[str, int]]:
    """Addresses on which a process listens, of either family."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:  # LISTEN
                address, _, port = fields[1].partition(":")
                found.add((".".join(str(byte) for byte in bytes.fromhex(address)[::-1]), int(port, 16)))
    return found

"""A secured Apache Kafka of the tests' own, its users, and the commands of the project as one of them gives them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from runtime.clients import new_admin
from runtime.kafka_layout import HOST, new_cluster
from runtime.kafka_server import KafkaServer, Security
from runtime.settings import PREFIX, Settings, load_settings
from tests import forked
from tests.integration.security.authority import Authority
from tests.worker_process import wait_until

ROOT = Path(__file__).parents[3]
ADMIN = "admin"
#: users with a password; the components of the recipe, the operator of the compose file, and two for accidents
USERS = (
    "producer", "gate", "worker", "watch", "dump", "decide", "subscriber", "topics", "everything", "rotated", "nobody",
)  # fmt: skip
PARTITIONS = 2
ANY = AclBindingFilter(
    ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
)
SETTLED_S = 30.0


class SecuredKafka:
    """One node: TLS, SCRAM-SHA-512, Kafka's authorizer that forbids what no ACL allows; and TLS with certificates of
    clients on a second port. Whoever starts it, stops it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: how its topics were made, see conftest.py
        self.steps: list[Any] = []
        self.authority = Authority(folder / "certificates", "test authority")
        self.passwords = {name: secrets.token_urlsafe(12) for name in (ADMIN, *USERS)}
        key_store = self.authority.for_server("broker")
        # asked for at once: two calls may answer the same port
        one, other = new_cluster(2, 0).nodes
        login, certified, controller = one.port, other.port, one.controller_port
        listeners = f"SASL_SSL://{HOST}:{login},SSL://{HOST}:{certified},CONTROLLER://{HOST}:{controller}"
        jaas = (
            "org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="{ADMIN}" password="{self.passwords[ADMIN]}";'
        )
        self.login, self.certified = f"{HOST}:{login}", f"{HOST}:{certified}"
        self.security = Security(
            protocol="SASL_SSL",
            properties={
                "listeners": listeners,
                "advertised.listeners": listeners,
                "listener.security.protocol.map": "SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT",
                "controller.quorum.bootstrap.servers": f"{HOST}:{controller}",
                "sasl.enabled.mechanisms": "SCRAM-SHA-512",
                "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": jaas,
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(key_store),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self.authority.certificate),
                "listener.name.ssl.ssl.client.auth": "required",
                "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found": "false",
                # the controllers' own port knows no logins
                "super.users": f"User:{ADMIN};User:ANONYMOUS",
            },
            scram_users=self.passwords,
            client={
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": ADMIN,
                "sasl.password": self.passwords[ADMIN],
                "ssl.ca.location": str(self.authority.certificate),
            },
        )
        self.server = KafkaServer(nodes=1, port=login, data=folder / "kafka", security=self.security)

    # --- whoever asks ---------------------------------------------------------------------------------------

    def password_file(self, user: str, password: str | None = None) -> Path:
        file = self.folder / f"password-of-{user}"
        file.touch(mode=0o600)
        file.write_text(self.passwords[user] if password is None else password, encoding="utf-8")
        return file

    def environment(self, user: str, **more: object) -> dict[str, str]:
        """What an operator sets for a service that logs in as this user."""
        given: dict[str, object] = {
            "bootstrap_servers": self.login,
            "security_protocol": "SASL_SSL",
            "sasl_username": user,
            "sasl_password_file": self.folder / f"password-of-{user}",
            "ssl_ca_location": self.authority.certificate,
            "partitions": PARTITIONS,
            **more,
        }
        if "sasl_password_file" not in more and user in self.passwords:
            self.password_file(user)
        return {PREFIX + name.upper(): str(value) for name, value in given.items() if value is not None}

    def settings(self, user: str, **more: object) -> Settings:
        return load_settings(self.environment(user, **more))

    @cached_property
    def admin(self) -> AdminClient:
        return new_admin(self.settings(ADMIN))

    # --- rights and passwords -------------------------------------------------------------------------------

    def acls(self) -> set[AclBinding]:
        return set(self.admin.describe_acls(ANY, request_timeout=SETTLED_S).result())

    def allow(self, bindings: set[AclBinding]) -> None:
        for future in self.admin.create_acls(list(bindings), request_timeout=SETTLED_S).values():
            future.result()
        self._settle(lambda: bindings <= self.acls())

    def forbid(self, binding: AclBinding) -> None:
        exactly = AclBindingFilter(
            binding.restype, binding.name, binding.resource_pattern_type, binding.principal, binding.host,
            binding.operation, binding.permission_type,
        )  # fmt: skip
        for future in self.admin.delete_acls([exactly], request_timeout=SETTLED_S).values():
            assert future.result() == [binding]
        self._settle(lambda: binding not in self.acls())

    def set_password(self, user: str, password: str) -> None:
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        change = UserScramCredentialUpsertion(user, info, password.encode())
        for future in self.admin.alter_user_scram_credentials([change]).values():
            future.result(SETTLED_S)
        self.passwords[user] = password

    def _settle(self, is_so: Callable[[], bool]) -> None:
        """The controller has answered; the broker hears of it a moment later."""
        end = time.monotonic() + SETTLED_S
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.01)


@contextmanager
def service(
    environment: Mapping[str, str],
    *arguments: str,
    output: Path,
    folder: Path,
    module: str = "timelines",
    script: Path | None = None,
) -> Iterator[forked.Forked | subprocess.Popen[bytes]]:
    """A process that runs until it ends by itself or the block does. script: instead of the module."""
    process: forked.Forked | subprocess.Popen[bytes]
    with output.open("wb") as file:
        if script is None:
            process = forked.start(module, *arguments, environment=_environ(environment), cwd=folder, output=file)
        else:
            process = subprocess.Popen(
                [sys.executable, str(script), *arguments],
                env=_environ(environment), stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder,
            )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def wait_ready(process: forked.Forked | subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until a service says so on its health port."""

    def is_ready() -> bool:
        assert process.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        return health(port, "/ready")[0] == 200

    wait_until(is_ready, what=f"readiness of {log.stem}")


def health(port: int, page: str) -> tuple[int, str]:
    """Status and text; (0, why) where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{page}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def _environ(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**kept, "PYTHONPATH": str(ROOT), **environment}

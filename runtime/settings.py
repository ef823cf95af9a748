"""Settings: read once from the environment, validated, and refused with the variable's name and the remedy.

Every variable begins with TIMELINES_. A secret may come from a file: TIMELINES_SASL_PASSWORD_FILE.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.topics import DEFAULT_PARTITIONS

PREFIX = "TIMELINES_"
_SECRETS = ("SASL_PASSWORD", "SSL_KEY_PASSWORD")
_TLS = ("ssl_ca_location", "ssl_certificate_location", "ssl_key_location", "ssl_key_password")
#: a password is a line; a file that is larger is another file
_MOST_SECRET_BYTES = 4_096
#: how like a setting's name another must be to be taken for it, misspelled; less like it are other programs' own
_MISSPELLED = 0.8
#: where containers find their secrets; who may read them there is the business of the host
_CONTAINER_SECRETS = Path("/run/secrets")


class SettingsError(Exception):
    """A setting is missing or wrong. variable: its name in the environment."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}: {problem}")
        self.variable = variable


class Settings(BaseSettings):
    """Everything a service can be told. Immutable; secrets do not show in `repr`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,  # docker-compose gives an empty text where nothing was given
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,  # pydantic's errors show what they were given: all of it, where fields do not fit
    )

    bootstrap_servers: str | None = Field(default=None, description="host:port[,host:port] of the brokers")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_ca_location: Path | None = Field(default=None, description="PEM file of the authority to trust")
    ssl_certificate_location: Path | None = None
    ssl_key_location: Path | None = None
    ssl_key_password: SecretStr | None = None

    app_id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,100}$")] = Field(
        default="incident-timelines", description="consumer group, and the prefix of transactional ids"
    )
    partitions: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=DEFAULT_PARTITIONS, description="partitions of every topic when they are created"
    )
    replication_factor: Annotated[int, Field(ge=1, le=10)] = 1
    min_insync_replicas: Annotated[int, Field(ge=1, le=10)] = 1

    batch_records: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=500, description="most records of one partition in one batch and transaction"
    )
    coalesce_ms: Annotated[int, Field(ge=0, le=5_000)] = Field(
        default=50, description="how long the broker gathers records for a batch; fewer, larger transactions"
    )
    session_timeout_s: Annotated[float, Field(ge=1, le=300)] = Field(
        default=8.0, description="a worker silent for so long loses its partitions"
    )
    instance_id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,200}$")] | None = Field(
        default=None,
        description="lasting name of this worker in its group, of no other: it finds its partitions again after a "
        "restart within session_timeout_s, and the other workers notice nothing",
    )
    max_rejected_per_minute: Annotated[int, Field(ge=1)] = Field(
        default=1_000, description="more rejects than this stop the worker: the input is broken, not one record"
    )
    stuck_after_s: Annotated[float, Field(ge=1, le=3_600)] = Field(
        default=60.0, description="a record that the core has in hand for longer ends the worker"
    )
    tick_seconds: Annotated[float, Field(ge=1, le=86_400)] = Field(
        default=60.0, description="the gate ticks a region that was silent for so long"
    )
    command_max_age_s: Annotated[float, Field(ge=1, le=30 * 86_400)] = Field(
        default=3_600.0, description="an older command is refused: the person may have changed their mind"
    )

    health_host: str = "127.0.0.1"
    health_port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=0, description="liveness, readiness and metrics over HTTP; 0: a free port for nobody in particular"
    )
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("bootstrap_servers")
    @classmethod
    def _host_and_port(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if "@" in value or "://" in value:  # not shown: what stands there may be a password
            raise ValueError(
                "must be host:port alone, without a protocol and without a login: those are "
                f"{PREFIX}SECURITY_PROTOCOL, {PREFIX}SASL_USERNAME and {PREFIX}SASL_PASSWORD_FILE. A password that "
                "stood there should be changed"
            )
        for server in value.split(","):
            host, _, port = server.strip().rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65_536:
                raise ValueError('must be "host:port", several with commas between, for example "127.0.0.1:9092"')
        return value

    @field_validator("sasl_password", "ssl_key_password")
    @classmethod
    def _one_line(cls, value: SecretStr | None) -> SecretStr | None:
        secret = value.get_secret_value() if value is not None else "-"
        if not secret or not secret.isprintable():
            raise ValueError("must be one line of printable characters, and not empty")
        return value

    @model_validator(mode="after")
    def _security_is_asked_for(self) -> Settings:
        """What would not be used is refused: whoever set it believes to be protected."""
        login = [name for name in ("sasl_username", "sasl_password") if getattr(self, name) is not None]
        files = [name for name in _TLS if getattr(self, name) is not None]
        for names, word, protocols in ((login, "SASL", "SASL_SSL"), (files, "SSL", "SASL_SSL or SSL")):
            if names and word not in self.security_protocol.split("_"):
                raise ValueError(
                    f"{PREFIX}{names[0].upper()} is set, and {PREFIX}SECURITY_PROTOCOL={self.security_protocol} does "
                    f"not use it: set that to {protocols}, or leave this out"
                )
        if (self.ssl_certificate_location is None) != (self.ssl_key_location is None):
            raise ValueError(f"{PREFIX}SSL_CERTIFICATE_LOCATION and {PREFIX}SSL_KEY_LOCATION go together: set both")
        return self

    @model_validator(mode="after")
    def _login_is_whole(self) -> Settings:
        if self.security_protocol.startswith("SASL") and (not self.sasl_username or not self.sasl_password):
            raise ValueError(
                f"{PREFIX}SASL_USERNAME and {PREFIX}SASL_PASSWORD (or {PREFIX}SASL_PASSWORD_FILE) are needed with "
                f"{PREFIX}SECURITY_PROTOCOL={self.security_protocol}"
            )
        return self


def load_settings(environ: Mapping[str, str] | None = None, **given: object) -> Settings:
    """Settings from the environment; `given` (command-line options, None: not given) goes before it.

    Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    _check_names(environ)
    values: dict[str, object] = {}
    for name in Settings.model_fields:
        if (text := environ.get(PREFIX + name.upper())) not in (None, ""):
            values[name] = text
    for secret in _SECRETS:
        if file := environ.get(f"{PREFIX}{secret}_FILE"):
            if secret.lower() in values:
                raise SettingsError(
                    f"{PREFIX}{secret}", f"is set, and {PREFIX}{secret}_FILE too: leave one of them out"
                )
            values[secret.lower()] = _secret_in(f"{PREFIX}{secret}_FILE", Path(file))
    values.update({name: value for name, value in given.items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        name = PREFIX + ".".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else PREFIX + "*"
        raise SettingsError(name, fault["msg"].removeprefix("Value error, ")) from error


def _check_names(environ: Mapping[str, str]) -> None:
    """A name with a slip in it sets nothing: whoever wrote it believes that it does. Raises SettingsError."""
    known = [*(name.upper() for name in Settings.model_fields), *(f"{secret}_FILE" for secret in _SECRETS)]
    for variable in sorted(environ):
        name = variable.removeprefix(PREFIX)
        if name == variable or name in known or environ[variable] == "":
            continue
        if meant := difflib.get_close_matches(name, known, 1, _MISSPELLED):
            raise SettingsError(variable, f"is no setting: is {PREFIX}{meant[0]} meant? Else leave it out")


def _secret_in(variable: str, file: Path) -> str:
    """The line in the file. What the variable holds is not shown: it may be the password itself, by mistake."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(_MOST_SECRET_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no path"
        raise SettingsError(
            variable, f"the file it names cannot be read ({why}): name one that holds one line"
        ) from None
    if len(raw) > _MOST_SECRET_BYTES:
        raise SettingsError(
            variable, f"the file it names has more than {_MOST_SECRET_BYTES:,} bytes: is it another one?"
        )
    try:
        secret = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SettingsError(variable, "the file it names is no text in UTF-8: it must hold one line") from None
    if not secret:
        raise SettingsError(variable, "the file it names is empty: write the password into it")
    if not secret.isprintable():
        raise SettingsError(variable, "the file it names holds more than one line of printable characters")
    return secret


def exposed_files(environ: Mapping[str, str] | None = None) -> list[str]:
    """A warning for each file with a secret that other users of this machine can read."""
    environ = os.environ if environ is None else environ
    warnings = []
    for variable in (*(f"{PREFIX}{secret}_FILE" for secret in _SECRETS), f"{PREFIX}SSL_KEY_LOCATION"):
        file = Path(environ.get(variable) or "/dev/null")
        if file == Path("/dev/null") or _CONTAINER_SECRETS in file.parents:
            continue
        try:
            mode = file.stat().st_mode & 0o777
        except (OSError, ValueError):
            continue
        if mode & 0o077:
            warnings.append(f"{variable}: other users can read the file it names (mode {mode:04o}): chmod 600")
    return warnings


__all__ = ["PREFIX", "Settings", "SettingsError", "exposed_files", "load_settings"]

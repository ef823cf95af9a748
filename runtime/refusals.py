"""Why a broker refuses a client, in words that name the setting, or the right, and the remedy.

librdkafka takes every refusal for something that may pass, and tries for ever.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from confluent_kafka import KafkaError, KafkaException

from .settings import PREFIX, Settings, SettingsError

#: the broker knows the client and says no; trying again changes nothing until somebody gives the right
_NOT_ALLOWED: Final = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "topic",
    KafkaError.GROUP_AUTHORIZATION_FAILED: "group",
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "cluster",
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "transactional id",
}
_LISTS_RIGHTS: Final = "`timelines topics acl` lists the rights that each component needs"
_ASK_S: Final = 10.0
#: a service whose login is refused for so long, by every broker, ends: a broker that starts may be behind for a moment
LOGIN_REFUSED_S: Final = 10.0
_HANDSHAKE_S: Final = 3.0
#: OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH, _CERT_HAS_EXPIRED
_OTHER_NAME: Final = (62, 64)
_EXPIRED: Final = 10


class BrokerRefuses(Exception):
    """A running service was told no, and would be told no again; says which setting or right, and the remedy."""


class _Metadata(Protocol):
    """Of AdminClient, Consumer and Producer, what is asked here."""

    def list_topics(self, topic: str = ..., timeout: float = ...) -> Any: ...


def is_not_allowed(error: KafkaError) -> bool:
    """Whether the login was taken, and a right is missing."""
    return error.code() in _NOT_ALLOWED


def refused_login(error: KafkaError, settings: Settings) -> SettingsError | None:
    """The setting to look at; None: this error is of another kind. May ask the broker for its certificate."""
    text = error.str()
    servers = settings.bootstrap_servers
    if error.code() == KafkaError._AUTHENTICATION:
        if "nsupported SASL mechanism" in text:
            offered = text.partition("supported mechanisms: ")[2].partition(" (after")[0]
            return SettingsError(
                f"{PREFIX}SASL_MECHANISM",
                f"is {settings.sasl_mechanism}, and the broker at {servers} takes {offered or 'others'} only",
            )
        return SettingsError(
            f"{PREFIX}SASL_PASSWORD",
            f"the broker at {servers} refuses the login of {PREFIX}SASL_USERNAME={settings.sasl_username} by "
            f"{settings.sasl_mechanism}: give the right password ({PREFIX}SASL_PASSWORD_FILE names a file with it), "
            "or make this user known to the broker (kafka-configs.sh --entity-type users)",
        )
    if error.code() == KafkaError._SSL:
        return _wrong_certificate(settings) or SettingsError(
            f"{PREFIX}SECURITY_PROTOCOL",
            f"is {settings.security_protocol}, and no TLS connection to {servers} comes about: name a port of the "
            "broker that speaks TLS, or the protocol that it speaks",
        )
    if settings.security_protocol == "SSL" and "alert" in text:
        given = settings.ssl_certificate_location
        verb = f"does not take the certificate in {given}" if given else "wants a certificate of its clients"
        return SettingsError(
            f"{PREFIX}SSL_CERTIFICATE_LOCATION",
            f"the broker at {servers} {verb}: name the PEM file of one that it trusts, and in "
            f"{PREFIX}SSL_KEY_LOCATION that of its key",
        )
    return None


def hung_up(settings: Settings) -> SettingsError | None:
    """For a broker that took the connection and said nothing: whether it speaks TLS, and we do not, or no login."""
    if settings.security_protocol.startswith("SASL_SSL"):
        return None
    servers = settings.bootstrap_servers
    seen = _handshake(settings, check=False)
    if seen is not None:
        return None
    if settings.security_protocol == "SSL":
        return SettingsError(
            f"{PREFIX}SECURITY_PROTOCOL",
            f"is SSL, and the broker at {servers} speaks TLS and hangs up, as one does that wants a login: set it to "
            "SASL_SSL",
        )
    return SettingsError(
        f"{PREFIX}SECURITY_PROTOCOL",
        f"is {settings.security_protocol}, and the broker at {servers} speaks TLS: set it to SASL_SSL, or to SSL where "
        "it wants no login",
    )


def _wrong_certificate(settings: Settings) -> SettingsError | None:
    """Looks at the certificate itself: librdkafka says of every fault that the authority may be wrong."""
    seen = _handshake(settings, check=True)
    if not isinstance(seen, ssl.SSLCertVerificationError):
        return None
    servers = settings.bootstrap_servers
    why = seen.verify_message.rstrip(".")
    if seen.verify_code in _OTHER_NAME:
        return SettingsError(
            f"{PREFIX}BOOTSTRAP_SERVERS",
            f"is {servers}, and the broker's certificate is made out to another name ({why}): give the name that "
            "stands in the certificate, or have one made for this name",
        )
    if seen.verify_code == _EXPIRED:
        return SettingsError(
            f"{PREFIX}BOOTSTRAP_SERVERS", f"the certificate of the broker at {servers} has expired: it needs a new one"
        )
    trusted = settings.ssl_ca_location
    whom = f"is {trusted}, which does not hold" if trusted else "is not set, and this machine does not trust"
    return SettingsError(
        f"{PREFIX}SSL_CA_LOCATION",
        f"{whom} the authority that signed the certificate of the broker at {servers} ({why}): name the PEM file of "
        "that authority",
    )


def _handshake(settings: Settings, *, check: bool) -> OSError | None:
    """TLS with the first broker that can be reached, and nothing said in it. None: it came about."""
    seen: OSError | None = OSError("no broker was asked")
    for server in (settings.bootstrap_servers or "").split(","):
        host, _, port = server.strip().rpartition(":")
        host = host.strip("[]")
        context = ssl.create_default_context(cafile=settings.ssl_ca_location if check else None)
        if not check:  # what it says is thrown away, and nothing is said to it
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            with (
                socket.create_connection((host, int(port)), _HANDSHAKE_S) as plain,
                context.wrap_socket(plain, server_hostname=host),
            ):
                return None
        except ssl.SSLError as error:
            return error
        except OSError as error:
            seen = error
    return seen


def bad_files(error: KafkaError) -> SettingsError | None:
    """For a client that could not be made: the file of a certificate or key that is not what it should be."""
    text = error.str()
    for option in ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location"):
        if option in text:
            variable = PREFIX + option.replace(".", "_").upper()
            hint = f", or {PREFIX}SSL_KEY_PASSWORD does not open it" if option == "ssl.key.location" else ""
            return SettingsError(variable, f"is not the PEM file that it should be{hint}")
    return None


def told(error: KafkaError, *, topic: str | None = None, name: str | None = None) -> str:
    """What the broker says, and for a missing right what it is about and what to do.

    topic, name: what was asked for, where the error does not say it
    """
    text = error.str()
    if not is_not_allowed(error):
        return text
    kind = _NOT_ALLOWED[error.code()]
    about = topic if kind == "topic" else name
    where = f" for {kind} {about}" if about and about not in text else ""
    return f"{text}{where}{hint(error)}"


def hint(error: KafkaError) -> str:
    """What to add to an error that is told already: where the rights are listed, if one is or may be missing."""
    if error.code() == KafkaError.INVALID_TXN_STATE:  # what is left of a refused topic when a transaction ends at once
        return f"; {_LISTS_RIGHTS}"
    return f": this user lacks a right there; {_LISTS_RIGHTS}" if is_not_allowed(error) else ""


def why_missing(client: _Metadata, names: Iterable[str]) -> dict[str, str]:
    """For topics that a list of all did not show: whether they are not there, or this user may not see them."""
    found: dict[str, str] = {}
    for name in names:
        try:
            topics: Mapping[str, object] = client.list_topics(topic=name, timeout=_ASK_S).topics
        except KafkaException as error:
            found[name] = error.args[0].str()
            continue
        error_of = getattr(topics.get(name), "error", None)
        if error_of is not None and is_not_allowed(error_of):
            found[name] = f"this user may not see it (no right to Describe, Read or Write); {_LISTS_RIGHTS}"
        else:
            found[name] = "it is not there: run `timelines topics create`"
    return found


__all__ = [
    "LOGIN_REFUSED_S",
    "BrokerRefuses",
    "bad_files",
    "hint",
    "hung_up",
    "is_not_allowed",
    "refused_login",
    "told",
    "why_missing",
]

"""Certificates that a run of the tests makes for itself, in memory and in a folder of its own."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


class Authority:
    """An authority that signs certificates of servers and of users. folder: where its files go."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._certificate = (
            self._unsigned(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, SHA256())
        )
        self.certificate = self._write("authority.pem", self._certificate.public_bytes(Encoding.PEM))

    def for_server(self, file: str, *, address: str = "127.0.0.1") -> Path:
        """Key and certificate in one file, as Kafka's PEM store takes them."""
        key, certificate = self._issue(file, x509.IPAddress(ipaddress.ip_address(address)))
        return self._write(file, _pem(key, None) + certificate + self._certificate.public_bytes(Encoding.PEM))

    def for_user(self, name: str, *, password: str | None = None) -> tuple[Path, Path]:
        """Files of the certificate and of its key; the key encrypted where a password is given."""
        key, certificate = self._issue(name, x509.RFC822Name(f"{name}@example.org"))
        return self._write(f"{name}.pem", certificate), self._write(f"{name}.key", _pem(key, password))

    def _issue(self, name: str, alternative: x509.GeneralName) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._unsigned(_named(name), key.public_key())
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .sign(self._key, SHA256())
        )
        return key, certificate.public_bytes(Encoding.PEM)

    def _unsigned(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
        )

    def _write(self, name: str, content: bytes) -> Path:
        file = self._folder / name
        file.touch(mode=0o600)
        file.write_bytes(content)
        return file


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(key: ec.EllipticCurvePrivateKey, password: str | None) -> bytes:
    # PKCS 8, the only form that Kafka reads
    hidden = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)

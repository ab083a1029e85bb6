"""TLS for the wire: with the certificate that was given, or one that Loge makes for itself."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

CERTIFICATE, KEY = "wire.crt", "wire.key"
"""The files of a certificate that Loge made."""
PROTOCOL = "postgresql"
"""What is spoken inside TLS, as the two sides agree on it; without being asked for it has to."""
_VALID_DAYS = 3650
_RENEW_DAYS = 30


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what TLS is made with.

    Raises:
        OSError: a file cannot be read, or the two do not belong together (`ssl.SSLError`).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols([PROTOCOL])
    return context


def own_context(
    folder: Path, names: tuple[str, ...] = ("localhost", "127.0.0.1")
) -> ssl.SSLContext:
    """Return what TLS is made with where no certificate was given: one for these names, kept.

    Clients that do not verify accept it; those that do are given the file.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if not (key.exists() and _is_valid(certificate)):
        folder.mkdir(parents=True, exist_ok=True)
        _write(certificate, key, names)
    return context_of(certificate, key)


def _is_valid(certificate: Path) -> bool:
    """Tell whether a certificate is there and good for some time."""
    if not certificate.exists():
        return False
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    return found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_RENEW_DAYS)


def _write(certificate: Path, key: Path, names: tuple[str, ...]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(list(map(_general, names))), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    written = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _put(key, written, 0o600)
    _put(certificate, signed.public_bytes(serialization.Encoding.PEM), 0o644)


def _put(file: Path, content: bytes, mode: int) -> None:
    """Write a file whole, never readable by more people than it should be."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
    new.replace(file)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)

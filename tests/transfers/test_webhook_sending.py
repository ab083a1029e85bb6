"""Where a webhook may go: addresses by any name, and certificates."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.domain.webhooks import AttemptError
from app.transfers.webhooks.sending import Sender, retry_after, trusted_certificates
from tests.transfers.webhook_receiver import Receiver, ReceiverThread, free_port

TRUSTED = trusted_certificates()
PRIVATE = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0.0.0.0",  # noqa: S104 - asked for, not listened on
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "localhost",
    "LOCALHOST.",
)


def send(url: str, *, allows_private: bool = False, tls: ssl.SSLContext = TRUSTED) -> Any:
    """Send a message, and return what came of it."""
    return Sender(allows_private, tls, 5).send(url, "{}", {"content-type": "application/json"})


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_however_it_is_written(host: str, partner: Receiver) -> None:
    answer = send(f"http://{host}:{partner.port}/ok")
    assert answer.error in {AttemptError.ADDRESS_REFUSED, AttemptError.NAME_UNKNOWN}
    assert answer.status_code is None
    assert partner.received == []


def test_localhost_is_reached_where_the_setting_allows_it(partner: Receiver) -> None:
    answer = send(f"http://localhost:{partner.port}/ok", allows_private=True)
    assert (answer.status_code, answer.error) == (204, None)
    assert partner.take()[0].headers["host"] == f"localhost:{partner.port}"


def test_a_name_is_looked_up_once_and_refused_if_any_address_is_private(
    partner: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def pretend(addresses: tuple[str, ...]) -> None:
        real = asyncio.base_events.BaseEventLoop.getaddrinfo

        async def look_up(loop: Any, host: Any, port: Any, **options: Any) -> Any:
            if host != "partner.example":
                return await real(loop, host, port, **options)
            asked.append(host)
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, (one, port)) for one in addresses]

        monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", look_up)

    url = f"http://partner.example:{partner.port}/ok"
    with monkeypatch.context():
        pretend(("93.184.215.14", "127.0.0.1"))
        assert send(url).error is AttemptError.ADDRESS_REFUSED
    monkeypatch.undo()
    with monkeypatch.context():
        pretend(("127.0.0.1",))
        assert send(url).error is AttemptError.ADDRESS_REFUSED
        assert partner.received == []
        assert send(url, allows_private=True).status_code == 204
    assert asked == ["partner.example"] * 3
    assert partner.take()[0].headers["host"] == f"partner.example:{partner.port}"


def test_a_name_that_stands_for_nothing_is_unknown() -> None:
    assert send("https://nowhere.invalid/").error is AttemptError.NAME_UNKNOWN
    assert send("https://" + "a" * 64 + ".example/").error is AttemptError.NAME_UNKNOWN


def test_nobody_listening_is_no_connection() -> None:
    answer = send(f"http://127.0.0.1:{free_port()}/", allows_private=True)
    assert answer.error is AttemptError.CONNECTION_FAILED


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, which signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.2"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def secure(certificate: Path) -> Iterator[Receiver]:
    """A partner's server that speaks TLS."""
    thread = ReceiverThread(ssl_certfile=str(certificate))
    yield thread.receiver
    thread.close()


def test_a_certificate_must_be_believed_and_be_of_the_name(
    secure: Receiver, certificate: Path
) -> None:
    believing = ssl.create_default_context(cafile=str(certificate))
    url = f"https://localhost:{secure.port}/ok"
    assert send(url, allows_private=True).error is AttemptError.TLS_FAILED
    other = f"https://127.0.0.1:{secure.port}/ok"
    answer = send(other, allows_private=True, tls=believing)
    assert answer.error is AttemptError.TLS_FAILED
    assert secure.received == []
    assert send(url, allows_private=True, tls=believing).status_code == 204
    assert len(secure.take()) == 1


def test_retry_after_is_seconds_or_a_date_and_anything_else_nothing() -> None:
    assert retry_after(None) is None
    assert retry_after("soon") is None
    assert retry_after("-5") is None
    assert retry_after("120") == dt.timedelta(seconds=120)
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert retry_after(format_datetime(past, usegmt=True)) == dt.timedelta(0)
    ahead = retry_after("Wed, 01 Jan 2200 00:00:00")
    assert ahead is not None
    assert ahead > dt.timedelta(days=365)

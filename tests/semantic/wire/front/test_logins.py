"""Who is let in, and who is not: TLS, SCRAM, passwords in clear text, caps and patience."""

import base64
import socket
import ssl
import struct
from pathlib import Path
from typing import Any

import psycopg
import pytest

from semantic.wire import login, messages
from semantic.wire.limits import Limits
from semantic.wire.messages import packed
from semantic.wire.tls import CERTIFICATE, context_of, own_context
from tests.semantic.wire.front.conftest import Opening
from tests.semantic.wire.front.door import (
    DATABASE,
    PASSWORD,
    Door,
    Raw,
    initial,
    prove,
)
from tests.semantic.wire.front.speaking import values

TLS_REQUEST = struct.pack("!ii", 8, messages.TLS_CODE)
GSS_REQUEST = struct.pack("!ii", 8, messages.GSS_CODE)


def refused(door: Door, user: str = "ann", **more: Any) -> psycopg.OperationalError:
    with pytest.raises(psycopg.OperationalError) as failure:
        door.connect(user, **more)
    return failure.value


def test_a_session_may_do_without_tls_on_the_same_machine(door: Door) -> None:
    with door.connect(sslmode="disable") as connection:
        assert not connection.pgconn.ssl_in_use
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_session_is_somebody_in_a_database_with_settings(door: Door) -> None:
    with door.connect(application_name="ours", options="-c statement_timeout=7s") as connection:
        said = connection.execute(
            "SELECT current_user, current_database(), current_setting('application_name'), "
            "current_setting('statement_timeout'), current_setting('TimeZone')"
        ).fetchone()
    assert said == ("ann", DATABASE, "ours", "7s", "Europe/Brussels")


def test_the_time_zone_of_a_drivers_machine_is_not_the_sessions(door: Door) -> None:
    raw = door.wire(TimeZone="Asia/Tokyo", client_encoding="UTF8")
    assert values(raw, "SHOW TimeZone") == [b"Europe/Brussels"]


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"user": "nobody"}, {"dbname": "Other club"}]
)
def test_nobody_learns_what_was_wrong(door: Door, wrong: dict[str, str]) -> None:
    given = {"user": "ann", **wrong}
    message = str(refused(door, **given))
    assert f'password authentication failed for user "{given["user"]}"' in message
    assert PASSWORD not in message


def test_an_unknown_name_has_the_same_salt_at_every_attempt(door: Door) -> None:
    def salt(user: str) -> str:
        raw = door.stranger()
        raw.begin(user)
        raw.until(b"R")
        raw.send(initial("n,,n=,r=abc"))
        return raw.until(b"R")[-1].body.decode().split(",")[1]

    assert salt("nobody") == salt("nobody") != salt("somebody")
    assert salt("ann") == salt("ann")


def test_a_token_of_somebody_else_is_sent_in_clear_text_under_tls(door: Door) -> None:
    with door.connect("token") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("token",)
    assert "password authentication failed" in str(refused(door, "token", password="wrong"))
    assert "needs TLS" in str(refused(door, "token", sslmode="disable"))


def test_a_password_that_is_no_text_is_wrong(door: Door, tls: ssl.SSLContext) -> None:
    plain = socket.create_connection(("127.0.0.1", door.port))
    plain.sendall(TLS_REQUEST)
    assert plain.recv(1) == b"S"
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    raw = Raw.__new__(Raw)
    raw.speak_over(context.wrap_socket(plain))
    door.raws.append(raw)
    raw.begin("token")
    raw.until(b"R")
    raw.send(packed(b"p", b"\xff\0"))
    assert raw.error()["C"] == "28P01"


def test_a_token_that_does_not_open_data_is_turned_away(door: Door) -> None:
    assert "scope `data`" in str(refused(door, "eve"))


@pytest.mark.parametrize(
    ("message", "state"),
    [
        (packed(b"Q", b"SELECT 1\0"), "08P01"),
        (initial("n,,n=,r=abc", "SCRAM-SHA-256-PLUS"), "08P01"),
        (packed(b"p", b"SCRAM-SHA-256\0\xff\xff\xff\xff"), "08P01"),
        (packed(b"p", b"SCRAM-SHA-256"), "08P01"),
        (packed(b"p", b"SCRAM-SHA-256\0\0\0\0\1\xff"), "08P01"),
        (initial("p=tls-unique,,n=,r=abc"), "08P01"),
        (initial("n,,n="), "08P01"),
        (initial("n,,m=more,r=abc"), "08P01"),
        (initial("n,,n=,r=abc") + packed(b"p", b"c=biws,r=abc"), "08P01"),
        (initial("n,,n=,r=abc") + packed(b"p", b"c=biws,r=abc,p=!"), "08P01"),
        (
            initial("n,,n=,r=abc") + packed(b"p", b"c=biws,r=abc,p=" + base64.b64encode(bytes(32))),
            "08P01",
        ),
        (b"p\0\x0f\0\0", "08P01"),
    ],
)
def test_a_proof_that_breaks_the_exchange_ends_it(door: Door, message: bytes, state: str) -> None:
    raw = door.stranger()
    raw.begin()
    raw.until(b"R")
    raw.send(message)
    assert raw.error()["C"] == state
    assert raw.is_ended()


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (struct.pack("!ii", 4, 0), "08P01"),
        (struct.pack("!ii", 20_000, 196_608), "08P01"),
        (struct.pack("!ii", 8, 131_072), "0A000"),
        (struct.pack("!ii", 9, 196_608) + b"\0", "28000"),
        (struct.pack("!ii", 12, 196_608) + b"\xff\0\0\0", "08P01"),
        (messages.startup({"user": "ann", "replication": "database"}), "0A000"),
        (GSS_REQUEST * 2, "08P01"),
        (b"GET / HTTP/1.1\r\n\r\n", "08P01"),
    ],
)
def test_what_is_no_beginning_is_refused(door: Door, given: bytes, state: str) -> None:
    raw = door.stranger()
    raw.send(given)
    if given.startswith(GSS_REQUEST):
        assert raw.take(1) == b"N"
    assert raw.error()["C"] == state
    assert raw.is_ended()


def test_newer_protocols_and_unknown_options_are_negotiated(door: Door) -> None:
    raw = door.stranger()
    written = b"user\0ann\0database\0" + DATABASE.encode() + b"\0_pq_.more\0on\0\0"
    raw.send(struct.pack("!ii", len(written) + 8, 196_610) + written)
    assert raw.until(b"v")[-1].body == struct.pack("!ii", 0, 1) + b"_pq_.more\0"
    prove(raw, PASSWORD)
    assert raw.kinds().endswith("Z")


def test_the_database_is_named_like_the_user_unless_said(door: Door) -> None:
    raw = door.stranger()
    raw.send(messages.startup({"user": "ann", "replication": "false"}))
    prove(raw, PASSWORD)
    assert raw.error()["C"] == "28P01"


def test_nothing_slips_in_before_tls(door: Door) -> None:
    raw = door.stranger()
    raw.send(TLS_REQUEST + messages.startup({"user": "ann"}))
    assert raw.error()["C"] == "08P01"
    raw = door.stranger()
    raw.send(TLS_REQUEST)
    assert raw.take(1) == b"S"
    raw.send(b"this is no TLS at all, not at all")
    raw.rest()


def test_a_setting_that_the_shell_refuses_ends_the_login(door: Door) -> None:
    assert "unrecognized configuration" in str(refused(door, options="-c nothing=1"))


def test_credentials_that_fail_say_nothing_of_why(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    message = str(refused(door, "fault"))
    assert "fault of the server" in message
    assert "broken" not in message
    assert "the credentials are broken" in caplog.text


def test_there_are_only_so_many_strangers_and_they_have_to_be_quick(opening: Opening) -> None:
    with opening(None, Limits(strangers=2, login_seconds=0.3)) as door:
        first, _, third = (door.stranger() for _ in range(3))
        assert third.is_ended()
        assert first.error()["M"] == "canceling authentication due to timeout"
        assert first.is_ended()


def test_tls_begins_at_once_where_a_client_wants_it_so(door: Door) -> None:
    with door.connect(sslnegotiation="direct") as connection:
        assert connection.pgconn.ssl_in_use
        assert connection.execute("SELECT count(*) FROM sales WHERE id = 1").fetchone() == (1,)


def test_tls_that_begins_at_once_has_to_name_the_protocol(door: Door) -> None:
    raw = door.stranger()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    raw.speak_over(context.wrap_socket(raw.socket))
    assert raw.error()["C"] == "08P01"
    odd = door.stranger()
    odd.send(b"\x16\x03\x01\x00\x05hello")
    odd.rest()
    odd.close()
    door.raws.remove(odd)


def test_without_tls_a_client_is_told_so(opening: Opening) -> None:
    with opening(None, Limits()) as door:
        raw = door.stranger()
        raw.send(TLS_REQUEST)
        assert raw.take(1) == b"N"
        raw.log_in()
        assert values(raw, "SELECT 1") == [b"1"]


def test_from_elsewhere_only_under_tls(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "_is_local", lambda _channel: False)
    raw = door.stranger()
    raw.begin()
    found = raw.error()
    assert (found["C"], found["H"]) == ("28000", "Connect with sslmode=require.")
    with door.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_certificate_is_made_once_and_renewed_in_time(tmp_path: Path) -> None:
    own_context(tmp_path, ("loge.example", "127.0.0.1"))
    made = (tmp_path / CERTIFICATE).read_bytes()
    own_context(tmp_path)
    assert (tmp_path / CERTIFICATE).read_bytes() == made
    assert {one.stat().st_mode & 0o777 for one in tmp_path.glob("*.key")} == {0o600}
    (tmp_path / CERTIFICATE).unlink()
    own_context(tmp_path)
    assert (tmp_path / CERTIFICATE).read_bytes() != made
    with pytest.raises(OSError, match=r"."):
        context_of(tmp_path / "nothing", tmp_path / "nothing")

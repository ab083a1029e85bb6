"""Settings from the environment."""

from pathlib import Path

import pytest

from app.config import (
    SettingError,
    read_door_settings,
    read_mail_settings,
    read_semantic_settings,
    read_settings,
    read_webhook_settings,
    read_wire_settings,
)
from app.transfers.mail.server import MailServer


def test_nothing_set_gives_the_documented_defaults() -> None:
    settings = read_settings({})
    assert settings.http_host == "127.0.0.1"
    assert settings.http_port == 8000
    assert settings.api_processes == 1
    assert settings.database_url is None
    assert settings.kept_answers_mb == 64
    assert not settings.allows_private_issuers
    assert settings.data_directory == Path(__file__).parents[1] / ".loge"


def test_an_empty_value_is_no_value() -> None:
    names = ("HTTP_HOST", "HTTP_PORT", "API_PROCESSES", "DATA_DIR", "DATABASE_URL")
    assert read_settings({f"LOGE_{name}": "" for name in names}) == read_settings({})


def test_what_is_set_counts(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "LOGE_HTTP_HOST": "192.0.2.7",
            "LOGE_HTTP_PORT": "0",
            "LOGE_API_PROCESSES": "4",
            "LOGE_PRIVATE_ISSUERS": "on",
            "LOGE_DATA_DIR": str(tmp_path / "a" / ".." / "b"),
            "LOGE_DATABASE_URL": "postgres://u:p@h/n",
        }
    )
    assert settings.http_host == "192.0.2.7"
    assert settings.http_port == 0
    assert settings.api_processes == 4
    assert settings.allows_private_issuers
    assert settings.data_directory == tmp_path / "b"
    assert settings.database_url == "postgresql://u:p@h/n"


def test_the_semantic_layer_is_on_this_machine_by_default() -> None:
    found = read_semantic_settings({})
    assert (found.port, found.address, found.memory_mb) == (4000, "http://127.0.0.1:4000", 1024)
    assert (found.is_served, found.models_folder, found.secret) == (True, None, None)


def test_what_is_set_about_the_semantic_layer_counts(tmp_path: Path) -> None:
    found = read_semantic_settings(
        {
            "LOGE_SEMANTIC": "off",
            "LOGE_SEMANTIC_PORT": "4100",
            "LOGE_SEMANTIC_URL": "https://numbers.example/",
            "LOGE_SEMANTIC_MODELS": str(tmp_path / "a" / ".." / "models"),
            "LOGE_SEMANTIC_SECRET": "s" * 32,
            "LOGE_SEMANTIC_MEMORY_MB": "256",
        }
    )
    assert (found.port, found.address, found.memory_mb) == (4100, "https://numbers.example", 256)
    assert not found.is_served
    assert (found.models_folder, found.secret) == (tmp_path / "models", "s" * 32)


def test_a_secret_that_signs_is_long() -> None:
    with pytest.raises(SettingError, match="LOGE_SEMANTIC_SECRET must be at least 32 ASCII"):
        read_semantic_settings({"LOGE_SEMANTIC_SECRET": "s" * 31})


def test_the_door_is_closed_to_other_pages_and_open_to_all_documents_by_default() -> None:
    found = read_door_settings({})
    assert (found.allowed_origins, found.trusted_documents) == ((), None)
    assert found.trusted_only == "nobody"
    assert (found.points_per_second, found.bucket_points) == (1_000, 10_000)


def test_what_is_set_about_the_door_counts(tmp_path: Path) -> None:
    found = read_door_settings(
        {
            "LOGE_ALLOWED_ORIGINS": "https://portal.example, http://[::1]:3000",
            "LOGE_TRUSTED_DOCUMENTS": str(tmp_path),
            "LOGE_TRUSTED_ONLY": "Portals",
            "LOGE_POINTS_PER_SECOND": "50",
            "LOGE_BUCKET_POINTS": "5000",
        }
    )
    assert found.allowed_origins == ("https://portal.example", "http://[::1]:3000")
    assert (found.trusted_documents, found.trusted_only) == (tmp_path, "portals")
    assert (found.points_per_second, found.bucket_points) == (50, 5_000)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOGE_ALLOWED_ORIGINS", "*"),
        ("LOGE_ALLOWED_ORIGINS", "https://portal.example/path"),
        ("LOGE_ALLOWED_ORIGINS", "portal.example"),
        ("LOGE_TRUSTED_ONLY", "everyone"),
        ("LOGE_TRUSTED_ONLY", "some"),
        ("LOGE_POINTS_PER_SECOND", "0"),
        ("LOGE_BUCKET_POINTS", "many"),
    ],
)
def test_a_value_about_the_door_that_makes_no_sense_is_refused(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=name):
        read_door_settings({name: text})


def test_webhooks_go_to_the_public_internet_and_name_the_address_that_is_listened_on() -> None:
    found = read_webhook_settings({})
    assert (found.secret_keys, found.allows_private) == ((), False)
    assert found.public_url == "http://127.0.0.1:8000"
    everywhere = {"LOGE_HTTP_HOST": "0.0.0.0", "LOGE_HTTP_PORT": "9000"}  # noqa: S104 - read, not listened on
    assert read_webhook_settings(everywhere).public_url == "http://127.0.0.1:9000"
    assert read_webhook_settings({"LOGE_HTTP_HOST": "::1"}).public_url == "http://[::1]:8000"


def test_what_is_set_about_webhooks_counts() -> None:
    new, old = "n" * 43 + "=", "o" * 43 + "="
    found = read_webhook_settings(
        {
            "LOGE_SECRET_KEY": f"{new}, {old}",
            "LOGE_WEBHOOK_PRIVATE_ADDRESSES": "allow",
            "LOGE_PUBLIC_URL": "https://loge.example/",
        }
    )
    assert (found.secret_keys, found.allows_private) == ((new, old), True)
    assert found.public_url == "https://loge.example"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOGE_SECRET_KEY", "short-and-guessable"),
        ("LOGE_SECRET_KEY", "n" * 43 + "=," + "n" * 44),
        ("LOGE_WEBHOOK_PRIVATE_ADDRESSES", "yes"),
        ("LOGE_PUBLIC_URL", "loge.example"),
    ],
)
def test_a_value_about_webhooks_that_makes_no_sense_is_refused(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=name) as refused:
        read_webhook_settings({name: text})
    assert "guessable" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOGE_HTTP_PORT", "65536"),
        ("LOGE_HTTP_PORT", "-1"),
        ("LOGE_HTTP_PORT", "8000.0"),
        ("LOGE_HTTP_PORT", "²"),
        ("LOGE_PRIVATE_ISSUERS", "yes"),
        ("LOGE_API_PROCESSES", "0"),
        ("LOGE_API_PROCESSES", "65"),
        ("LOGE_DATABASE_URL", "mysql://u:p@h/n"),
        ("LOGE_DATABASE_URL", "h/n"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=name):
        read_settings({name: text})


def test_bi_tools_connect_on_this_machine_by_default() -> None:
    found = read_wire_settings({})
    assert (found.host, found.port) == ("127.0.0.1", 15432)
    assert (found.certificate, found.key) == (None, None)
    assert (found.session_limit, found.statement_seconds, found.idle_seconds) == (100, 600, 3600)


def test_what_is_set_about_bi_tools_counts(tmp_path: Path) -> None:
    certificate, key = tmp_path / "a.crt", tmp_path / "a.key"
    certificate.touch()
    key.touch()
    found = read_wire_settings(
        {
            "LOGE_HTTP_HOST": "::1",
            "LOGE_WIRE_PORT": "0",
            "LOGE_WIRE_TLS_CERT": str(certificate),
            "LOGE_WIRE_TLS_KEY": str(tmp_path / "b" / ".." / "a.key"),
            "LOGE_WIRE_SESSIONS": "3",
        }
    )
    assert (found.host, found.port, found.session_limit) == ("::1", 0, 3)
    assert (found.certificate, found.key) == (certificate.resolve(), key.resolve())
    assert read_wire_settings({"LOGE_WIRE_HOST": "0.0.0.0"}).host == "0.0.0.0"  # noqa: S104 - read, not listened on


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"LOGE_WIRE_TLS_CERT": __file__}, "belong together"),
        ({"LOGE_WIRE_TLS_KEY": "/nowhere/a.key"}, "must be the path of a file"),
        ({"LOGE_WIRE_SESSIONS": "0"}, "from 1 to 1000"),
    ],
)
def test_what_cannot_be_set_about_bi_tools_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        read_wire_settings(given)


def test_e_mail_is_sent_where_a_server_is_named() -> None:
    assert read_mail_settings({}) is None
    named = {"LOGE_SMTP_HOST": "mail.example", "LOGE_SMTP_FROM": "Club <reports@club.example>"}
    found = read_mail_settings(named)
    assert found == MailServer(
        "mail.example", 587, "starttls", None, None, "Club <reports@club.example>"
    )
    assert found.address == "reports@club.example"
    tls = read_mail_settings({**named, "LOGE_SMTP_TLS": "on", "LOGE_SMTP_FROM": "a@club.example"})
    assert tls is not None
    assert (tls.port, tls.address) == (465, "a@club.example")


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"LOGE_SMTP_FROM": "nobody"}, "LOGE_SMTP_FROM"),
        ({"LOGE_SMTP_USER": "loge"}, "LOGE_SMTP_PASSWORD"),
        ({"LOGE_SMTP_TLS": "maybe"}, "LOGE_SMTP_TLS"),
        (
            {"LOGE_SMTP_USER": "a", "LOGE_SMTP_PASSWORD": "b", "LOGE_SMTP_TLS": "off"},
            "LOGE_SMTP_TLS",
        ),
    ],
)
def test_what_cannot_be_used_for_e_mail_is_named(given: dict[str, str], setting: str) -> None:
    named = {"LOGE_SMTP_HOST": "mail.example", "LOGE_SMTP_FROM": "a@club.example"}
    with pytest.raises(SettingError, match=setting):
        read_mail_settings({**named, **given})

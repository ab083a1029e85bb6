"""Settings from the environment."""

from pathlib import Path

import pytest

from app.config import SettingError, read_settings


def test_nothing_set_gives_the_documented_defaults() -> None:
    settings = read_settings({})
    assert settings.http_host == "127.0.0.1"
    assert settings.http_port == 8000
    assert settings.api_processes == 1
    assert settings.database_url is None
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
            "LOGE_DATA_DIR": str(tmp_path / "a" / ".." / "b"),
            "LOGE_DATABASE_URL": "postgres://u:p@h/n",
        }
    )
    assert settings.http_host == "192.0.2.7"
    assert settings.http_port == 0
    assert settings.api_processes == 4
    assert settings.data_directory == tmp_path / "b"
    assert settings.database_url == "postgresql://u:p@h/n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOGE_HTTP_PORT", "65536"),
        ("LOGE_HTTP_PORT", "-1"),
        ("LOGE_HTTP_PORT", "8000.0"),
        ("LOGE_HTTP_PORT", "²"),
        ("LOGE_API_PROCESSES", "0"),
        ("LOGE_API_PROCESSES", "65"),
        ("LOGE_DATABASE_URL", "mysql://u:p@h/n"),
        ("LOGE_DATABASE_URL", "h/n"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=name):
        read_settings({name: text})

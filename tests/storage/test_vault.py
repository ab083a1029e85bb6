"""The vault: what it sealed can be opened with its keys only, and its key file is made once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.storage.vault import KEY_FILE, SealBrokenError, Vault, new_key

SECRET = "whsec_" + "a" * 43 + "="


def test_what_was_sealed_is_opened_with_the_same_key_only() -> None:
    vault = Vault.of([new_key()])
    sealed = vault.seal(SECRET)
    assert SECRET.encode() not in sealed
    assert vault.open(sealed) == SECRET
    with pytest.raises(SealBrokenError):
        Vault.of([new_key()]).open(sealed)
    with pytest.raises(SealBrokenError):
        vault.open(sealed[:-1] + b"A")


def test_an_old_key_still_opens_and_the_newest_one_seals() -> None:
    old, new = new_key(), new_key()
    both = Vault.of([new, old])
    assert both.open(Vault.of([old]).seal(SECRET)) == SECRET
    assert Vault.of([new]).open(both.seal(SECRET)) == SECRET


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(Vault.at, [place] * 16))
    sealed = vaults[0].seal(SECRET)
    assert {one.open(sealed) for one in vaults} == {SECRET}
    assert [one.name for one in place.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((place / KEY_FILE).stat().st_mode) == 0o600
    assert Vault.at(place).open(sealed) == SECRET


def test_a_key_file_that_holds_something_else_is_no_key(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("nonsense")
    with pytest.raises(ValueError, match="Fernet"):
        Vault.at(tmp_path)

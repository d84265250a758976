"""The secret, what is derived from it, and the files."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from gongdan.errors import SettingsError
from gongdan.storage.vault import Vault, read_or_make_secret

VAULT, OTHER = Vault(b"a" * 32), Vault(b"b" * 32)


@given(plain=st.text(max_size=30))
def test_what_was_encrypted_is_read_again_and_looks_different_each_time(plain: str) -> None:
    first, second = VAULT.encrypt(plain), VAULT.encrypt(plain)
    assert VAULT.decrypt(first) == VAULT.decrypt(second) == plain
    assert first != second


@given(plain=st.text(min_size=1, max_size=20), place=st.integers(0, 200))
def test_a_changed_text_or_another_key_reads_nothing(plain: str, place: int) -> None:
    cipher = VAULT.encrypt(plain)
    place %= len(cipher.rstrip("="))
    changed = cipher[:place] + ("A" if cipher[place] != "A" else "B") + cipher[place + 1 :]
    with pytest.raises(InvalidTag):
        OTHER.decrypt(cipher)
    if place < len(cipher.rstrip("=")) - 1:
        with pytest.raises(InvalidTag):
            VAULT.decrypt(changed)


def test_digests_are_equal_for_equal_numbers_and_say_nothing_without_the_key() -> None:
    number = "11010519491231002X"
    assert VAULT.digest(number) == VAULT.digest(number)
    assert len({VAULT.digest(number), VAULT.digest(number[:-1] + "1"), OTHER.digest(number)}) == 3


def test_every_purpose_has_a_key_of_its_own() -> None:
    assert VAULT.journal_key != VAULT.web_key
    assert len(VAULT.journal_key) == len(VAULT.web_key) == 32


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret.key"
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: read_or_make_secret(path), range(16)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 32
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "00" * 31, "00" * 33, "密钥", "xy" * 32])
def test_a_damaged_secret_is_refused_and_stays_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError):
        read_or_make_secret(path)
    assert path.read_text(encoding="utf-8") == content

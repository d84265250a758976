"""The chain of seals, as pure functions; what tampering with stored rows shows is tested in storage."""

from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.journal import GENESIS, seal

KEY = b"key of the installation"
ENTRIES = st.lists(st.text(max_size=20), min_size=1, max_size=6)


def _chain(entries: list[str]) -> list[str]:
    hashes = [GENESIS]
    for entry in entries:
        hashes.append(seal(KEY, hashes[-1], entry))
    return hashes[1:]


@given(entries=ENTRIES, place=st.integers(min_value=0), added=st.text(min_size=1, max_size=5))
def test_a_changed_entry_changes_its_seal_and_every_later_one(entries: list[str], place: int, added: str) -> None:
    place %= len(entries)
    changed = [entry + added if position == place else entry for position, entry in enumerate(entries)]
    before, after = _chain(entries), _chain(changed)
    assert before[:place] == after[:place]
    assert not set(before[place:]) & set(after[place:])


@given(entry=st.text(max_size=20), other=st.binary(min_size=1, max_size=20))
def test_nobody_can_seal_without_the_key(entry: str, other: bytes) -> None:
    # HMAC pads short keys with zero bytes, so keys that differ only in those are one key.
    if other.rstrip(b"\0") != KEY:
        assert seal(other, GENESIS, entry) != seal(KEY, GENESIS, entry)


def test_a_seal_is_the_hmac_of_the_one_before_and_the_entry() -> None:
    # Computed with: printf '%064d\n登记' 0 | openssl dgst -sha256 -hmac "key of the installation"
    assert seal(KEY, GENESIS, "登记") == "9dcb4614a1564a327a4a68318456246de8a8506285f2e0b0b23d4d32ed76b5f7"

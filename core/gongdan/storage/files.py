"""The file stores: bytes under the name of their hash, apart for each company; a user's words never become a path."""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from gongdan.errors import FileStoreFailed, FileStoreFull
from gongdan.storage.vault import Vault

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """What a store says of the bytes that it keeps."""

    #: SHA-256 of the bytes, as 64 hex digits.
    digest: str
    size_bytes: int
    #: Since when they are there, by the clock of this machine; storing them again begins anew.
    age: timedelta


class FileStore(Protocol):
    """Where attachments lie; every kind of it passes the same tests."""

    @property
    def address(self) -> str:
        """Return where it is, as an operator reads it; without anything secret."""

    def put(self, company_id: UUID, content: bytes) -> str:
        """Store ``content``, whole or not at all, and return its SHA-256, as 64 hex digits.

        The same bytes are stored once. Raises ``FileStoreFailed``, and ``FileStoreFull`` when there is no room.
        """

    def get(self, company_id: UUID, digest: str) -> bytes:
        """Return the bytes; raises ``FileNotFoundError`` when they are not there, ``FileStoreFailed``."""

    def has(self, company_id: UUID, digest: str) -> bool:
        """Tell whether the bytes are there; raises ``FileStoreFailed``."""

    def remove(self, company_id: UUID, digest: str) -> None:
        """Delete the bytes; it is no failure when they are gone already. Raises ``FileStoreFailed``."""

    def kept(self, company_id: UUID) -> Iterator[StoredBytes]:
        """Yield what lies there for a company, in no order; raises ``FileStoreFailed``."""


def name_of(company_id: UUID, digest: str) -> str:
    """Return the name under which bytes lie; raises ``ValueError`` for what is no hash."""
    if not _DIGEST.fullmatch(digest):
        message = f"not a SHA-256: {digest[:80]!r}"
        raise ValueError(message)
    return f"{company_id.hex}/{digest[:2]}/{digest}"


class FolderStore:
    """Keeps files in a local folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def address(self) -> str:
        """Return the path of the folder."""
        return str(self._root)

    def put(self, company_id: UUID, content: bytes) -> str:
        """Store ``content`` as ``FileStore.put`` says: beside its place first, then moved there."""
        digest = hashlib.sha256(content).hexdigest()
        with self._answering():
            _write(self._path(company_id, digest), content)
        return digest

    def get(self, company_id: UUID, digest: str) -> bytes:
        """Return the bytes as ``FileStore.get`` says."""
        with self._answering():
            return self._path(company_id, digest).read_bytes()

    def has(self, company_id: UUID, digest: str) -> bool:
        """Tell whether the bytes are there."""
        return self._path(company_id, digest).is_file()

    def remove(self, company_id: UUID, digest: str) -> None:
        """Delete the bytes."""
        with self._answering():
            self._path(company_id, digest).unlink(missing_ok=True)

    def kept(self, company_id: UUID) -> Iterator[StoredBytes]:
        """Yield what lies there; what is just being written has no name of its own yet and is left out."""
        now = datetime.now(UTC)
        for path in (self._root / company_id.hex).glob("*/*"):
            with suppress(FileNotFoundError):
                if _DIGEST.fullmatch(path.name):
                    found = path.stat()
                    stored_at = datetime.fromtimestamp(found.st_mtime, UTC)
                    yield StoredBytes(path.name, found.st_size, max(now - stored_at, timedelta()))

    def _path(self, company_id: UUID, digest: str) -> Path:
        return self._root / name_of(company_id, digest)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as problem:
            if problem.errno in _FULL:
                raise FileStoreFull(self.address) from problem
            raise FileStoreFailed(self.address, problem.strerror or str(problem)) from problem


class UploadStore:
    """Keeps lists that are being imported, encrypted, in a folder of their own: nothing else reads there."""

    def __init__(self, root: Path, vault: Vault) -> None:
        self._root = root
        self._vault = vault

    def put(self, company_id: UUID, content: bytes, now: datetime) -> str:
        """Store ``content`` and return its SHA-256, as 64 hex digits; its age counts from ``now``, an aware time."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(company_id, digest)
        _write(path, self._vault.seal(content, _purpose(company_id, digest)))
        os.utime(path, (now.timestamp(), now.timestamp()))
        return digest

    def get(self, company_id: UUID, digest: str) -> bytes:
        """Return the bytes; raises ``FileNotFoundError`` when they are not there."""
        return self._vault.unseal(self._path(company_id, digest).read_bytes(), _purpose(company_id, digest))

    def has(self, company_id: UUID, digest: str) -> bool:
        """Tell whether the bytes are there."""
        return self._path(company_id, digest).exists()

    def remove(self, company_id: UUID, digest: str) -> None:
        """Delete the bytes; it is no failure when they are gone already."""
        self._path(company_id, digest).unlink(missing_ok=True)

    def ages(self, company_id: UUID, now: datetime) -> Mapping[str, timedelta]:
        """Return how long ago each file of a company was stored."""
        found = {}
        for path in (self._root / company_id.hex).glob("*/*"):
            with suppress(FileNotFoundError):
                found[path.name] = now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return found

    def _path(self, company_id: UUID, digest: str) -> Path:
        return self._root / name_of(company_id, digest)


def _purpose(company_id: UUID, digest: str) -> bytes:
    return f"{company_id.hex}/{digest}".encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

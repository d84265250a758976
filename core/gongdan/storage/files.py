"""The file stores: bytes under the name of their hash, one folder per company."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from gongdan.storage.vault import Vault


class FileStore:
    """Keeps attachments in a local folder; a name given by a user never becomes part of a path."""

    def __init__(self, root: Path) -> None:
        #: The folder; each company has one in it.
        self.root = root

    def put(self, company_id: UUID, content: bytes) -> str:
        """Store ``content`` and return its SHA-256, as 64 hex digits; the same bytes are stored once."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(company_id, digest)
        if not path.exists():
            _write(path, content)
        return digest

    def get(self, company_id: UUID, digest: str) -> bytes:
        """Return the bytes; raises ``FileNotFoundError`` when they are not there."""
        return self._path(company_id, digest).read_bytes()

    def _path(self, company_id: UUID, digest: str) -> Path:
        return _path(self.root, company_id, digest)


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
        return _path(self._root, company_id, digest)


def _purpose(company_id: UUID, digest: str) -> bytes:
    return f"{company_id.hex}/{digest}".encode()


def _path(root: Path, company_id: UUID, digest: str) -> Path:
    return root / company_id.hex / digest[:2] / digest


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)

"""The file store: bytes under the name of their hash, one folder per company."""

import hashlib
import os
import tempfile
from pathlib import Path
from uuid import UUID


class FileStore:
    """Keeps attachments in a local folder; a name given by a user never becomes part of a path."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, company_id: UUID, content: bytes) -> str:
        """Store ``content`` and return its SHA-256, as 64 hex digits; the same bytes are stored once."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(company_id, digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        return digest

    def get(self, company_id: UUID, digest: str) -> bytes:
        """Return the bytes; raises ``FileNotFoundError`` when they are not there."""
        return self._path(company_id, digest).read_bytes()

    def _path(self, company_id: UUID, digest: str) -> Path:
        return self._root / company_id.hex / digest[:2] / digest

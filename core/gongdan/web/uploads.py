"""Files that are being imported: kept under their hash, laid out under their own name when they are read.

An address names a file by its hash; only the company that brought it can open it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from gongdan.errors import NotFound
from gongdan.services.attachments import clean_name
from gongdan.services.desk import Desk

_DIGEST = re.compile(r"[0-9a-f]{64}")
#: Bytes of a name, and characters of its ending, that every file system takes.
_LONGEST_STEM, _LONGEST_ENDING = 160, 12


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a company."""

    company_id: UUID
    #: SHA-256 of the content, as 64 hex digits.
    digest: str
    name: str


def keep(desk: Desk, company_id: UUID, name: str, content: bytes) -> KeptFile:
    """Store a file and return what it can be found by."""
    return KeptFile(company_id, desk.files.put(company_id, content), clean_name(name))


def kept(company_id: UUID, digest: str, name: str) -> KeptFile:
    """Return the file that an address names; raises ``NotFound`` for what cannot be one."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound("file", digest)
    return KeptFile(company_id, digest, clean_name(name))


def is_there(desk: Desk, file: KeptFile) -> bool:
    """Tell whether the content can still be read."""
    try:
        desk.files.get(file.company_id, file.digest)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def laid_out(desk: Desk, file: KeptFile) -> Iterator[Path]:
    """Put the file into a folder of its own under its own name, until the end of the block; raises ``NotFound``."""
    try:
        content = desk.files.get(file.company_id, file.digest)
    except FileNotFoundError as problem:
        raise NotFound("file", file.name) from problem
    with TemporaryDirectory(prefix="gongdan-import-") as folder:
        path = Path(folder) / _on_disk(file.name)
        path.write_bytes(content)
        yield path


def _on_disk(name: str) -> str:
    """Return ``name`` as long as a file may be called: 120 Chinese characters are 360 bytes."""
    path = Path(name)
    return path.stem.encode()[:_LONGEST_STEM].decode(errors="ignore") + path.suffix[:_LONGEST_ENDING]

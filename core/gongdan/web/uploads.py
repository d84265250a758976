"""Files that are being imported: kept encrypted under their hash, laid out under their own name while they are read.

An address names a file by its hash; only the company that brought it can open it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gongdan.errors import NotFound
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import clean_name
from gongdan.services.uploads import Uploads

_DIGEST = re.compile(r"[0-9a-f]{64}")
#: Bytes of a name, and characters of its ending, that every file system takes.
_LONGEST_STEM, _LONGEST_ENDING = 160, 12


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a company."""

    #: SHA-256 of the content, as 64 hex digits.
    digest: str
    name: str


def keep(desk: CompanyDesk, name: str, content: bytes) -> KeptFile:
    """Store a file and return what it can be found by."""
    return KeptFile(Uploads(desk).keep(content), clean_name(name))


def kept(digest: str, name: str) -> KeptFile:
    """Return the file that an address names; raises ``NotFound`` for what cannot be one."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound("file", digest)
    return KeptFile(digest, clean_name(name))


def is_there(desk: CompanyDesk, file: KeptFile) -> bool:
    """Tell whether the content can still be read."""
    return Uploads(desk).has(file.digest)


@contextmanager
def laid_out(desk: CompanyDesk, file: KeptFile) -> Iterator[Path]:
    """Put the file into a folder of its own under its own name, until the end of the block; raises ``NotFound``."""
    with at_hand(file.name, Uploads(desk).read(file.digest, file.name)) as path:
        yield path


@contextmanager
def at_hand(name: str, content: bytes) -> Iterator[Path]:
    """Put ``content`` into a folder of its own under a name, until the end of the block."""
    with TemporaryDirectory(prefix="gongdan-import-") as folder:
        path = Path(folder) / _on_disk(clean_name(name))
        path.write_bytes(content)
        yield path


def _on_disk(name: str) -> str:
    """Return ``name`` as long as a file may be called: 120 Chinese characters are 360 bytes."""
    path = Path(name)
    return path.stem.encode()[:_LONGEST_STEM].decode(errors="ignore") + path.suffix[:_LONGEST_ENDING]

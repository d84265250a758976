"""Keeping the file store and the table in step: bytes without a row go away, rows without bytes are named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.timers import TimerView
from gongdan.errors import FileStoreFailed
from gongdan.services.timers import Handler
from gongdan.services.work import Work
from gongdan.storage.attachments import AttachmentRow
from gongdan.storage.files import FileStore
from gongdan.storage.forms import FormSignatureRow
from gongdan.storage.printing import WordTemplateRow
from gongdan.storage.tenancy import INSTALLATION
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: The kind of the timer that looks for bytes which nothing refers to, a day after something was attached.
SWEEP: Final = "files.sweep"
#: Bytes are stored before their row is written: what is younger may still get one.
YOUNGEST: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FileCount:
    """How many files there are, and of what size together."""

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FileReport:
    """The table beside the store."""

    needed: FileCount
    #: Bytes that no row refers to, however young.
    unneeded: FileCount
    #: Names of files whose bytes are gone, by name.
    missing: Sequence[str]


class FileKeeping:
    """Use cases around the store of one company's files."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def check(self) -> FileReport:
        """Compare the table with the store; needs ``company.admin``. Raises ``FileStoreFailed``."""
        self._desk.require("company.admin")
        with self._desk.reading() as session:
            names = _names(session)
        kept = {found.digest: found.size_bytes for found in self._store.kept(self._desk.company.id)}
        return FileReport(
            _count([size for digest, size in kept.items() if digest in names]),
            _count([size for digest, size in kept.items() if digest not in names]),
            sorted({name for digest, name in names.items() if digest not in kept}),
        )

    def sweep(self, *, older_than: timedelta | None = None) -> FileCount:
        """Delete the bytes that no row refers to and that have lain there for so long, or for a day.

        Needs ``company.admin``; raises ``FileStoreFailed``.
        """
        self._desk.require("company.admin")
        with self._desk.working() as work:
            return self.sweep_in(work, older_than)

    def sweep_in(self, work: Work, older_than: timedelta | None = None) -> FileCount:
        """Do as ``sweep`` does inside a running transaction: nobody attaches anything meanwhile."""
        work.take_turn()
        least = YOUNGEST if older_than is None else older_than
        names, company_id = _names(work.session), self._desk.company.id
        old = [found for found in self._store.kept(company_id) if found.digest not in names and found.age >= least]
        for found in old:
            self._store.remove(company_id, found.digest)
        swept = _count([found.size_bytes for found in old])
        if old:
            after = {"count": swept.files, "size_bytes": swept.size_bytes, "sha256": [found.digest for found in old]}
            work.record("attachment.swept", "company", company_id, after=after)
        return swept

    @property
    def _store(self) -> FileStore:
        return self._desk.installation.files


def try_out(store: FileStore) -> str:
    """Store something, read it again and take it away; return where that was. Raises ``FileStoreFailed``."""
    probe = token_bytes(16)
    digest = store.put(INSTALLATION, probe)
    found = store.get(INSTALLATION, digest)
    store.remove(INSTALLATION, digest)
    if found != probe:
        raise FileStoreFailed(store.address, msg("读到的与写入的不同"))
    return store.address


def plan_sweep(work: Work) -> None:
    """Let somebody look tomorrow for what was stored in vain; once a day is enough."""
    due_at = work.now + 2 * YOUNGEST
    work.schedule(SWEEP, f"{SWEEP}:{due_at:%Y%m%d}", due_at.replace(hour=0, minute=0, second=0, microsecond=0))


def _sweep(desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
    del timer
    desk.file_keeping.sweep_in(work)


#: What the executor does with the timers of the store.
FILE_HANDLERS: Mapping[str, Handler] = {SWEEP: _sweep}


def _names(session: Session) -> Mapping[str, str]:
    """Return the name of a file by its hash, and by that of its small picture."""
    columns = AttachmentRow.sha256, AttachmentRow.thumbnail_sha256, AttachmentRow.name
    rows = session.execute(select(*columns)).all()
    names = {digest: name for digest, _, name in rows}
    names |= {thumbnail: name for _, thumbnail, name in rows}
    # Drawn signatures and Word templates lie in the same store.
    signed = select(FormSignatureRow.image, FormSignatureRow.name)
    templates = select(WordTemplateRow.sha256, WordTemplateRow.name)
    names |= {digest: name for query in (signed, templates) for digest, name in session.execute(query)}
    return {digest: name for digest, name in names.items() if digest}


def _count(sizes: Sequence[int]) -> FileCount:
    return FileCount(len(sizes), sum(sizes))

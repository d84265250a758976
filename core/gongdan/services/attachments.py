"""Attachments: files on tickets, checked by their bytes, stored under their hash."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import filetype
from sqlalchemy import select

from gongdan.errors import FileMissing, FileRefused, NotFound
from gongdan.services.work import Work
from gongdan.storage.tickets import AttachmentRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Largest attachment, in bytes.
MAX_BYTES = 20 * 1024 * 1024
#: Longest file name that is kept, in characters.
MAX_NAME = 120

#: What may be attached: the extension decides the type, and the bytes must agree with it.
ALLOWED: Mapping[str, str] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "doc": "application/msword",
    "zip": "application/zip",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "amr": "audio/amr",
    "wav": "audio/wav",
    "mp4": "video/mp4",
}

#: Types whose bytes carry no signature; they must be text.
_TEXT_TYPES = frozenset({"text/plain", "text/csv"})
#: Types that the sniffer names differently or only by family.
_SAME_FAMILY: Mapping[str, frozenset[str]] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": frozenset({"application/zip"}),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": frozenset({"application/zip"}),
    "application/vnd.ms-excel": frozenset({"application/x-ole-storage", "application/msword"}),
    "application/msword": frozenset({"application/x-ole-storage", "application/vnd.ms-excel"}),
    "audio/mp4": frozenset({"video/mp4", "audio/x-m4a"}),
    "video/mp4": frozenset({"audio/mp4", "video/x-m4v"}),
    "audio/wav": frozenset({"audio/x-wav"}),
}
#: Images that a browser may show in the page; everything else is only downloaded.
SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """An attachment without its bytes."""

    id: UUID
    ticket_id: UUID
    note_id: UUID | None
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    added_at: datetime

    @property
    def is_image(self) -> bool:
        """Tell whether a browser may show it in the page."""
        return self.media_type in SHOWN_INLINE


class Attachments:
    """Use cases around attachments."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def add(self, ticket_id: UUID, files: Sequence[Upload]) -> Sequence[AttachmentView]:
        """Attach files to a ticket, all or none; raises ``FileRefused``."""
        self._desk.require("note.write")
        with self._desk.working() as work:
            self._desk.tickets.row(work.session, ticket_id)
            return add_files(self._desk, work, ticket_id, files)

    def of_ticket(self, ticket_id: UUID) -> Sequence[AttachmentView]:
        """Return a ticket's attachments, oldest first."""
        self._desk.require("ticket.view")
        query = select(AttachmentRow).where(AttachmentRow.ticket_id == ticket_id).order_by(AttachmentRow.added_at)
        with self._desk.reading() as session:
            return tuple(_view(row) for row in session.scalars(query))

    def read(self, attachment_id: UUID) -> tuple[AttachmentView, bytes]:
        """Return an attachment with its bytes; raises ``NotFound``, or ``FileMissing`` when the bytes are gone."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            found = session.scalars(select(AttachmentRow).where(AttachmentRow.id == attachment_id)).one_or_none()
            if found is None:
                raise NotFound("attachment", str(attachment_id))
            try:
                return _view(found), self._desk.installation.files.get(self._desk.company.id, found.sha256)
            except FileNotFoundError as problem:
                raise FileMissing(found.name) from problem


def add_files(
    desk: "CompanyDesk", work: Work, ticket_id: UUID, files: Sequence[Upload], *, note_id: UUID | None = None
) -> Sequence[AttachmentView]:
    """Check all files first, then store them inside the running transaction."""
    checked = [(clean_name(file.name), sniff(file), file.content) for file in files]
    added = []
    for name, media_type, content in checked:
        digest = desk.installation.files.put(desk.company.id, content)
        row = AttachmentRow(
            ticket_id=ticket_id,
            note_id=note_id,
            name=name,
            media_type=media_type,
            sha256=digest,
            size_bytes=len(content),
            added_by=work.actor.account_id,
            added_at=work.now,
        )
        work.session.add(row)
        work.session.flush()
        work.record(
            "attachment.added",
            "ticket",
            ticket_id,
            after={"name": name, "sha256": digest, "size_bytes": len(content)},
        )
        added.append(_view(row))
    return added


def sniff(file: Upload) -> str:
    """Return the type of a file that may be attached; raises ``FileRefused`` with the reason."""
    name = clean_name(file.name)
    if len(file.content) > MAX_BYTES:
        raise FileRefused(name, msg("超过 20 MB"))
    if not file.content:
        raise FileRefused(name, msg("文件是空的"))
    expected = ALLOWED.get(name.rsplit(".", 1)[-1].lower() if "." in name else "")
    if expected is None:
        raise FileRefused(name, msg("不支持这种文件类型"))
    kind = filetype.guess(file.content)
    if expected in _TEXT_TYPES:
        if kind is not None or b"\x00" in file.content:
            raise FileRefused(name, msg("内容与扩展名不符"))
        return expected
    actual = kind.mime if kind else ""
    if actual != expected and actual not in _SAME_FAMILY.get(expected, frozenset()):
        raise FileRefused(name, msg("内容与扩展名不符"))
    return expected


def clean_name(name: str) -> str:
    """Return a file name that is safe to show and to offer for download.

    Normalised first, then cleaned: no path, no control or invisible characters, no leading or trailing dots.
    """
    folded = unicodedata.normalize("NFKC", name)
    visible = "".join(char for char in folded if unicodedata.category(char) not in ("Cf", "Cc", "Co", "Cs"))
    last = re.split(r"[/\\]", visible)[-1]
    cleaned = _UNSAFE.sub("_", last).strip(". ")
    stem, dot, extension = cleaned.rpartition(".")
    if len(cleaned) > MAX_NAME and dot:
        cleaned = f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"
    return cleaned[:MAX_NAME] or "file"


def _view(row: AttachmentRow) -> AttachmentView:
    return AttachmentView(
        row.id, row.ticket_id, row.note_id, row.name, row.media_type, row.size_bytes, row.sha256, row.added_at
    )

"""Files on classified records: behind a mask their names are withheld, and nobody gets the bytes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from gongdan.domain.secrecy import WITHHELD, Way, masked_name, scrubbed
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import SecrecyClosed
from gongdan.services.attachment_rows import AttachmentView, on_subject
from gongdan.services.secrecy_gate import reading_under
from gongdan.services.secrecy_looks import TicketLook, look, tell
from gongdan.services.work import get_row
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_PARTS = ("attachments",)


def seen_files(
    desk: "CompanyDesk", session: Session, subject: SubjectKey, files: Sequence[AttachmentView]
) -> Sequence[AttachmentView]:
    """Return files as the list on their subject shows them."""
    if not files or subject.kind not in _HIDES:
        return files
    return _named(files, _HIDES[subject.kind](desk, session, subject, None))


def files_of(session: Session, seen: TicketLook) -> Sequence[AttachmentView]:
    """Return a ticket's files as far as they may be seen; what is handed out is told by the caller."""
    files = on_subject(session, SubjectKey("ticket", seen.ticket_id))
    return _named(files, None if seen.is_withheld else seen.names if seen.is_masked else ())


def _named(files: Sequence[AttachmentView], names: tuple[str, ...] | None) -> Sequence[AttachmentView]:
    """Return files with ``names`` masked in what they are called; None withholds them."""
    if names is None:
        return tuple(map(_withheld, files))
    return tuple(replace(file, name=scrubbed(file.name, names), picture=None) if names else file for file in files)


def hand_out_file(desk: "CompanyDesk", session: Session, subject: SubjectKey) -> None:
    """Write down that a file is about to be downloaded; raises ``SecrecyClosed`` for one that is withheld."""
    if subject.kind in _HIDES and _HIDES[subject.kind](desk, session, subject, Way.ATTACHMENT) is None:
        raise SecrecyClosed("secrecy.read", subject.kind, str(subject.id))


def _on_ticket(desk: "CompanyDesk", session: Session, subject: SubjectKey, way: Way | None) -> tuple[str, ...] | None:
    found = look(desk, session, get_row(session, TicketRow, subject.id, "ticket"))
    tell(desk, found, _PARTS, way)
    if found.is_withheld or (found.is_masked and way):
        return None
    return found.names if found.is_masked else ()


def _on_party(desk: "CompanyDesk", session: Session, subject: SubjectKey, way: Way | None) -> tuple[str, ...] | None:
    row = get_row(session, PartyRow, subject.id, "party")
    level = desk.gate.class_of("party", row)
    if not level.is_classified:
        return ()
    access = desk.gate.access(session, "party", subject.id)
    if access is None:
        return None
    desk.gate.hand_out([reading_under(access, masked_name(row.name), level, _PARTS)], way)
    return ()


#: By the kind of subject: None where files are withheld, else the names to be masked in what they are called.
_HIDES = {"ticket": _on_ticket, "party": _on_party}


def _withheld(file: AttachmentView) -> AttachmentView:
    """Return what may be told of a file that is withheld: its kind, and who added it when."""
    _, dot, ending = file.name.rpartition(".")
    return replace(file, name=f"{WITHHELD}{dot}{ending if dot else ''}", sha256="", picture=None)


def _scrubbed(file: AttachmentView, names: tuple[str, ...]) -> AttachmentView:
    """Return a file with names and numbers masked in what it is called, and in what is said of it."""
    picture = file.picture and replace(file.picture, caption=scrubbed(file.picture.caption, names))
    return replace(file, name=scrubbed(file.name, names), picture=picture)

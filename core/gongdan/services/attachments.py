"""Attachments: files on whatever a company has, checked by their bytes, stored under their hash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from uuid6 import uuid7

from gongdan.domain.subjects import SubjectKey
from gongdan.errors import FileMissing, NotAllowed, NotFound
from gongdan.services import subjects
from gongdan.services.attachment_rows import AttachmentView, on_subject, views
from gongdan.services.file_checks import Upload, clean_name, sniff
from gongdan.services.file_keeping import plan_sweep
from gongdan.services.secrecy_files import hand_out_file, seen_files
from gongdan.services.work import Work
from gongdan.storage.attachments import AttachmentRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A checked file whose bytes are in the store, and that hangs on nothing yet."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    content: bytes = field(repr=False)


class Attachments:
    """Use cases around attachments."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Adding ------------------------------------------------------------------------------

    def add(self, subject: SubjectKey, files: Sequence[Upload]) -> Sequence[AttachmentView]:
        """Attach files to a subject, all or none.

        Raises ``FileRefused``, ``NotFound`` for a subject that is not the company's, ``NotAllowed``.
        """
        stored = self.store(subject, files)
        with self._desk.working() as work:
            return self.attach(work, subject, stored)

    def store(self, subject: SubjectKey, files: Sequence[Upload]) -> Sequence[StoredFile]:
        """Check files that are to hang on a subject, all of them first, then put their bytes into the store.

        No transaction waits meanwhile: ``attach`` follows within one. Raises as ``add`` does.
        """
        self._require(subject)
        checked = [(file, sniff(file)) for file in files]
        return [self._put(file, media_type) for file, media_type in checked]

    def attach(
        self, work: Work, subject: SubjectKey, stored: Sequence[StoredFile], *, note_id: UUID | None = None
    ) -> Sequence[AttachmentView]:
        """Hang stored files on a subject inside a running transaction; raises ``NotFound`` or ``NotAllowed``."""
        if not stored:
            return ()
        work.take_turn()
        self._see_to_bytes(stored)
        held = subjects.hold(self._desk, work, subject)
        rows = [self._row(work, subject, file, note_id) for file in stored]
        work.session.add_all(rows)
        work.session.flush()
        for row in rows:
            after = {"name": row.name, "sha256": row.sha256, "size_bytes": row.size_bytes}
            work.record("attachment.added", subject.kind, subject.id, after=after)
        subjects.noun_of(subject).index(self._desk, work.session, held)
        plan_sweep(work)
        added = select(AttachmentRow).where(AttachmentRow.id.in_([row.id for row in rows]))
        return views(work.session, added.order_by(AttachmentRow.id))

    def may_add(self, subject: SubjectKey) -> bool:
        """Tell whether the actor may add files to a subject that he sees."""
        with self._desk.reading() as session:
            return subjects.may_add(self._desk, session, subject)

    # --- Reading -----------------------------------------------------------------------------

    def of(self, subject: SubjectKey) -> Sequence[AttachmentView]:
        """Return what hangs on a subject, oldest first; raises ``NotFound`` or ``NotAllowed``."""
        with self._desk.reading() as session:
            subjects.noun_of(subject).see(self._desk, subject.id)
            return seen_files(self._desk, session, subject, on_subject(session, subject))

    def read(self, attachment_id: UUID) -> tuple[AttachmentView, bytes]:
        """Return an attachment with its bytes.

        Raises ``NotFound``, also for what hangs on something that the actor may not see: nobody learns that it is
        there. Raises ``SecrecyClosed`` for what is withheld from him, and ``FileMissing`` when the bytes are gone.
        """
        with self._desk.reading() as session:
            found = views(session, select(AttachmentRow).where(AttachmentRow.id == attachment_id))
            if not found or not subjects.may_see(self._desk, found[0].subject):
                raise NotFound("attachment", str(attachment_id))
            hand_out_file(self._desk, session, found[0].subject)
        try:
            return found[0], self._desk.installation.files.get(self._desk.company.id, found[0].sha256)
        except FileNotFoundError as problem:
            raise FileMissing(found[0].name) from problem

    # --- Steps -------------------------------------------------------------------------------

    def _require(self, subject: SubjectKey) -> None:
        noun = subjects.noun_of(subject)
        with self._desk.reading() as session:
            noun.see(self._desk, subject.id)
            if not subjects.may_add(self._desk, session, subject):
                raise NotAllowed(noun.permission)

    def _see_to_bytes(self, stored: Sequence[StoredFile]) -> None:
        """Store again what was swept away since: from here to the end of the transaction nobody sweeps."""
        files, company_id = self._desk.installation.files, self._desk.company.id
        for file in stored:
            if not files.has(company_id, file.sha256):
                files.put(company_id, file.content)

    def _put(self, file: Upload, media_type: str) -> StoredFile:
        digest = self._desk.installation.files.put(self._desk.company.id, file.content)
        return StoredFile(clean_name(file.name), media_type, len(file.content), digest, file.content)

    @staticmethod
    def _row(work: Work, subject: SubjectKey, file: StoredFile, note_id: UUID | None) -> AttachmentRow:
        return AttachmentRow(
            id=uuid7(),
            subject_kind=subject.kind,
            subject_id=subject.id,
            note_id=note_id,
            name=file.name,
            media_type=file.media_type,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            added_by=work.actor.account_id,
            added_at=work.now,
        )

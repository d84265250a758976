"""Attachments: files on whatever a company has, checked by their bytes, stored under their hash."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from uuid6 import uuid7

from gongdan.domain.subjects import SubjectKey
from gongdan.errors import FileMissing, NotAllowed, NotFound
from gongdan.services import subjects
from gongdan.services.attachment_rows import AttachmentView, on_subject, views
from gongdan.services.file_checks import Upload
from gongdan.services.file_keeping import plan_sweep
from gongdan.services.file_quotas import FileRoom, room_of
from gongdan.services.secrecy_files import hand_out_file, seen_files
from gongdan.services.stored_files import StoredFile, check_files, store_files
from gongdan.services.work import Work
from gongdan.storage.attachments import AttachmentRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


class Attachments:
    """Use cases around attachments."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Adding ------------------------------------------------------------------------------

    def add(self, subject: SubjectKey, files: Sequence[Upload]) -> Sequence[AttachmentView]:
        """Attach files to a subject, all or none.

        Raises ``FileRefused``, ``InvalidInput`` for too many at once, ``QuotaExceeded``, ``FileStoreFailed``,
        ``NotFound`` for a subject that is not the company's, ``NotAllowed``.
        """
        stored = self.store(subject, files)
        with self._desk.working() as work:
            return self.attach(work, subject, stored)

    def store(self, subject: SubjectKey, files: Sequence[Upload]) -> Sequence[StoredFile]:
        """Check files that are to hang on a subject, all of them first, then put their bytes into the store.

        No transaction waits meanwhile: ``attach`` follows within one. Raises as ``add`` does.
        """
        self._require(subject)
        checked = check_files(self._desk, files)
        self._room().require([len(file.content) for file in checked])
        return store_files(self._desk, checked)

    def attach(
        self, work: Work, subject: SubjectKey, stored: Sequence[StoredFile], *, note_id: UUID | None = None
    ) -> Sequence[AttachmentView]:
        """Hang stored files on a subject inside a running transaction.

        Raises ``NotFound``, ``NotAllowed``, and ``QuotaExceeded`` when somebody else was quicker.
        """
        if not stored:
            return ()
        work.take_turn()
        held = subjects.hold(self._desk, work, subject)
        room_of(self._desk, work.session).require([file.size_bytes for file in stored])
        self._see_to_bytes(stored)
        rows = [_row(work, subject, file, note_id) for file in stored]
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

    def find(self, attachment_id: UUID) -> AttachmentView:
        """Return an attachment.

        Raises ``NotFound``, also for what hangs on something that the actor may not see: nobody learns that it is
        there. Raises ``SecrecyClosed`` for what is withheld from him; what he gets of something classified is written
        down, for whoever finds a file opens it.
        """
        with self._desk.reading() as session:
            found = views(session, select(AttachmentRow).where(AttachmentRow.id == attachment_id))
            if not found or not subjects.may_see(self._desk, found[0].subject):
                raise NotFound("attachment", str(attachment_id))
            hand_out_file(self._desk, session, found[0].subject)
            return found[0]

    def read(self, attachment_id: UUID) -> tuple[AttachmentView, bytes]:
        """Return an attachment with its bytes; raises as ``find`` and ``content`` do."""
        found = self.find(attachment_id)
        return found, self.content(found)

    def content(self, found: AttachmentView) -> bytes:
        """Return the bytes of an attachment that was found; raises ``FileMissing`` when they are gone."""
        return self._bytes(found, found.sha256)

    def thumbnail(self, found: AttachmentView) -> bytes:
        """Return the small picture of an image that was found, a JPEG; raises ``NotFound`` for what has none."""
        if found.picture is None:
            raise NotFound("attachment", str(found.id))
        return self._bytes(found, found.picture.thumbnail_sha256)

    def room(self) -> FileRoom:
        """Return what the company's files take and may take; needs ``company.admin``."""
        self._desk.require("company.admin")
        return self._room()

    # --- Steps -------------------------------------------------------------------------------

    def _require(self, subject: SubjectKey) -> None:
        noun = subjects.noun_of(subject)
        with self._desk.reading() as session:
            noun.see(self._desk, subject.id)
            if not subjects.may_add(self._desk, session, subject):
                raise NotAllowed(noun.permission)

    def _room(self) -> FileRoom:
        with self._desk.reading() as session:
            return room_of(self._desk, session)

    def _see_to_bytes(self, stored: Sequence[StoredFile]) -> None:
        """Store again what was swept away since: from here to the end of the transaction nobody sweeps."""
        files, company_id = self._desk.installation.files, self._desk.company.id
        parts = [(file.sha256, file.content) for file in stored]
        parts += [(file.picture.thumbnail_sha256, file.picture.thumbnail) for file in stored if file.picture]
        for digest, content in parts:
            if not files.has(company_id, digest):
                files.put(company_id, content)

    def _bytes(self, found: AttachmentView, digest: str) -> bytes:
        try:
            return self._desk.installation.files.get(self._desk.company.id, digest)
        except FileNotFoundError as problem:
            raise FileMissing(found.name) from problem


def _row(work: Work, subject: SubjectKey, file: StoredFile, note_id: UUID | None) -> AttachmentRow:
    picture, facts = file.picture, file.picture.facts if file.picture else None
    place = facts.coordinates if facts else None
    return AttachmentRow(
        id=uuid7(),
        subject_kind=subject.kind,
        subject_id=subject.id,
        note_id=note_id,
        name=file.name,
        media_type=file.media_type,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        width_px=picture.width_px if picture else None,
        height_px=picture.height_px if picture else None,
        thumbnail_sha256=picture.thumbnail_sha256 if picture else "",
        taken_at=facts.taken_at if facts else None,
        latitude_microdegrees=place.latitude_microdegrees if place else None,
        longitude_microdegrees=place.longitude_microdegrees if place else None,
        coordinate_system=place.system.value if place else "",
        caption="",
        is_typed=False,
        before_id=None,
        added_by=work.actor.account_id,
        added_at=work.now,
    )

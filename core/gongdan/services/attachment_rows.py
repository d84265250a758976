"""From the rows of attachments to what others may hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gongdan.domain.photos import Coordinates, CoordinateSystem
from gongdan.domain.subjects import SubjectKey
from gongdan.storage.accounts import AccountRow
from gongdan.storage.attachments import AttachmentRow


@dataclass(frozen=True, slots=True)
class PictureView:
    """What is known of an image that was drawn anew; only such a one is shown in a page."""

    width_px: int
    height_px: int
    thumbnail_sha256: str
    #: Aware, UTC; None when neither the camera nor anybody says it.
    taken_at: datetime | None
    coordinates: Coordinates | None
    #: Time and place were typed by a person; else the camera says so.
    is_typed: bool = False
    #: What it shows; empty for none.
    caption: str = ""
    #: Of a photo taken afterwards: the one that shows the same before.
    before_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """An attachment without its bytes; ``added_at`` is aware, UTC."""

    id: UUID
    subject: SubjectKey
    #: The note that it came with.
    note_id: UUID | None
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    added_at: datetime
    #: Name of the person; empty for what no person added.
    added_by: str
    #: None for what is only downloaded.
    picture: PictureView | None = None

    @property
    def is_image(self) -> bool:
        """Tell whether it is an image, shown in a page or not."""
        return self.media_type.startswith("image/")


def on_subject(session: Session, subject: SubjectKey) -> Sequence[AttachmentView]:
    """Return what hangs on a subject, oldest first; whether the reader may see it has been asked."""
    return views(session, _of(subject).order_by(AttachmentRow.added_at, AttachmentRow.id))


def words_of(session: Session, kind: str, subject_id: UUID) -> Sequence[str]:
    """Return the words under which a subject can be found for the sake of its files."""
    files = on_subject(session, SubjectKey(kind, subject_id))
    return [word for file in files for word in (file.name, file.picture.caption if file.picture else "")]


def views(session: Session, query: Select[AttachmentRow]) -> Sequence[AttachmentView]:
    """Return the attachments of a query, in its order."""
    named = query.outerjoin(AccountRow, AccountRow.id == AttachmentRow.added_by).add_columns(AccountRow.name)
    return tuple(_view(row, name or "") for row, name in session.execute(named))


def _of(subject: SubjectKey) -> Select[AttachmentRow]:
    return select(AttachmentRow).where(
        AttachmentRow.subject_id == subject.id, AttachmentRow.subject_kind == subject.kind
    )


def _view(row: AttachmentRow, added_by: str) -> AttachmentView:
    return AttachmentView(
        id=row.id,
        subject=SubjectKey(row.subject_kind, row.subject_id),
        note_id=row.note_id,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        added_at=row.added_at,
        added_by=added_by,
        picture=_picture(row),
    )


def coordinates_of(row: AttachmentRow) -> Coordinates | None:
    """Return where a photo was taken; None when nobody says it."""
    if row.latitude_microdegrees is None or row.longitude_microdegrees is None:
        return None
    system = CoordinateSystem(row.coordinate_system)
    return Coordinates(row.latitude_microdegrees, row.longitude_microdegrees, system)


def _picture(row: AttachmentRow) -> PictureView | None:
    if row.width_px is None or row.height_px is None:
        return None
    return PictureView(
        width_px=row.width_px,
        height_px=row.height_px,
        thumbnail_sha256=row.thumbnail_sha256,
        taken_at=row.taken_at,
        coordinates=coordinates_of(row),
        is_typed=row.is_typed,
        caption=row.caption,
        before_id=row.before_id,
    )

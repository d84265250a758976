"""What people say of photos: what they show, when and where, and which show the same before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import or_, select

from gongdan.domain.photos import Coordinates
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound
from gongdan.services import subjects
from gongdan.services.attachment_rows import AttachmentView, coordinates_of
from gongdan.services.work import Work, changed
from gongdan.storage.attachments import AttachmentRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest caption, in characters.
LONGEST_CAPTION: Final = 200
#: Clocks differ; what is further ahead is a slip of the hand.
_AHEAD: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoWords:
    """What somebody says of a photo."""

    caption: str = ""
    #: Aware; None when nobody knows.
    taken_at: datetime | None = None
    coordinates: Coordinates | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos that show the same."""

    before_id: UUID
    after_id: UUID


class Photos:
    """Use cases around what is said of photos; who may add files to a thing may also say what its photos show."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def describe(self, photo_id: UUID, words: PhotoWords, pair: Pair | None = None) -> AttachmentView:
        """Say what a photo shows, when and where; the words of before stay in the journal. Pair it too, if wanted.

        Raises ``InvalidInput`` for a caption that is too long and a time to come, ``NotFound`` for what is no photo
        that the actor sees, or of another thing, ``Conflict`` for a photo that is in a pair already, ``NotAllowed``.
        """
        self._desk.attachments.find(photo_id)
        with self._desk.working() as work:
            row, held = self._held(work, photo_id)
            if problems := _problems(words, work.now):
                raise InvalidInput(problems)
            before = _values(row)
            _write(row, words)
            old, new = changed(before, _values(row))
            if new:
                work.session.flush()
                after = {"name": row.name, **new}
                work.record("attachment.described", row.subject_kind, row.subject_id, before=old, after=after)
                subjects.noun_of(_key(row)).index(self._desk, work.session, held)
            if pair:
                self._pair(work, pair)
        return self._desk.attachments.find(photo_id)

    def pair(self, pair: Pair) -> None:
        """Say that two photos of one thing show the same; raises as ``describe`` does."""
        self._desk.attachments.find(pair.after_id)
        with self._desk.working() as work:
            self._pair(work, pair)

    def unpair(self, photo_id: UUID) -> None:
        """Take a pair apart; raises ``NotFound`` for a photo that is in none, ``NotAllowed``."""
        self._desk.attachments.find(photo_id)
        with self._desk.working() as work:
            row, _ = self._held(work, photo_id)
            partner = _partner(work, row)
            if partner is None:
                raise NotFound("photo", str(photo_id))
            before, after = (partner, row) if row.before_id else (row, partner)
            after.before_id = None
            names = {"photo_before": before.name, "photo_after": after.name}
            work.record("attachment.unpaired", row.subject_kind, row.subject_id, before=names)

    def pairable(self, photo: AttachmentView) -> Sequence[AttachmentView]:
        """Return the other photos of the same thing that are in no pair, oldest first."""
        files = self._desk.attachments.of(photo.subject)
        earlier = {file.id: file.picture.before_id for file in files if file.picture and file.picture.before_id}
        taken = {photo.id, *earlier, *earlier.values()}
        return tuple(file for file in files if file.picture and file.id not in taken)

    def partner(self, photo: AttachmentView) -> AttachmentView | None:
        """Return the photo that shows the same before or after; None for a photo that is in no pair."""
        earlier = photo.picture.before_id if photo.picture else None
        for file in self._desk.attachments.of(photo.subject):
            if file.picture and (file.id == earlier or file.picture.before_id == photo.id):
                return file
        return None

    def _held(self, work: Work, photo_id: UUID) -> tuple[AttachmentRow, Any]:
        """Return a photo and the locked thing that it hangs on."""
        row = work.get(AttachmentRow, photo_id, "photo")
        held = subjects.hold(self._desk, work, _key(row))
        # Whoever waited for the thing reads what the other one has written.
        work.session.refresh(row)
        if row.width_px is None:
            raise NotFound("photo", str(photo_id))
        return row, held

    def _pair(self, work: Work, pair: Pair) -> None:
        after, _ = self._held(work, pair.after_id)
        before, _ = self._held(work, pair.before_id)
        if before.id == after.id or _key(before) != _key(after):
            raise NotFound("photo", str(pair.before_id))
        for row in (before, after):
            if _partner(work, row) is not None:
                raise Conflict("photo", row.name)
        after.before_id = before.id
        names = {"photo_before": before.name, "photo_after": after.name}
        work.record("attachment.paired", after.subject_kind, after.subject_id, after=names)


def _key(row: AttachmentRow) -> SubjectKey:
    return SubjectKey(row.subject_kind, row.subject_id)


def _partner(work: Work, row: AttachmentRow) -> AttachmentRow | None:
    query = select(AttachmentRow).where(or_(AttachmentRow.before_id == row.id, AttachmentRow.id == row.before_id))
    return work.session.scalars(query).first()


def _values(row: AttachmentRow) -> Mapping[str, object]:
    place = coordinates_of(row)
    taken_at = row.taken_at.isoformat() if row.taken_at else None
    return {"caption": row.caption, "taken_at": taken_at, "coordinates": str(place) if place else ""}


def _write(row: AttachmentRow, words: PhotoWords) -> None:
    place, facts = words.coordinates, (row.taken_at, coordinates_of(row))
    # A dialog knows no seconds: what differs by less is what the camera has said.
    if not (row.taken_at and words.taken_at and abs(row.taken_at - words.taken_at) < _MINUTE):
        row.taken_at = words.taken_at
    row.caption = words.caption.strip()
    row.latitude_microdegrees = place.latitude_microdegrees if place else None
    row.longitude_microdegrees = place.longitude_microdegrees if place else None
    row.coordinate_system = place.system.value if place else ""
    row.is_typed = row.is_typed or facts != (row.taken_at, place)


def _problems(words: PhotoWords, now: datetime) -> tuple[FieldProblem, ...]:
    problems = []
    if len(words.caption.strip()) > LONGEST_CAPTION:
        rule = msg("最多 {max_length} 个字符")
        params = {"max_length": LONGEST_CAPTION}
        problems.append(FieldProblem("caption", words.caption[:40], rule, params=params, label=msg("说明")))
    if words.taken_at and words.taken_at > now + _AHEAD:
        rule = msg("不能晚于现在")
        problems.append(FieldProblem("taken_at", words.taken_at.isoformat(), rule, label=msg("拍摄时间")))
    return tuple(problems)

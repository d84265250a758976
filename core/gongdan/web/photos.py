"""Photos as pages show them: those of before beside those of after, and the dialog to say what they show."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask
from marshmallow import Schema
from werkzeug.wrappers import Response

from gongdan.domain.photos import CoordinateSystem, read_coordinates
from gongdan.errors import GongdanError, NotFound
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.photos import LONGEST_CAPTION, Pair, PhotoWords
from gongdan.text import msg
from gongdan.web import edges, shown
from gongdan.web.access import current_desk, member
from gongdan.web.forms import Form
from gongdan.web.links import subject_address
from gongdan.web.pages import dialog, go_to, told
from gongdan.web.problems import status_of

pages = Blueprint("photos", __name__, url_prefix="/attachments/<uuid:photo_id>")

Answer = Response | str | tuple[str, int]

#: Photos of before and after; or one alone.
Group = tuple[AttachmentView, ...]

_BEFORE, _AFTER = "before", "after"


class PhotoSchema(Schema):
    """What somebody says of a photo."""

    caption = edges.text(msg("说明"))
    taken_at = edges.moment(msg("拍摄时间"))
    latitude = edges.text(msg("纬度"))
    longitude = edges.text(msg("经度"))
    system = edges.text(msg("坐标系"), CoordinateSystem.WGS84.value)
    other = edges.key(msg("另一张"))
    side = edges.text(msg("这张是"), _AFTER)


def photo_groups(files: Sequence[AttachmentView]) -> Sequence[Group]:
    """Return the photos among files, pairs together where the later one stands; the order is kept."""
    photos = {file.id: file for file in files if file.picture}
    earlier = {
        file.id: photos[file.picture.before_id]
        for file in photos.values()
        if file.picture and file.picture.before_id in photos
    }
    led = {file.id for file in earlier.values()}
    return [(earlier[key], file) if key in earlier else (file,) for key, file in photos.items() if key not in led]


def install(app: Flask) -> None:
    """Give templates the groups."""
    app.jinja_env.globals.update(photo_groups=photo_groups)


@pages.get("/words")
@member
def ask_words(photo_id: UUID) -> str:
    photo = _photo(photo_id)
    return _dialog(photo, _known(photo))


@pages.post("/words")
@member
def describe(photo_id: UUID) -> Answer:
    """Keep what was typed, and the pair that was chosen."""
    photo, form, photos = _photo(photo_id), Form.typed(), current_desk().photos
    try:
        values = edges.read(PhotoSchema, form)
        pair = _pair(photo_id, values["other"], values["side"]) if values["other"] else None
        photos.describe(photo_id, _words(values), pair)
    except NotFound:
        raise
    except GongdanError as refusal:
        return _dialog(photo, form.refused(refusal)), status_of(refusal)
    told(msg("已保存照片“{name}”的说明"), name=photo.name)
    return go_to(subject_address(photo.subject.kind, photo.subject.id) or "/")


@pages.post("/unpair")
@member
def unpair(photo_id: UUID) -> Response:
    photo = _photo(photo_id)
    current_desk().photos.unpair(photo_id)
    told(msg("已拆开这一对照片"))
    return go_to(subject_address(photo.subject.kind, photo.subject.id) or "/")


def _photo(photo_id: UUID) -> AttachmentView:
    found = current_desk().attachments.find(photo_id)
    if found.picture is None:
        raise NotFound("photo", str(photo_id))
    return found


def _words(values: dict[str, Any]) -> PhotoWords:
    taken = values["taken_at"]
    return PhotoWords(
        caption=values["caption"],
        taken_at=taken.replace(tzinfo=shown.zone()).astimezone(UTC) if taken else None,
        coordinates=read_coordinates(values["latitude"], values["longitude"], values["system"]),
    )


def _pair(photo_id: UUID, other: UUID, side: str) -> Pair:
    return Pair(photo_id, other) if side == _BEFORE else Pair(other, photo_id)


def _known(photo: AttachmentView) -> Form:
    picture = photo.picture
    taken = picture.taken_at.astimezone(shown.zone()) if picture and picture.taken_at else None
    place = picture.coordinates if picture else None
    return Form.of(
        caption=picture.caption if picture else "",
        taken_at=taken.strftime("%Y-%m-%dT%H:%M") if taken else "",
        latitude=place.latitude if place else "",
        longitude=place.longitude if place else "",
        system=(place.system if place else CoordinateSystem.WGS84).value,
        side=_AFTER,
    )


def _called(photo: AttachmentView) -> str:
    caption = photo.picture.caption if photo.picture else ""
    return f"{caption} · {photo.name}" if caption else photo.name


def _dialog(photo: AttachmentView, form: Form) -> str:
    desk = current_desk()
    with desk.reading():
        return dialog(
            "attachments/words.html",
            photo=photo,
            form=form,
            partner=desk.photos.partner(photo),
            others=[(str(other.id), _called(other)) for other in desk.photos.pairable(photo)],
            systems=[(system.value, system.value) for system in CoordinateSystem],
            longest=LONGEST_CAPTION,
        )

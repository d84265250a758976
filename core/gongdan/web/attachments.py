"""Files: hung on whatever has a page, and served so that none of them can run in our pages."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Flask, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.subjects import SubjectKey
from gongdan.services.attachment_rows import SHOWN_INLINE, AttachmentView
from gongdan.services.file_checks import MAX_BYTES, Upload
from gongdan.text import msg
from gongdan.web.access import current_desk, is_fragment, member
from gongdan.web.links import subject_address
from gongdan.web.pages import go_to, told

pages = Blueprint("attachments", __name__, url_prefix="/attachments")

Answer = AnyResponse | str

#: Whatever a file contains, a browser that shows it may load and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class FileCard:
    """The files of one thing, as its card shows them."""

    subject: SubjectKey
    files: tuple[AttachmentView, ...]
    may_add: bool
    #: Largest file, in bytes.
    max_bytes: int = MAX_BYTES


def card_of(kind: str, subject_id: UUID) -> FileCard:
    """Return the card of a thing that the person may see."""
    attachments, subject = current_desk().attachments, SubjectKey(kind, subject_id)
    return FileCard(subject, tuple(attachments.of(subject)), attachments.may_add(subject))


def sent_files(name: str = "files") -> list[Upload]:
    """Return the files that a form sends under a name."""
    return [Upload(file.filename or "", file.read()) for file in request.files.getlist(name) if file.filename]


def install(app: Flask) -> None:
    """Give templates the cards."""
    app.jinja_env.globals.update(card_of=card_of)


@pages.get("/<uuid:attachment_id>")
@member
def show(attachment_id: UUID) -> Response:
    """Send the file: a photo may stand in the page, anything else is only downloaded."""
    found, content = current_desk().attachments.read(attachment_id)
    is_shown = found.media_type in SHOWN_INLINE
    disposition = "inline" if is_shown else "attachment"
    return Response(
        content,
        mimetype=found.media_type if is_shown else "application/octet-stream",
        headers={
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(found.name, safe='')}",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )


@pages.post("/on/<kind>/<uuid:subject_id>")
@member
def add(kind: str, subject_id: UUID) -> Answer:
    """Hang files on a thing; htmx gets its card again, with them."""
    added = current_desk().attachments.add(SubjectKey(kind, subject_id), sent_files())
    if is_fragment():
        return render_template("attachments/card.html", card=card_of(kind, subject_id))
    if added:
        told(msg("已上传 {count} 个文件"), count=len(added))
    return go_to(subject_address(kind, subject_id) or "/")

"""Files: hung on whatever has a page, and served so that none of them can run in our pages."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Flask, Response, render_template, request
from werkzeug.http import quote_etag
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.subjects import SubjectKey
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.file_checks import ALLOWED, MAX_BYTES, Upload
from gongdan.text import msg
from gongdan.web.access import current_desk, is_fragment, member
from gongdan.web.links import subject_address
from gongdan.web.pages import go_to, told

pages = Blueprint("attachments", __name__, url_prefix="/attachments")

Answer = AnyResponse | str

#: Whatever a file contains, a browser that shows it may load and run nothing.
_POLICY = "default-src 'none'; sandbox"


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
def show(attachment_id: UUID) -> AnyResponse:
    """Send the file: an image that was drawn anew may stand in the page, anything else is only downloaded."""
    attachments = current_desk().attachments
    found = attachments.find(attachment_id)
    return _known(found.sha256) or _file(found, attachments.content(found))


@pages.get("/<uuid:attachment_id>/thumbnail")
@member
def thumbnail(attachment_id: UUID) -> AnyResponse:
    """Send the small picture of an image."""
    attachments = current_desk().attachments
    found = attachments.find(attachment_id)
    digest = found.picture.thumbnail_sha256 if found.picture else ""
    return _known(digest) or _sent(attachments.thumbnail(found), "image/jpeg", digest, "inline; filename=thumbnail.jpg")


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


def _file(found: AttachmentView, content: bytes) -> AnyResponse:
    # The table holds only types of the list; should it ever hold another, no browser hears of it.
    media_type = found.media_type if found.media_type in ALLOWED.values() else "application/octet-stream"
    disposition = "inline" if found.picture else "attachment"
    return _sent(content, media_type, found.sha256, f"{disposition}; filename*=UTF-8''{quote(found.name, safe='')}")


def _known(digest: str) -> AnyResponse | None:
    """Return that the browser has it already, if it says so; whoever asks has been let in."""
    if digest not in request.if_none_match:
        return None
    return Response(status=304, headers=_headers(digest))


def _sent(content: bytes, media_type: str, digest: str, disposition: str) -> AnyResponse:
    # A text is never guessed at: without a charset of its own, none is claimed.
    answer = Response(content, content_type=media_type, headers=_headers(digest))
    answer.headers["Content-Disposition"] = disposition
    return answer


def _headers(digest: str) -> dict[str, str]:
    # The browser keeps it for this person, and asks each time whether he still may see it.
    return {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": quote_etag(digest),
        "X-Content-Type-Options": "nosniff",
    }

"""Files of tickets: served so that none of them can run in our pages."""

from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response

from gongdan.services.attachments import SHOWN_INLINE
from gongdan.web.access import current_desk, needs

pages = Blueprint("attachments", __name__, url_prefix="/attachments")

#: Whatever a file contains, a browser that shows it may load and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@pages.get("/<uuid:attachment_id>")
@needs("ticket.view")
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

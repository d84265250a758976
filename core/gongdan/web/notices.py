"""Notices: what a person was told, the unread ones marked; the bell in the top bar counts them."""

from uuid import UUID

from flask import Blueprint, Flask, g, render_template, request
from werkzeug.wrappers import Response

from gongdan.services.notices import NoticeView
from gongdan.web import duties
from gongdan.web.access import current_desk, may, member
from gongdan.web.pages import go, go_to
from gongdan.web.words import translator

pages = Blueprint("notices", __name__, url_prefix="/notices")

#: The bell counts no further.
_MOST_COUNTED = 99


@pages.get("")
@member
def index() -> str:
    return render_template("notices/index.html", notices=current_desk().notices.mine())


@pages.post("/read")
@member
def read() -> Response:
    """Mark notices as read: one, or all of them when none is named."""
    named = request.form.get("notice", type=UUID)
    current_desk().notices.read((named,) if named else None)
    return go("notices.index")


@pages.post("/<uuid:notice_id>/open")
@member
def open_ticket(notice_id: UUID) -> Response:
    """Mark a notice as read and lead to what it is about."""
    desk = current_desk()
    found = next((notice for notice in desk.notices.mine() if notice.id == notice_id), None)
    desk.notices.read((notice_id,))
    duty = desk.duties.find(found.duty_id) if found and found.duty_id and may("ticket.view") else None
    if duty and (address := duties.address(duty)):
        return go_to(address)
    if found is None or found.ticket_id is None:
        return go("notices.index")
    return go("ticket.show", ticket_id=found.ticket_id)


def install(app: Flask) -> None:
    """Give templates the bell's count and the words of notices."""
    app.jinja_env.globals.update(unread_notices=_unread, notice_words=_words)


def _unread() -> str:
    """Return how many notices the person has not read; empty for none."""
    count = g.desk.notices.unread() if g.get("desk") else 0
    return "" if not count else f"{_MOST_COUNTED}+" if count > _MOST_COUNTED else str(count)


def _words(notice: NoticeView) -> str:
    return translator().fill(notice.text, notice.params)

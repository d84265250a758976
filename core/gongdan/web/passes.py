"""One pass: what it is worth, who looked at it, and how it is taken back, reported lost or revoked."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import GongdanError
from gongdan.printing.drawings import qr_path
from gongdan.services.pass_rows import PassView
from gongdan.services.permit_keeper import PASS_NOUN
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.papers import address
from gongdan.web.problems import status_of

pages = Blueprint("passes", __name__, url_prefix="/passes")

Answer = AnyResponse | str | tuple[str, int]


@pages.get("/<uuid:pass_id>")
@needs("permit.view")
def show(pass_id: UUID) -> str:
    desk = current_desk()
    found = desk.passes.find(pass_id)
    return render_template(
        "passes/show.html",
        found=found,
        first=desk.passes.find(found.follows_id) if found.follows_id else None,
        checks=desk.passes.checks(pass_id),
        qr=qr_path(desk.printing.code(PASS_NOUN, pass_id, address())),
    )


@pages.get("/<uuid:pass_id>/badge")
@needs("permit.view")
def badge(pass_id: UUID) -> str:
    """Show a pass as it is worn or posted, for printing."""
    desk = current_desk()
    code = desk.printing.code(PASS_NOUN, pass_id, address())
    return render_template("passes/badge.html", found=desk.passes.find(pass_id), qr=qr_path(code))


@pages.post("/<uuid:pass_id>/return")
@needs("pass.return")
def give_back(pass_id: UUID) -> AnyResponse:
    found = current_desk().passes.give_back(pass_id)
    told(msg("已收回 {serial}"), serial=found.serial)
    return go("passes.show", pass_id=pass_id)


@pages.get("/<uuid:pass_id>/lost")
@needs("pass.return")
def ask_lost(pass_id: UUID) -> str:
    return _ask(pass_id, "lost", Form.of())


@pages.post("/<uuid:pass_id>/lost")
@needs("pass.return")
def report_lost(pass_id: UUID) -> Answer:
    return _end(pass_id, "lost", current_desk().passes.report_lost)


@pages.get("/<uuid:pass_id>/revoke")
@needs("pass.revoke")
def ask_revoke(pass_id: UUID) -> str:
    return _ask(pass_id, "revoke", Form.of())


@pages.post("/<uuid:pass_id>/revoke")
@needs("pass.revoke")
def revoke(pass_id: UUID) -> Answer:
    return _end(pass_id, "revoke", current_desk().passes.revoke)


def _ask(pass_id: UUID, act: str, form: Form) -> str:
    return dialog("passes/end.html", found=current_desk().passes.find(pass_id), act=act, form=form)


def _end(pass_id: UUID, act: str, end: Callable[[UUID, str], PassView]) -> Answer:
    form = Form.typed()
    try:
        found = end(pass_id, form.value("reason"))
    except GongdanError as refusal:
        return _ask(pass_id, act, form.refused(refusal)), status_of(refusal)
    told(msg("{serial} 已失效，扫码即可看到"), serial=found.serial)
    return go("passes.show", pass_id=pass_id)

"""The guard's page: scan or type a pass, see in one look what it is worth, count goods that leave."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import GongdanError, InvalidInput
from gongdan.services.pass_rows import Checked
from gongdan.text import msg
from gongdan.web.access import current_desk, may, needs
from gongdan.web.forms import Form
from gongdan.web.pages import go, told
from gongdan.web.problems import status_of

pages = Blueprint("checks", __name__, url_prefix="/check")

Answer = AnyResponse | str | tuple[str, int]
#: How the form calls the count of a line of goods.
_FOUND = "found-"


@pages.get("")
@needs("pass.check")
def show() -> Answer:
    """Show the answer to a code in the address; the look is written down."""
    code, post = request.args.get("code", ""), request.args.get("post", "")
    form = Form.of(code=code, post=post)
    if not code:
        return _page(form, None)
    try:
        return _page(form, current_desk().passes.check(code, post))
    except InvalidInput as refusal:
        return _page(form.refused(refusal), None), status_of(refusal)


@pages.post("/<uuid:pass_id>/let-out")
@needs("pass.check")
def let_out(pass_id: UUID) -> Answer:
    form = Form.typed()
    try:
        found = current_desk().passes.let_out(pass_id, _counts(form), form.value("post"))
    except GongdanError as refusal:
        return _page(form.refused(refusal), _again(form)), status_of(refusal)
    told(msg("{serial} 已放行"), serial=found.serial)
    return go("checks.show", post=form.value("post") or None)


@pages.post("/<uuid:pass_id>/turn-back")
@needs("pass.check")
def turn_back(pass_id: UUID) -> Answer:
    form = Form.typed()
    try:
        found = current_desk().passes.refuse_exit(pass_id, form.value("reason"), _counts(form), form.value("post"))
    except GongdanError as refusal:
        return _page(form.refused(refusal), _again(form)), status_of(refusal)
    told(msg("{serial} 已拒绝，放行条作废"), serial=found.serial)
    return go("checks.show", post=form.value("post") or None)


def _counts(form: Form) -> Mapping[UUID, str]:
    named = {name.removeprefix(_FOUND): form.value(name) for name in form.values if name.startswith(_FOUND)}
    return {UUID(key): text for key, text in named.items() if _is_key(key)}


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _again(form: Form) -> Checked:
    """Return the pass that the refused form is about, without looking at it once more."""
    return current_desk().passes.again(form.value("code"))


def _page(form: Form, checked: Checked | None) -> str:
    desk = current_desk()
    return render_template(
        "checks/show.html",
        form=form,
        checked=checked,
        recent=desk.passes.checks(limit=8) if may("permit.view") else (),
    )

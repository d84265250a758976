"""Signing a form: what is signed stands on the page, and the ways to do it below."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from gongdan.domain.form_views import FormView
from gongdan.domain.forms import SigningWay
from gongdan.domain.strokes import HEIGHT, WIDTH
from gongdan.errors import (
    FileRefused,
    InvalidInput,
    LoginRefused,
    LoginThrottled,
    NotFound,
    SignatureRefused,
    StaleVersion,
)
from gongdan.services.file_checks import Upload
from gongdan.services.form_signing import Right
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.form_words import paper
from gongdan.web.forms import Form
from gongdan.web.pages import go, told
from gongdan.web.problems import status_of

pages = Blueprint("form_signing", __name__, url_prefix="/papers/<uuid:form_id>")

Answer = Response | str | tuple[str, int]


@pages.get("/sign/<box>")
@needs("ticket.view")
def sign(form_id: UUID, box: str) -> str:
    view = current_desk().forms.find(form_id)
    return _page(view, box, Form.of(seen=view.digests.get(box, "")))


@pages.post("/sign/<box>")
@needs("ticket.view")
def signed(form_id: UUID, box: str) -> Answer:
    form = Form.typed()
    try:
        _acts(form_id, box, form)[_way(form)]()
    except StaleVersion as refusal:
        view = current_desk().forms.find(form_id)
        return _page(view, box, form.with_value("seen", view.digests.get(box, "")).refused(refusal)), status_of(refusal)
    except (InvalidInput, SignatureRefused, LoginRefused, LoginThrottled, FileRefused) as refusal:
        return _page(current_desk().forms.find(form_id), box, form.refused(refusal)), status_of(refusal)
    told(msg("已签名"))
    return go("forms.show", form_id=form_id)


@pages.post("/signatures/<uuid:signature_id>/take-back")
@needs("ticket.view")
def take_back(form_id: UUID, signature_id: UUID) -> Answer:
    current_desk().signing.take_back(form_id, signature_id)
    told(msg("已撤回签名"))
    return go("forms.show", form_id=form_id)


def _acts(form_id: UUID, box: str, form: Form) -> dict[SigningWay, Callable[[], FormView]]:
    signing, seen, name = current_desk().signing, form.value("seen"), form.value("name")
    return {
        SigningWay.TYPED: lambda: signing.type(form_id, box, seen, form.value("password")),
        SigningWay.DRAWN: lambda: signing.draw(form_id, box, seen, form.value("strokes"), name=name),
        SigningWay.ON_PAPER: lambda: signing.on_paper(form_id, box, seen, _scan(), name=name),
    }


def _way(form: Form) -> SigningWay:
    try:
        return SigningWay(form.value("way"))
    except ValueError as problem:
        raise NotFound("signing_way", form.value("way")) from problem


def _scan() -> Upload:
    file = request.files.get("scan")
    return Upload(file.filename or "", file.read()) if file else Upload("", b"")


def _page(view: FormView, box: str, form: Form) -> str:
    desk = current_desk()
    declared = view.kind.box(box)
    if declared is None:
        raise NotFound("signature_box", box)
    right = desk.signing.rights(view).get(box, Right())
    covered = {block.name for block in view.kind.blocks if not declared.covers or block.name in declared.covers}
    return render_template(
        "forms/sign.html",
        view=view,
        box=declared,
        right=right,
        form=form,
        paper=paper(view),
        covered=covered,
        ways=_ways(declared.ways, right),
        WIDTH=WIDTH,
        HEIGHT=HEIGHT,
    )


def _ways(declared: tuple[SigningWay, ...], right: Right) -> tuple[SigningWay, ...]:
    """Return how the person may sign here; who has no account cannot type."""
    return tuple(way for way in declared if right.is_own or way is not SigningWay.TYPED)

"""The visitor desk: somebody is registered within a minute, let in with consent, and seen out."""

import secrets
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain import visits as words
from gongdan.errors import GongdanError
from gongdan.services.visit_rows import NewVisit
from gongdan.text import msg
from gongdan.web import edges, shown
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of

pages = Blueprint("visits", __name__, url_prefix="/visitors")

Answer = AnyResponse | str | tuple[str, int]


class VisitSchema(Schema):
    """A visitor who is being registered."""

    name = edges.text(msg("来访人"))
    phone = edges.text(msg("电话"))
    document = edges.text(msg("证件"))
    identity = edges.text(msg("证件号码"))
    firm = edges.text(msg("单位"))
    plate = edges.text(msg("车牌"))
    purpose = edges.text(msg("事由"))
    asset_id = edges.key(msg("到访何处"))
    place = edges.text(msg("到访何处"))
    host = edges.text(msg("被访人"))
    consent = edges.text(msg("被访人意见"))
    consent_by = edges.text(msg("谁同意的"))
    consent_way = edges.text(msg("怎样联系的"))
    remark = edges.text(msg("备注"))
    form_id = edges.text("")


@pages.get("")
@needs("visitor.register")
def index() -> str:
    given = {"document": "resident_id", "form_id": secrets.token_hex(16), "opened": _stamp()}
    return _page(Form.of(**given))


@pages.post("")
@needs("visitor.register")
def register() -> Answer:
    form = Form.typed()
    try:
        values = edges.read(VisitSchema, form)
        visit = current_desk().visits.register(NewVisit(**values, opened_at=_opened(form.value("opened"))))
    except GongdanError as refusal:
        return _page(form.refused(refusal)), status_of(refusal)
    if visit.entered_at is None:
        told(msg("已登记 {name}：未获同意，不予进入"), name=visit.name)
    else:
        told(msg("已登记 {name}，访客证 {serial}"), name=visit.name, serial=visit.serial)
    return go("visits.index")


@pages.get("/known")
@needs("visitor.register")
def known() -> str:
    """Tell who has been here before with the number that is being typed."""
    found = current_desk().visits.known(phone=request.args.get("phone", ""), identity=request.args.get("identity", ""))
    return render_template("visits/known.html", found=found)


@pages.post("/<uuid:visit_id>/leave")
@needs("visitor.register")
def leave(visit_id: UUID) -> AnyResponse:
    visit = current_desk().visits.leave(visit_id)
    told(msg("{name} 已离开"), name=visit.name)
    return go("visits.index")


@pages.get("/register")
@needs("visitor.view")
def book() -> str:
    """Show the register of some days, and how quickly people were entered."""
    desk, today = current_desk(), _today()
    first = edges.asked_day(request.args.get("from", "")) or today
    last = max(edges.asked_day(request.args.get("to", "")) or today, first)
    text = request.args.get("q", "")
    return render_template(
        "visits/book.html",
        visits=desk.visits.of_days(first, last, text),
        figures=desk.visits.figures(first, last),
        limit=desk.visits.limit_seconds(),
        first=first,
        last=last,
        text=text,
        words=_words(),
    )


@pages.get("/evacuation")
@needs("visitor.view")
def evacuation() -> str:
    """Show everybody who is inside, to be printed and ticked off at the assembly point."""
    return render_template("visits/evacuation.html", inside=current_desk().visits.inside(), now=shown.now())


@pages.get("/<uuid:visit_id>/identity")
@needs("party.unmask")
def ask_reason(visit_id: UUID) -> str:
    return dialog("visits/unmask.html", visit=current_desk().visits.find(visit_id), form=Form.of(), identity="")


@pages.post("/<uuid:visit_id>/identity")
@needs("party.unmask")
def unmask(visit_id: UUID) -> Answer:
    """Show the whole number once; the reading and its reason are in the journal."""
    desk, form = current_desk(), Form.typed()
    visit, identity = desk.visits.find(visit_id), ""
    try:
        identity = desk.visits.unmask(visit_id, form.value("reason"))
    except GongdanError as refusal:
        form = form.refused(refusal)
    return dialog("visits/unmask.html", visit=visit, form=form, identity=identity)


def _page(form: Form) -> str:
    desk, today = current_desk(), _today()
    return render_template(
        "visits/index.html",
        form=form,
        inside=desk.visits.inside(),
        figures=desk.visits.figures(today, today),
        limit=desk.visits.limit_seconds(),
        words=_words(),
    )


def _words() -> dict[str, dict[str, str]]:
    """Return the source texts of stored choices."""
    groups = {
        "consent": words.CONSENTS, "way": words.CONSENT_WAYS, "purpose": words.PURPOSES, "document": words.DOCUMENTS
    }  # fmt: skip
    return {name: {str(choice.value): choice.label for choice in choices} for name, choices in groups.items()}


def _today() -> date:
    return shown.now().astimezone(current_desk().zone).date()


def _stamp() -> str:
    """Return the moment at which the page is opened, sealed so that nobody makes himself quicker than he was."""
    return _serializer().dumps(shown.now().isoformat())


def _opened(stamp: str) -> datetime | None:
    try:
        return datetime.fromisoformat(str(_serializer().loads(stamp)))
    except (BadSignature, ValueError):
        return None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="visit opened")

"""Companies: the operator's tree of all, and what each company's administrator sets about his own."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, g, render_template
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.snapshots import CompanyView
from gongdan.errors import GongdanError
from gongdan.services.companies import ACCENTS, DEFAULT_TIME_ZONE
from gongdan.text import msg
from gongdan.web import edges
from gongdan.web.access import current_actor, current_desk, installation, needs, needs_operator
from gongdan.web.forms import Form
from gongdan.web.pages import go, told
from gongdan.web.problems import status_of

pages = Blueprint("companies", __name__)

#: Zones that are offered; a company keeps another one that it already has.
TIME_ZONES = (
    "Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo",
    "Asia/Bangkok", "Asia/Dubai", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles",
    "Australia/Sydney", "UTC",
)  # fmt: skip

#: Names of the accents, by the name that the style sheet knows.
ACCENT_LABELS = {
    "blue": msg("蓝"), "azure": msg("天蓝"), "teal": msg("青"), "green": msg("绿"), "orange": msg("橙"),
    "red": msg("红"), "pink": msg("粉"), "purple": msg("紫"), "indigo": msg("靛蓝"), "slate": msg("石板灰"),
}  # fmt: skip


class CompanySchema(Schema):
    """What can be changed about a company."""

    name = edges.text(msg("公司名称"))
    time_zone = edges.text(msg("时区"))
    locale = edges.text(msg("语言"), "zh")
    accent = edges.text(msg("主题色"))


class NewCompanySchema(CompanySchema):
    """A company that is being made."""

    code = edges.text(msg("公司代码"))
    parent = edges.text(msg("上级公司"))
    appoint = edges.flag(msg("由我担任公司管理员"))


@dataclass(frozen=True, slots=True)
class Branch:
    """A company at its place in the tree."""

    company: CompanyView
    depth: int
    people: int
    plugins: int


@pages.get("/companies")
@needs_operator
def index() -> str:
    return render_template("companies/index.html", branches=_tree())


@pages.get("/companies/new")
@needs_operator
def new() -> str:
    form = Form.of(time_zone=DEFAULT_TIME_ZONE, locale="zh", accent=ACCENTS[0], appoint="true")
    return _new_page(form)


@pages.post("/companies")
@needs_operator
def create() -> AnyResponse | tuple[str, int]:
    form, actor = Form.typed(), current_actor()
    try:
        values = edges.read(NewCompanySchema, form)
        appointed = values.pop("appoint")
        company = installation().companies.create(actor, values.pop("code"), values.pop("name"), **values)
        if appointed and actor.account_id:
            installation().companies.appoint(actor, company.id, actor.account_id)
    except GongdanError as refusal:
        return _new_page(form.refused(refusal)), status_of(refusal)
    if not (appointed and actor.account_id):
        told(msg("已建立公司“{name}”"), name=company.name)
        return go("companies.index")
    installation().sessions.enter_company(g.device.id, company.id)
    told(msg("已建立公司“{name}”，您现在就在这家公司里。下一步：启用它需要的扩展。"), name=company.name)
    return go("plugins.index")


@pages.get("/companies/<uuid:company_id>")
@needs_operator
def edit(company_id: UUID) -> str:
    company = installation().companies.view(company_id)
    return _edit_page(company, _filled(company))


@pages.post("/companies/<uuid:company_id>")
@needs_operator
def save(company_id: UUID) -> AnyResponse | tuple[str, int]:
    company, form = installation().companies.view(company_id), Form.typed()
    try:
        installation().companies.change(current_actor(), company_id, **edges.read(CompanySchema, form))
    except GongdanError as refusal:
        return _edit_page(company, form.refused(refusal)), status_of(refusal)
    told(msg("已保存"))
    return go("companies.index")


@pages.post("/companies/<uuid:company_id>/appoint")
@needs_operator
def appoint(company_id: UUID) -> AnyResponse:
    actor = current_actor()
    if actor.account_id:
        installation().companies.appoint(actor, company_id, actor.account_id)
    told(msg("您已是这家公司的管理员，可在左上角切换过去"))
    return go("companies.index")


@pages.get("/settings")
@needs("company.admin")
def settings() -> str:
    return _settings_page(_filled(current_desk().company))


@pages.post("/settings")
@needs("company.admin")
def save_settings() -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        values = edges.read(CompanySchema, form)
        installation().companies.change(current_actor(), current_desk().company.id, **values)
    except GongdanError as refusal:
        return _settings_page(form.refused(refusal)), status_of(refusal)
    told(msg("已保存"))
    return go("companies.settings")


def _tree() -> Sequence[Branch]:
    """Return every company below its parent."""
    companies = installation().companies.all()
    known = {company.id for company in companies}
    below: dict[UUID | None, list[CompanyView]] = {}
    for company in companies:
        below.setdefault(company.parent_id if company.parent_id in known else None, []).append(company)
    found: list[Branch] = []
    waiting = [(company, 0) for company in reversed(below.get(None, []))]
    while waiting:
        company, depth = waiting.pop()
        desk = installation().at(company)
        found.append(Branch(company, depth, len(desk.members.all()), len(desk.enabled)))
        waiting += [(child, depth + 1) for child in reversed(below.get(company.id, []))]
    return found


def _filled(company: CompanyView) -> Form:
    return Form.of(
        name=company.name, time_zone=company.time_zone, locale=company.locale, accent=company.accent
    )  # fmt: skip


def _zones(form: Form) -> Sequence[tuple[str, str]]:
    chosen = form.value("time_zone")
    zones = TIME_ZONES if chosen in TIME_ZONES or not chosen else (chosen, *TIME_ZONES)
    return [(zone, zone) for zone in zones]


def _new_page(form: Form) -> str:
    return render_template(
        "companies/new.html", form=form, zones=_zones(form), accents=ACCENT_LABELS,
        companies=[(company.code, company.name) for company in installation().companies.all()],
    )  # fmt: skip


def _edit_page(company: CompanyView, form: Form) -> str:
    return render_template("companies/edit.html", form=form, zones=_zones(form), accents=ACCENT_LABELS, company=company)


def _settings_page(form: Form) -> str:
    return render_template(
        "companies/settings.html", form=form, zones=_zones(form), accents=ACCENT_LABELS,
        room=current_desk().attachments.room(), company=current_desk().company,
    )  # fmt: skip

"""Dated links of an asset: made and ended in dialogs."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint
from marshmallow import Schema
from werkzeug.wrappers import Response

from gongdan.errors import FieldProblem, GongdanError, InvalidInput, NotFound
from gongdan.services.assets import AssetLinkView
from gongdan.services.grids import AssetView
from gongdan.text import msg
from gongdan.web import edges
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.record_words import role_labels, today
from gongdan.web.words import say

pages = Blueprint("asset_links", __name__)

Answer = Response | str | tuple[str, int]


class LinkSchema(Schema):
    """A link that is being made."""

    role = edges.text(msg("关系"))
    party = edges.key(msg("客户"))
    other = edges.key(msg("另一项资产"))
    begins = edges.day(msg("开始日期"))
    ends = edges.day(msg("结束日期"))


class EndSchema(Schema):
    """The first day on which a link no longer holds."""

    ends = edges.day(msg("结束日期"))


@pages.get("/assets/<uuid:asset_id>/links/new")
@needs("asset.edit")
def new_link(asset_id: UUID) -> str:
    return _link_dialog(current_desk().assets.find(asset_id), Form.of(begins=today().isoformat()))


@pages.post("/assets/<uuid:asset_id>/links")
@needs("asset.edit")
def make(asset_id: UUID) -> Answer:
    desk, form = current_desk(), Form.typed()
    asset = desk.assets.find(asset_id)
    try:
        values = edges.read(LinkSchema, form)
        desk.assets.link(asset_id, values["role"], party_id=values["party"], other_asset_id=values["other"],
                         begins=values["begins"], ends=values["ends"])  # fmt: skip
    except GongdanError as refusal:
        return _link_dialog(asset, form.refused(refusal, _words(LinkSchema))), status_of(refusal)
    told(msg("已建立关系"))
    return go("assets.show", asset_id=asset_id)


@pages.get("/assets/<uuid:asset_id>/links/<uuid:link_id>/end")
@needs("asset.edit")
def ask_end(asset_id: UUID, link_id: UUID) -> str:
    asset = current_desk().assets.find(asset_id)
    return _end_dialog(asset, _link(asset_id, link_id), Form.of(ends=today().isoformat()))


@pages.post("/assets/<uuid:asset_id>/links/<uuid:link_id>/end")
@needs("asset.edit")
def end_link(asset_id: UUID, link_id: UUID) -> Answer:
    desk, form = current_desk(), Form.typed()
    asset, found = desk.assets.find(asset_id), _link(asset_id, link_id)
    try:
        day = edges.read(EndSchema, form)["ends"]
        if day is None:
            raise InvalidInput((FieldProblem("ends", "", msg("必须填写"), label=msg("结束日期")),))
        desk.assets.end_link(link_id, day)
    except GongdanError as refusal:
        return _end_dialog(asset, found, form.refused(refusal, _words(EndSchema))), status_of(refusal)
    told(msg("已结束关系"))
    return go("assets.show", asset_id=asset_id)


def _words(schema: type[Schema]) -> Mapping[str, str]:
    """Return what the fields of a form are called, for problems that do not say it."""
    return {name: say(str(field.metadata.get("label", ""))) for name, field in schema().fields.items()}


def _link(asset_id: UUID, link_id: UUID) -> AssetLinkView:
    for link in current_desk().assets.links(asset_id):
        if link.id == link_id:
            return link
    raise NotFound("link", str(link_id))


def _link_dialog(asset: AssetView, form: Form) -> str:
    desk = current_desk()
    rules = desk.installation.plugins.catalogue.link_rules.of(desk.enabled)
    return dialog("assets/link.html", thing=asset, form=form, roles=[(rule.role, say(rule.label)) for rule in rules])


def _end_dialog(asset: AssetView, found: AssetLinkView, form: Form) -> str:
    return dialog("assets/end_link.html", thing=asset, link=found, form=form, role_labels=role_labels())

"""Adding and changing an asset."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from gongdan.domain.assets import AssetKind
from gongdan.domain.fields import Field
from gongdan.errors import Conflict, FieldProblem, InvalidInput, StaleVersion
from gongdan.services.assets import AssetInput
from gongdan.services.grids import AssetView
from gongdan.text import msg
from gongdan.web import edges, merging, shown
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import done_with, go, told
from gongdan.web.problems import status_of
from gongdan.web.record_words import kinds_under
from gongdan.web.words import say

pages = Blueprint("asset_edit", __name__)

#: Inputs of declared fields carry this before their names, so that none meets a field of the core.
_TYPED = "x-"

_LABELS: Mapping[str, str] = {"label": msg("名称"), "state": msg("状态"), "position": msg("楼层或位置")}

Answer = Response | str | tuple[str, int]


class ParentSchema(Schema):
    """The place in the tree where an asset is added."""

    parent = edges.key(msg("上级"))


class AssetSchema(ParentSchema):
    """What is filled in about an asset besides its declared fields."""

    kind = edges.text(msg("类型"))
    code = edges.text(msg("编号"))
    label = edges.text(_LABELS["label"])
    position = edges.text(_LABELS["position"])
    state = edges.text(_LABELS["state"])


@pages.get("/assets/new")
@needs("asset.edit")
def new() -> str:
    above = _above(Form(request.args.to_dict(flat=False)))
    kinds = kinds_under(above)
    kind = next((one for one in kinds if one.name == request.args.get("kind")), kinds[0] if kinds else None)
    if kind is None:
        raise InvalidInput((FieldProblem("kind", "", msg("这一级下面不能再添加")),))
    return _form_page(Form.of(kind=kind.name, parent=above.id if above else None), kind, None)


@pages.post("/assets")
@needs("asset.edit")
def create() -> Answer:
    form = Form.typed()
    kind = _declared_kind(form.value("kind"))
    try:
        made = current_desk().assets.create(_read(form, kind))
    except (InvalidInput, Conflict) as refusal:
        return _form_page(_refused(form, refusal, kind), kind, None), status_of(refusal)
    told(msg("已添加“{name}”"), name=made.label)
    done_with(f"asset-new-{kind.name}")
    return go("assets.show", asset_id=made.id)


@pages.get("/assets/<uuid:asset_id>/edit")
@needs("asset.edit")
def edit(asset_id: UUID) -> str:
    asset = current_desk().assets.find(asset_id)
    kind = _declared_kind(asset.kind)
    form = merging.remembered(_values(asset, kind)).with_value("version", asset.version)
    return _form_page(form, kind, asset)


@pages.post("/assets/<uuid:asset_id>")
@needs("asset.edit")
def save(asset_id: UUID) -> Answer:
    desk, form = current_desk(), Form.typed()
    asset = desk.assets.find(asset_id)
    kind = _declared_kind(asset.kind)
    try:
        desk.assets.change(asset_id, form.version(), replace(_read(form, kind), code=asset.code))
    except StaleVersion as refusal:
        return _merge_page(asset, kind, form), status_of(refusal)
    except InvalidInput as refusal:
        return _form_page(_refused(form, refusal, kind), kind, asset), status_of(refusal)
    told(msg("已保存"))
    done_with(f"asset-{asset_id}")
    return go("assets.show", asset_id=asset_id)


def _declared_kind(name: str) -> AssetKind:
    for kind in current_desk().assets.kinds():
        if kind.name == name:
            return kind
    raise InvalidInput((FieldProblem("kind", name, msg("不是可选的值"), label=msg("类型")),))


def _inputs(kind: AssetKind) -> Sequence[Field]:
    """Return the declared fields under the names that their inputs have."""
    return [replace(field, name=_TYPED + field.name) for field in kind.fields]


def _read(form: Form, kind: AssetKind) -> AssetInput:
    values = edges.read(AssetSchema, form)
    fields = {field.name: form.value(_TYPED + field.name) for field in kind.fields}
    return AssetInput(
        kind=kind.name,
        code=values["code"],
        label=values["label"],
        parent_id=values["parent"],
        position=values["position"],
        state=values["state"],
        fields=fields,
    )


def _refused(form: Form, refusal: InvalidInput | Conflict, kind: AssetKind) -> Form:
    """Return the refused form with the problems of declared fields beside their inputs."""
    if isinstance(refusal, Conflict):
        taken = FieldProblem("code", form.value("code"), msg("这一级里已有这个编号"), msg("请核对，或打开已有的那一项"))
        return form.refused(InvalidInput((replace(taken, label=msg("编号")),)))
    declared = {field.name for field in kind.fields}
    problems = [replace(one, field=_TYPED + one.field) if one.field in declared else one for one in refusal.problems]
    return form.refused(InvalidInput(tuple(problems)))


def _values(asset: AssetView, kind: AssetKind) -> dict[str, str]:
    values = {"label": asset.label, "state": asset.state, "position": asset.position}
    typed = {_TYPED + field.name: shown.input_text(field, asset.fields.get(field.name)) for field in kind.fields}
    return values | typed


def _above(form: Form) -> AssetView | None:
    try:
        parent = edges.read(ParentSchema, form)["parent"]
    except InvalidInput:
        return None
    return current_desk().assets.find(parent) if parent else None


def _form_page(form: Form, kind: AssetKind, asset: AssetView | None) -> str:
    desk = current_desk()
    above = _above(form) if asset is None else None
    return render_template(
        "assets/form.html",
        form=form,
        kind=kind,
        thing=asset,
        above=above,
        siblings=kinds_under(above) if asset is None else (),
        inputs=_inputs(kind),
        state_choices=[(value, say(label)) for value, label in kind.states],
        remembered=merging.hidden(form),
        members=[(str(member.account_id), member.name) for member in desk.members.all()],
    )


def _merge_page(asset: AssetView, kind: AssetKind, form: Form) -> str:
    history = current_desk().journal.of(asset.id)
    labels = {**_LABELS, **{field.name: field.label for field in _inputs(kind)}}
    return render_template(
        "merge.html",
        merge=merging.merge(form, _values(asset, kind), labels),
        version=asset.version,
        title=asset.label,
        address=url_for("asset_edit.save", asset_id=asset.id),
        back=url_for("assets.show", asset_id=asset.id),
        by=say(history[-1].actor_name) if history else "",
        words=partial(_in_words, kind),
    )


def _in_words(kind: AssetKind, name: str, text: str) -> str:
    field = next((field for field in _inputs(kind) if field.name == name), None)
    if field:
        return shown.stored(field, text)
    return say(dict(kind.states).get(text, text)) if name == "state" else text

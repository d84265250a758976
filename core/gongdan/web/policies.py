"""Policy: what the company decides for itself, by plugin, the undecided first; one key with its history; packs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.limits import Span, SpanUnit
from gongdan.domain.policy import PolicyEffect, PolicyKey, describe_value, read_effective, read_value
from gongdan.domain.policy_packs import PolicyPack
from gongdan.domain.policy_timelines import PolicyLine, PolicyValue
from gongdan.domain.policy_values import PolicyKind
from gongdan.errors import Conflict, FieldProblem, GongdanError, InvalidInput, NotFound
from gongdan.services.duty_recomputing import DutyChange
from gongdan.services.policies import ChangeKind, PolicyDiff
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.downloads import download
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import locale, say

pages = Blueprint("policies", __name__, url_prefix="/policy")

Answer = AnyResponse | str | tuple[str, int]

#: What applying a pack does to a key: word, tone and icon.
_KINDS = {
    ChangeKind.DECIDED: (msg("定下"), "done", "check"),
    ChangeKind.CHANGED: (msg("改变"), "ours", "edit"),
    ChangeKind.LEFT_OPEN: (msg("仍未定"), "waiting", "help-circle"),
    ChangeKind.KEPT: (msg("保留本公司的值"), "quiet", "lock"),
    ChangeKind.SAME: (msg("相同"), "quiet", "circle-check"),
}
_EFFECTS = (
    (PolicyEffect.NEW, msg("只用于此后登记的工单"), msg("已登记的工单仍按登记时的值")),
    (PolicyEffect.OPEN, msg("未办结的工单从现在起也按新制度"), msg("已经在计时的不变，此后起算的按今天的制度")),
    (PolicyEffect.RECOMPUTE, msg("未办结的工单全部重新计算"), msg("已经在计时的也从原来的起点按新值重算")),
)
#: Units that a limit is entered in, and limits that have no amount.
_UNITS = (
    (SpanUnit.MINUTE, msg("分钟")),
    (SpanUnit.HOUR, msg("小时")),
    (SpanUnit.DESK_MINUTE, msg("分钟（仅计上班时间）")),
    (SpanUnit.DESK_HOUR, msg("小时（仅计上班时间）")),
    (SpanUnit.WORKDAY_HOUR, msg("小时（工作日全天计）")),
    (SpanUnit.WORKDAY, msg("个工作日")),
    (SpanUnit.DAY, msg("天")),
    ("same_day", msg("当日")),
    ("next_opening", msg("下一次上班时")),
)
_WITHOUT_AMOUNT = frozenset({"same_day", "next_opening"})
#: The choice of a limit that is written out, such as the 6th of next month.
_WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Row:
    """A key with what holds today."""

    key: PolicyKey
    value: PolicyValue
    words: str
    #: What has been decided for later.
    coming: Sequence[PolicyLine]


@dataclass(frozen=True, slots=True)
class Group:
    """The keys of the core or of one plugin."""

    label: str
    rows: Sequence[Row]


# --- What holds ------------------------------------------------------------------------------


@pages.get("")
@needs("policy.view")
def index() -> str:
    return _index(Form.of())


def _index(form: Form) -> str:
    desk = current_desk()
    rows = _rows()
    packs = [(pack, desk.policies.diff(pack)) for pack in desk.policies.packs()]
    return render_template(
        "policies/index.html",
        undecided=[row for row in rows if row.value.is_undecided],
        groups=_groups([row for row in rows if not row.value.is_undecided]),
        packs=[(pack, sum(change.writes for change in diff.changes)) for pack, diff in packs],
        runs=desk.policies.runs(),
        pack_names={pack.name: pack.label.of(locale()) for pack, _ in packs},
        form=form,
        language=locale(),
        words=_words,
    )


def _rows() -> Sequence[Row]:
    policies, now = current_desk().policies, current_desk().installation.clock()
    keys = {key.name: key for key in policies.declared()}
    timeline = policies.book()
    return [
        Row(
            keys[value.key],
            value,
            _words(keys[value.key], value.text),
            [line for line in timeline.lines(value.key) if line.effective_from > now],
        )
        for value in policies.current()
    ]


def _groups(rows: Sequence[Row]) -> Sequence[Group]:
    catalogue = current_desk().installation.plugins.catalogue
    found: dict[str, list[Row]] = {}
    for row in rows:
        book = catalogue.rulebooks.get(catalogue.policy_keys.plugin_of(row.key.name))
        found.setdefault(say(book.label) if book else say(msg("通用")), []).append(row)
    return [Group(label, those) for label, those in found.items()]


def _words(key: PolicyKey, text: str | None) -> str:
    source, params = describe_value(key, text)
    return say(source, **params)


@pages.get("/export")
@needs("policy.view")
def export() -> Response:
    """Send what holds today as a pack."""
    written = current_desk().policies.export()
    return download(written.encode(), f"{current_desk().company.code}.yaml")


# --- One key ---------------------------------------------------------------------------------


@pages.get("/keys/<key>")
@needs("policy.view")
def show(key: str) -> str:
    found = _row(key)
    return _key_dialog(found, _filled(found))


@pages.post("/keys/<key>")
@needs("policy.admin")
def save(key: str) -> Answer:
    """Decide a key; what it does to open tickets is shown before it is done."""
    form, found, policies = Form.typed(), _row(key), current_desk().policies
    try:
        text, effect = _given(found.key, form), _effect(form)
        since = read_effective(form.value("effective_from"), current_desk().zone)
        if effect is not PolicyEffect.NEW and form.value("seen") != _seen(text, effect) and since is None:
            changes = policies.preview(key, text, effect)
            return _key_dialog(found, form.with_value("seen", _seen(text, effect)), changes)
        policies.set(key, text, since, clause=form.value("clause"), note=form.value("note"), effect=effect)
    except GongdanError as refusal:
        refused = form.refused(refusal).moved(key, "amount" if found.key.kind is PolicyKind.LIMIT else "value")
        return _key_dialog(found, refused.moved("limit", "amount")), status_of(refusal)
    told(msg("已设定：{label}"), label=say(found.key.label))
    return go("policies.index")


@pages.post("/lines/<uuid:line_id>/withdraw")
@needs("policy.admin")
def withdraw(line_id: UUID) -> Answer:
    current_desk().policies.withdraw(line_id)
    told(msg("已撤下"))
    return go("policies.index")


def _row(key: str) -> Row:
    found = next((row for row in _rows() if row.key.name == key), None)
    if found is None:
        raise NotFound("policy_key", key)
    return found


def _key_dialog(row: Row, form: Form, changes: Sequence[DutyChange] | None = None) -> str:
    desk = current_desk()
    clauses = desk.installation.plugins.catalogue.clauses
    named = dict.fromkeys((*row.key.clauses, *filter(None, [row.value.clause])))
    return dialog(
        "policies/key.html",
        row=row,
        form=form,
        changes=changes,
        history=desk.policies.history(row.key.name),
        now=desk.installation.clock(),
        clauses=[clauses[name] for name in named if name in clauses],
        units=[(unit, say(label)) for unit, label in _UNITS],
        choices=[(choice.value, say(choice.label)) for choice in row.key.choices],
        written=_WRITTEN,
        effects=_effects(),
        language=locale(),
        words=_words,
    )


def _effects() -> Sequence[tuple[str, str, str]]:
    return [(effect.value, say(label), say(help_)) for effect, label, help_ in _EFFECTS]


def _filled(row: Row) -> Form:
    """Return the form with what holds today."""
    values: dict[str, object] = {"value": row.value.text or "", "clause": row.value.clause, "effect": "new"}
    if row.key.kind is PolicyKind.LIMIT and row.value.text:
        limit = read_value(row.key, row.value.text)
        if isinstance(limit, Span):
            values |= {"amount": limit.amount, "unit": limit.unit}
        else:
            values["unit"] = row.value.text if row.value.text in _WITHOUT_AMOUNT else _WRITTEN
    return Form.of(**values)


def _given(key: PolicyKey, form: Form) -> str | None:
    """Return the value as it was entered; None when it is to be left open."""
    if form.value("left_open"):
        return None
    unit = form.value("unit")
    if key.kind is not PolicyKind.LIMIT or unit == _WRITTEN:
        return form.value("value").strip()
    return unit if unit in _WITHOUT_AMOUNT else f"{form.value('amount').strip()} {unit}"


def _effect(form: Form) -> PolicyEffect:
    given = form.value("effect") or PolicyEffect.NEW
    if given not in set(PolicyEffect):
        raise InvalidInput((FieldProblem("effect", given, msg("不是可选的值"), label=msg("已登记的工单")),))
    return PolicyEffect(given)


def _seen(text: str | None, effect: PolicyEffect) -> str:
    """Return what a person has seen the consequences of; another value asks again."""
    return f"{effect}:{text}"


# --- Packs -----------------------------------------------------------------------------------


@pages.get("/packs/<name>")
@needs("policy.view")
def pack(name: str) -> str:
    return _pack_page(current_desk().policies.pack(name), Form.of(effect="new", pack=name))


@pages.post("/packs")
@needs("policy.view")
def hand_in() -> Answer:
    """Compare a file with what holds; nothing of it is kept."""
    form, given = Form.of(effect="new"), request.files.get("file")
    try:
        if given is None or not given.filename:
            raise InvalidInput((FieldProblem("file", "", msg("请选择一个文件"), label=msg("制度包")),))
        data = given.read()
        found = current_desk().policies.read(data)
    except GongdanError as refusal:
        return _index(form.refused(refusal)), status_of(refusal)
    return _pack_page(found, form.with_value("content", data.decode("utf-8-sig")))


@pages.post("/packs/apply")
@needs("policy.admin")
def apply() -> Answer:
    """Adopt a pack; what it does to open tickets is shown before it is done."""
    form, policies = Form.typed(), current_desk().policies
    found = (
        policies.read(form.value("content").encode()) if form.value("content") else policies.pack(form.value("pack"))
    )
    try:
        effect, since = _effect(form), read_effective(form.value("effective_from"), current_desk().zone)
        if effect is not PolicyEffect.NEW and form.value("seen") != effect and since is None:
            changes = policies.preview_pack(found, effect)
            return _pack_page(found, form.with_value("seen", effect), changes)
        run = policies.apply(found, since, form.value("note"), effect)
    except GongdanError as refusal:
        return _pack_page(found, form.refused(refusal)), status_of(refusal)
    if run is None:
        told(msg("制度包与公司的值一致，没有改动"))
    else:
        told(msg("已采用“{pack}”，写入 {count} 个值"), pack=found.label.of(locale()), count=run.lines)
    return go("policies.index")


@pages.get("/runs/<uuid:run_id>/rollback")
@needs("policy.admin")
def ask_rollback(run_id: UUID) -> str:
    return _rollback_dialog(run_id, Form.of(effect="new"))


@pages.post("/runs/<uuid:run_id>/rollback")
@needs("policy.admin")
def rollback(run_id: UUID) -> Answer:
    """Take a pack back; what it does to open tickets is shown before it is done."""
    form, policies = Form.typed(), current_desk().policies
    try:
        effect = _effect(form)
        if effect is not PolicyEffect.NEW and form.value("seen") != effect:
            return _rollback_dialog(run_id, form.with_value("seen", effect), policies.preview_rollback(run_id, effect))
        done = policies.rollback(run_id, effect)
    except (InvalidInput, Conflict) as refusal:
        return _rollback_dialog(run_id, form.refused(refusal)), status_of(refusal)
    told(
        msg("已撤回：删去 {removed} 个值，{restored} 个恢复原值，{kept} 个此后另有决定而保持不变"),
        removed=len(done.removed), restored=len(done.restored), kept=len(done.kept),
    )  # fmt: skip
    return go("policies.index")


def _rollback_dialog(run_id: UUID, form: Form, changes: Sequence[DutyChange] | None = None) -> str:
    policies = current_desk().policies
    names = {pack.name: pack.label.of(locale()) for pack in policies.packs()}
    run = policies.run(run_id)
    return dialog(
        "policies/rollback.html", run=run, name=names.get(run.pack, run.pack), form=form, changes=changes,
        effects=_effects(),
    )  # fmt: skip


def _pack_page(found: PolicyPack, form: Form, changes: Sequence[DutyChange] | None = None) -> str:
    diff = current_desk().policies.diff(found, _moment(form))
    return render_template(
        "policies/pack.html",
        pack=found,
        diff=_ordered(diff),
        form=form,
        changes=changes,
        writes=sum(change.writes for change in diff.changes),
        effects=_effects(),
        kinds={kind.value: (say(label), tone, icon) for kind, (label, tone, icon) in _KINDS.items()},
        language=locale(),
        words=_words,
    )


def _moment(form: Form) -> datetime | None:
    try:
        return read_effective(form.value("effective_from"), current_desk().zone)
    except InvalidInput:
        return None


def _ordered(diff: PolicyDiff) -> PolicyDiff:
    """Put what changes first."""
    order = list(_KINDS)
    changes = tuple(sorted(diff.changes, key=lambda change: order.index(change.kind)))
    return PolicyDiff(diff.pack, diff.moment, changes, diff.unnamed)

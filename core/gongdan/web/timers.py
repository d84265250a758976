"""Timers: what waits for its time, what is parked and why; trying again, or giving up."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.timers import EVENT, PLUGIN_DISABLED, WORKER_DIED, TimerState, TimerView
from gongdan.errors import InvalidInput
from gongdan.text import msg
from gongdan.web.access import current_desk, may, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("timers", __name__, url_prefix="/timers")

#: Lines of the page.
_PAGE_SIZE = 100

#: What timers are for, by their kinds; one of a plugin's own is shown by its name.
_KINDS: Mapping[str, str] = {
    "duty.cap": msg("结束责任的暂停"),
    "duty.due": msg("判定责任是否逾期"),
    "duty.relief": msg("换班时把责任交给当班的人"),
    "duty.rung": msg("升级提醒"),
    "duty.warn": msg("到期前预警"),
    "plan.look": msg("排出计划的下一次"),
    "roster.changed": msg("排班变动后重新确定责任归谁"),
    EVENT: msg("告知扩展发生了什么"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A timer in words."""

    timer: TimerView
    label: str
    problem: str
    #: What the plugin is to be told of; empty for the core's.
    event: str
    #: The duty that it is about, and the ticket; None for other things, and for what the person may not see.
    duty_id: UUID | None
    ticket_id: UUID | None


@pages.get("")
@needs("plugin.admin")
def index() -> str:
    lists = current_desk().timer_lists
    counts = lists.counts()
    state = TimerState.PARKED if request.args.get("state", "parked" if counts.parked else "") == "parked" else None
    found = lists.list(state or TimerState.WAITING)
    lines = [_line(timer) for timer in found[:_PAGE_SIZE]]
    return render_template(
        "timers/index.html", lines=lines, counts=counts, is_parked=state is not None, page_size=_PAGE_SIZE,
        is_cut=len(found) > _PAGE_SIZE,
    )  # fmt: skip


@pages.post("/<uuid:timer_id>/retry")
@needs("plugin.admin")
def retry(timer_id: UUID) -> AnyResponse:
    lists = current_desk().timer_lists
    line = _line(lists.find(timer_id))
    lists.resume(timer_id)
    told(msg("“{timer}”马上重新执行"), timer=line.label)
    return go("timers.index")


@pages.get("/<uuid:timer_id>/give-up")
@needs("plugin.admin")
def ask(timer_id: UUID) -> str:
    """Say what giving up means, and ask for the reason."""
    return _dialog(timer_id, Form.of())


@pages.post("/<uuid:timer_id>/give-up")
@needs("plugin.admin")
def give_up(timer_id: UUID) -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    lists = current_desk().timer_lists
    line = _line(lists.find(timer_id))
    try:
        lists.give_up(timer_id, form.value("reason"))
    except InvalidInput as refusal:
        return _dialog(timer_id, form.refused(refusal)), status_of(refusal)
    told(msg("已放弃“{timer}”，理由记在日志里"), timer=line.label)
    return go("timers.index")


def _dialog(timer_id: UUID, form: Form) -> str:
    return dialog("timers/give_up.html", line=_line(current_desk().timer_lists.find(timer_id)), form=form)


def _line(timer: TimerView) -> Line:
    told_of = timer.payload if timer.kind == EVENT else {}
    is_ticket = told_of.get("subject_kind") == "ticket" and may("ticket.view")
    return Line(
        timer,
        say(_KINDS[timer.kind]) if timer.kind in _KINDS else timer.kind,
        _problem(timer),
        f"{timer.plugin} · {told_of.get('kind', '')}" if timer.plugin else "",
        _uuid(timer.payload.get("duty")) if may("ticket.view") else None,
        _uuid(told_of.get("subject_id")) if is_ticket else None,
    )


def _problem(timer: TimerView) -> str:
    """Return why it is parked or the last try failed; only our own sentences are translated."""
    return say(timer.problem) if timer.problem in (PLUGIN_DISABLED, WORKER_DIED) else timer.problem


def _uuid(given: object) -> UUID | None:
    try:
        return UUID(str(given)) if given else None
    except ValueError:
        return None

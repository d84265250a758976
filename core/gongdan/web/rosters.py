"""The roster: a week as people by days, who is on duty now, and swaps that wait for an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.rosters import Period, SwapState, Through
from gongdan.errors import GongdanError
from gongdan.services.absences import ABSENCE_KINDS
from gongdan.services.departments import DepartmentView
from gongdan.services.roster_rows import AbsenceView, Roster, ShiftView, StandInView
from gongdan.services.swaps import SwapView
from gongdan.text import msg
from gongdan.web import edges, shown
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("rosters", __name__)

WEEKDAYS = (msg("周一"), msg("周二"), msg("周三"), msg("周四"), msg("周五"), msg("周六"), msg("周日"))

#: What the states of a swap are called, and the tone that goes with each.
SWAP_WORDS: Mapping[SwapState, tuple[str, str]] = {
    SwapState.ASKED: (msg("等对方答复"), "waiting"),
    SwapState.ACCEPTED: (msg("等主管批准"), "ours"),
    SwapState.APPROVED: (msg("已批准"), "done"),
    SwapState.DECLINED: (msg("对方谢绝"), "quiet"),
    SwapState.REFUSED: (msg("未批准"), "late"),
    SwapState.WITHDRAWN: (msg("已撤回"), "quiet"),
}
THROUGH_WORDS: Mapping[Through, str] = {
    Through.SHIFT: "",
    Through.STAND_IN: msg("顶岗"),
    Through.DEPUTY: msg("代理"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody has on one day."""

    day: date
    shifts: tuple[ShiftView, ...]
    absences: tuple[AbsenceView, ...]
    #: For whom he stands in.
    stand_ins: tuple[StandInView, ...]
    #: The shifts that nobody holds for a while: their people are away without a deputy.
    empty: frozenset[UUID] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing on the day."""
        return not (self.shifts or self.absences or self.stand_ins)


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody's week."""

    account_id: UUID
    name: str
    cells: tuple[Cell, ...]


@pages.get("/roster")
@needs("roster.view")
def index() -> str:
    desk = current_desk()
    today = shown.now().astimezone(shown.zone()).date()
    day = edges.asked_day(request.args.get("day", "")) or today
    department = _department(request.args.get("department", ""))
    roster = desk.rosters.week(day, department.id if department else None)
    now = shown.now()
    place = department.id if department else None
    return render_template(
        "roster/index.html",
        roster=roster,
        lines=_lines(roster, department),
        by_day=[(day, _cell(roster, None, day)) for day in roster.days],
        department=department,
        departments=desk.departments.all(),
        today=today,
        before=roster.days[0] - timedelta(days=7),
        after=roster.days[0] + timedelta(days=7),
        on_duty=desk.rosters.on_duty(now, place),
        empty_posts=desk.rosters.empty_posts(now),
        swaps=desk.swaps.latest(),
        weekdays=WEEKDAYS,
        **words(),
    )


@pages.get("/roster/shifts/<uuid:shift_id>/swap")
@needs("roster.view")
def ask_swap(shift_id: UUID) -> str:
    return _swap_dialog(Form.of(), shift_id)


@pages.post("/roster/shifts/<uuid:shift_id>/swap")
@needs("roster.view")
def swap(shift_id: UUID) -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        taken = _uuid(form.value("other")) or UUID(int=0)
        current_desk().swaps.ask(shift_id, taken, form.value("reason"))
    except GongdanError as refusal:
        return _swap_dialog(form.refused(refusal), shift_id), status_of(refusal)
    told(msg("已提出换班，等对方答复"))
    return go("rosters.index")


@pages.post("/roster/swaps/<uuid:swap_id>/accept")
@needs("roster.view")
def accept(swap_id: UUID) -> AnyResponse:
    current_desk().swaps.answer(swap_id, agrees=True)
    told(msg("已同意换班，等主管批准"))
    return go("rosters.index")


@pages.post("/roster/swaps/<uuid:swap_id>/decline")
@needs("roster.view")
def decline(swap_id: UUID) -> AnyResponse:
    current_desk().swaps.answer(swap_id, agrees=False)
    told(msg("已谢绝换班"))
    return go("rosters.index")


@pages.post("/roster/swaps/<uuid:swap_id>/withdraw")
@needs("roster.view")
def withdraw(swap_id: UUID) -> AnyResponse:
    current_desk().swaps.withdraw(swap_id)
    told(msg("已撤回换班"))
    return go("rosters.index")


@pages.get("/roster/swaps/<uuid:swap_id>/decide")
@needs("roster.admin")
def ask_decision(swap_id: UUID) -> str:
    return _decision_dialog(Form.of(), swap_id)


@pages.post("/roster/swaps/<uuid:swap_id>/decide")
@needs("roster.admin")
def decide(swap_id: UUID) -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    approves = form.value("answer") == "approve"
    try:
        current_desk().swaps.decide(swap_id, approves=approves, remark=form.value("remark"))
    except GongdanError as refusal:
        return _decision_dialog(form.refused(refusal), swap_id), status_of(refusal)
    told(msg("已批准换班，班次已互换") if approves else msg("没有批准这次换班"))
    return go("rosters.index")


# --- Shared ----------------------------------------------------------------------------------


def words() -> Mapping[str, object]:
    """Return what templates of the roster call things."""
    return {
        "role_names": {role.name: say(role.label) for role in current_desk().roles.all()},
        "absence_kinds": {kind: say(label) for kind, label in ABSENCE_KINDS.items()},
        "swap_words": SWAP_WORDS,
        "through_words": THROUGH_WORDS,
        "hours": hours,
        "own_id": g.person.id,
    }


def hours(period: Period, day: date | None = None) -> str:
    """Return from when to when something is on the clock; of a ``day`` only what lies on it."""
    begins, ends = (at.astimezone(shown.zone()) for at in (period.begins, period.ends))
    if day is None:
        return f"{begins:%H:%M}–{ends:%H:%M}"
    first = f"{begins:%H:%M}" if begins.date() == day else "00:00"
    last = f"{ends:%H:%M}" if ends.date() == day else "24:00"
    return say(msg("全天")) if (first, last) == ("00:00", "24:00") else f"{first}–{last}"


def _lines(roster: Roster, department: DepartmentView | None) -> Sequence[Line]:
    """Return the people of the week by name: who has something on it, and who belongs to the department."""
    names = {view.shift.account_id: view.name for view in roster.shifts}
    names |= {view.stand_in.account_id: view.name for view in roster.stand_ins}
    members = current_desk().members.all()
    belong = {
        member.account_id: member.name
        for member in members
        if not member.is_disabled and (member.department_id == department.id if department else not roster.shifts)
    }
    names |= belong
    if not department:
        names |= {view.absence.account_id: view.name for view in roster.absences}
    order = sorted(names, key=lambda account_id: names[account_id])
    return [Line(one, names[one], tuple(_cell(roster, one, day) for day in roster.days)) for one in order]


def _cell(roster: Roster, account_id: UUID | None, day: date) -> Cell:
    """Return what a person has on a day; without a person, what everybody has."""
    shifts = tuple(
        view for view in roster.shifts if account_id in (None, view.shift.account_id) and _begins(view.period) == day
    )
    absences = tuple(
        view
        for view in roster.absences
        if account_id in (None, view.absence.account_id) and _touches(view.absence.period, day)
    )
    stand_ins = tuple(
        view
        for view in roster.stand_ins
        if account_id in (None, view.stand_in.account_id) and _begins(view.stand_in.period) == day
    )
    empty = frozenset(view.id for view in shifts if any(_leaves_empty(one, view) for one in roster.absences))
    return Cell(day, shifts, absences, stand_ins, empty)


def _leaves_empty(absence: AbsenceView, shift: ShiftView) -> bool:
    away = absence.absence
    is_own = away.account_id == shift.shift.account_id and away.deputy_id is None
    return is_own and away.period.overlaps(shift.period)


def _begins(period: Period) -> date:
    return period.begins.astimezone(shown.zone()).date()


def _touches(period: Period, day: date) -> bool:
    last = (period.ends - timedelta(microseconds=1)).astimezone(shown.zone()).date()
    return _begins(period) <= day <= last


def _department(text: str) -> DepartmentView | None:
    return next((one for one in current_desk().departments.all() if str(one.id) == text), None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _swap_dialog(form: Form, shift_id: UUID) -> str:
    rosters = current_desk().rosters
    given = rosters.shift(shift_id)
    others = [
        (view.id, f"{view.name} · {view.period.text(shown.zone())}")
        for view in rosters.ahead()
        if view.shift.account_id != given.shift.account_id and view.shift.role == given.shift.role
    ]
    return dialog("roster/swap.html", form=form, shift=given, others=others, **words())


def _decision_dialog(form: Form, swap_id: UUID) -> str:
    found: SwapView = current_desk().swaps.find(swap_id)
    return dialog("roster/decide.html", form=form, swap=found, **words())

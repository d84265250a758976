"""The working calendar: a year drawn as months; hours, holidays and company days are changed in dialogs."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.calendar_files import read_days
from gongdan.domain.calendars import DayKind
from gongdan.domain.hours import hours_text
from gongdan.domain.limits import WEEKDAY_LABELS, WEEKDAYS
from gongdan.errors import FieldProblem, GongdanError, InvalidInput
from gongdan.services.calendars import CalendarDraft, Calendars
from gongdan.services.duty_recomputing import DutyChange
from gongdan.services.holidays import HolidayYear, shipped_year
from gongdan.text import msg
from gongdan.web import calendar_year, edges
from gongdan.web.access import current_desk, installation, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of

pages = Blueprint("calendars", __name__)

_FIRST_YEAR, _LAST_YEAR = 1949, 2199


class HoursSchema(Schema):
    """The hours of a company or a department as typed."""

    department = edges.key(msg("部门"))
    name = edges.text(msg("日历名称"))
    zone = edges.text(msg("时区"))
    follows_holidays = edges.flag(msg("按节假日放假"))
    moves_due = edges.flag(msg("重算到期时间"))


class DaySchema(Schema):
    """A day of the company's own as typed."""

    department = edges.key(msg("部门"))
    day = edges.day(msg("日期"))
    kind = edges.text(msg("类型"))
    name = edges.text(msg("名称"))
    hours = edges.text(msg("上班时间"))
    moves_due = edges.flag(msg("重算到期时间"))


class YearSchema(Schema):
    """The holidays of a year that somebody brings."""

    source = edges.text(msg("依据"))
    noticed = edges.day(msg("通知公布的日期"))
    replace = edges.flag(msg("与已导入的不同时，以文件为准"))


@pages.get("/calendar")
@needs("policy.view")
def index() -> str:
    desk = current_desk()
    now = installation().clock()
    department_id, today = _chosen(), now.astimezone(desk.zone).date()
    typed = request.args.get("year", "")
    year = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) == len("2026") else today.year
    year = min(max(year, _FIRST_YEAR), _LAST_YEAR)
    view = desk.calendars.view(department_id)
    return render_template(
        "calendar/index.html",
        view=view,
        year=year,
        today=today,
        department_id=department_id,
        departments=_departments(),
        months=calendar_year.draw_year(view.calendar, year, today),
        weekdays=tuple(zip(calendar_year.WEEKDAYS, WEEKDAY_LABELS, strict=True)),
        week=tuple(calendar_year.week_lines(view.calendar.week)),
        specials=calendar_year.days_alike(view.calendar, year),
        is_known=view.calendar.is_known(date(year, 12, 31)),
        warning=desk.calendars.horizon_warning(now),
        last_year=_LAST_YEAR,
        first_year=_FIRST_YEAR,
    )


@pages.get("/calendar/hours")
@needs("policy.admin")
def edit() -> str:
    department_id = _chosen()
    kept = current_desk().calendars.view(department_id).hours
    hours = {name: hours_text(day) for name, day in zip(WEEKDAYS, kept.week, strict=True)}
    follows = str(kept.follows_holidays).lower()
    return _hours_dialog(
        Form.of(name=kept.name, zone=kept.zone, follows_holidays=follows, department=department_id, **hours)
    )


@pages.post("/calendar/hours")
@needs("policy.admin")
def save() -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        values = edges.read(HoursSchema, form)
        week = tuple(form.value(name) for name in WEEKDAYS)
        draft = CalendarDraft(values["name"], week, values["zone"], values["follows_holidays"])
        change = partial(_save, draft=draft, department=values["department"], moves_due=values["moves_due"])
        if values["moves_due"] and (asked := _asked(form, change)):
            return _hours_dialog(asked), HTTPStatus.OK
        _tell(change(current_desk().calendars), moves_due=values["moves_due"])
    except GongdanError as refusal:
        return _hours_dialog(form.refused(refusal)), status_of(refusal)
    return go("calendars.index", department=values["department"])


@pages.get("/calendar/hours/inherit")
@needs("policy.admin")
def ask_inherit() -> str:
    return _inherit_dialog(Form.of(department=_chosen()))


@pages.post("/calendar/hours/inherit")
@needs("policy.admin")
def inherit() -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        values = edges.read(HoursSchema, form)
        change = partial(_inherit, department=values["department"], moves_due=values["moves_due"])
        if values["moves_due"] and (asked := _asked(form, change)):
            return _inherit_dialog(asked), HTTPStatus.OK
        moved = change(current_desk().calendars)
    except InvalidInput as refusal:
        return _inherit_dialog(form.refused(refusal)), status_of(refusal)
    told(msg("现在沿用上级的上班时间"))
    if values["moves_due"]:
        told(msg("到期时间重算了 {count} 个"), count=len(moved))
    return go("calendars.index", department=values["department"])


@pages.get("/calendar/day")
@needs("policy.admin")
def edit_day() -> str:
    return _day_dialog(Form.of(day=request.args.get("day", ""), kind="rest", department=_chosen()))


@pages.post("/calendar/day")
@needs("policy.admin")
def save_day() -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        values = edges.read(DaySchema, form)

        def change(calendars: Calendars) -> Sequence[DutyChange]:
            return _set_day(calendars, **values)

        if values["moves_due"] and (asked := _asked(form, change)):
            return _day_dialog(asked), HTTPStatus.OK
        _tell(change(current_desk().calendars), moves_due=values["moves_due"])
    except GongdanError as refusal:
        return _day_dialog(form.refused(refusal)), status_of(refusal)
    return go("calendars.index", year=values["day"].year, department=values["department"])


@pages.get("/calendar/import/<int:year>")
@needs("policy.admin")
def choose(year: int) -> str:
    return _import_dialog(Form.of(), year)


@pages.post("/calendar/import/<int:year>")
@needs("policy.admin")
def import_year(year: int) -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        values = edges.read(YearSchema, form)
        given = _given(year, values["source"], values["noticed"])
        found = current_desk().calendars.import_days(given, replace=values["replace"])
    except GongdanError as refusal:
        return _import_dialog(form.refused(refusal), year), status_of(refusal)
    if found.is_same:
        told(msg("{year} 年的节假日与已导入的相同，没有改动"), year=year)
    else:
        text = msg("已导入 {year} 年的节假日：{count} 天；暂定的到期时间重算了 {moved} 个")
        told(text, year=year, count=found.day_count, moved=found.moved_duties)
    return go("calendars.index", year=year)


def _given(year: int, source: str, noticed: date | None) -> HolidayYear:
    """Return what the file says of a year; without a file, what came with the program."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return shipped_year(year)
    read = read_days(file.filename, file.read(), year)
    return HolidayYear(year, read.days, source or file.filename, noticed)


def _asked(form: Form, change: Callable[[Calendars], object]) -> Form | None:
    """Return the form with the number of due times that would move; None once that number has been seen."""
    count = str(len(current_desk().calendars.preview(change)))
    return None if form.value("moving") == count else form.with_value("moving", count)


def _tell(moved: Sequence[DutyChange], *, moves_due: bool) -> None:
    if moves_due:
        told(msg("已保存；到期时间重算了 {count} 个"), count=len(moved))
    else:
        told(msg("已保存"))


def _save(
    calendars: Calendars, *, draft: CalendarDraft, department: UUID | None, moves_due: bool
) -> Sequence[DutyChange]:
    return calendars.save(draft, department, moves_due=moves_due)


def _inherit(calendars: Calendars, *, department: UUID | None, moves_due: bool) -> Sequence[DutyChange]:
    return calendars.drop(department, moves_due=moves_due) if department else ()


def _set_day(
    calendars: Calendars,
    *,
    day: date | None,
    kind: str,
    name: str,
    hours: str,
    department: UUID | None,
    moves_due: bool,
) -> Sequence[DutyChange]:
    if day is None:
        raise InvalidInput((FieldProblem("day", "", msg("必须填写"), label=msg("日期")),))
    if kind == "none":
        return calendars.drop_day(day, department, moves_due=moves_due)
    if kind in set(DayKind):
        return calendars.set_day(day, DayKind(kind), name, hours=hours, department_id=department, moves_due=moves_due)
    raise InvalidInput((FieldProblem("kind", kind, msg("不是可选的值"), label=msg("类型")),))


def _chosen() -> UUID | None:
    """Return the department that the address names; None for the company."""
    form = Form.of(department=request.args.get("department", ""))
    found: UUID | None = edges.read(HoursSchema, form)["department"]
    return found


def _departments() -> Sequence[tuple[UUID, str]]:
    return [(one.id, "　" * one.depth + one.name) for one in current_desk().departments.all()]


def _hours_dialog(form: Form) -> str:
    weekdays = tuple(zip(WEEKDAYS, WEEKDAY_LABELS, strict=True))
    return dialog("calendar/hours.html", form=form, weekdays=weekdays, departments=_departments())


def _inherit_dialog(form: Form) -> str:
    names = {str(one.id): one.name for one in current_desk().departments.all()}
    return dialog("calendar/inherit.html", form=form, name=names.get(form.value("department"), ""))


def _day_dialog(form: Form) -> str:
    return dialog("calendar/day.html", form=form, departments=_departments())


def _import_dialog(form: Form, year: int) -> str:
    return dialog("calendar/import.html", form=form, year=year)

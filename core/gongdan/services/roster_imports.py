"""Shifts out of a spreadsheet: all of a file or nothing; the same file twice changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from gongdan.domain.cells import Cell, Reading, cell_text, is_blank
from gongdan.domain.headings import ROWS_BEFORE_HEADING, find_layout
from gongdan.domain.importing import Column, Importer
from gongdan.domain.moments import read_date, read_time
from gongdan.domain.normalising import read_text
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.roster_rows import own_shifts
from gongdan.services.rosters import NewShift
from gongdan.sheets.reading import open_sheet
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Most rows that are told of at once.
_TOLD = 20
#: Most shifts of a file.
MAX_ROWS = 5000


def _no_key(values: Mapping[str, object]) -> str | None:
    """Answer for a list whose rows are compared with the roster instead."""
    del values
    return None


LIST = Importer(
    kind="shifts",
    label=msg("班表"),
    columns=(
        Column(name="day", label=msg("日期"), reader=read_date, synonyms=("date",), required=True, carry_down=True),
        Column(
            name="begins", label=msg("开始"), reader=read_time, synonyms=("开始时间", "上班", "start"), required=True
        ),
        Column(name="ends", label=msg("结束"), reader=read_time, synonyms=("结束时间", "下班", "end"), required=True),
        Column(name="person", label=msg("用户名"), reader=read_text, synonyms=("人员", "姓名", "login"), required=True),
        Column(name="department", label=msg("部门"), reader=read_text, synonyms=("department",), required=True),
        Column(name="role", label=msg("角色"), reader=read_text, synonyms=("role",), required=True),
        Column(name="note", label=msg("备注"), reader=read_text, synonyms=("note",)),
    ),
    key=_no_key,
)


@dataclass(frozen=True, slots=True)
class ImportedShifts:
    """What became of a file."""

    planned: int
    #: Rows that stand on the roster already.
    same: int


def import_shifts(desk: "CompanyDesk", path: Path, *, sheet: str = "", encoding: str = "") -> ImportedShifts:
    """Put the shifts of a file on the roster; an end before its beginning lies on the next day.

    Raises ``FileRefused`` or ``HeadingNotFound`` for the file, ``InvalidInput`` with every row that cannot be read,
    and what ``Rosters.plan`` raises for one that cannot be planned; nothing is planned then.
    """
    desk.require("roster.admin")
    opened = open_sheet(path, encoding=encoding or None, sheet=sheet or None)
    layout = find_layout(LIST, islice(opened.rows(), ROWS_BEFORE_HEADING))
    reader = _Reader(desk, layout.places)
    for number, cells in opened.rows():
        if number > layout.heading_row and not all(map(is_blank, cells)):
            reader.read(number, cells)
    if reader.problems:
        raise InvalidInput(tuple(reader.problems[:_TOLD]))
    with desk.reading() as session:
        new = [
            one for one in reader.found if not any(map(one.is_same, own_shifts(session, one.account_id, one.period)))
        ]
    desk.rosters.plan_all(new)
    return ImportedShifts(len(new), len(reader.found) - len(new))


#: What is said of a name that several have, by the column.
_SEVERAL: Mapping[str, str] = {
    "person": msg("有几个人叫这个名字，请写用户名"),
    "department": msg("有几个部门叫这个名字，请写从上到下的部门代码，以斜线分隔"),
}


class _Reader:
    """Makes shifts of rows, and collects what is wrong with them."""

    def __init__(self, desk: "CompanyDesk", places: Mapping[str, int]) -> None:
        self._desk, self._places = desk, places
        self.found: list[NewShift] = []
        self.problems: list[FieldProblem] = []
        self._day: date | None = None
        members = desk.members.all()
        self._people: dict[str, UUID | None] = {}
        for member in members:
            # A name that two people have names nobody.
            self._people[member.name] = None if member.name in self._people else member.account_id
        self._people |= {member.login: member.account_id for member in members}
        departments = desk.departments.all()
        self._departments: dict[str, UUID | None] = {}
        for one in departments:
            self._departments[one.name] = None if one.name in self._departments else one.id
        self._departments |= {one.path.strip("/"): one.id for one in departments}
        self._roles = {label: role.name for role in desk.roles.all() for label in (role.label, role.name)}

    def read(self, number: int, cells: Sequence[Cell]) -> None:
        """Read a row."""
        known = len(self.problems)
        if len(self.found) >= MAX_ROWS:
            self._wrong(number, "day", "", msg("一次最多导入 {most} 个班次"), most=MAX_ROWS)
            return
        day = self._value(number, "day", cells, carried=self._day)
        begins, ends = (self._value(number, name, cells) for name in ("begins", "ends"))
        person = self._named(number, "person", cells, self._people)
        department = self._named(number, "department", cells, self._departments)
        role = self._named(number, "role", cells, self._roles)
        note = self._text("note", cells)
        if len(self.problems) > known or not (
            isinstance(day, date)
            and isinstance(begins, time)
            and isinstance(ends, time)
            and isinstance(person, UUID)
            and isinstance(department, UUID)
            and isinstance(role, str)
        ):
            return
        self._day = day
        last = day if ends > begins else day + timedelta(days=1)
        zone = self._desk.zone
        new = NewShift(account_id=person, department_id=department, role=role, note=note,
                       begins=datetime.combine(day, begins, zone), ends=datetime.combine(last, ends, zone))  # fmt: skip
        self.found.append(new)

    def _value(self, number: int, name: str, cells: Sequence[Cell], *, carried: object = None) -> object:
        cell = self._cell(name, cells)
        if is_blank(cell):
            if carried is None:
                self._wrong(number, name, "", msg("必须填写"))
            return carried
        reading: Reading = LIST.column(name).reader(cell)
        if reading.verdict is not Verdict.OK:
            self._wrong(number, name, cell_text(cell), reading.rule)
        return reading.value

    def _named(self, number: int, name: str, cells: Sequence[Cell], known: Mapping[str, object]) -> object:
        text = self._text(name, cells)
        text = text.strip("/") if name == "department" else text
        found = known.get(text)
        if found is None:
            rule = _SEVERAL[name] if text in known else msg("公司里没有")
            self._wrong(number, name, text, rule if text else msg("必须填写"))
        return found

    def _text(self, name: str, cells: Sequence[Cell]) -> str:
        return cell_text(self._cell(name, cells)).strip()

    def _cell(self, name: str, cells: Sequence[Cell]) -> Cell:
        place = self._places.get(name)
        return cells[place] if place is not None and place < len(cells) else None

    def _wrong(self, number: int, name: str, value: str, rule: str, **params: object) -> None:
        label = LIST.column(name).label
        row = FieldProblem(name, value, rule, msg("第 {row} 行"), params={"row": number, **params}, label=label)
        self.problems.append(row)

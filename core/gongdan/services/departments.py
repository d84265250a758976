"""Departments: a company's tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, func, select
from sqlalchemy.orm import Session

from gongdan.errors import Conflict, FieldProblem, InUse, InvalidInput, NotFound
from gongdan.services.work import Work, changed, get_row
from gongdan.storage.accounts import MembershipRow
from gongdan.storage.base import Base
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Why nobody and nothing new comes to a department.
CLOSED = msg("这个部门已停用")


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """A department; ``path`` holds the codes from the root down."""

    id: UUID
    parent_id: UUID | None
    code: str
    name: str
    path: str

    @property
    def depth(self) -> int:
        """Return how many departments stand above it."""
        return self.path.count("/") - 1

    def is_within(self, other: "DepartmentView") -> bool:
        """Tell whether it is the other one or stands below it."""
        return _is_within(self.path, other.path)


class Departments:
    """Use cases around the departments of one company.

    Whoever changes the tree, or who works where, waits for his turn: a rule about two departments is asked of both as
    they are when it is answered.
    """

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def all(self) -> Sequence[DepartmentView]:
        """Return the departments in the order of the tree; closed ones are left out."""
        with self._desk.reading() as session:
            rows = session.scalars(select(DepartmentRow).where(DepartmentRow.closed_at.is_(None)))
            # By codes, not by the path as text: "/gc-x" is less than "/gc/sd", but stands behind all of "/gc".
            return tuple(sorted(map(_view, rows), key=lambda department: department.path.split("/")))

    def create(self, code: str, name: str, parent_id: UUID | None = None) -> DepartmentView:
        """Add a department; raises ``InvalidInput``, ``Conflict`` or ``NotFound``."""
        self._desk.require("company.admin")
        _check(code, name)
        with self._desk.working() as work:
            work.take_turn()
            path = _path(_open_row(work.session, parent_id) if parent_id else None, code.strip())
            _require_free(work.session, path)
            row = DepartmentRow(parent_id=parent_id, code=code.strip(), name=name.strip(), path=path)
            work.session.add(row)
            work.session.flush()
            work.record("department.created", "department", row.id, after={"path": path, "name": row.name})
            return _view(row)

    def change(self, department_id: UUID, code: str, name: str) -> DepartmentView:
        """Give a department another code or name; the paths of all below it follow.

        Raises ``InvalidInput``, ``Conflict`` or ``NotFound``.
        """
        self._desk.require("company.admin")
        _check(code, name)
        with self._desk.working() as work:
            work.take_turn()
            row = _open_row(work.session, department_id)
            before = {"path": row.path, "name": row.name}
            above = get_row(work.session, DepartmentRow, row.parent_id, "department") if row.parent_id else None
            row.code, row.name = code.strip(), name.strip()
            _lead_to(work, row, _path(above, row.code))
            old, new = changed(before, {"path": row.path, "name": row.name})
            if new:
                work.record("department.changed", "department", row.id, before=old, after=new)
            return _view(row)

    def move(self, department_id: UUID, parent_id: UUID | None) -> DepartmentView:
        """Put a department below another one, or below none; the paths of all below it follow.

        Raises ``InvalidInput`` for a place below itself, ``Conflict`` for a path that is taken, ``NotFound``.
        """
        self._desk.require("company.admin")
        with self._desk.working() as work:
            work.take_turn()
            row = _open_row(work.session, department_id)
            above = _open_row(work.session, parent_id) if parent_id else None
            if above and _is_within(above.path, row.path):
                rule = msg("不能移到自己或自己的下级部门之下")
                raise InvalidInput((FieldProblem("above", above.name, rule, label=msg("上级部门")),))
            before = {"path": row.path}
            row.parent_id = parent_id
            _lead_to(work, row, _path(above, row.code))
            old, new = changed(before, {"path": row.path})
            if new:
                work.record("department.moved", "department", row.id, before=old, after=new)
            return _view(row)

    def close(self, department_id: UUID) -> None:
        """Close a department: nobody can choose it any more, and what names it goes on naming it.

        Raises ``InUse`` while departments, members or open tickets are left in it, or ``NotFound``.
        """
        self._desk.require("company.admin")
        with self._desk.working() as work:
            work.take_turn()
            # Who brings a ticket here holds the row until he is done, see ``require_open``.
            row = work.get(DepartmentRow, department_id, "department")
            work.session.refresh(row, with_for_update=True)
            _require_not_closed(row)
            if problems := self._left_in(work.session, row):
                raise InUse(problems)
            row.closed_at = work.now
            work.record("department.closed", "department", row.id, before={"path": row.path, "name": row.name})

    def obstacle(self, department_id: UUID) -> InUse | None:
        """Return why a department cannot be closed today; None when nothing stands in the way."""
        self._desk.require("company.admin")
        with self._desk.reading() as session:
            problems = self._left_in(session, _open_row(session, department_id))
            return InUse(problems) if problems else None

    def _left_in(self, session: Session, row: DepartmentRow) -> tuple[FieldProblem, ...]:
        below = DepartmentRow.parent_id == row.id, DepartmentRow.closed_at.is_(None)
        company = MembershipRow.company_id == self._desk.company.id, MembershipRow.left_at.is_(None)
        departments = _count(session, DepartmentRow, *below)
        members = _count(session, MembershipRow, *company, MembershipRow.department_id == row.id)
        tickets = _count(session, TicketRow, TicketRow.department_id == row.id, TicketRow.is_open)
        found = (
            (departments, msg("还有 {count} 个下级部门，请先移走或停用它们")),
            (members, msg("还有 {count} 名成员，请先在“人员”页给他们换部门")),
            (tickets, msg("还有 {count} 张未结工单，请先办结或改由别的部门处理")),
        )
        return tuple(
            FieldProblem("", row.name, rule, params={"count": count}, label=msg("部门"))
            for count, rule in found
            if count
        )


def require_open(session: Session, department_id: UUID) -> None:
    """Keep a department from being closed until the transaction ends; raises ``InvalidInput`` for a closed one."""
    query = select(DepartmentRow.id).where(DepartmentRow.id == department_id, DepartmentRow.closed_at.is_(None))
    if session.scalar(query.with_for_update(read=True, key_share=True)) is None:
        raise InvalidInput((FieldProblem("department", "", CLOSED, msg("请另选一个部门"), label=msg("部门")),))


def _open_row(session: Session, department_id: UUID) -> DepartmentRow:
    row = get_row(session, DepartmentRow, department_id, "department")
    _require_not_closed(row)
    return row


def _require_not_closed(row: DepartmentRow) -> None:
    if row.closed_at is not None:
        raise NotFound("department", str(row.id))


def _path(above: DepartmentRow | None, code: str) -> str:
    return f"{above.path if above else ''}/{code}"


def _is_within(path: str, root: str) -> bool:
    return f"{path}/".startswith(f"{root}/")


def _require_free(session: Session, path: str) -> None:
    taken = session.scalars(select(DepartmentRow).where(DepartmentRow.path == path)).one_or_none()
    if taken is None:
        return
    if taken.closed_at is None:
        raise Conflict("department", path)
    rule, params = msg("已停用的部门“{name}”用着这个代码"), {"name": taken.name}
    raise InvalidInput(
        (FieldProblem("code", taken.code, rule, msg("请换一个代码"), params=params, label=msg("部门代码")),)
    )


def _lead_to(work: Work, row: DepartmentRow, path: str) -> None:
    """Give a department another path, and all below it what follows from that; raises as ``_require_free``."""
    old = row.path
    if path == old:
        return
    _require_free(work.session, path)
    # Closed ones follow as well; the database does not tell small letters from capitals everywhere.
    for one in work.session.scalars(select(DepartmentRow)).all():
        if _is_within(one.path, old):
            one.path = path + one.path.removeprefix(old)


def _count(session: Session, model: type[Base], *conditions: ColumnExpressionArgument[bool]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def _view(row: DepartmentRow) -> DepartmentView:
    return DepartmentView(row.id, row.parent_id, row.code, row.name, row.path)


def _check(code: str, name: str) -> None:
    problems = []
    if not code.strip() or "/" in code:
        problems.append(FieldProblem("code", code, msg("必须填写，且不能含“/”"), label=msg("部门代码")))
    if not name.strip():
        problems.append(FieldProblem("name", name, msg("必须填写"), label=msg("部门名称")))
    if problems:
        raise InvalidInput(tuple(problems))

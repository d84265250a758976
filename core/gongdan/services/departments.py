"""Departments: a company's tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.errors import Conflict, FieldProblem, InvalidInput
from gongdan.services.work import changed
from gongdan.storage.companies import DepartmentRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


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


class Departments:
    """Use cases around the departments of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def all(self) -> Sequence[DepartmentView]:
        """Return the departments in the order of the tree."""
        with self._desk.reading() as session:
            query = select(DepartmentRow).where(DepartmentRow.closed_at.is_(None)).order_by(DepartmentRow.path)
            return tuple(_view(row) for row in session.scalars(query))

    def create(self, code: str, name: str, parent_id: UUID | None = None) -> DepartmentView:
        """Add a department; raises ``InvalidInput`` or ``Conflict``."""
        self._desk.require("company.admin")
        _check(code, name)
        with self._desk.working() as work:
            above = work.get(DepartmentRow, parent_id, "department").path if parent_id else ""
            path = f"{above}/{code.strip()}"
            if work.session.scalar(select(DepartmentRow.id).where(DepartmentRow.path == path)):
                raise Conflict("department", path)
            row = DepartmentRow(parent_id=parent_id, code=code.strip(), name=name.strip(), path=path)
            work.session.add(row)
            work.session.flush()
            work.record("department.created", "department", row.id, after={"path": path, "name": row.name})
            return _view(row)

    def rename(self, department_id: UUID, name: str) -> DepartmentView:
        """Give a department another name; raises ``InvalidInput`` or ``NotFound``."""
        self._desk.require("company.admin")
        _check("x", name)
        with self._desk.working() as work:
            row = work.get(DepartmentRow, department_id, "department")
            before, after = changed({"name": row.name}, {"name": name.strip()})
            row.name = name.strip()
            work.record("department.changed", "department", row.id, before=before, after=after)
            return _view(row)


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

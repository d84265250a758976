"""Saved views: a list's filters, order and columns under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select

from gongdan.domain.folding import is_blank
from gongdan.errors import FieldProblem, InvalidInput, NotFound
from gongdan.storage.tickets import SavedViewRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest query string that is kept, in characters.
_MAX_QUERY = 2000


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view; ``query`` is the query string of the list."""

    id: UUID
    name: str
    query: str
    is_shared: bool


class SavedViews:
    """Use cases around saved views."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def of(self, noun: str) -> Sequence[SavedView]:
        """Return the person's own views and the shared ones of a list, by name."""
        query = (
            select(SavedViewRow)
            .where(
                SavedViewRow.noun == noun,
                or_(SavedViewRow.owner_id == self._desk.actor.account_id, SavedViewRow.owner_id.is_(None)),
            )
            .order_by(SavedViewRow.name)
        )
        with self._desk.reading() as session:
            return tuple(SavedView(row.id, row.name, row.query, row.owner_id is None) for row in session.scalars(query))

    def save(self, noun: str, name: str, query: str, *, is_shared: bool = False) -> None:
        """Keep a view under a name; the same name again replaces the person's own view."""
        if is_shared:
            self._desk.require("company.admin")
        if is_blank(name) or len(query) > _MAX_QUERY:
            raise InvalidInput((FieldProblem("name", name, msg("请给视图起一个名字"), label=msg("视图名称")),))
        owner = None if is_shared else self._desk.actor.account_id
        with self._desk.working() as work:
            row = work.session.scalars(
                select(SavedViewRow).where(
                    SavedViewRow.noun == noun,
                    SavedViewRow.name == name.strip(),
                    SavedViewRow.owner_id == owner,
                )
            ).one_or_none()
            if row is None:
                row = SavedViewRow(owner_id=owner, noun=noun, name=name.strip())
                work.session.add(row)
            row.query = query
            work.session.flush()
            work.record("view.saved", "saved_view", row.id, after={"name": row.name, "query": query})

    def remove(self, view_id: UUID) -> None:
        """Delete a view of one's own, or a shared one as an administrator; raises ``NotFound``."""
        with self._desk.working() as work:
            row = work.get(SavedViewRow, view_id, "view")
            if row.owner_id is None:
                self._desk.require("company.admin")
            elif row.owner_id != self._desk.actor.account_id:
                raise NotFound("view", str(view_id))
            work.session.delete(row)
            work.record("view.removed", "saved_view", view_id, before={"name": row.name, "query": row.query})

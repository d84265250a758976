"""Links between tickets: parents, follow-ups, causes, and merging that can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_links import SYMMETRIC, LinkKind
from gongdan.domain.workflow import StateCategory
from gongdan.errors import Conflict, FieldProblem, InvalidInput, MoveRefused, NotFound, Refusal
from gongdan.services import duty_changes
from gongdan.services.secrecy_looks import seen_tickets
from gongdan.services.work import Work
from gongdan.storage.tickets import TicketLinkRow, TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: The state of a ticket that went up in another; it belongs to no flow.
MERGED_STATE = "merged"


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as seen from one of its ends."""

    id: UUID
    kind: LinkKind
    #: The ticket looked at stands on the ``from`` side.
    is_outgoing: bool
    other: TicketView
    made_at: datetime


class Links:
    """Use cases around links between tickets."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def of_ticket(self, ticket_id: UUID) -> Sequence[LinkView]:
        """Return the links that hold today, in both directions, oldest first."""
        self._desk.require("ticket.view")
        query = (
            select(TicketLinkRow, TicketRow)
            .join(TicketRow, TicketRow.id.in_((TicketLinkRow.from_id, TicketLinkRow.to_id)))
            .where(
                or_(TicketLinkRow.from_id == ticket_id, TicketLinkRow.to_id == ticket_id),
                TicketLinkRow.ended_at.is_(None),
                TicketRow.id != ticket_id,
            )
            .order_by(TicketLinkRow.made_at)
        )
        with self._desk.reading() as session:
            found = session.execute(query).all()
            others = seen_tickets(self._desk, session, [other for _, other in found])
            return tuple(
                LinkView(link.id, LinkKind(link.kind), link.from_id == ticket_id, other, link.made_at)
                for (link, _), other in zip(found, others, strict=True)
            )

    def make(self, kind: LinkKind, from_id: UUID, to_id: UUID) -> None:
        """Link two tickets of the company; raises ``InvalidInput`` for a circle, ``Conflict`` for a second link."""
        self._desk.require("ticket.link")
        if kind is LinkKind.MERGED:
            self.merge(from_id, to_id)
            return
        with self._desk.working() as work:
            # A circle may close over links that others make meanwhile between tickets that are locked by nobody.
            work.take_turn()
            first, second = self._ends(work.session, from_id, to_id)
            if kind is LinkKind.PARENT and self._is_above(work.session, to_id, from_id):
                raise _invalid(second.number, msg("不能互为上级"))
            self._add(work, kind, first, second)

    def remove(self, link_id: UUID) -> None:
        """End a link; a merge is undone: the merged ticket returns to its state. Raises ``NotFound``."""
        self._desk.require("ticket.link")
        with self._desk.working() as work:
            link = work.get(TicketLinkRow, link_id, "link", lock=True)
            if link.ended_at is not None:
                raise NotFound("link", str(link_id))
            link.ended_at = work.now
            if link.kind == LinkKind.MERGED.value:
                self._return(work, self._desk.tickets.row(work.session, link.from_id, lock=True), link.state_before)
            work.record("ticket.unlinked", "ticket", link.from_id, before={"kind": link.kind, "to": link.to_id})

    def merge(self, from_id: UUID, into_id: UUID) -> None:
        """Let one ticket go up in another of the same type's company; it closes and can be brought back."""
        self._desk.require("ticket.link")
        with self._desk.working() as work:
            merged, into = self._ends(work.session, from_id, into_id)
            if MERGED_STATE in {merged.state, into.state}:
                raise _invalid(merged.number, msg("已合并的工单不能再合并"))
            self._desk.tickets.type_in_use(merged)
            if count := open_children(work.session, merged.id):
                refusal = Refusal("open_children", msg("还有 {count} 个子工单未关闭"), params={"count": count})
                raise MoveRefused(msg("合并"), (refusal,))
            link = self._add(work, LinkKind.MERGED, merged, into)
            link.state_before = merged.state
            merged.state, merged.state_category, merged.is_open = (
                MERGED_STATE,
                StateCategory.CLOSED.value,
                False,
            )
            merged.closed_at = merged.closed_at or work.now
            merged.changed_at = work.now
            work.record(
                "ticket.merged",
                "ticket",
                merged.id,
                before={"state": link.state_before},
                after={"into": into.number},
            )
            work.record("ticket.took_in", "ticket", into.id, after={"merged": merged.number})
            duty_changes.merged(self._desk, work, merged)

    def add_within(self, work: Work, kind: LinkKind, first: TicketRow, second: TicketRow) -> None:
        """Link two tickets inside a running transaction, as a rule asks for it; raises ``Conflict``."""
        self._add(work, kind, first, second)

    def _return(self, work: Work, row: TicketRow, state: str) -> None:
        declared = self._desk.tickets.type_in_use(row).workflow.state(state)
        category = declared.category if declared else StateCategory.WAITING_US
        row.state, row.state_category, row.is_open = state, category.value, category.is_open
        row.closed_at = None if row.is_open else row.closed_at
        row.changed_at = work.now
        work.record("ticket.merge_undone", "ticket", row.id, before={"state": MERGED_STATE}, after={"state": state})
        duty_changes.came_back(self._desk, work, row)

    def _ends(self, session: Session, from_id: UUID, to_id: UUID) -> tuple[TicketRow, TicketRow]:
        """Return both tickets, locked in one order, so that two people cannot link them in opposite ways."""
        if from_id == to_id:
            raise _invalid("", msg("不能与自己关联"))
        tickets = self._desk.tickets
        rows = {key: tickets.row(session, key, lock=True) for key in sorted((from_id, to_id))}
        return rows[from_id], rows[to_id]

    def _add(self, work: Work, kind: LinkKind, first: TicketRow, second: TicketRow) -> TicketLinkRow:
        pairs = [(first.id, second.id)] + ([(second.id, first.id)] if kind in SYMMETRIC else [])
        for one, other in pairs:
            query = select(TicketLinkRow.id).where(
                TicketLinkRow.kind == kind.value,
                TicketLinkRow.from_id == one,
                TicketLinkRow.to_id == other,
                TicketLinkRow.ended_at.is_(None),
            )
            if work.session.scalar(query):
                raise Conflict("link", f"{first.number} → {second.number}")
        link = TicketLinkRow(
            kind=kind.value,
            from_id=first.id,
            to_id=second.id,
            made_by=work.actor.account_id,
            made_at=work.now,
            state_before="",
        )
        work.session.add(link)
        work.session.flush()
        work.record("ticket.linked", "ticket", first.id, after={"kind": kind.value, "to": second.number})
        return link

    @staticmethod
    def _is_above(session: Session, upper: UUID, lower: UUID) -> bool:
        """Tell whether ``upper`` is a parent, grandparent … of ``lower``."""
        seen, level = {lower}, {lower}
        while level:
            query = select(TicketLinkRow.from_id).where(
                TicketLinkRow.to_id.in_(level),
                TicketLinkRow.kind == LinkKind.PARENT.value,
                TicketLinkRow.ended_at.is_(None),
            )
            level = set(session.scalars(query)) - seen
            seen |= level
        return upper in seen - {lower}


def _invalid(value: str, rule: str) -> InvalidInput:
    return InvalidInput((FieldProblem("ticket", value, rule, label=msg("工单")),))


def open_children(session: Session, ticket_id: UUID) -> int:
    """Return how many children of a ticket are open."""
    child = aliased(TicketRow)
    query = (
        select(func.count())
        .select_from(TicketLinkRow)
        .join(child, child.id == TicketLinkRow.to_id)
        .where(
            TicketLinkRow.from_id == ticket_id,
            TicketLinkRow.kind == LinkKind.PARENT.value,
            TicketLinkRow.ended_at.is_(None),
            child.is_open.is_(True),
        )
    )
    return session.execute(query).scalar_one()

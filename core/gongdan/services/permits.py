"""Permits: the catalogue of what can be applied for, and the people and goods of an application."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, func, select
from uuid6 import uuid7

from gongdan.domain.fields import Field
from gongdan.domain.identifiers import check_phone
from gongdan.domain.permits import PermitKind
from gongdan.domain.policy_timelines import PolicyValue
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_links import LinkKind
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem, InvalidInput, NotFound, PluginDisabled, TicketClosed
from gongdan.services.identities import identity_problems, seal_identity
from gongdan.services.intake import NewTicket
from gongdan.services.pass_rows import GoodsLine, goods_of, read_count
from gongdan.services.permit_keeper import PermitKeeper
from gongdan.services.permit_terms import Application
from gongdan.services.roster_rows import text_problems
from gongdan.services.work import Work, get_row
from gongdan.storage.permits import PassRow, PermitItemRow, PermitPersonRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_NAME_LENGTH, _TRADE_LENGTH, _UNIT_LENGTH, _REMARK_LENGTH = 120, 64, 16, 200
#: Most people or lines of goods on one permit, inclusive.
MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Card:
    """A row of the catalogue as the clerk sees it."""

    kind: PermitKind
    #: Typed fields of the application, in order.
    fields: tuple[Field, ...]
    #: What the company's policy says now; None where the kind has no such question.
    longest: PolicyValue | None
    fee: PolicyValue | None
    deposit: PolicyValue | None
    quota: PolicyValue | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person of a permit."""

    id: UUID
    line: int
    name: str
    phone: str
    trade: str
    identity_mask: str
    pass_id: UUID | None
    #: Serial of the pass; empty until it is issued.
    serial: str
    is_removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody who is to get a pass; texts as typed."""

    name: str
    phone: str = ""
    identity: str = ""
    trade: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGoods:
    """One line of goods; texts as typed."""

    name: str
    quantity: str
    unit: str = ""
    remark: str = ""


class Permits:
    """Use cases around permits of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- The catalogue -----------------------------------------------------------------------

    def kinds(self) -> Sequence[PermitKind]:
        """Return what can be applied for in the company, in the order of the catalogue."""
        return self._desk.installation.plugins.catalogue.permit_kinds.of(self._desk.enabled)

    def kind(self, name: str) -> PermitKind:
        """Return a kind that can be applied for now; raises ``NotFound`` or ``PluginDisabled``."""
        declared = self._desk.installation.plugins.catalogue.permit_kinds
        found = declared.get(name)
        if found is None:
            raise NotFound("permit_kind", name)
        if declared.plugin_of(name) not in self._desk.enabled:
            raise PluginDisabled(declared.plugin_of(name))
        return found

    def cards(self) -> Sequence[Card]:
        """Return the catalogue with what each kind needs, how long it holds and what it costs."""
        self._desk.require("permit.view")
        return tuple(map(self.card, self.kinds()))

    def card(self, kind: PermitKind) -> Card:
        """Return one row of the catalogue."""
        self._desk.require("permit.view")
        names = (kind.longest, kind.fee, kind.deposit, kind.quota)
        with self._desk.reading() as session:
            timeline = self._desk.policies.timeline(session)
            now = self._desk.installation.clock()
            values = [timeline.value(name, now) if name else None for name in names]
        return Card(kind, self._fields(kind), *values)

    def _fields(self, kind: PermitKind) -> tuple[Field, ...]:
        declared = self._desk.intake.type(kind.ticket_type)
        found = (declared.field(name) for name in kind.shown_fields)
        return tuple(field for field in found if field)

    def of_ticket(self, ticket: TicketView) -> PermitKind | None:
        """Return what a ticket applies for, or None for one that is no permit."""
        return self._desk.installation.plugins.catalogue.permit_kind(ticket.type, ticket.category)

    # --- Applying ----------------------------------------------------------------------------

    def apply(self, new: NewTicket, *, first_id: UUID | None = None) -> TicketView:
        """Open an application; ``first_id`` is the ticket of the permit that it prolongs. Raises what intake does."""
        if first_id is not None:
            self._desk.tickets.find(first_id)
        made = self._desk.intake.open(new)
        if first_id is not None and not self._is_linked(first_id, made.id):
            self._desk.links.make(LinkKind.FOLLOW_UP, first_id, made.id)
        return made

    def _is_linked(self, first_id: UUID, made_id: UUID) -> bool:
        links = self._desk.links.of_ticket(made_id)
        return any(link.kind is LinkKind.FOLLOW_UP and link.other.id == first_id for link in links)

    # --- People ------------------------------------------------------------------------------

    def people(self, ticket_id: UUID) -> Sequence[PersonView]:
        """Return the people of a permit in the order of the register. Source: 001-01-42."""
        self._desk.require("permit.view")
        query = (
            select(PermitPersonRow, PassRow.serial)
            .outerjoin(PassRow, PassRow.id == PermitPersonRow.pass_id)
            .where(PermitPersonRow.ticket_id == ticket_id)
            .order_by(PermitPersonRow.line)
        )
        with self._desk.reading() as session:
            return tuple(_person_view(row, serial or "") for row, serial in session.execute(query))

    def add_person(self, ticket_id: UUID, new: NewPerson) -> PersonView:
        """Enter somebody into the register of a permit; where it is in force already he gets his pass at once.

        Raises ``InvalidInput``, ``TicketClosed``, or ``Conflict`` where the quota is used up.
        """
        self._desk.require("ticket.edit")
        if problems := _person_problems(new):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            case = self._case(work, ticket_id)
            if not case.kind.has_people:
                raise _no_lines("name", new.name)
            sealed = seal_identity(self._desk.installation.vault, new.identity)
            row = PermitPersonRow(
                id=uuid7(),
                ticket_id=ticket_id,
                line=self._next_line(work, PermitPersonRow, ticket_id),
                name=new.name.strip(),
                phone=check_phone(new.phone).value or "",
                trade=new.trade.strip(),
                identity_cipher=sealed.cipher,
                identity_digest=sealed.digest,
                identity_mask=sealed.mask,
                pass_id=None,
                added_at=work.now,
                removed_at=None,
            )
            work.session.add(row)
            work.session.flush()
            work.record(
                "permit.person_added", "ticket", ticket_id, after={"name": row.name, "identity": row.identity_mask}
            )
            is_issued = work.session.scalar(select(PassRow.id).where(PassRow.ticket_id == ticket_id).limit(1))
            made = PermitKeeper(self._desk, work).issue(case) if is_issued else ()
            return _person_view(row, made[0].serial if made else "")

    def remove_person(self, person_id: UUID) -> None:
        """Strike somebody off the register, where he stays legible; a pass of his is a matter of its own."""
        self._desk.require("ticket.edit")
        with self._desk.working() as work:
            row = get_row(work.session, PermitPersonRow, person_id, "permit_person", lock=True)
            self._case(work, row.ticket_id)
            if row.removed_at is None:
                row.removed_at = work.now
                work.record("permit.person_removed", "ticket", row.ticket_id, after={"name": row.name})

    # --- Goods -------------------------------------------------------------------------------

    def goods(self, ticket_id: UUID) -> Sequence[GoodsLine]:
        """Return the goods of a permit in the order of its slip."""
        self._desk.require("permit.view")
        with self._desk.reading() as session:
            return goods_of(session, ticket_id)

    def add_goods(self, ticket_id: UUID, new: NewGoods) -> None:
        """Write a line of goods on a slip that has not been issued; raises ``InvalidInput``, ``TicketClosed``.

        Source: 001-01-02.
        """
        self._desk.require("ticket.edit")
        quantity, problems = _goods_problems(new)
        if problems or quantity is None:
            raise InvalidInput(problems)
        with self._desk.working() as work:
            case = self._case(work, ticket_id)
            if not case.kind.has_goods:
                raise _no_lines("name", new.name)
            self._require_unissued(work, case.row)
            row = PermitItemRow(
                ticket_id=ticket_id,
                line=self._next_line(work, PermitItemRow, ticket_id),
                name=new.name.strip(),
                quantity=quantity,
                unit=new.unit.strip(),
                remark=new.remark.strip(),
                found=None,
                checked_at=None,
            )
            work.session.add(row)
            work.record("permit.goods_added", "ticket", ticket_id, after={"name": row.name, "quantity": str(quantity)})

    def remove_goods(self, item_id: UUID) -> None:
        """Take a line off a slip that has not been issued."""
        self._desk.require("ticket.edit")
        with self._desk.working() as work:
            row = get_row(work.session, PermitItemRow, item_id, "permit_item", lock=True)
            self._require_unissued(work, self._case(work, row.ticket_id).row)
            work.session.delete(row)
            work.record("permit.goods_removed", "ticket", row.ticket_id, before={"name": row.name})

    # --- Inside ------------------------------------------------------------------------------

    def _case(self, work: Work, ticket_id: UUID) -> Application:
        """Return a permit that is still open, its ticket locked."""
        row = self._desk.tickets.row(work.session, ticket_id, lock=True)
        declared = self._desk.tickets.type_in_use(row)
        kind = self._desk.installation.plugins.catalogue.permit_kind(row.type, row.category)
        if kind is None:
            raise NotFound("permit", row.number)
        if not row.is_open:
            raise TicketClosed(row.number)
        return Application(kind, declared, row, row.fields, row.asset_id, row.requester_id)

    def _require_unissued(self, work: Work, row: TicketRow) -> None:
        if work.session.scalar(select(PassRow.id).where(PassRow.ticket_id == row.id).limit(1)):
            rule, remedy = msg("放行条已生效，物品不能再改"), msg("请作废后另开一张")
            raise InvalidInput((FieldProblem("name", "", rule, remedy, label=msg("物品")),))

    def _next_line(self, work: Work, model: type[PermitPersonRow | PermitItemRow], ticket_id: UUID) -> int:
        query: Select[int | None] = select(func.max(model.line)).where(model.ticket_id == ticket_id)
        line = (work.session.scalar(query) or 0) + 1
        if line > MOST_LINES:
            rule = msg("一张单上最多 {most} 行")
            raise InvalidInput((FieldProblem("name", "", rule, params={"most": MOST_LINES}, label=msg("名称")),))
        return line


def _person_problems(new: NewPerson) -> tuple[FieldProblem, ...]:
    problems = [
        *text_problems("name", new.name, msg("姓名"), longest=_NAME_LENGTH, required=True),
        *text_problems("trade", new.trade, msg("工种"), longest=_TRADE_LENGTH),
        *identity_problems("identity", new.identity),
    ]
    if new.phone.strip() and check_phone(new.phone).verdict is Verdict.REJECT:
        problems.append(FieldProblem("phone", new.phone[:40], msg("不是有效的电话号码"), label=msg("电话")))
    return tuple(problems)


def _goods_problems(new: NewGoods) -> tuple[Decimal | None, tuple[FieldProblem, ...]]:
    quantity = read_count(new.quantity)
    problems = [
        *text_problems("name", new.name, msg("物品"), longest=_NAME_LENGTH, required=True),
        *text_problems("unit", new.unit, msg("单位"), longest=_UNIT_LENGTH),
        *text_problems("remark", new.remark, msg("备注"), longest=_REMARK_LENGTH),
    ]
    if not quantity:
        problems.append(FieldProblem("quantity", new.quantity[:20], msg("应为大于 0 的数字"), label=msg("数量")))
    return quantity, tuple(problems)


def _no_lines(field: str, value: str) -> InvalidInput:
    return InvalidInput((FieldProblem(field, value[:40], msg("这种许可没有明细")),))


def _person_view(row: PermitPersonRow, serial: str) -> PersonView:
    return PersonView(
        row.id, row.line, row.name, row.phone, row.trade, row.identity_mask, row.pass_id, serial,
        row.removed_at is not None,
    )  # fmt: skip

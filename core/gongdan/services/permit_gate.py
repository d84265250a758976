"""What stands in the way of a permit's move: what is missing, too long, taken, unpaid or not agreed to."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gongdan.domain.folding import is_blank
from gongdan.domain.identifiers import check_phone
from gongdan.domain.permits import (
    Counted,
    OwnerConsent,
    PassState,
    Period,
    PermitKind,
    QuotaPer,
    Standing,
    differing,
    is_too_long,
    standing,
)
from gongdan.domain.ticket_links import LinkKind
from gongdan.domain.workflow import is_empty
from gongdan.errors import Refusal
from gongdan.services.permit_terms import Application, PermitTerms, terms_of
from gongdan.storage.assets import AssetLinkRow
from gongdan.storage.parties import ContactPointRow
from gongdan.storage.permits import PassRow, PermitItemRow, PermitPersonRow
from gongdan.storage.tickets import TicketLinkRow, TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: The right to take a pass from somebody before its time.
REVOKE = "pass.revoke"


class PermitGate:
    """Says no to moves of permits, inside a transaction; says nothing about other tickets."""

    def __init__(self, desk: "CompanyDesk", session: Session, now: datetime) -> None:
        self._desk = desk
        self._session = session
        self._now = now

    def refusals(self, case: Application, move: str) -> Iterator[Refusal]:
        """Yield every reason against a move, each with its clauses and the field that would answer it."""
        moves, consent = case.kind.moves, case.kind.consent
        if consent and move == consent.asked_at:
            yield from self._without_consent(case, consent)
        if move in {moves.complete_at, moves.issued_by}:
            yield from self._incomplete(case)
        if move == moves.issued_by:
            yield from self._not_issued(case)
        if move == moves.expired_by and (ends := self._last_end(case.row.id)) and self._now < ends:
            yield Refusal("not_expired", msg("还没有到期"), case.kind.clauses)
        match moves.ends_as(move):
            case PassState.REVOKED if not self._desk.actor.may(REVOKE):
                yield Refusal("revoke", msg("吊销须有“吊销证件”权限"), case.kind.clauses)
            case PassState.USED:
                yield from self._not_used(case)
            case _:
                pass

    # --- What is missing ---------------------------------------------------------------------

    def _incomplete(self, case: Application) -> Iterator[Refusal]:
        kind = case.kind
        for name in (kind.begins_field, kind.ends_field, *kind.needs):
            if is_empty(case.fields.get(name)):
                yield Refusal("required", msg("必须填写"), kind.clauses, name)
        for name in kind.documents:
            if case.fields.get(name) is not True:
                yield Refusal("document", msg("须先收到这份材料"), kind.clauses, name)
        if kind.is_exclusive and case.asset_id is None:
            yield Refusal("place", msg("须从资产中选定专用的地方"), kind.clauses, "asset")
        if kind.has_people and not self._has(PermitPersonRow, case.row.id, PermitPersonRow.removed_at.is_(None)):
            yield Refusal("people", msg("还没有登记人员"), kind.clauses)
        if kind.has_goods and not self._has(PermitItemRow, case.row.id):
            yield Refusal("goods", msg("还没有登记物品"), kind.clauses)
        if kind.extends and first_of(self._session, self._desk, case) is None:
            yield Refusal("extends", msg("须注明延长的是哪一张"), kind.clauses)
        yield from self._wrong_time(case)

    def _wrong_time(self, case: Application) -> Iterator[Refusal]:
        period, terms = case.period(self._desk), self._terms(case.kind)
        if period is None:
            return
        if period.ends_at <= period.begins_at:
            yield Refusal("period", msg("结束须晚于开始"), case.kind.clauses, case.kind.ends_field)
        elif period.ends_at <= self._now:
            yield Refusal("period", msg("这段时间已经过去"), case.kind.clauses, case.kind.ends_field)
        elif terms.longest and is_too_long(period, terms.longest, self._desk.zone):
            yield Refusal("longest", msg("超过最长有效期"), case.kind.clauses, case.kind.ends_field)

    def _has(self, model: type[PermitPersonRow | PermitItemRow], ticket_id: UUID, *conditions: object) -> bool:
        query = select(model.id).where(model.ticket_id == ticket_id, *conditions).limit(1)  # type: ignore[arg-type]  # conditions of the model
        return self._session.scalar(query) is not None

    # --- What forbids issuing ----------------------------------------------------------------

    def _not_issued(self, case: Application) -> Iterator[Refusal]:
        terms, period = self._terms(case.kind), case.period(self._desk)
        yield from _unpaid(case, terms)
        yield from self._outside(case)
        if period is None:
            return
        if case.kind.is_exclusive and case.asset_id:
            yield from self._taken(case.kind, case.asset_id, period)
        if terms.quota is not None:
            yield from self._too_many(case, terms.quota)

    def _taken(self, kind: PermitKind, asset_id: UUID, period: Period) -> Iterator[Refusal]:
        for other in overlapping(self._session, asset_id, period):
            shown = f"{_local(self._desk, other.begins_at)} – {_local(self._desk, other.ends_at)}"
            params = {"serial": other.serial, "period": shown}
            yield Refusal("overlap", msg("与 {serial}（{period}）的时间重叠"), kind.clauses, kind.begins_field, params)

    def _too_many(self, case: Application, quota: int) -> Iterator[Refusal]:
        wanted = wanted_passes(self._session, case)
        first = first_of(self._session, self._desk, case)
        held = len([one for one in holding(self._session, case, self._now) if first is None or one.id != first.id])
        if held + wanted > quota:
            params = {"quota": quota, "held": held}
            yield Refusal("quota", msg("同时最多 {quota} 张，已有 {held} 张"), case.kind.clauses, params=params)

    def _outside(self, case: Application) -> Iterator[Refusal]:
        if not case.kind.within:
            return
        query = select(PassRow.id).where(
            PassRow.kind.in_(case.kind.within),
            PassRow.asset_id == case.asset_id,
            PassRow.state == PassState.IN_FORCE.value,
            PassRow.ends_at > self._now,
        )
        if case.asset_id is None or self._session.scalar(query.limit(1)) is None:
            kinds = self._desk.installation.plugins.catalogue.permit_kinds
            labels = [found.label for found in map(kinds.get, case.kind.within) if found]
            yield Refusal("within", msg("该处没有有效的{kinds}"), case.kind.clauses, params={"kinds": labels})

    # --- Consent -----------------------------------------------------------------------------

    def _without_consent(self, case: Application, consent: OwnerConsent) -> Iterator[Refusal]:
        """Source: 001-01-01."""
        owners = self._owners(case, consent.role)
        asker = case.text(consent.asker_field)
        if not asker:
            yield Refusal("asker", msg("必须填写"), consent.clauses, consent.asker_field)
        elif asker == consent.owner:
            if case.requester_id not in owners:
                yield Refusal("owner", msg("登记的客户不是该处的业主"), consent.clauses, "requester")
        else:
            for name in (consent.way_field, consent.name_field):
                if not case.text(name):
                    yield Refusal("consent", msg("须有业主的同意"), consent.clauses, name)
            if case.text(consent.way_field) == consent.call:
                yield from self._wrong_number(case, consent, owners)

    def _wrong_number(self, case: Application, consent: OwnerConsent, owners: set[UUID]) -> Iterator[Refusal]:
        number = check_phone(case.text(consent.phone_field)).value
        query = select(ContactPointRow.id).where(
            ContactPointRow.party_id.in_(owners), ContactPointRow.normalised == number
        )
        if not number or self._session.scalar(query.limit(1)) is None:
            reason = msg("这个号码不在业主的档案里，须回拨档案里的号码")
            yield Refusal("number_on_file", reason, consent.clauses, consent.phone_field)

    def _owners(self, case: Application, role: str) -> set[UUID]:
        today = self._now.astimezone(self._desk.zone).date()
        return set(holders_of(self._session, case.asset_id, role, today)) if case.asset_id else set()

    # --- Using it ----------------------------------------------------------------------------

    def _not_used(self, case: Application) -> Iterator[Refusal]:
        row = self._session.scalars(select(PassRow).where(PassRow.ticket_id == case.row.id)).first()
        worth = standing_of(row, self._now) if row else Standing.UNKNOWN
        if not worth.lets_in:
            yield Refusal("not_valid", msg("放行条现在无效"), case.kind.clauses)
        if case.kind.has_goods and differing(counted(self._session, case.row.id)):
            yield Refusal("counted", msg("须由门岗逐项核对，数量全部相符"), case.kind.clauses)

    def _last_end(self, ticket_id: UUID) -> datetime | None:
        return self._session.scalar(select(func.max(PassRow.ends_at)).where(PassRow.ticket_id == ticket_id))

    def _terms(self, kind: PermitKind) -> PermitTerms:
        return terms_of(self._desk, self._session, kind, self._now)


def _unpaid(case: Application, terms: PermitTerms) -> Iterator[Refusal]:
    """Yield what is not paid; what nobody has decided is not asked for."""
    kind = case.kind
    for due, name, reason in (
        (terms.fee, kind.fee_field, msg("须先收费 {amount} 元")),
        (terms.deposit, kind.deposit_field, msg("须先收押金 {amount} 元")),
    ):
        if due and case.amount(name) < due:
            yield Refusal("unpaid", reason, kind.clauses, name, {"amount": due})
    is_paid = any(case.amount(name) for name in (kind.fee_field, kind.deposit_field) if case.ticket_type.field(name))
    if is_paid and is_blank(case.text(kind.receipt_field)):
        yield Refusal("receipt", msg("收了钱须填收据号"), kind.clauses, kind.receipt_field)


# --- What is asked of the passes that there are ------------------------------------------------------------------


def standing_of(row: PassRow, now: datetime) -> Standing:
    """Return what a pass is worth."""
    return standing(PassState(row.state), Period(row.begins_at, row.ends_at), now)


def overlapping(session: Session, asset_id: UUID, period: Period) -> list[PassRow]:
    """Return the exclusive passes of a place that share some moment with a period, in the order of time."""
    query = select(PassRow).where(
        PassRow.asset_id == asset_id,
        PassRow.is_exclusive.is_(True),
        PassRow.state == PassState.IN_FORCE.value,
        PassRow.begins_at < period.ends_at,
        PassRow.ends_at > period.begins_at,
    )
    return list(session.scalars(query.order_by(PassRow.begins_at)))


def slot_key(kind: PermitKind, asset_id: UUID | None) -> str:
    """Return among whom a quota is counted."""
    return str(asset_id or "") if kind.quota_per is QuotaPer.ASSET else ""


def holding(session: Session, case: Application, now: datetime) -> list[PassRow]:
    """Return the passes that count towards a quota: those in force that have not ended, and those that are to begin."""
    query = select(PassRow).where(
        PassRow.kind == case.kind.name,
        PassRow.state == PassState.IN_FORCE.value,
        PassRow.ends_at > now,
        PassRow.slot_key == slot_key(case.kind, case.asset_id),
    )
    return list(session.scalars(query))


def wanted_passes(session: Session, case: Application) -> int:
    """Return how many passes an application makes."""
    if not case.kind.has_people:
        return 1
    query = select(func.count()).where(
        PermitPersonRow.ticket_id == case.row.id,
        PermitPersonRow.removed_at.is_(None),
        PermitPersonRow.pass_id.is_(None),
    )
    return session.scalar(query) or 0


def first_of(session: Session, desk: "CompanyDesk", case: Application) -> PassRow | None:
    """Return the pass that a prolonging permit prolongs: that of the ticket which it follows up."""
    if not case.kind.extends:
        return None
    first = desk.installation.plugins.catalogue.permit_kinds.get(case.kind.extends)
    query = (
        select(PassRow)
        .join(TicketRow, TicketRow.id == PassRow.ticket_id)
        .join(TicketLinkRow, TicketLinkRow.from_id == TicketRow.id)
        .where(
            TicketLinkRow.kind == LinkKind.FOLLOW_UP.value,
            TicketLinkRow.to_id == case.row.id,
            TicketLinkRow.ended_at.is_(None),
            PassRow.kind.in_([case.kind.extends, case.kind.name]),
        )
    )
    return session.scalars(query.limit(1)).first() if first else None


def holders_of(session: Session, asset_id: UUID, role: str, today: object) -> list[UUID]:
    """Return the parties that hold a place in a role on a day."""
    link = AssetLinkRow
    query = select(link.party_id).where(
        link.asset_id == asset_id,
        link.role == role,
        link.party_id.is_not(None),
        (link.begins.is_(None)) | (link.begins <= today),
        (link.ends.is_(None)) | (link.ends > today),
    )
    return [party_id for party_id in session.scalars(query) if party_id]


def counted(session: Session, ticket_id: UUID) -> list[Counted]:
    """Return the goods of a permit with what the guard has counted."""
    query = select(PermitItemRow).where(PermitItemRow.ticket_id == ticket_id).order_by(PermitItemRow.line)
    return [Counted(row.line, row.name, row.quantity, row.found) for row in session.scalars(query)]


def _local(desk: "CompanyDesk", moment: datetime) -> str:
    return f"{moment.astimezone(desk.zone):%Y-%m-%d %H:%M}"

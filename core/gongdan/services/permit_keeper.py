"""Keeping passes: what moves and times make of them, inside the transaction of their cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select
from uuid6 import uuid7

from gongdan.domain.numbering import NumberPattern
from gongdan.domain.permits import PassState, Period, PermitKind, Validity, free_slot, last_day, warned_at
from gongdan.domain.timers import TimerView
from gongdan.errors import Conflict, NotFound
from gongdan.services.duty_people import NoticeKind
from gongdan.services.identities import NO_IDENTITY, SealedIdentity, identity_of
from gongdan.services.notices import NewNotice, tell
from gongdan.services.numbers import reserve
from gongdan.services.permit_gate import first_of, holding, overlapping, slot_key
from gongdan.services.permit_terms import Application, terms_of
from gongdan.services.timers import Handler
from gongdan.services.work import Work, get_row
from gongdan.storage.assets import AssetRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.permits import PassRow, PermitPersonRow
from gongdan.storage.printing import keep_codes
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: The kinds of a permit's timers.
WARN: Final = "permit.warn"
END: Final = "permit.end"

#: What codes on papers call a pass.
PASS_NOUN: Final = "pass"  # noqa: S105 -- a noun, not a password

#: What the journal calls the end of a pass.
_ENDINGS: Mapping[PassState, str] = {
    PassState.RETURNED: "pass.returned",
    PassState.USED: "pass.used",
    PassState.REFUSED: "pass.refused",
    PassState.REVOKED: "pass.revoked",
    PassState.LOST: "pass.lost",
}

_ENDING = NoticeKind("permit.warned", msg("{kind} {serial} 将于 {day} 到期"))
_OVERDUE = NoticeKind("permit.overdue", msg("{kind} {serial} 已于 {day} 到期，尚未收回"))

_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPass:
    """Everything that a pass is made from."""

    kind: str
    serial: NumberPattern
    period: Period
    is_by_day: bool
    holder_name: str
    holder_phone: str = ""
    identity: SealedIdentity = NO_IDENTITY
    ticket_id: UUID | None = None
    asset_id: UUID | None = None
    place: str = ""
    plate: str = ""
    is_exclusive: bool = False
    is_returned: bool = False
    slot: int | None = None
    slot_key: str = ""
    follows_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who gets a pass; ``person`` is his line in the register, if he has one."""

    name: str
    phone: str
    identity: SealedIdentity = NO_IDENTITY
    person: PermitPersonRow | None = None


class PermitKeeper:
    """Makes and ends the passes of one transaction."""

    def __init__(self, desk: "CompanyDesk", work: Work) -> None:
        self._desk = desk
        self._work = work

    def follow(self, case: Application, move: str, remark: str) -> None:
        """Do to the passes of a permit what a move of its ticket means."""
        moves = case.kind.moves
        if move == moves.issued_by:
            self.issue(case)
        elif ending := moves.ends_as(move):
            for row in self._of_ticket(case.row.id):
                self.end(row, ending, remark)
        if not case.row.is_open and move != moves.expired_by:
            # The timer of the end is the one that made this move; it may not cancel itself.
            self._work.cancel_timers(f"permit:{case.row.id}")

    def issue(self, case: Application) -> Sequence[PassRow]:
        """Make what a permit gives out: one pass, or one for each person who has none yet."""
        period = case.period(self._desk)
        if period is None:
            raise NotFound("period", case.row.number)
        if case.kind.is_exclusive and case.asset_id:
            self._hold(case.asset_id, period)
        made = [self._make(case, period, holder) for holder in self._holders(case)]
        self._watch(case, period)
        return made

    def _holders(self, case: Application) -> list[_Holder]:
        if not case.kind.has_people:
            name = case.text(case.kind.holder_field) or case.row.contact_name or self._party_name(case)
            return [_Holder(name, case.text(case.kind.phone_field) or case.row.contact_phone)]
        query = select(PermitPersonRow).where(
            PermitPersonRow.ticket_id == case.row.id,
            PermitPersonRow.removed_at.is_(None),
            PermitPersonRow.pass_id.is_(None),
        )
        people = self._work.session.scalars(query.order_by(PermitPersonRow.line)).all()
        return [_Holder(one.name, one.phone, identity_of(one), one) for one in people]

    def _party_name(self, case: Application) -> str:
        query = select(PartyRow.name).where(PartyRow.id == case.requester_id)
        return (self._work.session.scalar(query) if case.requester_id else None) or case.row.place

    def _make(self, case: Application, period: Period, holder: _Holder) -> PassRow:
        kind, first = case.kind, first_of(self._work.session, self._desk, case)
        made = self.make(
            NewPass(
                kind=kind.name,
                serial=kind.serial,
                period=period,
                is_by_day=kind.validity is Validity.DAYS,
                holder_name=holder.name,
                holder_phone=holder.phone,
                identity=holder.identity,
                ticket_id=case.row.id,
                asset_id=case.asset_id,
                place=case.row.place,
                plate=case.text(kind.plate_field),
                is_exclusive=kind.is_exclusive,
                is_returned=kind.is_returned,
                slot=self._slot(case, first),
                slot_key=slot_key(kind, case.asset_id) if kind.quota else "",
                follows_id=first.id if first else None,
            )
        )
        if holder.person is not None:
            holder.person.pass_id = made.id
        return made

    def make(self, new: NewPass) -> PassRow:
        """Make one pass with the next serial of its kind."""
        work, local = self._work, self._work.now.astimezone(self._desk.zone)
        number = reserve(work.session, f"pass:{new.kind}"[:64], new.serial.period(local), 1)
        key, codes = uuid7(), self._desk.installation.paper_codes
        row = PassRow(
            id=key,
            kind=new.kind,
            serial=new.serial.format(self._desk.company.code, local, number),
            token=codes.token(work.company_id, PASS_NOUN, key),
            ticket_id=new.ticket_id,
            holder_name=new.holder_name[:120],
            holder_phone=new.holder_phone,
            identity_cipher=new.identity.cipher,
            identity_digest=new.identity.digest,
            identity_mask=new.identity.mask,
            asset_id=new.asset_id,
            place=new.place,
            plate=new.plate,
            begins_at=new.period.begins_at,
            ends_at=new.period.ends_at,
            is_by_day=new.is_by_day,
            is_exclusive=new.is_exclusive,
            is_returned=new.is_returned,
            slot=new.slot,
            slot_key=new.slot_key,
            state=PassState.IN_FORCE.value,
            issued_at=work.now,
            issued_by=work.actor.account_id,
            issued_by_name=work.actor.name,
            ended_by_name="",
            reason="",
            follows_id=new.follows_id,
        )
        work.session.add(row)
        work.session.flush()
        # A pass can be asked about from the moment on at which it is issued, printed or not.
        keep_codes(work.session, [codes.row(work.company_id, PASS_NOUN, key, work.now)])
        work.record("pass.issued", "pass", row.id, after=told(row))
        return row

    def end(self, row: PassRow, state: PassState, reason: str) -> None:
        """End a pass for good; one that has ended already stays as it was."""
        if row.state != PassState.IN_FORCE.value:
            return
        row.state, row.reason = state.value, reason
        row.ended_at, row.ended_by, row.ended_by_name = (
            self._work.now,
            self._work.actor.account_id,
            self._work.actor.name,
        )
        row.slot = None
        self._work.session.flush()
        self._work.record(_ENDINGS[state], "pass", row.id, after={**told(row), "reason": reason})

    def _of_ticket(self, ticket_id: UUID) -> Sequence[PassRow]:
        query = select(PassRow).where(PassRow.ticket_id == ticket_id, PassRow.state == PassState.IN_FORCE.value)
        return self._work.session.scalars(query.order_by(PassRow.serial).with_for_update(key_share=True)).all()

    def _hold(self, asset_id: UUID, period: Period) -> None:
        """Let nobody else take the place meanwhile; raises ``Conflict`` when somebody has just done so."""
        get_row(self._work.session, AssetRow, asset_id, "asset", lock=True)
        if taken := overlapping(self._work.session, asset_id, period):
            raise Conflict("pass", taken[0].serial)

    def _slot(self, case: Application, first: PassRow | None) -> int | None:
        """Return the place of a pass within the quota; that of the one which it prolongs passes on to it.

        Two that are issued at the same moment take the same one, and the database keeps the first.
        """
        quota = terms_of(self._desk, self._work.session, case.kind, self._work.now).quota
        if quota is None:
            return None
        key = slot_key(case.kind, case.asset_id)
        self._free_slots(case.kind.name, key)
        if first is not None and first.kind == case.kind.name:
            first.slot = None
            self._work.session.flush()
        taken = [row.slot for row in holding(self._work.session, case, self._work.now) if row.slot]
        slot = free_slot(taken, quota)
        if slot is None:
            raise Conflict("pass", case.kind.label)
        return slot

    def _free_slots(self, kind: str, key: str) -> None:
        query = select(PassRow).where(
            PassRow.kind == kind, PassRow.slot_key == key, PassRow.slot.is_not(None), PassRow.ends_at <= self._work.now
        )
        for row in self._work.session.scalars(query):
            row.slot = None
        self._work.session.flush()

    def _watch(self, case: Application, period: Period) -> None:
        """Tell people in time that the permit ends, and when it has."""
        work, payload = self._work, {"ticket": str(case.row.id)}
        work.schedule(END, f"permit:{case.row.id}:end", period.ends_at, payload)
        before = terms_of(self._desk, work.session, case.kind, work.now).warn_before
        if before is not None:
            at = warned_at(period.ends_at, before, self._desk.zone)
            work.schedule(WARN, f"permit:{case.row.id}:warn", max(at, work.now + _AFTER), payload)


def told(row: PassRow) -> dict[str, object]:
    """Return what the journal keeps of a pass; no number of a person."""
    return {
        "kind": row.kind,
        "serial": row.serial,
        "holder": row.holder_name,
        "place": row.place,
        "begins_at": row.begins_at,
        "ends_at": row.ends_at,
    }


# --- At their times ----------------------------------------------------------------------------------------------


def _warn(desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
    ticket = get_row(work.session, TicketRow, UUID(str(timer.payload["ticket"])), "ticket")
    rows = _in_force(work, ticket.id)
    if rows:
        _notify(desk, work, ticket, rows, about=_ENDING)


def _end(desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
    """Let a permit expire: its ticket moves on by itself, and whoever is to bring a pass back is looked for."""
    ticket = get_row(work.session, TicketRow, UUID(str(timer.payload["ticket"])), "ticket", lock=True)
    kind = desk.installation.plugins.catalogue.permit_kind(ticket.type, ticket.category)
    rows = _in_force(work, ticket.id)
    if not rows or kind is None:
        return
    if any(row.is_returned for row in rows):
        _notify(desk, work, ticket, rows, about=_OVERDUE)
    if kind.moves.expired_by and ticket.plugin in desk.enabled:
        desk.moves.make_if_possible(work, ticket, kind.moves.expired_by)


def _in_force(work: Work, ticket_id: UUID) -> Sequence[PassRow]:
    query = select(PassRow).where(PassRow.ticket_id == ticket_id, PassRow.state == PassState.IN_FORCE.value)
    return work.session.scalars(query.order_by(PassRow.serial)).all()


def _notify(desk: "CompanyDesk", work: Work, ticket: TicketRow, rows: Sequence[PassRow], *, about: NoticeKind) -> None:
    catalogue = desk.installation.plugins.catalogue
    declared: PermitKind | None = catalogue.permit_kinds.get(rows[0].kind)
    params = {
        "kind": declared.label if declared else rows[0].kind,
        "serial": rows[0].serial if len(rows) == 1 else f"{rows[0].serial} – {rows[-1].serial}",
        "day": last_day(rows[0].ends_at, desk.zone).isoformat(),
    }
    notice = NewNotice(kind=about.name, text=about.text, params=params, ticket_id=ticket.id, at=work.now)
    for person in sorted({person for person in (ticket.owner_id, ticket.assignee_id) if person}):
        tell(work, person, notice)


#: What the executor does at the times of permits.
PERMIT_HANDLERS: Mapping[str, Handler] = {WARN: _warn, END: _end}

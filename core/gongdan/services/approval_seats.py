"""In whose seats somebody may decide on an approval: his own, and those of people whose deputy he is today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from gongdan.domain.approvals import ApprovalState
from gongdan.errors import Refusal
from gongdan.services.approval_rows import ApprovalFile
from gongdan.services.approval_words import decided, not_open
from gongdan.services.duty_figures import Figures
from gongdan.services.roster_rows import planned
from gongdan.storage.approvals import ApprovalRow, ApprovalSeatRow
from gongdan.storage.rosters import AbsenceRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: States in which somebody's answer is waited for.
WAITING = (ApprovalState.OPEN.value, ApprovalState.SPOKEN.value)


@dataclass(frozen=True, slots=True)
class Seat:
    """In whose place somebody decides."""

    place: int
    account_id: UUID
    name: str
    is_deputy: bool = False


class Seats:
    """Finds the seats of the actor, inside a running transaction."""

    def __init__(self, desk: "CompanyDesk", session: Session) -> None:
        self._desk = desk
        self._session = session
        self._me = desk.actor.account_id

    def waiting(self) -> Select[ApprovalRow]:
        """Return a query of the approvals in which it may be the actor's turn.

        Whose deputy he is today is asked afterwards: every page asks whether anything waits, and mostly nothing does.
        """
        now = self._desk.installation.clock()
        away = select(AbsenceRow.account_id).where(
            planned(AbsenceRow), AbsenceRow.begins_at <= now, AbsenceRow.ends_at > now
        )
        person = ApprovalSeatRow.account_id
        seats = select(ApprovalSeatRow.approval_id).where(or_(person == self._me, person.in_(away)))
        return select(ApprovalRow).where(
            ApprovalRow.ended_at.is_(None), ApprovalRow.state.in_(WAITING), ApprovalRow.id.in_(seats)
        )

    def now(self, file: ApprovalFile) -> Sequence[Seat]:
        """Return the seats in which the actor can decide now: his own first, then those whose deputy he is."""
        if self._me is None or file.row.state not in WAITING:
            return ()
        if file.row.state == ApprovalState.SPOKEN:
            spoken = file.spoken
            # What somebody has said himself, nobody confirms for him.
            return (Seat(spoken.place, self._me, spoken.name),) if spoken and spoken.account_id == self._me else ()
        principals = self._principals(file)
        return tuple(
            Seat(place, person, name, person != self._me)
            for place in file.standing.waiting
            for person, name in sorted(file.awaited(place).items(), key=lambda one: one[0] != self._me)
            if person == self._me or person in principals
        )

    def may_see(self, file: ApprovalFile) -> bool:
        """Tell whether the actor may know of an approval: as one concerned, or by what he may see."""
        actor, row = self._desk.actor, file.row
        is_concerned = row.asked_by == actor.account_id or self._sits(file)
        return is_concerned or actor.may("approval.view") or (row.ticket_id is not None and actor.may("ticket.view"))

    def no_seat(self, file: ApprovalFile) -> Refusal:
        """Return why the actor cannot decide now."""
        if file.row.state not in WAITING:
            return self.not_open(file)
        own = [each for each in file.decisions if each.decided_by == self._me and not each.is_spoken]
        if own:
            return decided(own[-1], self._desk.zone)
        rule = self._desk.installation.plugins.catalogue.approval_rules.get(file.row.rule)
        clauses, params = rule.clauses if rule else (), {"people": tuple(awaited(file).values())}
        if self._sits(file):
            return Refusal("turn", msg("还没有轮到您，正等待{people}"), clauses, params=params)
        return Refusal("no_right", msg("您不在审批人之中，正等待{people}审批"), clauses, params=params)

    def not_open(self, file: ApprovalFile) -> Refusal:
        """Return why nobody can decide on an approval any more."""
        catalogue = self._desk.installation.plugins.catalogue
        rule = catalogue.approval_rules.get(file.row.rule)
        types = [catalogue.ticket_types.get(name) for name in rule.ticket_types] if rule else []
        return not_open(file, next((each for each in types if each), None), self._desk.zone)

    def _principals(self, file: ApprovalFile) -> Collection[UUID]:
        """Return those whose deputy the actor is today; nobody for what he has asked for himself."""
        rule = self._desk.installation.plugins.catalogue.approval_rules.get(file.row.rule)
        is_own = file.row.asked_by == self._me and not (rule and rule.own_request)
        return () if is_own else self._absent

    def _sits(self, file: ApprovalFile) -> bool:
        return any(seat.account_id in {self._me, *self._absent} for seat in file.seats)

    @cached_property
    def _absent(self) -> Collection[UUID]:
        deputies = Figures(self._desk, self._session).deputies(self._desk.installation.clock())
        return [person for person, deputy in deputies.items() if deputy == self._me]


def awaited(file: ApprovalFile) -> dict[UUID, str]:
    """Return whose answer an approval waits for."""
    if file.row.state == ApprovalState.SPOKEN:
        spoken = file.spoken
        return {spoken.account_id: spoken.name} if spoken else {}
    return {person: name for place in file.standing.waiting for person, name in file.awaited(place).items()}

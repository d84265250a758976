"""Absences and stand-ins: who is away, who acts for him, and who holds a post for a while."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain import rosters as rules
from gongdan.domain.rosters import LONGEST_SHIFT, Absence, Period, StandIn
from gongdan.errors import FieldProblem, InvalidInput, NotFound, Refusal
from gongdan.services.roster_rows import (
    AbsenceView,
    StandInView,
    absence_view,
    let_duties_follow,
    names_of,
    open_shift,
    own_absences,
    own_shifts,
    own_stand_ins,
    period_problems,
    person_problems,
    refuse,
    shift_of,
    stand_in_view,
    stand_ins_of,
    swapped_shifts,
    text_problems,
    words_of,
)
from gongdan.storage.rosters import AbsenceRow, StandInRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Kinds of absences with their names.
ABSENCE_KINDS: Mapping[str, str] = {
    "sick": msg("病假"),
    "personal": msg("事假"),
    "business": msg("因公外出"),
    "other": msg("其他"),
}
#: Longest absence that is entered at once.
LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAbsence:
    """An absence that is to be entered; both moments aware."""

    account_id: UUID
    kind: str
    begins: datetime
    ends: datetime
    reason: str = ""
    deputy_id: UUID | None = None


class Absences:
    """Use cases around absences and stand-ins; whoever changes them waits for his turn."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Absences ----------------------------------------------------------------------------

    def enter(self, new: NewAbsence) -> AbsenceView:
        """Write down that somebody is away, with his deputy; raises ``InvalidInput`` or ``MoveRefused``."""
        self._desk.require("roster.admin")
        with self._desk.working() as work:
            work.take_turn()
            self._check(work.session, new)
            row = AbsenceRow(
                account_id=new.account_id,
                kind=new.kind,
                reason=new.reason.strip(),
                deputy_id=new.deputy_id,
                begins_at=new.begins,
                ends_at=new.ends,
                made_at=work.now,
            )
            work.session.add(row)
            work.session.flush()
            let_duties_follow(work)
            work.record("roster.absence_entered", "absence", row.id, after=self._words(work.session, row))
            return absence_view(row, self._names(work.session))

    def cancel(self, absence_id: UUID) -> None:
        """Take an absence back; raises ``NotFound``."""
        self._desk.require("roster.admin")
        with self._desk.working() as work:
            work.take_turn()
            row = work.get(AbsenceRow, absence_id, "absence")
            if row.cancelled_at is not None:
                raise NotFound("absence", str(absence_id))
            row.cancelled_at = work.now
            let_duties_follow(work)
            work.record("roster.absence_cancelled", "absence", row.id, before=self._words(work.session, row))

    def _check(self, session: Session, new: NewAbsence) -> None:
        company_id = self._desk.company.id
        problems = [*period_problems(new.begins, new.ends, LONGEST_ABSENCE)]
        problems += [
            *text_problems("reason", new.reason, msg("事由")),
            *person_problems(session, company_id, new.account_id),
        ]
        if new.kind not in ABSENCE_KINDS:
            problems.append(FieldProblem("kind", new.kind, msg("不是可选的值"), label=msg("类型")))
        if new.deputy_id == new.account_id:
            problems.append(FieldProblem("deputy", "", msg("代理人不能是本人"), label=msg("代理人")))
        elif new.deputy_id:
            problems += person_problems(session, company_id, new.deputy_id, field="deputy", label=msg("代理人"))
        if problems:
            raise InvalidInput(tuple(problems))
        absence = Absence(new.account_id, Period(new.begins, new.ends), new.deputy_id)
        if new.deputy_id and own_absences(session, new.deputy_id, absence.period):
            refusal = Refusal("deputy_present", msg("代理人这段时间也请假"), field="deputy")
            refuse(msg("登记请假"), (refusal,))
        refusals = rules.absence_refusals(
            absence,
            others=own_absences(session, new.account_id, absence.period),
            own=own_shifts(session, new.account_id, absence.period),
            swapped=swapped_shifts(session),
            rules=self._desk.rosters.rules(session),
        )
        refuse(msg("登记请假"), refusals)

    # --- Stand-ins ---------------------------------------------------------------------------

    def stand_in(self, shift_id: UUID, account_id: UUID, period: Period, reason: str = "") -> StandInView:
        """Let somebody hold a post for a part of the shift; raises ``InvalidInput``, ``NotFound``, ``MoveRefused``."""
        self._desk.require("roster.admin")
        with self._desk.working() as work:
            work.take_turn()
            session = work.session
            shift = shift_of(open_shift(session, shift_id))
            problems = [*period_problems(period.begins, period.ends, LONGEST_SHIFT)]
            problems += [
                *text_problems("reason", reason, msg("事由")),
                *person_problems(session, self._desk.company.id, account_id),
            ]
            if problems:
                raise InvalidInput(tuple(problems))
            others = stand_ins_of(session, shift_id)
            elsewhere = [one for one in own_stand_ins(session, account_id, period) if one.shift_id != shift_id]
            own = [one for one in own_shifts(session, account_id, period) if one.id != shift_id]
            away = own_absences(session, account_id, period)
            given = StandIn(shift_id, account_id, period)
            refusals = (
                *rules.stand_in_refusals(given, shift, others, self._desk.rosters.rules(session)),
                *rules.shift_refusals(period, own, away, self._desk.zone),
                *rules.held_posts(period, elsewhere, self._desk.zone),
            )
            refuse(msg("安排顶岗"), refusals)
            row = StandInRow(
                shift_id=shift_id,
                account_id=account_id,
                reason=reason.strip(),
                begins_at=period.begins,
                ends_at=period.ends,
                made_at=work.now,
            )
            session.add(row)
            session.flush()
            let_duties_follow(work)
            work.record("roster.stand_in_entered", "shift", shift_id, after=self._words(work.session, row))
            return stand_in_view(row, self._names(session))

    def cancel_stand_in(self, stand_in_id: UUID) -> None:
        """Take a stand-in back; raises ``NotFound``."""
        self._desk.require("roster.admin")
        with self._desk.working() as work:
            row = work.get(StandInRow, stand_in_id, "stand_in", lock=True)
            if row.cancelled_at is not None:
                raise NotFound("stand_in", str(stand_in_id))
            row.cancelled_at = work.now
            let_duties_follow(work)
            work.record("roster.stand_in_cancelled", "shift", row.shift_id, before=self._words(work.session, row))

    # --- Shared ------------------------------------------------------------------------------

    def _names(self, session: Session) -> Mapping[UUID, str]:
        return names_of(session, self._desk.company.id)

    def _words(self, session: Session, row: AbsenceRow | StandInRow) -> dict[str, object]:
        names = self._names(session)
        if isinstance(row, StandInRow):
            return words_of(row, names, self._desk.zone, reason=row.reason)
        deputy = names.get(row.deputy_id, "") if row.deputy_id else ""
        return words_of(row, names, self._desk.zone, deputy=deputy, reason=row.reason, kind=row.kind)

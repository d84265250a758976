"""Leavers: a list of what somebody has in his hands, a taker for each, two who sign, and customers who are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.core_duties import CUSTOMER_TOLD
from gongdan.domain.leavers import Held, HeldKind, signing_refusals
from gongdan.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, Refusal
from gongdan.services.circulation_people import holders
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.leaver_lines import lines_of
from gongdan.services.leaver_passing import Passing
from gongdan.services.roster_rows import names_of, person_problems, refuse, text_problems
from gongdan.services.work import Work, get_row
from gongdan.storage.accounts import MembershipRow
from gongdan.storage.duties import DutyRow
from gongdan.storage.leavers import LeavingRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest texts, in characters.
MAX_WORDS = 2000
_LATEST = 50
_ACT = msg("离岗交接")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLeaving:
    """Who leaves, when, and who receives what he has."""

    account_id: UUID
    #: His last day.
    leaves_on: date | None
    #: Receives for his department.
    receiver_id: UUID | None
    #: Receives for the information department.
    information_id: UUID | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of what somebody has in his hands, and who takes it."""

    held: Held
    taker_id: UUID | None
    taker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingView:
    """A leaver's handover as it stands; moments are aware, UTC."""

    id: UUID
    version: int
    account_id: UUID
    name: str
    begun_at: datetime
    begun_by: str
    leaves_on: date
    reason: str
    receiver_id: UUID
    receiver: str
    information_id: UUID
    information: str
    receiver_signed_at: datetime | None
    information_signed_at: datetime | None
    ended_at: datetime | None
    is_withdrawn: bool
    lines: tuple[LineView, ...] = ()
    #: Why nobody can sign yet.
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something."""
        return self.ended_at is None

    @property
    def is_done(self) -> bool:
        """Tell whether both have signed."""
        return self.ended_at is not None and not self.is_withdrawn


class Leavers:
    """Use cases around members who leave."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Seeing ------------------------------------------------------------------------------

    def latest(self) -> Sequence[LeavingView]:
        """Return the handovers of leavers, the newest first, without their lines."""
        self._desk.require("leaver.manage")
        query = select(LeavingRow).order_by(LeavingRow.begun_at.desc(), LeavingRow.id.desc()).limit(_LATEST)
        with self._desk.reading() as session:
            names = names_of(session, self._desk.company.id)
            return tuple(_view(row, names) for row in session.scalars(query))

    def find(self, leaving_id: UUID) -> LeavingView:
        """Return a leaver's handover; raises ``NotFound``. Those who take part see it without the permission."""
        with self._desk.reading() as session:
            row = get_row(session, LeavingRow, leaving_id, "leaving")
            if self._desk.actor.account_id not in {row.account_id, row.receiver_id, row.information_id}:
                self._desk.require("leaver.manage")
            return self._whole(session, row)

    def in_hand(self, account_id: UUID) -> Sequence[Held]:
        """Return what a member has in his hands; his own, or with ``leaver.manage`` anybody's."""
        if account_id != self._desk.actor.account_id:
            self._desk.require("leaver.manage")
        with self._desk.reading() as session:
            return lines_of(session, account_id)

    def information_department(self) -> Sequence[tuple[UUID, str]]:
        """Return who may receive for the information department, by name."""
        with self._desk.reading() as session:
            return holders(session, self._desk.company.id, "leaver.information")

    # --- Doing -------------------------------------------------------------------------------

    def begin(self, given: NewLeaving) -> LeavingView:
        """Begin to hand over what a leaver has; from now on he exports nothing (003-09-13).

        Raises ``InvalidInput``, ``NotFound``, or ``MoveRefused`` while another one of his is open.
        """
        self._desk.require("leaver.manage")
        with self._desk.working() as work:
            work.take_turn()
            self._desk.members.require(work.session, given.account_id)
            problems = self._problems(work, given)
            if problems or not (given.leaves_on and given.receiver_id and given.information_id):
                raise InvalidInput(tuple(problems))
            query = select(LeavingRow.id).where(
                LeavingRow.account_id == given.account_id, LeavingRow.ended_at.is_(None)
            )
            if work.session.scalar(query) is not None:
                refuse(_ACT, (Refusal("one_at_a_time", msg("这个人的离岗交接已经开始")),))
            row = LeavingRow(
                account_id=given.account_id,
                begun_at=work.now,
                begun_by_name=work.actor.name,
                leaves_on=given.leaves_on,
                reason=given.reason.strip(),
                receiver_id=given.receiver_id,
                information_id=given.information_id,
                takers={},
                lines=[],
                is_withdrawn=False,
            )
            work.session.add(row)
            work.session.flush()
            view = self._whole(work.session, row)
            after = {"person": view.name, "leaves_on": row.leaves_on, "receiver": view.receiver,
                     "information": view.information}  # fmt: skip
            work.record("leaver.begun", "leaving", row.id, after=after)
            return view

    def assign(self, leaving_id: UUID, takers: Mapping[str, UUID]) -> LeavingView:
        """Say who takes which lines, by their keys; what is not named stays as it was.

        Raises ``InvalidInput`` for a line that is not there and a taker who cannot be, ``MoveRefused`` once signed.
        """
        self._desk.require("leaver.manage")
        with self._desk.working() as work:
            row = self._open(work, leaving_id)
            known = {line.key for line in lines_of(work.session, row.account_id)}
            problems = [
                FieldProblem("takers", key[:60], msg("已经不在他手上"), msg("请刷新页面"), label=msg("接手人"))
                for key in takers
                if key not in known
            ]
            for taker in set(takers.values()):
                problems += self._taker_problems(work, row.account_id, taker)
            if problems:
                raise InvalidInput(tuple(problems))
            names = names_of(work.session, self._desk.company.id)
            row.takers = {**row.takers, **{key: taker.hex for key, taker in takers.items()}}
            told = {name: sum(taker == key for taker in takers.values()) for key, name in names.items()}
            work.record("leaver.assigned", "leaving", row.id, after={name: n for name, n in told.items() if n})
            work.session.flush()
            return self._whole(work.session, row)

    def sign(self, leaving_id: UUID, password: str) -> LeavingView:
        """Sign that one has received everything, with one's own password; the second signature ends the membership.

        Everything passes on to its taker, and customers are to be told who comes after him. Raises ``NotAllowed``
        for anybody but the two, ``MoveRefused`` while something has no taker, ``LoginRefused``.
        Source: 003-09-14, 003-09-21, 003-09-22.
        """
        person = self._desk.actor.account_id
        with self._desk.reading() as session:
            row = get_row(session, LeavingRow, leaving_id, "leaving")
            if person is None or person not in {row.receiver_id, row.information_id}:
                raise NotAllowed("leaver.sign")
            self._check_signing(session, row, person)
        self._desk.installation.accounts.confirm(person, password)
        with self._desk.working() as work:
            work.take_turn()
            row = work.get(LeavingRow, leaving_id, "leaving", lock=True)
            self._check_signing(work.session, row, person)
            if person == row.receiver_id:
                row.receiver_signed_at = work.now
            else:
                row.information_signed_at = work.now
            work.record("leaver.signed", "leaving", row.id, after={"signed": work.actor.name})
            if row.receiver_signed_at and row.information_signed_at:
                self._finish(work, row)
            work.session.flush()
            return self._whole(work.session, row)

    def withdraw(self, leaving_id: UUID) -> LeavingView:
        """Give a leaver's handover up: he stays; raises ``MoveRefused`` once anybody has signed."""
        self._desk.require("leaver.manage")
        with self._desk.working() as work:
            row = self._open(work, leaving_id)
            row.ended_at, row.is_withdrawn = work.now, True
            work.record("leaver.withdrawn", "leaving", row.id)
            work.session.flush()
            return self._whole(work.session, row)

    def tell_customer(self, duty_id: UUID, words: str) -> None:
        """Write down that a customer was told who comes after, and that one is in touch with him.

        Whoever owes it may, and who has ``leaver.manage``. Raises ``InvalidInput``, ``NotFound``, ``NotAllowed``.
        """
        if problems := text_problems("words", words, msg("告知情况"), longest=MAX_WORDS, required=True):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            row = work.get(DutyRow, duty_id, "duty", lock=True)
            if row.rule != CUSTOMER_TOLD.name or row.ended_at is not None:
                raise NotFound("duty", str(duty_id))
            if row.debtor_id != work.actor.account_id:
                work.actor.require("leaver.manage")
            keeper = DutyKeeper(self._desk, work)
            keeper.settle(row)
            keeper.meet(row, "completed")
            work.record("leaver.customer_told", "party", row.subject_id, after={"body": words.strip()})

    # --- Shared ------------------------------------------------------------------------------

    def _problems(self, work: Work, given: NewLeaving) -> list[FieldProblem]:
        session, company_id = work.session, self._desk.company.id
        problems = [*text_problems("reason", given.reason, msg("原因"), longest=MAX_WORDS)]
        if given.leaves_on is None:
            problems.append(FieldProblem("leaves_on", "", msg("必须填写"), label=msg("最后工作日")))
        label = msg("所属部门接收人")
        problems += person_problems(session, company_id, given.receiver_id, field="receiver", label=label)
        if given.receiver_id and not self._shares_department(session, given.account_id, given.receiver_id):
            problems.append(FieldProblem("receiver", "", msg("须是离岗人所属部门的人"), label=label))
        label = msg("信息部接收人")
        if given.information_id not in {key for key, _ in holders(session, company_id, "leaver.information")}:
            rule, remedy = msg("须是信息部的接收人"), msg("请公司管理员给信息部的角色加上接收权限")
            problems.append(FieldProblem("information", "", rule, remedy, label=label))
        if given.account_id in {given.receiver_id, given.information_id}:
            problems.append(FieldProblem("receiver", "", msg("不能交给自己"), label=msg("接收人")))
        elif given.receiver_id == given.information_id:
            problems.append(FieldProblem("information", "", msg("两位接收人不能是同一人"), label=label))
        return problems

    def _taker_problems(self, work: Work, leaver_id: UUID, taker: UUID) -> Sequence[FieldProblem]:
        label = msg("接手人")
        if taker == leaver_id:
            return (FieldProblem("takers", "", msg("不能交给自己"), label=label),)
        return person_problems(work.session, self._desk.company.id, taker, field="takers", label=label)

    def _shares_department(self, session: Session, *people: UUID) -> bool:
        """Tell whether people belong to one department; one who belongs to none is received by anybody."""
        query = select(MembershipRow.account_id, MembershipRow.department_id).where(
            MembershipRow.company_id == self._desk.company.id, MembershipRow.account_id.in_(people)
        )
        places = dict(session.execute(query).all())
        return places.get(people[0]) is None or len({places.get(person) for person in people}) == 1

    def _open(self, work: Work, leaving_id: UUID) -> LeavingRow:
        row = work.get(LeavingRow, leaving_id, "leaving", lock=True)
        if row.ended_at is not None:
            refuse(_ACT, (Refusal("still_open", msg("这次离岗交接已经结束")),))
        if row.receiver_signed_at or row.information_signed_at:
            refuse(_ACT, (Refusal("unsigned", msg("已有人签字，内容不能再改"), ("003-09-14",)),))
        return row

    def _check_signing(self, session: Session, row: LeavingRow, person: UUID) -> None:
        if row.ended_at is not None:
            refuse(_ACT, (Refusal("still_open", msg("这次离岗交接已经结束")),))
        if (row.receiver_signed_at if person == row.receiver_id else row.information_signed_at) is not None:
            refuse(_ACT, (Refusal("signed_once", msg("您已经签过字，等对方签字"), ("003-09-14",)),))
        refuse(_ACT, tuple(signing_refusals(lines_of(session, row.account_id), _takers(row))))

    def _finish(self, work: Work, row: LeavingRow) -> None:
        lines, takers = lines_of(work.session, row.account_id), _takers(row)
        names = names_of(work.session, self._desk.company.id)
        row.lines = [
            {"kind": line.kind.value, "id": line.id.hex, "number": line.number, "label": line.label,
             "taker_id": takers[line.key].hex}
            for line in lines
        ]  # fmt: skip
        passing = Passing(self._desk, work, names.get(row.account_id, ""))
        for line in lines:
            passing.pass_on(line, takers[line.key])
        row.ended_at = work.now
        work.session.flush()
        self._desk.members.release(work, row.account_id)
        work.record(
            "leaver.done", "leaving", row.id, after={"person": names.get(row.account_id, ""), "count": len(lines)}
        )

    def _whole(self, session: Session, row: LeavingRow) -> LeavingView:
        names = names_of(session, self._desk.company.id)
        takers = _takers(row)
        if row.ended_at is None:
            lines = lines_of(session, row.account_id)
            refusals = tuple(signing_refusals(lines, takers))
        else:
            kept = [(HeldKind(one["kind"]), UUID(hex=one["id"]), one) for one in row.lines]
            lines = tuple(Held(kind, key, one["number"], one["label"]) for kind, key, one in kept)
            refusals = ()
        shown = tuple(_line(line, takers, names) for line in lines)
        return _view(row, names, shown, refusals)


def _takers(row: LeavingRow) -> Mapping[str, UUID]:
    return {key: UUID(hex=taker) for key, taker in row.takers.items()}


def _line(line: Held, takers: Mapping[str, UUID], names: Mapping[UUID, str]) -> LineView:
    taker = takers.get(line.key)
    return LineView(line, taker, names.get(taker, "") if taker else "")


def _view(
    row: LeavingRow, names: Mapping[UUID, str], lines: tuple[LineView, ...] = (), refusals: tuple[Refusal, ...] = ()
) -> LeavingView:
    return LeavingView(
        id=row.id,
        version=row.version,
        account_id=row.account_id,
        name=names.get(row.account_id, ""),
        begun_at=row.begun_at,
        begun_by=row.begun_by_name,
        leaves_on=row.leaves_on,
        reason=row.reason,
        receiver_id=row.receiver_id,
        receiver=names.get(row.receiver_id, ""),
        information_id=row.information_id,
        information=names.get(row.information_id, ""),
        receiver_signed_at=row.receiver_signed_at,
        information_signed_at=row.information_signed_at,
        ended_at=row.ended_at,
        is_withdrawn=row.is_withdrawn,
        lines=lines,
        refusals=refusals,
    )

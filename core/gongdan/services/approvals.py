"""Approvals: asked for, seen, reminded of and taken back; what is decided on them is in ``decisions``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gongdan.domain.approvals import TICKET, ApprovalRule, ApprovalState, is_ahead, speaks_of
from gongdan.domain.limits import Span
from gongdan.errors import MoveRefused, NotAllowed, NotFound, Refusal, StaleVersion
from gongdan.services.approval_chains import Built, Chains
from gongdan.services.approval_changes import needs_asking, stands_for
from gongdan.services.approval_gate import ApprovalGate
from gongdan.services.approval_keeper import ASK, CHANGED, WITHDRAWN, ApprovalKeeper
from gongdan.services.approval_notices import REMINDED
from gongdan.services.approval_rows import ApprovalFile, ApprovalView, approval_view, read_files
from gongdan.services.approval_seats import WAITING, Seats, awaited
from gongdan.services.approval_subjects import ApprovalSubject, of_ticket
from gongdan.services.decisions import check_words
from gongdan.services.duty_figures import Figures
from gongdan.services.work import Work, get_row
from gongdan.storage.approvals import ApprovalRow, DecisionRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.domain.snapshots import TicketView
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 100
#: Policy key: how long after a reminder the next one may come.
REMIND_KEY = "core.reminders_apart"

_REMIND, _WITHDRAW = msg("催办"), msg("撤回申请")


@dataclass(frozen=True, slots=True)
class Askable:
    """A rule by which an approval can be asked for, with the chain as it would be now."""

    rule: ApprovalRule
    built: Built


class Approvals:
    """Use cases around approvals."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Seeing ------------------------------------------------------------------------------

    def inbox(self, *, limit: int = PAGE_SIZE) -> Sequence[ApprovalView]:
        """Return what waits for the actor, or for somebody whose deputy he is today, the longest waiting first."""
        with self._desk.reading() as session:
            return tuple(map(self.view, self._mine(session)[:limit]))

    def waiting(self) -> int:
        """Return how many approvals wait for the actor; every page asks for it."""
        if not any(self._desk.installation.plugins.catalogue.approval_rules):
            return 0
        with self._desk.reading() as session:
            return len(self._mine(session))

    def asked(self, *, limit: int = PAGE_SIZE) -> Sequence[ApprovalView]:
        """Return what the actor has asked for, the latest first."""
        return self._latest(select(ApprovalRow).where(ApprovalRow.asked_by == self._desk.actor.account_id), limit)

    def decided(self, *, limit: int = PAGE_SIZE) -> Sequence[ApprovalView]:
        """Return what the actor has decided on, the latest first."""
        own = select(DecisionRow.approval_id).where(DecisionRow.decided_by == self._desk.actor.account_id)
        return self._latest(select(ApprovalRow).where(ApprovalRow.id.in_(own)), limit)

    def all(self, *, states: Collection[ApprovalState] = (), limit: int = PAGE_SIZE) -> Sequence[ApprovalView]:
        """Return everybody's approvals, the latest first; needs the permission to see them."""
        self._desk.require("approval.view")
        wanted = [state.value for state in states]
        query = select(ApprovalRow)
        return self._latest(query.where(ApprovalRow.state.in_(wanted)) if wanted else query, limit)

    def of_ticket(self, ticket_id: UUID) -> Sequence[ApprovalView]:
        """Return the approvals of a ticket: what is waited for first, then the latest."""
        self._desk.require("ticket.view")
        return self.of_subject(ticket_id)

    def of_subject(self, subject_id: UUID) -> Sequence[ApprovalView]:
        """Return the approvals about one thing: what is waited for first, then the latest.

        Whether the actor may see the thing is for the caller to know.
        """
        order = ApprovalRow.ended_at.is_not(None), ApprovalRow.asked_at.desc(), ApprovalRow.id.desc()
        with self._desk.reading() as session:
            rows = session.scalars(select(ApprovalRow).where(ApprovalRow.subject_id == subject_id).order_by(*order))
            return tuple(map(self.view, read_files(session, rows.all())))

    def find(self, approval_id: UUID) -> ApprovalView:
        """Return an approval; raises ``NotFound`` also for one that the actor may not see."""
        with self._desk.reading() as session:
            return self.view(self.file(session, approval_id))

    def titles(self, approvals: Sequence[ApprovalView]) -> Mapping[UUID, str]:
        """Return the subjects of the tickets that approvals are about, as far as the actor may see tickets."""
        ids = {approval.ticket_id for approval in approvals if approval.ticket_id}
        if not ids or not self._desk.actor.may("ticket.view"):
            return {}
        with self._desk.reading() as session:
            return dict(session.execute(select(TicketRow.id, TicketRow.subject).where(TicketRow.id.in_(ids))).all())

    def may_decide(self, approval: ApprovalView) -> bool:
        """Tell whether the actor could decide on an approval now, himself or as a deputy."""
        with self._desk.reading() as session:
            return bool(Seats(self._desk, session).now(self.file(session, approval.id)))

    def askable(self, ticket: "TicketView") -> Sequence[Askable]:
        """Return by which rules the actor can ask for an approval of a ticket now, with the chains as they would be."""
        catalogue = self._desk.installation.plugins.catalogue
        rules = [rule for rule in catalogue.approval_rules.of(self._desk.enabled) if ticket.type in rule.ticket_types]
        if not rules or not self._desk.actor.may("approval.ask") or ticket.plugin not in self._desk.enabled:
            return ()
        with self._desk.reading() as session:
            about = of_ticket(self._desk.tickets.row(session, ticket.id), catalogue.ticket_types.get(ticket.type))
            chains = Chains(Figures(self._desk, session), self._desk.installation.clock())
            before = session.scalars(select(ApprovalRow).where(ApprovalRow.subject_id == ticket.id)).all()
            return tuple(
                Askable(rule, chains.build(rule, about, self._desk.actor.account_id))
                for rule in rules
                if not self._nothing_to_ask(chains, rule, about, [row for row in before if row.rule == rule.name])
            )

    # --- Asking ------------------------------------------------------------------------------

    def ask(self, ticket_id: UUID, rule_name: str, version: int, reason: str = "") -> ApprovalView:
        """Ask for an approval of a ticket as it is.

        Raises ``StaleVersion`` when somebody saved it since, ``NotFound`` for an unknown rule, ``InvalidInput`` for a
        reason that is too long, and ``MoveRefused`` with the reason why there is nothing to ask.
        """
        self._desk.require("approval.ask")
        check_words(reason, required=False)
        with self._desk.working() as work:
            rule, about = self.ticket_subject(work, ticket_id, rule_name, version)
            return self.view(self.asked_anew(ApprovalKeeper(self._desk, work), rule, about, reason.strip()))

    def ask_about(self, work: Work, rule_name: str, about: ApprovalSubject, reason: str = "") -> UUID:
        """Ask for an approval of another noun inside its own transaction; raises ``NotFound`` or ``MoveRefused``."""
        rule = self._rule(rule_name)
        if rule.subject_kind != about.kind:
            raise NotFound("approval_rule", rule_name)
        return self.asked_anew(ApprovalKeeper(self._desk, work), rule, about, reason.strip()).row.id

    def withdraw(self, approval_id: UUID) -> ApprovalView:
        """Take back what one has asked for, before it is decided; raises ``NotFound`` or ``MoveRefused``."""
        with self._desk.working() as work:
            keeper, file = self.locked(work, approval_id)
            if work.actor.account_id != file.row.asked_by and not work.actor.is_trusted:
                raise MoveRefused(_WITHDRAW, (Refusal("asker", msg("只有申请人能撤回")),))
            if file.row.state != ApprovalState.OPEN:
                raise MoveRefused(_WITHDRAW, (Seats(self._desk, work.session).not_open(file),))
            keeper.lapse(file, WITHDRAWN)
            return self.view(file)

    def remind(self, approval_id: UUID) -> ApprovalView:
        """Remind those whose answer is waited for, at most as often as the company allows; raises ``MoveRefused``."""
        with self._desk.working() as work:
            keeper, file = self.locked(work, approval_id)
            if work.actor.account_id != file.row.asked_by and not work.actor.may("approval.view"):
                raise NotAllowed("approval.view")
            if file.row.state not in WAITING:
                raise MoveRefused(_REMIND, (Seats(self._desk, work.session).not_open(file),))
            self._check_reminder(work, file)
            file.row.reminded_at = work.now
            people = awaited(file)
            duties = [step.duty_id for step in file.steps if step.place in file.standing.waiting]
            keeper.notices.to(file.row, people, REMINDED, next(iter(duties), file.row.duty_id))
            work.record("approval.reminded", "approval", file.row.id, after={"people": list(people.values())})
            return self.view(file)

    def _check_reminder(self, work: Work, file: ApprovalFile) -> None:
        """Raise ``MoveRefused`` when the last reminder is too fresh; undecided, one is enough for each answer."""
        last = file.row.reminded_at
        if last is None:
            return
        span = Figures(self._desk, work.session).span(REMIND_KEY, work.now)
        turn = max((each.decided_at for each in file.decisions), default=file.row.asked_at)
        if (last < turn) if span is None else (last + _length(span) <= work.now):
            return
        at = f"{last.astimezone(self._desk.zone):%Y-%m-%d %H:%M}"
        raise MoveRefused(_REMIND, (Refusal("too_soon", msg("{at}已经催过"), params={"at": at}),))

    # --- For other use cases -----------------------------------------------------------------

    def gate(self, session: Session, subject_id: UUID, *, lock: bool = False) -> ApprovalGate:
        """Return what stands in the way of acts on one thing, inside a running transaction."""
        return ApprovalGate(self._desk, session, subject_id, lock=lock)

    def used(self, work: Work, about: ApprovalSubject, act: str) -> None:
        """Write down that an act on another noun was done: its approval is of no further use."""
        keeper = ApprovalKeeper(self._desk, work)
        for file in keeper.locked(ApprovalRow.subject_id == about.id, ApprovalRow.used_at.is_(None)):
            rule = keeper.rule(file.row)
            if rule and act in rule.blocks and ApprovalState(file.row.state).consents and stands_for(file.row, about):
                keeper.use(file.row, act)

    def asked_anew(
        self, keeper: ApprovalKeeper, rule: ApprovalRule, about: ApprovalSubject, reason: str
    ) -> ApprovalFile:
        """Ask by a rule inside a running transaction; raises ``MoveRefused`` when there is nothing to ask."""
        before = list(keeper.locked(ApprovalRow.subject_id == about.id, ApprovalRow.rule == rule.name))
        rows = [file.row for file in before]
        if refusals := self._nothing_to_ask(keeper.chains, rule, about, rows):
            raise MoveRefused(ASK, refusals)
        for file in before:
            if file.row.state == ApprovalState.OPEN:
                keeper.lapse(file, CHANGED)
        return keeper.ask(rule, about, reason=reason)

    def ticket_subject(
        self, work: Work, ticket_id: UUID, rule_name: str, version: int
    ) -> tuple[ApprovalRule, ApprovalSubject]:
        """Return a rule and a ticket, locked, as what it is about; raises ``StaleVersion`` or ``NotFound``."""
        row = self._desk.tickets.row(work.session, ticket_id, lock=True)
        if row.version != version:
            raise StaleVersion("ticket", row.number, version, row.version)
        rule = self._rule(rule_name)
        if row.type not in rule.ticket_types:
            raise NotFound("approval_rule", rule_name)
        return rule, of_ticket(row, self._desk.tickets.type_in_use(row))

    def locked(self, work: Work, approval_id: UUID) -> tuple[ApprovalKeeper, ApprovalFile]:
        """Return an approval that nobody else touches meanwhile; raises ``NotFound``."""
        keeper = ApprovalKeeper(self._desk, work)
        file = next(iter(keeper.locked(ApprovalRow.id == approval_id)), None)
        if file is None or not Seats(self._desk, work.session).may_see(file):
            raise NotFound("approval", str(approval_id))
        return keeper, file

    def file(self, session: Session, approval_id: UUID) -> ApprovalFile:
        """Return an approval that the actor may see; raises ``NotFound``."""
        file = read_files(session, [get_row(session, ApprovalRow, approval_id, "approval")])[0]
        if not Seats(self._desk, session).may_see(file):
            raise NotFound("approval", str(approval_id))
        return file

    def view(self, file: ApprovalFile) -> ApprovalView:
        """Return a snapshot."""
        rule = self._desk.installation.plugins.catalogue.approval_rules.get(file.row.rule)
        return approval_view(file, rule.clauses if rule else ())

    def act_label(self, row: ApprovalRow) -> str:
        """Return what was done with an approval, a source text."""
        catalogue = self._desk.installation.plugins.catalogue
        rule = catalogue.approval_rules.get(row.rule)
        types = [catalogue.ticket_types.get(name) for name in rule.ticket_types] if rule else []
        moves = (each.workflow.move(row.used_by) for each in types if each)
        return next((move.label for move in moves if move), row.used_by)

    # --- Rules and rows ----------------------------------------------------------------------

    def _nothing_to_ask(
        self, chains: Chains, rule: ApprovalRule, about: ApprovalSubject, before: Sequence[ApprovalRow]
    ) -> tuple[Refusal, ...]:
        """Return why there is nothing to ask."""
        actor = self._desk.actor
        if rule.asked_by and not actor.is_trusted and not actor.roles & set(rule.asked_by):
            return (Refusal("role", msg("您的角色不能申请这项审批"), rule.clauses),)
        if not self._is_ahead(rule, about):
            return (Refusal("too_late", msg("工单已过了需要这项审批的步骤"), rule.clauses),)
        if not speaks_of(rule, about.facts):
            return (Refusal("nothing", msg("现在没有需要审批的内容"), rule.clauses),)
        if not needs_asking(chains, rule, about, actor.roles):
            return (Refusal("own", msg("在您的权限之内，不必申请"), rule.clauses),)
        if any(stands_for(row, about) and (about.kind == TICKET or row.used_at is None) for row in before):
            return (Refusal("asked", msg("已经申请过，内容没有改变"), rule.clauses),)
        return ()

    def _is_ahead(self, rule: ApprovalRule, about: ApprovalSubject) -> bool:
        ticket = about.ticket
        found = self._desk.installation.plugins.catalogue.ticket_types.get(ticket.type) if ticket else None
        if ticket is None or found is None or not rule.blocks:
            return True
        return ticket.is_open and is_ahead(rule, found.workflow, ticket.state)

    def _rule(self, name: str) -> ApprovalRule:
        register = self._desk.installation.plugins.catalogue.approval_rules
        rule = register.get(name)
        if rule is None or register.plugin_of(name) not in {"core", *self._desk.enabled}:
            raise NotFound("approval_rule", name)
        return rule

    def _mine(self, session: Session) -> Sequence[ApprovalFile]:
        seats = Seats(self._desk, session)
        query = seats.waiting().order_by(ApprovalRow.asked_at, ApprovalRow.id)
        return [file for file in read_files(session, session.scalars(query).all()) if seats.now(file)]

    def _latest(self, query: Select[ApprovalRow], limit: int) -> Sequence[ApprovalView]:
        with self._desk.reading() as session:
            rows = session.scalars(query.order_by(ApprovalRow.asked_at.desc(), ApprovalRow.id.desc()).limit(limit))
            return tuple(map(self.view, read_files(session, rows.all())))


def _length(span: Span) -> timedelta:
    return span.length or timedelta(days=span.amount)

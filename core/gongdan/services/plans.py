"""Plans: what comes again and again, seen, done, and ended; the runs themselves come by time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from gongdan.domain.duties import DutyKind
from gongdan.domain.fields import FIRST_DAY, LAST_DAY, OUT_OF_RANGE
from gongdan.domain.plans import LONGEST, PlanRule, PlanState, Series
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound
from gongdan.services import plan_changes, plan_days, plan_taking_up
from gongdan.services.duty_conditions import is_overdue
from gongdan.services.duty_figures import Figures
from gongdan.services.plan_days import PolicyAnswer, PreviewDay
from gongdan.services.plan_keeper import PlanKeeper, locked
from gongdan.services.plan_lists import run_query, run_views, tickets_of
from gongdan.services.plan_rows import About, Counts, PlanView, RunFile, RunView, target_view
from gongdan.services.plan_taking_up import PlansTakenUp
from gongdan.services.plan_terms import Basis, basis_of
from gongdan.services.work import Work, get_row
from gongdan.storage.duties import DutyRow
from gongdan.storage.imports import ImportRunRow
from gongdan.storage.plans import PlanRow, PlanRunRow, PlanTargetRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 100
#: Longest result, outcome or reason, in characters.
LONGEST_WORDS = 2000
#: A look ahead covers no more plans.
MOST_AHEAD = 1000
#: A preview has no more days.
MOST_DAYS = 500
#: Why a plan ended that somebody ended.
BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Preview:
    """The days on which a rule would come, or why there are none."""

    days: Sequence[PreviewDay]
    #: Source texts of the policy keys that nobody has decided.
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """A run that is being done, locked."""

    run: PlanRunRow
    duty: DutyRow
    keeper: PlanKeeper


class Plans:
    """Use cases around the plans of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Seeing ------------------------------------------------------------------------------

    def rules(self) -> Sequence[PlanRule]:
        """Return the plan rules of the company's plugins."""
        self._desk.require("plan.view")
        return self._desk.installation.plugins.catalogue.plan_rules.of(self._desk.enabled)

    def all(self, *, is_running: bool | None = True, limit: int = PAGE_SIZE) -> Sequence[PlanView]:
        """Return the plans: those of the company first, then those of tickets, what comes next in front.

        One whose next day nobody may know comes after those whose day is known, or its place would tell.
        """
        self._desk.require("plan.view")
        query = select(PlanRow).order_by(
            PlanRow.ticket_id.is_not(None), PlanRow.next_on.is_(None), PlanRow.next_on, PlanRow.label, PlanRow.id
        )
        if is_running is not None:
            state = PlanState.RUNNING if is_running else PlanState.ENDED
            query = query.where(PlanRow.state == state.value)
        with self._desk.reading() as session:
            found = self._views(session, query.limit(limit))
        return tuple(sorted(found, key=_place))

    def several(self, plan_ids: Collection[UUID]) -> Sequence[PlanView]:
        """Return some plans, in no order."""
        self._desk.require("plan.view")
        with self._desk.reading() as session:
            return self._views(session, select(PlanRow).where(PlanRow.id.in_(plan_ids))) if plan_ids else ()

    def count(self, *, is_running: bool = True, until: date | None = None) -> int:
        """Return how many plans run or have ended; of those that run, how many come by ``until``."""
        self._desk.require("plan.view")
        state = PlanState.RUNNING if is_running else PlanState.ENDED
        wanted = PlanRow.state == state.value if until is None else plan_days.comes_until(until)
        with self._desk.reading() as session:
            return session.scalar(select(func.count()).select_from(PlanRow).where(wanted)) or 0

    def of_ticket(self, ticket_id: UUID) -> Sequence[PlanView]:
        """Return the plans of a ticket, those that run first."""
        self._desk.require("ticket.view")
        query = select(PlanRow).where(PlanRow.ticket_id == ticket_id)
        with self._desk.reading() as session:
            return self._views(session, query.order_by(PlanRow.ended_at.is_not(None), PlanRow.begun_at, PlanRow.id))

    def find(self, plan_id: UUID) -> PlanView:
        """Return a plan; raises ``NotFound``."""
        self._desk.require("plan.view")
        with self._desk.reading() as session:
            get_row(session, PlanRow, plan_id, "plan")
            return self._views(session, select(PlanRow).where(PlanRow.id == plan_id))[0]

    def runs(self, plan_id: UUID, *, limit: int = PAGE_SIZE) -> Sequence[RunView]:
        """Return the runs of a plan, the latest first; raises ``NotFound``."""
        self._desk.require("plan.view")
        with self._desk.reading() as session:
            get_row(session, PlanRow, plan_id, "plan")
            wanted = run_query().where(PlanRunRow.plan_id == plan_id).order_by(PlanRunRow.number.desc())
            return run_views(self._desk, session, wanted.limit(limit))

    def live(self, *, limit: int = PAGE_SIZE) -> Sequence[RunView]:
        """Return the runs of all plans that are owed, what is due first in front."""
        self._desk.require("plan.view")
        wanted = run_query().where(DutyRow.ended_at.is_(None), PlanRunRow.duty_id.is_not(None))
        order = DutyRow.due_at.is_(None), DutyRow.due_at, PlanRunRow.id
        with self._desk.reading() as session:
            return run_views(self._desk, session, wanted.order_by(*order).limit(limit))

    def between(self, first: date, last: date, *, limit: int = MOST_DAYS) -> Sequence[RunView]:
        """Return the runs of all plans whose planned day lies between two days of the company, both included."""
        self._desk.require("plan.view")
        wanted = run_query().where(PlanRunRow.planned_for.between(first, last))
        with self._desk.reading() as session:
            return run_views(
                self._desk, session, wanted.order_by(PlanRunRow.planned_for, PlanRow.label, PlanRunRow.id).limit(limit)
            )

    def ahead(
        self, until: date, plan_id: UUID | None = None, *, limit: int = MOST_AHEAD
    ) -> Mapping[UUID, Sequence[PreviewDay]]:
        """Return the days to come of running plans, of one or of those that come first; none after ``until``."""
        self._desk.require("plan.view")
        with self._desk.reading() as session:
            wanted = PlanRow.id == plan_id if plan_id else true()
            return plan_days.days_ahead(self._desk, session, until, wanted, limit=limit)

    def answers(self, plan_ids: Collection[UUID]) -> Mapping[UUID, Sequence[PolicyAnswer]]:
        """Return how often, for how long and within what time plans come, as the policy that each goes by has it."""
        self._desk.require("plan.view")
        with self._desk.reading() as session:
            return plan_days.answers(self._desk, session, plan_ids)

    def run(self, run_id: UUID) -> RunFile:
        """Return a run with what it deals with; its debtors see it without the permission. Raises ``NotFound``."""
        with self._desk.reading() as session:
            row = get_row(session, PlanRunRow, run_id, "plan_run")
            if not self._owes(session, row):
                self._desk.require("plan.view")
            return self._file(session, row)

    def preview(self, rule: str, anchor: date, until: date) -> Preview:
        """Return the days that would come of a rule from an anchor on, as the policy of today says.

        At most ten years and ``MOST_DAYS`` days; raises ``NotFound`` for a rule that the company does not have, and
        ``InvalidInput`` for an anchor that cannot be meant and an end that lies before it or too far away.
        """
        found = next((one for one in self.rules() if one.name == rule), None)
        if found is None:
            raise NotFound("plan_rule", rule)
        if not FIRST_DAY <= anchor <= LAST_DAY:
            raise InvalidInput((FieldProblem("from", anchor.isoformat(), OUT_OF_RANGE, label=msg("起点")),))
        if not timedelta() <= until - anchor <= LONGEST:
            problem, remedy = msg("须在起点之后十年以内"), msg("请核对起点与终点")
            raise InvalidInput((FieldProblem("until", until.isoformat(), problem, remedy, label=msg("终点")),))
        with self._desk.reading() as session:
            figures = Figures(self._desk, session)
            basis = basis_of(found, figures, self._desk.installation.clock())
            if basis.terms is None:
                return Preview((), self._labels(basis))
            series = Series(terms=basis.terms, anchor=anchor, calendar=figures.calendar(None), secret="")
            return Preview(tuple(islice(plan_days.preview(series, until), MOST_DAYS)))

    def is_debtor(self, session: Session, run_id: UUID) -> bool:
        """Tell whether the actor owes a run, or owed it while it was."""
        return self._owes(session, get_row(session, PlanRunRow, run_id, "plan_run"))

    # --- Doing -------------------------------------------------------------------------------

    def complete(self, run_id: UUID, result: str) -> RunFile:
        """Say that a run is done, and with what result.

        Its debtors may, and who has ``plan.do``. Raises ``InvalidInput`` without a result and while things are left
        that it deals with, ``Conflict`` for one that nobody owes any more, ``NotFound``, ``NotAllowed``.
        """
        with self._desk.working() as work:
            held = self._open(work, run_id)
            problems = [*_word_problems("result", result, msg("结果"))]
            if left := _left(work, held.run):
                rule, remedy = msg("还有 {count} 个对象没有办理"), msg("请先逐个写明结果")
                problems.append(FieldProblem("result", "", rule, remedy, params={"count": left}, label=msg("结果")))
            if problems:
                raise InvalidInput(tuple(problems))
            held.run.result = result.strip()
            self._meet(work, held, "completed")
            return self._file(work.session, held.run)

    def visit(self, target_id: UUID, outcome: str) -> RunFile:
        """Say that one of the things of a run is done, and with what outcome; with the last one the run is met.

        Raises as ``complete`` does, and ``Conflict`` for a thing that is done already.
        """
        with self._desk.working() as work:
            target = work.get(PlanTargetRow, target_id, "plan_target")
            held = self._open(work, target.run_id)
            work.session.refresh(target)
            if target.done_at is not None:
                raise Conflict("plan_target", target.label)
            if problems := _word_problems("outcome", outcome, msg("结果")):
                raise InvalidInput(problems)
            target.outcome, target.done_at = outcome.strip(), work.now
            target.done_by, target.done_by_name = work.actor.account_id, work.actor.name
            after = {"label": target.label, "run": str(target.run_id), "outcome": target.outcome}
            work.record("plan_target.done", "plan_target", target.id, after=after)
            work.session.flush()
            if not _left(work, held.run):
                self._meet(work, held, "visited")
            return self._file(work.session, held.run)

    def take_back(self, target_id: UUID, reason: str) -> RunFile:
        """Say that a thing was not done after all, and why; a run that it had met is owed again.

        Who did it may, and who has ``plan.do``. Raises ``InvalidInput`` without a reason, ``Conflict`` for a thing that
        is not done or whose run nobody owes any more, ``NotFound``, ``NotAllowed``.
        """
        with self._desk.working() as work:
            target = work.get(PlanTargetRow, target_id, "plan_target")
            held = self._locked(work, target.run_id)
            run, duty = held.run, held.duty
            work.session.refresh(target)
            if target.done_by is None or target.done_by != work.actor.account_id:
                self._desk.require("plan.do")
            if problems := _word_problems("reason", reason, msg("理由")):
                raise InvalidInput(problems)
            if target.done_at is None or (duty.ended_at is not None and duty.end_event != "visited"):
                raise Conflict("plan_target", target.label)
            before = {"label": target.label, "outcome": target.outcome, "by": target.done_by_name}
            target.outcome, target.done_at, target.done_by, target.done_by_name = "", None, None, ""
            work.record("plan_target.taken_back", "plan_target", target.id, before=before, after={"reason": reason})
            if duty.ended_at is not None:
                run.done_at, run.done_by, run.done_by_name = None, None, ""
                held.keeper.duties.take_back(duty, "taken_back")
            work.session.flush()
            return self._file(work.session, run)

    def end(self, plan_id: UUID, reason: str) -> PlanView:
        """End a plan, with a reason; nobody owes its open runs any more.

        Needs ``plan.manage``. Raises ``InvalidInput`` without a reason, ``Conflict`` for one that has ended,
        ``NotFound``.
        """
        self._desk.require("plan.manage")
        if problems := _word_problems("reason", reason, msg("理由")):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            plan = self._plan(work, plan_id, PlanState.RUNNING)
            keeper = PlanKeeper(self._desk, work)
            keeper.bring_up(plan)
            keeper.end(plan, BY_HAND, reason.strip())
        return self._seen(plan_id)

    def resume(self, plan_id: UUID) -> PlanView:
        """Let a plan go on that had ended; what it would have brought meanwhile is not made up for.

        Needs ``plan.manage``. Raises ``Conflict`` for one that runs, whose plugin is off, whose ticket has come to what
        ends it, or that has come to the end of its last phase, ``NotFound``.
        """
        self._desk.require("plan.manage")
        with self._desk.working() as work:
            plan = self._plan(work, plan_id, PlanState.ENDED)
            if plan.plugin not in self._desk.enabled:
                raise Conflict("plan", msg("扩展已停用的计划"))
            keeper = PlanKeeper(self._desk, work)
            if plan_changes.is_over(work, plan, keeper.rule(plan)):
                raise Conflict("plan", msg("工单已经了结的计划"))
            keeper.resume(plan, BY_HAND, None)
            if plan.state != PlanState.RUNNING:
                raise Conflict("plan", msg("各阶段已满的计划"))
        return self._seen(plan_id)

    # --- For others --------------------------------------------------------------------------

    def begin_standing(self) -> int:
        """Begin the plans of the company that its plugins declare and that it does not have; return how many."""
        with self._desk.working() as work:
            work.take_turn()
            return plan_changes.begin_standing(self._desk, work, self._desk.enabled)

    def take_up(
        self, run_id: UUID | None = None, *, progress: Callable[[int, int], object] | None = None
    ) -> PlansTakenUp:
        """Begin the plans of tickets that were there before them: those of an import run, all without one.

        A plan begins where its cause has happened, counted from the day that the ticket names, and makes up for what
        it would have brought as its rule says. All or nothing; what a ticket has or has had is left alone.
        ``progress`` is told how many tickets are done, of how many. Needs ``plan.manage``; raises ``NotFound``.
        """
        self._desk.require("plan.manage")
        with self._desk.working() as work:
            if run_id is not None:
                work.get(ImportRunRow, run_id, "import_run")
            begun = plan_taking_up.take_up(self._desk, work, run_id, progress)
            if begun.plans:
                noun, about = ("import_run", run_id) if run_id else ("company", self._desk.company.id)
                work.record("plan.taken_up", noun, about, after=asdict(begun))
            return begun

    def follow_plugin(self, work: Work, plugin: str, *, is_enabled: bool) -> None:
        """Begin the plans of a plugin, or let them go on, or end them, with the plugin."""
        follow = plan_changes.plugin_enabled if is_enabled else plan_changes.plugin_disabled
        follow(self._desk, work, plugin)

    def have_followed(self, work: Work, keys: Collection[str], moment: datetime) -> bool:
        """Tell whether a run of the company's own plans that go by one of ``keys`` has begun since ``moment``, aware.

        Runs of a ticket go by the policy that the ticket is pinned to.
        """
        return plan_changes.have_followed(self._desk, work, keys, moment)

    def look_again(self, work: Work, keys: Collection[str] | None = None) -> None:
        """Plan the next runs anew, since the calendar has changed, or the policy for some keys."""
        plan_changes.look_again(self._desk, work, keys)

    # --- Rows --------------------------------------------------------------------------------

    def _plan(self, work: Work, plan_id: UUID, state: PlanState) -> PlanRow:
        plan = work.get(PlanRow, plan_id, "plan", lock=True)
        if plan.state != state.value:
            raise Conflict("plan", msg("已经终止的计划") if state is PlanState.RUNNING else msg("正在进行的计划"))
        return plan

    def _seen(self, plan_id: UUID) -> PlanView:
        with self._desk.reading() as session:
            return self._views(session, select(PlanRow).where(PlanRow.id == plan_id))[0]

    def _locked(self, work: Work, run_id: UUID) -> _Held:
        """Return a run with its duty, locked in the order of all others: the plan first, then the duty."""
        run = work.get(PlanRunRow, run_id, "plan_run")
        locked(work, run.plan_id)
        if run.duty_id is None:
            raise Conflict("plan_run", msg("已经写为逾期的一次"))
        duty = work.get(DutyRow, run.duty_id, "duty", lock=True)
        work.session.refresh(run)
        work.session.refresh(duty)
        return _Held(run, duty, PlanKeeper(self._desk, work))

    def _open(self, work: Work, run_id: UUID) -> _Held:
        """Return a run that the actor may do and that is owed."""
        held = self._locked(work, run_id)
        if not self._owes(work.session, held.run):
            self._desk.require("plan.do")
        if held.duty.ended_at is not None:
            raise Conflict("plan_run", msg("已经了结的一次"))
        held.keeper.duties.settle(held.duty)
        return held

    def _meet(self, work: Work, held: _Held, event: str) -> None:
        run = held.run
        run.done_at, run.done_by, run.done_by_name = work.now, work.actor.account_id, work.actor.name
        held.keeper.duties.meet(held.duty, event)
        after = {"run": run.number, "planned_for": run.planned_for, "result": run.result, "state": held.duty.state}
        work.record("plan_run.done", "plan_run", run.id, after=after)
        work.session.flush()

    def _owes(self, session: Session, run: PlanRunRow) -> bool:
        return run.duty_id is not None and self._desk.duties.is_mine(session, run.duty_id)

    def _file(self, session: Session, row: PlanRunRow) -> RunFile:
        session.flush()
        view = run_views(self._desk, session, run_query().where(PlanRunRow.id == row.id))[0]
        query = select(PlanTargetRow).where(PlanTargetRow.run_id == row.id).order_by(PlanTargetRow.place)
        may_do = view.is_live and (self._desk.actor.may("plan.do") or self._owes(session, row))
        is_open = view.is_live or view.done_at is not None
        targets = tuple(
            target_view(target, may_take_back=is_open and self._may_take_back(target))
            for target in session.scalars(query)
        )
        return RunFile(view, targets, may_do)

    def _may_take_back(self, target: PlanTargetRow) -> bool:
        actor = self._desk.actor
        is_own = target.done_by is not None and target.done_by == actor.account_id
        return target.done_at is not None and (is_own or actor.may("plan.do"))

    def _views(self, session: Session, query: Select[PlanRow]) -> Sequence[PlanView]:
        rows = session.scalars(query).all()
        figures, tickets = (
            Figures(self._desk, session),
            tickets_of(self._desk, session, {row.ticket_id for row in rows}),
        )
        counts = self._counts(session, [row.id for row in rows])
        return tuple(self._view(row, figures, tickets, counts.get(row.id, Counts())) for row in rows)

    def _view(self, row: PlanRow, figures: Figures, tickets: Mapping[UUID | None, About], counts: Counts) -> PlanView:
        about, now = tickets.get(row.ticket_id, About()), self._desk.installation.clock()
        rule = self._desk.installation.plugins.catalogue.plan_rules.get(row.rule)
        basis = basis_of(rule, figures, row.policy_at or now) if rule else Basis(now, None)
        is_unannounced = basis.terms is not None and basis.terms.is_unannounced
        return PlanView(
            id=row.id,
            plugin=row.plugin,
            rule=row.rule,
            kind=DutyKind(row.kind),
            label=row.label,
            ticket_id=row.ticket_id,
            number=about.number,
            subject=about.subject,
            place=about.place,
            state=PlanState(row.state),
            anchor_at=row.anchor_at,
            anchor_event=row.anchor_event,
            next_on=None if is_unannounced else row.next_on,
            is_unannounced=is_unannounced,
            undecided=self._labels(basis),
            runs=row.runs,
            live=counts.live,
            overdue=counts.overdue,
            begun_at=row.begun_at,
            ended_at=row.ended_at,
            end_event=row.end_event,
            ended_by=row.ended_by_name,
            reason=row.reason,
            clauses=rule.clauses if rule else (),
        )

    def _labels(self, basis: Basis) -> tuple[str, ...]:
        keys = self._desk.installation.plugins.catalogue.policy_keys
        return tuple(key.label if (key := keys.get(name)) else name for name in basis.undecided)

    def _counts(self, session: Session, plans: Collection[UUID]) -> Mapping[UUID, Counts]:
        if not plans:
            return {}
        now = self._desk.installation.clock()
        query = (
            select(PlanRunRow.plan_id, func.count(), func.count().filter(is_overdue(now)))
            .join(DutyRow, DutyRow.id == PlanRunRow.duty_id)
            .where(PlanRunRow.plan_id.in_(plans), DutyRow.ended_at.is_(None))
            .group_by(PlanRunRow.plan_id)
        )
        return {plan_id: Counts(live, overdue) for plan_id, live, overdue in session.execute(query)}


def _place(plan: PlanView) -> tuple[bool, date, str, UUID]:
    return plan.ticket_id is not None, plan.next_on or date.max, plan.label, plan.id


def _left(work: Work, run: PlanRunRow) -> int:
    query = select(func.count()).where(PlanTargetRow.run_id == run.id, PlanTargetRow.done_at.is_(None))
    return work.session.scalar(query) or 0


def _word_problems(field: str, given: str, label: str) -> tuple[FieldProblem, ...]:
    text = given.strip()
    if not text:
        return (FieldProblem(field, "", msg("必须填写"), msg("请用一两句话写明"), label=label),)
    if len(text) > LONGEST_WORDS:
        rule, params = msg("最多 {max_length} 个字符"), {"max_length": LONGEST_WORDS}
        return (FieldProblem(field, text[:40], rule, params=params, label=label),)
    return ()

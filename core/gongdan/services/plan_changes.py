"""From what happens to a ticket, a plugin or the policy to what happens to plans, in the transaction of its cause."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from gongdan.domain.duties import CLOSED, MERGED, VOID, WHO, Change, Happening, fires, may_begin
from gongdan.domain.fields import FIRST_DAY, LAST_DAY
from gongdan.domain.plans import PlanRule, PlanState
from gongdan.domain.workflow import StateCategory
from gongdan.services.plan_keeper import PlanKeeper
from gongdan.services.work import Work
from gongdan.storage.plans import PlanRow, PlanRunRow, PlanTargetRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: What begins a plan of the company.
ENABLED = "plugin_enabled"
#: What ends the plans of a plugin.
DISABLED = "plugin_disabled"


class PlanChanges:
    """Lets the plans of a ticket follow what happens to it; before its duties do, so that locks have one order."""

    def __init__(self, desk: "CompanyDesk", work: Work, ticket: TicketRow) -> None:
        self._desk = desk
        self._work = work
        self._ticket = ticket

    def follow(self, change: Change, *, starts: bool = True) -> None:
        """Do what a change asks for; without ``starts`` no plan begins, as imports want it."""
        declared = self._desk.installation.plugins.catalogue.plan_rules.of(self._desk.enabled)
        rules = [rule for rule in declared if self._ticket.type in rule.ticket_types]
        if not rules:
            return
        keeper = PlanKeeper(self._desk, self._work)
        plans = {} if change.kind is Happening.OPENED else self._plans()
        for rule in rules:
            self._follow(keeper, rule, plans.get(rule.name), change, starts=starts)

    def merge(self) -> None:
        """Let the plans of a ticket rest that goes up in another one; what is owed is the duties' matter."""
        keeper = PlanKeeper(self._desk, self._work)
        for plan in self._plans().values():
            if plan.state == PlanState.RUNNING:
                keeper.bring_up(plan, ticket=self._ticket)
                keeper.stop(plan, MERGED)

    def come_back(self) -> None:
        """Let the plans go on that a merge has ended."""
        keeper = PlanKeeper(self._desk, self._work)
        for plan in self._plans().values():
            if plan.end_event == MERGED:
                keeper.resume(plan, "come_back", self._ticket)

    def _follow(
        self, keeper: PlanKeeper, rule: PlanRule, plan: PlanRow | None, change: Change, *, starts: bool
    ) -> None:
        if plan is not None and plan.state == PlanState.RUNNING:
            keeper.bring_up(plan, ticket=self._ticket)
            if event := _ending(rule, change):
                keeper.end(plan, event)
        event = fires(rule.starts, change) if may_begin(change) else ""
        if event and starts:
            self._start(keeper, rule, plan, event)
        elif plan is not None and plan.state == PlanState.RUNNING and change.touched(rule.anchor_field):
            self._move(keeper, rule, plan)
        if plan is not None and any(map(change.touched, WHO)):
            for _, duty in keeper.live_runs(plan):
                keeper.duties.owe(duty, self._ticket)

    def _start(self, keeper: PlanKeeper, rule: PlanRule, plan: PlanRow | None, event: str) -> None:
        anchor = anchor_of(self._desk, rule, self._ticket) or self._work.now
        if plan is None:
            keeper.begin(rule, anchor, event, self._ticket)
        elif plan.state == PlanState.ENDED or plan.anchor_at != anchor:
            keeper.rebase(plan, anchor, event, self._ticket)

    def _move(self, keeper: PlanKeeper, rule: PlanRule, plan: PlanRow) -> None:
        """Count from the day that the ticket now says; one that was taken out leaves the plan as it is."""
        anchor = anchor_of(self._desk, rule, self._ticket)
        if anchor is not None and anchor != plan.anchor_at:
            keeper.rebase(plan, anchor, f"field:{rule.anchor_field}", self._ticket)

    def _plans(self) -> Mapping[str, PlanRow]:
        return {plan.rule: plan for plan in _locked(self._work, PlanRow.ticket_id == self._ticket.id)}


def anchor_of(desk: "CompanyDesk", rule: PlanRule, ticket: TicketRow) -> datetime | None:
    """Return the moment that a ticket's field says; a date begins at midnight."""
    given = ticket.fields.get(rule.anchor_field) if rule.anchor_field else None
    if not isinstance(given, str) or not FIRST_DAY.isoformat() <= given[:10] <= LAST_DAY.isoformat():
        # An imported slip of the hand cannot be counted from.
        return None
    if len(given) == len("2026-03-05"):
        return datetime.combine(date.fromisoformat(given), time(), desk.zone)
    moment = datetime.fromisoformat(given)
    return moment if moment.tzinfo else moment.replace(tzinfo=desk.zone)


def _ending(rule: PlanRule, change: Change) -> str:
    category = change.after["state_category"] if change.entered("state_category") else ""
    if category == StateCategory.VOID:
        return VOID
    if event := fires(rule.ends, change):
        return event
    return CLOSED if category == StateCategory.CLOSED and not rule.after_closing else ""


def is_over(work: Work, plan: PlanRow, rule: PlanRule | None) -> bool:
    """Tell whether the ticket of a plan is where the plan ends; one of the company never is."""
    if plan.ticket_id is None or rule is None:
        return False
    query = select(TicketRow.state, TicketRow.state_category).where(TicketRow.id == plan.ticket_id)
    state, category = work.session.execute(query).one()
    return has_ended(rule, state, category)


def has_ended(rule: PlanRule, state: str, category: str) -> bool:
    """Tell whether a ticket in this state is where a plan of the rule ends."""
    if state == MERGED or category == StateCategory.VOID:
        return True
    is_closed = category == StateCategory.CLOSED and not rule.after_closing
    return is_closed or state in rule.ends.states or category in rule.ends.categories


def _locked(work: Work, *wanted: ColumnElement[bool]) -> Sequence[PlanRow]:
    query = select(PlanRow).where(*wanted).order_by(PlanRow.id).with_for_update(key_share=True)
    return work.session.scalars(query).all()


# --- Plugins, policy, calendars ----------------------------------------------------------------------------------


def begin_standing(desk: "CompanyDesk", work: Work, plugins: Collection[str]) -> int:
    """Begin the company's plans of some plugins that it does not have yet; return how many there were."""
    register, keeper = desk.installation.plugins.catalogue.plan_rules, PlanKeeper(desk, work)
    rules = [owned.value for owned in register if owned.plugin in plugins and owned.value.is_standing]
    if not rules:
        return 0
    have = set(work.session.scalars(select(PlanRow.rule).where(PlanRow.ticket_id.is_(None))))
    missing = [rule for rule in rules if rule.name not in have]
    for rule in missing:
        keeper.begin(rule, work.now, ENABLED)
    return len(missing)


def plugin_enabled(desk: "CompanyDesk", work: Work, plugin: str) -> None:
    """Let the plans of a plugin go on that ended with it, and begin those of the company that are new."""
    keeper = PlanKeeper(desk, work)
    for plan in _locked(work, PlanRow.plugin == plugin, PlanRow.end_event == DISABLED):
        if not is_over(work, plan, keeper.rule(plan)):
            keeper.resume(plan, ENABLED, None)
    begin_standing(desk, work, (plugin,))


def plugin_disabled(desk: "CompanyDesk", work: Work, plugin: str) -> None:
    """End the plans of a plugin; nobody owes their open runs any more."""
    keeper = PlanKeeper(desk, work)
    for plan in _locked(work, PlanRow.plugin == plugin, PlanRow.state == PlanState.RUNNING.value):
        keeper.bring_up(plan)
        keeper.end(plan, DISABLED)


def have_followed(desk: "CompanyDesk", work: Work, keys: Collection[str], moment: datetime) -> bool:
    """Tell whether a run of the company's plans that go by one of ``keys`` has begun since ``moment``, aware."""
    query = (
        select(PlanRunRow.id)
        .join(PlanRow, PlanRow.id == PlanRunRow.plan_id)
        .where(PlanRow.ticket_id.is_(None), PlanRow.rule.in_(_going_by(desk, keys)), PlanRunRow.begins_at >= moment)
    )
    return work.session.scalar(query.limit(1)) is not None


def _going_by(desk: "CompanyDesk", keys: Collection[str] | None) -> Sequence[str]:
    """Return the names of the plan rules that go by one of ``keys``; of all without keys."""
    rules = desk.installation.plugins.catalogue.plan_rules
    return [one.value.name for one in rules if keys is None or set(keys) & set(one.value.policy_keys)]


def look_again(desk: "CompanyDesk", work: Work, keys: Collection[str] | None = None) -> None:
    """Plan the next runs anew, since the calendar has changed, or the policy for some keys."""
    named = _going_by(desk, keys)
    if not named:
        return
    keeper = PlanKeeper(desk, work)
    for plan in _locked(work, PlanRow.state == PlanState.RUNNING.value, PlanRow.rule.in_(named)):
        keeper.bring_up(plan)


def forget_plans(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Delete the plans of tickets that go with an import that is undone."""
    quietly = {"synchronize_session": False}
    plans = session.scalars(select(PlanRow.id).where(PlanRow.ticket_id.in_(ticket_ids))).all()
    if plans:
        for model in (PlanTargetRow, PlanRunRow):
            session.execute(delete(model).where(model.plan_id.in_(plans)), execution_options=quietly)
        session.execute(delete(PlanRow).where(PlanRow.id.in_(plans)), execution_options=quietly)

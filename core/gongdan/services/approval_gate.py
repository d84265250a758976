"""Which approvals stand in the way of what somebody is about to do, each with whose turn it is."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.approvals import TICKET, ApprovalRule, ApprovalState, Outcome, differing, speaks_of
from gongdan.errors import Refusal
from gongdan.services.approval_chains import Chains
from gongdan.services.approval_rows import ApprovalFile, read_files
from gongdan.services.approval_subjects import ApprovalSubject
from gongdan.services.duty_figures import Figures
from gongdan.storage.approvals import ApprovalRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Name of the guard that approvals are.
APPROVAL_GUARD = "approval"


class ApprovalGate:
    """Asks the approvals of one subject; with ``lock`` they stay as they are until the transaction ends."""

    def __init__(self, desk: "CompanyDesk", session: Session, subject_id: UUID, *, lock: bool = False) -> None:
        self._desk = desk
        self._session = session
        self._subject_id = subject_id
        self._lock = lock
        self._rules = desk.installation.plugins.catalogue.approval_rules.of(desk.enabled)

    def refusals(
        self, act: str, about: ApprovalSubject, roles: Collection[str], *, fillable: Collection[str] = ()
    ) -> tuple[Refusal, ...]:
        """Return what stands against an act of somebody with these roles.

        ``fillable``: fields that his dialog offers; a refusal that another value would answer names the field.
        """
        rules = [rule for rule in self._of(about) if act in rule.blocks]
        return self._asked(rules, about, roles, fillable)

    def note_refusals(self, about: ApprovalSubject, roles: Collection[str]) -> tuple[Refusal, ...]:
        """Return what stands against telling the customer what a ticket promises."""
        return self._asked([rule for rule in self._of(about) if rule.guards_notes], about, roles, ())

    def _asked(
        self, rules: Sequence[ApprovalRule], about: ApprovalSubject, roles: Collection[str], fillable: Collection[str]
    ) -> tuple[Refusal, ...]:
        found = []
        for rule in rules:
            if refusal := self._refusal(rule, about, roles):
                field = rule.amount_field if rule.amount_field in fillable else ""
                found.append(Refusal(APPROVAL_GUARD, refusal[0], rule.clauses, field, refusal[1]))
        return tuple(found)

    def _of(self, about: ApprovalSubject) -> Sequence[ApprovalRule]:
        of_kind = [rule for rule in self._rules if rule.subject_kind == about.kind]
        return [rule for rule in of_kind if about.ticket is None or about.ticket.type in rule.ticket_types]

    def _refusal(
        self, rule: ApprovalRule, about: ApprovalSubject, roles: Collection[str]
    ) -> tuple[str, Mapping[str, Any]] | None:
        if not speaks_of(rule, about.facts) or not self._chains.is_needed(rule, about):
            return None
        if self._chains.decides_himself(rule, about, roles):
            return None
        own = [file for file in self._files if file.row.rule == rule.name and file.row.round == about.round]
        same = [file for file in own if not differing(file.row.values, about.facts)]
        if any(self._holds(file) for file in same):
            return None
        return self._words(rule, about, own, same)

    def _holds(self, file: ApprovalFile) -> bool:
        """Tell whether consent is given; by word of mouth as long as its confirmation is not overdue.

        What was approved about another noun than a ticket serves once.
        """
        state = ApprovalState(file.row.state)
        if file.row.used_at is not None and file.row.subject_kind != TICKET:
            return False
        return state is ApprovalState.APPROVED or (state is ApprovalState.SPOKEN and not self._is_overdue(file))

    def _is_overdue(self, file: ApprovalFile) -> bool:
        if file.row.duty_id is None:
            return False
        due_at = self._desk.duties.due_at(self._session, file.row.duty_id)
        return due_at is not None and due_at < self._desk.installation.clock()

    # --- Words -------------------------------------------------------------------------------

    def _words(
        self, rule: ApprovalRule, about: ApprovalSubject, own: Sequence[ApprovalFile], same: Sequence[ApprovalFile]
    ) -> tuple[str, Mapping[str, Any]]:
        params: dict[str, Any] = {"approval": rule.label}
        if not same:
            return self._not_asked(rule, about, own, params)
        file = same[-1]
        state = ApprovalState(file.row.state)
        if state is ApprovalState.OPEN:
            people = tuple(name for place in file.standing.waiting for name in file.awaited(place).values())
            return msg("“{approval}”正等待{people}审批"), {**params, "people": people}
        if state is ApprovalState.SPOKEN:
            people = tuple(each.name for each in file.decisions if each.is_spoken)
            return msg("口头同意的“{approval}”过了补签期限，请{people}先补签"), {**params, "people": people}
        if state in (ApprovalState.REFUSED, ApprovalState.RETURNED) and file.decisions:
            last = file.decisions[-1]
            params |= {"person": last.decided_by_name, "reason": last.reason}
            if last.outcome == Outcome.REFUSE:
                return msg("“{approval}”未获{person}批准：{reason}"), params
            return msg("“{approval}”被{person}退回更正：{reason}"), params
        return self._not_asked(rule, about, (), params)

    def _not_asked(
        self, rule: ApprovalRule, about: ApprovalSubject, own: Sequence[ApprovalFile], params: dict[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        built = self._chains.build(rule, about, self._desk.actor.account_id)
        params["people"] = tuple(dict.fromkeys(one.name for step in built.steps[-1:] for one in step.people))
        if [file for file in own if ApprovalState(file.row.state).consents]:
            return msg("“{approval}”批准之后内容改变了，须重新申请，由{people}审批"), params
        if rule.own_authority and rule.limits:
            params |= {"amount": built.amount, "limit": self._own_limit(rule)}
            return msg("{amount} 元超出您的权限（{limit}），须先申请“{approval}”，由{people}审批"), params
        return msg("须先申请“{approval}”，由{people}审批"), params

    def _own_limit(self, rule: ApprovalRule) -> object:
        """Return up to which amount the person decides, as a number or a source text."""
        keys = [key for role, key in rule.limits.items() if role in self._desk.actor.roles]
        limits = [limit for key in keys if (limit := self._chains.figure(key)) is not None]
        if limits:
            return max(limits)
        return msg("公司还没有决定") if keys else msg("没有权限")

    @cached_property
    def _chains(self) -> Chains:
        return Chains(Figures(self._desk, self._session), self._desk.installation.clock())

    @cached_property
    def _files(self) -> Sequence[ApprovalFile]:
        query = select(ApprovalRow).where(ApprovalRow.subject_id == self._subject_id)
        query = query.order_by(ApprovalRow.asked_at, ApprovalRow.id)
        if self._lock:
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        return read_files(self._session, self._session.scalars(query).all())

"""The sample plugin with approvals of every sort, and a company whose people answer them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType
from uuid import UUID

from gongdan.domain.approvals import (
    UNBOUNDED,
    ApprovalRule,
    ApprovalStep,
    Outcome,
    Signing,
    StepOrder,
)
from gongdan.domain.duties import Trigger
from gongdan.domain.people import GENERAL_MANAGER, Role
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.snapshots import TicketView
from gongdan.services.approval_rows import ApprovalView
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin

_KEYS = (
    PolicyKey("sample.manager_decides", "经理核决权限", PolicyKind.MONEY, ("SAMPLE-A1",)),
    PolicyKey("sample.deputy_decides", "副总核决权限", PolicyKind.MONEY, ("SAMPLE-A1",)),
    PolicyKey("sample.answered_within", "审批时限", PolicyKind.LIMIT),
    PolicyKey("sample.confirmed_within", "补签时限", PolicyKind.LIMIT),
)
_LEVELS = {
    "sample_manager": "sample.manager_decides",
    "sample_deputy": "sample.deputy_decides",
    GENERAL_MANAGER: UNBOUNDED,
}
_STEPS = (
    ApprovalStep(label="经理", approvers=("sample_manager",), limit="sample.answered_within"),
    ApprovalStep(label="副总", approvers=("sample_deputy",), limit="sample.answered_within"),
    ApprovalStep(label="总经理", approvers=(GENERAL_MANAGER,), limit="sample.answered_within"),
)

#: Every level up to the one that may decide signs before the work is finished.
FEE = ApprovalRule(
    name="sample.fee",
    label="费用核决",
    ticket_types=("sample_repair",),
    blocks=("finish",),
    amount_field="estimate",
    steps=_STEPS,
    limits=_LEVELS,
    word_of_mouth="sample.confirmed_within",
    clauses=("SAMPLE-A1",),
)
#: The level that may decide signs alone; whoever may decide himself does not ask.
PROMISE = replace(FEE, name="sample.promise", label="对外承诺", signing=Signing.DIRECT, own_authority=True,
                  guards_notes=True, word_of_mouth="")  # fmt: skip
#: Two departments sign at once, asked by a move.
BOTH = ApprovalRule(
    name="sample.both",
    label="会签",
    ticket_types=("sample_repair",),
    blocks=("finish",),
    starts=Trigger(moves=("dispatch",)),
    order=StepOrder.PARALLEL,
    steps=(
        ApprovalStep(label="经理", approvers=("sample_manager",)),
        ApprovalStep(label="副总", approvers=("sample_deputy",)),
    ),
)
#: Superior by superior.
LINE = replace(
    FEE, name="sample.line", label="逐级审批", steps=(ApprovalStep(label="上级", line=True),), word_of_mouth=""
)
#: About something that is no ticket.
SCRAP = ApprovalRule(
    name="sample.scrap",
    label="销毁",
    subject_kind="sample_thing",
    blocks=("destroy",),
    fields=("title",),
    steps=(ApprovalStep(label="总经理", approvers=(GENERAL_MANAGER,)),),
)


def with_approvals(*rules: ApprovalRule) -> ModuleType:
    """Return the sample plugin with approval rules."""

    def rulebook() -> Rulebook:
        book = sample.register_rulebook()
        see = frozenset({"ticket.view", "ticket.move", "approval.ask", "note.write"})
        return replace(
            book,
            policy_keys=(*book.policy_keys, *_KEYS),
            approval_rules=rules or (FEE,),
            roles=(*book.roles, Role("sample_manager", "经理", see), Role("sample_deputy", "副总", see)),
            clauses=(*book.clauses, Clause("SAMPLE-A1", "按金额分级核决", "Approved by amount")),
        )

    return make_plugin(register_rulebook=rulebook)


@dataclass(frozen=True)
class House:
    """The people of a company, each with its desk as he sees it."""

    owner: CompanyDesk
    agent: CompanyDesk
    manager: CompanyDesk
    deputy: CompanyDesk
    chief: CompanyDesk

    def decide_limits(self, manager: str | None = "500", deputy: str | None = "5000") -> None:
        """Let the company decide up to which amounts the levels decide."""
        for key, value in (("sample.manager_decides", manager), ("sample.deputy_decides", deputy)):
            if value is not None:
                self.owner.policies.set(key, value)

    def ticket(self, estimate: str = "300") -> TicketView:
        """Open a repair that is being worked on, with an estimate."""
        opened = Factory(self.agent).ticket(fields={"estimate": estimate} if estimate else {})
        given = {"assignee": str(self.agent.actor.account_id)}
        return self.agent.moves.make(opened.id, "dispatch", opened.version, given)

    def finish(self, ticket: TicketView, desk: CompanyDesk | None = None) -> TicketView:
        """Make the move that the approvals guard."""
        who = desk or self.agent
        version = who.tickets.find(ticket.id).version
        return who.moves.make(ticket.id, "finish", version, {"result": "已更换", "cause": "wear"})

    def ask(self, ticket: TicketView, rule: str = "sample.fee") -> ApprovalView:
        """Ask as the agent does."""
        return self.agent.approvals.ask(ticket.id, rule, self.agent.tickets.find(ticket.id).version)

    def change(self, ticket: TicketView, **given: str) -> TicketView:
        """Change values of a ticket."""
        return self.owner.tickets.correct(
            ticket.id, self.owner.tickets.find(ticket.id).version, given, reason="客户更正"
        )


def open_house(owner: CompanyDesk, person: People) -> House:
    """Return a company with an agent, a manager, a deputy and a general manager."""
    return House(
        owner=owner,
        agent=person("agent", name="张敏"),
        manager=person("sample_manager", name="李建国"),
        deputy=person("sample_deputy", name="王芳"),
        chief=person(GENERAL_MANAGER, name="陈红"),
    )


def account_of(desk: CompanyDesk) -> UUID:
    assert desk.actor.account_id is not None
    return desk.actor.account_id


def approve(desk: CompanyDesk, approval: ApprovalView) -> ApprovalView:
    return desk.decisions.decide(approval.id, Outcome.APPROVE)

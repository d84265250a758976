"""The approvals of a ticket as its page shows them, and what can be asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from gongdan.domain.approvals import ApprovalRule, ApprovalState
from gongdan.domain.snapshots import TicketView
from gongdan.services.approval_rows import ApprovalView
from gongdan.services.approvals import Askable
from gongdan.web.access import current_desk


@dataclass(frozen=True, slots=True)
class TicketApprovals:
    """What a ticket's page shows of approvals."""

    #: The latest of each rule, what is waited for first.
    shown: Sequence[ApprovalView]
    #: Those before them.
    hidden: Sequence[ApprovalView]
    #: Those that the person can answer now.
    mine: Collection[UUID]
    askable: Sequence[Askable]
    #: Rules by which consent by word of mouth can be written down now.
    speakable: Sequence[ApprovalRule]

    @property
    def awaited(self) -> ApprovalView | None:
        """Return the one that somebody has to answer before the ticket can go on."""
        return next((each for each in self.shown if each.state is ApprovalState.OPEN), None)


def ticket_approvals(ticket: TicketView) -> TicketApprovals:
    """Return the approvals of a ticket."""
    desk = current_desk()
    found, askable = desk.approvals.of_ticket(ticket.id), desk.approvals.askable(ticket)
    latest: dict[str, ApprovalView] = {}
    for each in sorted(found, key=lambda one: one.asked_at):
        latest[each.rule] = each
    kept = {each.id for each in latest.values()} | {each.id for each in found if each.is_open}
    spoken = [each for each in found if each.state is ApprovalState.OPEN]
    rules = desk.installation.plugins.catalogue.approval_rules
    open_rules = [rule for each in spoken if desk.actor.may("approval.ask") and (rule := rules.get(each.rule))]
    return TicketApprovals(
        shown=[each for each in found if each.id in kept],
        hidden=[each for each in found if each.id not in kept],
        mine=[each.id for each in found if each.is_open and desk.approvals.may_decide(each)],
        askable=askable,
        speakable=[rule for rule in (*(one.rule for one in askable), *open_rules) if rule.word_of_mouth],
    )

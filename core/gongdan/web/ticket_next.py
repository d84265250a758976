"""The next step of a ticket as one line: who has to do what, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongdan.domain.workflow import Move, StateCategory
from gongdan.services.approval_rows import ApprovalView
from gongdan.services.cases import Case
from gongdan.services.members import MemberView
from gongdan.services.moves import MoveOffer
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import installation
from gongdan.web.ticket_words import state_label, type_of
from gongdan.web.words import say, translator


@dataclass(frozen=True, slots=True)
class NextStep:
    """One line; ``tone`` is a class of its look, empty for the usual one."""

    text: str
    icon: str
    tone: str = ""


def next_step(
    case: Case, members: Sequence[MemberView], offers: Sequence[MoveOffer], approval: ApprovalView | None = None
) -> NextStep:
    """Return what the ticket waits for; ``offers`` are the moves of the person who reads it.

    ``approval``: the one that somebody has to answer before the ticket can go on.
    """
    ticket = case.ticket
    since = translator().duration(max(shown.now() - _since(case), timedelta(minutes=1)))
    if not ticket.is_open:
        done = say(msg("{state}，{at}"), state=state_label(ticket), at=shown.moment(ticket.closed_at))
        return NextStep(done, "circle-check", "is-done")
    if approval is not None:
        return _to_be_approved(approval)
    if ticket.state_category == StateCategory.WAITING_CUSTOMER:
        return NextStep(say(msg("等待客户，已等{since}"), since=since), "hourglass", "is-near")
    if ticket.state_category == StateCategory.WAITING_THIRD:
        return NextStep(say(msg("等待第三方，已等{since}"), since=since), "clock-pause", "is-near")
    move = _usual(case, offers)
    return _to_be_made(case, move, members, since) if move else _without_move(case, since)


def _to_be_approved(approval: ApprovalView) -> NextStep:
    since = translator().duration(max(shown.now() - approval.asked_at, timedelta(minutes=1)))
    params = {"people": approval.awaited, "approval": approval.label, "since": since}
    return NextStep(say(msg("等待{people}审批“{approval}”，已等{since}"), **params), "signature", "is-near")


def _usual(case: Case, offers: Sequence[MoveOffer]) -> Move | None:
    """Return the usual move that the fewest rules stand against; a person without moves reads of the first."""
    usual = [offer for offer in offers if offer.move.usual]
    if usual:
        return min(usual, key=lambda offer: len(offer.refusals)).move
    ticket_type = type_of(case.ticket)
    moves = ticket_type.workflow.moves_from(case.ticket.state) if ticket_type else ()
    return next((move for move in moves if move.usual), None)


def _to_be_made(case: Case, move: Move, members: Sequence[MemberView], since: str) -> NextStep:
    step = say(move.label)
    if case.ticket.assignee_id is None and "assignee" in move.requires:
        text = say(msg("等待“{step}”，还没有经办人，已等{since}"), step=step, since=since)
        return NextStep(text, "user-plus", "is-near")
    who = _who(case, move, members)
    if not who:
        return NextStep(say(msg("等待“{step}”，已停留{since}"), step=step, since=since), "arrow-right")
    text = say(msg("等待{person}“{step}”，已停留{since}"), person=who, step=step, since=since)
    return NextStep(text, "arrow-right")


def _who(case: Case, move: Move, members: Sequence[MemberView]) -> str:
    """Return the assignee when the move is his, else the roles that may make it."""
    assignee = next((member for member in members if member.account_id == case.ticket.assignee_id), None)
    if assignee and (not move.roles or set(move.roles).intersection(assignee.roles)):
        return assignee.name
    declared = installation().plugins.catalogue.roles
    return translator().join(role.label for role in map(declared.get, move.roles) if role)


def _without_move(case: Case, since: str) -> NextStep:
    person = case.name(case.ticket.assignee_id)
    if not person:
        return NextStep(say(msg("还没有经办人，已等{since}"), since=since), "user-plus", "is-near")
    return NextStep(say(msg("由{person}处理，已停留{since}"), person=person, since=since), "user")


def _since(case: Case) -> datetime:
    """Return when the ticket came into its state."""
    moved = [act.at for act in case.acts if "state" in act.after and act.act.startswith("ticket.")]
    return moved[-1] if moved else case.ticket.opened_at

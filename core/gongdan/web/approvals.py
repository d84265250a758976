"""Approvals: what waits for the person, one chain with its decisions, and asking for one."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from gongdan.domain.approvals import ApprovalRule, Outcome
from gongdan.domain.snapshots import TicketView
from gongdan.errors import InvalidInput, MoveRefused, NotFound, StaleVersion
from gongdan.services.approval_rows import ApprovalView, DecisionView
from gongdan.services.approval_words import OUTCOMES, SPOKEN_CHANNELS
from gongdan.services.approvals import PAGE_SIZE, Askable
from gongdan.services.decisions import LONGEST_REASON, Spoken
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import current_desk, may, member, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, go_to, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("approvals", __name__, url_prefix="/approvals")

Answer = Response | str | tuple[str, int]

#: Lists that the inbox offers, by their addresses.
LISTS = {"": msg("待我审批"), "asked": msg("我发起的"), "decided": msg("我已办的"), "all": msg("全部")}
_TOLD = {
    Outcome.APPROVE: msg("已批准“{approval}”：{subject}"),
    Outcome.REFUSE: msg("未批准“{approval}”：{subject}"),
    Outcome.RETURN: msg("已退回“{approval}”：{subject}"),
}


@pages.get("")
@member
def index() -> str:
    approvals, wanted = current_desk().approvals, request.args.get("list", "")
    lists = {name: label for name, label in LISTS.items() if name != "all" or may("approval.view")}
    if wanted not in lists:
        raise NotFound("list", wanted)
    with current_desk().reading():
        inbox = approvals.inbox()
        found = {
            "": lambda: inbox,
            "asked": approvals.asked,
            "decided": approvals.decided,
            "all": approvals.all,
        }[wanted]()
        return render_template(
            "approvals/index.html",
            found=found,
            titles=approvals.titles(found),
            choices=lists,
            wanted=wanted,
            waiting=len(inbox),
            page_size=PAGE_SIZE,
        )


@pages.get("/<uuid:approval_id>")
@member
def show(approval_id: UUID) -> str:
    return _page(approval_id, Form.of())


# --- Deciding --------------------------------------------------------------------------------


@pages.post("/<uuid:approval_id>/approve")
@member
def approve(approval_id: UUID) -> Answer:
    """Approve with one tap."""
    form = Form.typed()
    try:
        approval = current_desk().decisions.decide(approval_id, Outcome.APPROVE)
    except MoveRefused as refusal:
        return _page(approval_id, form.refused(refusal)), status_of(refusal)
    return _decided(approval, Outcome.APPROVE)


@pages.get("/<uuid:approval_id>/answer/<outcome>")
@member
def ask_answer(approval_id: UUID, outcome: str) -> str:
    return _answer_dialog(approval_id, _outcome(outcome), Form.of())


@pages.post("/<uuid:approval_id>/answer/<outcome>")
@member
def answer(approval_id: UUID, outcome: str) -> Answer:
    form, given = Form.typed(), _outcome(outcome)
    try:
        approval = current_desk().decisions.decide(approval_id, given, form.value("reason"))
    except (InvalidInput, MoveRefused) as refusal:
        return _answer_dialog(approval_id, given, form.refused(refusal)), status_of(refusal)
    return _decided(approval, given)


@pages.get("/<uuid:approval_id>/reverse/<uuid:decision_id>")
@member
def ask_reversal(approval_id: UUID, decision_id: UUID) -> str:
    return _reversal_dialog(approval_id, decision_id, Form.of())


@pages.post("/<uuid:approval_id>/reverse/<uuid:decision_id>")
@member
def reverse(approval_id: UUID, decision_id: UUID) -> Answer:
    form = Form.typed()
    try:
        given = _outcome(form.value("outcome"))
        current_desk().decisions.reverse(approval_id, decision_id, given, form.value("reason"))
    except (InvalidInput, MoveRefused) as refusal:
        return _reversal_dialog(approval_id, decision_id, form.refused(refusal)), status_of(refusal)
    told(msg("已撤销原来的决定，两次决定都留在记录里"))
    return go("approvals.show", approval_id=approval_id)


@pages.post("/<uuid:approval_id>/remind")
@member
def remind(approval_id: UUID) -> Answer:
    try:
        approval = current_desk().approvals.remind(approval_id)
    except MoveRefused as refusal:
        return _page(approval_id, Form.of().refused(refusal)), status_of(refusal)
    told(msg("已提醒{people}"), people=approval.awaited)
    return _back(approval)


@pages.post("/<uuid:approval_id>/withdraw")
@member
def withdraw(approval_id: UUID) -> Answer:
    try:
        approval = current_desk().approvals.withdraw(approval_id)
    except MoveRefused as refusal:
        return _page(approval_id, Form.of().refused(refusal)), status_of(refusal)
    told(msg("已撤回申请"))
    return _back(approval)


# --- Asking ----------------------------------------------------------------------------------


@pages.get("/ask/<uuid:ticket_id>/<rule>")
@needs("approval.ask")
def ask_dialog(ticket_id: UUID, rule: str) -> str:
    ticket = current_desk().tickets.find(ticket_id)
    return _ask_page(ticket, rule, Form.of(version=ticket.version))


@pages.post("/ask/<uuid:ticket_id>/<rule>")
@needs("approval.ask")
def ask(ticket_id: UUID, rule: str) -> Answer:
    form, approvals = Form.typed(), current_desk().approvals
    try:
        approval = approvals.ask(ticket_id, rule, form.version(), form.value("reason"))
    except (InvalidInput, MoveRefused, StaleVersion) as refusal:
        return _ask_page(*_fresh(ticket_id, rule, form, refusal)), status_of(refusal)
    told(msg("已申请“{approval}”，等待{people}"), approval=approval.label, people=approval.awaited)
    return go("ticket.show", ticket_id=ticket_id)


@pages.get("/speak/<uuid:ticket_id>/<rule>")
@needs("approval.ask")
def speak_dialog(ticket_id: UUID, rule: str) -> str:
    ticket = current_desk().tickets.find(ticket_id)
    now = shown.now().astimezone(shown.zone())
    form = Form.of(version=ticket.version, channel="phone", spoken_at=f"{now:%Y-%m-%dT%H:%M}")
    return _speak_page(ticket, rule, form)


@pages.post("/speak/<uuid:ticket_id>/<rule>")
@needs("approval.ask")
def speak(ticket_id: UUID, rule: str) -> Answer:
    form = Form.typed()
    try:
        approval = current_desk().decisions.speak(ticket_id, rule, form.version(), _spoken(form))
    except (InvalidInput, MoveRefused, StaleVersion) as refusal:
        return _speak_page(*_fresh(ticket_id, rule, form, refusal)), status_of(refusal)
    told(msg("已登记口头同意，须由{people}补签"), people=approval.awaited)
    return go("ticket.show", ticket_id=ticket_id)


# --- Pages -----------------------------------------------------------------------------------


def _page(approval_id: UUID, form: Form) -> str:
    desk = current_desk()
    with desk.reading():
        approval = desk.approvals.find(approval_id)
        earlier = [each for each in desk.approvals.of_subject(approval.subject_id) if each.rule == approval.rule]
        return render_template(
            "approvals/show.html",
            approval=approval,
            earlier=[each for each in earlier if each.id != approval_id],
            ticket=desk.tickets.find(approval.ticket_id) if approval.ticket_id and may("ticket.view") else None,
            may_decide=desk.approvals.may_decide(approval),
            reversible=[each.id for each in approval.decisions if desk.decisions.may_reverse(approval, each.id)],
            form=form,
        )


def _answer_dialog(approval_id: UUID, outcome: Outcome, form: Form) -> str:
    approval = current_desk().approvals.find(approval_id)
    return dialog("approvals/answer.html", approval=approval, outcome=outcome, form=form, longest_reason=LONGEST_REASON)


def _reversal_dialog(approval_id: UUID, decision_id: UUID, form: Form) -> str:
    approval = current_desk().approvals.find(approval_id)
    decision = _decision(approval, decision_id)
    others = [(each.value, say(label)) for each, label in OUTCOMES.items() if each is not decision.outcome]
    return dialog(
        "approvals/reverse.html",
        approval=approval,
        decision=decision,
        outcomes=others,
        form=form,
        longest_reason=LONGEST_REASON,
    )


def _ask_page(ticket: TicketView, rule: str, form: Form) -> str:
    asked = _askable(ticket, rule)
    return dialog(
        "approvals/ask.html",
        ticket=ticket,
        name=rule,
        rule=_rule(rule),
        asked=asked,
        form=form,
        longest_reason=LONGEST_REASON,
    )


def _speak_page(ticket: TicketView, rule: str, form: Form) -> str:
    asked = _askable(ticket, rule)
    return dialog(
        "approvals/speak.html",
        ticket=ticket,
        name=rule,
        rule=_rule(rule),
        people=_who_may(ticket, rule, asked),
        channels=[(name, say(label)) for name, label in SPOKEN_CHANNELS.items()],
        form=form,
        longest_reason=LONGEST_REASON,
    )


def _who_may(ticket: TicketView, rule: str, asked: Askable | None) -> list[tuple[str, str]]:
    """Return who could consent by word of mouth: the last step of the chain, as it would be or as it was asked."""
    if asked is not None:
        return [(str(person.id), person.name) for step in asked.built.steps[-1:] for person in step.people]
    found = [each for each in current_desk().approvals.of_ticket(ticket.id) if each.rule == rule and each.is_open]
    return [(str(person), name) for each in found[:1] for person, name in each.steps[-1].people]


def _fresh(
    ticket_id: UUID, rule: str, form: Form, refusal: InvalidInput | MoveRefused | StaleVersion
) -> tuple[TicketView, str, Form]:
    ticket = current_desk().tickets.find(ticket_id)
    return ticket, rule, form.with_value("version", ticket.version).refused(refusal)


def _askable(ticket: TicketView, rule: str) -> Askable | None:
    return next((each for each in current_desk().approvals.askable(ticket) if each.rule.name == rule), None)


def _rule(name: str) -> ApprovalRule:
    found = current_desk().installation.plugins.catalogue.approval_rules.get(name)
    if found is None:
        raise NotFound("approval_rule", name)
    return found


def _decision(approval: ApprovalView, decision_id: UUID) -> DecisionView:
    found = next((each for each in approval.decisions if each.id == decision_id), None)
    if found is None:
        raise NotFound("decision", str(decision_id))
    return found


def _outcome(name: str) -> Outcome:
    try:
        return Outcome(name)
    except ValueError as problem:
        raise BadRequest from problem


def _spoken(form: Form) -> Spoken:
    """Return what the dialog says; raises ``BadRequest`` for what no dialog sends."""
    try:
        at = datetime.fromisoformat(form.value("spoken_at"))
        account_id = UUID(form.value("account"))
    except ValueError as problem:
        raise BadRequest from problem
    at = at if at.tzinfo else at.replace(tzinfo=shown.zone())
    return Spoken(account_id=account_id, at=at, channel=form.value("channel"), words=form.value("reason"))


def _decided(approval: ApprovalView, outcome: Outcome) -> Response:
    told(_TOLD[outcome], approval=approval.label, subject=approval.subject)
    return _back(approval)


def _back(approval: ApprovalView) -> Response:
    """Lead back to where the person acted: the inbox, the ticket, or the approval itself."""
    place = request.form.get("from", "")
    if place == "ticket" and approval.ticket_id:
        return go("ticket.show", ticket_id=approval.ticket_id)
    return go("approvals.index") if place == "inbox" else go_to(f"/approvals/{approval.id}")

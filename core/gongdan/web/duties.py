"""Duties: why one is due when it is, what the person may do about it, and what the whole team owes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Flask, g, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from gongdan.domain.duties import DutyKind, DutyState
from gongdan.domain.sentences import Sentence
from gongdan.errors import InvalidInput
from gongdan.language.sentences import spoken
from gongdan.services.duties import LONGEST_REASON, PAGE_SIZE, DutyFilter
from gongdan.services.duty_rows import DutyView
from gongdan.services.duty_subjects import APPROVAL, CUSTODY_LOAN, LEFT_CUSTOMER, LETTER_STEP, PLAN_RUN
from gongdan.services.duty_words import KINDS, STATES
from gongdan.services.explain import Explanation
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import current_desk, member, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go_to, told
from gongdan.web.problems import status_of
from gongdan.web.words import say, translator

pages = Blueprint("duties", __name__, url_prefix="/duties")

Answer = Response | str | tuple[str, int]

_TONES = {
    DutyState.OPEN: "ours",
    DutyState.PAUSED: "waiting",
    DutyState.MISSED: "late",
    DutyState.DONE: "done",
    DutyState.LATE: "late",
}


#: Where what a duty is about has its page, and what its address calls it.
_SUBJECT_PAGES: Mapping[str, tuple[str, str]] = {
    PLAN_RUN: ("plans.run", "run_id"),
    CUSTODY_LOAN: ("custody.loan", "loan_id"),
    LETTER_STEP: ("circulation.step", "step_id"),
    LEFT_CUSTOMER: ("leavers.customer", "party_id"),
    APPROVAL: ("approvals.show", "approval_id"),
}


@dataclass(frozen=True, slots=True)
class TicketDuties:
    """The duties of a ticket as its page shows them."""

    #: Owed, what is due first in front.
    live: Sequence[DutyView]
    #: Owed, without a due time.
    undecided: Sequence[DutyView]
    ended: Sequence[DutyView]


def duties_of(ticket_id: UUID) -> TicketDuties:
    """Return the duties of a ticket."""
    found = current_desk().duties.of_ticket(ticket_id)
    due = [(duty.due_at, duty.label, duty) for duty in found if duty.is_live and duty.due_at]
    return TicketDuties(
        live=[duty for *_, duty in sorted(due, key=lambda one: one[:2])],
        undecided=[duty for duty in found if duty.is_live and duty.due_at is None],
        ended=[duty for duty in found if not duty.is_live],
    )


@pages.get("/team")
@needs("duty.team")
def team() -> str:
    """Show how much each person owes, and what everybody owes, narrowed by the address."""
    desk = current_desk()
    with desk.reading():
        departments = [(str(one.id), one.name) for one in desk.departments.all()]
        loads = desk.duties.loads()
        return render_template(
            "duties/team.html",
            loads=loads,
            most=max((load.live for load in loads), default=0),
            found=desk.duties.team(_wanted(), limit=PAGE_SIZE),
            page_size=PAGE_SIZE,
            form=Form.of(**{name: request.args.get(name, "") for name in ("person", "kind", "department", "overdue")}),
            people=[(str(load.account_id), load.name) for load in loads],
            kinds=[(kind.value, say(label)) for kind, label in KINDS.items()],
            departments=departments,
        )


@pages.get("/<uuid:duty_id>")
@needs("ticket.view")
def show(duty_id: UUID) -> str:
    return _panel(duty_id, Form.of())


@pages.post("/<uuid:duty_id>/acknowledge")
@member
def acknowledge(duty_id: UUID) -> Response:
    duty = current_desk().duties.acknowledge(duty_id)
    told(msg("已知悉“{duty}”，不再向上升级"), duty=duty.label)
    return _back(duty)


@pages.post("/<uuid:duty_id>/waive")
@needs("duty.waive")
def waive(duty_id: UUID) -> Answer:
    form = Form.typed()
    try:
        duty = current_desk().duties.waive(duty_id, form.value("reason"))
    except InvalidInput as refusal:
        return _panel(duty_id, form.refused(refusal)), status_of(refusal)
    told(msg("已豁免“{duty}”"), duty=duty.label)
    return _back(duty)


def install(app: Flask) -> None:
    """Give templates the words of duties."""
    app.jinja_env.globals.update(duty_state=state_words, duty_tone=tone, duty_address=address, spoken=_spoken)


def state_words(duty: DutyView) -> str:
    """Return how a duty stands."""
    return say(STATES[duty.state])


def tone(duty: DutyView) -> str:
    """Return the tone of a duty's state."""
    return _TONES.get(duty.state, "quiet")


def address(duty: DutyView) -> str:
    """Return where what a duty is about has its page; empty for what has none."""
    if duty.subject_kind in _SUBJECT_PAGES:
        endpoint, name = _SUBJECT_PAGES[duty.subject_kind]
        return url_for(endpoint, **{name: duty.subject_id})  # type: ignore[arg-type]  # values of the address
    return url_for("ticket.show", ticket_id=duty.ticket_id) if duty.ticket_id else ""


def _wanted() -> DutyFilter:
    """Return which duties the address asks for; raises ``BadRequest`` for what it does not know."""
    kind, person, department = (request.args.get(name, "").strip() for name in ("kind", "person", "department"))
    try:
        return DutyFilter(
            kinds=(DutyKind(kind),) if kind else (),
            debtor_id=UUID(person) if person else None,
            department_id=UUID(department) if department else None,
            is_overdue_at=shown.now() if request.args.get("overdue") else None,
        )
    except ValueError as problem:
        raise BadRequest from problem


def _panel(duty_id: UUID, form: Form) -> str:
    desk = current_desk()
    with desk.reading():
        explained = desk.explain.duty(duty_id)
        ticket_id = explained.duty.ticket_id
        return dialog(
            "duties/show.html",
            explained=explained,
            duty=explained.duty,
            ticket=desk.tickets.find(ticket_id) if ticket_id else None,
            most=max((day.minutes for day in explained.days), default=0),
            may_acknowledge=_is_told(explained),
            form=form,
            longest_reason=LONGEST_REASON,
        )


def _is_told(explained: Explanation) -> bool:
    """Tell whether the duty was escalated to the person, and nobody has said that he knows."""
    me = g.person.id
    told_me = (step for step in explained.steps if step.receiver_id == me and step.point.startswith("rung:"))
    return explained.duty.is_live and any(step.acknowledged_at is None for step in told_me)


def _spoken(sentence: Sentence) -> str:
    return spoken(sentence, translator(), current_desk().zone)


def _back(duty: DutyView) -> Response:
    return go_to(address(duty) or url_for("home.index"))

"""The next step of a ticket as one line: who has to do what, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongdan.domain.workflow import StateCategory
from gongdan.services.cases import Case
from gongdan.services.moves import MoveOffer
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.ticket_words import state_label
from gongdan.web.words import say, translator


@dataclass(frozen=True, slots=True)
class NextStep:
    """One line; ``tone`` is a class of its look, empty for the usual one."""

    text: str
    icon: str
    tone: str = ""


def next_step(case: Case, offers: Sequence[MoveOffer]) -> NextStep:
    """Return what the ticket waits for."""
    ticket = case.ticket
    since = translator().duration(max(shown.now() - _since(case), timedelta(minutes=1)))
    if not ticket.is_open:
        done = say(msg("{state}，{at}"), state=state_label(ticket), at=shown.moment(ticket.closed_at))
        return NextStep(done, "circle-check", "is-done")
    if ticket.state_category == StateCategory.WAITING_CUSTOMER:
        return NextStep(say(msg("等待客户，已等{since}"), since=since), "hourglass", "is-near")
    if ticket.state_category == StateCategory.WAITING_THIRD:
        return NextStep(say(msg("等待第三方，已等{since}"), since=since), "clock-pause", "is-near")
    step = next((say(offer.move.label) for offer in offers if offer.move.usual), "")
    person = case.name(ticket.assignee_id)
    if not person:
        text = msg("等待“{step}”，还没有经办人，已等{since}") if step else msg("还没有经办人，已等{since}")
        return NextStep(say(text, step=step, since=since), "user-plus", "is-near")
    if not step:
        return NextStep(say(msg("由{person}处理，已停留{since}"), person=person, since=since), "user")
    return NextStep(
        say(msg("等待{person}“{step}”，已停留{since}"), person=person, step=step, since=since), "arrow-right"
    )


def _since(case: Case) -> datetime:
    """Return when the ticket came into its state."""
    moved = [act.at for act in case.acts if "state" in act.after and act.act.startswith("ticket.")]
    return moved[-1] if moved else case.ticket.opened_at

"""The papers of a ticket on its page: what there is, how far it has come, and what can be begun."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.forms import FormKind
from gongdan.domain.snapshots import TicketView
from gongdan.domain.workflow import StateCategory
from gongdan.web.access import current_desk, may
from gongdan.web.form_words import next_step


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper of a ticket."""

    view: FormView
    #: What is to be done next, in words; empty for one that is filed or void.
    next_step: str


@dataclass(frozen=True, slots=True)
class PaperCard:
    """All papers of a ticket."""

    lines: Sequence[PaperLine]
    #: Kinds that can be begun, each with the address where that is done.
    offered: Sequence[tuple[FormKind, str]]


def papers_of(ticket: TicketView) -> PaperCard:
    """Return the papers of a ticket, those of the present round last."""
    desk = current_desk()
    kinds = desk.forms.kinds(ticket.type)
    views = desk.forms.of_ticket(ticket.id)
    lines = [PaperLine(view, next_step(view) if view.is_draft else "") for view in views]
    standing = {
        view.kind.name
        for view in views
        if view.round == ticket.round and view.state in (FormState.DRAFT, FormState.FILED)
    }
    can_begin = may("ticket.move") and ticket.state_category != StateCategory.VOID
    offered = [
        (kind, url_for("forms.another", ticket_id=ticket.id, kind=kind.name))
        for kind in kinds
        if can_begin and (kind.is_repeated or kind.name not in standing)
    ]
    return PaperCard(lines, offered)

"""Which papers a move of a ticket waits for, and which it begins."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.duties import meets
from gongdan.domain.form_views import FormState
from gongdan.domain.forms import FormKind
from gongdan.errors import Refusal
from gongdan.services.duty_figures import Figures
from gongdan.storage.forms import FormRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_REQUIRED = msg("须先归档《{form}》")


class FormGate:
    """The papers of one ticket as moves see them; nothing is asked of the database that no move needs."""

    def __init__(self, desk: "CompanyDesk", session: Session, ticket: TicketRow) -> None:
        self._desk = desk
        self._session = session
        self._ticket = ticket

    def refusals(self, move: str, facts: Mapping[str, object]) -> Sequence[Refusal]:
        """Return the papers that have to be filed before a move; ``facts`` are those after it."""
        wanted = [kind for kind in self._kinds if move in kind.required_at and meets(kind.required_when, facts)]
        return [
            Refusal("form_required", _REQUIRED, kind.clauses, params={"form": kind.label}, form=kind.name)
            for kind in wanted
            if kind.name not in self._filed and self._is_kept(kind)
        ]

    def begun_by(self, move: str) -> Sequence[FormKind]:
        """Return the papers that a move begins."""
        return [kind for kind in self._kinds if move and move in kind.begun_by and self._is_kept(kind)]

    @cached_property
    def _kinds(self) -> Sequence[FormKind]:
        return self._desk.forms.kinds(self._ticket.type)

    @cached_property
    def _filed(self) -> Collection[str]:
        query = select(FormRow.kind).where(
            FormRow.ticket_id == self._ticket.id,
            FormRow.round == self._ticket.round,
            FormRow.state == FormState.FILED.value,
        )
        return frozenset(self._session.scalars(query))

    def _is_kept(self, kind: FormKind) -> bool:
        """Tell whether the company has decided to keep a paper, by the policy that the ticket follows."""
        if not kind.policy_key:
            return True
        at = self._ticket.policy_at or self._ticket.opened_at
        return self._figures.value(kind.policy_key, at).text == "yes"

    @cached_property
    def _figures(self) -> Figures:
        return Figures(self._desk, self._session)

"""Asking a flow about a move without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gongdan.api import Move, MoveAttempt, Workflow
from gongdan.domain.workflow import check_move


@dataclass(frozen=True, slots=True)
class Attempt:
    """A move as somebody tries it; everything that the flow asks for can be given."""

    flow: Workflow
    move: str
    #: The state the ticket is in; the move's first one when empty.
    state: str = ""
    role: str = ""
    actor: str = "one"
    remark: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    ticket: Mapping[str, object] = field(default_factory=dict)

    @property
    def declared(self) -> Move:
        """Return the move as it is declared."""
        found = self.flow.move(self.move)
        assert found is not None, self.move
        return found

    def but(self, **values: object) -> "Attempt":
        """Return the same attempt with other typed fields; None takes one away."""
        merged = {**self.fields, **values}
        return replace(self, fields={name: value for name, value in merged.items() if value is not None})

    def about(self, **values: object) -> "Attempt":
        """Return the same attempt with other core values of the ticket."""
        return replace(self, ticket={**self.ticket, **values})

    def by(self, role: str, actor: str = "one") -> "Attempt":
        """Return the same attempt made by somebody else."""
        return replace(self, role=role, actor=actor)

    def refusals(self) -> Sequence[str]:
        """Return who says no: the guard, with the field that would answer it; empty when the move passes."""
        attempt = MoveAttempt(
            ticket={"state": self.state or self.declared.from_states[0], **self.ticket},
            fields=self.fields,
            given={"remark": self.remark},
            roles=(self.role,),
            actor=self.actor,
        )
        found = check_move(self.flow, self.declared, attempt)
        return [f"{refusal.guard}:{refusal.field}" if refusal.field else refusal.guard for refusal in found]

"""Outlets: what an export may carry in plain values, and one line of the log for each record that it carries."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from gongdan.domain.secrecy import SecrecyClass, Way, masked_name, needs_consent, reason_problems
from gongdan.errors import InvalidInput
from gongdan.services.secrecy_gate import Reading
from gongdan.services.secrecy_looks import TICKET_PARTS, TicketLook
from gongdan.storage.parties import PartyRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: What an export of customers carries of each.
PARTY_PARTS = ("name", "phones", "remark")


@dataclass(frozen=True, slots=True)
class ExportReason:
    """Why somebody takes classified values out of the house."""

    #: One of ``domain.secrecy.REASONS``.
    kind: str
    text: str


class Outlet:
    """Decides record by record, and tells the log before anything leaves."""

    def __init__(self, desk: "CompanyDesk", reason: ExportReason | None = None) -> None:
        """Take a reason, or none for an export of masks; raises ``InvalidInput`` and ``NotAllowed``."""
        if reason is not None:
            desk.require("secrecy.read")
            if problems := reason_problems(reason.kind, reason.text):
                raise InvalidInput(problems)
        self._desk = desk
        self._reason = reason
        #: What leaves, each record once.
        self._readings: dict[tuple[str, UUID], Reading] = {}
        self._consent_from = desk.policies.value("core.secrecy_consent", desk.installation.clock()).value

    def lets_out(self, level: SecrecyClass) -> bool:
        """Tell whether plain values of such a record leave: for a reason, and with consent where the class needs it.

        Nobody is asked for consent to each of a thousand rows: who gives it exports them, others get the masks.
        """
        if not level.is_classified:
            return True
        if self._reason is None:
            return False
        answer = self._consent_from if isinstance(self._consent_from, str) else None
        return self._desk.actor.may("secrecy.consent") or not needs_consent(level, answer)

    def party(self, row: PartyRow) -> bool:
        """Tell whether a customer leaves in plain values, and remember it for the log."""
        level = self._desk.gate.class_of("party", row)
        return self._passes(Told("party", row.id, masked_name(row.name), level, PARTY_PARTS))

    def ticket(self, look: TicketLook) -> bool:
        """Tell whether a ticket leaves in plain values, and remember it for the log."""
        return self._passes(Told("ticket", look.ticket_id, look.number, look.level, TICKET_PARTS))

    def tell(self) -> None:
        """Write down what leaves; the file goes out only after that."""
        self._desk.gate.hand_out(tuple(self._readings.values()), Way.EXPORT)
        self._readings = {}

    def _passes(self, told: "Told") -> bool:
        if not self.lets_out(told.level):
            return False
        if told.level.is_classified and self._reason is not None:
            self._readings[told.noun, told.record_id] = Reading(
                noun=told.noun,
                record_id=told.record_id,
                label=told.label,
                level=told.level,
                parts=told.parts,
                reason_kind=self._reason.kind,
                reason=self._reason.text.strip(),
            )
        return True


class Told(NamedTuple):
    """A record that may leave."""

    noun: str
    record_id: UUID
    label: str
    level: SecrecyClass
    parts: tuple[str, ...]

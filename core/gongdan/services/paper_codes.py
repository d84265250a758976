"""The codes on papers: whoever holds a paper can ask whether it is genuine and valid; members reach its case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.form_views import FormState
from gongdan.domain.permits import Standing
from gongdan.domain.snapshots import CompanyView
from gongdan.domain.workflow import StateCategory
from gongdan.errors import NotFound
from gongdan.services.work import get_row
from gongdan.storage.forms import FormRow
from gongdan.storage.printing import PaperCodeRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

#: Longest token that is looked for, in characters.
_LONGEST: Final = 32


class Validity(StrEnum):
    """What a paper is worth at the moment."""

    VALID = "valid"
    #: It is yet to begin.
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    RETURNED = "returned"
    #: It was good for one time.
    USED = "used"
    REVOKED = "revoked"
    VOID = "void"
    #: It has not been filed yet.
    DRAFT = "draft"
    #: A later edition stands in its place.
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a stranger is told of a paper, and no more."""

    #: What the paper is called, a source text, and what fills it.
    title: str
    number: str
    validity: Validity
    params: Mapping[str, object] | None = None
    #: Until when it is valid, aware, UTC; None for papers without an end.
    until: datetime | None = None
    #: The ticket that it belongs to.
    ticket_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """The paper that a code stands on."""

    company: CompanyView
    noun: str
    record_id: UUID
    proof: Proof


def _ticket_proof(desk: "CompanyDesk", record_id: UUID) -> Proof:
    with desk.reading() as session:
        ticket = get_row(session, TicketRow, record_id, "ticket")
        declared = desk.installation.plugins.catalogue.ticket_types.get(ticket.type)
        is_void = ticket.state_category == StateCategory.VOID
        return Proof(
            title=msg("{type}工单"),
            params={"type": declared.label if declared else ticket.type},
            number=ticket.number,
            validity=Validity.VOID if is_void else Validity.VALID,
            ticket_id=ticket.id,
        )


def _form_proof(desk: "CompanyDesk", record_id: UUID) -> Proof:
    with desk.reading() as session:
        form = get_row(session, FormRow, record_id, "form")
        validity = _OF_FORMS[FormState(form.state)]
        return Proof(title=form.label, number=form.number, validity=validity, ticket_id=form.ticket_id)


_OF_FORMS: Mapping[FormState, Validity] = {
    FormState.DRAFT: Validity.DRAFT,
    FormState.FILED: Validity.VALID,
    FormState.CORRECTED: Validity.REPLACED,
    FormState.VOID: Validity.VOID,
}


#: What a stranger is told of a pass; that it was lost or refused is none of his business.
_OF_PASSES: Mapping[Standing, Validity] = {
    Standing.VALID: Validity.VALID,
    Standing.NOT_YET: Validity.NOT_YET,
    Standing.EXPIRED: Validity.EXPIRED,
    Standing.RETURNED: Validity.RETURNED,
    Standing.USED: Validity.USED,
    Standing.REVOKED: Validity.REVOKED,
}


def _pass_proof(desk: "CompanyDesk", record_id: UUID) -> Proof:
    found = desk.passes.find(record_id)
    validity = _OF_PASSES.get(found.standing, Validity.VOID)
    return Proof(title=found.label, number=found.serial, validity=validity, until=found.ends_at)


#: What answers for the papers of a noun. It reads no more than it tells: nobody has looked at the case.
PROVERS: Mapping[str, Callable[["CompanyDesk", UUID], Proof]] = {
    "form": _form_proof,
    "pass": _pass_proof,
    "ticket": _ticket_proof,
}


class PaperCodes:
    """Use cases around the codes on papers of the whole installation."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    def token(self, company_id: UUID, noun: str, record_id: UUID) -> str:
        """Return the code of a record; it leads nowhere until a paper with it has been printed."""
        return self._desk.vault.code(f"{company_id} {noun} {record_id}")

    def row(self, company_id: UUID, noun: str, record_id: UUID, now: datetime) -> Mapping[str, Any]:
        """Return what is kept of a code that is about to be printed."""
        token = self.token(company_id, noun, record_id)
        return {"token": token, "company_id": company_id, "noun": noun, "record_id": record_id, "made_at": now}

    def find(self, token: str) -> FoundPaper:
        """Return what a code stands for; an unknown code and a record that is gone are both ``NotFound``."""
        row = self._row(token)
        company = next((one for one in self._desk.companies.all() if row and one.id == row.company_id), None)
        if row is None or company is None or row.noun not in PROVERS:
            raise NotFound("paper", token[:_LONGEST])
        proof = PROVERS[row.noun](self._desk.at(company), row.record_id)
        return FoundPaper(company, row.noun, row.record_id, proof)

    def _row(self, token: str) -> PaperCodeRow | None:
        if not token.isascii() or len(token) > _LONGEST:
            return None
        with self._desk.reading() as session:
            return session.scalars(select(PaperCodeRow).where(PaperCodeRow.token == token)).one_or_none()

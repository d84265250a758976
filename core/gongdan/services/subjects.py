"""The nouns that files hang on: who sees one, who adds to it, and under which words it is found then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.subjects import SubjectKey
from gongdan.errors import NotAllowed, NotFound
from gongdan.services.assets import index_asset
from gongdan.services.parties import index_party
from gongdan.services.ticket_rows import index_ticket
from gongdan.services.work import Work
from gongdan.storage.assets import AssetRow
from gongdan.storage.forms import FormRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.plans import PlanRunRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


def _nobody(desk: "CompanyDesk", session: Session, key: UUID) -> bool:
    del desk, session, key
    return False


def _unsearched(desk: "CompanyDesk", session: Session, row: Any) -> None:
    del desk, session, row


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A kind of thing that files may hang on."""

    #: The table in which it is found, within the company.
    model: Any
    #: Asks the noun's own service; raises ``NotAllowed`` or ``NotFound`` for what the actor may not see.
    see: Callable[["CompanyDesk", UUID], object]
    #: Who has this may add files.
    permission: str
    #: So may whom this says yes to.
    owes: Callable[["CompanyDesk", Session, UUID], bool] = _nobody
    #: Brings the search index up to date.
    index: Callable[["CompanyDesk", Session, Any], None] = _unsearched


def _index_ticket(desk: "CompanyDesk", session: Session, row: TicketRow) -> None:
    index_ticket(session, row, desk.installation.plugins.catalogue.ticket_types.get(row.type))


#: A noun that files shall hang on has its line here, and nothing else.
NOUNS: Mapping[str, Noun] = {
    "ticket": Noun(
        model=TicketRow, see=lambda desk, key: desk.tickets.see(key), permission="note.write", index=_index_ticket
    ),
    "party": Noun(
        model=PartyRow,
        see=lambda desk, key: desk.parties.see(key),
        permission="party.edit",
        index=lambda _, session, row: index_party(session, row),
    ),
    "asset": Noun(
        model=AssetRow,
        see=lambda desk, key: desk.assets.find(key),
        permission="asset.edit",
        index=lambda _, session, row: index_asset(session, row),
    ),
    "plan_run": Noun(
        model=PlanRunRow,
        see=lambda desk, key: desk.plans.run(key),
        permission="plan.do",
        owes=lambda desk, session, key: desk.plans.is_debtor(session, key),
    ),
    "form": Noun(model=FormRow, see=lambda desk, key: desk.forms.find(key), permission="ticket.move"),
}


def noun_of(subject: SubjectKey) -> Noun:
    """Return the noun of a subject; raises ``NotFound`` for one that no files hang on."""
    if subject.kind not in NOUNS:
        raise NotFound(subject.kind, str(subject.id))
    return NOUNS[subject.kind]


def may_see(desk: "CompanyDesk", subject: SubjectKey) -> bool:
    """Tell whether the subject is there and the actor may see it."""
    try:
        noun_of(subject).see(desk, subject.id)
    except (NotAllowed, NotFound):
        return False
    return True


def may_add(desk: "CompanyDesk", session: Session, subject: SubjectKey) -> bool:
    """Tell whether the actor may add files to a subject that he sees."""
    noun = noun_of(subject)
    return desk.actor.may(noun.permission) or noun.owes(desk, session, subject.id)


def hold(desk: "CompanyDesk", work: Work, subject: SubjectKey) -> Any:
    """Return the locked row of a subject that gets files; raises ``NotAllowed`` or ``NotFound``."""
    noun = noun_of(subject)
    row = work.get(noun.model, subject.id, subject.kind, lock=True)
    if not may_add(desk, work.session, subject):
        raise NotAllowed(noun.permission)
    return row

"""What a permit is asked for, and what the company's policy says of it at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.limits import Limit
from gongdan.domain.permits import Period, PermitKind, Validity, of_days
from gongdan.domain.policy import read_value
from gongdan.domain.policy_values import Value
from gongdan.domain.recurrences import Every
from gongdan.domain.ticket_types import TicketType
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

T = TypeVar("T", bound=Value)


@dataclass(frozen=True, slots=True)
class Application:
    """A ticket that asks for a permit, with what a move is about to write."""

    kind: PermitKind
    ticket_type: TicketType
    row: TicketRow
    #: Typed fields after the move.
    fields: Mapping[str, object]
    asset_id: UUID | None
    requester_id: UUID | None

    def text(self, name: str) -> str:
        """Return a typed field as text; empty for none."""
        return str(self.fields.get(name) or "").strip() if name else ""

    def amount(self, name: str) -> Decimal:
        """Return a typed amount; nothing is zero."""
        return Decimal(self.text(name) or 0)

    def period(self, desk: "CompanyDesk") -> Period | None:
        """Return the time that is asked for; None while a bound is missing."""
        begins, ends = self.text(self.kind.begins_field), self.text(self.kind.ends_field)
        if not (begins and ends):
            return None
        if self.kind.validity is Validity.DAYS:
            return of_days(date.fromisoformat(begins), date.fromisoformat(ends), desk.zone)
        return Period(datetime.fromisoformat(begins), datetime.fromisoformat(ends))


@dataclass(frozen=True, slots=True)
class PermitTerms:
    """The figures of a kind of permit in one company; None is undecided."""

    fee: Decimal | None
    deposit: Decimal | None
    longest: Every | Limit | None
    quota: int | None
    warn_before: Every | None


def terms_of(desk: "CompanyDesk", session: Session, kind: PermitKind, at: datetime) -> PermitTerms:
    """Return what the policy of a moment says of a kind of permit."""
    timeline = desk.policies.timeline(session)

    def value(name: str) -> Value | None:
        text = timeline.value(name, at).text if name else None
        key = desk.installation.plugins.catalogue.policy_keys.get(name)
        return read_value(key, text) if key and text is not None else None

    return PermitTerms(
        _as(Decimal, value(kind.fee)),
        _as(Decimal, value(kind.deposit)),
        _longest(value(kind.longest)),
        _as(int, value(kind.quota)),
        _as(Every, value(kind.warn_before)),
    )


def _longest(value: Value | None) -> Every | Limit | None:
    return value if isinstance(value, Every | Limit) else None


def _as(kind: type[T], value: Value | None) -> T | None:
    return value if isinstance(value, kind) else None

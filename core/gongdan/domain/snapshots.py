"""Snapshots that hooks, pages and the command line get instead of rows: frozen, detached, safe to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CompanyView:
    """A company as everybody may see it."""

    id: UUID
    code: str
    name: str
    #: IANA name, such as ``Asia/Shanghai``.
    time_zone: str
    locale: str
    accent: str
    parent_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket that is being opened."""

    #: Name of the ticket type.
    type: str
    subject: str
    description: str
    place: str
    channel: str
    #: Values chosen so far: severity, category, cause.
    chosen: Mapping[str, str]
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket as it was at one moment; times are aware, UTC."""

    id: UUID
    company_id: UUID
    plugin: str
    type: str
    number: str
    subject: str
    description: str
    channel: str
    requester_id: UUID | None
    contact_name: str
    contact_phone: str
    owner_id: UUID | None
    assignee_id: UUID | None
    department_id: UUID | None
    asset_id: UUID | None
    place: str
    severity: str
    category: str
    cause: str
    finding: str
    finding_by: UUID | None
    state: str
    state_category: str
    is_open: bool
    round: int
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    fields: Mapping[str, object]
    flags: tuple[str, ...]
    version: int
    #: The class of the ticket or of its customer, whichever is higher; a name of ``domain.secrecy.SecrecyClass``.
    secrecy: str = "ordinary"
    #: Names, numbers and texts are not shown as they are.
    is_masked: bool = False

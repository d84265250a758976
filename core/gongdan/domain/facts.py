"""What a row of a spreadsheet says: facts about assets, parties and tickets.

An importer turns a checked row into facts by a pure function; matching them with what is stored, writing, undoing
and counting is the same for every importer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFact:
    """A person or company that a row names.

    The same party is found again by identity number, else by name and phone, else by name among those already
    linked to the same asset in the same role.
    """

    name: str
    #: ``person`` or ``company``.
    kind: str = "person"
    #: Phones as they were read; a doubtful one is kept as it came.
    phones: tuple[str, ...] = ()
    #: Identity number; empty says nothing.
    identity: str = ""


@dataclass(frozen=True, slots=True)
class LinkFact:
    """A party that stands in a role to the row's asset today; other open links of the role end."""

    role: str
    party: PartyFact


@dataclass(frozen=True, slots=True)
class Place:
    """One level of the way from a root of the asset tree to an asset."""

    #: Name of the asset kind.
    kind: str
    #: Name among its siblings, normalised.
    code: str
    #: How people call it.
    label: str
    #: Where it stands in a drawing of its parent, such as the floor.
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFact:
    """An asset at its place in the tree; levels above it are made when they are missing."""

    #: From the root to the asset itself.
    way: tuple[Place, ...]
    #: One of the kind's states; empty says nothing.
    state: str = ""
    #: Typed fields; what is not named stays as it is stored.
    fields: Mapping[str, object] = field(default_factory=dict)
    links: tuple[LinkFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact:
    """A case as it stands in a company's own list."""

    #: Name of the ticket type.
    type: str
    #: What makes two rows the same case.
    key: str
    #: The ticket's own number, as an export has it; goes before the key. A number nobody has is passed over.
    number: str = ""
    description: str
    #: Local time of the company, without a zone.
    opened_at: datetime
    #: Local time; None leaves the ticket in ``state``.
    closed_at: datetime | None = None
    #: Name of the state; empty for the type's first one.
    state: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    #: The place in words, as the row has it.
    place: str = ""
    #: What the services know the asset by, from the reference set of its kind; None for none.
    asset: object = None
    category: str = ""
    channel: str = "other"
    #: Typed fields; times without a zone are local, what is not named stays as it is stored.
    fields: Mapping[str, object] = field(default_factory=dict)


Fact: TypeAlias = AssetFact | TicketFact


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A party in an export, with the role it stands in to the asset."""

    role: str
    name: str
    phones: tuple[str, ...]
    #: Full identity number for those who may see it, else empty.
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRecord:
    """An asset as an export sees it: the counterpart of ``AssetFact``."""

    way: tuple[Place, ...]
    state: str
    fields: Mapping[str, object]
    parties: Sequence[HeldBy]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord:
    """A ticket as an export sees it: the counterpart of ``TicketFact``; times are local, without a zone."""

    type: str
    number: str
    subject: str
    description: str
    opened_at: datetime
    closed_at: datetime | None
    state: str
    is_open: bool
    contact_name: str
    contact_phone: str
    place: str
    category: str
    fields: Mapping[str, object]

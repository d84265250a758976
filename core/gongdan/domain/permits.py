"""Permits and passes: what a company allows for a time, declared once for all of its permits.

A permit is a ticket whose kind comes from a row of a catalogue; when it is issued, passes are made that somebody
carries, posts on a door or shows on a phone. Everything here is a value or a pure function.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from gongdan.domain.limits import Limit, Span, SpanUnit
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.recurrences import Every
from gongdan.domain.ticket_types import TicketType
from gongdan.text import msg

# --- What a plugin declares --------------------------------------------------------------------------------------


class Validity(StrEnum):
    """How the time of a permit is given."""

    #: From a day to a day, both included.
    DAYS = "days"
    #: From a moment on, until a moment, that one left out.
    MOMENTS = "moments"


class QuotaPer(StrEnum):
    """Among whom a quota is counted."""

    #: Passes about the same place, such as the parking permits of a flat.
    ASSET = "asset"
    #: Passes of the whole company.
    COMPANY = "company"


class PassState(StrEnum):
    """How a pass ended; expiry is no state but follows from the time."""

    IN_FORCE = "in_force"
    RETURNED = "returned"
    #: It was good for one time, which has been.
    USED = "used"
    #: The guard did not accept it.
    REFUSED = "refused"
    REVOKED = "revoked"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitMoves:
    """Which moves of the ticket's flow make and end its passes."""

    #: Makes the passes.
    issued_by: str = "issue"
    #: Moves that end all of them, with what becomes of each.
    ended_by: tuple[tuple[str, PassState], ...] = ()
    #: The application is complete from here on; empty asks for that only when it is issued.
    complete_at: str = ""
    #: Made by itself at the end of the time; empty leaves the ticket where it is.
    expired_by: str = ""

    def ends_as(self, move: str) -> PassState | None:
        """Return what a move makes of the passes, or None when it leaves them alone."""
        return dict(self.ended_by).get(move)

    @property
    def names(self) -> tuple[str, ...]:
        """Return every move that is named."""
        named = (self.issued_by, self.complete_at, self.expired_by, *(move for move, _ in self.ended_by))
        return tuple(name for name in named if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerConsent:
    """Somebody who is not the owner needs the owner's word, in writing or from a number that is on file."""

    #: The move that may not be made without it.
    asked_at: str
    #: Role of the asset link that makes somebody the owner.
    role: str = "owner"
    #: Typed choice field: who asks; this value is the owner himself.
    asker_field: str = "asker"
    owner: str = "owner"
    #: Typed choice field: how the consent was given; this value is a call to the owner's number on file.
    way_field: str = "consent_way"
    call: str = "call"
    #: Typed field with the name of who consented, and with the number that was called.
    name_field: str = "consent_by"
    phone_field: str = "consent_phone"
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitKind:
    """One row of the catalogue: what is needed for it, how long it holds, what it costs."""

    #: Identifier, unique over all plugins: ``<plugin>.<name>``.
    name: str
    #: What the paper or badge is called, a source text.
    label: str
    #: Whom and what it is for, a source text.
    description: str
    ticket_type: str
    #: The category of the ticket type that means this kind; empty for a type that has one kind only.
    category: str = ""
    #: Its number in the company's list of procedures, such as ``11b``; empty for none.
    procedure: str = ""
    serial: NumberPattern
    validity: Validity = Validity.DAYS
    #: Typed fields with the time; their kind follows ``validity``.
    begins_field: str = "valid_from"
    ends_field: str = "valid_to"
    #: Typed fields with who gets the pass; empty, or unfilled, for the caller of the ticket.
    holder_field: str = ""
    phone_field: str = ""
    #: Typed field with the plate of the vehicle that it is for; empty for none.
    plate_field: str = ""
    #: Policy key with the longest time: a period for days, a limit in minutes or hours for moments.
    longest: str = ""
    #: Policy keys with amounts.
    fee: str = ""
    deposit: str = ""
    #: Typed fields with what was paid, and the number of the receipt.
    fee_field: str = "fee_paid"
    deposit_field: str = "deposit_paid"
    receipt_field: str = "receipt"
    #: Policy key with the most passes at one time; those that are yet to begin count as well.
    quota: str = ""
    quota_per: QuotaPer = QuotaPer.ASSET
    #: Policy key with how long before the end people are told.
    warn_before: str = ""
    #: Typed fields that have to be filled.
    needs: tuple[str, ...] = ()
    #: Typed fields that may be filled.
    asks: tuple[str, ...] = ()
    #: Typed yes-or-no fields: papers that have to be there.
    documents: tuple[str, ...] = ()
    #: Every person gets a pass of his own.
    has_people: bool = False
    #: It lists goods that are counted where they leave.
    has_goods: bool = False
    #: The place is for one at a time: no two may overlap.
    is_exclusive: bool = False
    #: The pass has to be brought back.
    is_returned: bool = False
    #: Kind of permit that this one prolongs; the ticket is linked to the first as its follow-up.
    extends: str = ""
    #: Kinds of which one has to be in force at the place.
    within: tuple[str, ...] = ()
    consent: OwnerConsent | None = None
    moves: PermitMoves = PermitMoves()
    #: Name of the form that is its paper; empty for none.
    paper: str = ""
    clauses: tuple[str, ...] = ()

    @property
    def policy_keys(self) -> tuple[str, ...]:
        """Return the policy keys that it names."""
        named = (self.longest, self.fee, self.deposit, self.quota, self.warn_before)
        return tuple(name for name in named if name)

    @property
    def shown_fields(self) -> tuple[str, ...]:
        """Return the typed fields of its application, needed ones first."""
        period = (self.begins_field, self.ends_field)
        return tuple(dict.fromkeys((*period, *self.needs, *self.documents, *self.asks)))


def permit_problems(
    kind: PermitKind, types: Mapping[str, TicketType], keys: Mapping[str, PolicyKind], others: Iterable[str]
) -> tuple[str, ...]:
    """Name everything in a declaration that cannot be, as plain English for the plugin's author."""
    return tuple(f"permit {kind.name}: {problem}" for problem in _problems(kind, types, keys, set(others)))


def _problems(
    kind: PermitKind, types: Mapping[str, TicketType], keys: Mapping[str, PolicyKind], others: set[str]
) -> Iterator[str]:
    yield from kind.serial.problems()
    yield from (f"no permit {name}" for name in (kind.extends, *kind.within) if name and name not in others)
    longest = PolicyKind.PERIOD if kind.validity is Validity.DAYS else PolicyKind.LIMIT
    wanted = {
        kind.longest: longest, kind.fee: PolicyKind.MONEY, kind.deposit: PolicyKind.MONEY,
        kind.quota: PolicyKind.INTEGER, kind.warn_before: PolicyKind.PERIOD,
    }  # fmt: skip
    for name, what in wanted.items():
        if name and keys.get(name) is not what:
            yield f"{name} is no policy key of kind {what}"
    found = types.get(kind.ticket_type)
    if found is None:
        yield f"no ticket type {kind.ticket_type}"
        return
    if kind.category and not found.declares("category", kind.category):
        yield f"no category {kind.category}"
    money = (kind.fee_field if kind.fee else "", kind.deposit_field if kind.deposit else "")
    receipt = kind.receipt_field if any(money) else ""
    consent = kind.consent
    asked = (consent.asker_field, consent.way_field, consent.name_field, consent.phone_field) if consent else ()
    holder = (kind.holder_field, kind.phone_field, kind.plate_field)
    fields = dict.fromkeys((*kind.shown_fields, *holder, *money, receipt, *asked))
    yield from (f"no field {name}" for name in fields if name and found.field(name) is None)
    moves = (*kind.moves.names, consent.asked_at if consent else "")
    yield from (f"no move {name}" for name in moves if name and found.workflow.move(name) is None)


# --- How long ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """When a pass holds, as aware moments: the beginning is in it, the end is not."""

    begins_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Period") -> bool:
        """Tell whether some moment lies in both."""
        return self.begins_at < other.ends_at and other.begins_at < self.ends_at


def of_days(first: date, last: date, zone: ZoneInfo) -> Period:
    """Return the time from the beginning of a local day to the end of another one, both included."""
    return Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def last_day(ends_at: datetime, zone: ZoneInfo) -> date:
    """Return the last local day that has a moment before ``ends_at``."""
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


def is_too_long(period: Period, longest: Every | Limit, zone: ZoneInfo) -> bool:
    """Tell whether a permit would hold longer than it may; a limit that is no clock time bounds nothing."""
    if isinstance(longest, Every):
        first = period.begins_at.astimezone(zone).date()
        # A month from 5 March on ends with 4 April.
        return last_day(period.ends_at, zone) >= longest.after(first)
    is_clock = isinstance(longest, Span) and longest.unit in {SpanUnit.MINUTE, SpanUnit.HOUR}
    return isinstance(longest, Span) and is_clock and period.ends_at - period.begins_at > longest.length


def warned_at(ends_at: datetime, before: Every, zone: ZoneInfo) -> datetime:
    """Return when people are told that the end comes: at the beginning of the day so long before the last one."""
    last = last_day(ends_at, zone)
    days = 31 * before.months or (before.after(last) - last).days
    return _midnight(last - timedelta(days=days), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


# --- What a pass is worth ----------------------------------------------------------------------------------------


class Standing(StrEnum):
    """What somebody who looks at a pass is told."""

    VALID = "valid"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    RETURNED = "returned"
    USED = "used"
    REFUSED = "refused"
    REVOKED = "revoked"
    LOST = "lost"
    #: There is no such pass.
    UNKNOWN = "unknown"

    @property
    def lets_in(self) -> bool:
        """Tell whether its holder may pass."""
        return self is Standing.VALID


#: What a pass is worth in words, as source texts.
STANDING_WORDS: Mapping[Standing, str] = {
    Standing.VALID: msg("有效"),
    Standing.NOT_YET: msg("未到时间"),
    Standing.EXPIRED: msg("已过期"),
    Standing.RETURNED: msg("已收回"),
    Standing.USED: msg("已使用"),
    Standing.REFUSED: msg("门岗已拒绝"),
    Standing.REVOKED: msg("已吊销"),
    Standing.LOST: msg("已挂失"),
    Standing.UNKNOWN: msg("查无此证"),
}


def standing(state: PassState, period: Period, now: datetime) -> Standing:
    """Return what a pass is worth at ``now``, aware; what was ended stays ended, whatever the time."""
    if state is not PassState.IN_FORCE:
        return Standing(state.value)
    if now < period.begins_at:
        return Standing.NOT_YET
    return Standing.VALID if now < period.ends_at else Standing.EXPIRED


def free_slot(taken: Iterable[int], quota: int) -> int | None:
    """Return the lowest number from 1 to ``quota`` that no pass has; None when all are taken."""
    occupied = set(taken)
    return next((slot for slot in range(1, quota + 1) if slot not in occupied), None)


# --- Goods -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """What the slip says of one line, and how many the guard has found; None when he has not counted it."""

    line: int
    name: str
    quantity: Decimal
    found: Decimal | None


def differing(lines: Sequence[Counted]) -> tuple[Counted, ...]:
    """Return the lines that were not counted or whose count is not what the slip says."""
    return tuple(line for line in lines if line.found is None or line.found != line.quantity)

"""Permits, goods that leave, and visitors of the two demo companies: every state that a pass can be in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gongdan.api import (
    CompanyDesk,
    NewGoods,
    NewPerson,
    NewTicket,
    NewVisit,
    Outcome,
    as_member,
    at_moment,
)

#: What a company has decided about its permits; what it leaves out stays undecided.
FIGURES: Final[Mapping[str, str]] = {
    "permit_warning": "3 day",
    "temporary_pass_longest": "1 month",
    "temporary_pass_deposit": "50.00",
    "worker_pass_fee": "10.00",
    "hot_work_longest": "8 h",
    "goods_lift_longest": "4 h",
    "meeting_room_longest": "8 h",
    "parking_longest": "1 year",
    "parking_fee": "300.00",
    "parking_quota": "2",
    "goods_release_longest": "12 h",
}


#: After the company adopted its regulation, and before the first of its permits.
_DECIDED: Final = timedelta(days=11)


@dataclass(frozen=True, slots=True)
class Crew:
    """Logins of those who work on permits."""

    clerk: str
    officer: str
    manager: str
    guard: str
    security: str
    engineer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPermit:
    """A permit and how far it has come."""

    kind: str
    applicant: str
    phone: str
    #: Name of an asset.
    place: str
    reason: str
    fields: Mapping[str, object]
    #: Days from today, or hours from now where it is given by the minute; the end is included for days.
    begins: int
    ends: int
    by_hour: bool = False
    #: ``applied``, ``approved``, ``refused`` or ``issued``.
    until: str = "issued"
    days_ago: int = 1
    #: ``revoke`` or ``return``, made today.
    ended_by: str = ""
    people: Sequence[NewPerson] = ()
    #: What is paid before it is issued.
    paid: Mapping[str, str] = field(default_factory=dict)


class PermitDemo:
    """Plays permits, slips and visits through the services, each at its own time by its own person."""

    def __init__(self, desk: CompanyDesk, crew: Crew) -> None:
        self._desk = desk
        self._crew = crew
        self._now = desk.installation.clock().astimezone(desk.zone)

    def decide(self) -> None:
        """Decide what the company has decided."""
        with at_moment(self._desk.installation, self._now - _DECIDED):
            for key, value in FIGURES.items():
                self._desk.policies.set(f"property_mgmt.{key}", value)

    def play(self, permit: DemoPermit, *, first_id: UUID | None = None) -> UUID:
        """Take an application as far as it has come; return its ticket. ``first_id`` is of the one that it prolongs."""
        applied = self._day(-permit.days_ago, 9) if permit.days_ago else self._now - timedelta(minutes=30)
        with at_moment(self._desk.installation, applied):
            ticket = as_member(self._desk, self._crew.clerk).permits.apply(self._application(permit), first_id=first_id)
            for person in permit.people:
                as_member(self._desk, self._crew.clerk).permits.add_person(ticket.id, person)
        if permit.until == "applied":
            return ticket.id
        with at_moment(self._desk.installation, applied + timedelta(hours=1)):
            self._consent(ticket.id)
            self._move(self._crew.manager, ticket.id, "refuse" if permit.until == "refused" else "approve", **_REFUSAL)
        if permit.until == "issued":
            with at_moment(self._desk.installation, applied + timedelta(hours=2)):
                if permit.paid:
                    self._move(self._crew.clerk, ticket.id, "pay", **permit.paid)
                self._move(self._crew.clerk, ticket.id, "issue")
        if permit.ended_by:
            who = self._crew.manager if permit.ended_by == "revoke" else self._crew.clerk
            self._move(who, ticket.id, permit.ended_by, remark="证件转借他人，查实后吊销")
        return ticket.id

    def slip(self, place: str, owner_id: UUID, until: str, *goods: tuple[str, str], hour: int = 9) -> None:
        """Write a goods release slip of today and take it to ``draft``, ``sealed``, ``used`` or ``turned_back``."""
        crew, moment = self._crew, self._day(0, 0) + timedelta(hours=hour)
        written = min(moment, self._now - timedelta(minutes=30))
        with at_moment(self._desk.installation, written):
            clerk = as_member(self._desk, crew.clerk)
            ticket = clerk.intake.open(
                NewTicket(
                    type="goods_release",
                    description="搬出物品",
                    requester_id=owner_id,
                    asset_id=self._asset(place),
                    place=place,
                    fields={
                        "asker": "owner",
                        "holder_name": "好运搬家 老赵",
                        "plate": "沪A88888",
                        "from_at": (self._now - timedelta(hours=1)).isoformat(timespec="minutes"),
                        "to_at": (self._now + timedelta(hours=8)).isoformat(timespec="minutes"),
                    },
                )
            )
            for name, quantity in goods:
                clerk.permits.add_goods(ticket.id, NewGoods(name=name, quantity=quantity, unit="件"))
            if until == "draft":
                return
            self._move(crew.clerk, ticket.id, "verify", asker="owner")
            self._move(crew.officer, ticket.id, "sign")
            self._move(crew.officer, ticket.id, "seal")
        if until == "sealed":
            return
        guard = as_member(self._desk, crew.guard)
        [made] = guard.passes.of_ticket(ticket.id)
        lines = {line.id: str(line.quantity) for line in guard.permits.goods(ticket.id)}
        if until == "used":
            guard.passes.let_out(made.id, lines, "东门")
        else:
            guard.passes.refuse_exit(made.id, "多出一台显示器，与放行条不符", lines, "东门")

    def visit(self, minutes_ago: int, seconds: int, visit: NewVisit, *, left: bool = False) -> None:
        """Register a visitor who came so many minutes ago; the page had been open for so many seconds."""
        came = self._now - timedelta(minutes=minutes_ago)
        at_desk = as_member(self._desk, self._crew.clerk)
        with at_moment(self._desk.installation, came):
            opened_at = came - timedelta(seconds=seconds)
            made = at_desk.visits.register(replace(visit, opened_at=opened_at))
        if left:
            with at_moment(self._desk.installation, came + timedelta(minutes=max(1, minutes_ago // 2))):
                at_desk.visits.leave(made.id)

    def look(self, ticket_id: UUID) -> None:
        """Let the guard look at the first pass of a permit."""
        guard = as_member(self._desk, self._crew.guard)
        guard.passes.check(guard.passes.of_ticket(ticket_id)[0].serial, "东门")

    def _application(self, permit: DemoPermit) -> NewTicket:
        bounds: tuple[object, ...]
        if permit.by_hour:
            names = ("from_at", "to_at")
            bounds = tuple(self._hour(hours).isoformat(timespec="minutes") for hours in (permit.begins, permit.ends))
        else:
            names = ("valid_from", "valid_to")
            bounds = tuple(self._day(days, 0).date().isoformat() for days in (permit.begins, permit.ends))
        return NewTicket(
            type="permit",
            category=permit.kind,
            description=permit.reason,
            channel="visit",
            contact_name=permit.applicant,
            contact_phone=permit.phone,
            asset_id=self._asset(permit.place),
            place=permit.place,
            fields={**permit.fields, **dict(zip(names, bounds, strict=True))},
        )

    def _consent(self, ticket_id: UUID) -> None:
        """Let the departments that are asked consent."""
        for login in (self._crew.security, self._crew.engineer):
            member = as_member(self._desk, login)
            for asked in member.approvals.inbox():
                if asked.ticket_id == ticket_id:
                    member.decisions.decide(asked.id, Outcome.APPROVE)

    def _move(self, login: str, ticket_id: UUID, name: str, **values: object) -> None:
        person = as_member(self._desk, login)
        person.moves.make(ticket_id, name, person.tickets.find(ticket_id).version, values)

    def _asset(self, name: str) -> UUID | None:
        found = self._desk.assets.by_name(name)
        return found.id if found else None

    def _day(self, days: int, hour: int) -> datetime:
        return (self._now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)

    def _hour(self, hours: int) -> datetime:
        return (self._now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


_REFUSAL: Final[Mapping[str, object]] = {"remark": "内容不适合派发"}

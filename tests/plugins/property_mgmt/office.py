"""A property company with one person of each kind, who do what the flows ask of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gongdan.api import CompanyDesk
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.services.calendars import CalendarDraft
from gongdan.services.duty_rows import DutyView
from gongdan.testing.factories import Factory, People

#: The desk is open from 8 to 19 every day but statutory holidays (004-06-20).
_HOURS = CalendarDraft("前台", ("08:00-19:00",) * 7)


def at(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    """Return a moment of 2026 in Shanghai; 5 March is a Thursday."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


class Office:
    """The people of a company that follows one regulation."""

    def __init__(self, desk: CompanyDesk, people: People, company: CompanyView, pack: str) -> None:
        self.pack = f"property_mgmt.{pack}"
        desk.calendars.save(_HOURS)
        desk.policies.apply(desk.policies.pack(self.pack))
        self.desk = desk
        self.clerk = people("desk_clerk", name="张敏", company=company)
        self.worker = people("repair_worker", name="胡军明", company=company)
        self.staff = people("department_staff", name="林国栋", company=company)
        self.manager = people("department_manager", name="杨军明", company=company)
        self.head = people("project_manager", name="陈建华", company=company)

    def complaint(self, **values: Any) -> TicketView:
        """Let the clerk take a complaint."""
        fields = {"occurred": "昨晚十点", "wish": "九点以后不许开音箱"}
        given = {"type": "complaint", "description": "广场舞音箱太吵", "place": "中心花园", "fields": fields}
        return Factory(self.clerk).ticket(**{**given, **values})

    def repair(self, visit_at: datetime, **values: Any) -> TicketView:
        """Let the clerk take a repair for which a visit has been agreed."""
        fields = {"charge_kind": "free", "visit_at": visit_at.isoformat()}
        given = {"type": "repair", "description": "厨房水龙头滴水", "category": "plumbing", "severity": "normal"}
        return Factory(self.clerk).ticket(**{**given, **values, "fields": fields})

    def move(self, who: CompanyDesk, ticket: TicketView, name: str, **values: str) -> None:
        """Let somebody make a move."""
        who.moves.make(ticket.id, name, who.tickets.find(ticket.id).version, values)

    def grade(self, ticket: TicketView, severity: str, consequence: str = "none") -> None:
        """Let the clerk grade a complaint."""
        self.move(self.clerk, ticket, "grade", severity=severity, consequence=consequence, severity_reason="初判")

    def forward(self, ticket: TicketView) -> None:
        """Let the clerk pass a complaint to the department."""
        self.move(self.clerk, ticket, "forward", assignee=str(self.staff.actor.account_id))

    def reply(self, ticket: TicketView, next_at: datetime) -> None:
        """Let the clerk give an answer and promise the next one."""
        self.move(self.clerk, ticket, "reply", first_reply="正在核实", next_reply_at=next_at.isoformat())

    def establish(self, ticket: TicketView, finding: str = "valid") -> None:
        """Let the department find out what happened."""
        cause = "negligence" if finding == "valid" else "outside_contract"
        self.move(self.staff, ticket, "establish", finding=finding, cause=cause, investigation="已查看监控")

    def finish(self, ticket: TicketView) -> None:
        """Let the department do its work to the end."""
        self.move(self.staff, ticket, "handle", measure="晚九点巡查")
        self.move(self.staff, ticket, "finish", measure="晚九点巡查", result="已停止", standard_met="true")

    def dispatch(self, ticket: TicketView) -> None:
        """Let the clerk send the worker."""
        self.move(self.clerk, ticket, "dispatch", trade="plumber", assignee=str(self.worker.actor.account_id))

    def begin(self, ticket: TicketView) -> None:
        """Let the worker arrive and begin."""
        self.move(self.worker, ticket, "arrive")
        self.move(self.worker, ticket, "start")

    def done(self, ticket: TicketView) -> None:
        """Let the worker end and the customer sign."""
        self.move(self.worker, ticket, "finish", result="更换阀芯", materials="阀芯 1 只", hours="0.4")
        self.move(self.clerk, ticket, "confirm", confirmation_way="signature", confirmed_by="王芳")

    def all(self, ticket: TicketView, rule: str) -> Sequence[DutyView]:
        """Return the duties of a rule, the oldest first."""
        found = [duty for duty in self.desk.duties.of_ticket(ticket.id) if duty.rule == f"property_mgmt.{rule}"]
        return sorted(found, key=lambda duty: (duty.event_at, duty.id))

    def duty(self, ticket: TicketView, rule: str) -> DutyView:
        """Return the latest duty of a rule."""
        return self.all(ticket, rule)[-1]

    def told(self, duty_id: UUID) -> Sequence[tuple[str, str, datetime]]:
        """Return who was told what of a duty and when."""
        return [(step.label, step.receiver, step.at) for step in self.desk.duties.file(duty_id).steps]

"""Plans, their runs, and the things that a run deals with."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified

_OF_COMPANY = text("ticket_id IS NULL")
_OF_TICKET = text("ticket_id IS NOT NULL")
_STANDS = text("cancelled_at IS NULL")


class PlanRow(Identified, CompanyScoped, Base):
    """One series of one rule, for the company or for one ticket."""

    __tablename__ = "plan"
    __table_args__ = (
        Index(
            "uq_plan_company", "company_id", "rule", unique=True, postgresql_where=_OF_COMPANY, sqlite_where=_OF_COMPANY
        ),
        Index("uq_plan_ticket", "ticket_id", "rule", unique=True, postgresql_where=_OF_TICKET, sqlite_where=_OF_TICKET),
    )

    plugin: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(32))
    #: What is done each time, a source text, as the rule said when it began.
    label: Mapped[str] = mapped_column(String(200))
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    state: Mapped[str] = mapped_column(String(16))
    #: From when everything counts, and what set that.
    anchor_at: Mapped[datetime]
    anchor_event: Mapped[str] = mapped_column(String(128))
    #: The moment of the policy that a ticket is pinned to; empty for the policy of each run's own moment.
    policy_at: Mapped[datetime | None]
    #: What draws are made from; no run tells it.
    secret: Mapped[str] = mapped_column(String(32))
    #: Nothing is planned any more whose key is not after this day.
    passed_on: Mapped[date]
    #: Up to when it has been brought.
    looked_at: Mapped[datetime]
    #: The next planned day; empty while something is undecided and when it has ended.
    next_on: Mapped[date | None]
    #: When something is to be done next: a run begins, or another policy comes into force.
    next_at: Mapped[datetime | None]
    #: How many timers it has had; the last one alone counts.
    timer: Mapped[int]
    #: How many runs it has had.
    runs: Mapped[int]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_event: Mapped[str] = mapped_column(String(128))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_by_name: Mapped[str] = mapped_column(String(120))
    #: Why somebody ended it.
    reason: Mapped[str] = mapped_column(Text)


class PlanRunRow(Identified, CompanyScoped, Base):
    """One time of a plan; what is owed of it is a duty."""

    __tablename__ = "plan_run"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        Index("uq_plan_run_key", "plan_id", "key_on", unique=True, postgresql_where=_STANDS, sqlite_where=_STANDS),
        Index("uq_plan_run_day", "plan_id", "planned_for", unique=True, postgresql_where=_STANDS, sqlite_where=_STANDS),
        Index("ix_plan_run_planned", "company_id", "planned_for"),
        Index("ix_plan_run_duty", "duty_id"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    #: Which occurrence it is, see ``domain.recurrences.Occurrence``.
    key_on: Mapped[date]
    #: The day that the recurrence gives, and the one in its place.
    nominal_on: Mapped[date]
    planned_for: Mapped[date]
    phase: Mapped[int]
    begins_at: Mapped[datetime]
    #: Planned days that were merged into it, in ISO form.
    stands_for: Mapped[list[str]]
    #: The hours in which it may be done, as the policy writes them; empty for any.
    window: Mapped[str] = mapped_column("window_text", String(200))
    #: How many things there were on that day; empty for a run without things.
    population: Mapped[int | None]
    #: The share that was drawn, in hundredths, as the policy writes it.
    share: Mapped[str] = mapped_column(String(16))
    #: From which day and things were drawn; empty when nothing was.
    seed: Mapped[str] = mapped_column(String(32))
    #: Empty for a run that nobody has ever owed.
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id"))
    made_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(Text)
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    done_by_name: Mapped[str] = mapped_column(String(120))
    done_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class PlanTargetRow(Identified, CompanyScoped, Base):
    """One thing that a run deals with."""

    __tablename__ = "plan_target"
    __table_args__ = (
        UniqueConstraint("run_id", "target_id"),
        Index("ix_plan_target_round", "plan_id", "round"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("plan_run.id"))
    kind: Mapped[str] = mapped_column(String(64))
    target_id: Mapped[UUID]
    label: Mapped[str] = mapped_column(String(200))
    #: The order in which it was drawn, from 1.
    place: Mapped[int]
    #: The round in which it has its turn, from 1; 0 where nothing is kept of that.
    round: Mapped[int]
    outcome: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    done_by_name: Mapped[str] = mapped_column(String(120))

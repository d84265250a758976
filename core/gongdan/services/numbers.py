"""Giving out ticket numbers: one counter for each type and period, moved on in the same transaction."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.numbering import NumberPattern
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.storage.companies import NumberCounterRow, NumberPatternRow
from gongdan.storage.tenancy import company_of
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


class Numbers:
    """The number patterns of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def pattern(self, session: Session, ticket_type: TicketType) -> NumberPattern:
        """Return the company's own pattern for the type, else the declared one."""
        own = session.scalar(select(NumberPatternRow.pattern).where(NumberPatternRow.ticket_type == ticket_type.name))
        return NumberPattern(own) if own else ticket_type.number

    def set_pattern(self, ticket_type: str, pattern: str) -> None:
        """Give a type a pattern of the company's own; numbers already given stay. Raises ``InvalidInput``."""
        self._desk.require("company.admin")
        if NumberPattern(pattern).problems():
            raise InvalidInput((FieldProblem(
                "pattern", pattern, msg("编号格式须含 {{serial}}，可含 {{yyyy}} {{yy}} {{mm}} {{dd}} {{company}}，日期由大到小"),
                msg("例如 BX{{yyyy}}{{mm}}-{{serial:4}}"), label=msg("编号格式")),))  # fmt: skip
        with self._desk.working() as work:
            row = work.session.scalars(
                select(NumberPatternRow).where(NumberPatternRow.ticket_type == ticket_type)
            ).one_or_none()
            before = row.pattern if row else ""
            if row is None:
                row = NumberPatternRow(ticket_type=ticket_type)
                work.session.add(row)
            row.pattern = pattern
            work.session.flush()
            work.record("number_pattern.set", "number_pattern", row.id, before={"pattern": before},
                        after={"ticket_type": ticket_type, "pattern": pattern})  # fmt: skip

    def take(self, session: Session, ticket_type: TicketType, opened: datetime) -> str:
        """Return the next number for a ticket opened at ``opened`` (aware)."""
        pattern = self.pattern(session, ticket_type)
        local = opened.astimezone(self._desk.zone)
        serial = reserve(session, ticket_type.name, pattern.period(local), 1)
        return pattern.format(self._desk.company.code, local, serial)


def reserve(session: Session, series: str, period: str, count: int) -> int:
    """Take ``count`` consecutive serials of a series and period and return the first one.

    The counter's row stays locked until the transaction ends, so that no two writers get one serial.
    """
    dialect = session.get_bind().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(NumberCounterRow).values(
        id=uuid7(), company_id=company_of(session), series=series, period=period, last=count
    )
    statement = statement.on_conflict_do_update(
        index_elements=["company_id", "series", "period"],
        set_={"last": NumberCounterRow.__table__.c.last + count},
    )
    last = session.execute(statement.returning(NumberCounterRow.last)).scalar_one()
    return int(last) - count + 1

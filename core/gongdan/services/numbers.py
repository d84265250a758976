"""Giving out ticket numbers: one counter for each type and period, moved on in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.numbering import NumberPattern
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import FieldProblem, InvalidInput, NotFound
from gongdan.storage.companies import NumberCounterRow, NumberPatternRow
from gongdan.storage.tenancy import company_of
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest pattern, in characters.
_MAX_PATTERN = 60


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the tickets of one type are numbered."""

    ticket_type: TicketType
    pattern: str
    #: The pattern is the company's own, not the declared one.
    is_own: bool
    #: The number that a ticket opened now would get; nothing is taken.
    next_number: str


class Numbers:
    """The number patterns of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def all(self) -> Sequence[Numbering]:
        """Return how the types of the enabled plugins are numbered."""
        self._desk.require("company.admin")
        types = self._desk.installation.plugins.catalogue.ticket_types.of(self._desk.enabled)
        with self._desk.reading() as session:
            own = dict(session.execute(select(NumberPatternRow.ticket_type, NumberPatternRow.pattern)).all())
            patterns = {one.name: NumberPattern(own[one.name]) if one.name in own else one.number for one in types}
            return tuple(
                Numbering(
                    one, patterns[one.name].pattern, one.name in own, self._next(session, one.name, patterns[one.name])
                )
                for one in types
            )

    def preview(self, ticket_type: str, pattern: str) -> str:
        """Return the next number under a pattern that is not saved yet; raises ``InvalidInput``."""
        self._desk.require("company.admin")
        _check(pattern)
        with self._desk.reading() as session:
            return self._next(session, ticket_type, NumberPattern(pattern))

    def pattern(self, session: Session, ticket_type: TicketType) -> NumberPattern:
        """Return the company's own pattern for the type, else the declared one."""
        own = session.scalar(select(NumberPatternRow.pattern).where(NumberPatternRow.ticket_type == ticket_type.name))
        return NumberPattern(own) if own else ticket_type.number

    def set_pattern(self, ticket_type: str, pattern: str) -> None:
        """Give a type a pattern of the company's own; numbers already given stay. Raises ``InvalidInput``."""
        self._desk.require("company.admin")
        _check(pattern)
        if self._desk.installation.plugins.catalogue.ticket_types.get(ticket_type) is None:
            raise NotFound("ticket_type", ticket_type)
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
            work.record(
                "number_pattern.set",
                "number_pattern",
                row.id,
                before={"pattern": before},
                after={"ticket_type": ticket_type, "pattern": pattern},
            )

    def drop_pattern(self, ticket_type: str) -> None:
        """Go back to the declared pattern; numbers already given stay."""
        self._desk.require("company.admin")
        with self._desk.working() as work:
            row = work.session.scalars(
                select(NumberPatternRow).where(NumberPatternRow.ticket_type == ticket_type)
            ).one_or_none()
            if row is not None:
                work.session.delete(row)
                work.record(
                    "number_pattern.dropped",
                    "number_pattern",
                    row.id,
                    before={"pattern": row.pattern},
                    after={"ticket_type": ticket_type},
                )

    def take(self, session: Session, ticket_type: TicketType, opened: datetime) -> str:
        """Return the next number for a ticket opened at ``opened``, aware; one that another type gave is left out."""
        pattern = self.pattern(session, ticket_type)
        local = opened.astimezone(self._desk.zone)
        while True:
            serial = reserve(session, ticket_type.name, pattern.period(local), 1)
            number = pattern.format(self._desk.company.code, local, serial)
            if not session.scalar(select(TicketRow.id).where(TicketRow.number == number)):
                return number

    def _next(self, session: Session, series: str, pattern: NumberPattern) -> str:
        local = self._desk.installation.clock().astimezone(self._desk.zone)
        last = session.scalar(
            select(NumberCounterRow.last).where(
                NumberCounterRow.series == series, NumberCounterRow.period == pattern.period(local)
            )
        )
        return pattern.format(self._desk.company.code, local, (last or 0) + 1)


def _check(pattern: str) -> None:
    if NumberPattern(pattern).problems() or len(pattern) > _MAX_PATTERN:
        raise InvalidInput(
            (
                FieldProblem(
                    "pattern",
                    pattern,
                    msg("编号格式须含 {{serial}}，可含 {{yyyy}} {{yy}} {{mm}} {{dd}} {{company}}，日期由大到小"),
                    msg("例如 BX{{yyyy}}{{mm}}-{{serial:4}}"),
                    label=msg("编号格式"),
                ),
            )
        )


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
        set_={"last": NumberCounterRow.last + count},
    )
    last = session.execute(statement.returning(NumberCounterRow.last)).scalar_one()
    return int(last) - count + 1

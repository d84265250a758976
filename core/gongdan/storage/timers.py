"""Timers: one row for each thing that is to happen at a time of its own; the durable truth of all executors.

A worker takes timers with a lease and a fencing number. The lease only says who may take them meanwhile; that an
effect happens once is owed to the number, which is compared in the transaction of the effect itself. Leases run on
the clock of the database, due times on that of the desk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Index,
    Interval,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from gongdan.domain.timers import TimerState, TimerView
from gongdan.storage.base import Base, CompanyScoped, Identified, UtcDateTime, UuidColumn
from gongdan.storage.tenancy import company_of

#: A lease that ends later than this was given before the database's clock went back; it holds nobody up.
_LONGEST_LEASE = timedelta(hours=1)

_WAITING = TimerState.WAITING.value


class TimerRow(Identified, CompanyScoped, Base):
    """One thing that is to happen, has happened, or will not."""

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("company_id", "key"),
        Index(
            "ix_timer_ready",
            "company_id",
            "plugin",
            "ready_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_timer_state", "company_id", "state", "due_at"),
    )

    kind: Mapped[str] = mapped_column(String(64))
    #: Compared byte by byte on every database, so that all keys with one beginning lie together.
    key: Mapped[str] = mapped_column(String(200).with_variant(String(200, collation="C"), "postgresql"))
    #: Whose it is; empty for the core.
    plugin: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    ready_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    #: On the database's clock; empty while nobody has taken it.
    lease_until: Mapped[datetime | None]
    fence: Mapped[int]
    tries: Mapped[int]
    last_error: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


def put(session: Session, company_id: UUID, timers: Sequence[Mapping[str, Any]]) -> None:
    """Write timers: kind, key, plugin, due_at, payload, created_at of each. A key that is there is scheduled anew."""
    if not timers:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement: Any = insert(TimerRow)
    given = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["company_id", "key"],
        set_={
            **{name: given[name] for name in ("kind", "plugin", "due_at", "ready_at", "payload", "state", "tries")},
            **{name: given[name] for name in ("last_error", "lease_until", "done_at")},
            "fence": TimerRow.fence + 1,
        },
    )
    fresh = {
        "company_id": company_id, "state": _WAITING, "lease_until": None, "fence": 0, "tries": 0,
        "last_error": "", "done_at": None,
    }  # fmt: skip
    session.execute(statement, [{**fresh, **timer, "id": uuid7(), "ready_at": timer["due_at"]} for timer in timers])


def cancel(session: Session, key: str, now: datetime) -> int:
    """Cancel what waits or is parked under ``key`` or under a key that goes on with a colon; return how many."""
    beginning = key.rstrip(":")
    below = and_(TimerRow.key >= f"{beginning}:", TimerRow.key < f"{beginning};")
    statement = (
        update(TimerRow)
        .where(
            below if key.endswith(":") else or_(TimerRow.key == key, below),
            TimerRow.state.in_((TimerState.WAITING.value, TimerState.PARKED.value)),
        )
        .values(state=TimerState.CANCELLED.value, done_at=now, lease_until=None)
    )
    return _count(session, statement)


def next_ready(session: Session, plugin: str, until: datetime) -> Sequence[tuple[datetime, UUID]]:
    """Return the companies that have a timer to take until then, each with the moment of its first one, in order.

    This looks across companies, at nothing but their keys and that moment.
    """
    dialect = session.get_bind().dialect.name
    times = {"until": until}
    if dialect == "sqlite":
        # PostgreSQL asks its own clock.
        times |= {"clock": datetime.now(UTC), "far": datetime.now(UTC) + _LONGEST_LEASE}
    given = [bindparam(name, value, type_=UtcDateTime()) for name, value in times.items()]
    statement = text(_NEXT_READY[dialect]).bindparams(bindparam("plugin", plugin, type_=String()), *given)
    found = session.execute(statement.columns(company_id=UuidColumn(), ready_at=UtcDateTime()))
    return sorted((ready_at, company_id) for company_id, ready_at in found)


#: On PostgreSQL a function that runs with its owner's rights: row-level security shows a session one company alone.
_NEXT_READY = {
    "postgresql": "SELECT company_id, ready_at FROM gongdan_next_ready(:plugin, :until)",
    "sqlite": """
        SELECT * FROM (
            SELECT company.id AS company_id, (
                SELECT timer.ready_at FROM timer
                WHERE timer.company_id = company.id AND timer.plugin = :plugin AND timer.state = 'waiting'
                  AND timer.ready_at <= :until
                  AND (timer.lease_until IS NULL OR timer.lease_until <= :clock OR timer.lease_until > :far)
                ORDER BY timer.ready_at LIMIT 1
            ) AS ready_at FROM company
        ) WHERE ready_at IS NOT NULL""",
}


def claim(session: Session, plugin: str, until: datetime, *, lot: int, lease: timedelta) -> Sequence[TimerView]:
    """Take up to ``lot`` timers of the session's company, the first ones first; nobody else takes them meanwhile.

    A timer that has been tried before is taken alone, so that one that kills its worker drags no other along.
    """
    free = or_(
        TimerRow.lease_until.is_(None),
        TimerRow.lease_until <= _clock(session, timedelta()),
        TimerRow.lease_until > _clock(session, _LONGEST_LEASE),
    )
    query = (
        select(*_COLUMNS)
        # A parameter would keep both databases from the index of those that wait.
        .where(
            TimerRow.plugin == plugin, TimerRow.state == literal_column("'waiting'"), TimerRow.ready_at <= until, free
        )
        .order_by(TimerRow.ready_at, TimerRow.id)
        .limit(lot)
        .with_for_update(skip_locked=True)
    )
    chosen = list(_together([_view(row) for row in session.execute(query)]))
    claim = {"lease_until": _clock(session, lease), "fence": TimerRow.fence + 1, "tries": TimerRow.tries + 1}
    _update_each(session, chosen, claim)
    return [replace(timer, fence=timer.fence + 1, tries=timer.tries + 1) for timer in chosen]


def _together(found: Sequence[TimerView]) -> Iterator[TimerView]:
    for place, timer in enumerate(found):
        if timer.tries and place:
            return
        yield timer
        if timer.tries:
            return


def is_held(session: Session, timer: TimerView) -> bool:
    """Tell whether nobody has taken, moved or cancelled the timer since it was claimed."""
    query = select(TimerRow.id).where(TimerRow.id == timer.id, TimerRow.fence == timer.fence, _waits(TimerRow.state))
    return session.execute(query).one_or_none() is not None


def end(session: Session, taken: Sequence[TimerView], state: TimerState, now: datetime, *, problem: str = "") -> bool:
    """End claimed timers; False when some are no longer held, and then the caller takes everything back."""
    values = {"state": state.value, "done_at": now, "lease_until": None, "last_error": problem}
    return _update_each(session, taken, values) == len(taken)


def postpone(session: Session, timer: TimerView, ready_at: datetime, problem: str) -> bool:
    """Give a claimed timer back until ``ready_at``; False, and nothing done, when it is no longer held."""
    values = {"ready_at": ready_at, "lease_until": None, "last_error": problem}
    return _update_each(session, [timer], values) == 1


def resume(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> int:
    """Let parked timers wait again, as if they had never been tried; return how many there were."""
    statement = update(TimerRow).where(TimerRow.state == TimerState.PARKED.value, *conditions)
    fresh = {"state": _WAITING, "ready_at": now, "tries": 0, "fence": TimerRow.fence + 1, "done_at": None}
    return _count(session, statement.values(**fresh))


def give_up(session: Session, timer_id: UUID, now: datetime) -> TimerRow | None:
    """Cancel a parked timer and return it; None when there is none. What it was parked for stays in its row."""
    query = select(TimerRow).where(TimerRow.id == timer_id, TimerRow.state == TimerState.PARKED.value)
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is not None:
        row.state, row.done_at, row.fence = TimerState.CANCELLED.value, now, row.fence + 1
    return row


def purge(session: Session, before: datetime, most: int) -> int:
    """Delete up to ``most`` timers of the session's company that ended before a moment; return how many."""
    ended = (TimerState.DONE.value, TimerState.CANCELLED.value)
    query = (
        select(TimerRow.id)
        .where(TimerRow.state.in_(ended), TimerRow.due_at < before, TimerRow.done_at < before)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(query).all()
    return _count(session, delete(TimerRow).where(TimerRow.id.in_(found))) if found else 0


def view(row: TimerRow) -> TimerView:
    """Return a row as its handler and people see it."""
    return _view([getattr(row, column.key) for column in _COLUMNS])


#: In the order of the fields of ``TimerView``.
_COLUMNS: tuple[Any, ...] = (
    TimerRow.id, TimerRow.company_id, TimerRow.kind, TimerRow.key, TimerRow.due_at, TimerRow.ready_at,
    TimerRow.payload, TimerRow.plugin, TimerRow.state, TimerRow.tries, TimerRow.fence, TimerRow.last_error,
    TimerRow.created_at, TimerRow.done_at,
)  # fmt: skip
_STATE = 8


def _view(values: Sequence[Any]) -> TimerView:
    return TimerView(*[*values[:_STATE], TimerState(values[_STATE]), *values[_STATE + 1 :]])


def _update_each(session: Session, held: Sequence[TimerView], values: Mapping[str, Any]) -> int:
    """Change those timers that wait with these numbers; return how many did. One by one, for each has its own number.

    This goes past the ORM, which would take ten times as long, and so names the company itself.
    """
    if not held:
        return 0
    table: Any = inspect(TimerRow).local_table
    statement = update(table).values(values)
    for name in ("id", "fence", "company_id"):
        statement = statement.where(table.c[name] == bindparam(f"held_{name}"))
    claims = [
        {"held_id": timer.id, "held_fence": timer.fence, "held_company_id": company_of(session)} for timer in held
    ]
    result = session.connection().execute(statement.where(_waits(table.c.state)), claims)
    return int(result.rowcount)


def _waits(state: Any) -> ColumnElement[bool]:
    """Ask whether a timer waits that is named by its id.

    "= 'waiting'" would let PostgreSQL take the index of those that wait, which it believes to be empty until it has
    analysed it: then it reads all of them for each one.
    """
    return and_(*(state != other.value for other in TimerState if other is not TimerState.WAITING))


def _clock(session: Session, later: timedelta) -> ColumnElement[datetime]:
    """Return the time on the database's clock; SQLite's is that of this machine."""
    if session.get_bind().dialect.name == "sqlite":
        return literal(datetime.now(UTC) + later, UtcDateTime())
    now = func.timezone("utc", func.clock_timestamp())
    return type_coerce(now + literal(later, Interval()), UtcDateTime())


def _count(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)

"""Notices: what a person is told inside the application."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select, update

from gongdan.services.work import Work
from gongdan.storage.duties import NoticeRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """Something that a person is to be told."""

    kind: str
    #: A source text with placeholders from ``params``.
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
    ticket_id: UUID | None = None
    duty_id: UUID | None = None
    #: When it became true; aware.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """Something a person was told; times are aware, UTC."""

    id: UUID
    #: ``duty.started``, ``duty.warned``, ``duty.missed``, ``duty.escalated``, ``duty.acknowledged`` …
    kind: str
    text: str
    params: Mapping[str, Any]
    ticket_id: UUID | None
    duty_id: UUID | None
    at: datetime
    read_at: datetime | None


class Notices:
    """Use cases around a person's notices; nobody reads another one's."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def mine(self, *, is_unread: bool = False, limit: int = PAGE_SIZE) -> Sequence[NoticeView]:
        """Return the actor's notices, the newest first."""
        query = select(NoticeRow).where(NoticeRow.account_id == self._desk.actor.account_id)
        if is_unread:
            query = query.where(NoticeRow.read_at.is_(None))
        with self._desk.reading() as session:
            rows = session.scalars(query.order_by(NoticeRow.at.desc(), NoticeRow.id.desc()).limit(limit))
            return tuple(map(_view, rows))

    def unread(self) -> int:
        """Return how many notices the actor has not read."""
        query = select(func.count()).where(
            NoticeRow.account_id == self._desk.actor.account_id, NoticeRow.read_at.is_(None)
        )
        with self._desk.reading() as session:
            return session.scalar(query.select_from(NoticeRow)) or 0

    def read(self, notice_ids: Collection[UUID] | None = None) -> None:
        """Mark notices of the actor as read, all of them when none are named."""
        with self._desk.working() as work:
            statement = update(NoticeRow).where(
                NoticeRow.account_id == self._desk.actor.account_id, NoticeRow.read_at.is_(None)
            )
            if notice_ids is not None:
                statement = statement.where(NoticeRow.id.in_(notice_ids))
            work.session.execute(statement.values(read_at=work.now).execution_options(synchronize_session=False))


def tell(work: Work, account_id: UUID, notice: NewNotice) -> None:
    """Tell a person something, with the transaction of its cause."""
    work.session.add(
        NoticeRow(
            account_id=account_id,
            kind=notice.kind,
            text=notice.text,
            params=dict(notice.params),
            ticket_id=notice.ticket_id,
            duty_id=notice.duty_id,
            at=notice.at,
        )
    )


def _view(row: NoticeRow) -> NoticeView:
    return NoticeView(
        id=row.id,
        kind=row.kind,
        text=row.text,
        params=row.params,
        ticket_id=row.ticket_id,
        duty_id=row.duty_id,
        at=row.at,
        read_at=row.read_at,
    )

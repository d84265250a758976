"""The declarative base, column types and the mixin that puts a row under a company."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, LargeBinary, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine
from uuid6 import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC without a zone because SQLite drops zones; comes back aware."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else _utc(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what writes a value; on SQLite straight to text, since imports write hundreds of thousands."""
        return _to_sqlite if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return what reads a value."""
        return _from_sqlite if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        message = f"a time without a zone reached the database: {value!r}"
        raise ValueError(message)
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _to_sqlite(value: datetime | None) -> str | None:
    return None if value is None else _utc(value).isoformat(" ", "microseconds")[:_SQLITE_LENGTH]


def _from_sqlite(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


#: ``2026-03-05 06:30:00.000000``, without the zone.
_SQLITE_LENGTH = 26


class UuidColumn(TypeDecorator[UUID]):
    """A key: PostgreSQL's own type, and 16 bytes on SQLite, where text would double every index."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database keeps."""
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what writes a value."""
        return _uuid_bytes if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return what reads a value."""
        return _uuid_from_bytes if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _uuid_bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _uuid_from_bytes(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


class MoneyColumn(TypeDecorator[Decimal]):
    """An exact amount: an integer count of 1/10 000, since ``Numeric`` on SQLite goes through floats."""

    impl = BigInteger
    cache_ok = True
    SCALE = Decimal(10_000)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        del dialect
        if value is None:
            return None
        scaled = value * self.SCALE
        if scaled != scaled.to_integral_value():
            message = f"an amount has more than four decimals: {value}"
            raise ValueError(message)
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        del dialect
        return None if value is None else Decimal(value) / self.SCALE


class Base(DeclarativeBase):
    """The root of every table, core and plugin."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 -- read by SQLAlchemy as declared
        datetime: UtcDateTime,
        UUID: UuidColumn,
        dict[str, Any]: JSON,
        list[str]: JSON,
        Decimal: MoneyColumn,
    }


class Identified:
    """A row with a uuid7 key: sorted by time of creation."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class CompanyScoped:
    """A row that belongs to one company; every query and every flush is checked by ``tenancy``."""

    @declared_attr
    def company_id(cls) -> Mapped[UUID]:  # noqa: N805 -- a mapped class attribute
        return mapped_column(UuidColumn(), ForeignKey("company.id"), active_history=True)


class Classified:
    """A row with a secrecy class of its own; empty while what is declared for its kind holds."""

    secrecy: Mapped[str] = mapped_column(String(16), server_default="")

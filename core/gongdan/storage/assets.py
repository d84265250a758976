"""Assets: the tree, other names, serial numbers and dated links."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class AssetRow(Identified, CompanyScoped, Base):
    """A thing that tickets are about, at its place in the tree."""

    __tablename__ = "asset"
    __table_args__ = (
        UniqueConstraint("company_id", "path"),
        Index("ix_asset_parent", "parent_id"),
        Index("ix_asset_kind", "company_id", "kind", "path"),
    )

    kind: Mapped[str] = mapped_column(String(64))
    #: Name among its siblings, normalised: ``501``.
    code: Mapped[str] = mapped_column(String(64))
    #: How people call it: ``3-2-501``.
    label: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    #: Codes from the root down: ``/3/2/501``.
    path: Mapped[str] = mapped_column(String(300))
    #: Floor of a unit, slot of a terminal: where it stands in a drawing of its parent.
    position: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(32))
    fields: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    import_run_id: Mapped[UUID | None] = mapped_column(index=True)
    flags: Mapped[list[str]]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared


class AssetAliasRow(Identified, CompanyScoped, Base):
    """Another name of an asset, normalised; old papers keep the old name."""

    __tablename__ = "asset_alias"
    __table_args__ = (UniqueConstraint("company_id", "alias"),)

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
    alias: Mapped[str] = mapped_column(String(200))


class AssetSerialRow(Identified, CompanyScoped, Base):
    """A serial number of an asset: terminal, IMEI, VIN; unique within company and kind."""

    __tablename__ = "asset_serial"
    __table_args__ = (UniqueConstraint("company_id", "kind", "value"),)

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(String(64))


class AssetLinkRow(Identified, CompanyScoped, Base):
    """A dated link from an asset to a party or to another asset; exactly one of the two is set."""

    __tablename__ = "asset_link"
    __table_args__ = (
        Index("ix_asset_link_asset", "asset_id", "role"),
        Index("ix_asset_link_party", "party_id"),
        Index("ix_asset_link_other", "other_asset_id"),
    )

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"))
    role: Mapped[str] = mapped_column(String(32))
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    other_asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    #: First day, inclusive.
    begins: Mapped[date | None]
    #: First day on which it no longer holds; empty while open.
    ends: Mapped[date | None]
    import_run_id: Mapped[UUID | None] = mapped_column(index=True)


def holds_on(day: date) -> ColumnElement[bool]:
    """Select the links whose term includes ``day``."""
    begun = or_(AssetLinkRow.begins.is_(None), AssetLinkRow.begins <= day)
    return and_(begun, or_(AssetLinkRow.ends.is_(None), AssetLinkRow.ends > day))

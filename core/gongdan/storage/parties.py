"""Parties, contact points and dated relations between parties."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, Classified, CompanyScoped, Identified


class PartyRow(Identified, CompanyScoped, Classified, Base):
    """A person or a company that the company deals with."""

    __tablename__ = "party"
    __table_args__ = (
        Index("ix_party_name", "company_id", "name"),
        Index("ix_party_identity", "company_id", "identity_digest"),
    )

    #: ``person`` or ``company``.
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    #: The identity number, encrypted; only the vault can read it.
    identity_cipher: Mapped[str | None] = mapped_column(String(255))
    #: A keyed digest of the normalised number, for finding the same person again.
    identity_digest: Mapped[str | None] = mapped_column(String(64))
    #: What everybody may see of it: ``1101**********002X``.
    identity_mask: Mapped[str] = mapped_column(String(32))
    #: Verdict of the validator: ok, suspect, or empty without a number.
    identity_verdict: Mapped[str] = mapped_column(String(16))
    tier: Mapped[str] = mapped_column(String(32))
    remark: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    import_run_id: Mapped[UUID | None] = mapped_column(index=True)
    flags: Mapped[list[str]]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared


class ContactPointRow(Identified, CompanyScoped, Base):
    """A phone number, mail address or account under which a party is reached."""

    __tablename__ = "contact_point"
    __table_args__ = (
        Index("ix_contact_point_party", "party_id"),
        Index("ix_contact_point_value", "company_id", "normalised"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    #: ``phone``, ``mail``, ``wechat``.
    kind: Mapped[str] = mapped_column(String(16))
    raw: Mapped[str] = mapped_column(String(120))
    normalised: Mapped[str] = mapped_column(String(120))
    verdict: Mapped[str] = mapped_column(String(16))
    verified_at: Mapped[datetime | None]
    #: Purposes the person has agreed to: service, marketing.
    consent: Mapped[list[str]]


class RelationRow(Identified, CompanyScoped, Base):
    """A dated relation between two parties: agent-of, contact-for, family-of."""

    __tablename__ = "relation"
    __table_args__ = (Index("ix_relation_from", "from_id"), Index("ix_relation_to", "to_id"))

    role: Mapped[str] = mapped_column(String(32))
    from_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    begins: Mapped[date | None]
    ends: Mapped[date | None]

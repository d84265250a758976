"""What printing keeps: the codes on papers, companies' layouts and Word templates, and batches of papers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from uuid6 import uuid7

from gongdan.storage.base import Base, CompanyScoped, Identified


class PaperCodeRow(Identified, Base):
    """Which record the code on a paper leads to; it is global, since whoever scans it may be in no company."""

    __tablename__ = "paper_code"

    token: Mapped[str] = mapped_column(String(32), unique=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"))
    #: ``ticket``, ``form`` …
    noun: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[UUID]
    made_at: Mapped[datetime]


class FormLayoutRow(Identified, CompanyScoped, Base):
    """One version of a company's layout of a form kind; an empty text goes back to the shipped one."""

    __tablename__ = "form_layout"
    __table_args__ = (UniqueConstraint("company_id", "kind", "version"),)

    kind: Mapped[str] = mapped_column(String(64))
    #: Counts from 1.
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    made_by_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]


class WordTemplateRow(Identified, CompanyScoped, Base):
    """A Word file that a form kind is filled into."""

    __tablename__ = "word_template"
    __table_args__ = (Index("ix_word_template_kind", "company_id", "kind"),)

    kind: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    #: Hash in the file store.
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    made_by_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class PrintRunRow(Identified, CompanyScoped, Base):
    """A batch of papers that becomes PDFs; it can be stopped and gone on with."""

    __tablename__ = "print_run"
    __table_args__ = (Index("ix_print_run_started", "company_id", "started_at"),)

    #: running, interrupted, finished, discarded.
    state: Mapped[str] = mapped_column(String(16))
    #: Pairs of noun and id, in the order of the papers.
    records: Mapped[list[list[str]]] = mapped_column(JSON)
    papers_done: Mapped[int]
    #: Papers in one PDF.
    per_file: Mapped[int]
    locale: Mapped[str] = mapped_column(String(16))
    #: Address of the installation that codes begin with; empty prints none.
    address: Mapped[str] = mapped_column(String(300))
    #: Number → reason, for records that could not be printed.
    failures: Mapped[dict[str, Any]]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PrintFileRow(Identified, CompanyScoped, Base):
    """One PDF of a batch; its bytes are in the store of prints."""

    __tablename__ = "print_file"
    __table_args__ = (UniqueConstraint("run_id", "place"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("print_run.id"))
    #: Counts from 1.
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    papers: Mapped[int]


def keep_codes(session: Session, codes: Sequence[Mapping[str, object]]) -> None:
    """Write codes that are not there yet."""
    if not codes:
        return
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [{"id": uuid7(), **code} for code in codes]
    session.execute(make(PaperCodeRow).values(rows).on_conflict_do_nothing(index_elements=["token"]))

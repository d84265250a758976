"""Import runs: what was read, how it was mapped, and what became of each row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class ImportRunRow(Identified, CompanyScoped, Base):
    """One file imported once; resumed and undone as a whole."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_started", "company_id", "started_at"),)

    kind: Mapped[str] = mapped_column(String(64))
    plugin: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(255))
    #: SHA-256 of the file: a resumed run must see the same bytes.
    fingerprint: Mapped[str] = mapped_column(String(64))
    #: The sheet that is read and the codec of a text file: a resumed run reads the same.
    sheet: Mapped[str] = mapped_column(String(255))
    encoding: Mapped[str] = mapped_column(String(32))
    #: Column name → heading in the file.
    mapping: Mapped[dict[str, Any]]
    #: running, interrupted, finished, undone.
    state: Mapped[str] = mapped_column(String(16))
    #: Rows of the file that are stored for good; a resumed run goes on after them.
    rows_done: Mapped[int]
    rows_total: Mapped[int]
    #: Verdict or outcome → number of rows.
    counts: Mapped[dict[str, Any]]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportBatchRow(Identified, CompanyScoped, Base):
    """The rows of one transaction of a run, with their verdicts and what undoing needs."""

    __tablename__ = "import_batch"
    __table_args__ = (UniqueConstraint("run_id", "first_row"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))
    first_row: Mapped[int]
    last_row: Mapped[int]
    #: One entry for each row that is worth a word: row, verdict, outcome, reasons, issues.
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: What the batch made and changed, in order: noun, id, and the values before a change.
    effects: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class ImportMappingRow(Identified, CompanyScoped, Base):
    """A remembered mapping for files with the same headings."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("company_id", "kind", "headings_digest"),)

    kind: Mapped[str] = mapped_column(String(64))
    headings_digest: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]]

"""The full-text index: our own Chinese tokens in FTS5 on SQLite and in a ``tsvector`` on PostgreSQL.

Both answer "contains all these tokens"; whether the words stand in a hit as they were typed is checked here
against the stored text. Statements are plain SQL, so each of them names the company itself.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from uuid import UUID

from sqlalchemy import BigInteger, Integer, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from gongdan.domain.searching import begins_in, digits, fold, nearest, query_tokens, terms, tokens, without_phones
from gongdan.storage.base import Base, CompanyScoped
from gongdan.storage.bulk import bulk_insert
from gongdan.storage.tenancy import company_of

#: PostgreSQL takes a little more than this into one ``tsvector``.
_TSVECTOR_BYTES = 900_000

#: How many candidates are read from the index for one search: the ones that were indexed last.
CANDIDATES = 2000


class SearchDocumentRow(CompanyScoped, Base):
    """What can be found of one noun: its words, folded."""

    __tablename__ = "search_document"
    __table_args__ = (UniqueConstraint("subject_id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Document:
    """The words of one noun; ``happened_at`` orders the hits."""

    kind: str
    subject_id: UUID
    words: Sequence[str]
    happened_at: datetime


def add(session: Session, documents: Sequence[Document]) -> None:
    """Index nouns that were not indexed before."""
    rows = [
        {
            "kind": doc.kind,
            "subject_id": doc.subject_id,
            "happened_at": doc.happened_at,
            "text": fold("\n".join(word for word in doc.words if word)),
        }
        for doc in documents
    ]
    if rows:
        _add_rows(session, rows)


def replace(session: Session, document: Document) -> None:
    """Index a noun anew."""
    remove(session, document.kind, [document.subject_id])
    add(session, [document])


def remove(session: Session, kind: str, subject_ids: Sequence[UUID]) -> None:
    """Take nouns out of the index; unknown ones are passed over."""
    for start in range(0, len(subject_ids), 500):
        part = subject_ids[start : start + 500]
        found = session.scalars(
            select(SearchDocumentRow).where(SearchDocumentRow.kind == kind, SearchDocumentRow.subject_id.in_(part))
        ).all()
        for row in found:
            if _is_sqlite(session):
                session.execute(
                    text("INSERT INTO search_token (search_token, rowid, tokens) VALUES ('delete', :id, :tokens)"),
                    {"id": row.id, "tokens": " ".join(tokens(row.text))},
                )
            session.delete(row)
        session.flush()


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody looks for."""

    #: As typed.
    text: str
    #: The same in the spellings in which it may be stored.
    spellings: Sequence[str] = ()
    #: Whether parts of a telephone number find it; else only the whole number does.
    finds_phones: bool = True
    #: Whether a sentence that stands nowhere as typed finds what comes nearest.
    is_loose: bool = False


def find(session: Session, kind: str, asked: Question | str, *, limit: int) -> list[UUID]:
    """Return the nouns that contain every word of what is asked, newest first, at most ``limit``.

    What is found as typed comes before what is found in another spelling.
    """
    question = asked if isinstance(asked, Question) else Question(asked)
    typed = fold(question.text)
    wordings = dict.fromkeys((typed, *map(fold, question.spellings)))
    whole = {digits(word) for wording in wordings for word in (wording, *terms(wording))}
    hits: dict[UUID, None] = {}
    for wording in wordings:
        stands = operator.contains if wording == typed else _begins
        for subject_id, stored in _candidates(session, kind, query_tokens(wording)):
            shown = stored if question.finds_phones else without_phones(stored, whole)
            if all(stands(shown, word) for word in terms(wording)):
                hits[subject_id] = None
                if len(hits) == limit:
                    return list(hits)
    return list(hits) or (_nearest(session, kind, typed, limit) if question.is_loose else [])


def _begins(stored: str, word: str) -> bool:
    return begins_in(word, stored)


def _nearest(session: Session, kind: str, typed: str, limit: int) -> list[UUID]:
    """Return the nouns that come nearest to a sentence, the nearest first, among equals the newest."""
    wanted = nearest(typed)
    if wanted is None:
        return []
    candidates = _candidates(session, kind, wanted.needed, wanted.pairs)
    ranked = [(rank, subject_id) for subject_id, stored in candidates if (rank := wanted.rank(stored))]
    return [subject_id for _, subject_id in sorted(ranked, key=lambda one: one[0], reverse=True)[:limit]]


def _candidates(
    session: Session, kind: str, needed: Sequence[tuple[str, bool]], some: Sequence[str] = ()
) -> list[tuple[UUID, str]]:
    """Return what holds all tokens of ``needed`` and one of ``some``, newest first."""
    company_id = company_of(session)
    if not needed and not some:
        return []
    if _is_sqlite(session):
        parts = [f'"{token}"{" *" if prefix else ""}' for token, prefix in needed]
        match = " AND ".join([*parts, "(" + " OR ".join(f'"{token}"' for token in some) + ")"] if some else parts)
        found = session.execute(
            text(
                "SELECT d.subject_id, d.text, d.happened_at FROM search_token f "
                "JOIN search_document d ON d.id = f.rowid "
                "WHERE f.search_token MATCH :match AND d.company_id = :company AND d.kind = :kind "
                "ORDER BY f.rowid DESC LIMIT :limit"
            ),
            {"match": match, "company": company_id.bytes, "kind": kind, "limit": CANDIDATES},
        )
        newest = sorted(found, key=lambda row: row[2], reverse=True)
        return [(UUID(bytes=row[0]), row[1]) for row in newest]
    parts = [f"'{token}'{':*' if prefix else ''}" for token, prefix in needed]
    match = " & ".join([*parts, "(" + " | ".join(f"'{token}'" for token in some) + ")"] if some else parts)
    found = session.execute(
        text(
            "SELECT subject_id, text FROM search_document WHERE tokens @@ CAST(:match AS tsquery) "
            "AND company_id = :company AND kind = :kind ORDER BY happened_at DESC LIMIT :limit"
        ),
        {"match": match, "company": company_id, "kind": kind, "limit": CANDIDATES},
    )
    return [(row[0], row[1]) for row in found]


def _add_rows(session: Session, rows: list[dict[str, object]]) -> None:
    if not _is_sqlite(session):
        company_id = company_of(session)
        session.connection().execute(
            text(
                "INSERT INTO search_document (company_id, kind, subject_id, text, happened_at, tokens) VALUES "
                "(:company, :kind, :subject_id, :text, :happened_at, array_to_tsvector(CAST(:tokens AS text[])))"
            ),
            [
                {
                    **row,
                    "company": company_id,
                    "tokens": _what_fits(tokens(str(row["text"]))),
                    "happened_at": _naive_utc(row["happened_at"]),
                }
                for row in rows
            ],
        )
        return
    last = session.execute(text("SELECT COALESCE(MAX(id), 0) FROM search_document")).scalar_one()
    numbered = [{**row, "id": last + place} for place, row in enumerate(rows, start=1)]
    bulk_insert(session, SearchDocumentRow, numbered)
    session.connection().exec_driver_sql(
        "INSERT INTO search_token (rowid, tokens) VALUES (?, ?)",
        [(row["id"], " ".join(tokens(row["text"]))) for row in numbered],
    )


def _what_fits(found: Sequence[str]) -> list[str]:
    """Return the first tokens that a ``tsvector`` has room for; a case with a year of notes may have more."""
    sizes = accumulate(len(token.encode()) + 1 for token in found)
    return [token for token, size in zip(found, sizes, strict=True) if size < _TSVECTOR_BYTES]


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _naive_utc(value: object) -> datetime:
    if not isinstance(value, datetime):
        message = f"not a time: {value!r}"
        raise TypeError(message)
    return value.astimezone(UTC).replace(tzinfo=None)

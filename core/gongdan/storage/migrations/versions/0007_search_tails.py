"""The tails of plates and numbers in the search index: what was indexed before is indexed anew."""

import re
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BATCH = 1000
#: PostgreSQL takes a little more than this into one ``tsvector``.
_MOST_BYTES = 900_000
_RUN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+|[a-z0-9]+")
_PLATE = re.compile(r"[a-z](?=[a-z]*[0-9])[0-9a-z]{5,6}")
_NUMBER = re.compile(r"[a-z]{1,8}([0-9]{4,16})")


def upgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        op.execute("INSERT INTO search_token (search_token) VALUES ('delete-all')")
        put = sa.text("INSERT INTO search_token (rowid, tokens) VALUES (:id, :tokens)")
    else:
        put = sa.text("UPDATE search_document SET tokens = array_to_tsvector(CAST(:tokens AS text[])) WHERE id = :id")
    last = 0
    read = sa.text("SELECT id, text FROM search_document WHERE id > :last ORDER BY id LIMIT :batch")
    while found := connection.execute(read, {"last": last, "batch": _BATCH}).all():
        indexed = [(row[0], _tokens(row[1])) for row in found]
        connection.execute(
            put, [{"id": key, "tokens": " ".join(words) if is_sqlite else _what_fits(words)} for key, words in indexed]
        )
        last = found[-1][0]


def downgrade() -> None:
    """Leave the index as it is: the tails do no harm."""


def _tokens(folded: str) -> list[str]:
    found: dict[str, None] = {}
    for run in _RUN.findall(folded):
        if run[0] > "z":
            found.update(dict.fromkeys(["".join(pair) for pair in pairwise(run)] + [run[-1]]))
        else:
            found.update(dict.fromkeys((run[:64], *_tails(run[:64]))))
    return list(found)


def _tails(run: str) -> list[str]:
    if run.isdigit():
        return [run[-4:]] if len(run) == len("13800138000") else []
    if _PLATE.fullmatch(run):
        return [run[start:] for start in range(1, len(run) - 3)]
    number = _NUMBER.fullmatch(run)
    return [number[1]] if number else []


def _what_fits(words: list[str]) -> list[str]:
    size, kept = 0, []
    for word in words:
        size += len(word.encode()) + 1
        if size < _MOST_BYTES:
            kept.append(word)
    return kept

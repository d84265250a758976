"""The tails of plates and numbers in the search index: what was indexed before is indexed anew."""

import sqlalchemy as sa
from alembic import op

from gongdan.domain.searching import tokens
from gongdan.storage.search import what_fits

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BATCH = 1000


def upgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        op.execute("INSERT INTO search_token (search_token) VALUES ('delete-all')")
        put = "INSERT INTO search_token (rowid, tokens) VALUES (:id, :tokens)"
    else:
        put = "UPDATE search_document SET tokens = array_to_tsvector(CAST(:tokens AS text[])) WHERE id = :id"
    last = 0
    read = sa.text("SELECT id, text FROM search_document WHERE id > :last ORDER BY id LIMIT :batch")
    while found := connection.execute(read, {"last": last, "batch": _BATCH}).all():
        indexed = [(row[0], tokens(row[1])) for row in found]
        connection.execute(
            sa.text(put),
            [{"id": key, "tokens": " ".join(words) if is_sqlite else what_fits(words)} for key, words in indexed],
        )
        last = found[-1][0]


def downgrade() -> None:
    """Leave the index as it is: the tails do no harm, and an older version reads no more of it."""

"""Secrecy"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
#: Rights that came with this revision, for the roles that companies have already.
_GRANTS = {
    "administrator": {
        "secrecy.audit",
        "secrecy.classify",
        "secrecy.consent",
        "secrecy.declassify",
        "secrecy.destroy",
        "secrecy.read",
    },
    "supervisor": {"secrecy.classify", "secrecy.read"},
    "agent": {"secrecy.read"},
    "worker": {"secrecy.read"},
}


def upgrade() -> None:
    _grant()
    for table in ("party", "ticket"):
        op.add_column(table, sa.Column("secrecy", sa.String(length=16), server_default="", nullable=False))
    op.create_table(
        "secrecy_access",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("record_id", _KEY, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("account_id", _KEY, nullable=True),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("reason_kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", _KEY, nullable=True),
        sa.Column("decided_by_name", sa.String(length=120), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_secrecy_access_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_secrecy_access_company_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_secrecy_access_decided_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_secrecy_access_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secrecy_access")),
    )
    with op.batch_alter_table("secrecy_access", schema=None) as batch_op:
        batch_op.create_index("ix_secrecy_access_record", ["record_id", "account_id"], unique=False)
        batch_op.create_index("ix_secrecy_access_state", ["company_id", "state"], unique=False)

    op.create_table(
        "secrecy_reading",
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", _KEY, nullable=True),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("record_id", _KEY, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("reason_kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("access_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_secrecy_reading_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secrecy_reading")),
    )
    with op.batch_alter_table("secrecy_reading", schema=None) as batch_op:
        batch_op.create_index("ix_secrecy_reading_at", ["company_id", "at"], unique=False)
        batch_op.create_index("ix_secrecy_reading_record", ["record_id", "at"], unique=False)


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    op.drop_table("secrecy_reading")
    op.drop_table("secrecy_access")
    for table in ("ticket", "party"):
        op.drop_column(table, "secrecy")

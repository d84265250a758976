"""Policy lines"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")

_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
#: Companies that are there already give their own roles what new ones begin with.
_GRANTS = {"administrator": {"policy.view", "policy.admin"}, "supervisor": {"policy.view"}}


def upgrade() -> None:
    _grant()
    op.create_table(
        "policy_run",
        sa.Column("pack", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("effective_from", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", _KEY, nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_policy_run_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_run")),
    )
    op.create_table(
        "policy_line",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=True),
        sa.Column("effective_from", sa.DateTime(), nullable=False),
        sa.Column("clause", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", _KEY, nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("run_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_policy_line_company_id")),
        sa.ForeignKeyConstraint(["run_id"], ["policy_run.id"], name=op.f("fk_policy_line_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_line")),
        sa.UniqueConstraint(
            "company_id", "key", "effective_from", name=op.f("uq_policy_line_company_id_key_effective_from")
        ),
    )


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    op.drop_table("policy_line")
    op.drop_table("policy_run")

"""Timers"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timer",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("ready_at", sa.DateTime(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("company_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_timer_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_timer_company_id_key")),
    )
    op.create_index("ix_timer_state", "timer", ["company_id", "state", "due_at"])
    op.create_index(
        "ix_timer_ready",
        "timer",
        ["company_id", "plugin", "ready_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _let_executors_look()


def _let_executors_look() -> None:
    """Tell an executor which companies have something to do, and nothing else: row-level security hides the rest."""
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.execute("""
        CREATE FUNCTION gongdan_next_ready(wanted varchar, until timestamp)
        RETURNS TABLE (company_id uuid, ready_at timestamp)
        LANGUAGE sql STABLE SECURITY DEFINER
        AS $$
            SELECT company.id, first.ready_at FROM company CROSS JOIN LATERAL (
                SELECT timer.ready_at FROM timer
                WHERE timer.company_id = company.id AND timer.plugin = wanted AND timer.state = 'waiting'
                  AND timer.ready_at <= until
                  AND (timer.lease_until IS NULL
                       OR timer.lease_until <= timezone('utc', clock_timestamp())
                       OR timer.lease_until > timezone('utc', clock_timestamp()) + interval '1 hour')
                ORDER BY timer.ready_at LIMIT 1
            ) AS first
        $$
    """)
    op.execute(f"ALTER FUNCTION gongdan_next_ready(varchar, timestamp) SET search_path = {schema}, pg_temp")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gongdan_next_ready(varchar, timestamp)")
    op.drop_index("ix_timer_ready", table_name="timer")
    op.drop_index("ix_timer_state", table_name="timer")
    op.drop_table("timer")

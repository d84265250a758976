"""Plans"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
_LEAD = {"plan.do", "plan.manage", "plan.view"}
#: Rights that came with this revision, for the roles that companies have already.
_GRANTS = {
    "administrator": _LEAD,
    "supervisor": _LEAD,
    "agent": {"plan.view"},
    "worker": {"plan.view"},
    "observer": {"plan.view"},
}


def upgrade() -> None:
    _grant()
    op.create_table(
        "plan",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("anchor_at", sa.DateTime(), nullable=False),
        sa.Column("anchor_event", sa.String(length=128), nullable=False),
        sa.Column("policy_at", sa.DateTime(), nullable=True),
        sa.Column("secret", sa.String(length=32), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("looked_at", sa.DateTime(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("timer", sa.Integer(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("end_event", sa.String(length=128), nullable=False),
        sa.Column("ended_by", _KEY, nullable=True),
        sa.Column("ended_by_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_plan_company_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_plan_ended_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_plan_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(
            "uq_plan_company",
            ["company_id", "rule"],
            unique=True,
            postgresql_where=sa.text("ticket_id IS NULL"),
            sqlite_where=sa.text("ticket_id IS NULL"),
        )
        batch_op.create_index(
            "uq_plan_ticket",
            ["ticket_id", "rule"],
            unique=True,
            postgresql_where=sa.text("ticket_id IS NOT NULL"),
            sqlite_where=sa.text("ticket_id IS NOT NULL"),
        )

    op.create_table(
        "plan_run",
        sa.Column("plan_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_on", sa.Date(), nullable=False),
        sa.Column("nominal_on", sa.Date(), nullable=False),
        sa.Column("planned_for", sa.Date(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("stands_for", sa.JSON(), nullable=False),
        sa.Column("window_text", sa.String(length=200), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("share", sa.String(length=16), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("duty_id", _KEY, nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("done_by", _KEY, nullable=True),
        sa.Column("done_by_name", sa.String(length=120), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_plan_run_company_id")),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_plan_run_done_by")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_plan_run_duty_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_run_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_run")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_run_plan_id_number")),
    )
    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.create_index("ix_plan_run_duty", ["duty_id"], unique=False)
        batch_op.create_index("ix_plan_run_planned", ["company_id", "planned_for"], unique=False)
        batch_op.create_index(
            "uq_plan_run_day",
            ["plan_id", "planned_for"],
            unique=True,
            postgresql_where=sa.text("cancelled_at IS NULL"),
            sqlite_where=sa.text("cancelled_at IS NULL"),
        )
        batch_op.create_index(
            "uq_plan_run_key",
            ["plan_id", "key_on"],
            unique=True,
            postgresql_where=sa.text("cancelled_at IS NULL"),
            sqlite_where=sa.text("cancelled_at IS NULL"),
        )

    op.create_table(
        "plan_target",
        sa.Column("plan_id", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("target_id", _KEY, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", _KEY, nullable=True),
        sa.Column("done_by_name", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_plan_target_company_id")),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_plan_target_done_by")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_target_plan_id")),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"], name=op.f("fk_plan_target_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_target")),
        sa.UniqueConstraint("run_id", "target_id", name=op.f("uq_plan_target_run_id_target_id")),
    )
    with op.batch_alter_table("plan_target", schema=None) as batch_op:
        batch_op.create_index("ix_plan_target_round", ["plan_id", "round"], unique=False)


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    op.drop_table("plan_target")
    op.drop_table("plan_run")
    op.drop_table("plan")

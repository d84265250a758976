"""Duties"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")

_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
#: Companies that are there already give their own roles what new ones begin with.
_GRANTS = {"administrator": {"duty.team", "duty.waive"}, "supervisor": {"duty.team", "duty.waive"}}


def upgrade() -> None:
    _grant()
    op.create_table(
        "notice",
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=True),
        sa.Column("duty_id", _KEY, nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_notice_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_account", ["account_id", "at"], unique=False)
        batch_op.create_index(
            "ix_notice_unread",
            ["account_id", "company_id"],
            unique=False,
            postgresql_where=sa.text("read_at IS NULL"),
            sqlite_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "duty",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", _KEY, nullable=False),
        sa.Column("ticket_id", _KEY, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("debtor_id", _KEY, nullable=True),
        sa.Column("debtor_role", sa.String(length=64), nullable=False),
        sa.Column("debtor_department_id", _KEY, nullable=True),
        sa.Column("debtor_why", sa.JSON(), nullable=False),
        sa.Column("start_event", sa.String(length=128), nullable=False),
        sa.Column("event_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("is_promised", sa.Boolean(), nullable=False),
        sa.Column("policy_key", sa.String(length=120), nullable=False),
        sa.Column("policy_at", sa.DateTime(), nullable=False),
        sa.Column("policy_line_id", _KEY, nullable=True),
        sa.Column("limit_text", sa.String(length=200), nullable=False),
        sa.Column("calendar", sa.String(length=200), nullable=False),
        sa.Column("calendar_department_id", _KEY, nullable=True),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("timer", sa.Integer(), nullable=False),
        sa.Column("missed_at", sa.DateTime(), nullable=True),
        sa.Column("met_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("end_event", sa.String(length=128), nullable=False),
        sa.Column("ended_by", _KEY, nullable=True),
        sa.Column("ended_by_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state_before", sa.String(length=16), nullable=False),
        sa.Column("follows_id", _KEY, nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
        sa.Column("acknowledged_by", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["account.id"], name=op.f("fk_duty_acknowledged_by")),
        sa.ForeignKeyConstraint(
            ["calendar_department_id"], ["department.id"], name=op.f("fk_duty_calendar_department_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_duty_company_id")),
        sa.ForeignKeyConstraint(["debtor_department_id"], ["department.id"], name=op.f("fk_duty_debtor_department_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["account.id"], name=op.f("fk_duty_debtor_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_duty_ended_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_duty_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(
            "ix_duty_debtor",
            ["debtor_id", "due_at"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_duty_live",
            ["company_id", "due_at", "id"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_duty_subject", ["subject_id"], unique=False)
        batch_op.create_index("ix_duty_ticket", ["ticket_id", "rule"], unique=False)

    op.create_table(
        "duty_pause",
        sa.Column("duty_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", _KEY, nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("cap_at", sa.DateTime(), nullable=True),
        sa.Column("end_event", sa.String(length=128), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_duty_pause_actor_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_duty_pause_company_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_duty_pause_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_pause")),
    )
    with op.batch_alter_table("duty_pause", schema=None) as batch_op:
        batch_op.create_index("ix_duty_pause_duty", ["duty_id", "begins_at"], unique=False)

    op.create_table(
        "duty_step",
        sa.Column("duty_id", _KEY, nullable=False),
        sa.Column("point", sa.String(length=128), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("receiver_id", _KEY, nullable=True),
        sa.Column("receiver_why", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_duty_step_company_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_duty_step_duty_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["account.id"], name=op.f("fk_duty_step_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_step")),
        sa.UniqueConstraint("duty_id", "point", "receiver_id", name=op.f("uq_duty_step_duty_id_point_receiver_id")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("policy_at", sa.DateTime(), nullable=True))


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_column("policy_at")

    op.drop_table("duty_step")
    with op.batch_alter_table("duty_pause", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_pause_duty")

    op.drop_table("duty_pause")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_ticket")
        batch_op.drop_index("ix_duty_subject")
        batch_op.drop_index(
            "ix_duty_live", postgresql_where=sa.text("ended_at IS NULL"), sqlite_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(
            "ix_duty_debtor", postgresql_where=sa.text("ended_at IS NULL"), sqlite_where=sa.text("ended_at IS NULL")
        )

    op.drop_table("duty")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notice_unread", postgresql_where=sa.text("read_at IS NULL"), sqlite_where=sa.text("read_at IS NULL")
        )
        batch_op.drop_index("ix_notice_account")

    op.drop_table("notice")

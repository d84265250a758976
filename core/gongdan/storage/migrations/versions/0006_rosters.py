"""Rosters, the duty log and handovers"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
_LEAD = {"duty_log.write", "party.phone", "roster.admin", "roster.view", "ticket.correct"}
#: Rights that came with this revision, for the roles that companies have already.
_GRANTS = {
    "administrator": _LEAD,
    "supervisor": _LEAD,
    "agent": {"duty_log.write", "party.phone", "roster.view"},
    "worker": {"party.phone", "roster.view"},
    "observer": {"roster.view"},
}


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("account_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("deputy_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("company_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_absence_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_absence_company_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["account.id"], name=op.f("fk_absence_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_account", ["account_id", "begins_at"], unique=False)
        batch_op.create_index("ix_absence_begins", ["company_id", "begins_at"], unique=False)

    op.create_table(
        "handover",
        sa.Column("department_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("outgoing_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("incoming_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("is_desk_tidy", sa.Boolean(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("has_read_log", sa.Boolean(), nullable=False),
        sa.Column("is_area_normal", sa.Boolean(), nullable=True),
        sa.Column("area_remark", sa.Text(), nullable=False),
        sa.Column("area_explanation", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("outgoing_signed_at", sa.DateTime(), nullable=True),
        sa.Column("incoming_signed_at", sa.DateTime(), nullable=True),
        sa.Column("matters", sa.JSON(), nullable=False),
        sa.Column("takeover_by", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
        sa.Column("takeover_name", sa.String(length=120), nullable=False),
        sa.Column("takeover_reason", sa.Text(), nullable=False),
        sa.Column("takeover_at", sa.DateTime(), nullable=True),
        sa.Column("takeover_keys", sa.JSON(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("company_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_handover_company_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_handover_department_id")),
        sa.ForeignKeyConstraint(["incoming_id"], ["account.id"], name=op.f("fk_handover_incoming_id")),
        sa.ForeignKeyConstraint(["outgoing_id"], ["account.id"], name=op.f("fk_handover_outgoing_id")),
        sa.ForeignKeyConstraint(["takeover_by"], ["account.id"], name=op.f("fk_handover_takeover_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index("ix_handover_begun", ["company_id", "department_id", "begun_at"], unique=False)

    op.create_table(
        "shift",
        sa.Column("department_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("company_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_shift_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_shift_company_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_shift_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index("ix_shift_account", ["account_id", "begins_at"], unique=False)
        batch_op.create_index("ix_shift_begins", ["company_id", "begins_at"], unique=False)

    op.create_table(
        "duty_log_entry",
        sa.Column("department_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_important", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
        sa.Column("settles_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
        sa.Column("checks_page", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
        sa.Column("author_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("company_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_duty_log_entry_author_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_duty_log_entry_company_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["duty_log_entry.id"], name=op.f("fk_duty_log_entry_corrects_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_duty_log_entry_department_id")),
        sa.ForeignKeyConstraint(["settles_id"], ["duty_log_entry.id"], name=op.f("fk_duty_log_entry_settles_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_duty_log_entry_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_log_entry")),
        sa.UniqueConstraint(
            "company_id",
            "department_id",
            "page",
            "line",
            name=op.f("uq_duty_log_entry_company_id_department_id_page_line"),
        ),
    )
    with op.batch_alter_table("duty_log_entry", schema=None) as batch_op:
        batch_op.create_index("ix_duty_log_entry_corrects", ["corrects_id"], unique=False)
        batch_op.create_index("ix_duty_log_entry_day", ["company_id", "department_id", "day"], unique=False)
        batch_op.create_index("ix_duty_log_entry_settles", ["settles_id"], unique=False)

    op.create_table(
        "shift_swap",
        sa.Column("asker_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("other_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("given_shift_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("taken_shift_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
        sa.Column("decided_name", sa.String(length=120), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("company_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["asker_id"], ["account.id"], name=op.f("fk_shift_swap_asker_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_shift_swap_company_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_shift_swap_decided_by")),
        sa.ForeignKeyConstraint(["given_shift_id"], ["shift.id"], name=op.f("fk_shift_swap_given_shift_id")),
        sa.ForeignKeyConstraint(["other_id"], ["account.id"], name=op.f("fk_shift_swap_other_id")),
        sa.ForeignKeyConstraint(["taken_shift_id"], ["shift.id"], name=op.f("fk_shift_swap_taken_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_swap")),
    )
    with op.batch_alter_table("shift_swap", schema=None) as batch_op:
        batch_op.create_index("ix_shift_swap_asked", ["company_id", "asked_at"], unique=False)
        batch_op.create_index("ix_shift_swap_given", ["given_shift_id"], unique=False)
        batch_op.create_index("ix_shift_swap_taken", ["taken_shift_id"], unique=False)

    op.create_table(
        "stand_in",
        sa.Column("shift_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.Column("company_id", sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stand_in_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_stand_in_company_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_stand_in_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
    )
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.create_index("ix_stand_in_shift", ["shift_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        # On PostgreSQL the application's role has no right to do either.
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER duty_log_entry_no_{act.lower()} BEFORE {act} ON duty_log_entry "
                "BEGIN SELECT RAISE(ABORT, 'the duty log is append-only'); END"
            )
    _grant()


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.drop_index("ix_stand_in_shift")

    op.drop_table("stand_in")
    with op.batch_alter_table("shift_swap", schema=None) as batch_op:
        batch_op.drop_index("ix_shift_swap_taken")
        batch_op.drop_index("ix_shift_swap_given")
        batch_op.drop_index("ix_shift_swap_asked")

    op.drop_table("shift_swap")
    with op.batch_alter_table("duty_log_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_log_entry_settles")
        batch_op.drop_index("ix_duty_log_entry_day")
        batch_op.drop_index("ix_duty_log_entry_corrects")

    op.drop_table("duty_log_entry")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index("ix_shift_begins")
        batch_op.drop_index("ix_shift_account")

    op.drop_table("shift")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index("ix_handover_begun")

    op.drop_table("handover")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_begins")
        batch_op.drop_index("ix_absence_account")

    op.drop_table("absence")

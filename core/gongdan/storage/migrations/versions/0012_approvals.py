"""Approvals"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_COMPANY = sa.table("company", sa.column("id", _KEY))
_ROLE = sa.table(
    "role",
    sa.column("id", _KEY),
    sa.column("company_id", _KEY),
    sa.column("name", sa.String),
    sa.column("label", sa.String),
    sa.column("permissions", sa.JSON),
)
#: Rights that came with this revision, for the roles that companies have already.
_GRANTS = {
    "administrator": {"approval.ask", "approval.view"},
    "supervisor": {"approval.ask", "approval.view"},
    "agent": {"approval.ask"},
    "worker": {"approval.ask"},
}
#: The role that came with it.
_GENERAL_MANAGER = [
    "approval.ask",
    "approval.view",
    "asset.view",
    "duty.team",
    "journal.view",
    "note.write",
    "party.view",
    "plan.view",
    "policy.view",
    "roster.view",
    "ticket.move",
    "ticket.view",
]


def upgrade() -> None:
    _grant()
    _add_role()
    op.create_table(
        "approval",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=128), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", _KEY, nullable=False),
        sa.Column("subject_label", sa.String(length=300), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("department_id", _KEY, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("step_order", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("approved_values", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("policy_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", _KEY, nullable=True),
        sa.Column("asked_by_name", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("event", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("follows_id", _KEY, nullable=True),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("used_by", sa.String(length=64), nullable=False),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.Column("duty_id", _KEY, nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("end_event", sa.String(length=128), nullable=False),
        sa.Column("end_values", sa.JSON(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_approval_asked_by")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_approval_company_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_approval_department_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_approval_duty_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_approval_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index("ix_approval_asked", ["asked_by", "asked_at"], unique=False)
        batch_op.create_index(
            "ix_approval_live",
            ["company_id", "asked_at"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_approval_subject", ["subject_id", "rule"], unique=False)

    op.create_table(
        "approval_step",
        sa.Column("approval_id", _KEY, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("of_rule", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("is_beyond", sa.Boolean(), nullable=False),
        sa.Column("duty_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_step_approval_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_approval_step_company_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_approval_step_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_step")),
        sa.UniqueConstraint("approval_id", "place", name=op.f("uq_approval_step_approval_id_place")),
    )

    op.create_table(
        "approval_seat",
        sa.Column("approval_id", _KEY, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_approval_seat_account_id")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_seat_approval_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_approval_seat_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_seat")),
        sa.UniqueConstraint(
            "approval_id", "place", "account_id", name=op.f("uq_approval_seat_approval_id_place_account_id")
        ),
    )
    with op.batch_alter_table("approval_seat", schema=None) as batch_op:
        batch_op.create_index("ix_approval_seat_account", ["account_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("approval_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("decided_by", _KEY, nullable=True),
        sa.Column("decided_by_name", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.Column("is_spoken", sa.Boolean(), nullable=False),
        sa.Column("spoken_at", sa.DateTime(), nullable=True),
        sa.Column("spoken_channel", sa.String(length=32), nullable=False),
        sa.Column("reverses_id", _KEY, nullable=True),
        sa.Column("confirms_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_decision_account_id")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_decision_approval_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_decision_company_id")),
        sa.ForeignKeyConstraint(["confirms_id"], ["decision.id"], name=op.f("fk_decision_confirms_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_decision_decided_by")),
        sa.ForeignKeyConstraint(["reverses_id"], ["decision.id"], name=op.f("fk_decision_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("approval_id", "number", name=op.f("uq_decision_approval_id_number")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_account", ["account_id", "decided_at"], unique=False)
        batch_op.create_index("ix_decision_decided_by", ["decided_by", "decided_at"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        # On PostgreSQL the application's role has no right to do either.
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER decision_no_{act.lower()} BEFORE {act} ON decision "
                "BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END"
            )


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def _add_role() -> None:
    """Give every company the role, unless it has made one of that name itself."""
    connection = op.get_bind()
    have = _ids(connection, _ROLE.c.company_id, _ROLE.c.name == "general_manager")
    for company_id in _ids(connection, _COMPANY.c.id) - have:
        role = {"name": "general_manager", "label": "总经理", "permissions": _GENERAL_MANAGER}
        key = uuid.uuid4()
        connection.execute(
            sa.insert(_ROLE).values(
                id=key.bytes if connection.dialect.name == "sqlite" else key, company_id=company_id, **role
            )
        )


def _ids(connection: sa.Connection, column: sa.ColumnClause[object], *only: sa.ColumnElement[bool]) -> set[object]:
    return set(connection.execute(sa.select(column).where(*only)).scalars())


def downgrade() -> None:
    op.drop_table("decision")
    op.drop_table("approval_seat")
    op.drop_table("approval_step")
    op.drop_table("approval")

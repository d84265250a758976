"""Custody"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
_KEEP = {"custody.keep", "custody.view"}
#: Rights that came with this revision, for the roles that companies have already.
_GRANTS = {
    "administrator": _KEEP,
    "supervisor": _KEEP,
    "agent": _KEEP,
    "worker": {"custody.view"},
    "observer": {"custody.view"},
}


def upgrade() -> None:
    _grant()
    op.create_table(
        "custody_item",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("asset_id", _KEY, nullable=True),
        sa.Column("party_id", _KEY, nullable=True),
        sa.Column("department_id", _KEY, nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("mark", sa.String(length=60), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_custody_item_asset_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_custody_item_company_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_custody_item_department_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_custody_item_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_item")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_custody_item_company_id_code")),
    )
    with op.batch_alter_table("custody_item", schema=None) as batch_op:
        batch_op.create_index("ix_custody_item_asset", ["asset_id"], unique=False)
        batch_op.create_index("ix_custody_item_department", ["department_id", "state"], unique=False)
        batch_op.create_index("ix_custody_item_kind", ["company_id", "kind", "code"], unique=False)

    op.create_table(
        "custody_loan",
        sa.Column("item_id", _KEY, nullable=False),
        sa.Column("account_id", _KEY, nullable=True),
        sa.Column("party_id", _KEY, nullable=True),
        sa.Column("borrower", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("lent_at", sa.DateTime(), nullable=False),
        sa.Column("lent_by", _KEY, nullable=True),
        sa.Column("lent_by_name", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("duty_id", _KEY, nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("end_act", sa.String(length=16), nullable=False),
        sa.Column("ended_by_name", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_custody_loan_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_custody_loan_company_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_custody_loan_duty_id")),
        sa.ForeignKeyConstraint(["item_id"], ["custody_item.id"], name=op.f("fk_custody_loan_item_id")),
        sa.ForeignKeyConstraint(["lent_by"], ["account.id"], name=op.f("fk_custody_loan_lent_by")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_custody_loan_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_loan")),
    )
    is_open = {"postgresql_where": sa.text("ended_at IS NULL"), "sqlite_where": sa.text("ended_at IS NULL")}
    with op.batch_alter_table("custody_loan", schema=None) as batch_op:
        batch_op.create_index("ix_custody_loan_account", ["account_id", "ended_at"], unique=False)
        batch_op.create_index("ix_custody_loan_party", ["party_id"], unique=False)
        batch_op.create_index("ix_custody_loan_until", ["company_id", "until"], unique=False, **is_open)
        batch_op.create_index("uq_custody_loan_open", ["item_id"], unique=True, **is_open)

    op.create_table(
        "custody_move",
        sa.Column("item_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("loan_id", _KEY, nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", _KEY, nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_custody_move_actor_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_custody_move_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["custody_item.id"], name=op.f("fk_custody_move_item_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["custody_loan.id"], name=op.f("fk_custody_move_loan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_move")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_custody_move_item_id_number")),
    )
    with op.batch_alter_table("custody_move", schema=None) as batch_op:
        batch_op.create_index("ix_custody_move_at", ["company_id", "at"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        # On PostgreSQL the application's role has no right to do either.
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER custody_move_no_{act.lower()} BEFORE {act} ON custody_move "
                "BEGIN SELECT RAISE(ABORT, 'the moves of custody are append-only'); END"
            )


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    op.drop_table("custody_move")
    op.drop_table("custody_loan")
    op.drop_table("custody_item")

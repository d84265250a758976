"""Letters and leavers"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
_OFFICE = {"circulation.draft", "circulation.office", "circulation.view"}
#: Rights that came with this revision, for the roles that companies have already.
_GRANTS = {
    "administrator": {*_OFFICE, "circulation.instruct", "circulation.sign", "leaver.information", "leaver.manage"},
    "supervisor": {*_OFFICE, "circulation.sign"},
    "agent": _OFFICE,
}
_APPEND_ONLY = ("letter_text", "letter_entry")


def upgrade() -> None:
    _grant()
    op.create_table(
        "letter",
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("foreign_number", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("department_id", _KEY, nullable=True),
        sa.Column("manager_id", _KEY, nullable=False),
        sa.Column("begun_by", _KEY, nullable=True),
        sa.Column("begun_by_name", sa.String(length=120), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_text", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("filed_at", sa.DateTime(), nullable=True),
        sa.Column("item_id", _KEY, nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["begun_by"], ["account.id"], name=op.f("fk_letter_begun_by")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_letter_company_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_letter_department_id")),
        sa.ForeignKeyConstraint(["item_id"], ["custody_item.id"], name=op.f("fk_letter_item_id")),
        sa.ForeignKeyConstraint(["manager_id"], ["account.id"], name=op.f("fk_letter_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_letter_company_id_number")),
    )
    op.create_index("ix_letter_begun", "letter", ["company_id", "direction", "begun_at"], unique=False)
    op.create_index("ix_letter_state", "letter", ["company_id", "state"], unique=False)
    op.create_table(
        "letter_text",
        sa.Column("letter_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", _KEY, nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_letter_text_author_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_letter_text_company_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_text_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_text")),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_letter_text_letter_id_number")),
    )
    op.create_table(
        "letter_step",
        sa.Column("letter_id", _KEY, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("carried_by_name", sa.String(length=120), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by_name", sa.String(length=120), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("duty_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_letter_step_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_letter_step_company_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_letter_step_duty_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_step_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_step")),
        sa.UniqueConstraint("letter_id", "place", name=op.f("uq_letter_step_letter_id_place")),
    )
    op.create_index("ix_letter_step_account", "letter_step", ["account_id", "state"], unique=False)
    op.create_table(
        "letter_entry",
        sa.Column("letter_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", _KEY, nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_letter_entry_actor_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_letter_entry_company_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_entry_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_entry")),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_letter_entry_letter_id_number")),
    )
    op.create_table(
        "leaving",
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("begun_by_name", sa.String(length=120), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("receiver_id", _KEY, nullable=False),
        sa.Column("information_id", _KEY, nullable=False),
        sa.Column("receiver_signed_at", sa.DateTime(), nullable=True),
        sa.Column("information_signed_at", sa.DateTime(), nullable=True),
        sa.Column("takers", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_leaving_account_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_leaving_company_id")),
        sa.ForeignKeyConstraint(["information_id"], ["account.id"], name=op.f("fk_leaving_information_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["account.id"], name=op.f("fk_leaving_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaving")),
    )
    op.create_index("ix_leaving_begun", "leaving", ["company_id", "begun_at"], unique=False)
    op.create_index(
        "uq_leaving_open",
        "leaving",
        ["company_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # On PostgreSQL the application's role has no right to do either.
        for table in _APPEND_ONLY:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the texts and the trail of letters are append-only'); END"
                )


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    op.drop_table("leaving")
    op.drop_table("letter_entry")
    op.drop_table("letter_step")
    op.drop_table("letter_text")
    op.drop_table("letter")

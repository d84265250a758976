"""Forms"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
#: What the hash of a filed form seals; the rest says what became of it.
_SEALED = (
    "plugin", "kind", "kind_version", "ticket_id", "round", "number", "edition", "content", "hash", "filed_at",
    "filed_by", "filed_by_name", "corrects_id", "reason", "company_id", "id",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "form",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("entered", sa.JSON(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("begun_by", _KEY, nullable=True),
        sa.Column("begun_by_name", sa.String(length=120), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("filed_at", sa.DateTime(), nullable=True),
        sa.Column("filed_by", _KEY, nullable=True),
        sa.Column("filed_by_name", sa.String(length=120), nullable=False),
        sa.Column("corrects_id", _KEY, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by_name", sa.String(length=120), nullable=False),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.Column("source_key", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["begun_by"], ["account.id"], name=op.f("fk_form_begun_by")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_form_company_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["form.id"], name=op.f("fk_form_corrects_id")),
        sa.ForeignKeyConstraint(["filed_by"], ["account.id"], name=op.f("fk_form_filed_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_form_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint("company_id", "kind", "source_key", name=op.f("uq_form_company_id_kind_source_key")),
    )
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.create_index("ix_form_recent", ["company_id", "begun_at", "id"], unique=False)
        batch_op.create_index("ix_form_ticket", ["ticket_id"], unique=False)
        batch_op.create_index(
            "uq_form_corrects",
            ["corrects_id"],
            unique=True,
            postgresql_where=sa.text("corrects_id IS NOT NULL AND state <> 'void'"),
            sqlite_where=sa.text("corrects_id IS NOT NULL AND state <> 'void'"),
        )
        batch_op.create_index(
            "uq_form_number",
            ["company_id", "kind", "number", "edition"],
            unique=True,
            postgresql_where=sa.text("number <> ''"),
            sqlite_where=sa.text("number <> ''"),
        )

    op.create_table(
        "form_signature",
        sa.Column("form_id", _KEY, nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("account_id", _KEY, nullable=True),
        sa.Column("deputy_for", sa.String(length=120), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("image", sa.String(length=64), nullable=False),
        sa.Column("attachment_id", _KEY, nullable=True),
        sa.Column("witness_id", _KEY, nullable=True),
        sa.Column("witness", sa.String(length=120), nullable=False),
        sa.Column("fallen_at", sa.DateTime(), nullable=True),
        sa.Column("fallen_why", sa.Text(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_form_signature_account_id")),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_form_signature_attachment_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_form_signature_company_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_signature_form_id")),
        sa.ForeignKeyConstraint(["witness_id"], ["account.id"], name=op.f("fk_form_signature_witness_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_signature")),
    )
    with op.batch_alter_table("form_signature", schema=None) as batch_op:
        batch_op.create_index("ix_form_signature_form", ["form_id"], unique=False)

    op.create_table(
        "form_follow_up",
        sa.Column("form_id", _KEY, nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_form_follow_up_company_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_follow_up_form_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_form_follow_up_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_follow_up")),
    )
    with op.batch_alter_table("form_follow_up", schema=None) as batch_op:
        batch_op.create_index("ix_form_follow_up_form", ["form_id"], unique=False)

    op.create_table(
        "form_copy",
        sa.Column("form_id", _KEY, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("received_by", sa.String(length=120), nullable=False),
        sa.Column("ticked_by", _KEY, nullable=True),
        sa.Column("ticked_by_name", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_form_copy_company_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_copy_form_id")),
        sa.ForeignKeyConstraint(["ticked_by"], ["account.id"], name=op.f("fk_form_copy_ticked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_copy")),
        sa.UniqueConstraint("form_id", "place", name=op.f("uq_form_copy_form_id_place")),
    )
    _guard()


def _guard() -> None:
    """Let the database itself refuse to change or to delete what is filed."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differs = " OR ".join(
        f"NEW.{name} IS DISTINCT FROM OLD.{name}" if is_postgresql else f"NEW.{name} IS NOT OLD.{name}"
        for name in _SEALED
    )
    if not is_postgresql:
        refuse = "SELECT RAISE(ABORT, 'a filed form is never changed')"
        op.execute(
            f"CREATE TRIGGER form_sealed BEFORE UPDATE ON form WHEN OLD.hash <> '' AND ({differs}) BEGIN {refuse}; END"
        )
        op.execute(f"CREATE TRIGGER form_kept BEFORE DELETE ON form WHEN OLD.hash <> '' BEGIN {refuse}; END")
        return
    op.execute(
        "CREATE FUNCTION form_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a filed form is never changed'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER form_sealed BEFORE UPDATE ON form FOR EACH ROW WHEN (OLD.hash <> '' AND ({differs})) "
        "EXECUTE FUNCTION form_refuse()"
    )
    op.execute(
        "CREATE TRIGGER form_kept BEFORE DELETE ON form FOR EACH ROW WHEN (OLD.hash <> '') "
        "EXECUTE FUNCTION form_refuse()"
    )


def downgrade() -> None:
    op.drop_table("form_copy")
    op.drop_table("form_follow_up")
    op.drop_table("form_signature")
    op.drop_table("form")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION form_refuse()")

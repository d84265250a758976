"""Printing"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper_code",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("record_id", _KEY, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_paper_code_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_code")),
        sa.UniqueConstraint("token", name=op.f("uq_paper_code_token")),
    )
    op.create_table(
        "form_layout",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by", _KEY, nullable=True),
        sa.Column("made_by_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_form_layout_company_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_form_layout_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_layout")),
        sa.UniqueConstraint("company_id", "kind", "version", name=op.f("uq_form_layout_company_id_kind_version")),
    )
    op.create_table(
        "word_template",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("made_by", _KEY, nullable=True),
        sa.Column("made_by_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_word_template_company_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_word_template_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_template")),
    )
    with op.batch_alter_table("word_template", schema=None) as batch_op:
        batch_op.create_index("ix_word_template_kind", ["company_id", "kind"], unique=False)
    op.create_table(
        "print_run",
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("papers_done", sa.Integer(), nullable=False),
        sa.Column("per_file", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("failures", sa.JSON(), nullable=False),
        sa.Column("actor_id", _KEY, nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_print_run_actor_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_print_run_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    with op.batch_alter_table("print_run", schema=None) as batch_op:
        batch_op.create_index("ix_print_run_started", ["company_id", "started_at"], unique=False)
    op.create_table(
        "print_file",
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_print_file_company_id")),
        sa.ForeignKeyConstraint(["run_id"], ["print_run.id"], name=op.f("fk_print_file_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_file")),
        sa.UniqueConstraint("run_id", "place", name=op.f("uq_print_file_run_id_place")),
    )


def downgrade() -> None:
    for table in ("print_file", "print_run", "word_template", "form_layout", "paper_code"):
        op.drop_table(table)

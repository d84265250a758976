"""Attachments on every noun"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_kind", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("subject_id", _KEY, nullable=True))
    op.execute("UPDATE attachment SET subject_kind = 'ticket', subject_id = ticket_id")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_ticket")
        batch_op.drop_constraint("fk_attachment_ticket_id", type_="foreignkey")
        batch_op.drop_column("ticket_id")
        batch_op.alter_column("subject_kind", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("subject_id", existing_type=_KEY, nullable=False)
        batch_op.create_index("ix_attachment_subject", ["subject_id", "subject_kind"], unique=False)


def downgrade() -> None:
    """What is on other nouns cannot stay: the older tables have no place for it."""
    op.execute("DELETE FROM attachment WHERE subject_kind <> 'ticket'")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ticket_id", _KEY, nullable=True))
    op.execute("UPDATE attachment SET ticket_id = subject_id")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_subject")
        batch_op.drop_column("subject_kind")
        batch_op.drop_column("subject_id")
        batch_op.alter_column("ticket_id", existing_type=_KEY, nullable=False)
        batch_op.create_foreign_key("fk_attachment_ticket_id", "ticket", ["ticket_id"], ["id"])
        batch_op.create_index("ix_attachment_ticket", ["ticket_id"], unique=False)

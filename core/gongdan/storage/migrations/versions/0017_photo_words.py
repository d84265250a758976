"""What is said of photos"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("caption", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_typed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("before_id", _KEY, nullable=True))
        batch_op.create_foreign_key("fk_attachment_before_id", "attachment", ["before_id"], ["id"])
        batch_op.create_unique_constraint("uq_attachment_before_id", ["before_id"])
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.alter_column("caption", existing_type=sa.String(length=200), server_default=None)
        batch_op.alter_column("is_typed", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_constraint("uq_attachment_before_id", type_="unique")
        batch_op.drop_constraint("fk_attachment_before_id", type_="foreignkey")
        batch_op.drop_column("before_id")
        batch_op.drop_column("is_typed")
        batch_op.drop_column("caption")

"""Photos"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("width_px", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("height_px", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("thumbnail_sha256", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("taken_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("latitude_microdegrees", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("longitude_microdegrees", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("coordinate_system", sa.String(length=8), nullable=False, server_default=""))
        batch_op.create_index("ix_attachment_size", ["company_id", "size_bytes"], unique=False)
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.alter_column("thumbnail_sha256", existing_type=sa.String(length=64), server_default=None)
        batch_op.alter_column("coordinate_system", existing_type=sa.String(length=8), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_size")
        batch_op.drop_column("coordinate_system")
        batch_op.drop_column("longitude_microdegrees")
        batch_op.drop_column("latitude_microdegrees")
        batch_op.drop_column("taken_at")
        batch_op.drop_column("thumbnail_sha256")
        batch_op.drop_column("height_px")
        batch_op.drop_column("width_px")

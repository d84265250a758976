"""Passes, what was looked at on them, the people and goods of permits, and visitors"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KEY = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_ROLE = sa.table("role", sa.column("id", _KEY), sa.column("name", sa.String), sa.column("permissions", sa.JSON))
_DESK = {"permit.view", "pass.check", "pass.return", "visitor.view", "visitor.register"}
#: Rights that came with this revision, for the roles that companies have already.
_GRANTS = {
    "administrator": {*_DESK, "pass.revoke"},
    "supervisor": {*_DESK, "pass.revoke"},
    "agent": _DESK,
    "worker": {"permit.view", "pass.check"},
    "observer": {"permit.view"},
}

#: Two exclusive passes of one place whose times overlap, beside a new one.
_OVERLAP = """
    SELECT 1 FROM pass AS other
    WHERE other.asset_id = NEW.asset_id AND other.id <> NEW.id AND other.is_exclusive{true}
      AND other.state = 'in_force' AND other.begins_at < NEW.ends_at AND other.ends_at > NEW.begins_at
"""
_IS_EXCLUSIVE = "NEW.is_exclusive{true} AND NEW.state = 'in_force'"


def upgrade() -> None:
    op.create_table(
        "pass",
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=True),
        sa.Column("holder_name", sa.String(length=120), nullable=False),
        sa.Column("holder_phone", sa.String(length=64), nullable=False),
        sa.Column("identity_cipher", sa.String(length=255), nullable=True),
        sa.Column("identity_digest", sa.String(length=64), nullable=True),
        sa.Column("identity_mask", sa.String(length=32), nullable=False),
        sa.Column("asset_id", _KEY, nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("plate", sa.String(length=32), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("is_by_day", sa.Boolean(), nullable=False),
        sa.Column("is_exclusive", sa.Boolean(), nullable=False),
        sa.Column("is_returned", sa.Boolean(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("slot_key", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("issued_by", _KEY, nullable=True),
        sa.Column("issued_by_name", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", _KEY, nullable=True),
        sa.Column("ended_by_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("follows_id", _KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_pass_asset_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_pass_company_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_pass_ended_by")),
        sa.ForeignKeyConstraint(["follows_id"], ["pass.id"], name=op.f("fk_pass_follows_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_pass_issued_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_pass_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass")),
        sa.UniqueConstraint("company_id", "serial", name=op.f("uq_pass_company_id_serial")),
        sa.UniqueConstraint("token", name=op.f("uq_pass_token")),
    )
    with op.batch_alter_table("pass", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pass_asset",
            ["asset_id", "kind"],
            unique=False,
            postgresql_where=sa.text("asset_id IS NOT NULL"),
            sqlite_where=sa.text("asset_id IS NOT NULL"),
        )
        batch_op.create_index("ix_pass_ends", ["company_id", "state", "ends_at"], unique=False)
        batch_op.create_index("ix_pass_ticket", ["ticket_id"], unique=False)
        batch_op.create_index(
            "uq_pass_slot",
            ["company_id", "kind", "slot_key", "slot"],
            unique=True,
            postgresql_where=sa.text("slot IS NOT NULL"),
            sqlite_where=sa.text("slot IS NOT NULL"),
        )

    op.create_table(
        "permit_item",
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_permit_item_company_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_permit_item_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_item")),
        sa.UniqueConstraint("ticket_id", "line", name=op.f("uq_permit_item_ticket_id_line")),
    )
    op.create_table(
        "pass_check",
        sa.Column("pass_id", _KEY, nullable=True),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.Column("checked_by", _KEY, nullable=True),
        sa.Column("checked_by_name", sa.String(length=120), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["checked_by"], ["account.id"], name=op.f("fk_pass_check_checked_by")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_pass_check_company_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["pass.id"], name=op.f("fk_pass_check_pass_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_check")),
    )
    with op.batch_alter_table("pass_check", schema=None) as batch_op:
        batch_op.create_index("ix_pass_check_pass", ["pass_id", "checked_at"], unique=False)
        batch_op.create_index("ix_pass_check_recent", ["company_id", "checked_at"], unique=False)

    op.create_table(
        "permit_person",
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("trade", sa.String(length=64), nullable=False),
        sa.Column("identity_cipher", sa.String(length=255), nullable=True),
        sa.Column("identity_digest", sa.String(length=64), nullable=True),
        sa.Column("identity_mask", sa.String(length=32), nullable=False),
        sa.Column("pass_id", _KEY, nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_permit_person_company_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["pass.id"], name=op.f("fk_permit_person_pass_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_permit_person_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_person")),
        sa.UniqueConstraint("ticket_id", "line", name=op.f("uq_permit_person_ticket_id_line")),
    )
    op.create_table(
        "visit",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=16), nullable=False),
        sa.Column("identity_cipher", sa.String(length=255), nullable=True),
        sa.Column("identity_digest", sa.String(length=64), nullable=True),
        sa.Column("identity_mask", sa.String(length=32), nullable=False),
        sa.Column("firm", sa.String(length=120), nullable=False),
        sa.Column("plate", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("asset_id", _KEY, nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("consent_by", sa.String(length=120), nullable=False),
        sa.Column("consent_way", sa.String(length=16), nullable=False),
        sa.Column("consent_at", sa.DateTime(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("registered_at", sa.DateTime(), nullable=False),
        sa.Column("registered_by", _KEY, nullable=True),
        sa.Column("registered_by_name", sa.String(length=120), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=True),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.Column("left_by_name", sa.String(length=120), nullable=False),
        sa.Column("pass_id", _KEY, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("company_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_visit_asset_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_visit_company_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["pass.id"], name=op.f("fk_visit_pass_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["account.id"], name=op.f("fk_visit_registered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("company_id", "form_key", name=op.f("uq_visit_company_id_form_key")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_identity", ["company_id", "identity_digest"], unique=False)
        batch_op.create_index(
            "ix_visit_inside",
            ["company_id", "entered_at"],
            unique=False,
            postgresql_where=sa.text("entered_at IS NOT NULL AND left_at IS NULL"),
            sqlite_where=sa.text("entered_at IS NOT NULL AND left_at IS NULL"),
        )
        batch_op.create_index("ix_visit_phone", ["company_id", "phone"], unique=False)
        batch_op.create_index("ix_visit_registered", ["company_id", "registered_at"], unique=False)

    _refuse_overlaps()
    _keep_checks()
    _grant()


def _refuse_overlaps() -> None:
    """Let the database itself keep a place for one at a time."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER pass_overlap_{act.lower()} BEFORE {act} ON pass "
                f"WHEN {_IS_EXCLUSIVE.format(true=' = 1')} AND EXISTS ({_OVERLAP.format(true=' = 1')}) "
                "BEGIN SELECT RAISE(ABORT, 'unique: the place is taken at that time'); END"
            )
        return
    # The lock lets two that come at the same moment wait for one another, so that the second sees the first.
    op.execute(
        f"""
        CREATE FUNCTION refuse_overlapping_pass() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {_IS_EXCLUSIVE.format(true="")} THEN
                PERFORM pg_advisory_xact_lock(hashtextextended(NEW.asset_id::text, 0));
                IF EXISTS ({_OVERLAP.format(true="")}) THEN
                    RAISE EXCEPTION 'unique: the place is taken at that time' USING ERRCODE = 'exclusion_violation';
                END IF;
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER pass_overlap BEFORE INSERT OR UPDATE ON pass "
        "FOR EACH ROW EXECUTE FUNCTION refuse_overlapping_pass()"
    )


def _keep_checks() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # On PostgreSQL the application's role has no right to do either.
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER pass_check_no_{act.lower()} BEFORE {act} ON pass_check "
                "BEGIN SELECT RAISE(ABORT, 'what was checked is append-only'); END"
            )


def _grant() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_ROLE).where(_ROLE.c.name.in_(_GRANTS))).all():
        permissions = sorted({*row.permissions, *_GRANTS[row.name]})
        connection.execute(sa.update(_ROLE).where(_ROLE.c.id == row.id).values(permissions=permissions))


def downgrade() -> None:
    for table in ("visit", "permit_person", "permit_item", "pass_check", "pass"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_overlapping_pass()")

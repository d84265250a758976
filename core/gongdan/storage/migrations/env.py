"""The one Alembic environment: for the core and for every plugin, each with a version table of its own."""

from typing import Any, Literal

from alembic import context

config = context.config
prefix = config.attributes.get("table_prefix", "")


def _belongs(name: str | None, kind: str, parents: object) -> bool:
    del parents
    return kind != "table" or not prefix or (name or "").startswith(prefix)


def _render(kind: str, item: object, autogen: Any) -> str | Literal[False]:
    """Write our own column types as the plain ones they are kept in, so that old versions never import gongdan."""
    del autogen
    plain = {
        "UtcDateTime": "sa.DateTime()",
        "MoneyColumn": "sa.BigInteger()",
        "UuidColumn": "sa.Uuid().with_variant(sa.LargeBinary(16), 'sqlite')",
    }
    return plain.get(type(item).__name__, False) if kind == "type" else False


context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes.get("metadata"),
    version_table=config.attributes["version_table"],
    include_name=_belongs,
    render_as_batch=True,
    render_item=_render,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Statements that pass by the first lock stand in the few files that name the company themselves."""

import ast
from pathlib import Path

import gongdan

CORE = Path(gongdan.__file__).parent

#: File → why it may.
ALLOWED = {
    "storage/approvals.py": "writes the condition of a partial index",
    "storage/bulk.py": "fills in the company of each row itself",
    "storage/database.py": "sets the company that row-level security compares with",
    "storage/custody.py": "writes the conditions of partial indexes",
    "storage/duties.py": "writes the conditions of partial indexes",
    "storage/forms.py": "writes the conditions of partial indexes",
    "storage/journal.py": "names the company in both statements of a chain's end",
    "storage/leavers.py": "writes the conditions of partial indexes",
    "storage/permits.py": "writes the conditions of partial indexes",
    "storage/plans.py": "writes the conditions of partial indexes",
    "storage/schema.py": "runs before there is a company",
    "storage/search.py": "names the company in each statement",
    "storage/timers.py": "claims across companies and names the company in each statement of one",
    "storage/tickets.py": "writes the conditions of partial indexes",
    "storage/visits.py": "writes the conditions of partial indexes",
    "testing/contents.py": "compares the rows of all companies",
}

RAW_NAMES = {"text", "literal_column", "TextClause"}
RAW_ATTRIBUTES = {"__table__", "local_table", "exec_driver_sql", "from_statement", "raw_connection"}


def raw_statements(source: str) -> set[str]:
    """Name everything in a module that can make a statement without the criteria of ``tenancy``."""
    nodes = list(ast.walk(ast.parse(source)))
    imported = {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return imported & RAW_NAMES | used & RAW_ATTRIBUTES


def test_raw_statements_stand_in_the_allowed_files_only() -> None:
    found = {
        path.relative_to(CORE).as_posix(): raw
        for path in CORE.rglob("*.py")
        if "migrations" not in path.parts
        and "node_modules" not in path.parts
        and (raw := raw_statements(path.read_text(encoding="utf-8")))
    }
    assert {name: raw for name, raw in found.items() if name not in ALLOWED} == {}
    assert found.keys() == ALLOWED.keys()


def test_the_scan_finds_each_way() -> None:
    assert raw_statements("from sqlalchemy import select, text") == {"text"}
    assert raw_statements("from sqlalchemy.sql.elements import TextClause") == {"TextClause"}
    assert raw_statements("select(TicketRow.__table__)") == {"__table__"}
    assert raw_statements("session.connection().exec_driver_sql('')") == {"exec_driver_sql"}
    assert raw_statements("from sqlalchemy import select\nselect(TicketRow)") == set()

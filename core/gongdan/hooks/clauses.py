"""Clauses as package data of a plugin: ``clauses/*.toml``, one table for each id."""

import tomllib
from importlib.resources import files

from gongdan.domain.rulebook import Clause


def read_clauses(package: str) -> tuple[Clause, ...]:
    """Return the clauses in the folder ``clauses`` of an import package, by id.

    A file holds tables such as ``[001-13-22]`` with the texts ``zh`` and ``en``.
    """
    found: list[Clause] = []
    for file in files(package).joinpath("clauses").iterdir():
        if file.name.endswith(".toml"):
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
            found += [Clause(clause_id, table["zh"], table["en"]) for clause_id, table in tables.items()]
    return tuple(sorted(found, key=lambda clause: clause.id))

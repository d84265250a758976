"""Texts that a database cannot keep, refused alike on SQLite and PostgreSQL before anything is written."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import String, inspect
from sqlalchemy.orm import Session

from gongdan.errors import FieldProblem, InvalidInput
from gongdan.storage.base import Base
from gongdan.text import msg

#: Longest text of a column without a length of its own, in characters.
LONGEST_TEXT = 50_000
#: How much of a refused text an error repeats, in characters.
_SHOWN = 40


def refuse_texts(session: Session, *context: object) -> None:
    """Raise ``InvalidInput`` for texts that are too long for their column or hold characters that cannot be kept."""
    del context
    rows = [row for row in (*session.new, *session.dirty) if isinstance(row, Base)]
    if problems := tuple(problem for row in rows for problem in _problems(row)):
        raise InvalidInput(problems)


def _problems(row: Base) -> Iterator[FieldProblem]:
    loaded = inspect(row).dict
    for name, length in _text_columns(type(row)).items():
        value: object = loaded.get(name)
        if not isinstance(value, str):
            continue
        if len(value) > length:
            yield FieldProblem(name, value[:_SHOWN], msg("最多 {max_length} 个字符"), params={"max_length": length})
        if problem := character_problem(name, value):
            yield problem


def character_problem(name: str, value: str) -> FieldProblem | None:
    """Return what is wrong with a text whose characters no database takes; None when nothing is."""
    if _can_be_kept(value):
        return None
    return FieldProblem(name, "", msg("含有无法保存的字符"), msg("请删去不可见的字符后重新填写"))


@lru_cache(maxsize=128)
def _text_columns(model: type[Any]) -> Mapping[str, int]:
    """Return the text columns of a model with the longest text that each takes."""
    columns = {key: column.type for key, column in inspect(model).columns.items()}
    return {key: kind.length or LONGEST_TEXT for key, kind in columns.items() if isinstance(kind, String)}


def _can_be_kept(value: str) -> bool:
    if value.isascii():
        return "\0" not in value
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)

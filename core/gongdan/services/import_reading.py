"""What an import reads before its first row: the file, what its columns mean, and the sets that rows refer to."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.cells import Cell
from gongdan.domain.folding import fold_prose
from gongdan.domain.headings import ROWS_BEFORE_HEADING, Layout
from gongdan.domain.importing import Importer, References
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.work import Work
from gongdan.sheets.kinds import FileKind
from gongdan.sheets.reading import Sheet, open_sheet
from gongdan.storage.assets import AssetAliasRow, AssetRow
from gongdan.storage.imports import ImportMappingRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.imports import Source


def open_source(source: "Source") -> Sheet:
    """Open a file; a text file is read to its end, so that one that breaks in its middle is refused as a whole."""
    sheet = open_sheet(source.path, encoding=source.encoding or None, sheet=source.sheet or None)
    if sheet.kind is not FileKind.TEXT:
        return sheet
    return replace(sheet, row_count=sum(1 for _ in sheet.rows()))


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_references(session: Session, importer: Importer) -> References:
    """Return the sets of assets that rows refer to: label or other name → id."""
    found: dict[str, Mapping[str, object]] = {}
    for name, kind in importer.references.items():
        labels = select(AssetRow.label, AssetRow.id).where(AssetRow.kind == kind)
        aliases = select(AssetAliasRow.alias, AssetAliasRow.asset_id).join(
            AssetRow, AssetRow.id == AssetAliasRow.asset_id
        )
        found[name] = dict([*session.execute(aliases.where(AssetRow.kind == kind)), *session.execute(labels)])
    return found


# --- What headings mean ----------------------------------------------------------------------


def named_columns(importer: Importer, mapping: Mapping[str, str]) -> Mapping[str, str]:
    """Return heading → column for columns given by name or label; raises ``InvalidInput`` for an unknown one."""
    names = {column.label: column.name for column in importer.columns}
    names |= {column.name: column.name for column in importer.columns} | {"": ""}
    unknown = [given for given in mapping.values() if given not in names]
    if unknown:
        params = {"known": "、".join(column.name for column in importer.columns)}
        problem = FieldProblem(
            "mapping", unknown[0], msg("没有这一列；可用的有：{known}"), params=params, label=msg("列对应关系")
        )
        raise InvalidInput((problem,))
    return {heading: names[given] for heading, given in mapping.items()}


def remembered(session: Session, kind: str, sheet: Sheet) -> Mapping[str, str]:
    """Return the mapping that was given for a file with the same headings, whatever stands above them."""
    digests = [_digest(cells) for _, cells in islice(sheet.rows(), ROWS_BEFORE_HEADING)]
    query = select(ImportMappingRow.mapping).where(
        ImportMappingRow.kind == kind, ImportMappingRow.headings_digest.in_(digests)
    )
    return session.scalars(query).first() or {}


def remember(work: Work, kind: str, layout: Layout, mapping: Mapping[str, str]) -> None:
    """Keep a mapping (heading → name of a column) for the next file with these headings."""
    digest = _digest(layout.headings)
    query = select(ImportMappingRow).where(ImportMappingRow.kind == kind, ImportMappingRow.headings_digest == digest)
    row = work.session.scalars(query).one_or_none()
    if row is None:
        row = ImportMappingRow(kind=kind, headings_digest=digest, mapping={})
        work.session.add(row)
    row.mapping = {**row.mapping, **mapping}


def _digest(cells: Sequence[Cell]) -> str:
    texts = [fold_prose(cell) if isinstance(cell, str) else "" for cell in cells]
    return hashlib.sha256("\n".join(texts).rstrip("\n").encode()).hexdigest()

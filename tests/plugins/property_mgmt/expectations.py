"""Comparing a check with the file of expected outcomes."""

import json
from pathlib import Path
from typing import Any

import gongdan_property_mgmt
from gongdan.domain.importing import CheckedRow, Importer, References, RowVerdict, plain_value
from gongdan.domain.row_checks import check_rows
from gongdan.sheets.reading import open_sheet

DEMO = Path(gongdan_property_mgmt.__file__).parent / "demo"
_EXPECTED = Path(__file__).parents[2] / "data" / "expected"


def expected_rows(file: str) -> list[dict[str, Any]]:
    content = json.loads((_EXPECTED / f"{file}.json").read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = content["rows"]
    return rows


def check_file(importer: Importer, path: Path, references: References) -> list[CheckedRow]:
    sheet = open_sheet(path)
    return list(check_rows(importer, sheet.rows(), references, facts=sheet.facts).rows)


def reported(importer: Importer, row: CheckedRow, *, with_key: bool = True) -> dict[str, Any]:
    """Return the row as the files of expected outcomes hold it."""
    report: dict[str, Any] = {"row": row.row, "verdict": row.verdict.value}
    report["reasons"] = [reason.value for reason in row.reasons]
    if row.verdict is RowVerdict.NOT_A_ROW:
        return report
    if with_key:
        report["key"] = row.key
    report["fields"] = {name: {"raw": raw, "value": plain_value(row.values[name])} for name, raw in row.changes.items()}
    if row.taken:
        summary = importer.summary(row.key, row.values)
        report["value"] = {name: plain_value(value) for name, value in summary.items()}
    return report

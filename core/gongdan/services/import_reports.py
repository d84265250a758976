"""What an import says of each row: kept with the run, shown, and written beside the file."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Any

from gongdan.domain.identifiers import mask_identity_number
from gongdan.domain.importing import CheckedRow, Importer, Issue, Outcome, RowVerdict, plain_value

VERDICTS = tuple(verdict.value for verdict in RowVerdict)


@dataclass(frozen=True, slots=True)
class RowIssue:
    """One thing about a row that a person has to know; texts are source texts."""

    column: str
    raw: str | float
    reason: str
    #: ``flagged`` or ``refused``.
    verdict: str
    rule: str
    remedy: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row of the file."""

    #: 1-based number in the file.
    row: int
    verdict: RowVerdict
    #: None for a row that was not taken.
    outcome: Outcome | None
    #: Reason classes of the worst verdict.
    reasons: tuple[str, ...]
    issues: tuple[RowIssue, ...]
    #: Column → (raw, value) where they differ; only known while the file is at hand.
    changes: Mapping[str, tuple[object, object]]


def report(row: CheckedRow, outcome: Outcome | None) -> RowReport:
    """Return the report of a checked row."""
    changes = {name: (raw, plain_value(row.values.get(name))) for name, raw in row.changes.items()}
    return RowReport(row.row, row.verdict, outcome, row.reasons, tuple(map(_issue, row.issues)), changes)


def masked(row: RowReport, secret: Collection[str]) -> RowReport:
    """Return a report in which the cells of ``secret`` columns are masked."""
    issues = tuple(
        replace(issue, raw=mask_identity_number(str(issue.raw))) if issue.column in secret else issue
        for issue in row.issues
    )
    changes = {
        name: (mask_identity_number(str(raw)), mask_identity_number(str(value))) if name in secret else (raw, value)
        for name, (raw, value) in row.changes.items()
    }
    return replace(row, issues=issues, changes=changes)


def stored(row: CheckedRow, outcome: Outcome | None, secret: Collection[str]) -> dict[str, Any]:
    """Return what is kept of a row with its run; short names, since there may be a hundred thousand.

    The cells of ``secret`` columns are masked: the file is with its owner, the database with many.
    """
    entry: dict[str, Any] = {"r": row.row, "v": row.verdict.value}
    if outcome is not None:
        entry["o"] = outcome.value
    if row.reasons:
        entry["w"] = [reason.value for reason in row.reasons]
    if row.issues:
        entry["i"] = [
            [issue.column, mask_identity_number(str(issue.raw)) if issue.column in secret else issue.raw,
             issue.reason.value, issue.verdict.value, issue.rule, issue.remedy,
             {name: plain_value(value) for name, value in issue.params.items()}]
            for issue in row.issues
        ]  # fmt: skip
    return entry


def loaded(entry: Mapping[str, Any]) -> RowReport:
    """Return the report that ``stored`` kept."""
    issues = tuple(RowIssue(*parts) for parts in entry.get("i", ()))
    outcome = Outcome(entry["o"]) if "o" in entry else None
    return RowReport(entry["r"], RowVerdict(entry["v"]), outcome, tuple(entry.get("w", ())), issues, {})


def tally(counts: dict[str, int], rows: Iterable[tuple[CheckedRow, Outcome | None]]) -> None:
    """Add the verdicts and outcomes of ``rows`` to ``counts``."""
    for row, outcome in rows:
        counts[row.verdict.value] = counts.get(row.verdict.value, 0) + 1
        if outcome is not None:
            counts[outcome.value] = counts.get(outcome.value, 0) + 1


def as_json(row: RowReport) -> dict[str, Any]:
    """Return a report as machines read it."""
    return {
        "row": row.row,
        "verdict": row.verdict.value,
        "outcome": row.outcome.value if row.outcome else None,
        "reasons": list(row.reasons),
        "fields": {name: {"raw": raw, "value": value} for name, (raw, value) in row.changes.items()},
        "issues": [
            {"field": issue.column, "value": issue.raw, "reason": issue.reason, "verdict": issue.verdict}
            for issue in row.issues
        ],
    }


def labels(importer: Importer) -> Mapping[str, str]:
    """Return column → shown name, a source text."""
    return {column.name: column.label for column in importer.columns}


def worst_first(rows: Iterable[RowReport], *, limit: int) -> list[RowReport]:
    """Return refused rows, then flagged ones, then the others, each in the order of the file, up to a limit."""
    rank = {RowVerdict.REFUSED: 0, RowVerdict.FLAGGED: 1}
    return nsmallest(limit, rows, key=lambda row: (rank.get(row.verdict, 2), row.row))


def _issue(issue: Issue) -> RowIssue:
    return RowIssue(
        issue.column, issue.raw, issue.reason.value, issue.verdict.value, issue.rule, issue.remedy, issue.params
    )

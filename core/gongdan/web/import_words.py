"""What the pages of imports show: counts as a bar, rows with their issues, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongdan.domain.importing import Importer, RowVerdict
from gongdan.services.import_files import OUTCOME_WORDS, REASON_WORDS, VERDICT_WORDS
from gongdan.services.import_reports import RowIssue, RowReport, labels
from gongdan.services.import_runs import OPEN_STATES
from gongdan.services.imports import RunView
from gongdan.text import msg
from gongdan.web.access import current_desk
from gongdan.web.words import say, translator

#: Colours of verdicts, as the style sheet knows them.
TONES: Mapping[RowVerdict, str] = {
    RowVerdict.OK: "done", RowVerdict.NORMALISED: "ours", RowVerdict.FLAGGED: "waiting",
    RowVerdict.REFUSED: "late", RowVerdict.NOT_A_ROW: "quiet",
}  # fmt: skip
#: What a verdict means, source texts.
MEANINGS: Mapping[RowVerdict, str] = {
    RowVerdict.OK: msg("照原样导入"), RowVerdict.NORMALISED: msg("规范写法后导入，内容不变"),
    RowVerdict.FLAGGED: msg("导入，并标记待人核对"), RowVerdict.REFUSED: msg("不导入，请按提示更正"),
    RowVerdict.NOT_A_ROW: msg("标题、合计或空行，跳过"),
}  # fmt: skip
#: States of a run: the word as source text, the colour, the icon.
STATES: Mapping[str, tuple[str, str, str]] = {
    "running": (msg("正在导入"), "ours", "refresh"), "interrupted": (msg("已中断"), "waiting", "clock-pause"),
    "finished": (msg("已完成"), "done", "circle-check"), "undone": (msg("已撤销"), "quiet", "arrow-back-up"),
}  # fmt: skip

#: The width of the bar in the units of its drawing.
_WIDTH = 1000
#: A verdict that exists is never drawn narrower.
_NARROWEST = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One verdict's part of a bar."""

    #: Empty for rows that have none yet.
    verdict: str
    label: str
    meaning: str
    tone: str
    count: int
    #: Where it begins and how wide it is, of 1,000.
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One issue of one row, in words."""

    row: int
    verdict: str
    tone: str
    label: str
    field: str
    value: str
    reason: str
    rule: str
    remedy: str
    outcome: str = ""


def parts(counts: Mapping[str, int], *, rest: int = 0) -> Sequence[Part]:
    """Return the parts of the bar, in the order from good to bad; last, the rows to which a run has not come."""
    present = [
        (verdict.value, VERDICT_WORDS[verdict], MEANINGS[verdict], tone, counts[verdict.value])
        for verdict, tone in TONES.items()
        if counts.get(verdict.value)
    ]
    if rest:
        present.append(("", msg("还没有处理"), msg("继续导入时从这里开始"), "rest", rest))
    total = sum(part[-1] for part in present)
    widths = [max(_NARROWEST, round(part[-1] * _WIDTH / total)) for part in present]
    scale = _WIDTH / sum(widths) if widths else 1
    found, start = [], 0
    for (verdict, word, meaning, tone, count), width in zip(present, widths, strict=True):
        scaled = round(width * scale)
        found.append(Part(verdict, say(word), say(meaning), tone, count, start, scaled))
        start += scaled
    return found


def rest_of(run: RunView) -> int:
    """Return how many rows a run that can go on has not come to."""
    return max(0, run.rows_total - run.rows_done) if run.state in OPEN_STATES else 0


def outcomes(counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    """Return what a run did: new, changed and unchanged rows, in words."""
    return [(say(word), counts[outcome.value]) for outcome, word in OUTCOME_WORDS.items() if counts.get(outcome.value)]


def lines(row: RowReport, importer: Importer | None) -> Sequence[IssueLine]:
    """Return a row as lines of a table: one for each issue, or one for the row."""
    names = labels(importer) if importer else {}
    outcome = say(OUTCOME_WORDS[row.outcome]) if row.outcome else ""
    if not row.issues:
        reasons = translator().join(say(REASON_WORDS[reason]) for reason in row.reasons)
        changed = translator().join(say(names.get(name, name)) for name in row.changes)
        return [_line(row, outcome, field=changed, reason=reasons)]
    return [
        _line(
            row,
            outcome,
            field=say(names.get(issue.column, issue.column)),
            value=_short(issue.raw),
            reason=say(REASON_WORDS[issue.reason]),
            texts=_texts(issue),
        )
        for issue in row.issues
    ]


def importer_of(kind: str) -> Importer | None:
    """Return the declared kind; None when its plugin is no longer installed."""
    return current_desk().installation.plugins.catalogue.importers.get(kind)


def kind_label(kind: str) -> str:
    """Return what a kind of list is called."""
    importer = importer_of(kind)
    return say(importer.label) if importer else kind


def _texts(issue: RowIssue) -> tuple[str, str]:
    return translator().fill(issue.rule, issue.params), translator().fill(issue.remedy, issue.params)


def _line(
    row: RowReport, outcome: str, *, field: str = "", value: str = "", reason: str = "",
    texts: tuple[str, str] = ("", ""),
) -> IssueLine:  # fmt: skip
    return IssueLine(
        row.row, row.verdict.value, TONES[row.verdict], say(VERDICT_WORDS[row.verdict]), field, value, reason,
        *texts, outcome,
    )  # fmt: skip


def _short(raw: object) -> str:
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)

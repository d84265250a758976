"""The spreadsheet with the verdict on each row that an import leaves beside its file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from gongdan.domain.importing import Importer, Outcome, RowVerdict
from gongdan.language import Translator
from gongdan.services.import_reports import RowReport, labels
from gongdan.sheets.writing import Written, write_xlsx
from gongdan.text import msg

_HEADINGS = (
    msg("行号"),
    msg("判定"),
    msg("结果"),
    msg("原因"),
    msg("字段"),
    msg("原内容"),
    msg("规则"),
    msg("处理办法"),
)

#: What people call the verdicts and outcomes, source texts.
VERDICT_WORDS = {
    RowVerdict.OK: msg("正常"),
    RowVerdict.NORMALISED: msg("已规范"),
    RowVerdict.FLAGGED: msg("待核实"),
    RowVerdict.REFUSED: msg("未导入"),
    RowVerdict.NOT_A_ROW: msg("非数据行"),
}
OUTCOME_WORDS = {
    Outcome.IMPORTED: msg("新增"),
    Outcome.CHANGED: msg("更新"),
    Outcome.SAME: msg("无变化"),
}
#: What people call the reason classes, source texts.
REASON_WORDS = {
    "title_or_total": msg("标题或合计"),
    "blank": msg("空行"),
    "missing_required": msg("缺少必填内容"),
    "bad_date": msg("日期有误"),
    "bad_format": msg("格式不对"),
    "bad_checksum": msg("校验码不对"),
    "precision_lost": msg("长数字丢失末位"),
    "duplicate": msg("重复"),
    "unknown_reference": msg("查无对应"),
    "conflict": msg("前后矛盾"),
    "refund": msg("退款"),
}


def report_path(source: Path) -> Path:
    """Return where the verdicts on a file are written: beside it, under its name."""
    return source.with_name(f"{source.stem}.verdicts.xlsx")


def write_report(path: Path, importer: Importer, rows: Iterable[RowReport], translator: Translator) -> int:
    """Write one line for each issue, or for the row when there is none; returns the number of lines.

    Raises ``OSError`` where nothing can be written.
    """
    headings = [translator.gettext(heading) for heading in _HEADINGS]
    lines = (line for row in rows for line in _lines(row, importer, translator))
    # Found out now, and not when everything has been written.
    path.open("ab").close()
    return write_xlsx(path, headings, lines, sheet=translator.gettext(importer.label))


def _lines(row: RowReport, importer: Importer, translator: Translator) -> Iterator[list[Written]]:
    names = labels(importer)
    say = translator.gettext
    head: list[Written] = [
        row.row,
        say(VERDICT_WORDS[row.verdict]),
        say(OUTCOME_WORDS[row.outcome]) if row.outcome else "",
    ]
    if not row.issues:
        yield [*head, "、".join(say(REASON_WORDS[reason]) for reason in row.reasons), "", "", "", ""]
    for issue in row.issues:
        rule, remedy = (translator.fill(text, issue.params) for text in (issue.rule, issue.remedy))
        yield [*head, say(REASON_WORDS[issue.reason]), say(names.get(issue.column, "")), str(issue.raw), rule, remedy]

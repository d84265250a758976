"""Every Chinese text that somebody may read is marked, so that the catalogues hold it."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from gongdan.language.packages import Package, installed_packages
from gongdan.testing.strays import strays_in_code, strays_in_template

PACKAGES = pytest.mark.parametrize("package", installed_packages(), ids=lambda package: package.name)

#: Chinese that is data: what people type into tables, and names of a demo; by file, with the reason.
DATA = {
    "domain/calendar_files.py": "headings and words of holiday lists",
    "domain/chinese_amounts.py": "numerals of bills, which are Chinese in every language",
    "domain/form_cells.py": "numerals of copies, which stand on Chinese papers only",
    "printing/compositor.py": "a first paper that nobody sees",
    "printing/layout_*.py": "words of the language of layouts, which has English ones beside them",
    "web/layouts.py": "names in an example of marks",
    "domain/folding.py": "digits and units as they are written in Chinese",
    "domain/moments.py": "words for times of day",
    "domain/normalising.py": "units of amounts",
    "domain/plates.py": "colours and provinces as they stand in registration papers",
    "testing/*": "a sample plugin and sample people; no customer sees them",
    "services/holidays.py": "the title of a notice, as it was published",
    "web/words.py": "a language is listed by its own name",
    "demo/*": "names and cases of a company that shows the trade",
    "clauses/*": "clauses stand beside their English text",
    "import*.py": "suffixes and words of customers' tables",
    "storage/migrations/versions/*": "what companies get into their tables, as it was called then",
}


@PACKAGES
def test_every_chinese_string_in_code_is_marked_or_is_data(package: Package) -> None:
    found = [
        f"{path.relative_to(package.folder)}:{line}: {text}"
        for path in sorted(package.folder.rglob("*.py"))
        if not _is_data(path.relative_to(package.folder))
        for line, text in strays_in_code(path)
    ]
    assert found == []


@PACKAGES
def test_every_chinese_text_in_a_template_is_marked(package: Package) -> None:
    templates = [path for path in sorted(package.folder.rglob("templates/**/*")) if path.is_file()]
    found = [
        f"{path.relative_to(package.folder)}:{line}: {text}"
        for path in templates
        for line, text in strays_in_template(path)
    ]
    assert found == []


def test_an_unmarked_string_is_found_and_a_marked_one_is_not(tmp_path: Path) -> None:
    code = tmp_path / "pages.py"
    code.write_text(
        'from gongdan.text import msg\n"""说明"""\nA = msg("报修"), msg_in("many", "客户")\nB = "投诉"\n'
        'C = ("漏水", "停电")\nD = {"业主": "owner", "x": "租户"}\ndef f(n):\n    return f"第 {n} 行"\n',
        encoding="utf-8",
    )
    assert list(strays_in_code(code)) == [(4, "投诉"), (6, "租户"), (8, "第 "), (8, " 行")]


def test_unmarked_text_of_a_template_is_found_and_marked_text_is_not(tmp_path: Path) -> None:
    template = tmp_path / "page.html"
    template.write_text(
        '<p>{{ _("报修") }}</p>\n{# 注释 #}\n<b>投诉</b>\n{% trans %}共 3 张{% endtrans %}\n{{ label("关闭") }}',
        encoding="utf-8",
    )
    assert list(strays_in_template(template)) == [(2, "<b>投诉</b>"), (5, "关闭")]


def _is_data(path: Path) -> bool:
    return any(fnmatch(path.as_posix(), pattern) for pattern in DATA)

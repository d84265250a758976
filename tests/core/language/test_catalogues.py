"""Updating and checking catalogues, and the shipped ones, which have no gap."""

import re
from pathlib import Path

import pytest

from gongdan.language.check import Finding, findings, read_catalogue, words_of
from gongdan.language.packages import Package, installed_packages
from gongdan.language.update import update
from tests.core.language.packages import make_package, write_catalogue

CODE = 'from gongdan.text import msg\nREPAIR = msg("报修")\nROW = msg("第 {row} 行")\n'
TEMPLATE = '{{ _("你好，%(name)s", name=person) }}{% trans count=3 %}一张{% pluralize %}{{ count }} 张{% endtrans %}'


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return make_package(tmp_path, "core", CODE, TEMPLATE)


def _complete(package: Package) -> None:
    update([package])
    path = package.catalogue("en")
    filled = path.read_text(encoding="utf-8")
    for source, translation in (
        ('"你好，%(name)s"\nmsgstr ""', '"你好，%(name)s"\nmsgstr "Hello %(name)s"'),
        ('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "one"\nmsgstr[1] "%(count)s pieces"'),
        ('"报修"\nmsgstr ""', '"报修"\nmsgstr "Repair"'),
        ('"第 {row} 行"\nmsgstr ""', '"第 {row} 行"\nmsgstr "Row {row}"'),
    ):
        assert source in filled
        filled = filled.replace(source, translation)
    path.write_text(filled, encoding="utf-8")


def _kinds(package: Package) -> list[tuple[str, str, str]]:
    return [(finding.locale, finding.kind, finding.text) for finding in findings([package])]


def test_code_and_templates_end_up_in_the_catalogues(package: Package) -> None:
    assert update([package]) == 4
    chinese = package.catalogue("zh").read_text(encoding="utf-8")
    assert '#: texts.py\nmsgid "报修"\nmsgstr "报修"' in chinese
    assert 'msgid "一张"\nmsgid_plural "%(count)s 张"\nmsgstr[0] "%(count)s 张"' in chinese


def test_a_text_with_a_context_is_one_of_its_own(tmp_path: Path) -> None:
    code = 'from gongdan.text import msg, msg_in\nONE = msg("客户")\nMANY = msg_in("many", "客户")\n'
    package = make_package(tmp_path, "core", code, '{{ pgettext("act", "移动") }}')
    assert update([package]) == 3
    chinese = package.catalogue("zh").read_text(encoding="utf-8")
    assert '#: texts.py\nmsgid "客户"\nmsgstr "客户"' in chinese
    assert '#: texts.py\nmsgctxt "many"\nmsgid "客户"\nmsgstr "客户"' in chinese
    assert '#: templates/page.html\nmsgctxt "act"\nmsgid "移动"\nmsgstr "移动"' in chinese


def test_a_second_update_changes_nothing(package: Package) -> None:
    _complete(package)
    before = package.catalogue("en").read_bytes()
    assert update([package]) == 0
    assert package.catalogue("en").read_bytes() == before


def test_the_header_names_neither_tools_nor_people_nor_times(package: Package) -> None:
    update([package])
    header = package.catalogue("en").read_text(encoding="utf-8").split("\n\n")[0]
    assert header == (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"'
    )


def test_a_complete_catalogue_passes(package: Package) -> None:
    _complete(package)
    assert _kinds(package) == []


def test_a_new_text_is_missing_and_a_dropped_one_obsolete(package: Package) -> None:
    _complete(package)
    (package.folder / "texts.py").write_text(CODE.replace("报修", "投诉"), encoding="utf-8")
    assert _kinds(package) == [
        ("en", "missing", "投诉"),
        ("en", "obsolete", "报修"),
        ("zh", "missing", "投诉"),
        ("zh", "obsolete", "报修"),
    ]


@pytest.mark.parametrize(
    ("found", "put", "finding"),
    [
        ('msgstr "Repair"', 'msgstr ""', ("en", "empty", "报修")),
        ('msgid "报修"', '#, fuzzy\nmsgid "报修"', ("en", "fuzzy", "报修")),
        ('msgstr "Row {row}"', 'msgstr "Row {line}"', ("en", "placeholders", "第 {row} 行")),
        ('msgstr "Hello %(name)s"', 'msgstr "Hello"', ("en", "placeholders", "你好，%(name)s")),
        ('msgstr[1] "%(count)s pieces"', 'msgstr[1] "pieces"', ("en", "placeholders", "%(count)s 张")),
    ],
)
def test_what_is_wrong_with_a_translation_is_named(
    package: Package, found: str, put: str, finding: tuple[str, str, str]
) -> None:
    _complete(package)
    path = package.catalogue("en")
    content = path.read_text(encoding="utf-8")
    assert found in content
    path.write_text(content.replace(found, put), encoding="utf-8")
    assert _kinds(package) == [finding]


def test_two_packages_must_not_translate_one_text_differently(tmp_path: Path) -> None:
    code = 'from gongdan.text import msg\nREPAIR = msg("报修")\n'
    packages = [make_package(tmp_path, name, code) for name in ("core", "plugin")]
    for package, words in zip(packages, ("Repair", "Fix"), strict=True):
        write_catalogue(package, "zh", 'msgid "报修"\nmsgstr "报修"\n')
        write_catalogue(package, "en", f'msgid "报修"\nmsgstr "{words}"\n')
    assert findings(packages) == [Finding("core, plugin", "en", "conflict", "报修", "core: Repair; plugin: Fix")]


def test_a_new_text_takes_the_translation_that_another_package_has(tmp_path: Path) -> None:
    code = 'from gongdan.text import msg\nREPAIR = msg("报修")\n'
    core, plugin = (make_package(tmp_path, name, code) for name in ("core", "plugin"))
    write_catalogue(core, "en", 'msgid "报修"\nmsgstr "Repair"\n')
    assert update([core, plugin]) == 0
    assert 'msgstr "Repair"' in plugin.catalogue("en").read_text(encoding="utf-8")


def test_a_template_that_does_not_parse_fails_instead_of_losing_its_texts(tmp_path: Path) -> None:
    package = make_package(tmp_path, "core", "", '{{ _("报修") ')
    with pytest.raises(Exception, match="unexpected end"):
        update([package])


def test_the_shipped_catalogues_have_no_gap() -> None:
    assert [str(finding) for finding in findings(installed_packages())] == []


def test_the_english_texts_are_english() -> None:
    han = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
    # A unit, two amounts and a number plate are quoted as people write them.
    quoted = set("㎡元万粤")
    found = [
        f"{package.name}: {words}"
        for package in installed_packages()
        for message in read_catalogue(package, "en")
        if message.id
        for words in words_of(message)
        if set(han.findall(words)) - quoted
    ]
    assert found == []

"""A Word template is filled with texts; one that asks for more is refused in words."""

from __future__ import annotations

import pytest

from gongdan.language import for_locale, render_error
from gongdan.printing import word_templates
from gongdan.printing.word_templates import Contents, DocxNotInstalled, WordRefused, fill
from tests.core.printing.word_files import LOOP, part, texts, with_parts, word_file

CONTENTS = Contents(
    {"number": "WX0001", "业主姓名": "王芳 <b>&", "空的": ""},
    {"使用材料": [{"名称": "三角阀", "金额": "45.00"}, {"名称": "生料带{{ number }}", "金额": "4.00"}]},
    {"使用材料": ("名称", "金额")},
)
RELS = "word/_rels/document.xml.rels"


def refused(content: bytes) -> str:
    """Return why a template is refused."""
    with pytest.raises(WordRefused) as problem:
        fill("模板.docx", content, CONTENTS)
    said = render_error(problem.value, for_locale("zh"))
    return f"{said.text}；{said.remedy}"


def test_values_and_lines_stand_where_the_marks_were() -> None:
    template = word_file("编号 {{ number }} 业主 {{ 业主姓名 }}", rows=LOOP, header="{{number}}")
    filled = texts(fill("模板.docx", template, CONTENTS))
    assert filled == ["编号 WX0001 业主 王芳 <b>&", "三角阀", "45.00", "生料带{{ number }}", "4.00", "WX0001"]


def test_a_part_stands_only_where_something_is_filled_in() -> None:
    marks = "{% if 空的 %}有{% else %}无{% endif %} {% if number and not 空的 %}是{% endif %}"
    assert texts(fill("模板.docx", word_file(marks), CONTENTS))[0] == "无 是"


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ("{{ number.__class__.__mro__ }}", "不能写"),
        ("{{ ''.__class__ }}", "不能写"),
        ("{{ number['__class__'] }}", "不能写"),
        ("{{ number|attr('__class__') }}", "不能写"),
        ("{{ self.__init__.__globals__ }}", "不能写"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "不能写"),
        ("{% include '/etc/passwd' %}", "不能写：include"),
        ("{% import 'x' as y %}", "不能写：import"),
        ("{% extends '/etc/passwd' %}", "不能写"),
        ("{% set x = 1 %}", "不能写：assign"),
        ("{% macro x() %}{% endmacro %}", "不能写：macro"),
        ("{{ range(1000000000) }}", "不能写：call"),
        ("{{ 'a' * 1000000000 }}", "不能写：mul"),
        ("{% for x in range(9) %}{% endfor %}", "不能写：for"),
        ("{% for a in 使用材料 %}{% for b in 使用材料 %}{% endfor %}{% endfor %}", "不能写：for"),
        ("{% for number in 使用材料 %}{% endfor %}", "不能写：for"),
        ("{% for a in 使用材料 %}{{ a.pop }}{% endfor %}", "表单没有的栏目：a.pop"),
        ("{% for a in 使用材料 %}{{ loop.cycle }}{% endfor %}", "不能写：loop.cycle"),
        ("{{ 业主电话 }} {{ 房号 }}", "表单没有的栏目：业主电话、房号；可用的有：number、业主姓名、空的、使用材料"),
        ("{% if 电话 %}{% endif %}", "表单没有的栏目：电话"),
        ("{{ number ", "写得不完整的标记"),
        ("{% for a in 使用材料 %}", "写得不完整的标记"),
        ("{% call number() %}{% endcall %}", "不能写"),
        ("{% filter upper %}{% endfilter %}", ""),
    ],
)
def test_what_a_template_may_not_say_is_refused(marks: str, said: str) -> None:
    assert said in refused(word_file(marks))


def test_headers_are_looked_at_too() -> None:
    assert "不能写" in refused(word_file("正文", header="{{ number.__class__ }}"))


def _with_relationship(kind: str, target: str, mode: str = "") -> bytes:
    content = word_file("正文")
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    added = f'<Relationship Id="rId99" Type="{namespace}/{kind}" Target="{target}"{mode}/></Relationships>'
    return with_parts(content, {RELS: part(content, RELS).replace(b"</Relationships>", added.encode())})


@pytest.mark.parametrize(
    ("kind", "target", "mode", "said"),
    [
        ("image", "http://evil.example/x.png", ' TargetMode="External"', "含有外部链接"),
        ("attachedTemplate", "file:///etc/x.dotm", " TargetMode='External'", "含有外部链接"),
        ("attachedTemplate", "template.dotx", "", "含有嵌入的对象或附加的模板"),
        ("oleObject", "embeddings/x.ole", "", "含有嵌入的对象或附加的模板"),
        ("aFChunk", "chunk.html", "", "含有嵌入的对象或附加的模板"),
    ],
)
def test_a_document_that_brings_in_something_else_is_refused(kind: str, target: str, mode: str, said: str) -> None:
    assert said in refused(_with_relationship(kind, target, mode))


def test_macros_are_refused() -> None:
    content = word_file("正文")
    assert "宏" in refused(with_parts(content, {"word/vbaProject.bin": b"x"}))
    types = part(content, "[Content_Types].xml").replace(b"document.main+xml", b"document.macroEnabled.main+xml")
    assert "宏" in refused(with_parts(content, {"[Content_Types].xml": types}))


@pytest.mark.parametrize("code", ["INCLUDETEXT /etc/passwd", "DDEAUTO c:\\\\cmd.exe", "INCLUDEPICTURE http://x"])
def test_fields_that_fetch_something_are_refused(code: str) -> None:
    content = word_file("正文")
    body = part(content, "word/document.xml").decode()
    whole = f'<w:p><w:fldSimple w:instr="{code}"/></w:p>'
    cut = f"<w:p><w:r><w:instrText>{code[:4]}</w:instrText></w:r><w:r><w:instrText>{code[4:]}</w:instrText></w:r></w:p>"
    for added in (whole, cut):
        changed = body.replace("<w:body>", f"<w:body>{added}").encode()
        assert "含有会读取其他文件的域" in refused(with_parts(content, {"word/document.xml": changed}))


def test_entities_are_refused() -> None:
    content = word_file("正文")
    body = part(content, "word/document.xml")
    declared = body.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document', 1)
    assert "不安全的 XML 声明" in refused(with_parts(content, {"word/document.xml": declared}))
    hidden = body.decode().encode("utf-16")
    assert "不安全的 XML 声明" in refused(with_parts(content, {"word/document.xml": hidden}))


def test_what_unpacks_to_too_much_is_refused() -> None:
    bomb = with_parts(word_file("正文"), {"word/media/x.png": b"\0" * (31 * 1024 * 1024)})
    assert len(bomb) < 5 * 1024 * 1024
    assert "解开后过大" in refused(bomb)


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_word_file_is_refused(content: bytes) -> None:
    assert "不是 Word 文档" in refused(content)


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_templates, "find_spec", lambda name: None)
    with pytest.raises(DocxNotInstalled) as lacking:
        fill("模板.docx", b"", CONTENTS)
    assert "pip install 'gongdan[docx]'" in lacking.value.remedy

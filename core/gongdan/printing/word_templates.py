"""Word templates: a .docx with a few marks in it, checked to the last part, filled with texts and nothing else.

What a template may say is a list of what is allowed: a declared name, a table's lines one after another, a part that
stands only where something is filled in. Whatever else a template language offers is refused.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, ClassVar, Final

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from gongdan.errors import FileRefused, GongdanError
from gongdan.text import msg

#: Largest template, in bytes, inclusive.
MAX_BYTES: Final = 5 * 1024 * 1024
_MAX_UNPACKED: Final = 30 * 1024 * 1024
_MAX_TEXT_PART: Final = 2 * 1024 * 1024
_MAX_PARTS: Final = 300
_MAIN: Final = "word/document.xml"
_MAIN_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
#: Relationships by which a document brings in what is not in it, or what is a program.
_REACHING: Final = re.compile(
    rb'relationships/(attachedTemplate|aFChunk|frame|subDocument|oleObject|package|control|vbaProject)"', re.IGNORECASE
)
_EXTERNAL: Final = re.compile(rb"TargetMode\s*=\s*[\"']\s*External", re.IGNORECASE)
_DECLARATION: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
#: Codes of fields that fetch something when the document is opened.
_FETCHING: Final = re.compile(r"\b(INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|DDE|LINK|DATABASE|RD)\b", re.IGNORECASE)
_FIELD_CODE: Final = re.compile(r"<w:instrText[^>]*>(.*?)</w:instrText>|w:instr=\"([^\"]*)\"", re.DOTALL)


@dataclass(eq=False)
class DocxNotInstalled(GongdanError):
    """The extra that fills Word templates is not there."""

    code: ClassVar[str] = "docx_not_installed"
    text: ClassVar[str] = msg("这套系统没有安装 Word 模板组件")
    remedy: ClassVar[str] = msg("请管理员运行 pip install 'gongdan[docx]'")


@dataclass(eq=False)
class WordRefused(FileRefused):
    """A Word file that is not taken as a template."""

    code: ClassVar[str] = "word_refused"
    text: ClassVar[str] = msg("Word 模板“{name}”不能使用：{reason}")
    remedy: ClassVar[str] = msg("请在 Word 里改好，另存为 docx 后再上传")


@dataclass(eq=False)
class WordForbidden(WordRefused):
    """A mark of a template asks for more than a value."""

    code: ClassVar[str] = "word_forbidden"
    text: ClassVar[str] = msg("Word 模板“{name}”里只能写栏目名、明细表的循环和“如果填了”，不能写：{marks}")

    #: What stands in the template, as the template language calls it.
    marks: tuple[str, ...] = ()


@dataclass(eq=False)
class WordUnknownNames(WordRefused):
    """A mark of a template names what the form does not have."""

    code: ClassVar[str] = "word_unknown_names"
    text: ClassVar[str] = msg("Word 模板“{name}”写了表单没有的栏目：{marks}")
    remedy: ClassVar[str] = msg("可用的有：{known}")

    marks: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(eq=False)
class WordUnfinished(WordRefused):
    """A mark of a template has no end."""

    code: ClassVar[str] = "word_unfinished"
    text: ClassVar[str] = msg("Word 模板“{name}”有写得不完整的标记：{mark}")

    mark: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a template may name, and what then stands there."""

    texts: Mapping[str, str]
    #: Lines by table, each with texts by column.
    tables: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    #: Columns by table, also of one without lines.
    columns: Mapping[str, Collection[str]] = field(default_factory=dict)


def fill(name: str, content: bytes, contents: Contents) -> bytes:
    """Return a Word file with the texts in place of the marks; raises ``WordRefused`` or ``DocxNotInstalled``."""
    if find_spec("docxtpl") is None:
        raise DocxNotInstalled
    _check_package(name, content)
    environment = _Environment(name, contents)
    from docxtpl import DocxTemplate  # noqa: PLC0415 -- an extra of the distribution

    try:
        template = DocxTemplate(io.BytesIO(content))
        template.render({**contents.texts, **contents.tables}, environment, autoescape=True)
        target = io.BytesIO()
        template.save(target)
    except TemplateSyntaxError as problem:
        raise WordUnfinished(name, mark=str(problem)) from problem
    except (KeyError, ValueError, AttributeError, SyntaxError, zipfile.BadZipFile) as problem:
        raise WordRefused(name, msg("文件已损坏，或者不是 Word 文档")) from problem
    return target.getvalue()


def check(name: str, content: bytes, contents: Contents) -> None:
    """Refuse a template that could not be filled, or that asks for more than it may; raises as ``fill``."""
    fill(name, content, contents)


# --- The package -------------------------------------------------------------------------------------------------


def _check_package(name: str, content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise WordRefused(name, msg("超过 5 MB"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for reason in _package_problems(package):
                raise WordRefused(name, reason)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError) as problem:
        raise WordRefused(name, msg("文件已损坏，或者不是 Word 文档")) from problem


def _package_problems(package: zipfile.ZipFile) -> Iterator[str]:
    parts = package.infolist()
    names = [part.filename for part in parts]
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        yield msg("解开后过大")
    if len(set(map(str.lower, names))) != len(names) or any(".." in name or name.startswith("/") for name in names):
        yield msg("文件已损坏，或者不是 Word 文档")
    if _MAIN not in names or "[Content_Types].xml" not in names:
        yield msg("文件已损坏，或者不是 Word 文档")
    if any(name.lower().endswith((".bin", ".exe", ".vbs", ".js")) or "activex" in name.lower() for name in names):
        yield msg("含有宏或嵌入的程序")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            if part.file_size > _MAX_TEXT_PART:
                yield msg("解开后过大")
            yield from _part_problems(part.filename, package.read(part))


def _part_problems(name: str, content: bytes) -> Iterator[str]:
    # A part in another encoding could hide what is looked for.
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in content or _DECLARATION.search(content):
        yield msg("含有不安全的 XML 声明")
    if name == "[Content_Types].xml" and (_MAIN_TYPE.encode() not in content or b"macroEnabled" in content):
        yield msg("含有宏，或者不是 docx 文档")
    if name.lower().endswith(".rels"):
        if _EXTERNAL.search(content):
            yield msg("含有外部链接：超链接、链接的图片或附加的模板")
        if _REACHING.search(content):
            yield msg("含有嵌入的对象或附加的模板")
        return
    try:
        text = content.decode()
    except UnicodeDecodeError:
        yield msg("含有不安全的 XML 声明")
        return
    # Word may cut the code of one field into pieces.
    codes = "".join(found[1] or found[2] or "" for found in _FIELD_CODE.finditer(text))
    if _FETCHING.search(codes):
        yield msg("含有会读取其他文件的域")


# --- The marks ---------------------------------------------------------------------------------------------------


class _Environment(SandboxedEnvironment):
    """Checks every text before it becomes a template; the sandbox stands behind that."""

    def __init__(self, name: str, contents: Contents) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self._name = name
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()
        self._contents = contents

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Any:  # noqa: A002 -- Jinja's own name
        if isinstance(source, str):
            marks = _Marks(self._contents)
            marks.look(self.parse(source).body)
            marks.judge(self._name)
        return super().from_string(source, globals, template_class)


class _Marks:
    """Walks through a template and notes what is not allowed in it."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._unknown: dict[str, None] = {}
        self._forbidden: dict[str, None] = {}

    def judge(self, name: str) -> None:
        """Raise when something was noted in the template of that name."""
        if self._forbidden:
            raise WordForbidden(name, marks=tuple(self._forbidden))
        if self._unknown:
            known = (*self._contents.texts, *self._contents.tables)
            raise WordUnknownNames(name, marks=tuple(self._unknown), known=known)

    def look(self, body: Sequence[nodes.Node], line: tuple[str, str] | None = None) -> None:
        """Look at what stands in a row; ``line`` is the name of a line and of its table, inside a loop."""
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    if not isinstance(part, nodes.TemplateData):
                        self._value(part, line)
            elif isinstance(node, nodes.If):
                self._condition(node.test, line)
                self.look(node.body, line)
                for other in node.elif_:
                    self.look([other], line)
                self.look(node.else_, line)
            elif isinstance(node, nodes.For) and line is None:
                self._loop(node)
            else:
                self._forbid(node)

    def _loop(self, node: nodes.For) -> None:
        plain = node.test is None and not node.recursive and not node.else_
        if not plain or not isinstance(node.iter, nodes.Name) or not isinstance(node.target, nodes.Name):
            self._forbid(node)
        elif node.iter.name not in self._contents.columns:
            self._unknown[node.iter.name] = None
        elif node.target.name in self._contents.texts or node.target.name == "loop":
            self._forbid(node)
        else:
            self.look(node.body, (node.target.name, node.iter.name))

    def _condition(self, node: nodes.Node, line: tuple[str, str] | None) -> None:
        if isinstance(node, nodes.Not):
            self._condition(node.node, line)
        elif isinstance(node, nodes.And | nodes.Or):
            self._condition(node.left, line)
            self._condition(node.right, line)
        elif isinstance(node, nodes.Name) and node.name in self._contents.tables:
            return
        else:
            self._value(node, line)

    def _value(self, node: nodes.Node, line: tuple[str, str] | None) -> None:
        if isinstance(node, nodes.Name):
            if node.name not in self._contents.texts:
                self._unknown[node.name] = None
        elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and line is not None:
            self._column(node.node.name, node.attr, line)
        else:
            self._forbid(node)

    def _column(self, owner: str, attribute: str, line: tuple[str, str]) -> None:
        if owner == "loop" and attribute == "index":
            return
        if owner != line[0]:
            self._forbidden[f"{owner}.{attribute}"] = None
        elif attribute not in self._contents.columns[line[1]]:
            self._unknown[f"{owner}.{attribute}"] = None

    def _forbid(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Getattr):
            self._forbidden[f".{node.attr}"] = None
        else:
            self._forbidden[type(node).__name__.lower()] = None

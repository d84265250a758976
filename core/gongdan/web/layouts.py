"""Layouts of forms: looked at, changed with a preview beside, and taken back to the shipped one."""

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.forms import FormKind
from gongdan.errors import GongdanError, InvalidInput, StaleVersion
from gongdan.printing.layout_texts import KEYS, PAPERS
from gongdan.printing.word_templates import MAX_BYTES, WordRefused
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import go, told
from gongdan.web.papers import drawing
from gongdan.web.problems import status_of
from gongdan.web.words import rendered, say, translator

pages = Blueprint("layouts", __name__, url_prefix="/settings/layouts")

_WORD_HELP = msg(
    "在 Word 文档里写 {field}，下载时换成单据的内容；明细表的一行，前后各加一行 {loop} 和 {end}，行内写 {column}。"
)
#: How marks are written; braces in a text would be placeholders.
_WORD_MARKS = {
    "field": "{{ 栏目名 }}", "loop": "{%tr for 行 in 明细表 %}", "end": "{%tr endfor %}", "column": "{{ 行.列名 }}",
}  # fmt: skip

Answer = AnyResponse | str | tuple[str, int]


@pages.get("")
@needs("company.admin")
def index() -> str:
    """Show the form kinds of the company with their layouts."""
    return render_template("layouts/index.html", kinds=current_desk().layouts.kinds())


@pages.get("/<kind>")
@needs("company.admin")
def edit(kind: str) -> str:
    current = current_desk().layouts.current(kind)
    return _page(kind, Form.of(text=current.text, version=current.version))


@pages.post("/<kind>/preview")
@needs("company.admin")
def preview(kind: str) -> str:
    """Return the paper by a text that is not saved yet, or what is wrong with it."""
    return _preview(kind, request.form.get("text", ""))


@pages.post("/<kind>")
@needs("company.admin")
def save(kind: str) -> Answer:
    form = Form.typed()
    try:
        current_desk().layouts.save(kind, form.value("text"), form.version())
    except StaleVersion as refusal:
        current = current_desk().layouts.current(kind)
        return _page(kind, form.with_value("version", current.version).refused(refusal)), status_of(refusal)
    except InvalidInput as refusal:
        return _page(kind, form.refused(refusal)), status_of(refusal)
    told(msg("版面已保存；以前归档的单据仍按当时的版面打印"))
    return go("layouts.edit", kind=kind)


@pages.post("/<kind>/shipped")
@needs("company.admin")
def reset(kind: str) -> Answer:
    """Go back to the shipped layout."""
    form = Form.typed()
    try:
        current_desk().layouts.reset(kind, form.version())
    except GongdanError as refusal:
        current = current_desk().layouts.current(kind)
        return _page(kind, Form.of(text=current.text, version=current.version).refused(refusal)), status_of(refusal)
    told(msg("已恢复默认版面"))
    return go("layouts.edit", kind=kind)


@pages.post("/<kind>/word")
@needs("company.admin")
def add_template(kind: str) -> Answer:
    """Keep a Word template that can be filled."""
    current = current_desk().layouts.current(kind)
    form = Form.of(text=current.text, version=current.version)
    given = request.files.get("file")
    name, content = (given.filename or "", given.read(MAX_BYTES + 1)) if given else ("", b"")
    try:
        current_desk().word_templates.add(kind, name, content, translator())
    except WordRefused as refusal:
        return _page(kind, form.refused(refusal)), status_of(refusal)
    told(msg("Word 模板已保存，可以从单据的打印页下载"))
    return go("layouts.edit", kind=kind)


@pages.post("/word/<uuid:template_id>/remove")
@needs("company.admin")
def remove_template(template_id: UUID) -> AnyResponse:
    removed = current_desk().word_templates.remove(template_id)
    told(msg("已停用 Word 模板“{name}”"), name=removed.name)
    return go("layouts.edit", kind=removed.kind)


def _page(kind_name: str, form: Form) -> str:
    layouts = current_desk().layouts
    kind = layouts.kind(kind_name)
    return render_template(
        "layouts/edit.html",
        kind=kind,
        form=form,
        versions=layouts.versions(kind_name),
        names=_names(kind),
        word_help=say(_WORD_HELP, **_WORD_MARKS),
        templates=current_desk().word_templates.of(kind_name),
        keys=KEYS,
        papers=tuple(PAPERS.values()),
        preview=_preview(kind_name, form.value("text")),
    )


def _preview(kind_name: str, text: str) -> str:
    desk = current_desk()
    try:
        layout = desk.layouts.read(kind_name, text)
    except InvalidInput as refusal:
        return render_template("layouts/preview.html", paper=None, problems=rendered(refusal).problems)
    paper = desk.printing.sample(desk.layouts.kind(kind_name), layout, translator())
    return render_template("layouts/preview.html", paper=paper, problems=(), **drawing())


def _names(kind: FormKind) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a layout of the kind can name: headings as source texts, then labels and names."""
    cells = [(part.label or part.name, part.name) for section in kind.sections for part in section.parts]
    found = [
        (msg("栏目"), cells),
        (msg("明细表"), [(table.label, table.name) for table in kind.tables]),
        (msg("检查表"), [(checklist.label, checklist.name) for checklist in kind.checklists]),
        (msg("签字栏"), [(box.label, box.name) for box in kind.signatures]),
    ]
    return [(heading, names) for heading, names in found if names]

"""Importing a list: choose the file, see what would become of each row, start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, current_app, render_template, request
from marshmallow import Schema
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from gongdan.domain.headings import HeadingNotFound
from gongdan.domain.importing import Importer
from gongdan.errors import FieldProblem, GongdanError, InvalidInput
from gongdan.services.imports import Preview, Source
from gongdan.sheets.errors import FileTooLarge
from gongdan.sheets.reading import open_sheet
from gongdan.text import msg
from gongdan.web import edges, import_previews, import_words
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.import_jobs import take_through
from gongdan.web.pages import fragment, go
from gongdan.web.problems import status_of
from gongdan.web.uploads import KeptFile, keep, kept, laid_out
from gongdan.web.words import say

pages = Blueprint("imports", __name__)

#: Codecs that a text file may be read with, when the one that was found is wrong.
ENCODINGS = ("utf-8-sig", "gb18030", "utf-16", "big5")

Answer = Response | str | tuple[str, int]


class ChoiceSchema(Schema):
    """How a file is to be read."""

    name = edges.text(msg("文件"))
    kind = edges.text(msg("表格种类"))
    sheet = edges.text(msg("工作表"))
    encoding = edges.text(msg("文字编码"))


@dataclass(frozen=True, slots=True)
class Choice:
    """How a file is to be read, as the address says it."""

    file: KeptFile
    kind: str
    sheet: str
    encoding: str
    #: Heading → column; empty for a heading that is passed over.
    mapping: Mapping[str, str]

    def source(self, path: Path) -> Source:
        """Return the file at ``path`` to be read so."""
        return Source(path=path, name=self.file.name, encoding=self.encoding, sheet=self.sheet, mapping=self.mapping)


@pages.get("/imports")
@needs("import.run")
def index() -> str:
    desk = current_desk()
    return render_template(
        "imports/index.html", runs=desk.imports.all(), words=import_words, **_upload_values(Form.of())
    )  # fmt: skip


@pages.post("/imports/files")
@needs("import.run")
def upload() -> Answer:
    """Keep the file when it is a table at all; a refusal takes the place of the form."""
    desk, form = current_desk(), Form.typed()
    given = request.files.get("file")
    try:
        if given is None or not given.filename:
            raise InvalidInput((FieldProblem("file", "", msg("请选择一个文件"), label=msg("文件")),))
        kind = _kind(form.value("kind"), given.filename)
        file = keep(desk.installation, desk.company.id, given.filename, given.read())
        with laid_out(desk.installation, file) as path:
            open_sheet(path)
    except GongdanError as refusal:
        return fragment(_upload_form(form.refused(refusal)), status_of(refusal))
    return go("imports.preview", digest=file.digest, name=file.name, kind=kind)


@pages.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Response:
    """Say so beside the form; nobody is known yet when the server stops reading."""
    del error
    refusal = FileTooLarge(name=say(msg("所选文件")), limit_mb=_limit_mb())
    notice = render_template("imports/too_large.html", form=Form.of().refused(refusal))
    return fragment(notice, 413, HX_Retarget="#notices", HX_Reswap="innerHTML")


@pages.get("/imports/files/<digest>")
@needs("import.run")
def preview(digest: str) -> Answer:
    """Show what an import would make of the file; nothing is stored."""
    choice = _choice(digest, Form(request.args.to_dict(flat=False)))
    return _preview_page(choice)


@pages.post("/imports/files/<digest>/run")
@needs("import.run")
def run(digest: str) -> Answer:
    desk, choice = current_desk(), _choice(digest, Form.typed())
    try:
        with laid_out(desk.installation, choice.file) as path:
            begun = desk.imports.begin(choice.kind, choice.source(path))
    except GongdanError:
        # The preview says the same, with the way out beside it.
        return _preview_page(choice)
    take_through(desk, begun.id, choice.file)
    return go("import_runs.show", run_id=begun.id)


def _preview_page(choice: Choice) -> Answer:
    desk = current_desk()
    refusal: GongdanError | None = None
    found: Preview | None = None
    headings: Sequence[import_previews.Heading] = ()
    with laid_out(desk.installation, choice.file) as path:
        importer = desk.imports.importer(choice.kind)
        try:
            found = desk.imports.preview(choice.kind, choice.source(path))
            headings = import_previews.headings(found)
        except HeadingNotFound as problem:
            refusal, headings = problem, import_previews.first_headings(choice.source(path))
        except GongdanError as problem:
            refusal = problem
    page = render_template(
        "imports/preview.html",
        choice=choice,
        preview=found,
        headings=headings,
        columns=[(column.name, say(column.label)) for column in importer.columns],
        problems=[line for row in found.problems for line in import_words.lines(row, importer)] if found else (),
        cells=import_previews.cells(found) if found else (),
        parts_=import_words.parts(found.counts) if found else (),
        form=Form.of().warned(refusal),
        kinds=_kinds(),
        kind_label=say(importer.label),
        encodings=ENCODINGS,
        is_text=choice.file.name.lower().endswith((".csv", ".txt", ".tsv")),
    )
    return (page, status_of(refusal)) if refusal else page


def _choice(digest: str, form: Form) -> Choice:
    values = edges.read(ChoiceSchema, form)
    file = kept(current_desk().company.id, digest, values["name"])
    mapping = dict(zip(form.all("heading"), form.all("column"), strict=False))
    encoding = values["encoding"] if values["encoding"] in ENCODINGS else ""
    return Choice(file, values["kind"], values["sheet"], encoding, mapping)


def _kind(chosen: str, name: str) -> str:
    """Return the chosen kind, or the one whose name the file bears; raises ``InvalidInput``."""
    if chosen:
        return current_desk().imports.importer(chosen).kind
    for kind, label in _kinds():
        if label in name:
            return kind
    raise InvalidInput((FieldProblem("kind", name, msg("从文件名看不出是哪一种表格"), msg("请在上面选择"),
                                     label=msg("表格种类")),))  # fmt: skip


def _kinds() -> Sequence[tuple[str, str]]:
    return [(importer.kind, say(importer.label)) for importer in current_desk().imports.kinds()]


def _limit_mb() -> int:
    return int(current_app.config["MAX_CONTENT_LENGTH"] or 0) // (1024 * 1024)


def _upload_values(form: Form) -> dict[str, object]:
    importers: Sequence[Importer] = current_desk().imports.kinds()
    return {"form": form, "importers": importers, "limit_mb": _limit_mb()}


def _upload_form(form: Form) -> str:
    return render_template("imports/upload.html", **_upload_values(form))

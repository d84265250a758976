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
from gongdan.services.import_previews import Preview
from gongdan.services.imports import Source
from gongdan.services.uploads import Uploads
from gongdan.sheets.errors import FileTooLarge
from gongdan.text import msg
from gongdan.web import edges, import_previews, import_words
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.import_jobs import take_through
from gongdan.web.pages import fragment, go
from gongdan.web.problems import status_of
from gongdan.web.uploads import KeptFile, at_hand, keep, kept, laid_out
from gongdan.web.words import say, translator

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
    Uploads(desk).sweep()
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
        content = given.read()
        with at_hand(given.filename, content) as path:
            kind = _kind(form.value("kind"), Source(path=path, name=given.filename))
        file = keep(desk, given.filename, content)
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
        with laid_out(desk, choice.file) as path:
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
    with laid_out(desk, choice.file) as path:
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
        outcomes=import_words.outcomes(found.counts) if found else (),
        earlier=desk.imports.of_file(choice.file.digest),
        words=import_words,
        form=Form.of().warned(refusal),
        kinds=_kinds(),
        kind_label=say(importer.label),
        encodings=ENCODINGS,
        is_text=choice.file.name.lower().endswith((".csv", ".txt", ".tsv")),
    )
    return (page, status_of(refusal)) if refusal else page


def _choice(digest: str, form: Form) -> Choice:
    values = edges.read(ChoiceSchema, form)
    file = kept(digest, values["name"])
    mapping = dict(zip(form.all("heading"), form.all("column"), strict=False))
    encoding = values["encoding"] if values["encoding"] in ENCODINGS else ""
    return Choice(file, values["kind"], values["sheet"], encoding, mapping)


def _kind(chosen: str, source: Source) -> str:
    """Return the chosen kind, or the one whose headings the file has; of several, the one whose name it bears.

    Raises ``FileRefused`` for what is no table, and ``InvalidInput`` where a person has to say what it is.
    """
    recognised = current_desk().imports.recognise(source)
    fitting = [importer.kind for importer in recognised]
    if chosen:
        return current_desk().imports.importer(chosen).kind
    named = [kind for kind, label in _kinds() if label in source.name]
    both = [kind for kind in fitting if kind in named]
    # Headings that are unknown can be told by hand, once the kind is known.
    for found in (fitting, both, named if not fitting else []):
        if len(found) == 1:
            return found[0]
    rule = msg("表头与可以导入的表格都不相符")
    if fitting:
        rule = msg("表头同时符合几种表格：{kinds}")
    labels = translator().join(say(importer.label) for importer in recognised)
    raise InvalidInput((FieldProblem("kind", source.name, rule, msg("请在上面选择"), params={"kinds": labels},
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

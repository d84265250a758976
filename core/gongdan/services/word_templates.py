"""Word templates of forms: uploaded by administrators, filled by who prints."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.form_cells import ShownChecklist, ShownForm, ShownSection, ShownTable, shown
from gongdan.domain.forms import FormKind
from gongdan.domain.secrecy import Way
from gongdan.errors import FileMissing, NotFound
from gongdan.language import Translator
from gongdan.printing.word_templates import Contents, WordRefused, check, fill
from gongdan.services.file_checks import clean_name
from gongdan.services.form_papers import blank_form
from gongdan.services.paper_words import Wording
from gongdan.services.printing import PrintedRecord, put_on_paper
from gongdan.storage.printing import WordTemplateRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class WordTemplateView:
    """A template without its bytes; ``made_at`` is aware, UTC."""

    id: UUID
    kind: str
    name: str
    size_bytes: int
    made_by: str
    made_at: datetime


class WordTemplates:
    """Use cases around Word templates of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def of(self, kind_name: str) -> Sequence[WordTemplateView]:
        """Return the templates of a form kind, by name."""
        self._desk.require("ticket.view")
        query = select(WordTemplateRow).where(WordTemplateRow.kind == kind_name, WordTemplateRow.removed_at.is_(None))
        with self._desk.reading() as session:
            return tuple(map(_view, session.scalars(query.order_by(WordTemplateRow.name, WordTemplateRow.id))))

    def add(self, kind_name: str, name: str, content: bytes, translator: Translator) -> WordTemplateView:
        """Keep a template of a form kind; raises ``WordRefused`` for one that asks for more than it may."""
        self._desk.require("company.admin")
        kind = self._desk.layouts.kind(kind_name)
        name = clean_name(name)
        if not name.lower().endswith(".docx"):
            raise WordRefused(name, msg("不是 docx 文档"))
        check(name, content, _contents(shown(blank_form(self._desk, kind), Wording(self._desk, translator)), kind, ""))
        digest = self._desk.installation.files.put(self._desk.company.id, content)
        with self._desk.working() as work:
            row = WordTemplateRow(
                kind=kind_name,
                name=name,
                sha256=digest,
                size_bytes=len(content),
                made_by=work.actor.account_id,
                made_by_name=work.actor.name,
                made_at=work.now,
                removed_at=None,
            )
            work.session.add(row)
            work.session.flush()
            work.record("word_template.added", "word_template", row.id, after={"kind": kind_name, "name": name})
            return _view(row)

    def remove(self, template_id: UUID) -> WordTemplateView:
        """Take a template out of use; raises ``NotFound``."""
        self._desk.require("company.admin")
        with self._desk.working() as work:
            row = work.get(WordTemplateRow, template_id, "word_template", lock=True)
            if row.removed_at is not None:
                raise NotFound("word_template", str(template_id))
            row.removed_at = work.now
            work.record("word_template.removed", "word_template", row.id, before={"kind": row.kind, "name": row.name})
            return _view(row)

    def fill(self, template_id: UUID, form_id: UUID, translator: Translator) -> tuple[str, bytes]:
        """Return name and bytes of a Word file with what stands on a form; noted as a print.

        Raises ``NotFound``, also for a template of another kind, ``FileMissing``, ``WordRefused``.
        """
        desk, wording = self._desk, Wording(self._desk, translator)
        with desk.by(Way.PRINT):
            form = desk.forms.find(form_id)
        with desk.reading() as session:
            row = session.scalars(select(WordTemplateRow).where(WordTemplateRow.id == template_id)).one_or_none()
            if row is None or row.removed_at is not None or row.kind != form.kind.name:
                raise NotFound("word_template", str(template_id))
        try:
            template = desk.installation.files.get(desk.company.id, row.sha256)
        except FileNotFoundError as problem:
            raise FileMissing(row.name) from problem
        found = shown(form, wording)
        content = fill(row.name, template, _contents(found, form.kind, desk.company.name))
        with desk.working() as work:
            record = PrintedRecord("form", form_id, found.title, found.number, ("",))
            put_on_paper(desk, work, [record], way="docx")
        return clean_name(f"{found.number or found.title} {row.name}"), content


def _contents(form: ShownForm, kind: FormKind, company: str) -> Contents:
    """Return what stands on a form under its names, and under its labels where these are names as well."""
    texts: dict[str, str] = {"company": company, "form_title": form.title, "form_number": form.number}
    tables: dict[str, Sequence[Mapping[str, str]]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for block in form.blocks:
        if isinstance(block, ShownSection):
            texts |= dict(_both((cell.name, cell.label, cell.text) for cell in block.cells))
            continue
        lines, names = _table(block, kind) if isinstance(block, ShownTable) else _checklist(block)
        for key, _ in _both([(block.name, block.heading, "")]):
            tables.setdefault(key, lines)
            columns.setdefault(key, names)
        if isinstance(block, ShownTable):
            texts |= _sums(block, kind)
    for box in form.signatures:
        texts |= {f"signed_{box.box}": box.name, f"signed_{box.box}_at": box.at}
    return Contents(texts, tables, columns)


def _table(block: ShownTable, kind: FormKind) -> tuple[Sequence[Mapping[str, str]], tuple[str, ...]]:
    keys = _columns(block, kind)
    lines = [dict(_both((*key, text) for key, text in zip(keys, row, strict=True))) for row in block.rows]
    return lines, tuple(name for name, _ in _both((*key, "") for key in keys))


def _checklist(block: ShownChecklist) -> tuple[Sequence[Mapping[str, str]], tuple[str, ...]]:
    lines = [
        {"label": one.label, "standard": one.standard, "result": one.result_text, "remark": one.remark}
        for one in block.items
    ]
    return lines, ("label", "standard", "result", "remark")


def _sums(block: ShownTable, kind: FormKind) -> Mapping[str, str]:
    sums = block.totals or ("",) * len(block.titles)
    named = zip(_columns(block, kind), sums, strict=True)
    return {f"{block.name}_in_words": block.in_words} | {f"{block.name}_{key[0]}_total": text for key, text in named}


def _columns(block: ShownTable, kind: FormKind) -> Sequence[tuple[str, str]]:
    declared = next(table for table in kind.tables if table.name == block.name)
    return [(column.name, title) for column, title in zip(declared.columns, block.titles, strict=True)]


def _both(named: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    for name, label, text in named:
        if label.isidentifier():
            yield label, text
        yield name, text


def _view(row: WordTemplateRow) -> WordTemplateView:
    return WordTemplateView(row.id, row.kind, row.name, row.size_bytes, row.made_by_name, row.made_at)

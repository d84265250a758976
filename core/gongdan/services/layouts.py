"""Layouts of forms: the shipped one, the company's own versions of it, and the one that a form is printed by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.form_views import FormView
from gongdan.domain.forms import FormKind
from gongdan.domain.layouts import Layout, LayoutProblem, default_layout, problems
from gongdan.errors import FieldProblem, InvalidInput, NotFound, StaleVersion
from gongdan.printing.layout_texts import LayoutMisread, read_layout
from gongdan.printing.layout_writing import write_layout
from gongdan.storage.printing import FormLayoutRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Under which names of kinds become ids of the journal.
_KINDS: Final = UUID("6f1c7e0a-6d0b-4b52-9a37-0a2f2a4c9f11")


@dataclass(frozen=True, slots=True)
class LayoutVersion:
    """One version of a layout; ``made_at`` is aware, UTC."""

    #: 0 for the shipped one.
    version: int
    text: str
    #: It is what the form kind itself says; a company that went back to that has versions too.
    is_shipped: bool
    made_by: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChosenLayout:
    """The layout that a form is printed by."""

    layout: Layout
    #: The company's layout of that day does not fit the form; the shipped one stands in.
    is_stand_in: bool = False


class Layouts:
    """Use cases around layouts of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def kinds(self) -> Sequence[tuple[FormKind, LayoutVersion]]:
        """Return the form kinds of the company's plugins, each with its layout in force."""
        self._desk.require("company.admin")
        declared = self._desk.installation.plugins.catalogue.forms.of(self._desk.enabled)
        with self._desk.reading():
            return tuple((kind, self.current(kind.name)) for kind in declared)

    def kind(self, name: str) -> FormKind:
        """Return a form kind of the company's plugins; raises ``NotFound``."""
        declared = self._desk.installation.plugins.catalogue.forms.of(self._desk.enabled)
        found = next((kind for kind in declared if kind.name == name), None)
        if found is None:
            raise NotFound("form_kind", name)
        return found

    def current(self, kind_name: str) -> LayoutVersion:
        """Return the layout in force."""
        return self.versions(kind_name)[0]

    def versions(self, kind_name: str) -> Sequence[LayoutVersion]:
        """Return all versions of a layout, the newest first and the shipped one last."""
        kind = self.kind(kind_name)
        shipped = shipped_text(kind)
        with self._desk.reading() as session:
            own = tuple(_version(row, shipped) for row in _rows(session, kind_name))
        return (*own, LayoutVersion(0, shipped, is_shipped=True))

    def read(self, kind_name: str, text: str) -> Layout:
        """Return the layout that a text describes; raises ``InvalidInput`` naming everything that is wrong."""
        kind = self.kind(kind_name)
        try:
            layout = read_layout(text, kind)
        except LayoutMisread as misread:
            raise _refused([misread.problem], text) from misread
        found = list(problems(layout, kind))
        if found:
            raise _refused(found, text)
        return layout

    def save(self, kind_name: str, text: str, version: int) -> LayoutVersion:
        """Save a layout as a new version; ``version`` is the one that it was made from.

        Raises ``InvalidInput``, and ``StaleVersion`` when somebody else saved meanwhile.
        """
        self._desk.require("company.admin")
        # Line ends of browsers would make another text of the same.
        text = text.replace("\r\n", "\n")
        self.read(kind_name, text)
        return self._add(kind_name, text, version, "layout.saved")

    def reset(self, kind_name: str, version: int) -> LayoutVersion:
        """Go back to the shipped layout, as a new version; raises ``StaleVersion``."""
        self._desk.require("company.admin")
        return self._add(kind_name, "", version, "layout.reset")

    def for_form(self, form: FormView) -> ChosenLayout:
        """Return the layout of the day on which a form was filed; for a draft the one in force."""
        shipped = _shipped(form.kind)
        with self._desk.reading() as session:
            rows = _rows(session, form.kind.name)
        row = next((row for row in rows if form.filed_at is None or row.made_at <= form.filed_at), None)
        if row is None or not row.text:
            return ChosenLayout(shipped)
        try:
            layout = read_layout(row.text, form.kind)
        except LayoutMisread:
            return ChosenLayout(shipped, is_stand_in=True)
        if any(problems(layout, form.kind)):
            return ChosenLayout(shipped, is_stand_in=True)
        return ChosenLayout(layout)

    def _add(self, kind_name: str, text: str, version: int, act: str) -> LayoutVersion:
        kind = self.kind(kind_name)
        with self._desk.working() as work:
            work.take_turn()
            rows = _rows(work.session, kind_name)
            latest = rows[0].version if rows else 0
            if latest != version:
                raise StaleVersion("layout", kind.label, version, latest)
            row = FormLayoutRow(
                kind=kind_name,
                version=latest + 1,
                text=text,
                made_by=work.actor.account_id,
                made_by_name=work.actor.name,
                made_at=work.now,
            )
            work.session.add(row)
            work.session.flush()
            before = {"text": rows[0].text} if rows else {}
            after = {"kind": kind_name, "version": row.version, "text": text}
            work.record(act, "form_layout", uuid5(_KINDS, kind_name), before=before, after=after)
            return _version(row, shipped_text(kind))


def shipped_text(kind: FormKind) -> str:
    """Return the shipped layout of a kind as the text that people change."""
    return kind.layout or write_layout(default_layout(kind), kind)


def shipped_problems(kind: FormKind) -> Iterator[LayoutProblem]:
    """Name what is wrong with the layout that a plugin ships, for its author."""
    if not kind.layout:
        return
    try:
        yield from problems(read_layout(kind.layout, kind), kind)
    except LayoutMisread as misread:
        yield misread.problem


def _shipped(kind: FormKind) -> Layout:
    """Return the shipped layout; one that cannot be is none: the paper then follows from the form itself."""
    if not kind.layout or any(shipped_problems(kind)):
        return default_layout(kind)
    return read_layout(kind.layout, kind)


def _rows(session: Session, kind_name: str) -> Sequence[FormLayoutRow]:
    query = select(FormLayoutRow).where(FormLayoutRow.kind == kind_name).order_by(FormLayoutRow.version.desc())
    return session.scalars(query).all()


def _version(row: FormLayoutRow, shipped: str) -> LayoutVersion:
    return LayoutVersion(row.version, row.text or shipped, not row.text, row.made_by_name, row.made_at)


def _refused(found: Sequence[LayoutProblem], text: str) -> InvalidInput:
    lines = text.splitlines()

    def problem(one: LayoutProblem) -> FieldProblem:
        value = lines[one.line - 1].strip() if 0 < one.line <= len(lines) else ""
        remedy = msg("请修改这一行") if one.line else msg("请补上它，或恢复默认版面")
        return FieldProblem("text", value[:200], one.text, remedy, {"line": one.line, **one.params}, msg("版面"))

    return InvalidInput(tuple(map(problem, found)))

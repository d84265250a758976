"""The paper of a form: what stands on it, by the layout of its day."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.form_cells import ShownForm, copy_mark, shown
from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.forms import FormKind
from gongdan.domain.laying_out import Sheet, lay_out
from gongdan.domain.layouts import Layout
from gongdan.domain.papers import Paper
from gongdan.domain.secrecy import SecrecyClass
from gongdan.services.paper_words import Wording
from gongdan.storage.forms import FormRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: What stands across a paper that is not, or no longer, what was filed.
_MARKS: Final = {
    FormState.DRAFT: msg("未归档"),
    FormState.CORRECTED: msg("已更正"),
    FormState.VOID: msg("已作废"),
}
#: The id of a form that nobody has begun.
_NOBODYS: Final = UUID(int=0)
#: Digits of the hash at the foot: enough to tell two papers apart.
_HASH_DIGITS: Final = 16


def form_paper(desk: "CompanyDesk", form_id: UUID, wording: Wording) -> Paper:
    """Return the paper of a form; raises ``NotFound``."""
    form = desk.forms.find(form_id)
    chosen = desk.layouts.for_form(form)
    footer = _footer(form, wording, is_stand_in=chosen.is_stand_in)
    paper = replace(laid_out(form, chosen.layout, wording), footer=footer)
    if desk.tickets.find(form.ticket_id).secrecy == SecrecyClass.ORDINARY:
        return paper
    return replace(paper, watermark=f"{paper.watermark} {desk.secrecy.watermark()}".strip())


def laid_out(form: FormView, layout: Layout, wording: Wording) -> Paper:
    """Return a form on paper by a layout."""
    found = shown(form, wording)
    mark = _MARKS.get(form.state, "")
    return lay_out(found, layout, _sheet(found, form.kind, layout, wording, watermark=wording.say(mark)))


def latest_or_blank(desk: "CompanyDesk", kind: FormKind) -> FormView:
    """Return the latest form of a kind as the kind is now, or one on which nothing stands."""
    query = select(FormRow.id).where(FormRow.kind == kind.name, FormRow.kind_version == kind.version)
    with desk.reading() as session:
        found = session.scalar(query.order_by(FormRow.begun_at.desc(), FormRow.id.desc()).limit(1))
        return desk.forms.find(found) if found and desk.actor.may("ticket.view") else blank_form(desk, kind)


def blank_form(desk: "CompanyDesk", kind: FormKind) -> FormView:
    """Return a form of a kind on which nothing stands."""
    now = desk.installation.clock()
    return FormView(
        id=_NOBODYS, company_id=desk.company.id, plugin="", kind=kind, ticket_id=_NOBODYS, ticket_number="",
        ticket_subject="", round=1, number="", edition=1, state=FormState.FILED, version=1, fields={}, lines={},
        answers={}, taken={}, taken_fields={}, names={}, digests={}, signatures=(), follow_ups=(), copies=(),
        begun_at=now, begun_by="", changed_at=now,
    )  # fmt: skip


def _sheet(found: ShownForm, kind: FormKind, layout: Layout, wording: Wording, *, watermark: str) -> Sheet:
    copies = found.copies
    if layout.copies is not None:
        copies = tuple(copy_mark(place, name, wording) for place, name in enumerate(layout.copies, 1)) or ("",)
    return Sheet(
        company=wording.desk.company.name,
        copies=copies,
        columns={table.name: tuple(column.name for column in table.columns) for table in kind.tables},
        say=wording.say,
        words=wording.words(),
        language=wording.translator.locale,
        watermark=watermark,
    )


def _footer(form: FormView, wording: Wording, *, is_stand_in: bool) -> str:
    say = wording.say
    facts = [say(msg("版式 {version}"), version=form.kind.version)]
    if form.edition > 1:
        facts.append(say(msg("第 {edition} 版"), edition=form.edition))
    if form.hash:
        facts.append(f"SHA-256 {form.hash[:_HASH_DIGITS]}")
    facts += form.kind.clauses
    lines = [" · ".join(facts), wording.printed_by()]
    if is_stand_in:
        lines.append(say(msg("当时的版面与本单不符，按默认版面打印")))
    return "\n".join(lines)

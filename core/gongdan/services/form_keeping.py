"""A form inside a running transaction: held, changed, sealed; what it does is journalled there."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.events import EventKind
from gongdan.domain.form_completeness import ask_rule, lacking
from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.forms import FormEntries, FormKind, FormRule
from gongdan.domain.numbering import NumberPattern
from gongdan.errors import FormFrozen, FormIncomplete, NotFound, PluginDisabled, StaleVersion
from gongdan.hooks.isolation import call_isolated
from gongdan.hooks.manager import SLOW_DECISION_SECONDS
from gongdan.services.form_contents import Contents, contents_of, hash_of
from gongdan.services.form_rows import form_view, signature_record, signatures_of
from gongdan.services.numbers import reserve
from gongdan.services.work import Work, get_row
from gongdan.storage.companies import NumberPatternRow
from gongdan.storage.forms import FormRow, FormSignatureRow
from gongdan.storage.json_texts import canonical
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest list of lines that the journal keeps as it is; of a longer one it keeps length and hash.
_JOURNALLED_LINES = 100


#: Why a form is not filed when one of its rules raises: a rule that cannot be asked has not been kept.
CHECK_FAILED = msg("扩展“{plugin}”的检查出错，已记入日志")


class HeldForm:
    """A form whose row nobody else changes until the transaction ends."""

    def __init__(self, desk: "CompanyDesk", work: Work, row: FormRow, ticket: TicketRow) -> None:
        self._desk = desk
        self.work = work
        self.row = row
        self.ticket = ticket

    @property
    def kind(self) -> FormKind:
        """Return the kind as it is declared now; raises ``PluginDisabled`` when the company does not use it."""
        return kind_in_use(self._desk, self.row.kind)

    def contents(self) -> Contents:
        """Return what stands on it now."""
        return contents_of(self._desk, self.work.session, self.row, self.ticket)

    def view(self) -> FormView:
        """Return a snapshot."""
        self.work.session.flush()
        return form_view(self._desk, self.work.session, self.row, self.ticket)

    def require_draft(self, version: int | None = None) -> None:
        """Raise ``FormFrozen`` for one that is filed or void, ``StaleVersion`` when somebody saved since."""
        if self.row.state != FormState.DRAFT:
            raise FormFrozen(self.row.label, self.row.number)
        if version is not None and self.row.version != version:
            raise StaleVersion("form", self.row.number or self.row.label, version, self.row.version)

    def enter(self, entered: Mapping[str, Any]) -> None:
        """Write down what stands on it from now on; signatures fall that stood for something else."""
        before = self.row.entered
        if entered == before:
            return
        self.row.entered = dict(entered)
        self.row.changed_at = self.work.now
        self.work.session.flush()
        old, new = _changes(before, entered)
        self.work.record("form.changed", "form", self.row.id, before=old, after=new)
        self.drop_stale_signatures(msg("签名之后内容有改动"))

    def drop_stale_signatures(self, why: str) -> None:
        """Let every signature fall that stands for something else than what the form says now."""
        signed = [each for each in signatures_of(self.work.session, self.row.id) if each.fallen_at is None]
        if not signed:
            return
        contents = self.contents()
        for each in signed:
            box = contents.kind.box(each.box)
            if box is None or contents.digest(box) != each.digest:
                self.drop(each, why)

    def drop(self, signature: FormSignatureRow, why: str) -> None:
        """Let a signature fall; it stays to be seen."""
        signature.fallen_at, signature.fallen_why = self.work.now, why
        told = {"box": signature.box, "name": signature.name, "why": why}
        self.work.record("form.signature_fell", "form", self.row.id, before=told)

    def seal(self) -> None:
        """Freeze everything on it with its signatures and file it; raises ``FormIncomplete``."""
        self.drop_stale_signatures(msg("签名之后工单内容有改动"))
        if problems := lacking(self.view(), ask=self._ask):
            raise FormIncomplete(problems)
        self.give_number()
        row, work = self.row, self.work
        row.filed_at, row.filed_by, row.filed_by_name = work.now, work.actor.account_id, work.actor.name
        row.content = canonical(self._content())
        row.hash = hash_of(row.content)
        row.state, row.entered, row.changed_at = FormState.FILED.value, {}, work.now
        work.session.flush()
        work.record("form.filed", "form", row.id, after={**self.words(), "hash": row.hash})
        work.tell(
            EventKind.FORM_FILED, "form", row.id, form_kind=row.kind, number=row.number, ticket=str(row.ticket_id)
        )

    def _ask(self, rule: FormRule, entries: FormEntries) -> str | None:
        """Return why a rule says no; one that fails says no as well, and the failure is journalled."""
        outcome = call_isolated(
            self.row.plugin,
            f"form rule {rule.name}",
            partial(ask_rule, rule, entries),
            slow_seconds=SLOW_DECISION_SECONDS,
        )
        if outcome.failure:
            self._desk.report(outcome.failure)
        return CHECK_FAILED if outcome.failure and outcome.failure.kind == "raised" else outcome.value

    def give_number(self) -> None:
        """Give it the next number of its kind, unless it has one; within the transaction, so that none is missing."""
        if self.row.number:
            return
        session, local = self.work.session, self.work.now.astimezone(self._desk.zone)
        own = session.scalar(select(NumberPatternRow.pattern).where(NumberPatternRow.ticket_type == self.row.kind))
        pattern = NumberPattern(own) if own else self.kind.number
        while True:
            serial = reserve(session, self.row.kind, pattern.period(local), 1)
            number = pattern.format(self._desk.company.code, local, serial)
            # Another pattern may have given the same number before.
            taken = select(FormRow.id).where(FormRow.kind == self.row.kind, FormRow.number == number)
            if session.scalar(taken) is None:
                self.row.number = number
                return

    def words(self) -> dict[str, object]:
        """Return by what people know it, for the journal."""
        return {
            "form": self.row.label,
            "number": self.row.number,
            "edition": self.row.edition,
            "ticket": self.ticket.number,
        }

    def _content(self) -> dict[str, object]:
        row, session = self.row, self.work.session
        signed = [each for each in signatures_of(session, row.id) if each.fallen_at is None]
        return {
            **self.contents().plain(),
            "id": row.id,
            "company": row.company_id,
            "plugin": row.plugin,
            "kind_name": row.kind,
            "kind_version": row.kind_version,
            "ticket": {"id": self.ticket.id, "number": self.ticket.number, "subject": self.ticket.subject},
            "round": row.round,
            "number": row.number,
            "edition": row.edition,
            "corrects": self._hash_of_previous(),
            "reason": row.reason,
            "filed": {"at": row.filed_at, "by": row.filed_by, "name": row.filed_by_name},
            "signatures": [signature_record(each) for each in signed],
        }

    def _hash_of_previous(self) -> str:
        query = select(FormRow.hash).where(FormRow.id == self.row.corrects_id)
        return (self.work.session.scalar(query) or "") if self.row.corrects_id else ""


def hold(desk: "CompanyDesk", work: Work, form_id: UUID) -> HeldForm:
    """Lock a form and its ticket, the ticket first as moves do; raises ``NotFound``."""
    ticket_id = work.session.scalar(select(FormRow.ticket_id).where(FormRow.id == form_id))
    if ticket_id is None:
        raise NotFound("form", str(form_id))
    ticket = get_row(work.session, TicketRow, ticket_id, "ticket", lock=True)
    return HeldForm(desk, work, get_row(work.session, FormRow, form_id, "form", lock=True), ticket)


def kind_in_use(desk: "CompanyDesk", name: str) -> FormKind:
    """Return a kind that the company uses; raises ``NotFound`` or ``PluginDisabled``."""
    declared = desk.installation.plugins.catalogue.forms
    found = declared.get(name)
    if found is None:
        raise NotFound("form_kind", name)
    if declared.plugin_of(name) not in desk.enabled:
        raise PluginDisabled(declared.plugin_of(name))
    return found


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, object], dict[str, object]]:
    """Return what differs, field by field, table by table and item by item."""
    old, new = _flat(before), _flat(after)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: old[name] for name in names if name in old}, {name: new[name] for name in names if name in new}


def _flat(entered: Mapping[str, Any]) -> dict[str, object]:
    tables = {f"lines.{name}": _brief(lines) for name, lines in entered.get("lines", {}).items()}
    items = {f"answers.{name}": answer for name, answer in entered.get("answers", {}).items()}
    return {**entered.get("fields", {}), **tables, **items}


def _brief(lines: list[dict[str, object]]) -> object:
    if len(lines) <= _JOURNALLED_LINES:
        return lines
    return {"lines": len(lines), "sha256": hash_of(canonical({"lines": lines}))}

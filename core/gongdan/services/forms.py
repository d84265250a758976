"""Forms: begun on a ticket, filled in, filed, corrected, made void."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.events import EventKind
from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.forms import FormKind
from gongdan.domain.subjects import SubjectKey
from gongdan.domain.workflow import StateCategory, is_empty
from gongdan.errors import (
    Conflict,
    FieldProblem,
    FormFrozen,
    InvalidInput,
    NotFound,
    StaleVersion,
    TicketClosed,
)
from gongdan.services.attachment_rows import on_subject
from gongdan.services.form_copies import tell_recipients
from gongdan.services.form_filling import FormInput, filled
from gongdan.services.form_follow_ups import open_follow_ups
from gongdan.services.form_gate import FormGate
from gongdan.services.form_keeping import HeldForm, hold, kind_in_use
from gongdan.services.form_rows import form_view
from gongdan.services.secrecy_looks import require_unmasked
from gongdan.services.stored_files import StoredFile
from gongdan.services.work import Work, get_row
from gongdan.storage.forms import FormRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_Photos: TypeAlias = Mapping[str, Sequence[StoredFile]]

#: States in which a form stands for its ticket and round.
_STANDING = (FormState.DRAFT.value, FormState.FILED.value)


class Forms:
    """Use cases around forms."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Reading -----------------------------------------------------------------------------

    def kinds(self, ticket_type: str) -> Sequence[FormKind]:
        """Return the kinds of forms that tickets of a type have in this company, by plugin."""
        declared = self._desk.installation.plugins.catalogue.forms.of(self._desk.enabled)
        return tuple(kind for kind in declared if ticket_type in kind.ticket_types)

    def find(self, form_id: UUID) -> FormView:
        """Return a form; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            row = get_row(session, FormRow, form_id, "form")
            return form_view(self._desk, session, row, get_row(session, TicketRow, row.ticket_id, "ticket"))

    def by_number(self, number: str, *, kind: str = "") -> FormView:
        """Return the latest edition that was filed under a number; raises ``NotFound``."""
        self._desk.require("ticket.view")
        query = select(FormRow.id).where(FormRow.number == number.strip(), FormRow.number != "")
        if kind:
            query = query.where(FormRow.kind == kind)
        with self._desk.reading() as session:
            # A correction that is not filed yet has the number already.
            found = session.scalars(query.order_by(FormRow.hash == "", FormRow.edition.desc()).limit(1)).first()
            if found is None:
                raise NotFound("form", number)
            return self.find(found)

    def of_ticket(self, ticket_id: UUID) -> Sequence[FormView]:
        """Return the forms of a ticket, the oldest first."""
        self._desk.require("ticket.view")
        query = select(FormRow).where(FormRow.ticket_id == ticket_id).order_by(FormRow.begun_at, FormRow.id)
        with self._desk.reading() as session:
            rows = session.scalars(query).all()
            if not rows:
                return ()
            ticket = get_row(session, TicketRow, ticket_id, "ticket")
            return tuple(form_view(self._desk, session, row, ticket) for row in rows)

    # --- Filling in --------------------------------------------------------------------------

    def begin(self, ticket_id: UUID, kind_name: str, *, form_id: str = "") -> FormView:
        """Begin a form of a ticket's present round, or return the one that is there already.

        ``form_id`` is one and the same each time that one page is sent: of a kind that a ticket can have several of,
        that page begins one. Raises ``NotFound``, ``PluginDisabled``, ``NotAllowed``, ``TicketClosed``.
        """
        self._desk.require("ticket.move")
        with self._desk.working() as work:
            ticket = get_row(work.session, TicketRow, ticket_id, "ticket", lock=True)
            kind = kind_in_use(self._desk, kind_name)
            if ticket.type not in kind.ticket_types:
                raise NotFound("form_kind", kind_name)
            if ticket.state_category == StateCategory.VOID:
                raise TicketClosed(ticket.number)
            key = self._key(form_id) if kind.is_repeated else None
            row = self._begun(work.session, ticket, kind, key)
            held = HeldForm(self._desk, work, row, ticket) if row else self._begin(work, ticket, kind, key)
            return held.view()

    def save(self, form_id: UUID, version: int, given: FormInput) -> FormView:
        """Write down what was filled in; signatures fall that stood for something else.

        Raises ``FormFrozen``, ``StaleVersion``, ``InvalidInput`` with every wrong value, ``FillRefused``.
        """
        self._desk.require("ticket.move")
        photos = self._stored(form_id, given)
        with self._desk.working() as work:
            held = hold(self._desk, work, form_id)
            held.require_draft(version)
            self._fill(held, given, photos)
            return held.view()

    def file(self, form_id: UUID, version: int, given: FormInput | None = None) -> FormView:
        """File a form, with what was filled in last: it is complete, gets its number, and never changes again.

        Raises what ``save`` raises, and ``FormIncomplete`` with everything that is lacking; then nothing is saved.
        """
        self._desk.require("ticket.move")
        photos = self._stored(form_id, given or FormInput())
        with self._desk.working() as work:
            held = hold(self._desk, work, form_id)
            held.require_draft(version)
            kind_in_use(self._desk, held.row.kind)
            if given is not None:
                self._fill(held, given, photos)
            held.seal()
            tell_recipients(self._desk, held)
            if held.row.corrects_id:
                self._replace(work, held)
            return held.view()

    # --- Corrections -------------------------------------------------------------------------

    def correct(self, form_id: UUID, reason: str) -> FormView:
        """Begin a correction of a filed form: the next edition, which takes its place once it is filed.

        The old one stays as it is. Raises ``InvalidInput`` without a reason, ``Conflict`` while another correction is
        under way, ``NotFound`` for a form that is not filed. Source: 003-04-31.
        """
        self._desk.require("ticket.correct")
        reason = _reason(reason)
        with self._desk.working() as work:
            old = hold(self._desk, work, form_id)
            if old.row.state != FormState.FILED:
                raise NotFound("form", str(form_id))
            self._refuse_second_correction(work.session, old)
            held = self._begin(work, old.ticket, old.kind, None, corrects=old, reason=reason)
            return held.view()

    def void(self, form_id: UUID, version: int, reason: str) -> FormView:
        """Make a form void: a draft that nobody needs, or a filed one, which stays readable under its number.

        Raises ``FormFrozen`` for one that is void or corrected already, ``StaleVersion``, ``InvalidInput``,
        ``NotAllowed``.
        """
        reason = _reason(reason)
        with self._desk.working() as work:
            held = hold(self._desk, work, form_id)
            self._desk.require("ticket.correct" if held.row.hash else "ticket.move")
            if held.row.state not in _STANDING:
                raise FormFrozen(held.row.label, held.row.number)
            if held.row.version != version:
                raise StaleVersion("form", held.row.number or held.row.label, version, held.row.version)
            self._refuse_second_correction(work.session, held)
            was_filed = bool(held.row.hash)
            self._end(work, held, FormState.VOID, reason)
            work.record("form.voided", "form", form_id, after={**held.words(), "reason": reason})
            if was_filed:
                work.tell(EventKind.FORM_VOIDED, "form", form_id, form_kind=held.row.kind, number=held.row.number)
            return held.view()

    # --- Moves -------------------------------------------------------------------------------

    def follow(self, work: Work, ticket: TicketRow, move: str) -> None:
        """Let the forms of a ticket follow what has happened to it: a move may begin some, and signatures may fall."""
        if not self.kinds(ticket.type):
            return
        self._drop_stale(work, ticket)
        for kind in FormGate(self._desk, work.session, ticket).begun_by(move):
            if not self._begun(work.session, ticket, kind, None):
                self._begin(work, ticket, kind, None)

    # --- Shared ------------------------------------------------------------------------------

    def _drop_stale(self, work: Work, ticket: TicketRow) -> None:
        query = select(FormRow).where(FormRow.ticket_id == ticket.id, FormRow.state == FormState.DRAFT.value)
        for row in work.session.scalars(query.order_by(FormRow.id).with_for_update(key_share=True)).all():
            held = HeldForm(self._desk, work, row, ticket)
            held.drop_stale_signatures(msg("签名之后工单内容有改动"))

    def _stored(self, form_id: UUID, given: FormInput) -> _Photos:
        """Put the bytes of new pictures into the store before the transaction begins."""
        subject, attachments = SubjectKey("form", form_id), self._desk.attachments
        return {item: attachments.store(subject, files) for item, files in given.photos.items() if files}

    def _fill(self, held: HeldForm, given: FormInput, photos: _Photos) -> None:
        subject, work = SubjectKey("form", held.row.id), held.work
        require_unmasked(self._desk, work.session, held.ticket, held.row.entered)
        added = {item: self._desk.attachments.attach(work, subject, stored) for item, stored in photos.items()}
        given = given.with_photos({item: [str(file.id) for file in files] for item, files in added.items()})
        known = {str(file.id) for file in on_subject(work.session, subject) if file.is_image}
        held.enter(filled(self._desk, held.kind, held.row.entered, given, photos=known))
        open_follow_ups(self._desk, held)

    def _begun(self, session: Session, ticket: TicketRow, kind: FormKind, key: str | None) -> FormRow | None:
        """Return the form that is meant when one is to be begun again."""
        query = select(FormRow).where(FormRow.ticket_id == ticket.id, FormRow.kind == kind.name)
        if key:
            return session.scalars(query.where(FormRow.source_key == key)).one_or_none()
        query = query.where(FormRow.round == ticket.round, FormRow.state.in_(_STANDING))
        if kind.is_repeated:
            query = query.where(FormRow.source_key.is_(None))
        return session.scalars(query.order_by(FormRow.begun_at.desc()).limit(1)).first()

    def _begin(
        self,
        work: Work,
        ticket: TicketRow,
        kind: FormKind,
        key: str | None,
        *,
        corrects: HeldForm | None = None,
        reason: str = "",
    ) -> HeldForm:
        old = corrects.row if corrects else None
        row = FormRow(
            plugin=self._desk.installation.plugins.catalogue.forms.plugin_of(kind.name),
            kind=kind.name,
            kind_version=kind.version,
            label=kind.label,
            ticket_id=ticket.id,
            round=old.round if old else ticket.round,
            number=old.number if old else "",
            edition=old.edition + 1 if old else 1,
            state=FormState.DRAFT.value,
            entered=_copied(corrects) if corrects else {},
            content="",
            hash="",
            begun_at=work.now,
            begun_by=work.actor.account_id,
            begun_by_name=work.actor.name,
            changed_at=work.now,
            filed_by_name="",
            corrects_id=old.id if old else None,
            reason=reason,
            ended_by_name="",
            ended_why="",
            source_key=key,
        )
        work.session.add(row)
        work.session.flush()
        held = HeldForm(self._desk, work, row, ticket)
        if kind.numbered_early:
            held.give_number()
        act, why = ("form.correction_begun", {"reason": reason}) if old else ("form.begun", {})
        work.record(act, "form", row.id, after={**held.words(), **why})
        return held

    def _replace(self, work: Work, held: HeldForm) -> None:
        """Mark the edition that a correction replaces."""
        row = work.get(FormRow, held.row.corrects_id, "form", lock=True)  # type: ignore[arg-type]  # a correction has one
        old = HeldForm(self._desk, work, row, held.ticket)
        self._end(work, old, FormState.CORRECTED, held.row.reason)
        after = {**held.words(), "reason": held.row.reason, "by": str(held.row.id)}
        work.record("form.corrected", "form", row.id, after=after)
        work.tell(EventKind.FORM_CORRECTED, "form", row.id, form_kind=row.kind, number=row.number, by=str(held.row.id))

    @staticmethod
    def _refuse_second_correction(session: Session, held: HeldForm) -> None:
        under_way = select(FormRow.id).where(FormRow.corrects_id == held.row.id, FormRow.state != FormState.VOID.value)
        if session.scalar(under_way):
            raise Conflict("form", msg("已经在更正的同一张单据"))

    @staticmethod
    def _end(work: Work, held: HeldForm, state: FormState, why: str) -> None:
        row = held.row
        row.state, row.ended_at, row.ended_by_name, row.ended_why = state.value, work.now, work.actor.name, why
        work.session.flush()

    def _key(self, form_id: str) -> str | None:
        if not form_id:
            return None
        text = f"form {self._desk.actor.account_id} {form_id}"
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _copied(old: HeldForm) -> dict[str, object]:
    """Return what people had filled in on a filed form, to be corrected."""
    contents = old.contents()
    return {"fields": contents.fields, "lines": contents.lines, "answers": contents.answers}


def _reason(text: str) -> str:
    if is_empty(text):
        raise InvalidInput((FieldProblem("reason", text, msg("请写明原因"), label=msg("原因")),))
    return text.strip()

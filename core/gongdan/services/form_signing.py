"""Signatures on forms: who may sign where, and each bound to what was signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.duties import PERSONS
from gongdan.domain.form_views import FormView
from gongdan.domain.forms import OUTSIDER, SignatureBox, SigningWay
from gongdan.domain.receivers import Around, find
from gongdan.domain.strokes import read_drawing
from gongdan.domain.subjects import SubjectKey
from gongdan.domain.workflow import is_empty
from gongdan.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, SignatureRefused, StaleVersion
from gongdan.services.duty_figures import Figures
from gongdan.services.file_checks import Upload
from gongdan.services.form_keeping import HeldForm, hold
from gongdan.services.form_rows import signatures_of
from gongdan.services.stored_files import StoredFile
from gongdan.services.work import get_row
from gongdan.storage.forms import FormSignatureRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest name of somebody without an account, in characters.
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Right:
    """As what somebody may sign in a box."""

    #: Himself, or as the deputy of the one who is named.
    is_own: bool = False
    deputy_for: str = ""
    #: Somebody without an account may sign in his presence.
    is_witness: bool = False

    @property
    def is_any(self) -> bool:
        """Tell whether there is any way to sign."""
        return self.is_own or self.is_witness


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    """A signature that is being made."""

    form_id: UUID
    box: str
    #: Hash of what the signer has seen; empty when he has seen it otherwise.
    seen: str
    way: SigningWay
    #: Who signs, when he has no account.
    name: str = ""
    #: The scan of the paper, or the drawn signature as a PNG.
    files: tuple[StoredFile, ...] = ()


class Signing:
    """Use cases around signatures on forms."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def rights(self, view: FormView) -> Mapping[str, Right]:
        """Return as what the actor may sign, by signature box; boxes that are not his are left out."""
        if not view.is_draft or view.plugin not in self._desk.enabled:
            return {}
        with self._desk.reading() as session:
            ticket = get_row(session, TicketRow, view.ticket_id, "ticket")
            found = {box.name: self._right(session, box, ticket) for box in view.kind.signatures}
        return {name: right for name, right in found.items() if right.is_any}

    def type(self, form_id: UUID, box: str, seen: str, password: str) -> FormView:
        """Sign by one's name, with the password given once more.

        ``seen`` is the box's hash in ``FormView.digests`` that the signer was shown. Raises ``SignatureRefused`` for
        somebody without the right, ``LoginRefused``, ``LoginThrottled``, ``StaleVersion`` when something has changed
        since it was shown, ``FormFrozen``; then nothing is signed.
        """
        wanted = _Signature(form_id=form_id, box=box, seen=seen, way=SigningWay.TYPED)
        # Who may not sign is told so before his password is looked at.
        with self._desk.reading():
            view = self._desk.forms.find(form_id)
            right = self.rights(view).get(box, Right())
        _require(_box(view, box), wanted, right)
        if self._desk.actor.account_id is None:
            raise SignatureRefused(_box(view, box).label, msg("只有本人登录后才能签名"))
        self._desk.installation.accounts.confirm(self._desk.actor.account_id, password)
        return self._sign(wanted)

    def draw(self, form_id: UUID, box: str, seen: str, strokes: str, *, name: str = "") -> FormView:
        """Sign with a finger or the mouse; ``name`` is that of somebody without an account, who signs in presence.

        ``strokes``: see ``read_drawing``. Raises as ``type`` does, and ``InvalidInput`` for a drawing that is none.
        """
        picture = Upload(f"{box}.png", read_drawing(strokes).png())
        stored = tuple(self._desk.attachments.store(SubjectKey("form", form_id), [picture]))
        way = SigningWay.DRAWN
        return self._sign(_Signature(form_id=form_id, box=box, seen=seen, way=way, name=name, files=stored))

    def on_paper(self, form_id: UUID, box: str, seen: str, scan: Upload, *, name: str = "") -> FormView:
        """Keep the scan of a paper that was signed by hand; ``name`` is that of somebody without an account.

        Raises as ``type`` does, and ``FileRefused``.
        """
        stored = tuple(self._desk.attachments.store(SubjectKey("form", form_id), [scan]))
        way = SigningWay.ON_PAPER
        return self._sign(_Signature(form_id=form_id, box=box, seen=seen, way=way, name=name, files=stored))

    def take_back(self, form_id: UUID, signature_id: UUID) -> FormView:
        """Take a signature back while the form is not filed: the signer, or the one in whose presence it was made."""
        self._desk.require("ticket.view")
        with self._desk.working() as work:
            held = hold(self._desk, work, form_id)
            held.require_draft()
            signed = [each for each in signatures_of(work.session, form_id) if each.id == signature_id]
            if not signed or signed[0].fallen_at is not None:
                raise NotFound("signature", str(signature_id))
            if self._desk.actor.account_id not in {signed[0].account_id, signed[0].witness_id}:
                raise NotAllowed("ticket.correct")
            held.drop(signed[0], msg("已由签名人撤回"))
            return held.view()

    def _sign(self, wanted: _Signature) -> FormView:
        self._desk.require("ticket.view")
        with self._desk.working() as work:
            if wanted.files:
                # Whoever attaches takes his turn, and asks for it before anything else is locked.
                work.take_turn()
            held = hold(self._desk, work, wanted.form_id)
            held.require_draft()
            view = held.view()
            box = _box(view, wanted.box)
            right = self._right(work.session, box, held.ticket)
            _require(box, wanted, right)
            if wanted.seen != view.digests[box.name]:
                raise StaleVersion("form", held.row.label)
            if signed := view.signature(box.name):
                if self._is_same(signed.account_id, signed.name, wanted):
                    return view
                raise SignatureRefused(box.label, msg("这里已经签过名"))
            self._add(held, box, wanted, right)
            return held.view()

    def _is_same(self, account_id: UUID | None, name: str, wanted: _Signature) -> bool:
        """Tell whether a signature is the one that is sent once more."""
        if wanted.name:
            return account_id is None and name == wanted.name.strip()
        return account_id is not None and account_id == self._desk.actor.account_id

    def _add(self, held: HeldForm, box: SignatureBox, wanted: _Signature, right: Right) -> None:
        work = held.work
        is_outsider = bool(wanted.name) or not right.is_own
        files = self._desk.attachments.attach(work, SubjectKey("form", held.row.id), wanted.files)
        row = FormSignatureRow(
            form_id=held.row.id,
            box=box.name,
            name=wanted.name.strip() if is_outsider else work.actor.name,
            account_id=None if is_outsider else work.actor.account_id,
            deputy_for="" if is_outsider else right.deputy_for,
            way=wanted.way.value,
            signed_at=work.now,
            digest=wanted.seen,
            image=files[0].sha256 if files and wanted.way is SigningWay.DRAWN else "",
            attachment_id=files[0].id if files else None,
            witness_id=work.actor.account_id if is_outsider else None,
            witness=work.actor.name if is_outsider else "",
            fallen_why="",
        )
        work.session.add(row)
        work.session.flush()
        names = ("box", "name", "way", "digest", "deputy_for", "witness")
        told = {name: getattr(row, name) for name in names if getattr(row, name)}
        work.record("form.signed", "form", held.row.id, after=told)

    def _right(self, session: Session, box: SignatureBox, ticket: TicketRow) -> Right:
        actor = self._desk.actor
        is_witness = OUTSIDER in box.by and actor.may("ticket.move") and actor.account_id is not None
        if actor.account_id is None:
            return Right()
        if actor.roles.intersection(box.by):
            return Right(is_own=True, is_witness=is_witness)
        own = self._as_person_or_deputy(session, [name for name in box.by if name != OUTSIDER], ticket)
        if own is None:
            return Right(is_witness=is_witness)
        return Right(is_own=True, deputy_for=own, is_witness=is_witness)

    def _as_person_or_deputy(self, session: Session, names: Sequence[str], ticket: TicketRow) -> str | None:
        """Return for whom the actor acts who is one of the people meant: himself is an empty text; None for nobody."""
        figures, actor = Figures(self._desk, session), self._desk.actor.account_id
        presence = figures.presence(self._desk.installation.clock())
        around = Around(
            assignee=ticket.assignee_id, owner=ticket.owner_id, department=ticket.department_id, presence=presence
        )
        for name in names:
            if name in PERSONS:
                found = find((name,), around, figures.staff)
                if name not in found.reason.missing and actor in {person.id for person in found.people}:
                    return found.reason.deputy_for
                if name in {"assignee", "owner"} and actor == getattr(ticket, f"{name}_id"):
                    return ""
                continue
            for person in figures.staff.holders(name):
                if presence.deputy_of(person.id) == actor:
                    return person.name
        return None


def _box(view: FormView, name: str) -> SignatureBox:
    box = view.kind.box(name)
    if box is None:
        raise NotFound("signature_box", name)
    return box


def _require(box: SignatureBox, wanted: _Signature, right: Right) -> None:
    """Raise ``SignatureRefused`` or ``InvalidInput`` unless the signature can be made."""
    if not right.is_any or (wanted.name and not right.is_witness):
        raise SignatureRefused(box.label, msg("您不是应签的人"))
    if wanted.way not in box.ways:
        raise SignatureRefused(box.label, msg("这里不能这样签名"))
    if wanted.way is SigningWay.TYPED and not right.is_own:
        raise SignatureRefused(box.label, msg("没有账号的人不能用密码签名，请手写或附上签好的纸质件"))
    if not right.is_own and is_empty(wanted.name):
        raise InvalidInput((FieldProblem("name", "", msg("请写明签名人姓名"), label=msg("签名人")),))
    if len(wanted.name) > NAME_LENGTH:
        params = {"max_length": NAME_LENGTH}
        raise InvalidInput(
            (FieldProblem("name", wanted.name, msg("最多 {max_length} 个字符"), params=params, label=msg("签名人")),)
        )

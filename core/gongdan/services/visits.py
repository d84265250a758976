"""The visitor register: who came, who agreed to it, who is inside now."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.folding import fold_identifier, is_blank
from gongdan.domain.identifiers import check_phone
from gongdan.domain.limits import Span
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.permits import PassState, of_days
from gongdan.domain.policy import read_value
from gongdan.domain.visits import (
    Consent,
    RegisterFigures,
    figures,
)
from gongdan.errors import Conflict, FieldProblem, InvalidInput
from gongdan.services.identities import SealedIdentity, seal_identity
from gongdan.services.passes import VISITOR
from gongdan.services.permit_keeper import NewPass, PermitKeeper
from gongdan.services.visit_rows import (
    KnownVisitor,
    NewVisit,
    VisitView,
    is_whole,
    known_visitor,
    told,
    visit_problems,
    visit_views,
)
from gongdan.services.work import Work, get_row
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.permits import PassRow
from gongdan.storage.visits import VisitRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 200
#: How long an entry may take and still count as measured: a page left open overnight says nothing.
_LONGEST_MEASURED: Final = timedelta(hours=2)
#: Badges are numbered anew every day.
_BADGE: Final = NumberPattern("FK{yyyy}{mm}{dd}-{serial:3}")
#: Policy key with how long an entry may take.
LIMIT_KEY: Final = "core.visit_registered_within"
_LONGEST_SOUGHT = 120
#: So many characters of a number are asked for before anybody is looked up.
_FEWEST_DIGITS = 7


class Visits:
    """Use cases around visitors of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Reading -----------------------------------------------------------------------------

    def find(self, visit_id: UUID) -> VisitView:
        """Return a visit; raises ``NotFound``."""
        self._desk.require("visitor.view")
        with self._desk.reading() as session:
            return visit_views(session, [get_row(session, VisitRow, visit_id, "visit")])[0]

    def inside(self) -> Sequence[VisitView]:
        """Return everybody who has not left, the longest inside first."""
        self._desk.require("visitor.view")
        query = select(VisitRow).where(VisitRow.entered_at.is_not(None), VisitRow.left_at.is_(None))
        with self._desk.reading() as session:
            return visit_views(session, session.scalars(query.order_by(VisitRow.entered_at)).all())

    def of_days(self, first: date, last: date, text: str = "", *, limit: int = PAGE_SIZE) -> Sequence[VisitView]:
        """Return the visits of some local days, both included, the last one first. Source: 001-01-51."""
        self._desk.require("visitor.view")
        period = of_days(first, last, self._desk.zone)
        query = select(VisitRow).where(
            VisitRow.registered_at >= period.begins_at, VisitRow.registered_at < period.ends_at
        )
        if wanted := text.strip()[:_LONGEST_SOUGHT]:
            columns = (VisitRow.name, VisitRow.phone, VisitRow.firm, VisitRow.place, VisitRow.host, VisitRow.plate)
            query = query.where(or_(*(column.contains(wanted, autoescape=True) for column in columns)))
        with self._desk.reading() as session:
            rows = session.scalars(query.order_by(VisitRow.registered_at.desc(), VisitRow.id.desc()).limit(limit))
            return visit_views(session, rows.all())

    def figures(self, first: date, last: date) -> RegisterFigures:
        """Return how quickly visitors of some local days, both included, were registered. Source: 001-01-04."""
        self._desk.require("visitor.view")
        period = of_days(first, last, self._desk.zone)
        query = select(VisitRow.seconds).where(
            VisitRow.registered_at >= period.begins_at, VisitRow.registered_at < period.ends_at
        )
        with self._desk.reading() as session:
            return figures(session.scalars(query).all(), self.limit_seconds(session))

    def limit_seconds(self, session: Session | None = None) -> int | None:
        """Return how long an entry may take; None while nobody has decided it, or when it is no clock time."""
        if session is None:
            with self._desk.reading() as own:
                return self.limit_seconds(own)
        text = self._desk.policies.timeline(session).value(LIMIT_KEY, self._desk.installation.clock()).text
        key = self._desk.installation.plugins.catalogue.policy_keys.get(LIMIT_KEY)
        limit = read_value(key, text) if key and text else None
        return int(limit.length.total_seconds()) or None if isinstance(limit, Span) else None

    def known(self, *, phone: str = "", identity: str = "") -> KnownVisitor | None:
        """Return who was here before with a whole phone or identity number, as typed; None for a stranger."""
        self._desk.require("visitor.register")
        number = check_phone(phone).value if len(fold_identifier(phone)) >= _FEWEST_DIGITS else None
        digest = seal_identity(self._desk.installation.vault, identity).digest if is_whole(identity) else None
        if not (number or digest):
            return None
        with self._desk.reading() as session:
            return known_visitor(session, number, digest)

    # --- Registering -------------------------------------------------------------------------

    def register(self, new: NewVisit) -> VisitView:
        """Enter a visitor; whom the occupier agreed to gets a badge for the day, and anybody else stays outside.

        A form that is sent again leads to the visit that it has entered already. Raises ``InvalidInput``.
        Source: 001-01-04, 001-01-05, 001-01-51.
        """
        self._desk.require("visitor.register")
        if found := self._sent_before(new):
            return found
        if problems := visit_problems(new):
            raise InvalidInput(problems)
        try:
            return self._register(new)
        except Conflict:
            if found := self._sent_before(new):
                return found
            raise

    def _register(self, new: NewVisit) -> VisitView:
        sealed = seal_identity(self._desk.installation.vault, new.identity)
        consent, phone = Consent(new.consent), check_phone(new.phone).value or ""
        with self._desk.working() as work:
            place = self._place(work, new)
            if consent is Consent.HOLDER and not self._holds(work, new.asset_id, phone, sealed):
                rule, remedy = msg("没有查到他是该处的业主、租户或住户"), msg("请改为征得被访业户同意")
                raise InvalidInput((FieldProblem("consent", new.consent, rule, remedy, label=msg("被访人意见")),))
            row = self._row(work, new, sealed)
            row.phone, row.place = phone, place
            work.session.add(row)
            work.session.flush()
            if consent.lets_in:
                row.entered_at = work.now
                row.pass_id = self._badge(work, row, sealed).id
            work.record("visit.registered", "visit", row.id, after=told(row))
            work.session.flush()
            return visit_views(work.session, [row])[0]

    def _row(self, work: Work, new: NewVisit, sealed: SealedIdentity) -> VisitRow:
        asked = Consent(new.consent) is not Consent.HOLDER
        opened_at = new.opened_at
        is_measured = opened_at is not None and timedelta() <= work.now - opened_at <= _LONGEST_MEASURED
        return VisitRow(
            id=uuid7(),
            name=new.name.strip(),
            document=new.document if sealed.mask else "",
            identity_cipher=sealed.cipher,
            identity_digest=sealed.digest,
            identity_mask=sealed.mask,
            firm=new.firm.strip(),
            plate=fold_identifier(new.plate),
            purpose=new.purpose,
            asset_id=new.asset_id,
            host=new.host.strip(),
            consent=new.consent,
            consent_by=new.consent_by.strip() if asked else "",
            consent_way=new.consent_way if asked else "",
            consent_at=work.now if asked else None,
            opened_at=opened_at if is_measured else None,
            seconds=int((work.now - opened_at).total_seconds()) if opened_at and is_measured else None,
            registered_at=work.now,
            registered_by=work.actor.account_id,
            registered_by_name=work.actor.name,
            entered_at=None,
            left_at=None,
            left_by_name="",
            pass_id=None,
            remark=new.remark.strip(),
            form_key=self._form_key(new),
        )

    def _badge(self, work: Work, row: VisitRow, sealed: SealedIdentity) -> PassRow:
        today = work.now.astimezone(self._desk.zone).date()
        new = NewPass(
            kind=VISITOR,
            serial=_BADGE,
            period=of_days(today, today, self._desk.zone),
            is_by_day=True,
            holder_name=row.name,
            holder_phone=row.phone,
            identity=sealed,
            asset_id=row.asset_id,
            place=row.place,
            plate=row.plate,
            is_returned=True,
        )
        return PermitKeeper(self._desk, work).make(new)

    def _place(self, work: Work, new: NewVisit) -> str:
        if new.asset_id is None:
            return new.place.strip()
        return new.place.strip() or work.get(AssetRow, new.asset_id, "asset").label

    def _holds(self, work: Work, asset_id: UUID | None, phone: str, sealed: SealedIdentity) -> bool:
        """Tell whether a visitor is a customer who is linked to the place today."""
        today = work.now.astimezone(self._desk.zone).date()
        people = (
            select(PartyRow.id)
            .outerjoin(ContactPointRow, ContactPointRow.party_id == PartyRow.id)
            .where(
                or_(
                    *([ContactPointRow.normalised == phone] if phone else []),
                    *([PartyRow.identity_digest == sealed.digest] if sealed.digest else []),
                )
            )
        )
        if asset_id is None or not (phone or sealed.digest):
            return False
        link = AssetLinkRow
        query = select(link.id).where(
            link.asset_id == asset_id,
            link.party_id.in_(people),
            (link.begins.is_(None)) | (link.begins <= today),
            (link.ends.is_(None)) | (link.ends > today),
        )
        return work.session.scalar(query.limit(1)) is not None

    def _sent_before(self, new: NewVisit) -> VisitView | None:
        if not new.form_id:
            return None
        with self._desk.reading() as session:
            rows = session.scalars(select(VisitRow).where(VisitRow.form_key == self._form_key(new))).all()
            return visit_views(session, rows)[0] if rows else None

    def _form_key(self, new: NewVisit) -> str | None:
        text = f"visit {self._desk.actor.account_id} {new.form_id}"
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32] if new.form_id else None

    # --- Leaving -----------------------------------------------------------------------------

    def leave(self, visit_id: UUID) -> VisitView:
        """Write down that a visitor left and gave his badge back; raises ``Conflict`` when he is not inside."""
        self._desk.require("visitor.register")
        with self._desk.working() as work:
            row = get_row(work.session, VisitRow, visit_id, "visit", lock=True)
            if row.entered_at is None or row.left_at is not None:
                raise Conflict("visit", row.name)
            row.left_at, row.left_by_name = work.now, work.actor.name
            if row.pass_id is not None:
                badge = get_row(work.session, PassRow, row.pass_id, "pass", lock=True)
                PermitKeeper(self._desk, work).end(badge, PassState.RETURNED, "")
            work.record("visit.left", "visit", row.id, after={"name": row.name, "place": row.place})
            return visit_views(work.session, [row])[0]

    def unmask(self, visit_id: UUID, reason: str) -> str:
        """Return the full identity number; the reading and its reason are journalled."""
        self._desk.require("party.unmask")
        if is_blank(reason):
            raise InvalidInput((FieldProblem("reason", "", msg("请写明查看原因"), label=msg("原因")),))
        with self._desk.working() as work:
            row = get_row(work.session, VisitRow, visit_id, "visit")
            work.record("visit.unmasked", "visit", row.id, after={"reason": reason.strip()})
            return self._desk.installation.vault.decrypt(row.identity_cipher) if row.identity_cipher else ""

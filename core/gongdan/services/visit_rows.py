"""Visits as people see them, what is wrong with a new one, and who has been here before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gongdan.domain.fields import Choice
from gongdan.domain.identifiers import check_phone
from gongdan.domain.verdicts import Verdict
from gongdan.domain.visits import CONSENT_WAYS, CONSENTS, DOCUMENTS, PURPOSES, Consent
from gongdan.errors import FieldProblem
from gongdan.services.identities import identity_problems
from gongdan.services.roster_rows import text_problems
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.permits import PassRow
from gongdan.storage.visits import VisitRow
from gongdan.text import msg

_NAME, _SHORT, _NOTE, _LONG = 120, 32, 1000, 200
#: So many earlier visits are looked through.
_MOST_LOOKED_THROUGH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit:
    """A visitor as the desk enters him; texts are as typed."""

    name: str
    phone: str = ""
    document: str = ""
    identity: str = ""
    firm: str = ""
    plate: str = ""
    purpose: str = ""
    asset_id: UUID | None = None
    place: str = ""
    host: str = ""
    consent: str = ""
    consent_by: str = ""
    consent_way: str = ""
    remark: str = ""
    #: When the page was opened, aware; None when the entry was written later.
    opened_at: datetime | None = None
    #: The same for each time that one form is sent.
    form_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """One visit; times are aware, UTC."""

    id: UUID
    name: str
    phone: str
    document: str
    identity_mask: str
    firm: str
    plate: str
    purpose: str
    asset_id: UUID | None
    place: str
    host: str
    consent: Consent
    consent_by: str
    consent_way: str
    consent_at: datetime | None
    #: From opening the page to saving it; None when it was not measured.
    seconds: int | None
    registered_at: datetime
    registered_by_name: str
    entered_at: datetime | None
    left_at: datetime | None
    left_by_name: str
    pass_id: UUID | None
    serial: str
    remark: str

    @property
    def is_inside(self) -> bool:
        """Tell whether the visitor has not left."""
        return self.entered_at is not None and self.left_at is None


@dataclass(frozen=True, slots=True)
class KnownVisitor:
    """Somebody who has been here before, or a customer, as far as the form can be filled from it."""

    name: str
    phone: str
    firm: str
    plate: str
    document: str
    identity_mask: str
    asset_id: UUID | None
    place: str
    host: str
    #: How often he was let in, and when the last time.
    visits: int
    last_at: datetime | None


def visit_problems(new: NewVisit) -> tuple[FieldProblem, ...]:
    problems = [
        *text_problems("name", new.name, msg("来访人"), longest=_NAME, required=True),
        *text_problems("firm", new.firm, msg("单位"), longest=_NAME),
        *text_problems("plate", new.plate, msg("车牌"), longest=_SHORT),
        *text_problems("host", new.host, msg("被访人"), longest=_NAME),
        *text_problems("consent_by", new.consent_by, msg("谁同意的"), longest=_NAME),
        *text_problems("remark", new.remark, msg("备注"), longest=_NOTE),
        *text_problems("identity", new.identity, msg("证件号码"), longest=_SHORT),
        *_not_chosen("consent", new.consent, CONSENTS, msg("被访人意见"), required=True),
        *_not_chosen("purpose", new.purpose, PURPOSES, msg("事由")),
        *_not_chosen("document", new.document, DOCUMENTS, msg("证件")),
        *_not_chosen("consent_way", new.consent_way, CONSENT_WAYS, msg("怎样联系的")),
    ]
    if new.document != "other":
        problems += identity_problems("identity", new.identity)
    if new.phone.strip() and check_phone(new.phone).verdict is Verdict.REJECT:
        problems.append(FieldProblem("phone", new.phone[:40], msg("不是有效的电话号码"), label=msg("电话")))
    if new.asset_id is None:
        problems += text_problems("place", new.place, msg("到访何处"), longest=_LONG, required=True)
    if new.consent == Consent.AGREED:
        problems += text_problems("consent_by", new.consent_by, msg("谁同意的"), required=True)
        problems += text_problems("consent_way", new.consent_way, msg("怎样联系的"), required=True)
    return tuple(problems)


def _not_chosen(
    field: str, value: str, choices: Collection[Choice], label: str, *, required: bool = False
) -> tuple[FieldProblem, ...]:
    if not value:
        return (FieldProblem(field, "", msg("必须填写"), label=label),) if required else ()
    if value in {choice.value for choice in choices}:
        return ()
    return (FieldProblem(field, value[:40], msg("不是可选的值"), label=label),)


def is_whole(identity: str) -> bool:
    return bool(identity.strip()) and not identity_problems("identity", identity)


def known_visitor(session: Session, number: str | None, digest: str | None) -> KnownVisitor | None:
    same = [VisitRow.phone == number] if number else []
    same += [VisitRow.identity_digest == digest] if digest else []
    query = select(VisitRow).where(or_(*same)).order_by(VisitRow.registered_at.desc())
    rows = session.scalars(query.limit(_MOST_LOOKED_THROUGH)).all()
    if not rows:
        return _customer(session, number, digest)
    last = rows[0]
    entered = [row.entered_at for row in rows if row.entered_at]
    return KnownVisitor(
        last.name, last.phone, last.firm, last.plate, last.document, last.identity_mask, last.asset_id, last.place,
        last.host, len(entered), max(entered, default=None),
    )  # fmt: skip


def _customer(session: Session, number: str | None, digest: str | None) -> KnownVisitor | None:
    same = [ContactPointRow.normalised == number] if number else []
    same += [PartyRow.identity_digest == digest] if digest else []
    query = select(PartyRow).outerjoin(ContactPointRow, ContactPointRow.party_id == PartyRow.id).where(or_(*same))
    row = session.scalars(query.limit(1)).first()
    if row is None:
        return None
    return KnownVisitor(row.name, number or "", "", "", "", row.identity_mask, None, "", "", 0, None)


def told(row: VisitRow) -> dict[str, object]:
    return {
        "name": row.name,
        "identity": row.identity_mask,
        "place": row.place,
        "host": row.host,
        "consent": row.consent,
        "consent_by": row.consent_by,
        "seconds": row.seconds,
    }


def visit_views(session: Session, rows: Sequence[VisitRow]) -> Sequence[VisitView]:
    wanted = {row.pass_id for row in rows if row.pass_id}
    query = select(PassRow.id, PassRow.serial).where(PassRow.id.in_(wanted))
    serials = dict(session.execute(query).all()) if wanted else {}
    return tuple(_view(row, serials.get(row.pass_id, "") if row.pass_id else "") for row in rows)


def _view(row: VisitRow, serial: str) -> VisitView:
    names = (
        "id", "name", "phone", "document", "identity_mask", "firm", "plate", "purpose", "asset_id", "place", "host",
        "consent_by", "consent_way", "consent_at", "seconds", "registered_at", "registered_by_name", "entered_at",
        "left_at", "left_by_name", "pass_id", "remark",
    )  # fmt: skip
    return VisitView(consent=Consent(row.consent), serial=serial, **{name: getattr(row, name) for name in names})

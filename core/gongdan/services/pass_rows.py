"""Passes as people see them, and how one is found by what was scanned or typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from gongdan.domain.folding import fold_identifier
from gongdan.domain.permits import Counted, PassState, Standing, differing
from gongdan.errors import FieldProblem
from gongdan.services.work import Work
from gongdan.storage.permits import PassCheckRow, PassRow, PermitItemRow
from gongdan.storage.texts import character_problem
from gongdan.text import msg

#: So much of what was typed is kept with a check.
ASKED_LENGTH: Final = 64
_POST_LENGTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class PassView:
    """A pass as it was at one moment; times are aware, UTC, and it no longer holds at ``ends_at``."""

    id: UUID
    kind: str
    #: What the kind is called, a source text.
    label: str
    serial: str
    token: str
    ticket_id: UUID | None
    holder_name: str
    holder_phone: str
    identity_mask: str
    asset_id: UUID | None
    place: str
    plate: str
    begins_at: datetime
    ends_at: datetime
    is_by_day: bool
    is_returned: bool
    state: PassState
    standing: Standing
    issued_at: datetime
    issued_by_name: str
    ended_at: datetime | None
    ended_by_name: str
    reason: str
    follows_id: UUID | None
    version: int

    @property
    def is_overdue(self) -> bool:
        """Tell whether somebody still has to bring it back, though its time is over."""
        return self.is_returned and self.standing is Standing.EXPIRED


@dataclass(frozen=True, slots=True)
class PassCheckView:
    """One time at which somebody looked at a pass."""

    asked: str
    result: Standing
    post: str
    at: datetime
    by_name: str
    pass_id: UUID | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What somebody is told who looks at a pass; ``found`` is None for one that does not exist."""

    asked: str
    standing: Standing
    found: PassView | None
    #: The goods that it lets out, in the order of the slip.
    goods: tuple["GoodsLine", ...] = ()


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One line of goods."""

    id: UUID
    line: int
    name: str
    quantity: Decimal
    unit: str
    remark: str
    found: Decimal | None


def goods_of(session: Session, ticket_id: UUID | None) -> tuple[GoodsLine, ...]:
    """Return the goods of a permit in the order of its slip."""
    return tuple(
        GoodsLine(row.id, row.line, row.name, row.quantity, row.unit, row.remark, row.found)
        for row in session.scalars(items_of(ticket_id))
    )


def items_of(ticket_id: UUID | None) -> Select[PermitItemRow]:
    return select(PermitItemRow).where(PermitItemRow.ticket_id == ticket_id).order_by(PermitItemRow.line)


def differences(session: Session, row: PassRow) -> tuple[FieldProblem, ...]:
    """Say of every line whose count differs what the slip says and what was found."""
    items = {item.line: item for item in session.scalars(items_of(row.ticket_id))}
    lines = [Counted(item.line, item.name, item.quantity, item.found) for item in items.values()]
    return tuple(
        wrong_count(items[one.line].id, "", msg("还没有核对"), {})
        if one.found is None
        else wrong_count(
            items[one.line].id,
            str(one.found),
            msg("放行条上是 {wanted}，现场是 {found}"),
            {"wanted": _plain(one.quantity), "found": _plain(one.found), "name": one.name},
        )
        for one in differing(lines)
    )


def wrong_count(key: UUID, text: str, rule: str, params: Mapping[str, object]) -> FieldProblem:
    return FieldProblem(f"found-{key}", text[:20], rule, params=params, label=msg("现场数量"))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def read_count(text: str) -> Decimal | None:
    """Return a number of things as typed, with at most four decimals; None for anything else."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    is_plain = number.is_finite() and 0 <= number < 10**9 and number == round(number, 4)
    return number if is_plain else None


def code_in(asked: str) -> str:
    """Return the token or serial in what was scanned; an address ends with it."""
    text = asked.strip().rstrip("/").rpartition("/")[2] if "://" in asked else asked.strip()
    shown = "".join(character for character in text if character.isprintable())
    return shown[:ASKED_LENGTH]


def by_code(session: Session, code: str) -> PassRow | None:
    if character_problem("code", code):
        return None
    folded = fold_identifier(code)
    by_token = session.scalars(select(PassRow).where(PassRow.token == code)).one_or_none()
    if by_token is not None:
        return by_token
    wanted = {code, code.upper(), folded}
    plain = func.replace(func.replace(PassRow.serial, "-", ""), " ", "")
    query = select(PassRow).where(or_(PassRow.serial.in_(wanted), plain == folded))
    return session.scalars(query.limit(1)).first()


def write_check(work: Work, row: PassRow | None, result: Standing, *, code: str, post: str) -> None:
    work.session.add(
        PassCheckRow(
            pass_id=row.id if row else None,
            asked=code if not character_problem("code", code) else "",
            result=result.value,
            post=post.strip()[:_POST_LENGTH],
            checked_at=work.now,
            checked_by=work.actor.account_id,
            checked_by_name=work.actor.name,
        )
    )


def check_view(row: PassCheckRow) -> PassCheckView:
    return PassCheckView(row.asked, Standing(row.result), row.post, row.checked_at, row.checked_by_name, row.pass_id)

"""What a person fills in about things in custody, and what of it cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.custody import Agreed, Borrower, CustodyKind
from gongdan.domain.folding import fold_text
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.custody_borrowers import check_borrower
from gongdan.services.departments import require_open
from gongdan.services.roster_rows import text_problems
from gongdan.services.work import Work, get_row
from gongdan.storage.assets import AssetRow
from gongdan.storage.parties import PartyRow
from gongdan.text import msg

#: Longest texts, in characters.
MAX_CODE, MAX_NAME, MAX_REMARK = 60, 200, 2000
#: Copies of one thing, at most.
MAX_COPIES = 10_000
#: Witnesses of a lock that is changed.
WITNESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInput:
    """What a person fills in about a thing."""

    kind: str
    name: str
    #: What stands on its tag; empty for the next number of the kind.
    code: str = ""
    asset_id: UUID | None = None
    #: Who leaves it in custody.
    party_id: UUID | None = None
    department_id: UUID | None = None
    place: str = ""
    mark: str = ""
    copies: int = 1
    retain_until: date | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """To whom a thing is lent, what for, and until when; the moment is aware."""

    borrower: Borrower
    purpose: str
    until: datetime | None


def check_item(session: Session, kinds: Sequence[CustodyKind], given: ItemInput) -> CustodyKind:
    """Return the kind of a thing as it is described; raises ``InvalidInput`` or ``NotFound``."""
    kind = next((one for one in kinds if one.name == given.kind), None)
    problems = [*text_problems("name", given.name, msg("名称"), longest=MAX_NAME, required=True)]
    problems += text_problems("code", given.code, msg("编号"), longest=MAX_CODE)
    problems += text_problems("place", given.place, msg("存放位置"), longest=MAX_NAME)
    problems += text_problems("mark", given.mark, kind.mark_label if kind else msg("标记"), longest=MAX_CODE)
    problems += remark_problems(given.remark)
    if not 1 <= given.copies <= MAX_COPIES:
        rule, params = msg("应在 {least} 到 {most} 之间"), {"least": 1, "most": MAX_COPIES}
        problems.append(FieldProblem("copies", str(given.copies), rule, params=params, label=msg("份数")))
    if kind is None:
        problems.append(FieldProblem("kind", given.kind[:40], msg("没有这个种类"), label=msg("种类")))
    if problems or kind is None:
        raise InvalidInput(tuple(problems))
    if given.asset_id:
        get_row(session, AssetRow, given.asset_id, "asset")
    if given.party_id:
        get_row(session, PartyRow, given.party_id, "party")
    if given.department_id:
        require_open(session, given.department_id)
    return kind


def check_lending(work: Work, lending: Lending) -> Agreed:
    """Return what is agreed upon; raises ``InvalidInput`` with all that does not fit, ``NotFound``."""
    problems = [*check_borrower(work.session, work.company_id, lending.borrower)]
    problems += text_problems("purpose", lending.purpose, msg("用途"), required=True)
    problems += until_problems(lending.until, work.now)
    if problems or lending.until is None:
        raise InvalidInput(tuple(problems))
    borrower = lending.borrower
    if borrower.party_id:
        party = get_row(work.session, PartyRow, borrower.party_id, "party")
        borrower = Borrower(party.name, party_id=party.id, phone=borrower.phone.strip())
    return Agreed(borrower=borrower, purpose=lending.purpose.strip(), until=lending.until)


def folded(code: str) -> str:
    """Return a code as tags and scanners write it alike."""
    return fold_text(code).strip().upper()


def until_problems(until: datetime | None, now: datetime) -> Sequence[FieldProblem]:
    """Say what is wrong with an agreed time of return."""
    label = msg("归还时间")
    if until is None:
        return (FieldProblem("until", "", msg("必须填写"), label=label),)
    if until <= now:
        return (FieldProblem("until", until.isoformat(), msg("必须在现在之后"), label=label),)
    return ()


def reason_problems(reason: str) -> Sequence[FieldProblem]:
    """Say what is wrong with a reason, which has to be given."""
    return text_problems("reason", reason, msg("说明"), longest=MAX_REMARK, required=True)


def remark_problems(remark: str) -> Sequence[FieldProblem]:
    """Say what is wrong with a remark."""
    return text_problems("remark", remark, msg("备注"), longest=MAX_REMARK)


def witness_problems(witnesses: Sequence[str]) -> Sequence[FieldProblem]:
    """Say what is wrong with those who were there."""
    label, names = msg("见证人"), {name.strip() for name in witnesses if name.strip()}
    if len(names) < WITNESSES:
        rule = msg("须有 {count} 名不同的见证人")
        return (FieldProblem("witnesses", "", rule, params={"count": WITNESSES}, label=label),)
    return [problem for name in names for problem in text_problems("witnesses", name, label, longest=120)]

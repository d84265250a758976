"""Who takes a thing into his hands: a member, a party, or somebody from outside with his phone number."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.custody import Borrower
from gongdan.domain.identifiers import check_phone
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.roster_rows import person_problems, text_problems
from gongdan.storage.accounts import AccountRow, MembershipRow
from gongdan.text import msg

#: Longest name, in characters.
MAX_NAME = 120
_LABEL = msg("借用人")


def called(session: Session, company_id: UUID, name: str, phone: str = "") -> Borrower:
    """Return who is meant by a name, or by a name with the login behind it: ``张敏 zhangmin``."""
    text = name.strip()
    query = (
        select(AccountRow.id, AccountRow.name, AccountRow.login)
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(MembershipRow.company_id == company_id, MembershipRow.left_at.is_(None))
        .order_by(AccountRow.login)
    )
    known = [one for one in session.execute(query) if text in {one.name, one.login, f"{one.name} {one.login}"}]
    if len(known) > 1:
        rule, remedy = msg("有 {count} 位同名的成员"), msg("请在姓名后写上用户名，例如：{example}")
        params = {"count": len(known), "example": f"{known[0].name} {known[0].login}"}
        raise InvalidInput((FieldProblem("borrower", text, rule, remedy, params=params, label=_LABEL),))
    if known:
        return Borrower(known[0].name, account_id=known[0].id)
    return Borrower(text, phone=phone.strip())


def check_borrower(session: Session, company_id: UUID, borrower: Borrower) -> Iterator[FieldProblem]:
    """Say why somebody cannot take a thing into his hands."""
    if borrower.account_id:
        yield from person_problems(session, company_id, borrower.account_id, field="borrower", label=_LABEL)
    elif not borrower.party_id:
        yield from text_problems("borrower", borrower.name, _LABEL, longest=MAX_NAME, required=True)
        if borrower.name.strip():
            yield from _phone_problems(borrower.phone)


def _phone_problems(phone: str) -> Iterator[FieldProblem]:
    label = msg("电话")
    if not phone.strip():
        rule, remedy = msg("不是本公司成员，须留电话"), msg("成员请从列表中选择")
        yield FieldProblem("phone", "", rule, remedy, label=label)
    elif check_phone(phone).verdict is Verdict.REJECT:
        yield FieldProblem("phone", phone[:40], msg("不是有效的电话号码"), label=label)

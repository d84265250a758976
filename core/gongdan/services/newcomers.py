"""Newcomers: callers whom nobody knows yet, made customers together with their first ticket."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.folding import is_blank
from gongdan.domain.identifiers import check_phone
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.core_fields import LABELS
from gongdan.services.parties import PartyInput
from gongdan.services.work import Work
from gongdan.storage.parties import ContactPointRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk
    from gongdan.services.intake import NewTicket


def newcomer_problems(new: "NewTicket") -> list[FieldProblem]:
    """Return what is missing or wrong for the caller of a new ticket to become a customer."""
    problems = []
    if is_blank(new.contact_name):
        problems.append(FieldProblem("requester", "", msg("必须填写"), label=LABELS["requester"]))
    if check_phone(new.contact_phone).verdict is Verdict.REJECT:
        rule, remedy = msg("不是有效的电话号码"), msg("手机 11 位；固定电话请带区号")
        problems.append(FieldProblem("contact_phone", new.contact_phone, rule, remedy, label=LABELS["contact_phone"]))
    if new.newcomer_role and new.asset_id is None:
        rule = msg("要登记客户与地点的关系，请从列表中选择地点")
        problems.append(FieldProblem("asset", new.place, rule, label=LABELS["asset"]))
    return problems


def register(desk: "CompanyDesk", work: Work, new: "NewTicket") -> UUID:
    """Make the caller of a new ticket a customer, linked to its asset if that is wanted; returns his id.

    Raises ``InvalidInput`` for a number that somebody has already, ``Conflict`` for a link that a rule allows only
    once, ``NotAllowed``.
    """
    # Of two clerks who take calls from the same number only the first one makes a customer.
    work.take_turn()
    known = select(ContactPointRow.id).where(ContactPointRow.normalised == check_phone(new.contact_phone).value)
    if work.session.scalar(known.limit(1)):
        rule, remedy = msg("已有客户使用这个号码"), msg("请重新输入号码，从识别出的客户中选择")
        raise InvalidInput(
            (FieldProblem("contact_phone", new.contact_phone, rule, remedy, label=LABELS["contact_phone"]),)
        )
    party = desk.parties.create_in(work, PartyInput(name=new.contact_name, phones=(new.contact_phone,)))
    if new.newcomer_role and new.asset_id:
        desk.assets.link_in(work, new.asset_id, new.newcomer_role, party_id=party.id)
    return party.id

"""The papers of a site: what stands on them, and what the settlement sheet refuses."""

from collections.abc import Mapping, Sequence

import pytest

from gongdan.api import FormEntries, FormKind, Section, Taken
from gongdan_decoration import rules
from gongdan_decoration.forms import RECTIFICATION_NOTICE, SETTLEMENT_SHEET

CONTRACT = {"kind": "contract", "what": "半包合同 HT2026-031", "amount": "128000"}
ADDITION = {"kind": "addition", "what": "增加阳台封窗", "amount": "6500.50"}
PAID = {"kind": "payment", "what": "一期款", "amount": "-70000"}


def _taken(kind: FormKind) -> set[str]:
    sections = (block for block in kind.blocks if isinstance(block, Section))
    return {part.name for section in sections for part in section.parts if isinstance(part, Taken)}


def _entries(*amounts: Mapping[str, object], manual: object = True) -> FormEntries:
    lines: Mapping[str, Sequence[Mapping[str, object]]] = {"amounts": amounts}
    return FormEntries(fields={"manual_returned": manual}, lines=lines, taken={})


@pytest.mark.clause("000-04-33")
@pytest.mark.clause("000-04-34")
def test_a_rectification_notice_says_who_mends_what_by_when_and_is_signed_for() -> None:
    assert {"place", "assignee", "spot", "description", "standard", "limit_on"} <= _taken(RECTIFICATION_NOTICE)
    assert [box.label for box in RECTIFICATION_NOTICE.signatures] == ["签发人", "责任人签收", "监理"]


@pytest.mark.clause("000-04-132")
def test_a_settlement_sheet_goes_to_finance_and_materials() -> None:
    assert [copy.recipient for copy in SETTLEMENT_SHEET.copies] == ["客户", "财务部", "材料部", "客服部存档"]


@pytest.mark.clause("000-04-132")
@pytest.mark.parametrize("amounts", [(ADDITION,), (CONTRACT, CONTRACT, PAID)])
def test_a_settlement_is_of_one_contract(amounts: Sequence[Mapping[str, object]]) -> None:
    assert rules.one_contract_is_settled(_entries(*amounts)) == "合同额须填且只填一行"
    assert rules.one_contract_is_settled(_entries(CONTRACT, ADDITION, PAID)) is None


@pytest.mark.clause("000-04-132")
@pytest.mark.parametrize(
    "wrong", [{**CONTRACT, "amount": "-128000"}, {**ADDITION, "amount": "-1"}, {**PAID, "amount": "70000"}]
)
def test_what_is_owed_is_positive_and_what_is_paid_is_negative(wrong: Mapping[str, object]) -> None:
    assert rules.signs_fit(_entries(wrong)) == "合同额和增项须为正，减项、扣款和已付款须为负"
    assert rules.signs_fit(_entries(CONTRACT, ADDITION, PAID)) is None


@pytest.mark.clause("000-04-119")
@pytest.mark.parametrize("answer", [False, None])
def test_nothing_is_settled_before_the_manual_is_back(answer: object) -> None:
    assert rules.manual_is_back(_entries(CONTRACT, manual=answer)) == "先收回《工程管理手册》，再结算"
    assert rules.manual_is_back(_entries(CONTRACT)) is None

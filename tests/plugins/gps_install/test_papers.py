"""The papers of a GPS desk: what stands on the dispatch order and on the repair slip, and who signs."""

import pytest

from gongdan.api import FormKind, SigningWay, Taken
from gongdan_gps_install.forms import DISPATCH_ORDER, REPAIR_SLIP


def _taken(kind: FormKind) -> set[str]:
    return {part.name for section in kind.sections for part in section.parts if isinstance(part, Taken)}


@pytest.mark.clause("001-03-10")
@pytest.mark.clause("001-03-11")
def test_a_dispatch_order_says_where_when_and_which_vehicle() -> None:
    assert {
        "contact_name",
        "contact_phone",
        "visit_at",
        "visit_place",
        "terminal_model",
        "plate",
        "vin",
        "driver_name",
        "driver_phone",
    } <= _taken(DISPATCH_ORDER)


@pytest.mark.clause("001-03-12")
@pytest.mark.clause("001-03-13")
@pytest.mark.clause("001-03-14")
def test_a_repair_slip_says_whose_terminal_fails_how() -> None:
    assert {
        "contact_name",
        "contact_phone",
        "customer_address",
        "terminal_model",
        "bought_on",
        "symptom",
    } <= _taken(REPAIR_SLIP)


@pytest.mark.clause("001-03-20")
@pytest.mark.clause("001-03-22")
def test_a_repair_slip_has_old_and_new_numbers() -> None:
    numbers = {"old_terminal_number", "new_terminal_number", "old_sim_number", "new_sim_number"}
    assert numbers <= _taken(REPAIR_SLIP)


@pytest.mark.clause("001-03-15")
@pytest.mark.clause("001-03-23")
@pytest.mark.clause("001-03-24")
@pytest.mark.parametrize("kind", [DISPATCH_ORDER, REPAIR_SLIP], ids=lambda kind: kind.label)
def test_customer_technician_and_manager_sign(kind: FormKind) -> None:
    assert [box.label for box in kind.signatures] == ["客户或司机签字", "安装维护员签字", "GPS 事业部经理"]
    assert SigningWay.TYPED not in kind.signatures[0].ways


@pytest.mark.clause("001-03-17")
@pytest.mark.clause("001-03-18")
@pytest.mark.parametrize("kind", [DISPATCH_ORDER, REPAIR_SLIP], ids=lambda kind: kind.label)
def test_data_tools_parts_and_papers_are_checked_before_leaving(kind: FormKind) -> None:
    assert [item.label for item in kind.items] == ["单上信息已核对", "工具齐备", "备品配件齐备", "文件齐备"]
    assert all(item.must_pass for item in kind.items)


@pytest.mark.clause("001-03-16")
def test_the_technician_stands_on_the_order() -> None:
    assert "assignee" in _taken(DISPATCH_ORDER)

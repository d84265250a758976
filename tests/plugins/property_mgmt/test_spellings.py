"""What people call a flat, at the telephone and in lists."""

import pytest

from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.intake import NewTicket
from gongdan.services.tickets import TicketFilter
from gongdan_property_mgmt.import_rules import unit_spellings


@pytest.mark.parametrize(
    ("typed", "spellings"),
    [
        ("3栋2单元501", ("3-2-501",)),
        ("3#2-501", ("3-2-501",)),
        ("３#2单元501", ("3-2-501",)),
        ("3号楼2单元501室", ("3-2-501",)),
        ("3号楼-2-501", ("3-2-501",)),
        ("三号楼二单元501", ("3-2-501",)),
        ("3栋501", ("3-501",)),
        # 3 2 501, then 3 2501 and 32 501, where there are no sections.
        ("32501", ("3-2-501", "3-2501", "32-501")),
        ("121501", ("1-2-1501", "12-1-501", "12-1501")),
        ("3501室", ("3-501",)),
        ("2026", ()),
        ("13800138000", ()),
        ("501", ()),
        ("厨房漏水", ()),
        ("", ()),
    ],
)
def test_a_flat_is_read_as_the_list_of_units_writes_it(typed: str, spellings: tuple[str, ...]) -> None:
    assert unit_spellings(typed) == spellings


@pytest.mark.parametrize("typed", ["3栋2单元501", "3#2-501", "3号楼2单元501室", "32501", "3-2-501", "３－２－５０１"])
def test_a_flat_and_what_happened_there_are_found_whatever_it_is_called(company_desk: CompanyDesk, typed: str) -> None:
    create = company_desk.assets.create
    opened = {}
    for building in ("13", "3"):
        above = create(AssetInput(kind="building", code=building)).id
        section = create(AssetInput(kind="section", code="2", parent_id=above)).id
        for room in ("501", "502"):
            label = f"{building}-2-{room}"
            unit = create(AssetInput(kind="unit", code=room, label=label, parent_id=section))
            fields = {"charge_kind": "free", "visit_at": "2026-03-06T09:00"}
            new = NewTicket(
                type="repair",
                description="水管漏水",
                contact_name="周海波",
                contact_phone="13700002222",
                asset_id=unit.id,
                fields=fields,
            )
            opened[label] = company_desk.intake.open(new).number
    # A name that needs no reading is found as letters stand, so 13-2-501 comes behind it.
    assert [unit.label for unit in company_desk.searching.everywhere(typed).assets][:1] == ["3-2-501"]
    if "-" not in typed.replace("#2-", ""):
        numbers = [line.ticket.number for line in company_desk.tickets.list(TicketFilter(text=typed)).lines]
        assert numbers == [opened["3-2-501"]]

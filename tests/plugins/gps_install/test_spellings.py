"""What people call a vehicle."""

import pytest

from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk


@pytest.mark.parametrize(
    "typed", ["粤B·31820F", "粤B 31820F", "粤b-31820f", "粤Ｂ３１８２０Ｆ", "B31820F", "31820", "820F", "粤B·318"]
)
def test_a_vehicle_is_found_by_its_plate_in_every_spelling_and_by_its_end(
    company_desk: CompanyDesk, typed: str
) -> None:
    for plate in ("粤B31820F", "粤B12345"):
        company_desk.assets.create(AssetInput(kind="vehicle", code=plate))
    assert [one.label for one in company_desk.searching.everywhere(typed).assets] == ["粤B31820F"]

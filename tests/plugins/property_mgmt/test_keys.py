"""Keys that a property office keeps for others."""

import pytest

from gongdan_property_mgmt.custody import CUSTODY_KINDS


@pytest.mark.clause("001-08-51")
def test_deposited_keys_and_those_of_vacant_flats_are_kinds_on_the_list() -> None:
    assert [(kind.label, kind.opens_lock) for kind in CUSTODY_KINDS] == [("业户寄存钥匙", True), ("空房未领钥匙", True)]

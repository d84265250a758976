from __future__ import annotations

import pytest

from gongdan.domain.snapshots import TicketView
from gongdan.testing.factories import Factory


@pytest.fixture
def own(factory: Factory) -> TicketView:
    return factory.ticket(description="三号楼电梯异响", place="三号楼")


@pytest.fixture
def foreign(other_factory: Factory) -> TicketView:
    return other_factory.ticket(description="六栋大门无法关闭", place="六栋")

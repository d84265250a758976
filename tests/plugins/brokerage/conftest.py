from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gongdan_brokerage import plugin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"brokerage": plugin}

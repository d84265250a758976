"""Imports of the property office's lists, small ones written by hand."""

from collections.abc import Mapping
from types import ModuleType

import pytest

from gongdan_property_mgmt import plugin


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"property_mgmt": plugin}

"""``gongdan approval``: what waits for whose consent, listed and decided."""

from collections.abc import Mapping
from types import ModuleType

import pytest

from gongdan.testing import sample
from tests.cli.conftest import Console
from tests.core.services.approved import BOTH, with_approvals


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_approvals(BOTH)}


def test_nothing_waits_where_nobody_has_asked(ready: Console) -> None:
    assert ready.json("approval", "list") == []
    assert ready.json("approval", "list", "--list", "waiting") == []


def test_a_decision_needs_somebody_who_makes_it(ready: Console) -> None:
    nobody = ready("approval", "decide", "00000000-0000-0000-0000-000000000000", "approve")
    unknown = ready("approval", "decide", "00000000-0000-0000-0000-000000000000", "approve", "--as", "nobody")
    assert (nobody.exit_code, unknown.exit_code) == (2, 1)

"""Rules of a form at the moment of filing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import ModuleType

import pytest

from gongdan.domain.forms import FormEntries, FormRule
from gongdan.errors import FormIncomplete
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin
from gongdan.testing.sample_forms import REPAIR_ORDER
from tests.core.services.papers import begin


def _enough_hours(entries: FormEntries) -> str | None:
    if entries.taken["severity"] == "minor":
        message = "nobody has thought of that"
        raise LookupError(message)
    return None if str(entries.fields["hours"]) == "2" else "重大维修至少 2 小时"


@cache
def _ruled() -> ModuleType:
    rule = FormRule(name="hours", label="工时", check=_enough_hours, about="hours")
    forms = (replace(REPAIR_ORDER, rules=(rule,), clauses=()),)
    return make_plugin(register_rulebook=lambda: replace(sample.register_rulebook(), forms=forms))


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": _ruled()}


def test_a_form_that_breaks_a_rule_stays_a_draft(person: People, factory: Factory) -> None:
    work = begin(person, factory)
    signed = work.signed()

    with pytest.raises(FormIncomplete) as refused:
        work.engineer.forms.file(signed.id, signed.version)

    (problem,) = refused.value.problems
    assert (problem.field, problem.label, problem.rule) == ("hours", "工时", "重大维修至少 2 小时")
    assert work.now() == signed


def test_a_rule_that_raises_refuses_and_is_journalled(
    person: People, factory: Factory, company_desk: CompanyDesk
) -> None:
    work = begin(person, factory)
    clerk, ticket = work.clerk, work.clerk.tickets.find(work.ticket.id)
    clerk.tickets.change(ticket.id, ticket.version, {"severity": "minor"})
    signed = work.signed()

    with pytest.raises(FormIncomplete) as refused:
        work.engineer.forms.file(signed.id, signed.version)

    (problem,) = refused.value.problems
    assert (problem.rule, problem.params) == ("扩展“{plugin}”的检查出错，已记入日志", {"plugin": "sample"})
    assert work.now() == signed
    assert [entry.act for entry in company_desk.journal.of(company_desk.company.id)][-1] == "plugin.failed"

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

import gongdan
from gongdan.domain.snapshots import CompanyView
from gongdan.services.companies import ACCENTS
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.web.companies import ACCENT_LABELS
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]

#: What the form of a new company holds before anybody types.
USUAL = {"locale": "zh", "time_zone": "Asia/Shanghai", "accent": "blue"}


@pytest.fixture
def operator(visitor_as: Callable[..., Visitor]) -> Visitor:
    """韩立新, who administers the installation, and is a plain agent of 幸福物业."""
    return visitor_as("agent", login="hanlixin", name="韩立新", is_operator=True)


def test_companies_stand_below_their_parents(operator: Visitor, desk: Desk) -> None:
    from gongdan.services.actors import SYSTEM

    desk.companies.create(SYSTEM, "zz-branch", "幸福物业北京分公司", parent="xingfu")
    page = operator.get("/companies").text
    assert re.search(r"tree-step-0.*?幸福物业</a>.*?tree-step-1.*?幸福物业北京分公司</a>", page, re.DOTALL)


def test_a_new_company_gets_its_maker_as_administrator(operator: Visitor, desk: Desk) -> None:
    operator.get("/companies/new")
    answer = operator.post(
        "/companies", {"code": "anju", "name": "安居物业", "time_zone": "Asia/Urumqi", "accent": "teal",
                       "locale": "zh", "appoint": "true"},
    )  # fmt: skip
    assert answer.status_code == 303
    made = desk.companies.by_code("anju")
    assert (made.name, made.time_zone, made.accent) == ("安居物业", "Asia/Urumqi", "teal")
    (member,) = desk.at(made).members.all()
    assert (member.name, member.roles) == ("韩立新", ("administrator",))


def test_who_makes_a_company_for_himself_stands_in_it_before_its_plugins(operator: Visitor) -> None:
    operator.get("/companies/new")
    answer = operator.post("/companies", {"code": "anju", "name": "安居物业", **USUAL, "appoint": "true"})
    assert answer.headers["Location"].endswith("/plugins")
    page = operator.get("/plugins").text
    assert "已建立公司“安居物业”，您现在就在这家公司里。下一步：启用它需要的扩展。" in page
    assert "<title>扩展 · 安居物业</title>" in page


def test_who_makes_a_company_for_others_stays_where_he_was(operator: Visitor, desk: Desk) -> None:
    operator.get("/companies/new")
    answer = operator.post("/companies", {"code": "anju", "name": "安居物业", **USUAL})
    assert answer.headers["Location"].endswith("/companies")
    assert not desk.at(desk.companies.by_code("anju")).members.all()
    page = operator.get("/companies").text
    assert "已建立公司“安居物业”" in page
    assert "您现在就在这家公司里" not in page


def test_a_wrong_company_is_refused_beside_its_fields(operator: Visitor, unchanged: Unchanged) -> None:
    operator.get("/companies/new")
    with unchanged():
        answer = operator.post("/companies", {"code": "幸福", "name": " ", "time_zone": "Mars/Base", "accent": "x"})
    assert answer.status_code == 422
    for field in ("code", "name", "time_zone", "accent"):
        assert f'id="p-{field}"' in answer.text, field
    assert 'value="幸福"' in answer.text


def test_only_operators_see_all_companies(administrator: Visitor, unchanged: Unchanged, company: CompanyView) -> None:
    assert "/companies" not in administrator.get("/").text
    with unchanged():
        answers = [
            administrator.get("/companies"),
            administrator.get(f"/companies/{company.id}"),
            administrator.post("/companies", {"code": "anju", "name": "安居"}),
            administrator.post(f"/companies/{company.id}/appoint"),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert "您没有这项权限：管理整个系统" in answers[0].text


def test_an_administrator_changes_his_own_company(administrator: Visitor, desk: Desk, company: CompanyView) -> None:
    administrator.get("/settings")
    administrator.post(
        "/settings", {"name": "幸福家园", "time_zone": "Asia/Shanghai", "accent": "purple", "locale": "en"}
    )
    changed = desk.companies.view(company.id)
    assert (changed.name, changed.accent, changed.locale) == ("幸福家园", "purple", "en")
    assert 'data-accent="purple"' in administrator.get("/settings").text


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Asia"}, {"time_zone": "A" * 300}, {"time_zone": "../etc/passwd"}, {"locale": "xx"}]
)
def test_a_zone_or_language_that_does_not_exist_is_refused(
    administrator: Visitor, unchanged: Unchanged, wrong: dict[str, str]
) -> None:
    administrator.get("/settings")
    given = {"name": "幸福家园", "time_zone": "Asia/Shanghai", "accent": "purple", "locale": "zh"}
    with unchanged():
        answer = administrator.post("/settings", given | wrong)
    assert answer.status_code == 422


def test_a_number_pattern_shows_the_next_number_while_it_is_typed(administrator: Visitor, unchanged: Unchanged) -> None:
    with unchanged():
        good = administrator.get("/settings/numbers/sample_repair/preview?pattern=KF{yy}-{serial:3}", fragment=True)
        bad = administrator.get("/settings/numbers/sample_repair/preview?pattern=KF{yy}", fragment=True)
    assert "KF26-001" in good.text
    assert "编号格式须含" in bad.text


def test_a_saved_pattern_numbers_new_tickets_and_the_default_comes_back(
    administrator: Visitor, company_desk: CompanyDesk
) -> None:
    from gongdan.testing.factories import Factory

    administrator.get("/settings/numbers")
    administrator.post("/settings/numbers/sample_repair", {"pattern": "KF{yy}-{serial:3}"})
    assert Factory(company_desk).ticket().number == "KF26-001"
    administrator.post("/settings/numbers/sample_repair/default")
    assert Factory(company_desk).ticket().number == "BX202603-0001"


def test_a_pattern_without_a_serial_is_refused(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/settings/numbers")
    with unchanged():
        answer = administrator.post("/settings/numbers/sample_repair", {"pattern": "KF{yy}"})
    assert answer.status_code == 422
    assert 'value="KF{yy}"' in answer.text


def test_every_colour_that_a_company_may_choose_has_a_name_and_stands_in_the_style_sheet() -> None:
    tokens = Path(gongdan.__file__).with_name("web") / "frontend" / "src" / "css" / "tokens.css"
    styled = re.findall(
        r'^\[data-accent="(\w+)"\] \{ --accent: oklch\(', tokens.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert tuple(styled) == tuple(ACCENT_LABELS) == ACCENTS

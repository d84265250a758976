from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from python_calamine import CalamineWorkbook

from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import Factory
from tests.web import rosters
from tests.web.visitor import Visitor


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample, "rosters": rosters.module}


def rows_of(data: bytes) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()]


def test_tickets_are_exported_as_the_list_shows_them(administrator: Visitor, factory: Factory) -> None:
    factory.ticket(description="厨房水管漏水", severity="major")
    factory.ticket(description="楼道灯不亮", severity="minor")
    answer = administrator.get("/exports/tickets?severity=major&columns=number,subject,severity")
    assert rows_of(answer.data) == [["编号", "主题", "级别"], ["BX202603-0001", "厨房水管漏水", "严重"]]


def test_a_csv_holds_the_same(administrator: Visitor, factory: Factory) -> None:
    factory.ticket(description="厨房水管漏水")
    answer = administrator.get("/exports/tickets?columns=number,subject&format=csv")
    assert answer.data.decode("utf-8-sig").splitlines() == ["编号,主题", "BX202603-0001,厨房水管漏水"]


def test_no_exported_text_is_a_formula(administrator: Visitor, factory: Factory) -> None:
    factory.party(name='=HYPERLINK("http://evil.example")')
    csv = administrator.get("/exports/parties?format=csv").data.decode("utf-8-sig")
    assert "'=HYPERLINK" in csv
    book = administrator.get("/exports/parties").data
    assert b"<f>" not in book
    assert rows_of(book)[1][0] == '=HYPERLINK("http://evil.example")'


def test_parties_are_exported_with_their_places(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    unit = factory.unit(label="3-2-501")
    party = factory.party(name="王芳", phones=("13800138000",), tier="VIP")
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id)
    rows = rows_of(administrator.get("/exports/parties?q=王芳").data)
    assert rows[1][:5] == ["王芳", "个人", "13800138000", "3-2-501", "VIP"]


def test_phones_leave_the_house_whole_only_with_those_who_may_see_identity_numbers(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    may = next(role.permissions for role in company_desk.roles.all() if role.name == "agent")
    company_desk.roles.save("agent", "客服", may | {"export.run"})
    factory.party(name="王芳", phones=("13800138000",))
    agent = visitor_as("agent")
    assert "13800138000" in agent.get("/parties").text
    assert rows_of(agent.get("/exports/parties?q=王芳").data)[1][2] == "138****8000"


def test_a_whole_list_comes_back_as_it_can_be_imported(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    building = factory.building(code="3")
    unit = factory.unit(building, code="501")
    party = factory.party(name="王芳", phones=("13800138000",))
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id)
    answer = administrator.get("/exports/lists/flats.csv")
    assert answer.data.decode("utf-8-sig").splitlines() == ["楼栋,房号,业主,电话", "3,501,王芳,13800138000"]


def test_what_leaves_the_house_is_in_the_journal(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    factory.party()
    administrator.get("/exports/parties")
    entry = company_desk.journal.latest()[0]
    assert (entry.act, entry.actor_name, entry.after["kind"], entry.after["rows"]) == (
        "export.written", "陈红", "parties", 1,
    )  # fmt: skip


def test_a_list_without_identity_numbers_is_not_said_to_hold_any(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    factory.party()
    # 陈红 may see whole numbers, but none of these lists holds any.
    for address in ("tickets", "parties", "assets", "lists/flats.csv"):
        administrator.get(f"/exports/{address}")
    found = [(entry.after["kind"], entry.after["identities"]) for entry in company_desk.journal.latest(act="export.")]
    assert found == [("flats", False), ("assets", False), ("parties", False), ("tickets", False)]


def test_the_journal_calls_an_exported_list_by_its_name(administrator: Visitor, factory: Factory) -> None:
    factory.party()
    for address in ("assets", "lists/flats.csv"):
        administrator.get(f"/exports/{address}")
    rows = administrator.get("/journal?act=export.").text.partition("<tbody>")[2]
    assert re.findall(r"类型</span> <ins>([^<]*)</ins>", rows) == ["房屋台账", "资产"]


def test_a_file_is_sent_in_pieces_and_goes_away_afterwards(
    administrator: Visitor, factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    factory.party(name="王芳")
    for address in ("parties?format=csv", "lists/flats.csv"):
        answer = administrator.client.get(f"/exports/{address}", buffered=False)
        (waiting,) = tmp_path.glob("gongdan-download-*/*.csv")
        assert int(answer.headers["Content-Length"]) == waiting.stat().st_size
        assert b"".join(answer.iter_encoded()) == waiting.read_bytes()
        answer.close()
        assert list(tmp_path.glob("gongdan-download-*")) == []


def test_a_refused_list_leaves_no_file_behind(agent: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    agent.get("/exports/lists/flats.csv")
    assert list(tmp_path.glob("gongdan-download-*")) == []


def test_lists_offer_exports_to_those_who_may(administrator: Visitor, agent: Visitor, factory: Factory) -> None:
    factory.party()
    assert "/exports/parties?format=xlsx" in administrator.get("/parties").text
    assert "/exports/" not in agent.get("/parties").text


def test_others_get_no_file(
    agent: Visitor, factory: Factory, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    factory.party()
    with unchanged():
        answers = [agent.get(f"/exports/{noun}") for noun in ("tickets", "parties", "assets", "lists/flats.xlsx")]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert "导出数据" in answers[0].text


def test_a_whole_list_leaves_out_what_the_person_sees_masked(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    company_desk.roles.save("carrier", "搬运", ["export.run", "asset.view", "party.view"], new=True)
    unit = factory.unit(factory.building(code="3"), code="501")
    party = factory.party(name="王芳", phones=("13800138000",))
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id)
    answer = visitor_as("carrier").get("/exports/lists/flats.csv")
    assert answer.data.decode("utf-8-sig").splitlines() == ["楼栋,房号,业主,电话", "3,501,王芳,"]


def test_a_whole_list_is_for_those_who_may_look_at_what_is_in_it(
    visitor_as: Callable[..., Visitor],
    company_desk: CompanyDesk,
    unchanged: Callable[[], AbstractContextManager[None]],
) -> None:
    company_desk.roles.save("carrier", "搬运", ["export.run", "ticket.view"], new=True)
    carrier = visitor_as("carrier")
    with unchanged():
        answer = carrier.get("/exports/lists/flats.csv")
    assert answer.status_code == 403

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from types import ModuleType
from uuid import UUID

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from gongdan.services import import_previews
from gongdan.services.desk import CompanyDesk
from gongdan.services.imports import Imports
from gongdan.services.uploads import Uploads
from gongdan.settings import Settings
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.web.import_jobs import Job
from tests.web import rosters
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample, "rosters": rosters.module}


def upload(visitor: Visitor, content: bytes, name: str = "房屋台账.csv", kind: str = "flats") -> TestResponse:
    visitor.get("/imports")
    return visitor.post("/imports/files", {"kind": kind, "file": (BytesIO(content), name)}, fragment=True)


def address_of(answer: TestResponse) -> str:
    assert answer.status_code == 204, answer.text
    return str(answer.headers["HX-Redirect"])


def run_through(app: Flask, visitor: Visitor, preview: str) -> UUID:
    """Start the import of a previewed file and wait for its end."""
    path, _, query = preview.partition("?")
    fields = dict(part.split("=") for part in query.split("&"))
    visitor.get(preview)
    answer = visitor.post(f"{path}/run", {"name": "房屋台账.csv", "kind": fields["kind"]})
    run_id = UUID(answer.headers["Location"].rsplit("/", 1)[-1])
    wait_for(app, run_id)
    return run_id


def wait_for(app: Flask, run_id: UUID) -> None:
    import time

    job = app.extensions["gongdan_import_jobs"].find(run_id)
    ends = time.monotonic() + 20
    while not job.is_over and time.monotonic() < ends:
        time.sleep(0.01)
    assert job.is_over


def test_the_preview_says_what_would_become_of_each_row_and_stores_nothing(
    administrator: Visitor, unchanged: Unchanged
) -> None:
    with unchanged():
        page = administrator.get(address_of(upload(administrator, rosters.CSV.encode()))).text
    for label, count in (("正常", 1), ("已规范", 1), ("待核实", 1), ("未导入", 1), ("非数据行", 2)):
        assert re.search(rf"<strong>{count}</strong> {label}", page), label
    assert "“房号”必须填写" in page
    assert "1380013" in page


def test_a_file_may_have_a_longer_name_than_a_file_system_takes(administrator: Visitor) -> None:
    preview = address_of(upload(administrator, "楼栋,房号\n3,501\n".encode(), name="房" * 200 + ".csv"))
    assert administrator.get(preview).status_code == 200


def test_a_kind_is_told_from_the_name_of_the_file(administrator: Visitor) -> None:
    address = address_of(upload(administrator, rosters.CSV.encode(), "幸福小区房屋台账2026.csv", kind=""))
    assert "kind=flats" in address


def test_a_kind_is_told_from_the_headings(administrator: Visitor) -> None:
    assert "kind=flats" in address_of(upload(administrator, rosters.CSV.encode(), "导出.csv", kind=""))


def test_a_file_whose_headings_and_name_say_nothing_needs_a_choice_and_is_not_kept(
    administrator: Visitor, unchanged: Unchanged, settings: Settings
) -> None:
    with unchanged():
        answer = upload(administrator, "甲,乙\n1,2\n".encode(), "新建表格.csv", kind="")
    assert answer.status_code == 422
    assert "表头与可以导入的表格都不相符" in answer.text
    assert list((settings.home / "uploads").rglob("*")) == []


def test_a_file_that_fits_several_kinds_asks_which_one_it_is(
    administrator: Visitor, monkeypatch: pytest.MonkeyPatch, unchanged: Unchanged
) -> None:
    twins = (rosters.FLATS, replace(rosters.FLATS, kind="garages", label="车位台账"))
    monkeypatch.setattr(Imports, "kinds", lambda imports: twins)
    with unchanged():
        answer = upload(administrator, rosters.CSV.encode(), "导出.csv", kind="")
    assert answer.status_code == 422
    assert "表头同时符合几种表格：房屋台账、车位台账" in answer.text
    assert "kind=garages" in address_of(upload(administrator, rosters.CSV.encode(), "车位台账.csv", kind=""))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空文件.csv", b"", "文件“空文件.csv”是空的"),
        ("截断.xlsx", b"PK\x03\x04" + b"\x00" * 400, "文件“截断.xlsx”已损坏"),
        ("网页表格.xls", b"<html><table><tr><td>1</td></tr></table></html>", "文件“网页表格.xls”其实是网页"),
        ("照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "文件“照片.xlsx”不是 xlsx、xls、ods 或 csv 表格"),
    ],
)
def test_a_bad_file_gets_its_answer_on_the_page(
    administrator: Visitor, unchanged: Unchanged, name: str, content: bytes, words: str
) -> None:
    for kind in ("flats", ""):
        with unchanged():
            answer = upload(administrator, content, name, kind=kind)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'type="file"' in answer.text


def test_a_csv_named_xlsx_is_read_and_said_to_be_one(administrator: Visitor) -> None:
    page = administrator.get(address_of(upload(administrator, rosters.CSV.encode(), "房屋台账.xlsx"))).text
    assert "文件名以 .xlsx 结尾，内容其实是 csv，已按内容读取" in page


def test_a_file_above_the_limit_gets_its_answer_on_the_page(app: Flask, administrator: Visitor) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    answer = administrator.client.post(
        "/imports/files", data=b"x" * 1_100_000, content_type="multipart/form-data; boundary=y",
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "超过 1 MB" in answer.text


def test_unknown_headings_can_be_told_by_hand(app: Flask, administrator: Visitor, company_desk: CompanyDesk) -> None:
    content = "幢号,门牌,姓名\n3,501,王芳\n".encode()
    preview = address_of(upload(administrator, content))
    page = administrator.get(preview)
    assert page.status_code == 409
    assert "没有找到“房屋台账”的表头，缺少：楼栋、房号" in page.text
    assert page.text.count('name="column"') == 3

    mapping = [("heading", "幢号"), ("column", "building"), ("heading", "门牌"), ("column", "flat")]
    told = "&".join(f"{name}={value}" for name, value in mapping)
    corrected = administrator.get(f"{preview}&{told}")
    assert corrected.status_code == 200
    assert re.search(r"<strong>1</strong> 正常", corrected.text)

    path = preview.partition("?")[0]
    answer = administrator.post(
        f"{path}/run",
        {"name": "a.csv", "kind": "flats", "heading": ["幢号", "门牌"], "column": ["building", "flat"]},
    )
    wait_for(app, UUID(answer.headers["Location"].rsplit("/", 1)[-1]))
    assert [asset.label for asset in company_desk.assets.list(kind="sample_unit")] == ["3-501"]


def test_a_run_stores_the_good_rows_and_names_the_others(
    app: Flask, administrator: Visitor, company_desk: CompanyDesk
) -> None:
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    assert [asset.label for asset in company_desk.assets.list(kind="sample_unit")] == ["3-501", "3-502", "3-503"]
    page = administrator.get(f"/imports/{run_id}").text
    assert "已完成" in page
    assert "<strong>3</strong> 新增" in page
    assert re.search(
        r'<td class="amount text-secondary">5</td>\s*<td class="issue-verdict"><span class="state tone-late">未导入',
        page,
    )
    refused = administrator.get(f"/imports/{run_id}?verdict=refused").text
    assert refused.count('<tr class="issue" data-key="row">') == 1
    assert "1380013" not in refused


def test_the_verdicts_can_be_taken_home_as_a_spreadsheet(app: Flask, administrator: Visitor) -> None:
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    answer = administrator.get(f"/imports/{run_id}/verdicts.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["行号", "判定", "结果"]
    assert [(row[0], row[1]) for row in rows[1:]] == [
        (1, "非数据行"), (2, "正常"), (3, "已规范"), (4, "待核实"), (5, "未导入"), (6, "非数据行"),
    ]  # fmt: skip


def test_a_run_is_taken_back_as_a_whole(app: Flask, administrator: Visitor, company_desk: CompanyDesk) -> None:
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    administrator.get(f"/imports/{run_id}")
    answer = administrator.post(f"/imports/{run_id}/undo")
    assert answer.status_code == 303
    assert company_desk.assets.list(kind="sample_unit") == ()
    assert company_desk.parties.list()[0] == ()
    page = administrator.get(f"/imports/{run_id}").text
    assert "已撤销" in page
    assert "/undo" not in page


def test_the_journal_tells_an_import_and_its_undoing_in_a_line_each(
    app: Flask, administrator: Visitor, company_desk: CompanyDesk
) -> None:
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    administrator.get(f"/imports/{run_id}")
    administrator.post(f"/imports/{run_id}/undo")
    # A building, three flats, three owners with a link to each flat: ten entries that nobody wants to read.
    page = administrator.get("/journal").text
    assert re.findall(r">(\S+ 项)，逐项查看<", page) == ["7 项", "10 项"]
    assert "随导入建立" not in page
    assert re.findall(r">(\S+ 项)，逐项查看<", administrator.get("/journal?act=party.").text) == ["3 项", "3 项"]
    assert re.findall(r">(\S+ 项)，逐项查看<", administrator.get("/journal?act=ticket.").text) == []

    single = administrator.get(f"/journal?run={run_id}&act=asset.").text.partition("<tbody>")[2]
    names = re.findall(r'资产</span> ([^<]*) <span class="text-secondary">（已删除）', single)
    assert sorted(set(names)) == ["3", "3/501", "3/502", "3/503"]
    assert 'data-key="open"' not in single
    found = administrator.get("/journal?q=陈秀英").text.partition("<tbody>")[2]
    assert "随导入建立" in found


def test_what_was_used_since_keeps_a_run_from_being_taken_back(
    app: Flask, administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    from gongdan.testing.factories import Factory

    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    flat = company_desk.assets.list(kind="sample_unit")[0]
    Factory(company_desk).ticket(asset_id=flat.id)
    administrator.get(f"/imports/{run_id}")
    with unchanged():
        answer = administrator.post(f"/imports/{run_id}/undo")
    assert answer.status_code == 409
    assert "不能撤销：导入之后已有" in answer.text


def test_an_interrupted_run_goes_on_where_it_stopped(
    app: Flask, administrator: Visitor, company_desk: CompanyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gongdan.services import import_runs
    from gongdan.web import import_jobs

    monkeypatch.setattr(import_runs, "BATCH_ROWS", 2)
    monkeypatch.setattr(import_jobs.Job, "progress", lambda job, done, total: False)
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    assert company_desk.imports.find(run_id).state == "interrupted"
    page = administrator.get(f"/imports/{run_id}").text
    assert "已导入到第 2 行，其余还没有导入" in page
    # The heading and one flat are done, four rows are not.
    assert ("第 2 行，共 6 行" in page, "33%" in page, "<strong>4</strong> 还没有处理" in page) == (True, True, True)
    assert "没有需要处理的行。" not in page
    assert page.index("/resume") < page.index("/undo")

    monkeypatch.undo()
    administrator.post(f"/imports/{run_id}/resume")
    wait_for(app, run_id)
    assert company_desk.imports.find(run_id).state == "finished"
    assert [asset.label for asset in company_desk.assets.list(kind="sample_unit")] == ["3-501", "3-502", "3-503"]


def test_progress_leads_to_the_result_once_there_is_nothing_to_wait_for(app: Flask, administrator: Visitor) -> None:
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    answer = administrator.get(f"/imports/{run_id}/progress", fragment=True)
    assert answer.headers["HX-Redirect"] == f"/imports/{run_id}"


def test_a_run_that_breaks_off_says_so_and_can_go_on(
    app: Flask, administrator: Visitor, company_desk: CompanyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gongdan.services import import_runs

    def fail(*given: object, **named: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(import_runs.Runner, "run_through", fail)
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    page = administrator.get(f"/imports/{run_id}").text
    assert "操作未能完成" in page
    assert "disk" not in page
    monkeypatch.undo()
    administrator.post(f"/imports/{run_id}/resume")
    wait_for(app, run_id)
    assert company_desk.imports.find(run_id).state == "finished"


def test_a_file_of_another_company_cannot_be_named(administrator: Visitor, other_desk: CompanyDesk) -> None:
    digest = Uploads(other_desk).keep(rosters.CSV.encode())
    assert administrator.get(f"/imports/files/{digest}?name=a.csv&kind=flats").status_code == 404
    assert administrator.get("/imports/files/..%2f..%2fsecret.key?name=a.csv&kind=flats").status_code == 404


def test_an_attachment_cannot_be_named_as_a_list(administrator: Visitor, company_desk: CompanyDesk) -> None:
    content = rosters.CSV.encode()
    digest = company_desk.installation.files.put(company_desk.company.id, content)
    address = f"/imports/files/{digest}?name=a.csv&kind=flats"
    assert administrator.get(address).status_code == 404
    upload(administrator, content)
    assert administrator.get(address).status_code == 200


def test_a_list_is_kept_encrypted_and_no_longer_than_it_is_needed(
    app: Flask, administrator: Visitor, settings: Settings
) -> None:
    def lists() -> list[bytes]:
        return [path.read_bytes() for path in (settings.home / "uploads").rglob("*") if path.is_file()]

    preview = address_of(upload(administrator, rosters.CSV.encode()))
    (kept,) = lists()
    assert "王芳".encode() not in kept
    run_through(app, administrator, preview)
    assert lists() == []
    assert not (settings.home / "files").exists()


def test_a_list_goes_away_with_the_undoing_of_its_import(
    app: Flask, administrator: Visitor, settings: Settings
) -> None:
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    upload(administrator, rosters.CSV.encode())
    administrator.get(f"/imports/{run_id}")
    administrator.post(f"/imports/{run_id}/undo")
    assert [path for path in (settings.home / "uploads").rglob("*") if path.is_file()] == []


def test_the_preview_of_a_list_that_is_known_says_that_nothing_would_change(
    app: Flask, administrator: Visitor, unchanged: Unchanged
) -> None:
    preview = address_of(upload(administrator, rosters.CSV.encode()))
    page = administrator.get(preview).text
    assert ("<strong>3</strong> 新增" in page, "此文件已于" in page) == (True, False)
    run_id = run_through(app, administrator, preview)
    preview = address_of(upload(administrator, rosters.CSV.encode()))
    with unchanged():
        page = administrator.get(preview).text
    assert ("<strong>3</strong> 无变化" in page, "新增" in page) == (True, False)
    assert "此文件已于" in page
    assert f'href="/imports/{run_id}"' in page


def test_a_large_list_is_compared_in_its_first_rows_and_says_so(
    administrator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_previews, "COMPARED_ROWS", 2)
    page = administrator.get(address_of(upload(administrator, rosters.CSV.encode()))).text
    # The heading and one flat.
    assert "<strong>1</strong> 新增" in page
    assert "只把前 2 行与已有资料比较过" in page
    assert re.search(r"<strong>1</strong> 待核实", page)


def test_the_page_of_an_undone_import_tells_what_it_had_done(app: Flask, administrator: Visitor, clock: Clock) -> None:
    run_id = run_through(app, administrator, address_of(upload(administrator, rosters.CSV.encode())))
    clock.move(timedelta(minutes=40))
    administrator.get(f"/imports/{run_id}")
    administrator.post(f"/imports/{run_id}/undo")
    page = administrator.get(f"/imports/{run_id}").text
    assert "<strong>撤销前</strong>" in page
    assert ("用时 40" in page, "10:40 撤销" in page) == (False, True)


def test_the_time_that_is_left_follows_the_pace_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(UUID(int=1), rows_before=1000, began=100.0)
    assert job.seconds_left is None
    job.progress(3000, 9000)
    monkeypatch.setattr("gongdan.web.import_jobs.time.monotonic", lambda: 104.0)
    # 2,000 rows in four seconds: 6,000 take twelve.
    assert job.seconds_left == 12


def test_people_without_the_permission_see_neither_page_nor_entry(agent: Visitor, unchanged: Unchanged) -> None:
    assert 'href="/imports"' not in agent.get("/").text
    assert agent.get("/imports").status_code == 403
    with unchanged():
        answer = agent.post("/imports/files", {"kind": "flats", "file": (BytesIO(b"a"), "a.csv")})
    assert answer.status_code == 403
    assert "导入数据" in answer.text

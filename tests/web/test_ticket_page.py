from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from gongdan.domain.snapshots import CompanyView
from gongdan.domain.subjects import SubjectKey
from gongdan.domain.ticket_links import LinkKind
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.file_checks import Upload
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from tests.core.services.pictures import PNG
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def buttons(page: str) -> list[str]:
    moves = page[page.index('class="moves"') : page.index('class="chips timeline-kinds"')]
    return [text.strip() for text in re.findall(r">([^<>]+)</a>", moves)]


def test_the_usual_move_comes_first_and_is_the_primary_button(agent: Visitor, factory: Factory) -> None:
    page = agent.get(f"/tickets/{factory.ticket().id}").text
    assert buttons(page) == ["派单", "作废", "指派"]
    assert re.search(r'class="btn btn-primary"[^>]*data-key="e">派单', page)
    assert "等待“派单”，还没有经办人" in page


def test_a_move_brings_the_ticket_on_and_stands_in_the_stream_in_words(
    agent: Visitor, factory: Factory, person: People
) -> None:
    worker = person("worker", login="lijian", name="李建").actor.account_id
    ticket = factory.ticket()
    dialog = agent.get(f"/tickets/{ticket.id}/moves/dispatch", fragment=True).text
    assert "经办人" in dialog
    assert "<html" not in dialog

    answer = agent.post(
        f"/tickets/{ticket.id}/moves/dispatch",
        {"version": ticket.version, "assignee": str(worker), "estimate": "200"},
        fragment=True,
    )

    assert answer.headers["HX-Redirect"] == f"/tickets/{ticket.id}"
    page = agent.get(f"/tickets/{ticket.id}").text
    assert "派单，状态变为“处理中”" in page
    assert "<dt>经办人</dt><dd><ins>李建</ins>" in page
    assert "等待李建“完成”" in page
    assert "dispatch，" not in page


def test_every_refusal_stands_at_its_field_with_its_clause(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    worker = person("worker", login="lijian").actor.account_id
    ticket = factory.ticket()
    given = {"assignee": str(worker), "estimate": "200"}
    ticket = company_desk.moves.make(ticket.id, "dispatch", ticket.version, given)
    with unchanged():
        answer = agent.post(
            f"/tickets/{ticket.id}/moves/finish",
            {"version": ticket.version, "result": "", "cause": "", "fee": "350"},
            fragment=True,
        )
    assert answer.status_code == 409
    assert "现在不能执行“完成”" in answer.text
    assert re.search(r'id="p-result"[^>]*>必须填写', answer.text)
    assert re.search(r'id="p-cause"[^>]*>必须填写', answer.text)
    assert re.search(r'id="p-fee"[^>]*>实际费用超过预估费用 <a class="clause" href="/clauses/SAMPLE-02"', answer.text)
    assert 'name="fee" value="350"' in answer.text


def test_many_clauses_are_folded_and_a_few_stand_open(agent: Visitor) -> None:
    template = agent.client.application.jinja_env.from_string(
        '{% import "macros/forms.html" as forms %}{{ forms.clauses(ids) }}'
    )
    with agent.client.application.test_request_context():
        few, many = (template.render(ids=[f"SAMPLE-0{number}" for number in range(count)]) for count in (3, 4))
    assert "<details" not in few
    assert few.count('class="clause" href=') == 3
    assert "依据 4 条" in many
    assert many.count('class="clause" href=') == 4


def test_a_clause_opens_with_its_text(agent: Visitor) -> None:
    assert "实际费用不得超过预估费用" in agent.get("/clauses/SAMPLE-02", fragment=True).text
    assert agent.get("/clauses/SAMPLE-99").status_code == 404


def test_a_move_on_a_ticket_that_somebody_changed_meanwhile_is_shown_again(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    worker = person("worker", login="lijian").actor.account_id
    ticket = factory.ticket()
    changed = company_desk.tickets.change(ticket.id, ticket.version, {"place": "地下车库"})
    with unchanged():
        answer = agent.post(
            f"/tickets/{ticket.id}/moves/dispatch", {"version": ticket.version, "assignee": str(worker)}, fragment=True
        )
    assert answer.status_code == 409
    assert "这条记录已被他人修改" in answer.text
    assert f'name="version" value="{changed.version}"' in answer.text
    assert f'value="{worker}" selected' in answer.text


def test_a_move_that_the_role_may_not_make_is_neither_offered_nor_taken(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, person: People
) -> None:
    worker = person("worker", login="lijian").actor.account_id
    ticket = factory.ticket()
    ticket = company_desk.moves.make(ticket.id, "dispatch", ticket.version, {"assignee": str(worker)})
    given = {"result": "换了角阀", "cause": "wear"}
    ticket = company_desk.moves.make(ticket.id, "finish", ticket.version, given)
    assert "关闭" not in buttons(agent.get(f"/tickets/{ticket.id}").text)
    dialog = agent.get(f"/tickets/{ticket.id}/moves/close", fragment=True)
    assert (dialog.status_code, dialog.headers["HX-Retarget"]) == (409, "#notices")
    assert "这一步须由以下角色执行：主管" in dialog.text
    assert agent.get(f"/tickets/{ticket.id}/moves/dispatch").status_code == 409
    answer = agent.post(f"/tickets/{ticket.id}/moves/close", {"version": ticket.version}, fragment=True)
    assert answer.status_code == 409
    assert "这一步须由以下角色执行：主管" in answer.text


def test_a_note_with_a_mention_and_a_photo_stands_in_the_stream_and_in_the_inbox(
    agent: Visitor, factory: Factory, visitor_as: Callable[..., Visitor]
) -> None:
    lijian = visitor_as("worker", login="lijian", name="李建")
    ticket = factory.ticket()
    agent.get(f"/tickets/{ticket.id}")
    files = {"files": (io.BytesIO(PNG), "现场.png")}

    answer = agent.post(
        f"/tickets/{ticket.id}/notes",
        {"body": "请看照片 @李建", "internal": "true", **files},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 303
    page = agent.get(f"/tickets/{ticket.id}").text
    assert 'data-keep-done="note-' in page
    assert "happening-internal" in page
    assert '<b class="mention">@李建</b>' in page
    assert re.search(r'<img src="/attachments/[0-9a-f-]+/thumbnail" alt="现场.png"', page)
    assert "请看照片 @李建" in lijian.get("/").text


def test_what_does_not_say_for_whom_it_is_stays_internal(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket()
    page = agent.get(f"/tickets/{ticket.id}").text
    assert "已告知客户（记录）" in page
    assert "回复客户" not in page
    for given in ({}, {"internal": ""}, {"internal": "true"}, {"internal": "false"}):
        agent.post(f"/tickets/{ticket.id}/notes", {"body": "已约好时间", **given})
    told = [note.is_public for note in company_desk.notes.of_ticket(ticket.id)]
    assert sorted(told) == [False, False, False, True]


def test_the_dialogs_of_a_ticket_whose_plugin_is_off_are_not_there(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket()
    company_desk.plugins.disable(sample.NAME)
    for path in ("moves/dispatch", "edit"):
        answer = agent.get(f"/tickets/{ticket.id}/{path}")
        assert (answer.status_code, "本公司未启用扩展" in answer.text) == (404, True)


def test_a_refused_note_keeps_what_was_typed(agent: Visitor, factory: Factory, unchanged: Unchanged) -> None:
    ticket = factory.ticket()
    agent.get(f"/tickets/{ticket.id}")
    with unchanged():
        answer = agent.post(
            f"/tickets/{ticket.id}/notes",
            {"body": "附上程序", "internal": "false", "files": (io.BytesIO(b"MZ"), "virus.exe")},
            content_type="multipart/form-data",
        )
    assert answer.status_code == 422
    assert "不支持这种文件类型" in answer.text
    assert ">附上程序</textarea>" in answer.text
    assert 'value="false" checked' in answer.text


@pytest.mark.parametrize(
    ("path", "title"),
    [("assign", "指派"), ("links/new", "关联工单"), ("moves/dispatch", "派单"), ("owner", "变更首接人")],
)
def test_a_dialog_on_a_page_of_its_own_is_titled_by_what_it_is_for(
    administrator: Visitor, factory: Factory, path: str, title: str
) -> None:
    page = administrator.get(f"/tickets/{factory.ticket().id}/{path}").text
    found = re.search(r"<title>([^<·]+?)\s*·", page)
    assert found
    assert found[1].startswith(title)


def test_a_photo_that_is_gone_from_the_folder_is_told_in_words(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, tmp_path: Path
) -> None:
    (file,) = company_desk.attachments.add(SubjectKey("ticket", factory.ticket().id), [Upload("现场.png", PNG)])
    for stored in tmp_path.rglob(file.sha256):
        stored.unlink()
    answer = agent.get(f"/attachments/{file.id}")
    assert (answer.status_code, "文件“现场.png”不在系统的文件存储里了" in answer.text) == (404, True)


def test_files_and_tickets_of_another_company_are_not_there(
    agent: Visitor, other_factory: Factory, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    foreign = other_factory.ticket()
    (file,) = other_desk.attachments.add(SubjectKey("ticket", foreign.id), [Upload("a.png", PNG)])
    agent.get("/tickets")
    reads = ["", "/moves/dispatch", "/assign", "/edit", "/history", "/links/new"]
    writes = ["/notes", "/moves/dispatch", "/assign", "/edit", "/links/new"]
    with unchanged():
        assert agent.get(f"/attachments/{file.id}").status_code == 404
        for part in reads:
            assert agent.get(f"/tickets/{foreign.id}{part}").status_code == 404, part
        for part in writes:
            given = {"version": foreign.version, "body": "x", "assignee": "", "kind": "related", "ticket_text": "x"}
            assert agent.post(f"/tickets/{foreign.id}{part}", given).status_code in {404, 422}, part
        assert foreign.subject not in agent.get("/search?q=漏水").text
        assert foreign.number not in agent.get("/search/live?q=漏水", fragment=True).text
        assert foreign.number not in agent.get("/search/pick/ticket/ticket/ticket_text?ticket_text=漏水").text


def test_a_ticket_of_a_disabled_plugin_stays_readable_without_moves(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = factory.ticket()
    company_desk.plugins.disable(sample.NAME)
    page = agent.get(f"/tickets/{ticket.id}").text
    assert ticket.subject in page
    assert "本公司没有启用扩展“样例物业”，这件工单只能查看" in page
    assert 'class="moves"' not in page
    with unchanged():
        edit = agent.post(f"/tickets/{ticket.id}/edit", {"version": ticket.version, "subject": "x"})
        assert edit.status_code == 404


def test_a_ticket_whose_plugin_is_gone_stays_readable(
    app: object, factory: Factory, person: People, settings: object, desk: Desk
) -> None:
    from gongdan.bootstrap import open_desk
    from gongdan.hooks.manager import PluginManager
    from gongdan.settings import Settings
    from gongdan.web.app import create_app

    assert isinstance(settings, Settings)
    ticket = factory.ticket(category="water", fields={"estimate": "200"})
    person(login="zhangmin")
    bare = open_desk(settings, plugins=PluginManager(), clock=desk.clock)
    visitor = Visitor(create_app(bare, settings))
    visitor.log_in("zhangmin")
    page = visitor.get(f"/tickets/{ticket.id}").text
    assert ticket.subject in page
    assert "这件工单只能查看" in page
    assert "estimate" in page
    assert visitor.get("/tickets").status_code == 200
    bare.close()


def test_the_owner_changes_only_by_permission_and_is_journalled(
    agent: Visitor, administrator: Visitor, factory: Factory, company_desk: CompanyDesk, person: People,
    unchanged: Unchanged,
) -> None:  # fmt: skip
    heir = person("agent", login="liuyang", name="刘洋").actor.account_id
    ticket = factory.ticket()
    given = {"owner": str(heir), "version": ticket.version}
    with unchanged():
        assert agent.post(f"/tickets/{ticket.id}/owner", given).status_code == 403
    assert "/owner" not in agent.get(f"/tickets/{ticket.id}").text

    administrator.post(f"/tickets/{ticket.id}/owner", given)

    assert company_desk.tickets.find(ticket.id).owner_id == heir
    assert "把首接人改为 刘洋" in agent.get(f"/tickets/{ticket.id}").text


DIALLED = '<a class="phone" href="tel:13812345678">13812345678</a>'


@pytest.mark.parametrize("role", ["agent", "supervisor", "worker"])
def test_the_people_at_the_desk_and_in_the_field_dial_from_the_page(
    visitor_as: Callable[..., Visitor], factory: Factory, role: str
) -> None:
    party = factory.party(name="王芳", phones=("13812345678",), identity="11010519491231002X")
    ticket = factory.ticket(requester_id=party.id, contact_phone="13812345678")
    visitor = visitor_as(role)
    for path in (f"/tickets/{ticket.id}", f"/parties/{party.id}", "/parties", "/search?q=王芳",
                 "/tickets?columns=subject,contact"):  # fmt: skip
        page = visitor.get(path).text
        assert DIALLED in page, path
        assert "11010519491231002X" not in page, path


def test_phones_are_masked_for_those_who_may_not_see_them_whole(
    visitor_as: Callable[..., Visitor], factory: Factory
) -> None:
    party = factory.party(name="王芳", phones=("13812345678",), identity="11010519491231002X")
    ticket = factory.ticket(requester_id=party.id, contact_phone="13812345678")
    observer = visitor_as("observer")
    for path in (f"/tickets/{ticket.id}", f"/parties/{party.id}", "/parties", "/search?q=王芳",
                 "/tickets?columns=subject,contact"):  # fmt: skip
        page = observer.get(path).text
        assert "13812345678" not in page, path
        assert "138****5678" in page, path
        assert "11010519491231002X" not in page, path


def test_owner_and_assignee_see_whom_to_call_whatever_else_they_may(
    visitor_as: Callable[..., Visitor], factory: Factory, company_desk: CompanyDesk
) -> None:
    observer = visitor_as("observer")
    me = next(member.account_id for member in company_desk.members.all() if member.name == "张敏")
    others = factory.ticket(contact_phone="13812345678")
    mine = factory.ticket(contact_phone="13812345678", assignee_id=me)
    own = factory.ticket(contact_phone="13812345678")
    company_desk.tickets.change(own.id, own.version, {"owner_id": str(me)})
    seen = [DIALLED in observer.get(f"/tickets/{one.id}").text for one in (others, mine, own)]
    assert seen == [False, True, True]


def test_tickets_are_linked_by_number_and_a_merge_is_undone(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket, other = factory.ticket(), factory.ticket(description="同一处漏水")
    agent.get(f"/tickets/{ticket.id}/links/new")
    agent.post(f"/tickets/{ticket.id}/links/new", {"kind": "into", "ticket_text": other.number})
    assert company_desk.tickets.find(ticket.id).state == "merged"
    assert "已合并" in agent.get(f"/tickets/{ticket.id}").text

    (link,) = company_desk.links.of_ticket(ticket.id)
    agent.post(f"/tickets/{ticket.id}/links/{link.id}/remove")

    assert company_desk.tickets.find(ticket.id).state == "new"


def test_a_link_is_removed_from_its_own_tickets_only(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    one, two, third = factory.ticket(), factory.ticket(), factory.ticket()
    company_desk.links.make(LinkKind.RELATED, one.id, two.id)
    (link,) = company_desk.links.of_ticket(one.id)
    with unchanged():
        assert agent.post(f"/tickets/{third.id}/links/{link.id}/remove").status_code == 404


def test_a_link_to_nothing_is_refused_beside_the_field(agent: Visitor, factory: Factory) -> None:
    ticket = factory.ticket()
    answer = agent.post(f"/tickets/{ticket.id}/links/new", {"kind": "related", "ticket_text": "BX-0"}, fragment=True)
    assert answer.status_code == 422
    assert re.search(r'id="p-ticket"[^>]*>没有这个编号的工单', answer.text)


def test_the_page_costs_the_same_however_much_happened(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:  # fmt: skip
    party, unit = factory.party(), factory.unit()
    ticket = factory.ticket(requester_id=party.id, asset_id=unit.id)
    company_desk.notes.write(ticket.id, "第一条")
    with statements() as few:
        agent.get(f"/tickets/{ticket.id}")
    for number in range(10):
        company_desk.notes.write(ticket.id, f"第 {number} 条")
        factory.ticket(requester_id=party.id)
    with statements() as many:
        agent.get(f"/tickets/{ticket.id}")
    assert len(many) == len(few) <= 29


def test_the_stream_can_be_narrowed(agent: Visitor, factory: Factory, company_desk: CompanyDesk) -> None:
    ticket = factory.ticket()
    company_desk.notes.write(ticket.id, "只看记录时在这里")
    notes = agent.get(f"/tickets/{ticket.id}?show=note").text
    assert "只看记录时在这里" in notes
    assert "登记了工单" not in notes
    assert "登记了工单" in agent.get(f"/tickets/{ticket.id}?show=nonsense").text


def test_the_remark_of_a_move_stands_with_the_move(agent: Visitor, factory: Factory, company: CompanyView) -> None:
    del company
    ticket = factory.ticket()
    agent.post(f"/tickets/{ticket.id}/moves/void", {"version": ticket.version, "remark": "业主已自行处理"})
    page = agent.get(f"/tickets/{ticket.id}").text
    assert page.count("业主已自行处理") == 1
    assert "作废，状态变为“已作废”" in page

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest

from gongdan.services.desk import CompanyDesk
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]

KEY = "/policy/keys/sample.answer"
PACK = """\
pack: mine
label: {zh: 本公司, en: Ours}
source: ""
lines:
  sample.answer: {value: 4 h, clause: SAMPLE-01, note: 主任会议}
  sample.on_site: {value: undecided, note: 原文只说及时}
"""


def _answer(desk: CompanyDesk) -> str | None:
    return desk.policies.value("sample.answer", desk.installation.clock()).text


def test_what_is_undecided_stands_first_with_its_clause(administrator: Visitor) -> None:
    page = administrator.get("/policy").text
    undecided, decided = page.index("到场"), page.index("首次答复")
    assert page.index("本公司还没有决定的") < undecided < decided
    assert "2 小时" in page
    assert "建议值" in page
    assert 'href="/clauses/SAMPLE-02"' in page


def test_a_key_is_decided_with_amount_and_unit_and_tells_who_when_and_why(
    administrator: Visitor, company_desk: CompanyDesk
) -> None:
    shown = administrator.get(KEY, fragment=True).text
    assert re.search(r'name="amount" value="2"', shown)
    answer = administrator.post(
        KEY, {"amount": "90", "unit": "desk_min", "note": "主任会议", "clause": "SAMPLE-01", "effect": "new"}
    )
    assert answer.status_code == 303
    assert _answer(company_desk) == "90 desk_min"
    page = administrator.get("/policy").text
    assert "90 分钟（仅计上班时间）" in page
    assert "主任会议" in page
    assert "主任会议" in administrator.get(KEY).text


@pytest.mark.parametrize(
    ("given", "text"),
    [({"unit": "same_day", "amount": ""}, "same_day"), ({"left_open": "true", "unit": "h", "amount": "2"}, None)],
)
def test_a_limit_without_an_amount_and_no_limit_at_all(
    administrator: Visitor, company_desk: CompanyDesk, given: dict[str, str], text: str | None
) -> None:
    administrator.get(KEY)
    assert administrator.post(KEY, given).status_code == 303
    assert _answer(company_desk) == text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": "", "unit": "h"}, "amount"),
        ({"amount": "3", "unit": "day"}, "amount"),
        ({"amount": "3", "unit": "h", "effective_from": "gestern"}, "effective_from"),
        ({"amount": "3", "unit": "h", "effect": "all"}, "effect"),
        ({"amount": "3", "unit": "h", "effect": "open", "effective_from": "2099-01-01T00:00"}, "effective_from"),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(
    administrator: Visitor, unchanged: Unchanged, given: dict[str, str], field: str
) -> None:
    administrator.get(KEY)
    with unchanged():
        answer = administrator.post(KEY, given, fragment=True)
    assert answer.status_code == 422
    assert f'id="p-{field}"' in answer.text


def test_what_it_does_to_open_tickets_is_shown_before_it_is_done(
    administrator: Visitor, company_desk: CompanyDesk, factory: Factory, unchanged: Unchanged
) -> None:
    factory.ticket()
    given = {"amount": "1", "unit": "h", "effect": "recompute"}
    administrator.get(KEY)
    with unchanged():
        asked = administrator.post(KEY, given, fragment=True)
    assert asked.status_code == 200
    seen = re.search(r'name="seen" value="([^"]*)"', asked.text)
    assert seen is not None
    assert administrator.post(KEY, {**given, "seen": seen[1]}).status_code == 303
    assert _answer(company_desk) == "1 h"


def test_a_line_to_come_is_shown_and_withdrawn(administrator: Visitor, company_desk: CompanyDesk) -> None:
    administrator.get(KEY)
    administrator.post(KEY, {"amount": "3", "unit": "h", "effective_from": "2026-04-01T08:00"})
    assert "3 小时" in administrator.get("/policy").text
    [line] = company_desk.policies.history("sample.answer")
    assert (line.effective_from.isoformat(), _answer(company_desk)) == ("2026-04-01T00:00:00+00:00", "2 h")
    administrator.post(f"/policy/lines/{line.id}/withdraw", {})
    assert company_desk.policies.history("sample.answer") == ()


def test_a_file_is_compared_adopted_and_taken_back(administrator: Visitor, company_desk: CompanyDesk) -> None:
    administrator.get("/policy")
    compared = administrator.post("/policy/packs", {"file": (BytesIO(PACK.encode()), "mine.yaml")})
    assert compared.status_code == 200
    assert "与现行制度有 2 处不同" in compared.text
    assert _answer(company_desk) == "2 h"
    applied = administrator.post("/policy/packs/apply", {"pack": "mine", "content": PACK, "note": "试行"})
    assert (applied.status_code, _answer(company_desk)) == (303, "4 h")
    [run] = company_desk.policies.runs()
    assert "试行" in administrator.get("/policy").text
    assert "只用于此后登记的工单" in administrator.get(f"/policy/runs/{run.id}/rollback", fragment=True).text
    administrator.post(f"/policy/runs/{run.id}/rollback", {})
    assert _answer(company_desk) == "2 h"
    assert "已撤回" in administrator.get("/policy").text
    assert administrator.post(f"/policy/runs/{run.id}/rollback", {}, fragment=True).status_code == 409


def test_a_pack_is_taken_back_for_what_is_owed_too_once_that_was_shown(
    administrator: Visitor, company_desk: CompanyDesk, factory: Factory, clock: Clock, unchanged: Unchanged
) -> None:
    run = company_desk.policies.apply(company_desk.policies.read(PACK.encode()))
    assert run is not None
    factory.ticket()
    clock.move(timedelta(minutes=1))
    path, given = f"/policy/runs/{run.id}/rollback", {"effect": "recompute"}
    administrator.get(path)
    with unchanged():
        asked = administrator.post(path, given, fragment=True)
        wrong = administrator.post(path, {"effect": "all"}, fragment=True)
    assert (asked.status_code, wrong.status_code) == (200, 422)
    seen = re.search(r'name="seen" value="([^"]*)"', asked.text)
    assert seen is not None
    assert administrator.post(path, {**given, "seen": seen[1]}).status_code == 303
    assert _answer(company_desk) == "2 h"
    assert company_desk.journal.latest(act="policy.followed")[0].after["effect"] == "recompute"


def test_a_broken_file_is_refused_with_its_line(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/policy")
    with unchanged():
        broken = administrator.post("/policy/packs", {"file": (BytesIO(PACK.replace("4 h", "[4").encode()), "x.yaml")})
        nothing = administrator.post("/policy/packs", {})
        tampered = administrator.post("/policy/packs/apply", {"content": "lines: ["})
    assert (broken.status_code, "第 5 行" in broken.text) == (422, True)
    assert (nothing.status_code, tampered.status_code) == (422, 422)


def test_what_holds_is_sent_as_a_file(administrator: Visitor, company_desk: CompanyDesk) -> None:
    answer = administrator.get("/policy/export")
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert company_desk.policies.read(answer.data).name == "xingfu"


def test_who_may_only_look_sees_no_form_and_changes_nothing(
    visitor_as: Callable[..., Visitor], agent: Visitor, unchanged: Unchanged
) -> None:
    supervisor = visitor_as("supervisor", login="liuyang", name="刘洋")
    assert "2 小时" in supervisor.get("/policy").text
    assert "<form" not in supervisor.get(KEY, fragment=True).text
    assert agent.get("/policy").status_code == 403
    with unchanged():
        for address in (KEY, "/policy/packs/apply", f"/policy/lines/{uuid4()}/withdraw"):
            assert supervisor.post(address, {"amount": "1", "unit": "h"}).status_code in {403, 404}


def test_unknown_keys_and_packs_are_not_found(administrator: Visitor) -> None:
    assert administrator.get("/policy/keys/sample.nothing").status_code == 404
    assert administrator.get("/policy/packs/sample.nothing").status_code == 404

"""Letters of the company's own: drafted, reviewed, numbered without a gap, unalterable once signed, sent, filed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from gongdan.domain.circulation import Direction, LetterState
from gongdan.errors import InvalidInput, MoveRefused, NotAllowed, StaleVersion
from gongdan.services.circulation_rows import LetterView
from gongdan.services.correspondence import Draft
from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import People
from tests.core.services.crew import Crew, account_of

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def manager(person: People, company_desk: CompanyDesk) -> CompanyDesk:
    company_desk.roles.save("manager", "总经理", ["circulation.view", "circulation.instruct"], new=True)
    return person("manager", name="范雅静", login="fan")


def draft(manager: CompanyDesk, **given: object) -> Draft:
    values = {"title": "关于停水的函", "body": "定于周五 9 时至 12 时停水。", "recipient": "恒信会计师事务所",
              "category": "函", "manager_id": account_of(manager)}  # fmt: skip
    return Draft(**{**values, **given})  # type: ignore[arg-type]  # values of the test


def signed(crew: Crew, manager: CompanyDesk, **given: object) -> LetterView:
    written = crew.zhang.correspondence.draft(draft(manager, **given))
    return manager.correspondence.endorse(written.id)


@pytest.mark.clause("001-02-28", "001-02-30")
def test_a_letter_gets_its_number_when_the_manager_lets_it_go(crew: Crew, manager: CompanyDesk) -> None:
    written = crew.zhang.correspondence.draft(draft(manager))
    assert (written.number, written.state) == ("", LetterState.CIRCULATING)
    assert [duty.rule for duty in manager.duties.mine()] == ["core.letter_review"]
    gone = manager.correspondence.endorse(written.id, "同意发出")
    assert (gone.number, gone.state) == ("FW2026-0001", LetterState.SIGNED)
    assert manager.duties.mine() == ()


@pytest.mark.clause("001-02-28")
def test_nothing_leaves_without_the_managers_review(crew: Crew, manager: CompanyDesk, unchanged: Unchanged) -> None:
    written = crew.zhang.correspondence.draft(draft(manager))
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.correspondence.send(written.id, "快递")
    assert refused.value.refusals[0].clauses == ("001-02-28",)
    with unchanged(), pytest.raises(NotAllowed):
        crew.head.correspondence.endorse(written.id)


@pytest.mark.clause("001-02-14")
def test_a_signed_letter_is_altered_by_nobody(
    crew: Crew, manager: CompanyDesk, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    gone = signed(crew, manager)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.correspondence.revise(gone.id, gone.version, draft(manager, body="周六停水"))
    assert refused.value.refusals[0].clauses == ("001-02-14",)
    for statement in ("UPDATE letter_text SET body = 'x'", "DELETE FROM letter_text"):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), company_desk.working() as work:
            work.session.execute(text(statement))
    (version,) = crew.zhang.circulation.find(gone.id).texts
    assert (version.is_signed, version.body) == (True, "定于周五 9 时至 12 时停水。")


@pytest.mark.clause("001-02-30", "001-02-33")
def test_the_series_has_no_gap_whatever_is_refused_or_sent_back(crew: Crew, manager: CompanyDesk) -> None:
    numbers = [signed(crew, manager).number]
    back = crew.zhang.correspondence.draft(draft(manager))
    manager.correspondence.send_back(back.id, "写明停水范围")
    with pytest.raises(NotAllowed):
        crew.li.correspondence.endorse(back.id)
    numbers.append(signed(crew, manager).number)
    inside = crew.zhang.correspondence.draft(
        draft(manager, direction=Direction.INTERNAL, manager_id=account_of(crew.head))
    )
    numbers.append(crew.head.correspondence.endorse(inside.id).number)
    again = crew.zhang.circulation.find(back.id).letter
    crew.zhang.correspondence.revise(back.id, again.version, draft(manager, body="五层以上周五停水"))
    numbers.append(manager.correspondence.endorse(back.id).number)
    assert numbers == ["FW2026-0001", "FW2026-0002", "NB2026-0001", "FW2026-0003"]


def test_what_was_sent_back_keeps_every_version(crew: Crew, manager: CompanyDesk, unchanged: Unchanged) -> None:
    written = crew.zhang.correspondence.draft(draft(manager))
    back = manager.correspondence.send_back(written.id, "写明停水范围")
    with unchanged(), pytest.raises(NotAllowed):
        crew.li.correspondence.revise(back.id, back.version, draft(manager))
    with unchanged(), pytest.raises(StaleVersion):
        crew.zhang.correspondence.revise(back.id, back.version - 1, draft(manager))
    crew.zhang.correspondence.revise(back.id, back.version, draft(manager, body="五层以上周五停水"))
    manager.correspondence.endorse(back.id)
    texts = crew.zhang.circulation.find(back.id).texts
    assert [(one.number, one.is_signed) for one in texts] == [(2, True), (1, False)]


@pytest.mark.clause("001-02-32")
def test_papers_within_the_house_are_signed_by_the_head_not_the_manager_alone(
    crew: Crew, manager: CompanyDesk, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.zhang.correspondence.draft(draft(manager, direction=Direction.INTERNAL))
    assert [one.field for one in refused.value.problems] == ["manager"]


@pytest.mark.clause("001-02-29", "001-02-31")
def test_the_original_is_filed_once_the_letter_has_left(crew: Crew, manager: CompanyDesk, unchanged: Unchanged) -> None:
    gone = signed(crew, manager)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.circulation.file(gone.id, "停水", "档案柜")
    assert refused.value.refusals[0].clauses == ("001-02-29",)
    crew.zhang.correspondence.send(gone.id, "快递 SF1234")
    with unchanged(), pytest.raises(MoveRefused):
        crew.zhang.correspondence.send(gone.id, "快递 SF1234")
    crew.zhang.circulation.file(gone.id, "停水", "档案柜")
    assert crew.zhang.custody.by_code("FW2026-0001").place == "档案柜"
    trail = [entry.act for entry in reversed(crew.zhang.circulation.find(gone.id).entries)]
    assert trail == ["submitted", "endorsed", "sent", "filed"]


def test_all_that_is_wrong_with_a_draft_is_told_at_once(crew: Crew, manager: CompanyDesk, unchanged: Unchanged) -> None:
    wrong = draft(manager, title="", body=" ", recipient="", category="", manager_id=None)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.zhang.correspondence.draft(wrong)
    assert [one.field for one in refused.value.problems] == ["title", "body", "recipient", "category", "manager"]

"""Duties about anything: who owes them and by when is said by whoever begins them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gongdan.domain.core_duties import CUSTODY_RETURN
from gongdan.domain.duties import DutyState
from gongdan.services.desk import CompanyDesk
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_rows import DutyView
from gongdan.services.duty_subjects import CUSTODY_LOAN, Subject
from tests.core.services.crew import Crew, account_of, at
from tests.core.services.planned import Wait


def begun(desk: CompanyDesk, debtor: UUID | None, department: UUID | None = None) -> UUID:
    """Begin a duty that is due on 6 March 2026 at 18:00."""
    with desk.working() as work:
        about = Subject(
            kind=CUSTODY_LOAN,
            id=uuid4(),
            ticket=None,
            round=1,
            policy_at=work.now,
            department_id=department,
            about="YS0001 3-2-501 入户门",
            debtor_id=debtor,
            due_at=at(6, 18),
        )
        return DutyKeeper(desk, work).start(CUSTODY_RETURN, about, "lent").id


def seen(crew: Crew, duty_id: UUID) -> DutyView:
    return crew.head.duties.find(duty_id)


@pytest.mark.clause("001-02-03")
def test_a_duty_is_owed_by_the_one_who_is_named_by_the_moment_that_was_agreed_upon(crew: Crew) -> None:
    duty = seen(crew, begun(crew.head, account_of(crew.li)))
    assert (duty.debtor, duty.due_at, duty.subject) == ("李建国", at(6, 18), "YS0001 3-2-501 入户门")
    assert (duty.is_promised, duty.is_undecided, duty.number, duty.ticket_id) == (True, False, "", None)
    assert [one.id for one in crew.li.duties.mine()] == [duty.id]
    assert crew.wang.duties.mine() == ()


def test_nobody_named_the_head_of_the_department_owes_it(crew: Crew, company_desk: CompanyDesk) -> None:
    head = account_of(crew.head)
    company_desk.members.save(head, ("supervisor",), department_id=crew.department_id)
    assert seen(crew, begun(crew.head, None, crew.department_id)).debtor_id == head


def test_he_is_warned_and_told_of_the_miss_in_words_that_say_what_it_is_about(crew: Crew, wait: Wait) -> None:
    duty_id = begun(crew.head, account_of(crew.li))
    wait(at(6, 18) + timedelta(seconds=1))
    assert seen(crew, duty_id).state is DutyState.MISSED
    told = [(one.kind, one.params["number"]) for one in crew.li.notices.mine()]
    assert told == [("duty.missed", "YS0001 3-2-501 入户门"), ("duty.warned", "YS0001 3-2-501 入户门")]


def test_its_explanation_says_that_the_moment_was_agreed_upon(crew: Crew) -> None:
    duty_id = begun(crew.head, account_of(crew.li))
    told = [sentence.text for sentence in crew.head.explain.duty(duty_id).sentences]
    assert "到期：{at}，这是约定的时间，不按时限计算" in told

"""Letters that come in: registered, instructed, read in turn, acted on, reported, filed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from gongdan.domain.circulation import Direction, Handling, LetterState, StepKind, StepState
from gongdan.errors import InvalidInput, MoveRefused, NotAllowed, NotFound
from gongdan.services.circulation import Incoming, Instruction, LetterFilter
from gongdan.services.circulation_rows import LetterView
from gongdan.services.custody_lists import CustodyFilter
from gongdan.services.desk import CompanyDesk
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.core.services.crew import Crew, account_of, at

Unchanged = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class House:
    """An office tower's people: the manager, the clerk of the office, two heads, and who acts."""

    manager: CompanyDesk
    clerk: CompanyDesk
    first: CompanyDesk
    second: CompanyDesk
    handler: CompanyDesk


@pytest.fixture
def house(crew: Crew, person: People, company_desk: CompanyDesk) -> House:
    company_desk.roles.save("manager", "总经理", ["circulation.view", "circulation.instruct"], new=True)
    company_desk.roles.save("technician", "技术员", ["ticket.view"], new=True)
    manager = person("manager", name="范雅静", login="fan")
    return House(manager, crew.zhang, crew.head, crew.li, person("technician", name="胡军", login="hu"))


def came_in(house: House, **given: object) -> LetterView:
    values = {"sender": "区消防救援大队", "title": "关于开展冬季消防检查的通知", "category": "政府公文",
              "manager_id": account_of(house.manager), "foreign_number": "消发〔2026〕18号"}  # fmt: skip
    return house.clerk.circulation.register(Incoming(**{**values, **given}))  # type: ignore[arg-type]  # values


def instructed(house: House, *, with_handler: bool = True) -> LetterView:
    letter = came_in(house)
    readers = [account_of(house.first), account_of(house.second)]
    handling = Handling(account_of(house.handler), at(9, 18)) if with_handler else None
    note = Instruction(note="请两位经理传阅，工程部落实", readers=readers, handling=handling)
    return house.manager.circulation.instruct(letter.id, note)


def acting(house: House) -> LetterView:
    """Let everybody read, and carry the letter to who acts."""
    letter = instructed(house)
    for reader in (house.first, house.second):
        house.clerk.circulation.pass_on(letter.id)
        reader.circulation.finish(letter.id, "")
    return house.clerk.circulation.pass_on(letter.id)


def acts(house: House, letter: LetterView) -> list[str]:
    return [entry.act for entry in reversed(house.clerk.circulation.find(letter.id).entries)]


# --- Coming in -------------------------------------------------------------------------------


@pytest.mark.clause("001-02-18", "001-02-19", "001-02-20", "001-02-21")
def test_a_letter_is_signed_for_registered_and_laid_before_the_manager_first(house: House, clock: Clock) -> None:
    letter = came_in(house)
    assert (letter.number, letter.category, letter.begun_by) == ("LW2026-0001", "政府公文", "张敏")
    assert letter.turn is not None
    assert (letter.turn.kind, letter.turn.name, letter.turn.begun_at) == (StepKind.INSTRUCT, "范雅静", clock.now)
    assert [duty.rule for duty in house.manager.duties.mine()] == ["core.letter_instruct"]
    assert acts(house, letter) == ["registered"]


@pytest.mark.clause("001-02-18", "001-02-34")
def test_only_the_office_signs_for_letters_and_carries_them(house: House, unchanged: Unchanged) -> None:
    letter = instructed(house)
    given = Incoming(sender="街道办", title="函", category="函", manager_id=account_of(house.manager))
    with unchanged(), pytest.raises(NotAllowed):
        house.manager.circulation.register(given)
    with unchanged(), pytest.raises(NotAllowed):
        house.manager.circulation.pass_on(letter.id)


def test_everything_missing_is_told_at_once_and_takes_no_number(house: House, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        came_in(house, sender="", title=" ", category="", manager_id=account_of(house.first))
    assert [one.field for one in refused.value.problems] == ["title", "party", "category", "manager"]
    assert refused.value.problems[-1].params == {"names": "范雅静"}
    assert came_in(house).number == "LW2026-0001"


# --- The note and everybody's turn -----------------------------------------------------------


@pytest.mark.clause("001-02-22", "001-02-23")
def test_the_note_names_readers_in_order_and_who_acts(house: House) -> None:
    letter = instructed(house)
    steps = house.clerk.circulation.find(letter.id).steps
    assert [(step.kind, step.name, step.state) for step in steps] == [
        (StepKind.INSTRUCT, "范雅静", StepState.DONE),
        (StepKind.READ, "陈红", StepState.READY),
        (StepKind.READ, "李建国", StepState.WAITING),
        (StepKind.ACT, "胡军", StepState.WAITING),
    ]
    assert letter.note == "请两位经理传阅，工程部落实"


@pytest.mark.clause("001-02-22")
def test_a_reader_has_his_turn_after_the_one_before_and_owes_it_then(house: House, unchanged: Unchanged) -> None:
    letter = instructed(house)
    house.clerk.circulation.pass_on(letter.id)
    assert [duty.rule for duty in house.first.duties.mine()] == ["core.letter_read"]
    assert house.second.duties.mine() == ()
    with unchanged(), pytest.raises(NotAllowed):
        house.second.circulation.finish(letter.id, "阅")
    with unchanged(), pytest.raises(MoveRefused) as refused:
        house.clerk.circulation.pass_on(letter.id)
    assert refused.value.refusals[0].clauses == ("001-02-22",)
    house.first.circulation.finish(letter.id, "同意")
    house.clerk.circulation.pass_on(letter.id)
    assert [one.id for one in house.second.circulation.mine()] == [letter.id]
    assert house.first.duties.mine() == ()


def test_nobody_but_the_manager_gives_the_note_and_only_once(house: House, unchanged: Unchanged) -> None:
    letter = came_in(house)
    note = Instruction(note="传阅", readers=[account_of(house.first)])
    with unchanged(), pytest.raises(NotAllowed):
        house.clerk.circulation.instruct(letter.id, note)
    house.manager.circulation.instruct(letter.id, note)
    with unchanged(), pytest.raises(NotAllowed):
        house.manager.circulation.instruct(letter.id, note)


def test_a_note_that_cannot_be_says_why(house: House, unchanged: Unchanged, company_desk: CompanyDesk) -> None:
    letter, twice = came_in(house), account_of(house.first)
    company_desk.members.remove(account_of(house.second))
    wrong = Instruction(note=" ", readers=[twice, twice, account_of(house.second)], handling=Handling(twice, at(5, 9)))
    with unchanged(), pytest.raises(InvalidInput) as refused:
        house.manager.circulation.instruct(letter.id, wrong)
    assert [one.field for one in refused.value.problems] == ["note", "readers", "readers", "until"]


def test_a_letter_that_nobody_has_to_read_goes_back_at_once(house: House) -> None:
    letter = came_in(house)
    assert house.manager.circulation.instruct(letter.id, Instruction(note="存档")).state is LetterState.RETURNED


@pytest.mark.clause("001-02-24")
def test_who_acts_has_his_limit_and_is_urged(house: House) -> None:
    letter = acting(house)
    (duty,) = house.handler.duties.mine()
    assert (duty.rule, duty.due_at, duty.subject) == (
        "core.letter_act",
        at(9, 18),
        "LW2026-0001 关于开展冬季消防检查的通知",
    )
    house.clerk.circulation.urge(letter.id, "消防大队明天来电核实")
    (notice,) = [one for one in house.handler.notices.mine() if one.kind == "letter.urged"]
    assert notice.params["words"] == "消防大队明天来电核实"


@pytest.mark.clause("001-02-25")
def test_a_doubt_is_answered_by_the_manager_before_one_goes_on(house: House, unchanged: Unchanged) -> None:
    letter = acting(house)
    house.handler.circulation.doubt(letter.id, "八层茶水间是否在检查范围内？")
    assert [duty.rule for duty in house.manager.duties.mine()] == ["core.letter_answer"]
    with unchanged(), pytest.raises(MoveRefused) as refused:
        house.handler.circulation.doubt(letter.id, "还有一个问题")
    assert refused.value.refusals[0].clauses == ("001-02-25",)
    house.manager.circulation.finish(letter.id, "在范围内，一并检查")
    assert acts(house, letter)[-2:] == ["doubted", "answered"]
    assert house.manager.duties.mine() == ()


@pytest.mark.clause("001-02-17", "001-02-26")
def test_who_acts_writes_result_and_report(house: House, unchanged: Unchanged) -> None:
    letter = acting(house)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        house.handler.circulation.finish(letter.id, "", "")
    assert [one.field for one in refused.value.problems] == ["result", "report"]
    done = house.handler.circulation.finish(letter.id, "全部合格", "检查灭火器 48 具，均在有效期内")
    assert done.state is LetterState.RETURNED
    last = house.clerk.circulation.find(letter.id).steps[-1]
    assert (last.result, last.report, last.done_by) == ("全部合格", "检查灭火器 48 具，均在有效期内", "胡军")


# --- The file --------------------------------------------------------------------------------


@pytest.mark.clause("001-02-27", "001-02-08")
def test_a_letter_is_filed_with_its_result_and_found_by_letter_subject_and_time(
    house: House, unchanged: Unchanged
) -> None:
    letter = acting(house)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        house.clerk.circulation.file(letter.id, "消防", "档案柜 3 层")
    assert refused.value.refusals[0].clauses == ("001-02-27",)
    house.handler.circulation.finish(letter.id, "合格", "见附表")
    filed = house.clerk.circulation.file(letter.id, "消防", "档案柜 3 层", date(2029, 12, 31))
    assert filed.state is LetterState.FILED
    (item,) = house.clerk.custody.items(CustodyFilter(text="LW2026-0001"))
    assert (item.id, item.kind, item.place, item.retain_until) == (
        filed.item_id,
        "document",
        "档案柜 3 层",
        date(2029, 12, 31),
    )
    with unchanged(), pytest.raises(MoveRefused):
        house.clerk.circulation.file(letter.id, "消防", "档案柜 3 层")

    def found(**wanted: object) -> int:
        return len(house.clerk.circulation.letters(LetterFilter(**wanted)))  # type: ignore[arg-type]  # values

    assert (found(text="消防"), found(text="消发〔2026〕18"), found(text="绿化")) == (1, 1, 0)
    today = date(2026, 3, 5)
    assert (found(first=today, last=today), found(first=today + timedelta(days=1))) == (1, 0)
    assert (found(direction=Direction.INCOMING), found(direction=Direction.OUTGOING)) == (1, 0)


def test_the_trail_is_rewritten_by_nobody(house: House, company_desk: CompanyDesk) -> None:
    came_in(house)
    for statement in ("UPDATE letter_entry SET body = 'x'", "DELETE FROM letter_entry", "DELETE FROM letter_text"):
        refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
        if statement == "DELETE FROM letter_text" and company_desk.installation.database.engine.name == "sqlite":
            # Nothing has been written yet: SQLite asks its trigger for rows alone.
            continue
        with refused, company_desk.working() as work:
            work.session.execute(text(statement))


def test_who_has_his_turn_sees_the_letter_and_others_do_not(house: House, other_desk: CompanyDesk) -> None:
    letter = instructed(house)
    with pytest.raises(NotAllowed):
        house.handler.circulation.find(letter.id)
    house.clerk.circulation.pass_on(letter.id)
    house.first.circulation.finish(letter.id, "")
    house.clerk.circulation.pass_on(letter.id)
    house.second.circulation.finish(letter.id, "")
    house.clerk.circulation.pass_on(letter.id)
    assert house.handler.circulation.find(letter.id).letter.number == "LW2026-0001"
    with pytest.raises(NotAllowed):
        house.handler.circulation.letters()
    with pytest.raises(NotFound):
        other_desk.circulation.find(letter.id)

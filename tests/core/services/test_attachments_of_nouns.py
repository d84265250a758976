"""Files hang on tickets, customers, assets and runs of plans alike; each noun says who sees and who adds."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.domain.subjects import SubjectKey
from gongdan.errors import NotAllowed, NotFound
from gongdan.services.desk import CompanyDesk
from gongdan.services.file_checks import Upload
from gongdan.services.subjects import NOUNS
from gongdan.storage.attachments import AttachmentRow
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin
from gongdan.testing.sample_forms import REPAIR_ORDER
from tests.core.services.planned import Wait, at, plan_of, with_plans

Unchanged = Callable[[], AbstractContextManager[None]]

EVERY = {"ticket", "party", "asset", "plan_run", "form"}
PAPER = Upload("平面图纸.txt", "三室两厅".encode())


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: _with_plans_and_papers()}


@cache
def _with_plans_and_papers() -> ModuleType:
    book = replace(with_plans().register_rulebook(), forms=(replace(REPAIR_ORDER, clauses=()),))
    return make_plugin(register_rulebook=lambda: book)


@pytest.fixture
def subjects(company_desk: CompanyDesk, factory: Factory, person: People, wait: Wait) -> Mapping[str, SubjectKey]:
    """Return one thing of every noun; the run is owed by 李建国, the form is of the ticket."""
    wait(at(3, 6, 10))
    run = company_desk.plans.runs(plan_of(company_desk, "report").id)[0]
    ticket = factory.ticket()
    form = company_desk.forms.begin(ticket.id, REPAIR_ORDER.name)
    ids = {
        "ticket": ticket.id,
        "party": factory.party().id,
        "asset": factory.unit().id,
        "plan_run": run.id,
        "form": form.id,
    }
    return {kind: SubjectKey(kind, key) for kind, key in ids.items()}


@pytest.fixture
def engineer(person: People) -> CompanyDesk:
    return person("sample_engineer", name="李建国")


def test_every_noun_takes_files_and_its_journal_says_so(
    engineer: CompanyDesk, company_desk: CompanyDesk, subjects: Mapping[str, SubjectKey]
) -> None:
    assert subjects.keys() == NOUNS.keys()
    for subject in subjects.values():
        (added,) = company_desk.attachments.add(subject, [PAPER])
        assert (added.subject, added.name) == (subject, "平面图纸.txt")
        assert company_desk.attachments.of(subject) == (added,)
        assert company_desk.attachments.read(added.id) == (added, PAPER.content)
        entry = company_desk.journal.of(subject.id)[-1]
        assert (entry.act, entry.subject_kind, entry.after["name"]) == (
            "attachment.added",
            subject.kind,
            "平面图纸.txt",
        )


@pytest.mark.parametrize(
    ("role", "sees", "adds"),
    [
        ("supervisor", EVERY, EVERY),
        ("agent", EVERY, {"ticket", "party", "form"}),
        ("worker", EVERY, {"ticket", "form"}),
        ("observer", EVERY, set()),
    ],
)
def test_a_role_adds_where_it_may_change_the_thing(
    engineer: CompanyDesk,
    person: People,
    company_desk: CompanyDesk,
    subjects: Mapping[str, SubjectKey],
    unchanged: Unchanged,
    role: str,
    sees: set[str],
    adds: set[str],
) -> None:
    desk = person(role)
    for kind, subject in subjects.items():
        (kept,) = company_desk.attachments.add(subject, [PAPER])
        assert (kind in sees) == (desk.attachments.read(kept.id)[0] == kept)
        assert desk.attachments.may_add(subject) == (kind in adds)
        if kind in adds:
            assert len(desk.attachments.add(subject, [PAPER])) == 1
        else:
            with unchanged(), pytest.raises(NotAllowed):
                desk.attachments.add(subject, [PAPER])


def test_who_owes_a_run_of_a_plan_adds_to_it(engineer: CompanyDesk, subjects: Mapping[str, SubjectKey]) -> None:
    (added,) = engineer.attachments.add(subjects["plan_run"], [PAPER])
    assert added.added_by == "李建国"


def test_a_file_on_what_one_may_not_see_is_as_absent_as_one_that_never_was(
    engineer: CompanyDesk,
    person: People,
    company_desk: CompanyDesk,
    subjects: Mapping[str, SubjectKey],
    unchanged: Unchanged,
) -> None:
    company_desk.roles.save("archivist", "资料员", {"asset.view", "asset.edit"}, new=True)
    desk = person("archivist")
    (hidden,) = company_desk.attachments.add(subjects["party"], [PAPER])
    (seen,) = company_desk.attachments.add(subjects["asset"], [PAPER])
    assert desk.attachments.read(seen.id)[1] == PAPER.content
    problems = []
    for key in (hidden.id, UUID(int=6)):
        with pytest.raises(NotFound) as refused:
            desk.attachments.read(key)
        problems.append((refused.value.noun, refused.value.key))
    assert problems == [("attachment", str(hidden.id)), ("attachment", str(UUID(int=6)))]
    with unchanged(), pytest.raises(NotAllowed):
        desk.attachments.of(subjects["party"])


def test_nothing_hangs_on_another_companys_things_or_on_a_noun_that_has_no_files(
    engineer: CompanyDesk,
    company_desk: CompanyDesk,
    other_desk: CompanyDesk,
    subjects: Mapping[str, SubjectKey],
    unchanged: Unchanged,
) -> None:
    strange = [SubjectKey("account", UUID(int=6)), SubjectKey("", UUID(int=6))]
    for subject in (*subjects.values(), *strange):
        with unchanged(), pytest.raises(NotFound):
            other_desk.attachments.add(subject, [PAPER])
        with pytest.raises(NotFound):
            other_desk.attachments.of(subject)
    # The right id under another noun is nobody's either.
    with unchanged(), pytest.raises(NotFound):
        company_desk.attachments.add(SubjectKey("party", subjects["ticket"].id), [PAPER])


def test_a_thing_is_found_by_the_names_of_its_files(
    engineer: CompanyDesk, company_desk: CompanyDesk, subjects: Mapping[str, SubjectKey]
) -> None:
    assert company_desk.searching.everywhere("平面图纸").parties == ()
    for subject in subjects.values():
        company_desk.attachments.add(subject, [PAPER])
    hits = company_desk.searching.everywhere("平面图纸")
    found = {"ticket": hits.tickets[0].id, "party": hits.parties[0].id, "asset": hits.assets[0].id}
    assert found == {kind: subjects[kind].id for kind in found}


def test_stored_files_are_hung_on_a_thing_within_the_work_of_another_service(
    engineer: CompanyDesk, company_desk: CompanyDesk, subjects: Mapping[str, SubjectKey], unchanged: Unchanged
) -> None:
    stored = company_desk.attachments.store(subjects["ticket"], [PAPER])
    strange = SubjectKey("party", subjects["ticket"].id)
    with unchanged(), pytest.raises(NotFound), company_desk.working() as work:
        company_desk.attachments.attach(work, strange, stored)
    with company_desk.working() as work:
        (added,) = company_desk.attachments.attach(work, subjects["ticket"], stored)
        assert work.get(AttachmentRow, added.id, "attachment").sha256 == stored[0].sha256
    assert company_desk.attachments.of(subjects["ticket"]) == (added,)

"""What a plugin's author is told about forms that cannot be, and how kinds are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gongdan.domain.duties import Condition
from gongdan.domain.duty_checks import Declared
from gongdan.domain.form_checks import form_problems
from gongdan.domain.form_records import form_kind, record
from gongdan.domain.forms import (
    OUTSIDER,
    CheckItem,
    Checklist,
    Copy,
    FollowUp,
    FormKind,
    Section,
    SignatureBox,
    SigningWay,
    Taken,
)
from gongdan.testing.sample import REPAIR
from gongdan.testing.sample_forms import FORMS, PATROL, REPAIR_ORDER

DECLARED = Declared({REPAIR.name: REPAIR}, {"supervisor", "agent", "administrator", "sample_engineer"}, {})


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.name)
def test_the_papers_of_the_sample_can_be(kind: FormKind) -> None:
    assert form_problems(kind, DECLARED) == ()


@pytest.mark.parametrize(("changes", "problem"), [
    ({"ticket_types": ("nothing",)}, "no ticket type nothing"),
    ({"ticket_types": ()}, "no ticket type is named"),
    ({"required_at": ("fly",)}, "no move fly"),
    ({"begun_by": ("fly",)}, "no move fly"),
    ({"required_when": (Condition("moon", ("full",)),)}, "no field moon"),
    ({"required_at": (), "required_when": (Condition("cause", ("wear",)),)},
     "it says when it is required, but at no move"),
    ({"copies": (Copy("财务", ("cashier",)),)}, "no role cashier"),
    ({"signatures": (SignatureBox(name="boss", label="主管", by=("king",)),)}, "nobody is a king, to sign"),
    ({"signatures": (SignatureBox(name="boss", label="主管", by=("debtor",)),)}, "nobody is a debtor, to sign"),
    ({"blocks": (Section(name="top", label="", parts=(Taken("moon"),)),), "signatures": ()},
     "it takes moon, which sample_repair does not have"),
    ({"blocks": (Section(name="top", label="", filled_by=("king",), parts=()),), "signatures": ()}, "no role king"),
])  # fmt: skip
def test_names_that_nobody_declares_are_named(changes: dict[str, object], problem: str) -> None:
    wrong = replace(REPAIR_ORDER, **changes)  # type: ignore[arg-type]  # attributes by name
    assert f"form sample.repair_order: {problem}" in form_problems(wrong, DECLARED)


@pytest.mark.parametrize(("wanted", "problem"), [
    (FollowUp(ticket_type="nothing"), "no ticket type nothing"),
    (FollowUp(ticket_type="sample_repair", severity="worst"), "sample_repair has no severity worst"),
    (FollowUp(ticket_type="sample_repair", category="air"), "sample_repair has no category air"),
    (FollowUp(ticket_type="sample_repair", fields=(("moon", "x"),)), "sample_repair has no field moon"),
])  # fmt: skip
def test_a_follow_up_that_cannot_be_opened_is_named(wanted: FollowUp, problem: str) -> None:
    items = (CheckItem(name="pump", label="水泵", on_fail=wanted),)
    kind = replace(PATROL, blocks=(Checklist(name="points", label="", items=items),))
    assert form_problems(kind, DECLARED) == (f"form sample.patrol: item pump: {problem}",)


def test_what_a_kind_says_itself_is_checked_as_well() -> None:
    boxes = (
        SignatureBox(name="customer", label="业户", by=(OUTSIDER,), ways=(SigningWay.TYPED,)),
        SignatureBox(name="boss", label="主管", by=("supervisor",), covers=("nothing",)),
    )
    assert replace(REPAIR_ORDER, signatures=boxes, name="sample." + "x" * 60).problems() == (
        f"form sample.{'x' * 60}: a name has at most 60 characters",
        f"form sample.{'x' * 60}: nobody can sign at customer: who has no account does not type",
        f"form sample.{'x' * 60}: boss stands for nothing, which is no block",
    )


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.name)
def test_a_kind_that_was_kept_as_plain_json_is_the_same_kind(kind: FormKind) -> None:
    assert form_kind(record(kind)) == kind


def test_what_a_later_program_says_of_a_kind_is_passed_over() -> None:
    assert form_kind({**record(PATROL), "colour": "red"}) == PATROL

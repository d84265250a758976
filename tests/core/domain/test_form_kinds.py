from __future__ import annotations

from dataclasses import replace

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.forms import (
    CheckItem,
    Checklist,
    FormKind,
    Lines,
    Section,
    SignatureBox,
    Taken,
)
from gongdan.domain.numbering import NumberPattern

_MATERIALS = Lines(
    name="materials",
    label="用料",
    columns=(Field(name="item", label="名称"), Field(name="amount", label="金额", kind=FieldKind.MONEY)),
    totals=("amount",),
    in_words="amount",
)

REPAIR_ORDER = FormKind(
    name="sample.repair_order",
    label="维修工作单",
    ticket_types=("repair",),
    number=NumberPattern("GZD{yyyy}-{serial:4}"),
    blocks=(
        Section(
            name="request", label="报修", parts=(Taken("place"), Taken("contact_name"), Field(name="key", label="钥匙"))
        ),
        _MATERIALS,
        Checklist(name="check", label="完工检查", items=(CheckItem(name="clean", label="现场清理"),)),
    ),
    signatures=(SignatureBox(name="customer", label="业户签字", by=("outsider",)),),
)


def test_a_form_that_can_be_has_no_problems() -> None:
    assert REPAIR_ORDER.problems() == ()


def test_a_form_finds_its_own_fields_but_not_those_that_the_ticket_fills() -> None:
    found = REPAIR_ORDER.field("key")

    assert (found and found.label, REPAIR_ORDER.field("place")) == ("钥匙", None)


def test_what_stands_twice_on_a_form_is_named() -> None:
    twice = replace(REPAIR_ORDER, blocks=(*REPAIR_ORDER.blocks, _MATERIALS), signatures=REPAIR_ORDER.signatures * 2)

    assert twice.problems() == (
        "form sample.repair_order: block materials stands twice",
        "form sample.repair_order: signature customer stands twice",
    )


def test_only_numbers_are_summed_up_and_only_sums_are_written_in_words() -> None:
    wrong = replace(_MATERIALS, totals=("item",))

    assert replace(REPAIR_ORDER, blocks=(wrong,)).problems() == (
        "form sample.repair_order: materials cannot sum up item",
        "form sample.repair_order: materials writes amount in words, which it does not sum up",
    )


def test_a_signature_box_where_nobody_may_sign_is_a_problem() -> None:
    nobody = replace(REPAIR_ORDER, signatures=(SignatureBox(name="boss", label="主管", by=()),))

    assert nobody.problems() == ("form sample.repair_order: nobody signs at boss",)

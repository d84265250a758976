"""What the core itself lets people owe: by its nouns, not by the moves of a ticket."""

from collections.abc import Mapping
from typing import Final

from gongdan.domain.circulation import StepKind
from gongdan.domain.duties import DutyKind, DutyRule, Rung, Trigger
from gongdan.text import msg

_NOTHING = Trigger()
_TELL_HEAD = Rung(label=msg("告知部门负责人"), receivers=("department_head",))

#: Whoever has borrowed something brings it back in time; for an outsider whoever lent it sees to it.
CUSTODY_RETURN: Final = DutyRule(
    name="core.custody_return",
    label=msg("归还借出的物品"),
    kind=DutyKind.HAND_OVER,
    ticket_types=(),
    starts=_NOTHING,
    stops=_NOTHING,
    owed_by=("debtor", "department_head"),
    warn_percents=(80,),
    ladder=(_TELL_HEAD,),
    clauses=("001-02-03",),
)


def _of_letter(name: str, label: str, kind: DutyKind, clauses: tuple[str, ...]) -> DutyRule:
    """Return what is owed about a letter; the policy key of its limit is called like the rule."""
    return DutyRule(
        name=name,
        label=label,
        kind=kind,
        ticket_types=(),
        starts=_NOTHING,
        stops=_NOTHING,
        limit=name,
        owed_by=("debtor", "department_head"),
        warn_percents=(50, 80),
        ladder=(_TELL_HEAD,),
        clauses=clauses,
    )


#: What is owed about a letter, by what is asked of whoever has his turn.
LETTER_RULES: Final[Mapping[StepKind, DutyRule]] = {
    StepKind.INSTRUCT: _of_letter("core.letter_instruct", msg("批示来文"), DutyKind.FORWARD, ("001-02-21",)),
    StepKind.READ: _of_letter("core.letter_read", msg("传阅公文"), DutyKind.OTHER, ("001-02-22",)),
    StepKind.ACT: _of_letter("core.letter_act", msg("承办公文"), DutyKind.RESOLVE, ("001-02-23", "001-02-24")),
    StepKind.REVIEW: _of_letter("core.letter_review", msg("审阅发文"), DutyKind.APPROVE, ("001-02-28", "001-02-32")),
    StepKind.ANSWER: _of_letter("core.letter_answer", msg("答复请示"), DutyKind.ANSWER, ("001-02-25",)),
}

#: A customer learns at once who comes after the one he knew, who gets in touch with him.
CUSTOMER_TOLD: Final = DutyRule(
    name="core.customer_told",
    label=msg("告知客户联络人变更并接上联系"),
    kind=DutyKind.CALLBACK,
    ticket_types=(),
    starts=_NOTHING,
    stops=_NOTHING,
    limit="core.customer_told",
    owed_by=("debtor", "department_head"),
    warn_percents=(50,),
    ladder=(_TELL_HEAD,),
    clauses=("003-09-21", "003-09-22"),
)

CORE_DUTY_RULES: tuple[DutyRule, ...] = (CUSTODY_RETURN, *LETTER_RULES.values(), CUSTOMER_TOLD)

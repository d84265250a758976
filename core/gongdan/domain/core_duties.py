"""What the core itself lets people owe: by its nouns, not by the moves of a ticket."""

from typing import Final

from gongdan.domain.duties import DutyKind, DutyRule, Rung, Trigger
from gongdan.text import msg

_NOTHING = Trigger()

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
    ladder=(Rung(label=msg("告知部门负责人"), receivers=("department_head",)),),
    clauses=("001-02-03",),
)

CORE_DUTY_RULES: tuple[DutyRule, ...] = (CUSTODY_RETURN,)

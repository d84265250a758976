"""What every visit to a customer keeps, be it for an installation or a repair."""

from gongdan.api import Guard, msg
from gongdan_gps_install import rules

VISIT_GUARDS: tuple[Guard, ...] = (
    Guard(
        name="data_are_checked",
        label=msg("出发前核对"),
        check=rules.data_are_checked,
        field="data_checked",
        clauses=("001-03-17",),
    ),
    Guard(
        name="kit_is_packed",
        label=msg("出发前备齐"),
        check=rules.kit_is_packed,
        field="kit_packed",
        clauses=("001-03-18",),
    ),
    Guard(
        name="nothing_is_damaged",
        label=msg("物品无损"),
        check=rules.nothing_is_damaged,
        field="nothing_damaged",
        clauses=("001-03-25",),
    ),
    Guard(
        name="papers_are_complete",
        label=msg("单据完整"),
        check=rules.papers_are_complete,
        field="papers_complete",
        clauses=("001-03-24",),
    ),
)

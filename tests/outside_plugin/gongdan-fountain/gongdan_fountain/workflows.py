"""From report to repair; nobody works on a pump that is on."""

from gongdan.api import Guard, Move, State, StateCategory, Workflow, msg
from gongdan_fountain.rules import pump_is_off

FLOW = Workflow(
    states=(
        State("reported", msg("待处理"), StateCategory.NEW),
        State("repaired", msg("已修复"), StateCategory.CLOSED),
    ),
    guards=(Guard(name="pump_off", label=msg("断电"), check=pump_is_off, field="pump_off"),),
    moves=(
        Move(
            name="repair",
            label=msg("修复"),
            from_states=("reported",),
            to_state="repaired",
            requires=("result",),
            asks=("pump_off",),
            guards=("pump_off",),
            usual=True,
        ),
    ),
)

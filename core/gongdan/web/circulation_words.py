"""Letters on pages: states with colour and icon, turns, and what happened to a letter in words."""

from collections.abc import Mapping

from flask import Flask

from gongdan.domain.circulation import Direction, LetterState, StepKind, StepState
from gongdan.services.circulation_rows import LetterView
from gongdan.text import msg, msg_in
from gongdan.web.custody_words import Look
from gongdan.web.words import say

DIRECTIONS: Mapping[Direction, str] = {
    Direction.INCOMING: msg("来文"),
    Direction.OUTGOING: msg("发文"),
    Direction.INTERNAL: msg("内部公文"),
}
#: What a state is called, its tone and its icon.
_STATES: Mapping[LetterState, tuple[str, str, str]] = {
    LetterState.DRAFT: (msg("已退回修改"), "waiting", "arrow-back-up"),
    LetterState.CIRCULATING: (msg("办理中"), "ours", "hourglass"),
    LetterState.RETURNED: (msg("待归档"), "waiting", "archive"),
    LetterState.SIGNED: (msg("已签发，待发出"), "waiting", "signature"),
    LetterState.SENT: (msg("已发出，待归档"), "waiting", "send"),
    LetterState.FILED: (msg("已归档"), "done", "archive"),
}
STEPS: Mapping[StepKind, str] = {
    StepKind.INSTRUCT: msg("批示"),
    StepKind.READ: msg("传阅"),
    StepKind.ACT: msg("承办"),
    StepKind.REVIEW: msg("审阅"),
    StepKind.ANSWER: msg("答复请示"),
}
_STEP_ICONS: Mapping[StepState, str] = {
    StepState.WAITING: "circle",
    StepState.READY: "circle-dot",
    StepState.CURRENT: "arrow-right",
    StepState.DONE: "circle-check",
}
#: Acts of the trail in words, and the icon that stands for them.
ACTS: Mapping[str, tuple[str, str]] = {
    "registered": (msg("签收登记"), "inbox"),
    "instructed": (msg("批示"), "pencil"),
    "passed_on": (msg("传递给"), "arrow-right"),
    "read": (msg("阅"), "eye"),
    "acted": (msg("办毕"), "circle-check"),
    "doubted": (msg("请示"), "help-circle"),
    "answered": (msg("答复请示"), "message"),
    "urged": (msg("催办"), "bell"),
    "submitted": (msg("送审"), "send"),
    "endorsed": (msg("签发"), "signature"),
    "sent_back": (msg("退回修改"), "arrow-back-up"),
    "sent": (msg("发出"), "send"),
    "filed": (msg("归档"), "archive"),
}


def look(letter: LetterView) -> Look:
    """Return how the state of a letter is shown."""
    word, tone, icon = _STATES[letter.state]
    return Look(say(word), tone, icon)


def turn_words(letter: LetterView) -> str:
    """Return whose turn it is, as one line."""
    if letter.turn:
        return say(msg("等 {name} {what}"), name=letter.turn.name, what=say(STEPS[letter.turn.kind]))
    waits = {
        LetterState.CIRCULATING: msg("等文员传给下一位"),
        LetterState.RETURNED: msg("等文员归档"),
        LetterState.SIGNED: msg("等文员寄发"),
        LetterState.SENT: msg("等文员归档"),
        LetterState.DRAFT: msg("等 {name} 修改"),
    }
    return say(waits[letter.state], name=letter.begun_by) if letter.state in waits else ""


def install(app: Flask) -> None:
    """Give templates the words of letters."""
    app.jinja_env.globals.update(
        letter_look=look,
        letter_turn=turn_words,
        letter_direction=lambda letter: say(DIRECTIONS[letter.direction]),
        letter_step=lambda step: say(STEPS[step.kind]),
        letter_step_icon=lambda step: _STEP_ICONS[step.state],
        letter_act=lambda entry: say(ACTS[entry.act][0]),
        letter_act_icon=lambda entry: ACTS[entry.act][1],
        letters_label=lambda: say(msg_in("many", "公文")),
    )

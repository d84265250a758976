"""Decide: called inside the transaction, before the write. A plugin may answer or refuse, never write.

"No opinion" is None, never another falsy value. Plugins are asked in one order: the owner of the ticket type
first, then by name.
"""

from collections.abc import Sequence

from gongdan.domain.snapshots import Draft, TicketView
from gongdan.domain.workflow import Move, MoveAttempt
from gongdan.errors import Refusal
from gongdan.hooks.markers import hookspec


@hookspec
def classify_draft(draft: Draft) -> dict[str, str] | None:
    """Propose severity, category or cause for a ticket that is being opened.

    Called once for each ticket opened by hand, not for imports. The first answer for a name wins; what the person
    has chosen always wins; a value that the ticket type does not declare is passed over and journalled as the
    plugin's failure. ``draft``: plain values as typed in. Since 0.1.
    """


@hookspec
def choose_assignee(draft: Draft) -> str | None:
    """Propose the login name of the person who does the work.

    Called once for each ticket opened by hand without an assignee. The first answer wins; a name that is not a
    member of the company is passed over. Since 0.1.
    """


@hookspec
def check_move(ticket: TicketView, move: Move, attempt: MoveAttempt) -> Sequence[Refusal] | None:
    """Refuse a move for reasons of the plugin's own; all refusals are shown together.

    Called once for each attempted move, after the declared guards. If the plugin that owns the ticket type fails
    here, the move is refused; if another plugin fails, the failure is journalled and the move goes on. Since 0.1.
    """

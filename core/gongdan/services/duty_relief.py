"""Duties that pass on with the post: whoever had one from the roster leaves it to the next one on shift.

It stays with him who has begun with it: who took note of it, or to whom the ticket is assigned. A timer of its own
looks at it whenever somebody else may have come on shift.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gongdan.domain.duties import DutyRule
from gongdan.domain.receivers import HANDED_OVER, ON_DUTY, Found, Person, Reason, loaded
from gongdan.services.duty_figures import Figures
from gongdan.services.duty_people import TAKEN_OVER, DutyPeople
from gongdan.services.duty_rows import told
from gongdan.services.work import Work
from gongdan.storage.duties import DutyRow

#: Kind of the timer that looks at a duty when somebody else may have come on shift.
RELIEF = "duty.relief"
_FROM_ROSTER = frozenset({ON_DUTY, HANDED_OVER})


class Relief:
    """Lets the next one on shift take over what one transaction touches."""

    def __init__(self, work: Work, people: DutyPeople, figures: Figures) -> None:
        self._work = work
        self._people = people
        self._figures = figures

    def watch(self, row: DutyRow, after: datetime) -> None:
        """Let a timer look at a duty that its debtor has with his post when the roster changes hands, if it does."""
        why = loaded(row.debtor_why)
        if row.debtor_id is None or why.by not in _FROM_ROSTER or row.acknowledged_at is not None:
            return
        moment = self._figures.next_change(why.role, after)
        if moment is not None:
            # A timer that rings cannot move itself: the next one has a key of its own.
            self._work.schedule(RELIEF, f"relief:{row.id}:{moment.timestamp():.0f}", moment, {"duty": str(row.id)})

    def rest(self, row: DutyRow) -> None:
        """Look no more at a duty because of the roster."""
        if has_from_roster(row.debtor_why):
            self._work.cancel_timers(f"relief:{row.id}:")

    def relieve(self, row: DutyRow, rule: DutyRule | None, at: datetime) -> None:
        """Give a duty to those on shift at ``at``, unless its debtor is still one of them or nobody is."""
        why = self._had_from_roster(row)
        if why is None or rule is None:
            return
        found = self._people.owing(row, rule, at)
        # Signed for a little before the end of the shift, a post does not go back to the one who handed it over.
        is_back = why.by == HANDED_OVER and why.relieved in {person.name for person in found.people}
        if found.reason.by == ON_DUTY and not is_back and row.debtor_id not in {person.id for person in found.people}:
            self._pass_on(row, found, at)

    def hand_over(self, row: DutyRow, incoming: Person, departments: Collection[UUID]) -> None:
        """Give a duty to the one who has signed for the post, if it belongs there and he has its role."""
        why = self._had_from_roster(row)
        if why is not None and why.role in incoming.roles and why.department_id in {None, *departments}:
            reason = Reason(by=HANDED_OVER, role=why.role, department_id=why.department_id, is_above=why.is_above)
            self._pass_on(row, Found((incoming,), reason), self._work.now)

    def _had_from_roster(self, row: DutyRow) -> Reason | None:
        """Return why one person owes a duty, if he had it with his post and has not begun with it."""
        why = loaded(row.debtor_why)
        if row.debtor_id is None or why.by not in _FROM_ROSTER or row.acknowledged_at is not None:
            return None
        ticket = self._people.ticket(row)
        return None if ticket is not None and ticket.assignee_id == row.debtor_id else why

    def _pass_on(self, row: DutyRow, found: Found, at: datetime) -> None:
        before, gone, role = told(row)["debtor"], self._people.name(row.debtor_id), loaded(row.debtor_why).role
        self._people.put(row, Found(found.people, replace(found.reason, relieved=gone)))
        after = {"debtor": told(row)["debtor"], "relieved": gone, "at": at}
        self._work.record("duty.taken_over", "duty", row.id, before={"debtor": before}, after=after)
        self._people.notify(row, found.people, TAKEN_OVER, at, person=gone)
        if found.reason.role != role:
            self.watch(row, max(at, self._work.now))


def has_from_roster(kept: Mapping[str, Any]) -> bool:
    """Tell from why somebody owes a duty, as it is kept, whether he has it with his post."""
    return loaded(kept).by in _FROM_ROSTER

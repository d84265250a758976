"""From what happens to a ticket to what happens to its approvals, in the transaction of its cause."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from gongdan.domain.approvals import TICKET, ApprovalRule, ApprovalState, differing, is_ahead, speaks_of
from gongdan.domain.duties import CLOSED, MERGED, VOID, Change, Happening, fires, may_begin
from gongdan.domain.workflow import StateCategory, is_empty
from gongdan.services.approval_chains import Chains
from gongdan.services.approval_keeper import CHANGED, MOVED_ON, REOPENED, ApprovalKeeper
from gongdan.services.approval_rows import ApprovalFile
from gongdan.services.approval_subjects import ApprovalSubject, of_ticket
from gongdan.services.work import Work
from gongdan.storage.approvals import ApprovalRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: What may still come to something, or be of use.
_LIVING = tuple(state.value for state in (ApprovalState.OPEN, ApprovalState.APPROVED, ApprovalState.SPOKEN))
_ENDINGS = {StateCategory.VOID.value: VOID, StateCategory.CLOSED.value: CLOSED}


class ApprovalChanges:
    """Lets the approvals of a ticket follow what happens to it."""

    def __init__(self, desk: "CompanyDesk", work: Work, ticket: TicketRow) -> None:
        self._desk = desk
        self._work = work
        self._ticket = ticket
        catalogue = desk.installation.plugins.catalogue
        self._type = catalogue.ticket_types.get(ticket.type)
        self._rules = [rule for rule in catalogue.approval_rules.of(desk.enabled) if _is_of(rule, ticket)]

    def follow(self, change: Change, *, starts: bool = True) -> None:
        """Do what a change asks for; without ``starts`` nothing is asked for, as imports want it."""
        if not self._rules:
            return
        keeper = ApprovalKeeper(self._desk, self._work)
        files = () if change.kind is Happening.OPENED else self._living(keeper)
        for file in files:
            rule = keeper.rule(file.row)
            if rule is not None:
                self._follow(keeper, file, rule, change)
        if starts and may_begin(change):
            for rule in self._rules:
                if event := fires(rule.starts, change):
                    self._start(keeper, rule, event, files)

    def merge(self) -> None:
        """End what is asked about a ticket that goes up in another one."""
        if self._rules:
            keeper = ApprovalKeeper(self._desk, self._work)
            for file in self._living(keeper):
                if file.row.state == ApprovalState.OPEN:
                    keeper.lapse(file, MERGED)

    def _follow(self, keeper: ApprovalKeeper, file: ApprovalFile, rule: ApprovalRule, change: Change) -> None:
        row, state = file.row, ApprovalState(file.row.state)
        was_same = not differing(row.values, _made_with(rule, change)) and row.round == change.before["round"]
        if state.consents and change.move in rule.blocks and was_same:
            keeper.use(row, change.move)
        if row.used_at is not None and state is not ApprovalState.OPEN:
            return
        if event := self._lapse_event(rule, row, change):
            changed = {name: change.after.get(name) for name in differing(row.values, change.after)}
            keeper.lapse(file, event, changed if event == CHANGED else {})

    def _lapse_event(self, rule: ApprovalRule, row: ApprovalRow, change: Change) -> str:
        """Return why an approval no longer speaks of what is to be done; empty while it does."""
        if change.after["round"] != row.round:
            return REOPENED
        if differing(row.values, change.after):
            return CHANGED
        if row.state != ApprovalState.OPEN:
            return ""
        if change.entered("state_category") and (ending := _ENDINGS.get(str(change.after["state_category"]))):
            return ending
        is_past = self._type is not None and not is_ahead(rule, self._type.workflow, str(change.after["state"]))
        return MOVED_ON if rule.blocks and (is_past or change.move in rule.blocks) else ""

    def _start(self, keeper: ApprovalKeeper, rule: ApprovalRule, event: str, files: Collection[ApprovalFile]) -> None:
        about = of_ticket(self._ticket, self._type)
        if not needs_asking(keeper.chains, rule, about, self._work.actor.roles):
            return
        standing = [file for file in files if file.row.rule == rule.name and stands_for(file.row, about)]
        if not standing:
            keeper.ask(rule, about, event=event)

    def _living(self, keeper: ApprovalKeeper) -> Sequence[ApprovalFile]:
        return tuple(keeper.locked(ApprovalRow.ticket_id == self._ticket.id, ApprovalRow.state.in_(_LIVING)))


def needs_asking(chains: Chains, rule: ApprovalRule, about: ApprovalSubject, roles: Collection[str]) -> bool:
    """Tell whether there is anything to approve, and somebody with these roles has to ask for it."""
    if not speaks_of(rule, about.facts) or not chains.is_needed(rule, about):
        return False
    return not chains.decides_himself(rule, about, roles)


def stands_for(row: ApprovalRow, about: ApprovalSubject) -> bool:
    """Tell whether an approval is asked, or given, for a subject as it is now."""
    is_living = row.state in _LIVING
    return is_living and row.round == about.round and not differing(row.values, about.facts)


def _made_with(rule: ApprovalRule, change: Change) -> Mapping[str, object]:
    """Return the values that a move was made with: what it has emptied itself was there before."""
    emptied = {name: change.before.get(name) for name in rule.watched if is_empty(change.after.get(name))}
    return {**change.after, **emptied}


def _is_of(rule: ApprovalRule, ticket: TicketRow) -> bool:
    return rule.subject_kind == TICKET and ticket.type in rule.ticket_types

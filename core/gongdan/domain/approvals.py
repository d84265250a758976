"""Approvals: who has to consent before something is done, as rules that one can read aloud.

Everything here is a value or a pure function. A rule names steps; the policy of the company and the amount say which
of them are needed. What the decisions come to follows from the chain and the decisions alone.

Some steps are *levels*: their approvers are roles with a limit up to which they decide. The first level whose limit
covers the amount is the one that may decide. A limit covers an amount that is equal to it; one that nobody has
decided covers none, so that the matter goes on to the next level. One level has no bound, so there is no amount that
nobody may decide.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from typing import Final
from uuid import UUID

from gongdan.domain.duties import Condition, DutyKind, DutyRule, Rung, Trigger, meets
from gongdan.domain.workflow import Workflow, is_empty
from gongdan.text import msg


class StepOrder(StrEnum):
    """When the steps of a chain are asked."""

    #: One after the other.
    SEQUENCE = "sequence"
    #: All at once.
    PARALLEL = "parallel"


class Signing(StrEnum):
    """What "approved by amount" means."""

    #: Every level up to the one that may decide signs.
    CUMULATIVE = "cumulative"
    #: The level that may decide signs alone.
    DIRECT = "direct"


class Outcome(StrEnum):
    """What somebody decides."""

    APPROVE = "approve"
    REFUSE = "refuse"
    #: Back to whoever asked, to be corrected and asked anew.
    RETURN = "return"


class ApprovalState(StrEnum):
    """How an approval stands; it has exactly one of these."""

    OPEN = "open"
    APPROVED = "approved"
    #: Consented to by word of mouth; the confirmation is owed.
    SPOKEN = "spoken"
    REFUSED = "refused"
    RETURNED = "returned"
    #: What was asked for is no longer what is to be done.
    LAPSED = "lapsed"
    #: Whoever asked no longer wants it.
    WITHDRAWN = "withdrawn"

    @property
    def consents(self) -> bool:
        """Tell whether what it guards may be done."""
        return self in (ApprovalState.APPROVED, ApprovalState.SPOKEN)


#: Of a role without a limit: it decides whatever the amount.
UNBOUNDED: Final = ""
#: Quorums: the first one who answers decides; everybody has to consent.
ANYBODY: Final = 1
EVERYBODY: Final = 0
#: Who may reverse a decision: whoever has made it.
DECIDER: Final = "decider"
#: What most rules are about.
TICKET: Final = "ticket"
#: Stands between the name of a rule and the step that a duty is of.
OF_STEP: Final = "#"
SPOKEN_STEP: Final = "spoken"

_SUPERIOR = Rung(label=msg("告知审批人的上级"), receivers=("supervisor",))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep:
    """One signature of a chain, or one for each superior up the line."""

    #: What the step is called, a source text.
    label: str
    #: Roles, or ``PERSONS`` as duty rules name them: the first of these that can be found.
    approvers: tuple[str, ...] = ()
    #: Superior by superior of whoever asks, until one whose limit covers the amount; without limits the direct one.
    line: bool = False
    #: How many have to consent: ``ANYBODY``, ``EVERYBODY`` or so many of them.
    quorum: int = ANYBODY
    #: Policy key with an amount; the step is needed only for one that is larger. Undecided, it is always needed.
    above: str = ""
    #: Policy key with the limit by which it has to be answered; empty for none.
    limit: str = ""

    def approvers_in(self, roles: Collection[str]) -> bool:
        """Tell whether any of its approvers is one of some roles."""
        return any(name in roles for name in self.approvers)


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """What has to be approved by whom before it is done."""

    #: Identifier, unique over all plugins: ``<plugin>.<name>``.
    name: str
    #: What is approved, as the trade says it, a source text.
    label: str
    steps: tuple[ApprovalStep, ...]
    #: The types of tickets it speaks of; none when it is about another noun.
    ticket_types: tuple[str, ...] = ()
    #: What it is about when that is no ticket: the kind of another noun, such as ``custody_item``.
    subject_kind: str = TICKET
    #: Names of the moves, or acts of another noun, that are not possible without it.
    blocks: tuple[str, ...] = ()
    #: What asks for it by itself; it can be asked for by hand as well.
    starts: Trigger = field(default_factory=Trigger)
    #: Roles that may ask by hand; empty for everybody with the permission.
    asked_by: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    #: The field with the amount; while it is empty or zero, there is nothing to approve.
    amount_field: str = ""
    #: Further fields that are approved as they are: another value needs another approval.
    fields: tuple[str, ...] = ()
    order: StepOrder = StepOrder.SEQUENCE
    signing: Signing = Signing.CUMULATIVE
    #: Role → policy key with the amount up to which it decides; ``UNBOUNDED`` for any.
    limits: Mapping[str, str] = field(default_factory=dict)
    #: Whoever may decide it himself does not have to ask.
    own_authority: bool = False
    #: Whoever asks may sit in the chain as well.
    own_request: bool = False
    #: Nothing public is written about the ticket beyond one's own limit either.
    guards_notes: bool = False
    #: Policy key with the time within which consent by word of mouth is to be confirmed; empty where there is none.
    word_of_mouth: str = ""
    #: Who may reverse a decision: ``DECIDER``, roles.
    reversed_by: tuple[str, ...] = (DECIDER,)
    #: Shares of the time at which the approver is warned, in hundredths.
    warn_percents: tuple[int, ...] = (80,)
    #: Who is told when an answer or a confirmation is late.
    ladder: tuple[Rung, ...] = (_SUPERIOR,)
    clauses: tuple[str, ...] = ()

    @property
    def policy_keys(self) -> tuple[str, ...]:
        """Return every policy key that the rule names."""
        steps = (name for step in self.steps for name in (step.above, step.limit))
        named = (*steps, *self.limits.values(), self.word_of_mouth, *(rung.after for rung in self.ladder))
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def amount_keys(self) -> tuple[str, ...]:
        """Return the policy keys on which it depends which steps are needed."""
        named = (*self.limits.values(), *(step.above for step in self.steps))
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def watched(self) -> tuple[str, ...]:
        """Return the fields of which the approved value counts."""
        return ((self.amount_field,) if self.amount_field else ()) + self.fields

    @property
    def top_roles(self) -> tuple[str, ...]:
        """Return the roles that decide whatever the amount."""
        return tuple(role for role, key in self.limits.items() if key == UNBOUNDED)

    @cached_property
    def duties(self) -> Mapping[str, DutyRule]:
        """Return the rules of the duties that its steps are, and of a confirmation, by their place."""
        steps = {str(place): self._duty(str(place), step) for place, step in enumerate(self.steps)}
        spoken = ApprovalStep(label=msg("补签口头同意"), limit=self.word_of_mouth)
        return {**steps, SPOKEN_STEP: self._duty(SPOKEN_STEP, spoken)}

    def _duty(self, place: str, step: ApprovalStep) -> DutyRule:
        return DutyRule(
            name=f"{self.name}{OF_STEP}{place}",
            label=step.label if place == SPOKEN_STEP else self.label,
            kind=DutyKind.APPROVE,
            ticket_types=self.ticket_types,
            starts=Trigger(),
            stops=Trigger(),
            limit=step.limit,
            # One person owes it by name, several by their role.
            owed_by=("debtor", *step.approvers),
            warn_percents=self.warn_percents,
            ladder=self.ladder,
            after_closing=place == SPOKEN_STEP,
            clauses=self.clauses,
        )


# --- Which steps an amount needs ---------------------------------------------------------------------------------

#: What the policy says of a rule's amounts: None for what nobody has decided.
Amounts = Mapping[str, Decimal | None]


def covers(rule: ApprovalRule, roles: Iterable[str], amount: Decimal | None, amounts: Amounts) -> bool:
    """Tell whether the limit of any of the roles reaches to the amount, the limit itself included."""
    keys = [rule.limits[role] for role in roles if role in rule.limits]
    if UNBOUNDED in keys:
        return True
    limits = [limit for key in keys if (limit := amounts.get(key)) is not None]
    return amount is not None and any(amount <= limit for limit in limits)


def needed_steps(
    rule: ApprovalRule, amount: Decimal | None, amounts: Amounts, vacant: Collection[int] = ()
) -> tuple[int, ...]:
    """Return the places of the steps that an amount needs, in their order; none when nobody has to be asked.

    ``vacant``: places of levels that nobody fills; the next one decides for them, and the highest is never left out.
    """
    levels = levels_of(rule)
    filled = [place for place in levels if place not in vacant]
    decides = next((place for place in filled if covers(rule, rule.steps[place].approvers, amount, amounts)), None)
    if decides is None:
        decides = next((place for place in levels if rule.steps[place].approvers_in(rule.top_roles)), None)
    left_out = {
        place
        for place in levels
        if decides is not None
        and place != decides
        and (place > decides or place in vacant or rule.signing is Signing.DIRECT)
    }
    left_out |= {place for place, step in enumerate(rule.steps) if not _is_above(step, amount, amounts)}
    return tuple(place for place in range(len(rule.steps)) if place not in left_out)


def levels_of(rule: ApprovalRule) -> tuple[int, ...]:
    """Return the places of the steps whose approvers decide up to a limit."""
    return tuple(place for place, step in enumerate(rule.steps) if step.approvers_in(rule.limits))


def line_of(
    rule: ApprovalRule, superiors: Sequence[Collection[str]], amount: Decimal | None, amounts: Amounts
) -> tuple[tuple[int, ...], bool]:
    """Return which superiors sign, and whether the last of them may decide; ``superiors``: their roles, from below.

    Without limits the direct superior decides. Where nobody's limit reaches to the amount, all of them sign for the
    first reading and none for the second, and somebody beyond the line has to decide.
    """
    if not rule.limits:
        return ((0,), True) if superiors else ((), False)
    decides = next((place for place, roles in enumerate(superiors) if covers(rule, roles, amount, amounts)), None)
    if decides is None:
        return (tuple(range(len(superiors))) if rule.signing is Signing.CUMULATIVE else ()), False
    return (tuple(range(decides + 1)) if rule.signing is Signing.CUMULATIVE else (decides,)), True


def decides_himself(rule: ApprovalRule, roles: Collection[str], amount: Decimal | None, amounts: Amounts) -> bool:
    """Tell whether somebody with these roles needs nobody's consent."""
    if not rule.own_authority:
        return False
    if rule.limits:
        return covers(rule, roles, amount, amounts)
    needed = needed_steps(rule, amount, amounts)
    return not needed or bool(set(rule.steps[needed[-1]].approvers).intersection(roles))


def amount_of(rule: ApprovalRule, facts: Mapping[str, object]) -> Decimal | None:
    """Return the amount that facts name; None for a rule without one, and while it is empty or no number."""
    given = facts.get(rule.amount_field) if rule.amount_field else None
    if given is None or isinstance(given, bool) or is_empty(given):
        return None
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def speaks_of(rule: ApprovalRule, facts: Mapping[str, object]) -> bool:
    """Tell whether there is anything to approve: the conditions hold, and there is an amount other than zero."""
    return meets(rule.when, facts) and (not rule.amount_field or bool(amount_of(rule, facts)))


def values_of(rule: ApprovalRule, facts: Mapping[str, object]) -> dict[str, object]:
    """Return what is approved: the watched fields as they are."""
    return {name: facts.get(name) for name in rule.watched}


def differing(approved: Mapping[str, object], facts: Mapping[str, object]) -> tuple[str, ...]:
    """Return the fields that have another value than the approved one; 500 and 500.00 are the same amount."""
    return tuple(name for name, value in approved.items() if not _same(value, facts.get(name)))


def is_ahead(rule: ApprovalRule, workflow: Workflow, state: str) -> bool:
    """Tell whether a ticket can still come to a move that the rule guards, in this round."""
    reachable = workflow.reachable((state,))
    return any(move.name in rule.blocks and reachable.intersection(move.from_states) for move in workflow.moves)


def _is_above(step: ApprovalStep, amount: Decimal | None, amounts: Amounts) -> bool:
    bound = amounts.get(step.above) if step.above else None
    return bound is None or amount is None or amount > bound


def _same(one: object, other: object) -> bool:
    if one == other or (is_empty(one) and is_empty(other)):
        return True
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return False


# --- What the decisions come to ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChainStep:
    """A step with the people who were found for it."""

    place: int
    people: frozenset[UUID]
    quorum: int = ANYBODY

    @property
    def needed(self) -> int:
        """Return how many have to consent."""
        return len(self.people) if self.quorum == EVERYBODY else min(self.quorum, len(self.people))

    def outcome(self, votes: Mapping[UUID, Outcome]) -> Outcome | None:
        """Return what the answers of its people come to; None while more are needed.

        Where one decides, it is whoever answers first. Of several, so many may refuse as are not needed.
        """
        consents = sum(vote is Outcome.APPROVE for vote in votes.values())
        against = [vote for vote in votes.values() if vote is not Outcome.APPROVE]
        spare = 0 if self.quorum == ANYBODY else len(self.people) - self.needed
        if len(against) > spare:
            return Outcome.REFUSE if Outcome.REFUSE in against else Outcome.RETURN
        return Outcome.APPROVE if consents >= self.needed else None


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps that one approval needs."""

    steps: tuple[ChainStep, ...]
    order: StepOrder = StepOrder.SEQUENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One decision, never edited."""

    id: UUID
    place: int
    #: In whose seat it was made, be it by himself or by his deputy.
    person: UUID
    outcome: Outcome
    #: The earlier decision that this one takes the place of.
    reverses: UUID | None = None
    #: It was said, and somebody else has written it down.
    is_spoken: bool = False
    #: The spoken one that this one confirms, or does not.
    confirms: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an approval has come to."""

    state: ApprovalState
    #: Places of the steps whose turn it is.
    waiting: tuple[int, ...] = ()


_ENDS: Final[Mapping[Outcome, ApprovalState]] = {
    Outcome.APPROVE: ApprovalState.APPROVED,
    Outcome.REFUSE: ApprovalState.REFUSED,
    Outcome.RETURN: ApprovalState.RETURNED,
}


def effective(decisions: Iterable[Given]) -> tuple[Given, ...]:
    """Return the decisions that count: those that no later one has reversed."""
    listed = tuple(decisions)
    reversed_ones = {each.reverses for each in listed if each.reverses}
    return tuple(each for each in listed if each.id not in reversed_ones)


def standing(chain: Chain, decisions: Iterable[Given]) -> Standing:
    """Return what the decisions on a chain have come to.

    Consent by word of mouth stands for the whole chain, and its confirmation too.
    """
    counted = effective(decisions)
    if spoken := next((each for each in counted if each.is_spoken), None):
        answer = next((each.outcome for each in counted if each.confirms == spoken.id), None)
        return Standing(_ENDS[answer] if answer else ApprovalState.SPOKEN)
    found = {step.place: step.outcome(_votes(counted, step)) for step in chain.steps}
    if chain.order is StepOrder.PARALLEL:
        return _parallel(found)
    return next(_sequence(chain, found))


def _votes(decisions: Iterable[Given], step: ChainStep) -> dict[UUID, Outcome]:
    return {each.person: each.outcome for each in decisions if each.place == step.place and each.person in step.people}


def _sequence(chain: Chain, found: Mapping[int, Outcome | None]) -> Iterator[Standing]:
    for step in chain.steps:
        outcome = found[step.place]
        if outcome is None:
            yield Standing(ApprovalState.OPEN, (step.place,))
        elif outcome is not Outcome.APPROVE:
            yield Standing(_ENDS[outcome])
    yield Standing(ApprovalState.APPROVED)


def _parallel(found: Mapping[int, Outcome | None]) -> Standing:
    for outcome in (Outcome.REFUSE, Outcome.RETURN):
        if outcome in found.values():
            return Standing(_ENDS[outcome])
    waiting = tuple(place for place, outcome in found.items() if outcome is None)
    return Standing(ApprovalState.OPEN, waiting) if waiting else Standing(ApprovalState.APPROVED)

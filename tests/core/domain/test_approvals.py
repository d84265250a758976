"""Approvals as values: which steps an amount needs, and what the decisions come to."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.approvals import (
    ANYBODY,
    EVERYBODY,
    UNBOUNDED,
    ApprovalRule,
    ApprovalState,
    ApprovalStep,
    Chain,
    ChainStep,
    Given,
    Outcome,
    Signing,
    Standing,
    StepOrder,
    amount_of,
    covers,
    decides_himself,
    differing,
    effective,
    is_ahead,
    line_of,
    needed_steps,
    speaks_of,
    standing,
)
from gongdan.domain.duties import Condition
from gongdan.testing.sample import WORKFLOW

LEVELS = ("manager", "deputy", "chief")
KEYS = {"manager": "x.manager", "deputy": "x.deputy", "chief": UNBOUNDED}
RULE = ApprovalRule(
    name="x.fee",
    label="费用核决",
    ticket_types=("sample_repair",),
    amount_field="fee",
    steps=tuple(ApprovalStep(label=role, approvers=(role,)) for role in LEVELS),
    limits=KEYS,
)
DIRECT = replace(RULE, signing=Signing.DIRECT)
BY_TABLE = {"x.manager": Decimal(500), "x.deputy": Decimal(5000)}

ANN, BEN, CAT = (UUID(int=number) for number in (1, 2, 3))
IN_TURN = Chain((ChainStep(1, frozenset({ANN})), ChainStep(2, frozenset({BEN}))))


def _given(place: int, person: UUID, outcome: Outcome, **more: object) -> Given:
    return Given(id=uuid4(), place=place, person=person, outcome=outcome, **more)  # type: ignore[arg-type]


# --- By amount -----------------------------------------------------------------------------------


@pytest.mark.clause("001-13-41", "001-13-64", "003-04-40")
@pytest.mark.parametrize(
    ("amount", "cumulative", "direct"),
    [
        ("0.01", (0,), (0,)),
        # The limit itself is covered.
        ("500", (0,), (0,)),
        ("500.01", (0, 1), (1,)),
        ("5000", (0, 1), (1,)),
        ("5000.01", (0, 1, 2), (2,)),
        ("1000000", (0, 1, 2), (2,)),
    ],
)
def test_the_amount_decides_who_signs(amount: str, cumulative: tuple[int, ...], direct: tuple[int, ...]) -> None:
    assert needed_steps(RULE, Decimal(amount), BY_TABLE) == cumulative
    assert needed_steps(DIRECT, Decimal(amount), BY_TABLE) == direct


@pytest.mark.clause("003-04-40")
def test_a_limit_that_nobody_has_decided_covers_nothing() -> None:
    nobody = {"x.manager": None, "x.deputy": None}
    assert needed_steps(DIRECT, Decimal(1), nobody) == (2,)
    assert needed_steps(RULE, Decimal(1), nobody) == (0, 1, 2)
    assert needed_steps(DIRECT, Decimal(1), {**nobody, "x.deputy": Decimal(5000)}) == (1,)


def test_a_level_that_nobody_fills_is_passed_over_but_the_highest_never() -> None:
    assert needed_steps(DIRECT, Decimal(1), BY_TABLE, vacant=(0,)) == (1,)
    assert needed_steps(RULE, Decimal(1), BY_TABLE, vacant=(0,)) == (1,)
    assert needed_steps(RULE, Decimal(1), BY_TABLE, vacant=(0, 1, 2)) == (2,)


def test_a_step_above_an_amount_is_needed_only_for_a_larger_one() -> None:
    rule = replace(RULE, limits={}, steps=(ApprovalStep(label="经理", approvers=("manager",), above="x.manager"),))
    assert needed_steps(rule, Decimal(500), BY_TABLE) == ()
    assert needed_steps(rule, Decimal("500.01"), BY_TABLE) == (0,)
    assert needed_steps(rule, Decimal(1), {"x.manager": None}) == (0,)


amounts = st.decimals(min_value="0.01", max_value="99999999", places=2)
limits = st.one_of(st.none(), st.decimals(min_value=0, max_value="9999999", places=2))
tables = st.fixed_dictionaries({"x.manager": limits, "x.deputy": limits})
vacancies = st.sets(st.sampled_from((0, 1, 2)))


@given(amounts, tables, vacancies)
def test_every_amount_has_one_chain_that_ends_with_somebody_who_may_decide_it(
    amount: Decimal, table: dict[str, Decimal | None], vacant: set[int]
) -> None:
    """There is no gap: whoever comes last may decide the amount, and alone so for the direct reading."""
    chain, direct = needed_steps(RULE, amount, table, vacant), needed_steps(DIRECT, amount, table, vacant)
    assert direct == chain[-1:]
    assert covers(RULE, [LEVELS[chain[-1]]], amount, table)
    earlier = [LEVELS[place] for place in chain[:-1]]
    assert not any(covers(RULE, [role], amount, table) for role in earlier)


@given(amounts, amounts, tables, vacancies)
def test_more_money_never_needs_fewer_signatures_nor_a_lower_level(
    one: Decimal, other: Decimal, table: dict[str, Decimal | None], vacant: set[int]
) -> None:
    less, more = sorted((one, other))
    assert set(needed_steps(RULE, less, table, vacant)) <= set(needed_steps(RULE, more, table, vacant))
    assert needed_steps(DIRECT, less, table, vacant)[0] <= needed_steps(DIRECT, more, table, vacant)[0]


@pytest.mark.clause("003-18-06", "003-18-07")
def test_the_line_is_asked_superior_by_superior_up_to_whoever_may_decide() -> None:
    rule = replace(RULE, steps=(ApprovalStep(label="上级", line=True),))
    above = [{"agent"}, {"manager"}, {"deputy"}]
    assert line_of(rule, above, Decimal(500), BY_TABLE) == ((0, 1), True)
    assert line_of(rule, above, Decimal(5000), BY_TABLE) == ((0, 1, 2), True)
    assert line_of(rule, above, Decimal(5001), BY_TABLE) == ((0, 1, 2), False)
    direct = replace(rule, signing=Signing.DIRECT)
    assert line_of(direct, above, Decimal(5000), BY_TABLE) == ((2,), True)
    assert line_of(direct, above, Decimal(5001), BY_TABLE) == ((), False)


@pytest.mark.clause("004-06-22")
def test_without_limits_the_direct_superior_decides() -> None:
    rule = replace(RULE, limits={}, steps=(ApprovalStep(label="上级", line=True),))
    assert line_of(rule, [{"agent"}, {"manager"}], None, {}) == ((0,), True)
    assert line_of(rule, [], None, {}) == ((), False)


@pytest.mark.clause("001-13-54", "003-04-32")
def test_whoever_may_decide_himself_does_not_ask_where_the_rule_says_so() -> None:
    own = replace(DIRECT, own_authority=True)
    assert decides_himself(own, {"manager"}, Decimal(500), BY_TABLE)
    assert not decides_himself(own, {"manager"}, Decimal("500.01"), BY_TABLE)
    assert not decides_himself(own, {"manager"}, Decimal(1), {"x.manager": None, "x.deputy": None})
    assert decides_himself(own, {"chief"}, Decimal(10**9), {})
    assert not decides_himself(own, {"agent"}, Decimal(1), BY_TABLE)
    assert not decides_himself(DIRECT, {"chief"}, Decimal(1), BY_TABLE)


def test_amounts_are_read_exactly_and_what_is_no_number_is_none() -> None:
    assert amount_of(RULE, {"fee": "0.1"}) + amount_of(RULE, {"fee": "0.2"}) == Decimal("0.3")  # type: ignore[operator]
    assert [amount_of(RULE, {"fee": given}) for given in (None, "", "约三百", True, "NaN")] == [None] * 5


def test_without_an_amount_or_where_a_condition_fails_there_is_nothing_to_approve() -> None:
    assert speaks_of(RULE, {"fee": "3"})
    assert not any(speaks_of(RULE, {"fee": nothing}) for nothing in (None, "", "0", "0.00"))
    major = replace(RULE, when=(Condition("severity", ("major",)),))
    assert (speaks_of(major, {"fee": 3, "severity": "major"}), speaks_of(major, {"fee": 3})) == (True, False)


def test_another_value_is_noticed_and_another_way_of_writing_it_is_not() -> None:
    assert differing({"fee": "500", "place": "3-2"}, {"fee": "500.00", "place": "3-2"}) == ()
    assert differing({"fee": "500", "place": "3-2"}, {"fee": "800", "place": "3-3"}) == ("fee", "place")
    assert differing({"fee": None}, {}) == ()


def test_an_approval_is_of_use_while_a_guarded_move_lies_ahead() -> None:
    rule = replace(RULE, blocks=("dispatch",))
    assert is_ahead(rule, WORKFLOW, "new")
    assert not is_ahead(rule, WORKFLOW, "working")


# --- What the decisions come to ------------------------------------------------------------------


def test_in_sequence_the_second_is_asked_when_the_first_has_consented() -> None:
    assert standing(IN_TURN, ()) == Standing(ApprovalState.OPEN, (1,))
    first = _given(1, ANN, Outcome.APPROVE)
    assert standing(IN_TURN, [first]) == Standing(ApprovalState.OPEN, (2,))
    assert standing(IN_TURN, [first, _given(2, BEN, Outcome.APPROVE)]) == Standing(ApprovalState.APPROVED)
    assert standing(IN_TURN, [first, _given(2, BEN, Outcome.REFUSE)]) == Standing(ApprovalState.REFUSED)
    assert standing(IN_TURN, [_given(1, ANN, Outcome.RETURN)]) == Standing(ApprovalState.RETURNED)


def test_a_reversal_is_a_second_decision_and_the_first_counts_no_more() -> None:
    first = _given(1, ANN, Outcome.REFUSE)
    second = _given(1, ANN, Outcome.APPROVE, reverses=first.id)
    assert effective([first, second]) == (second,)
    assert standing(IN_TURN, [first]) == Standing(ApprovalState.REFUSED)
    assert standing(IN_TURN, [first, second]) == Standing(ApprovalState.OPEN, (2,))


def test_where_one_decides_it_is_whoever_answers_and_where_several_do_their_number_counts() -> None:
    three = frozenset({ANN, BEN, CAT})

    def come_to(quorum: int, *outcomes: Outcome) -> Outcome | None:
        return ChainStep(1, three, quorum).outcome(dict(zip((ANN, BEN, CAT), outcomes, strict=False)))

    yes, no = Outcome.APPROVE, Outcome.REFUSE
    assert (come_to(ANYBODY, yes), come_to(ANYBODY, no)) == (yes, no)
    assert (come_to(EVERYBODY, yes, yes), come_to(EVERYBODY, yes, yes, yes), come_to(EVERYBODY, yes, no)) == (
        None,
        yes,
        no,
    )
    assert (come_to(2, yes, no), come_to(2, yes, no, yes), come_to(2, no, no)) == (None, yes, no)
    assert come_to(2, no, Outcome.RETURN) is no


@pytest.mark.clause("001-03-41", "001-03-42")
def test_consent_by_word_of_mouth_stands_for_the_chain_until_it_is_confirmed_or_not() -> None:
    said = _given(2, BEN, Outcome.APPROVE, is_spoken=True)
    assert standing(IN_TURN, [said]) == Standing(ApprovalState.SPOKEN)
    assert ApprovalState.SPOKEN.consents
    yes, no = (_given(2, BEN, outcome, confirms=said.id) for outcome in (Outcome.APPROVE, Outcome.REFUSE))
    assert standing(IN_TURN, [said, yes]) == Standing(ApprovalState.APPROVED)
    assert standing(IN_TURN, [said, no]) == Standing(ApprovalState.REFUSED)


outcomes = st.sampled_from([Outcome.APPROVE, Outcome.REFUSE])


def _answered(chain: Chain, votes: Sequence[Given]) -> ApprovalState:
    """Let people answer in an order as long as their step waits for them; return what it comes to."""
    taken: list[Given] = []
    for vote in votes:
        if vote.place in standing(chain, taken).waiting:
            taken.append(vote)
    return standing(chain, taken).state


@given(st.lists(outcomes, min_size=3, max_size=3), st.sampled_from([EVERYBODY, 2]))
def test_the_order_of_parallel_answers_changes_nothing(votes: list[Outcome], quorum: int) -> None:
    """Two steps at once, one of them with two people: whoever is quicker, the same comes out of it."""
    chain = Chain(
        (ChainStep(1, frozenset({ANN, BEN}), quorum), ChainStep(2, frozenset({CAT}))), order=StepOrder.PARALLEL
    )
    given_votes = [_given(1, ANN, votes[0]), _given(1, BEN, votes[1]), _given(2, CAT, votes[2])]
    ends = {_answered(chain, order) for order in permutations(given_votes)}
    expected = ApprovalState.REFUSED if Outcome.REFUSE in votes else ApprovalState.APPROVED
    assert ends == {expected}


@given(st.data())
def test_no_chain_is_ever_both_approved_and_refused_nor_waits_when_it_has_ended(data: st.DataObject) -> None:
    steps = tuple(
        ChainStep(place, frozenset(people), data.draw(st.sampled_from([ANYBODY, EVERYBODY, 2])))
        for place, people in enumerate(data.draw(st.lists(st.sets(st.sampled_from([ANN, BEN, CAT]), min_size=1),
                                                          min_size=1, max_size=3)), 1)
    )  # fmt: skip
    chain, taken = Chain(steps, data.draw(st.sampled_from(list(StepOrder)))), list[Given]()
    while waiting := standing(chain, taken).waiting:
        place = data.draw(st.sampled_from(waiting))
        answered = {each.person for each in taken if each.place == place}
        people = sorted(next(step.people for step in steps if step.place == place) - answered)
        assert people, "a step that waits has somebody to wait for"
        taken.append(_given(place, data.draw(st.sampled_from(people)), data.draw(st.sampled_from(list(Outcome)))))
    end = standing(chain, taken)
    assert end.state in {ApprovalState.APPROVED, ApprovalState.REFUSED, ApprovalState.RETURNED}
    assert (end.state is ApprovalState.APPROVED) == all(
        step.outcome({each.person: each.outcome for each in taken if each.place == step.place}) is Outcome.APPROVE
        for step in steps
    )

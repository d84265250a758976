"""What may be done to a thing in custody, and when."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.custody import CustodyAct, CustodyKind, CustodyState, fits, state_after, why_not
from gongdan.domain.numbering import NumberPattern

DONE = [act for act in CustodyAct if act is not CustodyAct.TAKEN_IN]


@given(acts=st.lists(st.sampled_from(DONE)), opens_lock=st.booleans())
def test_a_thing_is_lent_only_from_the_store_and_nothing_comes_after_its_destruction(
    acts: list[CustodyAct], *, opens_lock: bool
) -> None:
    state = CustodyState.IN_STORE
    for act in acts:
        if not fits(act, state, opens_lock=opens_lock):
            continue
        before, state = state, state_after(act, state)
        assert before is not CustodyState.DESTROYED
        if state is CustodyState.LENT and before is not CustodyState.LENT:
            assert (before, act) == (CustodyState.IN_STORE, CustodyAct.LENT)


@pytest.mark.parametrize(("act", "state"), list(product(DONE, CustodyState)))
def test_whatever_does_not_fit_says_why(act: CustodyAct, state: CustodyState) -> None:
    refusals = why_not(act, state, code="K1", holder="王芳", opens_lock=True)
    assert bool(refusals) is not fits(act, state, opens_lock=True)


def test_what_is_lent_is_never_destroyed() -> None:
    assert not fits(CustodyAct.DESTROYED, CustodyState.LENT, opens_lock=True)


def test_a_kind_that_cannot_be_is_named() -> None:
    kind = CustodyKind(name="Room Key", label="钥匙", number=NumberPattern("K"))
    assert list(kind.problems()) == [
        "custody kind Room Key is not a lower-case identifier",
        "custody kind Room Key: number pattern has no {serial}",
    ]

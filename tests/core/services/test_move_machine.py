"""Whatever people try with a ticket, in any order: its row, its journal and its flow stay of one mind."""

from collections.abc import Mapping

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gongdan.domain.snapshots import TicketView
from gongdan.domain.workflow import StateCategory
from gongdan.errors import GongdanError, InvalidInput, MoveRefused, StaleVersion, TicketClosed
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People

MOVES = {move.name: move for move in sample.WORKFLOW.moves}
AMOUNTS = st.sampled_from(("", "0", "50", "80", "80.01", "八十"))


class OneTicket(RuleBasedStateMachine):
    """One ticket, moved, changed and written on by two people."""

    agent: CompanyDesk
    supervisor: CompanyDesk

    @initialize(estimate=AMOUNTS.filter(lambda amount: amount != "八十"))
    def open(self, estimate: str) -> None:
        self.ticket = Factory(self.agent).ticket(fields={"estimate": estimate})
        self.acts = 1

    @rule(
        name=st.sampled_from(sorted(MOVES)),
        by_supervisor=st.booleans(),
        behind=st.sampled_from((0, 0, 0, 1)),
        fee=AMOUNTS,
        values=st.fixed_dictionaries(
            {},
            optional={
                "result": st.sampled_from(("已更换软管", "")),
                "cause": st.sampled_from(("wear", "fate")),
                "remark": st.sampled_from(("业主要求", "")),
                "finding": st.just("valid"),
            },
        ),
    )
    def move(self, name: str, *, by_supervisor: bool, behind: int, fee: str, values: Mapping[str, str]) -> None:
        desk = self.supervisor if by_supervisor else self.agent
        given = {**values, "fee": fee, "assignee": str(desk.actor.account_id)}
        before = self.ticket
        try:
            after = desk.moves.make(before.id, name, before.version - behind, given)
        except (MoveRefused, InvalidInput, StaleVersion) as refusal:
            self._nothing_changed(refusal)
            return
        move = MOVES[name]
        assert before.state in move.from_states
        assert (after.state, after.round) == (move.to_state, before.round + move.new_round)
        assert by_supervisor or not move.roles
        assert not behind
        self._changed(after)

    @rule(subject=st.sampled_from(("主卧漏水", "阳台漏水", "")))
    def change(self, subject: str) -> None:
        try:
            after = self.agent.tickets.change(self.ticket.id, self.ticket.version, {"subject": subject})
        except InvalidInput as refusal:
            self._nothing_changed(refusal)
            return
        except TicketClosed as refusal:
            self._nothing_changed(refusal, is_open=False)
            return
        if after.subject != self.ticket.subject:
            self._changed(after)

    @rule()
    def write(self) -> None:
        note, _ = self.agent.notes.write(self.ticket.id, "已电话联系业主")
        assert note.round == self.ticket.round
        self.acts += 1

    @invariant()
    def the_row_is_of_one_mind(self) -> None:
        ticket = self._stored()
        assert ticket == self.ticket
        assert ticket.is_open is StateCategory(ticket.state_category).is_open
        assert (ticket.closed_at is None) is ticket.is_open
        assert ticket.round >= 1

    @invariant()
    def the_journal_holds_every_act(self) -> None:
        assert len(self.agent.journal.of(self.ticket.id)) == self.acts

    def teardown(self) -> None:
        if hasattr(self, "ticket"):
            assert self.supervisor.journal.verify().first_bad is None

    def _changed(self, after: TicketView) -> None:
        assert after.version == self.ticket.version + 1
        self.ticket = after
        self.acts += 1

    def _nothing_changed(self, refusal: GongdanError, *, is_open: bool | None = None) -> None:
        assert str(refusal)
        assert is_open in (None, self.ticket.is_open)
        assert self._stored() == self.ticket

    def _stored(self) -> TicketView:
        return self.agent.tickets.find(self.ticket.id)


def test_a_ticket_stays_of_one_mind_whatever_people_try(person: People) -> None:
    OneTicket.agent, OneTicket.supervisor = person("agent"), person("supervisor")
    run_state_machine_as_test(OneTicket, settings=settings(max_examples=15, stateful_step_count=20))

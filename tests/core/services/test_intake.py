from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import Factory, People


def test_a_ticket_opened_by_an_agent_is_owned_by_her(person: People) -> None:
    agent = person("agent", name="张敏")
    ticket = Factory(agent).ticket(description="厨房水管漏水")
    assert ticket.number == "BX202603-0001"
    assert ticket.owner_id == agent.actor.account_id


def test_two_companies_number_their_tickets_apart(
    factory: Factory, other_factory: Factory, other_desk: CompanyDesk
) -> None:
    assert factory.ticket().number == other_factory.ticket().number == "BX202603-0001"

"""What is secret in a brokerage, and how secret."""

import pytest

from gongdan.api import CompanyDesk, PartyInput
from gongdan.domain.secrecy import declared_class
from gongdan_brokerage.secrecy import SECRECY_RULES


@pytest.mark.clause("001-10-88")
def test_customers_are_top_secret_and_masked_from_the_first_moment(company_desk: CompanyDesk) -> None:
    made = company_desk.parties.create(PartyInput(kind="company", name="杭州瑞丰商贸有限公司", phones=("13064715718",)))
    seen = company_desk.parties.find(made.id)
    assert declared_class(SECRECY_RULES, "party") == "top_secret"
    assert (seen.name, seen.phones, seen.secrecy) == ("杭*********", ("130****5718",), "top_secret")


def test_what_the_clause_does_not_name_is_ordinary() -> None:
    assert declared_class(SECRECY_RULES, "ticket", "rebate_statement") == "ordinary"

"""What is secret in a brokerage, and how secret."""

import pytest

from gongdan.domain.secrecy import declared_class
from gongdan_brokerage.secrecy import SECRECY_RULES


@pytest.mark.clause("001-10-88")
def test_customers_contracts_and_their_tracking_are_top_secret() -> None:
    kinds = (("party", ""), ("document", "franchise_contract"), ("document", "customer_tracking"))
    assert {declared_class(SECRECY_RULES, noun, kind) for noun, kind in kinds} == {"top_secret"}


@pytest.mark.clause("001-10-89")
def test_the_duty_log_and_handovers_are_secret() -> None:
    assert {declared_class(SECRECY_RULES, noun) for noun in ("duty_log", "handover")} == {"secret"}


@pytest.mark.clause("001-10-90")
@pytest.mark.clause("001-10-91")
def test_tellers_rights_and_surveys_are_secret() -> None:
    kinds = ("teller_rights", "customer_survey")
    assert {declared_class(SECRECY_RULES, "document", kind) for kind in kinds} == {"secret"}


def test_other_documents_are_ordinary() -> None:
    assert declared_class(SECRECY_RULES, "document", "notice") == "ordinary"

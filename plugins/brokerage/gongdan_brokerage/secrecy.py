"""What is secret in a brokerage."""

from gongdan.api import SecrecyClass, SecrecyRule

SECRECY_RULES: tuple[SecrecyRule, ...] = (
    SecrecyRule(noun="party", level=SecrecyClass.TOP_SECRET, clauses=("001-10-88",)),
    SecrecyRule(
        noun="document",
        level=SecrecyClass.TOP_SECRET,
        kinds=("franchise_contract", "customer_tracking"),
        clauses=("001-10-88",),
    ),
    SecrecyRule(noun="duty_log", level=SecrecyClass.SECRET, clauses=("001-10-89",)),
    SecrecyRule(noun="handover", level=SecrecyClass.SECRET, clauses=("001-10-89",)),
    SecrecyRule(noun="document", level=SecrecyClass.SECRET, kinds=("teller_rights",), clauses=("001-10-90",)),
    SecrecyRule(noun="document", level=SecrecyClass.SECRET, kinds=("customer_survey",), clauses=("001-10-91",)),
)

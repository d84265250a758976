"""What is secret in a brokerage."""

from gongdan.api import SecrecyClass, SecrecyRule

SECRECY_RULES: tuple[SecrecyRule, ...] = (
    SecrecyRule(noun="party", level=SecrecyClass.TOP_SECRET, clauses=("001-10-88",)),
)

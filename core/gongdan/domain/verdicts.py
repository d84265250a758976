"""How sure a rule is about one value, and the reason classes that an import reports."""

from enum import StrEnum


class Verdict(StrEnum):
    """Only a wrong structure is rejected; a failed check digit on data typed from paper is suspect."""

    OK = "ok"
    SUSPECT = "suspect"
    REJECT = "reject"


class Reason(StrEnum):
    """Why a value or a row is not simply taken; the names are stable and machines read them."""

    TITLE_OR_TOTAL = "title_or_total"
    BLANK = "blank"
    MISSING_REQUIRED = "missing_required"
    BAD_DATE = "bad_date"
    BAD_FORMAT = "bad_format"
    BAD_CHECKSUM = "bad_checksum"
    PRECISION_LOST = "precision_lost"
    DUPLICATE = "duplicate"
    UNKNOWN_REFERENCE = "unknown_reference"
    CONFLICT = "conflict"
    REFUND = "refund"

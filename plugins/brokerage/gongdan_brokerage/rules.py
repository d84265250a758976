"""What the flow and the paper of rebate statements refuse, and the sum that has to come out: pure functions.

A guard returns the reason why a move is not possible, or None to let it pass. Amounts are yuan.
"""

import re
from decimal import Decimal
from typing import Final

from gongdan.api import Finding, FormEntries, MoveAttempt, Reason, Verdict, is_empty, msg

_MONTH: Final = re.compile(r"(20[0-9]{2})[-./年]?(0[1-9]|1[0-2]|[1-9])月?")


def check_month(raw: str) -> Finding:
    """Read 2026-10, 2026.10, 202610 and 2026年10月 as 2026-10."""
    found = _MONTH.fullmatch(raw.strip())
    if not found:
        return Finding(Verdict.REJECT, None, Reason.BAD_FORMAT, raw)
    return Finding(Verdict.OK, f"{found[1]}-{int(found[2]):02d}", None, raw)


def unattributed_volume_is_explained(attempt: MoveAttempt) -> str | None:
    """Source: 001-10-26."""
    if _money(attempt, "unattributed") and is_empty(attempt.fields.get("unattributed_note")):
        return msg("有未归属交易额的须说明原因")
    return None


def correction_is_explained(attempt: MoveAttempt) -> str | None:
    """Source: 001-10-26."""
    if _money(attempt, "corrections") and is_empty(attempt.fields.get("correction_note")):
        return msg("更正须注明更正哪个月、哪一行")
    return None


def another_one_reviews(attempt: MoveAttempt) -> str | None:
    """Source: 001-10-26."""
    if attempt.actor and attempt.actor == str(attempt.fields.get("prepared_by")):
        return msg("复核人不能是核算人")
    return None


def nothing_differs(attempt: MoveAttempt) -> str | None:
    """Source: 001-10-26."""
    if _money(attempt, "review_difference"):
        return msg("复核有差额，请退回重算")
    return None


def a_third_one_approves(attempt: MoveAttempt) -> str | None:
    """Source: 001-10-26."""
    if attempt.actor and attempt.actor in {str(attempt.fields.get(name)) for name in ("prepared_by", "reviewed_by")}:
        return msg("批准人不能是核算人或复核人")
    return None


def payment_is_not_too_high(attempt: MoveAttempt) -> str | None:
    """Source: 001-10-28."""
    return msg("实返额不得超过应付额") if _money(attempt, "paid") > amount_due(attempt) else None


def payment_is_whole(attempt: MoveAttempt) -> str | None:
    """Source: 001-10-28."""
    return msg("未付清的请登记部分付款") if _money(attempt, "paid") < amount_due(attempt) else None


def books_balance(attempt: MoveAttempt) -> str | None:
    """Refuse unless opening + accrued + corrections - paid = closing. Source: 001-10-27, 001-10-28."""
    if amount_due(attempt) - _money(attempt, "paid") != _money(attempt, "closing_pending"):
        return msg("期末待返额应等于上期待返加本期应返加更正减实返，请核对")
    return None


def amount_due(attempt: MoveAttempt) -> Decimal:
    """Return what the agent is owed before this month's payments."""
    return sum((_money(attempt, name) for name in ("opening_pending", "accrued", "corrections")), Decimal(0))


def _money(attempt: MoveAttempt, name: str) -> Decimal:
    return Decimal(str(attempt.fields.get(name) or 0))


# --- The statement on paper -----------------------------------------------------------------------


def lines_make_the_rebate(entries: FormEntries) -> str | None:
    """Source: 001-10-26."""
    stated = Decimal(str(entries.taken.get("accrued") or 0))
    return None if _sum(entries, "amount") == stated else msg("明细返佣额合计与本期返佣额不符")


def lines_make_the_volume(entries: FormEntries) -> str | None:
    """Source: 001-10-26."""
    known = _sum(entries, "volume") + Decimal(str(entries.taken.get("unattributed") or 0))
    stated = Decimal(str(entries.taken.get("volume") or 0))
    return None if known == stated else msg("明细交易额合计加未归属，与交易额不符")


def _sum(entries: FormEntries, column: str) -> Decimal:
    return sum((Decimal(str(line[column])) for line in entries.lines["trades"]), Decimal(0))

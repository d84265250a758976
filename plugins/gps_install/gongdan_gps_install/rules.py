"""What the flows of installations and repairs refuse: pure functions.

A guard returns the reason why a move is not possible, or None to let it pass.
"""

from decimal import Decimal

from gongdan.api import MoveAttempt, Reason, Verdict, check_plate_colour, is_empty, msg


def request_is_in(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    return _ticked(attempt, "has_request", msg("尚未收到《安装需求单》"))


def vehicle_list_is_in(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    return _ticked(attempt, "has_vehicle_list", msg("尚未收到《安装车辆明细》"))


def driver_data_is_in(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    return _ticked(attempt, "has_driver_data", msg("尚未收到《司机信息和车辆基本信息》"))


def vehicle_is_known(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-10."""
    if is_empty(attempt.fields.get("plate")) and is_empty(attempt.fields.get("vin")):
        return msg("请填写车牌号；未上牌的车填写车架号")
    return None


def colour_fits_the_plate(attempt: MoveAttempt) -> str | None:
    """A new-energy plate is not blue, a trailer's is yellow. Source: 001-03-10."""
    plate, colour = str(attempt.fields.get("plate") or ""), str(attempt.fields.get("plate_colour") or "")
    found = check_plate_colour(colour, plate)
    if plate and found.verdict is Verdict.SUSPECT and found.reason is Reason.CONFLICT:
        return msg("车牌颜色与号牌种类不符")
    return None


def data_are_checked(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-17."""
    return _ticked(attempt, "data_checked", msg("出发前请核对安装信息"))


def kit_is_packed(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-18."""
    return _ticked(attempt, "kit_packed", msg("出发前请备齐工具、配件和单据"))


def condition_is_agreed(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-25."""
    return _ticked(attempt, "condition_agreed", msg("动手前须与客户共同确认车况"))


def terminal_is_online(attempt: MoveAttempt) -> str | None:
    return _ticked(attempt, "online", msg("终端在平台上线后才算测试通过"))


def nothing_is_damaged(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-25."""
    return _ticked(attempt, "nothing_damaged", msg("请与客户确认车上其他物品没有损坏"))


def papers_are_complete(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-24."""
    return _ticked(attempt, "papers_complete", msg("单据填写完整后才能交单"))


# --- Repairs: numbers in pairs, what is charged and where the money goes ---------------------------


def terminals_are_paired(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-20."""
    return _paired(attempt, "terminal_number", msg("更换终端时须登记原终端号与新终端号，且两者不同"))


def cards_are_paired(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-22."""
    return _paired(attempt, "sim_number", msg("更换 SIM 卡时须登记新旧卡号，且两者不同"))


def terminal_is_labelled(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-19."""
    if is_empty(attempt.fields.get("old_terminal_number")):
        return None
    return _ticked(attempt, "label_written", msg("换下的终端须贴上车牌号与故障现象"))


def warranty_is_kept(attempt: MoveAttempt) -> str | None:
    """The day on which the technician came counts; the last day of the warranty is within. Source: 001-03-05."""
    arrived, until = (str(attempt.fields.get(name) or "") for name in ("arrived_at", "warranty_until"))
    if _fee(attempt) and arrived[: len("2026-03-05")] <= until:
        return msg("保修期内不收零部件费")
    return None


def fee_is_collected(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-26."""
    unpaid = _fee(attempt) and is_empty(attempt.fields.get("payment_way"))
    return msg("请当场收取零部件费，并填写收款方式") if unpaid else None


def fee_is_invoiced(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-27."""
    missing = _fee(attempt) and is_empty(attempt.fields.get("invoice_number"))
    return msg("收费须开具发票，请填写发票号码") if missing else None


def money_is_handed_over(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-28."""
    return _ticked(attempt, "money_handed_over", msg("返回公司即将所收款项交财务")) if _fee(attempt) else None


def result_is_told(attempt: MoveAttempt) -> str | None:
    """Source: 001-03-35."""
    return _ticked(attempt, "result_told", msg("请先把处理结果告知客户"))


def _fee(attempt: MoveAttempt) -> Decimal:
    return Decimal(str(attempt.fields.get("parts_fee") or 0))


def _paired(attempt: MoveAttempt, name: str, reason: str) -> str | None:
    old, new = (str(attempt.fields.get(f"{age}_{name}") or "") for age in ("old", "new"))
    return reason if bool(old) != bool(new) or (old and old == new) else None


def _ticked(attempt: MoveAttempt, name: str, reason: str) -> str | None:
    return None if attempt.fields.get(name) is True else reason

"""The usual steps of a repair, as cases of a demo take them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from gongdan.api import DemoStep

FREE: Final[Mapping[str, object]] = {"charge_kind": "free"}
PAID: Final[Mapping[str, object]] = {"charge_kind": "paid"}


def visit(hours: float, charge: Mapping[str, object]) -> Mapping[str, object]:
    return {**charge, "visit_at": timedelta(hours=hours)}


def dispatch(after: int, worker: str, trade: str, who: str) -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="dispatch", values={"assignee": worker, "trade": trade})


def arrive_and_start(after: int, worker: str) -> tuple[DemoStep, ...]:
    return (
        DemoStep(after_minutes=after, who=worker, move="arrive"),
        DemoStep(after_minutes=after + 6, who=worker, move="start", values=FREE),
    )


def quote(after: int, worker: str, amount: str) -> tuple[DemoStep, ...]:
    quoted = {**PAID, "quote_amount": amount, "quote_accepted": "true"}
    return (
        DemoStep(after_minutes=after, who=worker, move="arrive"),
        DemoStep(after_minutes=after + 10, who=worker, move="start", values=quoted),
    )


def finish(after: int, worker: str, *, result: str, materials: str, hours: str, **more: object) -> DemoStep:
    values = {"result": result, "materials": materials, "hours": hours, "cause": "wear", **more}
    return DemoStep(after_minutes=after, who=worker, move="finish", values=values)


def confirm(after: int, worker: str, customer: str) -> DemoStep:
    values = {"confirmation_way": "signature", "confirmed_by": customer}
    return DemoStep(after_minutes=after, who=worker, move="confirm", values=values)


def call_back(after: int, satisfaction: str, opinion: str = "", *, who: str) -> DemoStep:
    values = {"callback_way": "phone", "callback_satisfaction": satisfaction, "callback_opinion": opinion}
    return DemoStep(after_minutes=after, who=who, move="call_back", values=values)


def close(after: int, who: str) -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="close")

"""The usual steps of a complaint, as cases of a demo take them."""

from collections.abc import Mapping
from datetime import timedelta

from gongdan.api import DemoStep


def fields(occurred: str, wish: str) -> Mapping[str, object]:
    return {"occurred": occurred, "wish": wish}


def grade(after: int, who: str, severity: str, reason: str, *, consequence: str = "none") -> DemoStep:
    values = {"severity": severity, "consequence": consequence, "severity_reason": reason}
    return DemoStep(after_minutes=after, who=who, move="grade", values=values)


def forward(after: int, who: str, to: str, department: str) -> DemoStep:
    values = {"assignee": to, "department": department}
    return DemoStep(after_minutes=after, who=who, move="forward", values=values)


def reply(after: int, who: str, text: str, *, next_hours: int) -> DemoStep:
    values = {"first_reply": text, "next_reply_at": timedelta(hours=next_hours)}
    return DemoStep(after_minutes=after, who=who, move="reply", values=values)


def establish(
    after: int, who: str, cause: str, investigation: str, *, finding: str = "valid", compensation: str = ""
) -> DemoStep:
    values = {"finding": finding, "cause": cause, "investigation": investigation, "compensation": compensation}
    return DemoStep(after_minutes=after, who=who, move="establish", values=values)


def ask_to_pay(after: int, who: str, words: str) -> DemoStep:
    return DemoStep(after_minutes=after, who=who, approval="property_mgmt.compensation", words=words)


def answer(after: int, who: str, outcome: str, words: str = "") -> DemoStep:
    return DemoStep(after_minutes=after, who=who, approval="property_mgmt.compensation", answer=outcome, words=words)


def handle(after: int, who: str, measure: str, **more: object) -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="handle", values={"measure": measure, **more})


def finish(after: int, who: str, measure: str, result: str) -> DemoStep:
    values = {"measure": measure, "result": result, "standard_met": "true"}
    return DemoStep(after_minutes=after, who=who, move="finish", values=values)


def close(after: int, who: str, opinion: str = "", way: str = "phone") -> DemoStep:
    values = {
        "callback_way": way,
        "callback_satisfaction": "satisfied",
        "callback_opinion": opinion,
        "complainant_signed": "true",
    }
    return DemoStep(after_minutes=after, who=who, move="close", values=values)

"""What the policy of a company says of a plan at one moment."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from gongdan.domain.hours import Hours
from gongdan.domain.limits import Limit
from gongdan.domain.plans import CatchUp, PlanRule, RestDays, Stretch, Terms
from gongdan.domain.policy_values import Value
from gongdan.domain.recurrences import Every, Recurrence
from gongdan.services.duty_figures import Figures


@dataclass(frozen=True, slots=True)
class Basis:
    """The terms of a plan, or the policy keys that nobody has decided."""

    at: datetime
    terms: Terms | None
    undecided: tuple[str, ...] = ()


def basis_of(rule: PlanRule, figures: Figures, at: datetime) -> Basis:
    """Return what the policy of ``at``, aware, says of a plan."""
    values: dict[str, Value | None] = {name: figures.value(name, at).value for name in rule.deciding_keys}
    if undecided := tuple(name for name, value in values.items() if value is None):
        return Basis(at, None, undecided)
    window = figures.value(rule.window, at).value if rule.window else None
    share = rule.sample.share if rule.sample else ""
    terms = Terms(
        stretches=tuple(
            Stretch(
                cast("Recurrence", values[phase.recurrence]),
                cast("Every", values[phase.until]) if phase.until else None,
            )
            for phase in rule.phases
        ),
        limit=cast("Limit", values[rule.limit]),
        rest_days=RestDays(str(values.get(rule.rest_days, rule.rest_days))),
        catch_up=CatchUp(str(values.get(rule.catch_up, rule.catch_up))),
        window=cast("Hours", window or ()),
        share=cast("Decimal", values[share]) if share else Decimal(100),
    )
    return Basis(at, terms)

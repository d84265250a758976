"""What the manager of the GPS division has to consent to; in an emergency by word of mouth, confirmed later."""

from gongdan.api import ApprovalRule, ApprovalStep, Trigger, msg
from gongdan_gps_install.roles import DIVISION_MANAGER

_PAPERS = ("installation_order", "terminal_repair")
_MANAGER = ApprovalStep(label=msg("GPS 事业部经理"), approvers=(DIVISION_MANAGER,), limit="gps_install.order_answered")

#: Nobody is sent before the order is approved; another time or place is another order.
ORDER = ApprovalRule(
    name="gps_install.order",
    label=msg("派工单审批"),
    ticket_types=_PAPERS,
    blocks=("dispatch",),
    starts=Trigger(moves=("submit",)),
    fields=("visit_at", "visit_place"),
    steps=(_MANAGER,),
    # The manager fills in orders himself when the desk is out, and signs them as those of others.
    own_request=True,
    clauses=("001-03-15",),
)

#: All technicians are out and the customer cannot wait.
OUTSIDE = ApprovalRule(
    name="gps_install.outside",
    label=msg("外协支援"),
    ticket_types=_PAPERS,
    blocks=("dispatch_outside",),
    steps=(_MANAGER,),
    own_authority=True,
    word_of_mouth="gps_install.word_confirmed",
    clauses=("001-03-42",),
)

#: A part is missing on site.
IMPROVISE = ApprovalRule(
    name="gps_install.improvise",
    label=msg("现场缺件变通"),
    ticket_types=("terminal_repair",),
    blocks=("improvise",),
    steps=(_MANAGER,),
    own_authority=True,
    word_of_mouth="gps_install.word_confirmed",
    clauses=("001-03-41",),
)

APPROVAL_RULES = (ORDER, OUTSIDE, IMPROVISE)

"""One kind of case: something is wrong with a fountain."""

from gongdan.api import Field, NumberPattern, TicketType, msg
from gongdan_fountain.workflows import FLOW

REPAIR = TicketType(
    name="fountain_repair",
    label=msg("水景报修"),
    description=msg("喷泉不喷、漏水或有异味时登记"),
    number=NumberPattern("SJ{yyyy}{mm}-{serial:3}"),
    workflow=FLOW,
    fields=(
        Field(name="basin", label=msg("水池编号"), required=True, searchable=True),
        Field(name="pump_off", label=msg("水泵已断电"), at_intake=False),
        Field(name="result", label=msg("处理结果"), at_intake=False, searchable=True),
    ),
)

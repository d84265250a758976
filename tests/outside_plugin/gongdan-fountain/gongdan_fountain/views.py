"""The one page: each basin with its open repairs."""

from collections import Counter

from gongdan.api import TicketFilter
from gongdan.web import kit

pages = kit.pages("fountain", __name__)


@pages.get("/basins")
@kit.needs("ticket.view")
def basins() -> str:
    found = kit.current_desk().tickets.list(TicketFilter(types=("fountain_repair",), is_open=True))
    open_repairs = Counter(str(line.ticket.fields.get("basin", "")) for line in found.lines)
    return kit.page("fountain/basins.html", open_repairs=sorted(open_repairs.items()))

"""The facade for plugin authors: everything a plugin may import from the core.

Pages have ``gongdan.web.kit`` beside it, tests ``gongdan.testing``. What is not named here may change any day.
"""

from gongdan.domain.assets import AssetKind, LinkRule
from gongdan.domain.events import Event, EventKind
from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.people import Permission, Role
from gongdan.domain.presenting import MenuEntry, Panel, Tile
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.snapshots import CompanyView, Draft, TicketView
from gongdan.domain.ticket_links import LinkKind
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import Guard, Move, MoveAttempt, State, StateCategory, Workflow, is_empty
from gongdan.errors import Conflict, FieldProblem, GongdanError, InvalidInput, NotFound, Refusal, Refused
from gongdan.hooks.markers import hookimpl
from gongdan.text import msg

__all__ = [
    "AssetKind", "Choice", "Clause", "CompanyView", "Conflict", "Draft", "Event", "EventKind", "Field", "FieldKind",
    "FieldProblem", "GongdanError", "Guard", "InvalidInput", "LinkKind", "LinkRule", "MenuEntry", "Move",
    "MoveAttempt", "NotFound", "NumberPattern", "Panel", "Permission", "Refusal", "Refused", "Role", "Rulebook",
    "State", "StateCategory", "TicketType", "TicketView", "Tile", "Workflow", "hookimpl", "is_empty", "msg",
]  # fmt: skip

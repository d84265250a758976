"""Who acts: a person in a company, a plugin, or the installation itself."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from gongdan.domain.people import ADMINISTRATOR
from gongdan.errors import NotAllowed
from gongdan.text import msg

#: Why somebody may not give or take a role or a permission.
BEYOND_OWN = msg("您自己没有这些权限，只有公司管理员能给予或收回")


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something, with what he may do in the company at hand."""

    account_id: UUID | None
    name: str
    permissions: frozenset[str] = frozenset()
    #: Role names in the company.
    roles: frozenset[str] = frozenset()
    #: Administers the installation.
    is_operator: bool = False
    #: May do everything in the company: the installation itself, and plugins reacting to events.
    is_trusted: bool = False

    def may(self, permission: str) -> bool:
        """Tell whether the actor has ``permission``."""
        return self.is_trusted or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise ``NotAllowed`` unless the actor has ``permission``."""
        if not self.may(permission):
            raise NotAllowed(permission)

    def may_grant(self, permissions: Collection[str]) -> bool:
        """Tell whether the actor may give or take these permissions: all of them to the administrator, else his own."""
        return self.is_trusted or ADMINISTRATOR in self.roles or self.permissions >= set(permissions)

    def require_operator(self) -> None:
        """Raise ``NotAllowed`` unless the actor administers the installation."""
        if not self.is_operator:
            raise NotAllowed("installation")


#: The installation itself: the command line on the server, demo and migrations.
SYSTEM = Actor(None, msg("系统"), is_operator=True, is_trusted=True)


def plugin_actor(plugin: str) -> Actor:
    """Return the actor under whose name a plugin reacts to events."""
    return Actor(None, plugin, is_trusted=True)

"""What a plugin hands over so that its trade can be seen at work in a demo company."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

#: Takes one short sentence, a source text that is ready to be shown, about what is being filled in.
Progress: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of a demo company, who can log in."""

    #: Unique over all demo companies.
    login: str
    name: str
    #: Name of a department, which is made when it does not exist yet; empty for none.
    department: str
    #: What stands on the business card.
    position: str
    #: Role names of the core or of the plugin.
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A company that shows what the plugin does."""

    #: The company's code, such as ``xingfu``.
    code: str
    #: The company's name.
    company: str
    #: Members of the company, the one to log in with first.
    people: tuple[DemoPerson, ...]
    #: ``module:function`` that fills the company; it takes the company's desk and a ``Progress``.
    fill: str

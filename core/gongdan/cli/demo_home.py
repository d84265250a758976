"""Building the demo's home folder: beside its place, and moved there only once it is whole."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from gongdan.cli.progress import steps
from gongdan.cli.terminal import Terminal
from gongdan.domain.demo import Demo, DemoPerson
from gongdan.errors import Refused
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

#: Known to everybody: the demo answers on this machine only and holds nothing real.
PASSWORD = "try-the-desk-2026"  # noqa: S105  # known on purpose

#: The account that may do everything, everywhere.
OPERATOR = "admin"

#: Lies in every home folder that a demo has made, and nowhere else.
_MARKER = "demo.json"

#: Where the marker says which migrations have made the tables; demos before it did not say.
_MADE_OF = "migrations"

#: Hashes of version files by their names, by source.
_Migrations = Mapping[str, Mapping[str, str]]


@dataclass(eq=False)
class NotADemo(Refused):
    """The folder holds something that no demo has made."""

    code: ClassVar[str] = "not_a_demo"
    text: ClassVar[str] = msg("文件夹里有演示以外的数据：{home}")
    remedy: ClassVar[str] = msg("请用 --home 另选一个空文件夹")

    home: str = ""


@dataclass(eq=False)
class DemoOfAnotherVersion(Refused):
    """The tables of the demo were made by versions of the migrations that are no longer those of this gongdan."""

    code: ClassVar[str] = "demo_of_another_version"
    text: ClassVar[str] = msg("这份演示由另一个版本建立，现在的版本打不开：{home}")
    remedy: ClassVar[str] = msg("请运行 gongdan demo --reset 重新建立；原有的演示数据会被删除")

    home: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to log in as."""

    login: str
    name: str
    company: str
    position: str


@dataclass(frozen=True, slots=True)
class Showcase:
    """Who can log in to the demo, and with which password."""

    password: str
    people: tuple[Person, ...]


def forget(home: Path) -> None:
    """Remove the demo's data; raises ``NotADemo`` for anything else."""
    if home.exists():
        _require_demo(home)
        shutil.rmtree(home)


def prepare(terminal: Terminal, home: Path) -> Showcase:
    """Return the demo of ``home``, built if there is none; tables of an older version are upgraded.

    Raises ``DemoOfAnotherVersion`` when no upgrade leads from its tables to those of now.
    """
    from gongdan.bootstrap import schema_fingerprints, upgrade

    if _holds_something(home):
        _require_demo(home)
    else:
        _build(terminal, home)
    stored = json.loads((home / _MARKER).read_text(encoding="utf-8"))
    known = schema_fingerprints(terminal.bare_desk)
    if _MADE_OF not in stored or not _is_upgradable(stored[_MADE_OF], known):
        raise DemoOfAnotherVersion(str(home))
    upgrade(terminal.bare_desk)
    _write_marker(home, {**stored, _MADE_OF: {**stored[_MADE_OF], **known}})
    return Showcase(stored["password"], tuple(Person(**person) for person in stored["people"]))


def _is_upgradable(made_of: _Migrations, known: _Migrations) -> bool:
    """Tell whether all that made the tables is still there as it was; a plugin that is gone blocks nothing."""
    return all(name not in known or versions.items() <= known[name].items() for name, versions in made_of.items())


def _write_marker(home: Path, values: Mapping[str, object]) -> None:
    (home / _MARKER).write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")


def _require_demo(home: Path) -> None:
    if _holds_something(home) and not (home / _MARKER).exists():
        raise NotADemo(str(home))


def _holds_something(home: Path) -> bool:
    return home.exists() and any(home.iterdir())


def _build(terminal: Terminal, home: Path) -> None:
    from gongdan.bootstrap import open_desk, schema_fingerprints, upgrade
    from gongdan.cli.logs import stop_logs, write_logs
    from gongdan.settings import read_settings

    site = home.with_name(f"{home.name}.building")
    shutil.rmtree(site, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    settings = read_settings(home=site, database_url=f"sqlite:///{site / 'gongdan.db'}", secure_cookies=False)
    write_logs(site)
    desk = open_desk(settings)
    try:
        upgrade(desk)
        showcase = _fill(terminal, desk)
        _write_marker(site, {**asdict(showcase), _MADE_OF: schema_fingerprints(desk)})
    except BaseException:
        # What went wrong is told and logged beside the demo's place, which stays empty.
        terminal.home = site
        raise
    finally:
        desk.close()
        stop_logs()
    if home.exists():
        home.rmdir()
    site.rename(home)


def _fill(terminal: Terminal, desk: "Desk") -> Showcase:
    from gongdan.hooks.manager import load_object
    from gongdan.services.actors import SYSTEM

    operator = desk.accounts.create(
        SYSTEM, OPERATOR, terminal.say(msg("系统管理员")), PASSWORD, is_operator=True, must_change_password=False
    )
    demos = [(answer.plugin, demo) for answer in desk.plugins.declared("register_demos") for demo in answer.value]
    people = [Person(OPERATOR, operator.name, "", terminal.say(msg("所有公司")))]
    with steps(terminal, len(demos)) as tell:
        for number, (plugin, demo) in enumerate(demos):
            tell(demo.company, 0)
            company = _found_company(desk, demo, number)
            company.plugins.enable(plugin)
            desk.companies.appoint(SYSTEM, company.company.id, operator.id)
            people += _hire(company, demo)
            load_object(demo.fill)(company, lambda text, name=demo.company: tell(f"{name} {terminal.say(text)}", 0))
            tell(demo.company, 1)
    desk.timers.drain()
    return Showcase(PASSWORD, tuple(people))


def _found_company(desk: "Desk", demo: Demo, number: int) -> "CompanyDesk":
    from gongdan.services.actors import SYSTEM
    from gongdan.services.companies import ACCENTS

    made = desk.companies.create(SYSTEM, demo.code, demo.company, accent=ACCENTS[number % len(ACCENTS)])
    return desk.at(made)


def _hire(company: "CompanyDesk", demo: Demo) -> Sequence[Person]:
    from gongdan.services.actors import SYSTEM

    for person in demo.people:
        account = company.installation.accounts.create(
            SYSTEM, person.login, person.name, PASSWORD, must_change_password=False
        )
        place = _department(company, person)
        company.members.save(account.id, person.roles, department_id=place, position=person.position)
    return [Person(person.login, person.name, demo.company, person.position) for person in demo.people]


def _department(company: "CompanyDesk", person: DemoPerson) -> UUID | None:
    if not person.department:
        return None
    known = company.departments.all()
    found = next((view for view in known if view.name == person.department), None)
    made = found or company.departments.create(f"{len(known) + 1:02}", person.department)
    return made.id

"""What every command has at hand: the language, the installation, a company, and ways to show results."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongdan.cli.tables import table
from gongdan.cli.words import quick_text
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.language import Translator
    from gongdan.services.desk import CompanyDesk, Desk
    from gongdan.settings import Settings


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result."""

    #: Key of the value; in JSON it is the name.
    name: str
    #: Source text.
    heading: str


class Terminal:
    """One run of the command line; made by the root command, handed to every command."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        #: Results for machines; set by ``--json``.
        self.as_json = False
        #: Set by ``--company``; empty when it was not given.
        self.company_code = ""
        #: Set by ``--home``; None takes the settings' default.
        self.home: Path | None = None
        #: Settings that a command decides itself, such as ``safe_mode``.
        self.overrides: dict[str, Any] = {}

    def say(self, source: str, **params: object) -> str:
        """Return a source text in the terminal's language, filled with ``params``."""
        if "translator" in self.__dict__ or params:
            return self.translator.fill(source, params)
        return quick_text(source, self.locale)

    @cached_property
    def translator(self) -> "Translator":
        """Return the translator with the catalogues of all plugins."""
        from gongdan.language import for_locale

        return for_locale(self.locale)

    def learn_plugins(self) -> None:
        """Load the catalogues of all plugins; from here on ``say`` knows their texts too."""
        self.translator.say("")

    @cached_property
    def settings(self) -> "Settings":
        """Return the settings of this installation; from here on the log is written."""
        from gongdan.cli.logs import write_logs
        from gongdan.settings import read_settings

        settings = read_settings(home=self.home, **self.overrides)
        write_logs(settings.home)
        return settings

    @cached_property
    def bare_desk(self) -> "Desk":
        """Return the desk, whatever state the database is in."""
        from gongdan.bootstrap import open_desk

        return open_desk(self.settings)

    @cached_property
    def desk(self) -> "Desk":
        """Return the desk of a database that is ready; raises ``DatabaseNotReady``."""
        from gongdan.bootstrap import require_ready

        require_ready(self.bare_desk)
        return self.bare_desk

    @cached_property
    def company(self) -> "CompanyDesk":
        """Return the desk of the company that ``--company`` names; the only one may stay unnamed."""
        if self.company_code:
            return self.desk.at(self.desk.companies.by_code(self.company_code))
        companies = self.desk.companies.all()
        if len(companies) != 1:
            codes = ", ".join(company.code for company in companies)
            raise click.UsageError(self.say(msg("请用 --company 指明公司：{codes}"), codes=codes or "-"))
        return self.desk.at(companies[0])

    def close(self) -> None:
        """Close the desk if this run opened it."""
        if "bare_desk" in self.__dict__:
            self.bare_desk.close()
        if "settings" in self.__dict__:
            from gongdan.cli.logs import stop_logs

            stop_logs()

    def tell(self, source: str, **params: object) -> None:
        """Print a sentence; with ``--json`` it is left out, because there the result alone is printed."""
        if not self.as_json:
            click.echo(self.say(source, **params))

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Mapping[str, object]]) -> None:
        """Print a list: a table for people, an array of objects for machines."""
        if self.as_json:
            return self.show_json(rows)
        cells = [[self.cell(row[column.name]) for column in columns] for row in rows]
        click.echo(table([self.say(column.heading) for column in columns], cells))
        return None

    def show_one(self, columns: Sequence[Column], row: Mapping[str, object]) -> None:
        """Print one thing: lines of label and value for people, one object for machines."""
        if self.as_json:
            return self.show_json(row)
        for column in columns:
            click.echo(f"{self.say(column.heading)}: {self.cell(row[column.name])}")
        return None

    def show_json(self, value: object) -> None:
        """Print ``value`` for machines; times are ISO 8601 in UTC."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))

    def cell(self, value: object) -> str:
        """Return a value as a table shows it; times in the zone of the command's company."""
        from datetime import datetime

        if value is None or value == "":
            return "-"
        if isinstance(value, bool):
            return self.say(msg("是") if value else msg("否"))
        if isinstance(value, datetime):
            return self.translator.moment(value, self._zone())
        return str(self.translator.say(value))

    def _zone(self) -> Any:
        from zoneinfo import ZoneInfo

        from gongdan.services.companies import DEFAULT_TIME_ZONE

        return self.company.zone if "company" in self.__dict__ else ZoneInfo(DEFAULT_TIME_ZONE)


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


#: Hands the terminal to a command as its first argument.
pass_terminal = click.make_pass_decorator(Terminal)

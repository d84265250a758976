"""The desk: everything that can be done, bundled.

``Desk`` is the installation; ``Desk.at`` gives the desk of one company for one actor, and every use case that
touches a company's data hangs on that.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from gongdan.domain.secrecy import Way
from gongdan.domain.snapshots import CompanyView
from gongdan.errors import Conflict, GongdanError, StaleVersion
from gongdan.hooks.isolation import Failure
from gongdan.hooks.manager import PluginManager
from gongdan.printing.typesetter import Typesetter
from gongdan.services.absences import Absences
from gongdan.services.accounts import Accounts
from gongdan.services.actors import SYSTEM, Actor, plugin_actor
from gongdan.services.approvals import Approvals
from gongdan.services.assets import Assets
from gongdan.services.attachments import Attachments
from gongdan.services.calendar_shelf import CalendarShelf
from gongdan.services.calendars import Calendars
from gongdan.services.cases import Cases
from gongdan.services.circulation import Circulation
from gongdan.services.companies import Companies
from gongdan.services.correspondence import Correspondence
from gongdan.services.custody import Custody
from gongdan.services.decisions import Decisions
from gongdan.services.departments import Departments
from gongdan.services.duties import Duties
from gongdan.services.duty_changes import HANDLERS
from gongdan.services.duty_log import DutyLog
from gongdan.services.duty_rounds import ROSTER_HANDLERS
from gongdan.services.explain import Explain
from gongdan.services.exports import Exports
from gongdan.services.file_keeping import FILE_HANDLERS, FileKeeping
from gongdan.services.form_copies import FormCopies
from gongdan.services.form_lists import FormLists
from gongdan.services.form_signing import Signing
from gongdan.services.forms import Forms
from gongdan.services.handovers import Handovers
from gongdan.services.imports import Imports
from gongdan.services.intake import Intake
from gongdan.services.journal import JournalReader
from gongdan.services.layouts import Layouts
from gongdan.services.leavers import Leavers
from gongdan.services.links import Links
from gongdan.services.members import Members
from gongdan.services.moves import Moves
from gongdan.services.notes import Notes
from gongdan.services.notices import Notices
from gongdan.services.numbers import Numbers
from gongdan.services.paper_codes import PaperCodes
from gongdan.services.parties import Parties
from gongdan.services.passes import Passes
from gongdan.services.permit_keeper import PERMIT_HANDLERS
from gongdan.services.permits import Permits
from gongdan.services.photos import Photos
from gongdan.services.plan_keeper import PLAN_HANDLERS
from gongdan.services.plans import Plans
from gongdan.services.plugins import Plugins, enabled_plugins
from gongdan.services.policies import Policies
from gongdan.services.print_runs import PrintRuns
from gongdan.services.printing import Printing
from gongdan.services.roles import Roles
from gongdan.services.rosters import Rosters
from gongdan.services.saved_views import SavedViews
from gongdan.services.searching import Searching
from gongdan.services.secrecy import Secrecy
from gongdan.services.secrecy_gate import Gate, Occasion
from gongdan.services.sessions import Sessions
from gongdan.services.swaps import Swaps
from gongdan.services.tickets import Tickets
from gongdan.services.timer_lists import TimerLists
from gongdan.services.timer_purge import TIMERS_KEPT, TimerPurge
from gongdan.services.timers import Timers
from gongdan.services.visits import Visits
from gongdan.services.word_templates import WordTemplates
from gongdan.services.work import Work
from gongdan.storage import journal
from gongdan.storage.database import Database
from gongdan.storage.files import FileStore
from gongdan.storage.tenancy import INSTALLATION
from gongdan.storage.vault import Vault
from gongdan.text import msg

#: How long a desk that is being closed waits for plugins to react.
CLOSING_SECONDS = 5.0

_log = logging.getLogger("gongdan.services")


@dataclass(frozen=True, slots=True)
class Parts:
    """What ``bootstrap`` puts together."""

    database: Database
    plugins: PluginManager
    vault: Vault
    files: FileStore
    #: The folder of lists that are being imported.
    uploads: Path
    #: Returns the time now, aware, UTC.
    clock: Callable[[], datetime]
    #: How long ended timers stay.
    timers_kept: timedelta = TIMERS_KEPT


class Desk:
    """The installation."""

    def __init__(self, parts: Parts) -> None:
        self.database = parts.database
        self.plugins = parts.plugins
        self.vault = parts.vault
        self.files = parts.files
        self.uploads = parts.uploads
        self.clock = parts.clock
        self.calendar_shelf = CalendarShelf()
        self.timers_kept = parts.timers_kept
        self.typesetter = Typesetter()

    def close(self) -> None:
        """Let plugins react if nobody else sees to that, then close every connection."""
        self.timers.finish(CLOSING_SECONDS)
        self.typesetter.close()
        self.database.close()

    @cached_property
    def companies(self) -> Companies:
        """Return the use cases around companies."""
        return Companies(self)

    @cached_property
    def accounts(self) -> Accounts:
        """Return the use cases around accounts."""
        return Accounts(self)

    @cached_property
    def sessions(self) -> Sessions:
        """Return the use cases around logging in."""
        return Sessions(self)

    @cached_property
    def paper_codes(self) -> PaperCodes:
        """Return the use cases around the codes on papers."""
        return PaperCodes(self)

    @cached_property
    def timer_purge(self) -> TimerPurge:
        """Return what deletes timers that ended long ago."""
        return TimerPurge(self)

    @cached_property
    def timers(self) -> Timers:
        """Return the executor of what is due."""
        return Timers(self, {**HANDLERS, **ROSTER_HANDLERS, **PLAN_HANDLERS, **FILE_HANDLERS, **PERMIT_HANDLERS})

    def at(self, company: CompanyView, actor: Actor = SYSTEM, occasion: Occasion | None = None) -> "CompanyDesk":
        """Return the desk of one company for one actor; ``occasion`` says how he comes to read what is classified."""
        return CompanyDesk(self, company, actor, occasion or Occasion())

    @contextmanager
    def reading(self, company_id: UUID = INSTALLATION) -> Iterator[Session]:
        """Open a transaction that reads; without a company only what is global can be seen."""
        with self.database.reading(company_id) as session:
            yield session

    @contextmanager
    def working(self, actor: Actor, company_id: UUID = INSTALLATION) -> Iterator[Work]:
        """Open a transaction that writes and journals; so are the events that plugins are told of."""
        with self.database.writing(company_id) as session:
            work = Work(session, company_id, actor, self.clock())
            try:
                yield work
                session.flush()
                self.timers.reactions.write(work)
            except StaleDataError as problem:
                raise StaleVersion("record") from problem
            except IntegrityError as problem:
                raise _conflict(problem) from problem
            journal.append(session, self.vault.journal_key, work.acts)
        if work.is_waking:
            self.timers.wake()

    def plugin_failed(self, company_id: UUID, failure: Failure) -> None:
        """Write down that a plugin failed; never raises into the work that called it."""
        _log.warning("plugin %s %s in %s: %s", failure.plugin, failure.kind, failure.hook, failure.detail)
        try:
            with self.working(plugin_actor(failure.plugin), company_id) as work:
                work.record("plugin.failed", "plugin", company_id, after=asdict(failure))
        except (GongdanError, SQLAlchemyError):
            _log.exception("the failure of plugin %s could not be journalled", failure.plugin)


def _conflict(problem: IntegrityError) -> Exception:
    """Return what it means that two people saved one name, number or place at the same time."""
    if "unique" in str(problem.orig).lower():
        return Conflict("record", msg("刚刚由他人保存的同一项"))
    return problem


class CompanyDesk:
    """One company's desk for one actor; cheap to make, kept for one request or command."""

    def __init__(self, desk: Desk, company: CompanyView, actor: Actor, occasion: Occasion) -> None:
        self.installation = desk
        self.company = company
        self.actor = actor
        self.occasion = occasion
        self.zone = ZoneInfo(company.time_zone)
        self._is_working = False
        self._work: Work | None = None
        self._session: Session | None = None
        self._failures: list[Failure] = []

    @cached_property
    def enabled(self) -> frozenset[str]:
        """Return the names of the plugins that the company has enabled and that are loaded."""
        with self.reading() as session:
            stored = enabled_plugins(session)
        return frozenset(name for name in stored if self.installation.plugins.is_loaded(name))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that sees this company only; what reads inside it sees the same state of the data."""
        if self._session is not None:
            yield self._session
            return
        with self.installation.reading(self.company.id) as session:
            self._session = session
            try:
                yield session
            finally:
                self._session = None

    @contextmanager
    def working(self) -> Iterator[Work]:
        """Open a transaction that writes for this company only."""
        was_working, self._is_working = self._is_working, True
        outer = self._work
        try:
            with self.installation.working(self.actor, self.company.id) as work:
                self._work = work
                yield work
        finally:
            self._is_working, self._work = was_working, outer
            while self._failures and not was_working:
                self.installation.plugin_failed(self.company.id, self._failures.pop(0))

    def is_reading(self, session: Session) -> bool:
        """Tell whether what is read by ``session`` is one state of the data."""
        return session is self._session

    @contextmanager
    def by(self, way: Way) -> Iterator[None]:
        """Let what is read inside be read by ``way``, as the log says it."""
        before = self.occasion.way
        self.occasion.way = way
        try:
            yield
        finally:
            self.occasion.way = before

    @contextmanager
    def joining(self) -> Iterator[Work]:
        """Take part in the transaction that writes already, or open one: what is done in it holds with all of it."""
        if self._work is not None:
            yield self._work
            return
        with self.working() as work:
            yield work

    @cached_property
    def gate(self) -> Gate:
        """Return what hands out plain values of classified records."""
        return Gate(self)

    @cached_property
    def secrecy(self) -> Secrecy:
        """Return the use cases around classes, access and the log of readings."""
        return Secrecy(self)

    def require(self, permission: str) -> None:
        """Raise ``NotAllowed`` unless the actor has ``permission``."""
        self.actor.require(permission)

    @cached_property
    def tickets(self) -> Tickets:
        """Return the use cases around tickets."""
        return Tickets(self)

    @cached_property
    def cases(self) -> Cases:
        """Return the use cases around everything that hangs on a ticket."""
        return Cases(self)

    @cached_property
    def intake(self) -> Intake:
        """Return the use cases around intake."""
        return Intake(self)

    @cached_property
    def moves(self) -> Moves:
        """Return the use cases around moves."""
        return Moves(self)

    @cached_property
    def notes(self) -> Notes:
        """Return the use cases around notes."""
        return Notes(self)

    @cached_property
    def attachments(self) -> Attachments:
        """Return the use cases around attachments."""
        return Attachments(self)

    @cached_property
    def photos(self) -> Photos:
        """Return the use cases around what is said of photos."""
        return Photos(self)

    @cached_property
    def file_keeping(self) -> FileKeeping:
        """Return the use cases around the store of files."""
        return FileKeeping(self)

    @cached_property
    def forms(self) -> Forms:
        """Return the use cases around forms."""
        return Forms(self)

    @cached_property
    def form_copies(self) -> FormCopies:
        """Return the use cases around copies of forms."""
        return FormCopies(self)

    @cached_property
    def form_lists(self) -> FormLists:
        """Return the use cases around lists of forms, and the proof that nobody changed one."""
        return FormLists(self)

    @cached_property
    def signing(self) -> Signing:
        """Return the use cases around signatures on forms."""
        return Signing(self)

    @cached_property
    def links(self) -> Links:
        """Return the use cases around links."""
        return Links(self)

    @cached_property
    def parties(self) -> Parties:
        """Return the use cases around parties."""
        return Parties(self)

    @cached_property
    def assets(self) -> Assets:
        """Return the use cases around assets."""
        return Assets(self)

    @cached_property
    def searching(self) -> Searching:
        """Return the use cases around searching."""
        return Searching(self)

    @cached_property
    def saved_views(self) -> SavedViews:
        """Return the use cases around saved views."""
        return SavedViews(self)

    @cached_property
    def journal(self) -> JournalReader:
        """Return the use cases around journal."""
        return JournalReader(self)

    @cached_property
    def departments(self) -> Departments:
        """Return the use cases around departments."""
        return Departments(self)

    @cached_property
    def calendars(self) -> Calendars:
        """Return the use cases around working calendars."""
        return Calendars(self)

    @cached_property
    def members(self) -> Members:
        """Return the use cases around members."""
        return Members(self)

    @cached_property
    def roles(self) -> Roles:
        """Return the use cases around roles."""
        return Roles(self)

    @cached_property
    def plugins(self) -> Plugins:
        """Return the use cases around plugins."""
        return Plugins(self)

    @cached_property
    def duties(self) -> Duties:
        """Return the use cases around duties."""
        return Duties(self)

    @cached_property
    def approvals(self) -> Approvals:
        """Return the use cases around approvals."""
        return Approvals(self)

    @cached_property
    def decisions(self) -> Decisions:
        """Return the use cases around decisions on approvals."""
        return Decisions(self)

    @cached_property
    def plans(self) -> Plans:
        """Return the use cases around plans."""
        return Plans(self)

    @cached_property
    def explain(self) -> Explain:
        """Return the use cases around explaining due times."""
        return Explain(self)

    @cached_property
    def notices(self) -> Notices:
        """Return the use cases around notices."""
        return Notices(self)

    @cached_property
    def policies(self) -> Policies:
        """Return the use cases around policy."""
        return Policies(self)

    @cached_property
    def timer_lists(self) -> TimerLists:
        """Return the use cases around the company's timers."""
        return TimerLists(self)

    def report(self, failure: Failure) -> None:
        """Write down that a plugin failed while it was asked; during a transaction, once that has ended."""
        if self._is_working:
            self._failures.append(failure)
        else:
            self.installation.plugin_failed(self.company.id, failure)

    @cached_property
    def numbers(self) -> Numbers:
        """Return the use cases around ticket numbers."""
        return Numbers(self)

    @cached_property
    def imports(self) -> Imports:
        """Return the use cases around imports."""
        return Imports(self)

    @cached_property
    def rosters(self) -> Rosters:
        """Return the use cases around shifts and who is on duty."""
        return Rosters(self)

    @cached_property
    def absences(self) -> Absences:
        """Return the use cases around absences and stand-ins."""
        return Absences(self)

    @cached_property
    def swaps(self) -> Swaps:
        """Return the use cases around swaps of shifts."""
        return Swaps(self)

    @cached_property
    def duty_log(self) -> DutyLog:
        """Return the use cases around the duty log."""
        return DutyLog(self)

    @cached_property
    def handovers(self) -> Handovers:
        """Return the use cases around handovers."""
        return Handovers(self)

    @cached_property
    def leavers(self) -> Leavers:
        """Return the use cases around members who leave."""
        return Leavers(self)

    @cached_property
    def circulation(self) -> Circulation:
        """Return the use cases around letters, and those that come in."""
        return Circulation(self)

    @cached_property
    def correspondence(self) -> Correspondence:
        """Return the use cases around letters of the company's own."""
        return Correspondence(self)

    @cached_property
    def custody(self) -> Custody:
        """Return the use cases around things in custody."""
        return Custody(self)

    @cached_property
    def permits(self) -> Permits:
        """Return the use cases around permits."""
        return Permits(self)

    @cached_property
    def passes(self) -> Passes:
        """Return the use cases around passes."""
        return Passes(self)

    @cached_property
    def visits(self) -> Visits:
        """Return the use cases around visitors."""
        return Visits(self)

    @cached_property
    def exports(self) -> Exports:
        """Return the use cases around exports."""
        return Exports(self)

    @cached_property
    def layouts(self) -> Layouts:
        """Return the use cases around layouts of forms."""
        return Layouts(self)

    @cached_property
    def word_templates(self) -> WordTemplates:
        """Return the use cases around Word templates of forms."""
        return WordTemplates(self)

    @cached_property
    def print_runs(self) -> PrintRuns:
        """Return the use cases around batches of papers."""
        return PrintRuns(self)

    @cached_property
    def printing(self) -> Printing:
        """Return the use cases around papers."""
        return Printing(self)

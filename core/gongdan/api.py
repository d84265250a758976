"""The facade for plugin authors: everything a plugin may import from the core.

Pages have ``gongdan.web.kit`` beside it, tests ``gongdan.testing``. What is not named here may change any day.
"""

from gongdan.domain.approvals import (
    ANYBODY,
    DECIDER,
    EVERYBODY,
    UNBOUNDED,
    ApprovalRule,
    ApprovalState,
    ApprovalStep,
    Outcome,
    Signing,
    StepOrder,
)
from gongdan.domain.assets import AssetKind, LinkRule
from gongdan.domain.cells import Cell, Reading, cell_text, is_number, reject, shown, suspect
from gongdan.domain.circulation import Handling
from gongdan.domain.custody import Borrower, CustodyKind
from gongdan.domain.demo import Demo, DemoCase, DemoPaper, DemoPerson, DemoStep, Progress
from gongdan.domain.duties import (
    NIGHT,
    Condition,
    DutyKind,
    DutyRule,
    DutyState,
    OnReopen,
    OnSeverity,
    Rung,
    StartAt,
    Trigger,
)
from gongdan.domain.events import Event, EventKind
from gongdan.domain.facts import AssetFact, AssetRecord, HeldBy, LinkFact, PartyFact, Place, TicketFact, TicketRecord
from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.folding import fold_identifier, fold_name, fold_text, read_chinese_number
from gongdan.domain.form_cells import ShownForm
from gongdan.domain.form_cells import shown as shown_form
from gongdan.domain.form_views import FormState, FormView, ItemAnswer, SignatureView
from gongdan.domain.forms import (
    OUTSIDER,
    CheckItem,
    Checklist,
    CheckResult,
    Copy,
    FollowUp,
    FormEntries,
    FormKind,
    FormRule,
    Lines,
    PaperSize,
    Section,
    SignatureBox,
    SigningWay,
    Taken,
)
from gongdan.domain.handovers import CountedItem
from gongdan.domain.identifiers import (
    Finding,
    check_iccid,
    check_identity_number,
    check_imei,
    check_phone,
    check_sim_number,
    check_terminal_number,
    check_vin,
)
from gongdan.domain.importing import (
    AssetExport,
    CheckedRow,
    Column,
    Importer,
    Issue,
    References,
    RowVerdict,
    Ruling,
    TicketExport,
    Values,
)
from gongdan.domain.moments import read_date, read_moment, read_time
from gongdan.domain.normalising import (
    checked_code,
    read_amount,
    read_area,
    read_code,
    read_identity_number,
    read_name,
    read_names,
    read_number,
    read_phone,
    read_phones,
    read_text,
)
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.people import GENERAL_MANAGER, Permission, Role
from gongdan.domain.permits import OwnerConsent, PassState, PermitKind, PermitMoves, QuotaPer, Validity
from gongdan.domain.plans import (
    CatchUp,
    ClosedTickets,
    LogEntries,
    OccupiedAssets,
    Phase,
    PlanRule,
    PlanState,
    ProvidedTargets,
    RestDays,
    RunState,
    Sample,
    Target,
)
from gongdan.domain.plates import check_plate, check_plate_colour
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_packs import PolicyPack
from gongdan.domain.policy_timelines import PolicyLine, PolicyValue
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.presenting import MenuEntry, Panel, Tile
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.secrecy import SecrecyClass, SecrecyRule, Way
from gongdan.domain.snapshots import CompanyView, Draft, TicketView
from gongdan.domain.subjects import SubjectKey
from gongdan.domain.ticket_links import LinkKind
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.verdicts import Reason, Verdict
from gongdan.domain.workflow import Guard, Move, MoveAttempt, State, StateCategory, Workflow, is_empty
from gongdan.errors import Conflict, FieldProblem, GongdanError, InvalidInput, NotFound, Refusal, Refused
from gongdan.hooks.clauses import read_clauses
from gongdan.hooks.markers import hookimpl
from gongdan.hooks.packs import read_packs
from gongdan.services.absences import NewAbsence
from gongdan.services.approval_rows import ApprovalView
from gongdan.services.approval_subjects import ApprovalSubject
from gongdan.services.assets import AssetInput
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.calendars import CalendarDraft
from gongdan.services.circulation import Incoming, Instruction
from gongdan.services.correspondence import Draft as LetterDraft
from gongdan.services.custody_checks import ItemInput, Lending
from gongdan.services.decisions import Spoken
from gongdan.services.demo import as_member, play
from gongdan.services.desk import CompanyDesk
from gongdan.services.duties import DutyFilter
from gongdan.services.duty_rows import DutyView
from gongdan.services.file_checks import Upload
from gongdan.services.form_filling import FormInput
from gongdan.services.handovers import Checking, Telling
from gongdan.services.imports import Source
from gongdan.services.intake import NewTicket
from gongdan.services.moments import at_moment
from gongdan.services.parties import PartyInput
from gongdan.services.pass_rows import PassView
from gongdan.services.permits import NewGoods, NewPerson
from gongdan.services.plan_rows import PlanView, RunFile, RunView, TargetView
from gongdan.services.plan_words import CATCH_UP_CHOICES, REST_DAY_CHOICES
from gongdan.services.rosters import NewShift
from gongdan.services.secrecy import NewAccess
from gongdan.services.stored_files import StoredFile
from gongdan.services.ticket_lists import TicketFilter
from gongdan.services.visit_rows import NewVisit
from gongdan.storage.base import Base, CompanyScoped, Identified, MoneyColumn, UtcDateTime, UuidColumn
from gongdan.text import msg, msg_in

__all__ = [
    "ANYBODY",
    "CATCH_UP_CHOICES",
    "DECIDER",
    "EVERYBODY",
    "GENERAL_MANAGER",
    "NIGHT",
    "OUTSIDER",
    "REST_DAY_CHOICES",
    "UNBOUNDED",
    "ApprovalRule",
    "ApprovalState",
    "ApprovalStep",
    "ApprovalSubject",
    "ApprovalView",
    "AssetExport",
    "AssetFact",
    "AssetInput",
    "AssetKind",
    "AssetRecord",
    "AttachmentView",
    "Base",
    "Borrower",
    "CalendarDraft",
    "CatchUp",
    "Cell",
    "CheckItem",
    "CheckResult",
    "CheckedRow",
    "Checking",
    "Checklist",
    "Choice",
    "Clause",
    "ClosedTickets",
    "Column",
    "CompanyDesk",
    "CompanyScoped",
    "CompanyView",
    "Condition",
    "Conflict",
    "Copy",
    "CountedItem",
    "CustodyKind",
    "Demo",
    "DemoCase",
    "DemoPaper",
    "DemoPerson",
    "DemoStep",
    "Draft",
    "DutyFilter",
    "DutyKind",
    "DutyRule",
    "DutyState",
    "DutyView",
    "Event",
    "EventKind",
    "Field",
    "FieldKind",
    "FieldProblem",
    "Finding",
    "FollowUp",
    "FormEntries",
    "FormInput",
    "FormKind",
    "FormRule",
    "FormState",
    "FormView",
    "GongdanError",
    "Guard",
    "Handling",
    "HeldBy",
    "Identified",
    "Importer",
    "Incoming",
    "Instruction",
    "InvalidInput",
    "Issue",
    "ItemAnswer",
    "ItemInput",
    "Lending",
    "LetterDraft",
    "Lines",
    "LinkFact",
    "LinkKind",
    "LinkRule",
    "LogEntries",
    "MenuEntry",
    "MoneyColumn",
    "Move",
    "MoveAttempt",
    "NewAbsence",
    "NewAccess",
    "NewGoods",
    "NewPerson",
    "NewShift",
    "NewTicket",
    "NewVisit",
    "NotFound",
    "NumberPattern",
    "OccupiedAssets",
    "OnReopen",
    "OnSeverity",
    "Outcome",
    "OwnerConsent",
    "Panel",
    "PaperSize",
    "PartyFact",
    "PartyInput",
    "PassState",
    "PassView",
    "Permission",
    "PermitKind",
    "PermitMoves",
    "Phase",
    "Place",
    "PlanRule",
    "PlanState",
    "PlanView",
    "PolicyKey",
    "PolicyKind",
    "PolicyLine",
    "PolicyPack",
    "PolicyValue",
    "Progress",
    "ProvidedTargets",
    "QuotaPer",
    "Reading",
    "Reason",
    "References",
    "Refusal",
    "Refused",
    "RestDays",
    "Role",
    "RowVerdict",
    "Rulebook",
    "Ruling",
    "RunFile",
    "RunState",
    "RunView",
    "Rung",
    "Sample",
    "SecrecyClass",
    "SecrecyRule",
    "Section",
    "ShownForm",
    "SignatureBox",
    "SignatureView",
    "Signing",
    "SigningWay",
    "Source",
    "Spoken",
    "StartAt",
    "State",
    "StateCategory",
    "StepOrder",
    "StoredFile",
    "SubjectKey",
    "Taken",
    "Target",
    "TargetView",
    "Telling",
    "TicketExport",
    "TicketFact",
    "TicketFilter",
    "TicketRecord",
    "TicketType",
    "TicketView",
    "Tile",
    "Trigger",
    "Upload",
    "UtcDateTime",
    "UuidColumn",
    "Validity",
    "Values",
    "Verdict",
    "Way",
    "Workflow",
    "as_member",
    "at_moment",
    "cell_text",
    "check_iccid",
    "check_identity_number",
    "check_imei",
    "check_phone",
    "check_plate",
    "check_plate_colour",
    "check_sim_number",
    "check_terminal_number",
    "check_vin",
    "checked_code",
    "fold_identifier",
    "fold_name",
    "fold_text",
    "hookimpl",
    "is_empty",
    "is_number",
    "msg",
    "msg_in",
    "play",
    "read_amount",
    "read_area",
    "read_chinese_number",
    "read_clauses",
    "read_code",
    "read_date",
    "read_identity_number",
    "read_moment",
    "read_name",
    "read_names",
    "read_number",
    "read_packs",
    "read_phone",
    "read_phones",
    "read_text",
    "read_time",
    "reject",
    "shown",
    "shown_form",
    "suspect",
]

"""Forms as pages, prints and plugins get them: what stands on one paper at one moment, frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from gongdan.domain.fields import Field
from gongdan.domain.forms import CheckResult, FormKind, SignatureBox, SigningWay


class FormState(StrEnum):
    """How far a form has come."""

    #: Is being filled in and signed.
    DRAFT = "draft"
    #: Complete and frozen.
    FILED = "filed"
    #: Was filed; a later edition stands in its place.
    CORRECTED = "corrected"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """What somebody found about one item of a checklist."""

    #: None while nobody has looked.
    result: CheckResult | None = None
    remark: str = ""
    #: Pictures that hang on the form.
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpView:
    """The ticket that a failed item opened."""

    item: str
    ticket_id: UUID
    number: str
    #: Neither void nor gone up in another one.
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureView:
    """One signature; ``at`` is aware, UTC."""

    id: UUID
    #: Name of the signature box.
    box: str
    #: Who signed, as the paper shows it.
    name: str
    #: None for somebody without an account.
    account_id: UUID | None
    #: The name of the person for whom a deputy signed; empty for one who signed for himself.
    deputy_for: str
    way: SigningWay
    at: datetime
    #: Hash of what was signed, as 64 hex digits.
    digest: str
    #: Hash of the drawn signature in the company's file store, a PNG; empty for none.
    image: str = ""
    #: The scan of a paper that was signed by hand.
    attachment_id: UUID | None = None
    #: The member in whose presence somebody without an account signed.
    witness: str = ""
    #: When it fell because something was changed that it stood for.
    fallen_at: datetime | None = None
    fallen_why: str = ""

    @property
    def is_live(self) -> bool:
        """Tell whether it holds."""
        return self.fallen_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    """One copy of a filed form and its receipt."""

    #: Counted from 1: 第一联.
    place: int
    #: Source text.
    recipient: str
    received_at: datetime | None = None
    received_by: str = ""
    #: Who ticked it off.
    ticked_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """One form; times are aware, UTC. A filed one shows what was frozen, be its plugin still there or not."""

    id: UUID
    company_id: UUID
    plugin: str
    #: As declared now for a draft; as it was declared then for a filed one, without the checks of its fields.
    kind: FormKind
    ticket_id: UUID
    ticket_number: str
    ticket_subject: str
    #: The ticket's round that it belongs to.
    round: int
    #: Empty for a draft whose number comes with its filing.
    number: str
    #: Counts from 1; a correction is the next one under the same number.
    edition: int
    state: FormState
    #: Optimistic version of the row, for changes.
    version: int
    #: Stored values of the form's own fields.
    fields: Mapping[str, object]
    #: Lines by table, each with stored values by column.
    lines: Mapping[str, Sequence[Mapping[str, object]]]
    #: What was found, by checklist item.
    answers: Mapping[str, ItemAnswer]
    #: Stored values of the cells that the ticket fills: of now for a draft, frozen for a filed one.
    taken: Mapping[str, object]
    #: What those cells are: label, kind, choices.
    taken_fields: Mapping[str, Field]
    #: Shown names by account id as text, for fields with people.
    names: Mapping[str, str]
    #: Hash of what a signature would stand for now, by signature box.
    digests: Mapping[str, str]
    #: The oldest first, with those that have fallen.
    signatures: tuple[SignatureView, ...]
    follow_ups: tuple[FollowUpView, ...]
    copies: tuple[CopyView, ...]
    begun_at: datetime
    begun_by: str
    changed_at: datetime
    filed_at: datetime | None = None
    filed_by: str = ""
    #: SHA-256 of what was filed, as 64 hex digits; empty for a draft.
    hash: str = ""
    #: The edition that this one corrects.
    previous_id: UUID | None = None
    #: The edition that corrects this one, filed or not.
    next_id: UUID | None = None
    #: Why it corrects another one.
    reason: str = ""
    #: When and by whom it was made void, or corrected, and why.
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_why: str = ""

    @property
    def is_draft(self) -> bool:
        """Tell whether it can still be filled in."""
        return self.state is FormState.DRAFT

    @property
    def live_signatures(self) -> tuple[SignatureView, ...]:
        """Return the signatures that hold."""
        return tuple(each for each in self.signatures if each.is_live)

    def signature(self, box: str) -> SignatureView | None:
        """Return the signature that holds in a box, or None."""
        return next((each for each in self.live_signatures if each.box == box), None)

    @property
    def unsigned(self) -> tuple[SignatureBox, ...]:
        """Return the boxes that still have to be signed."""
        return tuple(box for box in self.kind.signatures if box.required and self.signature(box.name) is None)

    def follow_up(self, item: str) -> FollowUpView | None:
        """Return the ticket that a failed item has opened, one that stands before others."""
        found = [each for each in self.follow_ups if each.item == item]
        return next((each for each in found if each.stands), found[-1] if found else None)

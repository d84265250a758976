"""What stands on a form: read from a draft and its ticket, or from what was frozen when it was filed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.fields import Field
from gongdan.domain.form_records import field_of, form_kind, record
from gongdan.domain.form_views import ItemAnswer
from gongdan.domain.forms import Block, CheckResult, FormKind, Lines, Section, SignatureBox
from gongdan.domain.numbering import NumberPattern
from gongdan.services.form_taken import names_of_people, people_in, taken_fields, taken_values
from gongdan.storage.forms import FormRow
from gongdan.storage.json_texts import canonical
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything on a form but its signatures, as plain JSON values."""

    kind: FormKind
    fields: Mapping[str, object]
    lines: Mapping[str, Sequence[Mapping[str, object]]]
    #: ``result``, ``remark`` and ``photos`` by item.
    answers: Mapping[str, Mapping[str, Any]]
    taken: Mapping[str, object]
    taken_fields: Mapping[str, Field]
    names: Mapping[str, str]

    def answer(self, item: str) -> ItemAnswer:
        """Return what was found about an item."""
        kept = self.answers.get(item, {})
        result = kept.get("result")
        return ItemAnswer(
            result=CheckResult(result) if result else None,
            remark=str(kept.get("remark", "")),
            photos=tuple(map(UUID, kept.get("photos", ()))),
        )

    def digest(self, box: SignatureBox) -> str:
        """Return the hash of what a signature in a box stands for, as 64 hex digits."""
        covered = [block for block in self.kind.blocks if not box.covers or block.name in box.covers]
        held = {block.name: self._held(block) for block in covered}
        return hash_of(canonical({"kind": self.kind.name, "version": self.kind.version, "blocks": held}))

    def plain(self) -> dict[str, object]:
        """Return all of it as plain JSON, the words and fields of the kind among it."""
        return {
            "kind": record(self.kind),
            "fields": self.fields,
            "lines": self.lines,
            "answers": self.answers,
            "taken": self.taken,
            "taken_fields": {name: record(field) for name, field in self.taken_fields.items()},
            "names": self.names,
        }

    def _held(self, block: Block) -> object:
        if isinstance(block, Lines):
            return self.lines.get(block.name, [])
        if isinstance(block, Section):
            own = {part.name: (self.fields if isinstance(part, Field) else self.taken) for part in block.parts}
            return {name: values[name] for name, values in own.items() if name in values}
        return {item.name: self.answers[item.name] for item in block.items if item.name in self.answers}


def contents_of(desk: "CompanyDesk", session: Session, row: FormRow, ticket: TicketRow) -> Contents:
    """Return what stands on a form: of now for a draft, frozen for a filed one."""
    return frozen(json.loads(row.content)) if row.content else _live(desk, session, row, ticket)


def frozen(kept: Mapping[str, Any]) -> Contents:
    """Return what was filed."""
    return Contents(
        form_kind(kept["kind"]),
        kept["fields"],
        kept["lines"],
        kept["answers"],
        kept["taken"],
        {name: field_of(one) for name, one in kept["taken_fields"].items()},
        kept["names"],
    )


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _live(desk: "CompanyDesk", session: Session, row: FormRow, ticket: TicketRow) -> Contents:
    catalogue = desk.installation.plugins.catalogue
    kind = catalogue.forms.get(row.kind) or _lost(row)
    about = taken_fields(kind, catalogue.ticket_types.get(ticket.type))
    taken, entered = taken_values(session, kind, ticket), row.entered
    own = {field.name: field for field in kind.fields}
    people = people_in(own, entered.get("fields", {})) | people_in(about, taken)
    for table in kind.tables:
        columns = {column.name: column for column in table.columns}
        people |= {key for line in entered.get("lines", {}).get(table.name, ()) for key in people_in(columns, line)}
    return Contents(
        kind,
        entered.get("fields", {}),
        entered.get("lines", {}),
        entered.get("answers", {}),
        taken,
        about,
        names_of_people(session, people),
    )


def _lost(row: FormRow) -> FormKind:
    """Return an empty paper for a draft whose plugin is gone."""
    return FormKind(
        name=row.kind,
        label=row.label,
        ticket_types=(),
        number=NumberPattern("{serial}"),
        blocks=(),
        version=row.kind_version,
    )

"""What papers say: labels and values in the reader's language, masked for those who may not see them whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.masks import masked_phone, masked_text
from gongdan.domain.papers import PaperWords
from gongdan.language import Translator
from gongdan.language.values import field_text
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts values on paper for one reader."""

    desk: "CompanyDesk"
    translator: Translator

    @property
    def locale(self) -> str:
        """Return the reader's language: ``zh`` or ``en``."""
        return self.translator.locale

    def say(self, source: str, **params: object) -> str:
        """Return a source text with its placeholders filled."""
        return self.translator.fill(source, params)

    def moment(self, value: datetime | None) -> str:
        """Return day and time in the company's zone; empty for none."""
        return self.translator.moment(value, self.desk.zone) if value else ""

    def phone(self, value: str, *, is_own: bool = False) -> str:
        """Return a phone number, masked unless the person may see it; ``is_own``: of a ticket he answers for."""
        return value if not value or is_own or self.desk.actor.may("party.phone") else masked_phone(value)

    def value(self, field: Field, value: object) -> str:
        """Return the stored value of a declared field, masked where it is personal."""
        if value is None or value == "" or self.may_read(field):
            return field_text(field, value, self.translator, self.desk.zone)
        return masked_phone(str(value)) if field.kind is FieldKind.PHONE else masked_text(str(value))

    def words(self) -> PaperWords:
        """Return what stands on every paper."""
        return PaperWords(
            number=self.say(msg("编号")),
            # The numbers are filled in page by page.
            page=self.translator.gettext(msg("第 {page} 页 共 {pages} 页")),
            day=self.say(msg("　　年　　月　　日")),
        )

    def printed_by(self) -> str:
        """Return who prints and when, for the foot of the paper."""
        now = self.moment(self.desk.installation.clock())
        return self.say(msg("{name} 打印于 {at}"), name=self.desk.actor.name, at=now).strip()

    def may_read(self, field: Field) -> bool:
        """Tell whether the person may read what stands in a field."""
        permission = "party.phone" if field.kind is FieldKind.PHONE else "party.unmask"
        return not field.personal or self.desk.actor.may(permission)

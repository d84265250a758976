"""Identity numbers at rest: sealed, found again by a digest, shown masked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongdan.domain.folding import fold_identifier
from gongdan.domain.identifiers import check_identity_number, mask_identity_number
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.storage.permits import PermitPersonRow
    from gongdan.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    """A number as it is kept; all empty for none."""

    cipher: str | None = None
    digest: str | None = None
    mask: str = ""


NO_IDENTITY = SealedIdentity()


def identity_of(row: "PermitPersonRow") -> SealedIdentity:
    """Return the number of somebody in a register."""
    return SealedIdentity(row.identity_cipher, row.identity_digest, row.identity_mask)


def seal_identity(vault: "Vault", number: str) -> SealedIdentity:
    """Return a number, in any spelling, as it is kept."""
    folded = fold_identifier(number)
    if not folded:
        return NO_IDENTITY
    return SealedIdentity(vault.encrypt(folded), vault.digest(folded), mask_identity_number(folded))


def identity_problems(field: str, number: str) -> tuple[FieldProblem, ...]:
    """Say what is wrong with a resident's number that somebody typed; nothing for none. The number is not repeated."""
    if not number.strip() or check_identity_number(number).verdict is Verdict.OK:
        return ()
    rule, remedy = msg("证件号码的位数或校验码不对"), msg("请对照证件逐位核对")
    return (FieldProblem(field, "", rule, remedy, label=msg("证件号码")),)

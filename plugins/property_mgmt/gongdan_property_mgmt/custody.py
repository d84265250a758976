"""Keys of flats that a property office keeps, beside its own keys, documents and registers."""

from gongdan.api import CustodyKind, NumberPattern, msg

_RING = msg("环号或封号")

#: Left by an occupier, so that somebody can get in while he is away.
DEPOSITED_KEY = CustodyKind(
    name="deposited_key",
    label=msg("业户寄存钥匙"),
    number=NumberPattern("JC{serial:4}"),
    mark_label=_RING,
    opens_lock=True,
    clauses=("001-08-51",),
)
#: Of a vacant flat, not yet collected by its owner.
VACANT_KEY = CustodyKind(
    name="vacant_key",
    label=msg("空房未领钥匙"),
    number=NumberPattern("KF{serial:4}"),
    mark_label=_RING,
    opens_lock=True,
    clauses=("001-08-51",),
)

CUSTODY_KINDS: tuple[CustodyKind, ...] = (DEPOSITED_KEY, VACANT_KEY)

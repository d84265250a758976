"""A plugin with one list for tests of imports: the flats of the sample plugin with their owners."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from gongdan.domain.facts import AssetFact, AssetRecord, Fact, LinkFact, PartyFact, Place
from gongdan.domain.importing import AssetExport, CheckedRow, Column, Importer, RowVerdict, Values
from gongdan.domain.normalising import read_code, read_phone, read_text
from gongdan.hooks.markers import hookimpl


def flat_key(values: Values) -> str | None:
    building, flat = values.get("building"), values.get("flat")
    return f"{building}-{flat}" if building and flat else None


def flat_facts(row: CheckedRow) -> Sequence[Fact]:
    building, flat = str(row.values["building"]), str(row.values["flat"])
    unit = Place("sample_unit", flat, f"{building}-{flat}", flat[:-2])
    owner, phone = row.values.get("owner"), row.values.get("phone")
    party = PartyFact(name=str(owner), phones=(str(phone),) if phone else ())
    links = (LinkFact("sample_owner", party),) if owner else ()
    return (AssetFact(way=(Place("sample_building", building, f"{building}栋"), unit), links=links),)


def flat_row(record: AssetRecord) -> Values:
    owner = record.parties[0] if record.parties else None
    return {
        "building": record.way[0].code,
        "flat": record.way[1].code,
        "owner": owner.name if owner else "",
        "phone": owner.phones[0] if owner and owner.phones else "",
    }


FLATS = Importer(
    kind="flats",
    label="房屋台账",
    columns=(
        Column(name="building", label="楼栋", reader=read_code, required=True),
        Column(name="flat", label="房号", reader=read_code, synonyms=("房间号",), required=True),
        Column(name="owner", label="业主", reader=read_text),
        Column(name="phone", label="电话", reader=read_phone, on_reject=RowVerdict.FLAGGED, keep_raw=True),
    ),
    key=flat_key,
    facts=flat_facts,
    export=AssetExport("sample_unit", flat_row),
)

#: Two clean rows, one with a doubtful phone, one without a flat, and the total.
CSV = (
    "楼栋,房号,业主,电话\n3,501,王芳,13800138000\n3,502,李建国,138 0013 8001\n3,503,陈秀英,1380013\n3,,赵磊,\n合计,,,\n"
)


@hookimpl
def register_importers() -> Sequence[Importer]:
    return (FLATS,)


module = ModuleType("rosters")
module.register_importers = register_importers  # type: ignore[attr-defined]  # what a plugin's module holds

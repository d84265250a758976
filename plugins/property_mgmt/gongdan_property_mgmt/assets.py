"""What a property office looks after, and who lives where since when."""

from decimal import Decimal

from gongdan.api import AssetKind, Choice, Field, FieldKind, LinkRule, msg
from gongdan_property_mgmt.import_rules import unit_spellings

COMMUNITY = AssetKind(
    name="community",
    label=msg("小区"),
    fields=(Field(name="address", label=msg("地址")),),
)

BUILDING = AssetKind(
    name="building",
    label=msg("楼栋"),
    parents=("community", ""),
    fields=(
        Field(name="floors", label=msg("总楼层"), kind=FieldKind.INTEGER, minimum=Decimal(1)),
        Field(name="has_lift", label=msg("有电梯"), kind=FieldKind.BOOLEAN),
    ),
)

SECTION = AssetKind(name="section", label=msg("单元"), parents=("building",))

#: A slab block has no sections, so a unit may stand directly under its building.
UNIT = AssetKind(
    name="unit",
    label=msg("房屋"),
    parents=("section", "building"),
    in_grid=True,
    spellings=unit_spellings,
    states=(
        ("vacant", msg("空置")),
        ("occupied", msg("已入住")),
        ("let", msg("出租")),
        ("renovating", msg("装修中")),
        ("sold", msg("已售未住")),
        ("unsold", msg("未售")),
    ),
    fields=(
        Field(name="area", label=msg("建筑面积"), kind=FieldKind.DECIMAL, unit=msg("㎡"), minimum=Decimal(0)),
        Field(name="layout", label=msg("户型")),
        Field(name="moved_in_on", label=msg("入住日期"), kind=FieldKind.DATE),
        Field(name="remark", label=msg("备注"), kind=FieldKind.LONG_TEXT),
    ),
)

PUBLIC_PART = AssetKind(
    name="public_part",
    label=msg("公共部位"),
    parents=("community", "building", "section", ""),
    fields=(
        Field(
            name="part",
            label=msg("部位类别"),
            kind=FieldKind.CHOICE,
            choices=(
                Choice("lobby", msg("大堂与楼道")),
                Choice("lift", msg("电梯")),
                Choice("garage", msg("车库")),
                Choice("garden", msg("园林与广场")),
                Choice("plant_room", msg("设备房")),
                Choice("roof", msg("屋面与外墙")),
                Choice("other", msg("其他")),
            ),
        ),
    ),
)

PARKING_SPACE = AssetKind(
    name="parking_space",
    label=msg("车位"),
    parents=("community", "building", ""),
    states=(("free", msg("空闲")), ("owned", msg("已售")), ("let", msg("出租"))),
    fields=(Field(name="level", label=msg("所在层")),),
)

ASSET_KINDS: tuple[AssetKind, ...] = (COMMUNITY, BUILDING, SECTION, UNIT, PUBLIC_PART, PARKING_SPACE)

#: Couples own together, flatmates rent together, families live together; but a parking space has one user.
LINK_RULES: tuple[LinkRule, ...] = (
    LinkRule(role="owner", label=msg("业主")),
    LinkRule(role="tenant", label=msg("租户")),
    LinkRule(role="resident", label=msg("住户")),
    LinkRule(role="parking_user", label=msg("车位使用人"), one_per_asset=True),
    LinkRule(role="parking_of", label=msg("所属房屋"), one_per_asset=True),
)

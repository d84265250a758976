"""Vehicles, terminals and SIM cards, and which is fitted to which since when."""

from gongdan.api import AssetKind, Choice, Field, FieldKind, LinkRule, check_plate, msg

#: Colours as they stand on the vehicle licence.
PLATE_COLOURS: tuple[Choice, ...] = (
    Choice("蓝", msg("蓝")),
    Choice("黄", msg("黄")),
    Choice("渐变绿", msg("渐变绿")),
    Choice("黄绿", msg("黄绿")),
    Choice("黑", msg("黑")),
    Choice("白", msg("白")),
    Choice("无", msg("无（未上牌）")),
)


def plate_spellings(typed: str) -> tuple[str, ...]:
    """Read 粤B·31820F, 粤B 31820F and full width as the plate 粤B31820F."""
    plate = check_plate(typed).value
    return (plate,) if plate else ()


VEHICLE = AssetKind(
    name="vehicle",
    label=msg("车辆"),
    states=(
        ("waiting", msg("待装")),
        ("fitted", msg("已装")),
        ("suspended", msg("停用中")),
        ("removed", msg("已拆")),
    ),
    serials=("plate", "vin"),
    spellings=plate_spellings,
    fields=(
        Field(name="plate_colour", label=msg("车牌颜色"), kind=FieldKind.CHOICE, choices=PLATE_COLOURS),
        Field(name="model", label=msg("车型")),
        Field(name="purpose", label=msg("用途")),
    ),
)

TERMINAL = AssetKind(
    name="terminal",
    label=msg("终端"),
    states=(
        ("in_stock", msg("在库")),
        ("issued", msg("已领用")),
        ("fitted", msg("已装车")),
        ("in_repair", msg("返修")),
        ("scrapped", msg("报废")),
    ),
    serials=("terminal_number", "imei"),
    fields=(Field(name="model", label=msg("型号")), Field(name="supplier", label=msg("供应商"))),
)

SIM_CARD = AssetKind(
    name="sim_card",
    label=msg("SIM 卡"),
    states=(
        ("in_stock", msg("在库")),
        ("active", msg("已激活")),
        ("suspended", msg("停机保号")),
        ("closed", msg("已销户")),
    ),
    serials=("sim_number", "iccid"),
    fields=(
        Field(
            name="carrier",
            label=msg("运营商"),
            kind=FieldKind.CHOICE,
            choices=(Choice("mobile", msg("移动")), Choice("unicom", msg("联通")), Choice("telecom", msg("电信"))),
        ),
        Field(name="expires_on", label=msg("到期日期"), kind=FieldKind.DATE),
    ),
)

ASSET_KINDS: tuple[AssetKind, ...] = (VEHICLE, TERMINAL, SIM_CARD)

#: A vehicle may carry two terminals, but a terminal sits in one vehicle and a card in one terminal.
LINK_RULES: tuple[LinkRule, ...] = (
    LinkRule(role="vehicle_owner", label=msg("车主"), one_per_asset=True),
    LinkRule(role="driver", label=msg("司机")),
    LinkRule(role="fitted_terminal", label=msg("装车终端"), one_per_target=True),
    LinkRule(role="inserted_sim", label=msg("在用 SIM 卡"), one_per_asset=True, one_per_target=True),
)

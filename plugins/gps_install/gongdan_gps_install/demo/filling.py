"""Fill the demo company: vehicles, terminals and cards, then the orders of a week."""

from datetime import date, timedelta
from typing import Final

from gongdan.api import AssetInput, CompanyDesk, PartyInput, Progress, at_moment, msg, play
from gongdan_gps_install.demo.orders import ORDERS
from gongdan_gps_install.demo.repairs import REPAIRS

#: The stock was entered before the oldest order.
_MOVED_IN: Final = timedelta(days=40)

#: What this company has decided.
_DECIDED: Final = {"gps_install.order_answered": "2 h", "gps_install.word_confirmed": "24 h"}

#: Name and phone.
_FLEETS: Final = (
    ("惠州市宏远车队", "0752-2881166"),
    ("佛山市众诚渣土运输有限公司", "0757-83336621"),
    ("深圳市融信汽车金融有限公司", "0755-26001188"),
)

#: Plate, colour, model, purpose, place of the owner in ``_FLEETS``, state.
_VEHICLES: Final = (
    ("粤L39898", "蓝", "自卸货车", "租赁", 0, "fitted"),
    ("粤L62017", "黄", "重型自卸货车", "货运", 0, "waiting"),
    ("粤L6285挂", "黄", "重型仓栅式半挂车", "货运", 0, "waiting"),
    ("粤E5685挂", "黄", "重型仓栅式半挂车", "货运", 1, "waiting"),
    ("粤E34525", "黄", "轻型厢式货车", "自用", 1, "fitted"),
    ("粤BD20356", "渐变绿", "小型轿车", "融资租赁", 2, "fitted"),
    ("粤B7Q88K", "蓝", "小型轿车", "融资租赁", 2, "waiting"),
    ("粤B31820F", "黄绿", "纯电动货车", "融资租赁", 2, "waiting"),
)

#: Terminal number, model, SIM number, carrier, vehicle it is fitted to.
_TERMINALS: Final = (
    ("013812340001", "GT06N", "1064812340001", "mobile", "粤L39898"),
    ("013812340002", "BSJ-A5", "1064812340002", "mobile", "粤E34525"),
    ("013812340003", "KM-01W", "1440012340003", "unicom", "粤BD20356"),
    ("013812340004", "GT06N", "1064812340004", "mobile", ""),
    ("013812340005", "GT06N", "1064812340005", "mobile", ""),
    ("013812340006", "HB-DV05", "1410012340006", "telecom", ""),
    ("013812340007", "T360-16", "1410012340007", "telecom", ""),
)


def fill(desk: CompanyDesk, progress: Progress) -> None:
    """Enter what is there and play the week."""
    progress(msg("登记车辆、终端与 SIM 卡"))
    today = desk.installation.clock().astimezone(desk.zone).date()
    with at_moment(desk.installation, desk.installation.clock() - _MOVED_IN):
        _enter_stock(desk, today - timedelta(days=120))
    progress(msg("登记一周的安装与维修"))
    with at_moment(desk.installation, desk.installation.clock() - _MOVED_IN):
        for key, value in _DECIDED.items():
            desk.policies.set(key, value)
    play(desk, (*ORDERS, *REPAIRS))


def _enter_stock(desk: CompanyDesk, fitted_on: date) -> None:
    fleets = [desk.parties.create(PartyInput(kind="company", name=name, phones=(phone,))).id for name, phone in _FLEETS]
    vehicles = {}
    for plate, colour, model, purpose, owner, state in _VEHICLES:
        fields = {"plate_colour": colour, "model": model, "purpose": purpose}
        made = desk.assets.create(AssetInput(kind="vehicle", code=plate, label=plate, state=state, fields=fields))
        desk.assets.add_serial(made.id, "plate", plate)
        desk.assets.link(made.id, "vehicle_owner", party_id=fleets[owner])
        vehicles[plate] = made.id
    for number, model, sim, carrier, plate in _TERMINALS:
        state = "fitted" if plate else "in_stock"
        terminal = desk.assets.create(
            AssetInput(kind="terminal", code=number, label=f"{model} {number}", state=state, fields={"model": model})
        )
        desk.assets.add_serial(terminal.id, "terminal_number", number)
        card = desk.assets.create(
            AssetInput(kind="sim_card", code=sim, label=sim, state="active", fields={"carrier": carrier})
        )
        desk.assets.add_serial(card.id, "sim_number", sim)
        desk.assets.link(terminal.id, "inserted_sim", other_asset_id=card.id)
        if plate:
            desk.assets.link(vehicles[plate], "fitted_terminal", other_asset_id=terminal.id, begins=fitted_on)

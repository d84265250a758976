"""The demo company fills itself, and its orders stand where they should."""

from gongdan.api import CompanyDesk, TicketFilter
from gongdan_gps_install.demo import DEMO
from gongdan_gps_install.demo.filling import fill
from gongdan_gps_install.demo.orders import ORDERS
from gongdan_gps_install.demo.repairs import REPAIRS
from tests.plugins.hiring import filed, hire


def test_the_demo_shows_orders_at_every_stage(company_desk: CompanyDesk) -> None:
    hire(company_desk, DEMO)
    told: list[str] = []
    fill(company_desk, told.append)
    assert told == ["登记车辆、终端与 SIM 卡", "登记一周的安装与维修"]
    found = company_desk.tickets.list(TicketFilter())
    assert len(found.lines) == len(ORDERS) + len(REPAIRS) == 16
    orders = [line.ticket.state for line in found.lines if line.ticket.type == "installation_order"]
    assert set(orders) == {
        "registered",
        "incomplete",
        "awaiting_approval",
        "dispatched",
        "installing",
        "confirmed",
        "handed_in",
        "closed",
        "not_fitted",
        "void",
    }
    repairs = [line.ticket.state for line in found.lines if line.ticket.type == "terminal_repair"]
    assert set(repairs) == {"registered", "awaiting_approval", "waiting_for_part", "handed_in", "settled_remotely"}
    assert filed(company_desk) == ["gps_install.dispatch_order", "gps_install.repair_slip"]
    assert company_desk.journal.verify().first_bad is None


def test_a_fitted_vehicle_carries_its_terminal(company_desk: CompanyDesk) -> None:
    hire(company_desk, DEMO)
    fill(company_desk, lambda _text: None)
    vehicle = company_desk.assets.by_name("粤L39898")
    assert vehicle is not None
    assert {link.role for link in company_desk.assets.links(vehicle.id)} == {"vehicle_owner", "fitted_terminal"}

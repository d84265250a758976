"""Fill the demo company: agents in three levels, then the statements of the last two months."""

from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from gongdan.api import AssetInput, CompanyDesk, PartyInput, Progress, at_moment, msg, play
from gongdan_brokerage.demo.statements import statements

#: The agents were entered before the oldest statement.
_MOVED_IN: Final = timedelta(days=70)


class _Agent(NamedTuple):
    code: str
    name: str
    phone: str
    level: str
    #: Code of the agent above; empty for none.
    above: str
    plan: str


_AGENTS: Final = (
    _Agent("A001", "杭州瑞丰商贸有限公司", "13064715718", "1", "", "标准阶梯 v3"),
    _Agent("A002", "宁波银河投资咨询有限公司", "17192532891", "1", "", "标准阶梯 v3"),
    _Agent("A003", "南宁银河信息咨询有限公司", "18582907536", "2", "A002", "合同比例 万五"),
    _Agent("A004", "杭州鼎盛商贸有限公司", "17286195499", "2", "A001", "标准阶梯 v3"),
    _Agent("A005", "长沙中泽投资咨询有限公司", "13677775373", "1", "", "手数 每手 12 元"),
    _Agent("A006", "厦门海诚贸易有限公司", "13600046006", "3", "A004", "合同比例 万三"),
)


def fill(desk: CompanyDesk, progress: Progress) -> None:
    """Enter the agents and play two months."""
    now = desk.installation.clock()
    today = now.astimezone(desk.zone).date()
    progress(msg("登记代理商"))
    with at_moment(desk.installation, now - _MOVED_IN):
        _enter_agents(desk, today)
    progress(msg("登记两个月的返佣结算"))
    play(desk, statements(today))


def _enter_agents(desk: CompanyDesk, today: date) -> None:
    made: dict[str, UUID] = {}
    for number, agent in enumerate(_AGENTS, start=1):
        signed = today - timedelta(days=400 - 30 * number)
        asset = desk.assets.create(
            AssetInput(
                kind="agency",
                code=agent.code,
                # Who the agent is stands in the customer file, which is secret.
                label=agent.code,
                parent_id=made.get(agent.above),
                state="active",
                fields={
                    "level": agent.level,
                    "contract_number": f"HT-{signed.year}-{number:04}",
                    "signed_on": signed.isoformat(),
                    "expires_on": (signed + timedelta(days=1095)).isoformat(),
                    "plan": agent.plan,
                },
            )
        )
        desk.assets.add_serial(asset.id, "agent_code", agent.code)
        party = desk.parties.create(PartyInput(kind="company", name=agent.name, phones=(agent.phone,)))
        desk.assets.link(asset.id, "agent", party_id=party.id, begins=signed)
        made[agent.code] = asset.id

"""诚信经纪: a broker that settles with its agents every month."""

from gongdan.api import Demo, DemoPerson
from gongdan_brokerage.roles import BROKERAGE_HEAD, CASHIER, REBATE_CLERK, REBATE_REVIEWER

PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("tangwen", "唐雯", "客户服务部", "返佣客服", (REBATE_CLERK,)),
    DemoPerson("yangyong", "杨勇", "客户服务部", "返佣复核员", (REBATE_REVIEWER,)),
    DemoPerson("humingui", "胡敏桂", "公司责任人办公室", "返佣负责人", (BROKERAGE_HEAD, "administrator")),
    DemoPerson("liangfang", "梁芳", "财务部", "出纳", (CASHIER,)),
)

DEMO = Demo(code="chengxin", company="诚信经纪", people=PEOPLE, fill="gongdan_brokerage.demo.filling:fill")

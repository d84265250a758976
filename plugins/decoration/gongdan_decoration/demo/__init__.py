"""美家装饰: a decoration company with sites all over the town."""

from gongdan.api import Demo, DemoPerson
from gongdan_decoration.roles import (
    SERVICE_MANAGER,
    SERVICE_SPECIALIST,
    SITE_INSPECTOR,
    SITE_MANAGER,
    SITE_SUPERVISOR,
)

PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("zhoumin", "周敏", "客服部", "巡检员", (SITE_INSPECTOR,)),
    DemoPerson("liting", "李婷", "客服部", "客服专员", (SERVICE_SPECIALIST,)),
    DemoPerson("sunli", "孙莉", "客服部", "客服部经理", (SERVICE_MANAGER, "administrator")),
    DemoPerson("wugang", "吴刚", "工程部", "项目经理", (SITE_MANAGER,)),
    DemoPerson("xujunbo", "徐军博", "工程部", "项目经理", (SITE_MANAGER,)),
    DemoPerson("zhaoxiu", "赵秀", "工程部", "监理", (SITE_SUPERVISOR,)),
)

DEMO = Demo(code="meijia", company="美家装饰", people=PEOPLE, fill="gongdan_decoration.demo.filling:fill")

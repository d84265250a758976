"""畅途定位: a company that fits terminals for fleets and leasing companies."""

from gongdan.api import Demo, DemoPerson
from gongdan_gps_install.roles import DIVISION_MANAGER, GPS_CLERK, INSTALLER

PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("huangli", "黄丽", "客户服务部", "客户服务员", (GPS_CLERK,)),
    DemoPerson("zhoujie", "周杰", "GPS 事业部", "GPS 事业部经理", (DIVISION_MANAGER, "administrator")),
    DemoPerson("zhaolei", "赵磊", "GPS 事业部", "安装维护员", (INSTALLER,)),
    DemoPerson("maguoqiang", "马国强", "GPS 事业部", "安装维护员", (INSTALLER,)),
    DemoPerson("lianglei", "梁磊", "GPS 事业部", "安装维护员", (INSTALLER,)),
)

DEMO = Demo(code="changtu", company="畅途定位", people=PEOPLE, fill="gongdan_gps_install.demo.filling:fill")

"""Two property companies: a housing estate of three buildings with 1,200 flats, and an office tower."""

from gongdan.api import GENERAL_MANAGER, Demo, DemoPerson
from gongdan_property_mgmt.roles import (
    AREA_FOREMAN,
    DEPARTMENT_MANAGER,
    DEPARTMENT_STAFF,
    DESK_CLERK,
    DESK_SUPERVISOR,
    DUTY_OFFICER,
    GATE_GUARD,
    PROJECT_MANAGER,
    REPAIR_WORKER,
    SECURITY_LEAD,
)

_OF_THE_ESTATE: tuple[DemoPerson, ...] = (
    DemoPerson("liuwenjing", "刘文静", "客服部", "客服主管", (DESK_SUPERVISOR,)),
    DemoPerson("guoming", "郭明", "客服部", "客服助理", (DESK_CLERK, DUTY_OFFICER)),
    DemoPerson("zhangmin", "张敏", "客服部", "客服助理", (DESK_CLERK,)),
    DemoPerson("yangjunming", "杨军明", "客服部", "客服部经理", (DEPARTMENT_MANAGER,)),
    DemoPerson("zhaoqiang", "赵强", "工程部", "区域领班", (AREA_FOREMAN,)),
    DemoPerson("hujunming", "胡军明", "工程部", "水工", (REPAIR_WORKER,)),
    DemoPerson("sungangyong", "孙刚勇", "工程部", "电工", (REPAIR_WORKER,)),
    DemoPerson("chenyanyang", "陈艳洋", "工程部", "综合维修", (REPAIR_WORKER,)),
    DemoPerson("linguodong", "林国栋", "环境部", "保洁主管", (DEPARTMENT_STAFF,)),
    DemoPerson("heweiwen", "何伟文", "秩序部", "秩序主管", (DEPARTMENT_STAFF, SECURITY_LEAD)),
    DemoPerson("maliang", "马亮", "秩序部", "门岗", (GATE_GUARD,)),
    DemoPerson("chenjianhua", "陈建华", "管理处", "项目经理", (PROJECT_MANAGER, "administrator")),
    DemoPerson("zhengguohua", "郑国华", "管理处", "总经理", (GENERAL_MANAGER,)),
)

_OF_THE_TOWER: tuple[DemoPerson, ...] = (
    DemoPerson("hexiaoyan", "何晓燕", "客服部", "客服助理", (DESK_CLERK,)),
    DemoPerson("caimeng", "蔡萌", "客服部", "客服部经理", (DEPARTMENT_MANAGER, DESK_SUPERVISOR, DUTY_OFFICER)),
    DemoPerson("dinghao", "丁浩", "工程部", "区域领班", (AREA_FOREMAN,)),
    DemoPerson("pengtao", "彭涛", "工程部", "综合维修", (REPAIR_WORKER,)),
    DemoPerson("weiguoqing", "魏国庆", "秩序部", "秩序主管", (SECURITY_LEAD,)),
    DemoPerson("luoyong", "罗勇", "秩序部", "门岗", (GATE_GUARD,)),
    DemoPerson("fanyajing", "范雅静", "管理处", "项目经理", (PROJECT_MANAGER, "administrator")),
)

ESTATE = Demo(code="xingfu", company="幸福物业", people=_OF_THE_ESTATE, fill="gongdan_property_mgmt.demo.filling:fill")
#: Follows another regulation than the estate.
TOWER = Demo(code="yunding", company="云顶大厦物业", people=_OF_THE_TOWER, fill="gongdan_property_mgmt.demo.tower:fill")

DEMOS = (ESTATE, TOWER)

"""Sites: what a decoration company works on, for whom, and with which crew."""

from decimal import Decimal

from gongdan.api import AssetKind, Choice, Field, FieldKind, LinkRule, msg

SITE = AssetKind(
    name="site",
    label=msg("工地"),
    states=(
        ("waiting", msg("待开工")),
        ("at_work", msg("在施")),
        ("stopped", msg("停工")),
        ("completed", msg("已竣工")),
        ("warranty", msg("保修期")),
        ("ended", msg("保修期满")),
    ),
    fields=(
        Field(name="contract_number", label=msg("合同号"), searchable=True),
        Field(
            name="package",
            label=msg("装修方式"),
            kind=FieldKind.CHOICE,
            choices=(
                Choice("half", msg("半包")),
                Choice("full", msg("全包")),
                Choice("turnkey", msg("整装")),
            ),
        ),
        Field(name="area", label=msg("建筑面积"), kind=FieldKind.DECIMAL, unit=msg("㎡"), minimum=Decimal(0)),
        Field(name="manager", label=msg("项目经理")),
        Field(name="supervisor", label=msg("监理")),
        Field(name="started_on", label=msg("开工日期"), kind=FieldKind.DATE),
        Field(name="planned_end_on", label=msg("计划竣工"), kind=FieldKind.DATE),
    ),
)

ASSET_KINDS: tuple[AssetKind, ...] = (SITE,)

LINK_RULES: tuple[LinkRule, ...] = (
    LinkRule(role="site_customer", label=msg("客户")),
    LinkRule(role="site_crew", label=msg("施工班组")),
)

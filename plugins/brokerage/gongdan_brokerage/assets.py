"""Agents: the places in the tree of levels, and the companies or people that hold them."""

from gongdan.api import AssetKind, Choice, Field, FieldKind, LinkRule, msg

AGENCY = AssetKind(
    name="agency",
    label=msg("代理商"),
    parents=("agency", ""),
    states=(
        ("active", msg("合作中")),
        ("suspended", msg("暂停")),
        ("ended", msg("已终止")),
    ),
    serials=("agent_code",),
    fields=(
        Field(
            name="level",
            label=msg("代理级别"),
            kind=FieldKind.CHOICE,
            choices=(Choice("1", msg("一级")), Choice("2", msg("二级")), Choice("3", msg("三级"))),
        ),
        Field(name="contract_number", label=msg("合同号")),
        Field(name="signed_on", label=msg("签约日期"), kind=FieldKind.DATE),
        Field(name="expires_on", label=msg("到期日期"), kind=FieldKind.DATE),
        Field(name="plan", label=msg("返佣方案")),
    ),
)

ASSET_KINDS: tuple[AssetKind, ...] = (AGENCY,)

LINK_RULES: tuple[LinkRule, ...] = (
    LinkRule(role="agent", label=msg("签约方"), one_per_asset=True),
    LinkRule(role="trading_customer", label=msg("交易客户"), one_per_target=True),
)

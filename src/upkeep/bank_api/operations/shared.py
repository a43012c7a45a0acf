"""Fields that several messages have."""

from upkeep.bank_api.fields import Choice, Day, Fen, Field, Text
from upkeep.banking.models import OrderState, SlipState
from upkeep.books.chart import FundKind

SERIAL = Field(
    name="serial",
    title="银行流水号，在本行内永远只用一次",
    kind=Text(
        most=40,
        pattern=r"[A-Za-z0-9_.:/-]+",
        pattern_in_words="应为字母、数字或 _ . : / - 符号",
        example="8800120261122000017",
    ),
)
AMOUNT = Field(name="amount_fen", title="金额（分）", kind=Fen())
OPERATOR = Field(
    name="operator",
    title="办理柜员号；系统自动办理的，为银行给该系统的柜员号",
    kind=Text(most=20, pattern=r"[A-Za-z0-9_-]+", pattern_in_words="应为字母、数字、下划线或连字符", example="8801"),
)
REVIEWER = Field(
    name="reviewer",
    title="复核柜员号；不能与办理柜员、原确认柜员相同",
    kind=Text(most=20, pattern=r"[A-Za-z0-9_-]+", pattern_in_words="应为字母、数字、下划线或连字符", example="8809"),
)
REASON = Field(name="reason", title="原因", kind=Text(most=200, example="收款账号与户名不符"))
STATE_OF_SLIP = Field(
    name="state", title="状态", kind=Choice(choices=dict(SlipState.choices), example=SlipState.WAITING.value)
)
STATE_OF_ORDER = Field(
    name="state", title="状态", kind=Choice(choices=dict(OrderState.choices), example=OrderState.WAITING.value)
)
FUND = Field(
    name="fund_kind",
    title="资金类别",
    kind=Choice(choices=dict(FundKind.choices), example=FundKind.COMMODITY.value),
)
ACCOUNT = Field(name="account", title="专户账号", kind=Text(most=40, example="51050100000000000001"))
BOOKED_ON = Field(name="booked_on", title="入账日期；未入账的为 null", kind=Day(), nullable=True)
SERIAL_IF_ANY = Field(name="serial", title="确认时的银行流水号；未确认的为 null", kind=SERIAL.kind, nullable=True)
SLIP_NUMBER = Field(name="number", title="交款通知单编号，JK 开头", kind=Text(most=20, example="JK202611220000015"))
ORDER_NUMBER = Field(name="number", title="付款通知编号，FK 开头", kind=Text(most=20, example="FK202611220000018"))

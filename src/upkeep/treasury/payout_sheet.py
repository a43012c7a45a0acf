"""返还收款账户表: whom to pay for each payout of a cancelled building, as a workbook out and in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from upkeep.casework.changing import ID, identity_column
from upkeep.kernel.dates import to_the_minute
from upkeep.kernel.money import half_width
from upkeep.sheets.kinds import Money, Text, Wrong
from upkeep.sheets.sheet import Column, Sheet, Values
from upkeep.treasury.models import Payout


class AccountNumber(Text):
    """A bank account: 8 to 32 digits as text, since a spreadsheet program cuts the end of a long number off."""

    def read(self, raw: Any, *, at: Any) -> str:
        if isinstance(raw, float | int):
            raise Wrong("须为文本格式，数字格式会丢失末尾几位，请将单元格设为文本后重新填写")
        text = half_width(str(raw)).replace(" ", "").replace("-", "")
        if not (text.isascii() and text.isdigit() and 8 <= len(text) <= 32):
            raise Wrong("应为 8 至 32 位数字")
        return text


class PayeeSheet(Sheet):
    """One row per payout that is owed; rows without an account stay owed."""

    title = "返还收款账户"
    columns = (
        identity_column("返还标识"),
        Column(key="house", title="房屋", kind=Text(80), read_only=True, width=24),
        Column(key="owner", title="返还给", kind=Text(100), read_only=True, width=20),
        Column(key="amount_fen", title="金额(元)", kind=Money(), read_only=True, width=14),
        Column(key="payee_name", title="收款人", kind=Text(100), width=20),
        Column(key="payee_bank", title="收款人开户行", kind=Text(100), width=30),
        Column(key="payee_account", title="收款账号", kind=AccountNumber(48), width=28),
        Column(key="basis", title="领取依据", kind=Text(200), width=36, note="收款人不是登记业主或业主不明的必填"),
    )
    guide = ("只填写已取得收款账户的行，其余各行留空即可，以后再办。", "收款账号按文本填写，逐位核对。")
    max_rows = 5_000

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        filled = [key for key in ("payee_bank", "payee_account") if values.get(key)]
        if filled and len(filled) < 2:
            missing = "payee_bank" if "payee_account" in filled else "payee_account"
            yield missing, "开户行和账号须同时填写"

    @staticmethod
    def rows(payouts: Iterable[Payout]) -> Iterator[Mapping[str, Any]]:
        """The cells of what is owed, with the recorded owner as the payee."""
        for one in payouts:
            name = one.recorded_payee
            yield {
                ID: str(one.pk),
                "house": f"{one.house.building.name} {one.house.label}",
                "owner": name or one.masked_owner,
                "amount_fen": one.amount_fen,
                "payee_name": name or None,
            }


class PayoutRegister(Sheet):
    """房屋注销返还清单: one row per payout."""

    title = "房屋注销返还"
    columns = (
        Column(key="area", title="物业区域", kind=Text(60), width=24),
        Column(key="house", title="房屋", kind=Text(80), width=24),
        Column(key="owner", title="返还给", kind=Text(100), width=20),
        Column(key="amount_fen", title="金额(元)", kind=Money(), width=16),
        Column(key="state", title="状态", kind=Text(10), width=10),
        Column(key="case", title="业务单", kind=Text(20), width=22),
        Column(key="owed", title="确认时间", kind=Text(20), width=18),
        Column(key="paid", title="付款时间", kind=Text(20), width=18),
    )

    @staticmethod
    def rows(payouts: Iterable[Payout], *, sees_names: bool) -> Iterator[dict[str, Any]]:
        """The cells of each payout; names whole only for those who handle them."""
        for one in payouts:
            yield {
                "area": one.area.name,
                "house": f"{one.house.building.name} {one.house.label}",
                "owner": (one.recorded_payee if sees_names else "") or one.masked_owner,
                "amount_fen": one.amount_fen,
                "state": one.get_state_display(),
                "case": one.case.number,
                "owed": to_the_minute(one.owed_at),
                "paid": to_the_minute(one.paid_at) if one.paid_at else "",
            }

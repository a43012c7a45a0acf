"""分摊表: what each house bears of one facility, exported, filled in and taken back (自定义分摊金额).

Source: manual 004 §1.3.1 第一步三、4 方式二 (导出分摊, 导入分摊).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from upkeep.kernel.money import MOST_FEN
from upkeep.repairs.models import FacilityShare
from upkeep.sheets.columns import Fault, Reading
from upkeep.sheets.kinds import Cell, FloorArea, Money, Text, Wrong, number_text
from upkeep.sheets.sheet import Column, Row, Sheet

Key = tuple[str, str, str]


class AmountOrNothing(Money):
    """As money, and 0 for a house that bears nothing."""

    def read(self, raw: Cell, *, at: Any) -> int:
        text = number_text(raw) if isinstance(raw, float | int) and not isinstance(raw, bool) else str(raw)
        if text.strip().removeprefix("¥").removeprefix("￥").removesuffix("元").strip() in ("0", "0.0", "0.00", "０"):
            return 0
        try:
            return super().read(raw, at=at)
        except Wrong as wrong:
            raise Wrong("不能小于 0") if str(wrong) == "应大于 0" else wrong from None

    def hint(self) -> str:
        return "元，最多两位小数，不分摊的填 0"


class OwnAmountsSheet(Sheet):
    """One row per sharing house of a facility; houses that are not in the file keep what they have."""

    title = "房屋分摊列表"
    columns = (
        Column(key="building", title="楼栋名称", kind=Text(30), required=True, read_only=True, width=16),
        Column(key="unit", title="单元", kind=Text(20), read_only=True, width=10),
        Column(key="room", title="房号", kind=Text(20), required=True, read_only=True, width=12),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(), read_only=True, width=12),
        Column(key="share_fen", title="分摊金额(元)", kind=AmountOrNothing(MOST_FEN), required=True, width=16),
    )
    guide = (
        "只填写“分摊金额”一列，其余各列不要改动；不分摊的房屋填 0。",
        "分摊房屋的增减请在系统的楼盘表上办理，文件中不能增加房屋。",
        "导入后自动分摊合并：该设施设备的预算金额等于各户分摊金额之和。",
    )

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        seen: dict[Key, int] = {}
        for row in rows:
            key = _key(row.values)
            if all(key[::2]) and seen.setdefault(key, row.number) != row.number:
                yield row.number, "room", f"与第 {seen[key]} 行是同一户房屋，请删去一行"

    @staticmethod
    def rows(shares: Iterable[FacilityShare]) -> Iterator[Mapping[str, Any]]:
        """The cells of a facility's shares; houses and buildings are loaded."""
        for one in shares:
            yield {
                "building": one.house.building.name,
                "unit": one.house.unit or None,
                "room": one.house.room,
                "area_dm2": one.area_dm2,
                "share_fen": one.share_fen,
            }


def amounts_in(reading: Reading, shares: Iterable[FacilityShare]) -> tuple[dict[int, int], list[Fault]]:
    """The amounts of the file by house id, and what is wrong with them: houses that do not share this facility."""
    ids = {
        _key({"building": one.house.building.name, "unit": one.house.unit, "room": one.house.room}): one.house_id
        for one in shares
    }
    amounts: dict[int, int] = {}
    faults = list(reading.faults)
    for row in reading.rows:
        house_id = ids.get(_key(row.values))
        if house_id is None:
            text = "不是该设施设备的分摊房屋，请核对楼栋、单元、房号，或先在“分摊房屋”中添加"
            faults.append(reading.fault_at(row.number, "room", text))
        else:
            amounts[house_id] = row.values["share_fen"]
    return amounts, sorted(faults)


def _key(values: Mapping[str, Any]) -> Key:
    """1 and 1单元 are the same unit."""
    unit = (values["unit"] or "").removesuffix("单元")
    return values["building"] or "", unit, values["room"] or ""

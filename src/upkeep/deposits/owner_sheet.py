"""The owner table (业主信息表) as a workbook: the developer names the owners of a batch deposit (D1).

The columns up to the amount are filled in by us and come back as they were. A house already sold names its owner, one
not sold names the developer; both kinds stand in one table. Refuses a house with neither and a house with both.
"""

from collections.abc import Iterable, Sequence

from upkeep.kernel import checks
from upkeep.sheets.kinds import CREDIT_CODE, PHONE, Choice, FloorArea, Money, Text, Wrong, exact_digits
from upkeep.sheets.sheet import Column, Row, Sheet, Values

ID_CARD, CREDIT = "身份证", "统一社会信用代码"
PAPER_KINDS = (
    ID_CARD,
    "护照",
    "港澳居民来往内地通行证",
    "台湾居民来往大陆通行证",
    "外国人永久居留身份证",
    "军官证",
    CREDIT,
    "其他",
)

_OWNER = ("owner_name", "paper_kind", "paper_number", "owner_phone")
_DEVELOPER = ("developer_name", "developer_credit_code", "developer_code", "developer_phone")
_HOUSE_KEY = ("building", "unit", "room")


class PaperNumber(Text):
    """证件号码 as it stands on the paper; a number cell that has lost its last digits is refused."""

    def read(self, raw: object, *, at: object) -> str:
        if not isinstance(raw, str | int | float):
            raise Wrong("被表格软件当成了日期，请把单元格格式设为“文本”后重新填写")
        number = "".join(exact_digits(raw).split()).upper()
        if not 4 <= len(number) <= self.most:
            raise Wrong(f"应为 4 到 {self.most} 位，请核对")
        return number

    def hint(self) -> str:
        return "证件上的号码，请用文本格式；身份证 18 位"


class OwnerSheet(Sheet):
    """业主信息表: one row per house of the batch."""

    title = "业主信息"
    columns = (
        Column(key="building", title="楼栋名称", kind=Text(30), required=True, read_only=True),
        Column(key="unit", title="单元", kind=Text(20), read_only=True, width=8),
        Column(key="room", title="房号", kind=Text(30), required=True, read_only=True, width=10),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(), required=True, read_only=True, width=12),
        Column(key="due_fen", title="应交金额(元)", kind=Money(), required=True, read_only=True),
        Column(key="owner_name", title="业主姓名", kind=Text(100), note="已售房屋填写", example="张三"),
        Column(key="paper_kind", title="证件类型", kind=Choice(PAPER_KINDS), note="已售房屋填写", example=ID_CARD),
        Column(key="paper_number", title="证件号码", kind=PaperNumber(30), width=22, note="已售房屋填写"),
        Column(key="owner_phone", title="联系电话", kind=PHONE, note="已售房屋填写"),
        Column(key="developer_name", title="开发建设单位名称", kind=Text(100), width=26, note="未售房屋填写"),
        Column(key="developer_credit_code", title="统一社会信用代码", kind=CREDIT_CODE, width=22, note="未售房屋填写"),
        Column(key="developer_code", title="机构代码", kind=Text(30), note="没有统一社会信用代码时填写"),
        Column(key="developer_phone", title="经办人电话", kind=PHONE, note="未售房屋填写"),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        has_owner = any(values[key] is not None for key in _OWNER)
        has_developer = any(values[key] is not None for key in _DEVELOPER)
        if has_owner and has_developer:
            yield "developer_name", "已填写业主，不能同时填写开发建设单位，请只保留一种"
        elif has_owner:
            yield from check_owner(values)
        elif has_developer:
            yield from self._check_developer(values)
        else:
            yield "owner_name", "请填写业主，未售的房屋请填写开发建设单位"

    def _check_developer(self, values: Values) -> Iterable[tuple[str, str]]:
        if values["developer_name"] is None:
            yield "developer_name", "开发建设单位名称必填"
        if values["developer_credit_code"] is None and values["developer_code"] is None:
            yield "developer_credit_code", "统一社会信用代码必填（没有的填写机构代码）"
        if values["developer_phone"] is None:
            yield "developer_phone", "经办人电话必填"

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        yield from check_houses_once(rows)


class PayerSheet(Sheet):
    """交款人信息表 of notices printed for owners (代打交款通知单): one row per house, whose owner pays himself.

    A house whose owner is on record already shows him masked and asks for nothing: he is the payer.
    """

    title = "业主信息"
    columns = (
        *OwnerSheet.columns[:5],
        Column(key="recorded", title="登记业主", kind=Text(100), read_only=True, width=12),
        *(
            Column(key=one.key, title=one.title, kind=one.kind, width=one.width, example=one.example)
            for one in OwnerSheet.columns[5:9]
        ),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        if not values["recorded"]:
            yield from check_owner(values)
        elif any(values[key] is not None for key in _OWNER):
            yield "owner_name", f"已登记业主 {values['recorded']}，由其交款，不必填写；业主有误的请先办理过户或更正"

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        yield from check_houses_once(rows)


def check_owner(values: Values) -> Iterable[tuple[str, str]]:
    """What is missing or wrong in the four columns about an owner, by column."""
    for key, title in zip(_OWNER, ("业主姓名", "证件类型", "证件号码", "联系电话"), strict=True):
        if values[key] is None:
            yield key, f"{title}必填"
    check = {ID_CARD: checks.id_number, CREDIT: checks.social_credit_code}.get(values["paper_kind"])
    if check is not None and values["paper_number"] is not None:
        try:
            check(values["paper_number"])
        except ValueError as wrong:
            yield "paper_number", str(wrong)


def check_houses_once(rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
    """Rows about a house that an earlier row is about."""
    seen: dict[tuple[str | None, ...], int] = {}
    for row in rows:
        house = tuple(row.values[key] for key in _HOUSE_KEY)
        if house[0] is None or house[-1] is None:
            continue
        first = seen.setdefault(house, row.number)
        if first != row.number:
            yield row.number, "room", f"与第 {first} 行是同一户（楼栋、单元、房号重复）"

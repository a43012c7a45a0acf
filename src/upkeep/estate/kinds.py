"""The kinds that the house table knows. Their Chinese labels are what people write in workbooks."""

from typing import TypeVar

from django.db import models


class BuildingKind(models.TextChoices):
    """楼栋类型."""

    LOW_RISE = "LOW_RISE", "多层"
    MID_RISE = "MID_RISE", "小高层"
    HIGH_RISE = "HIGH_RISE", "高层"
    SUPER_HIGH_RISE = "SUPER_HIGH_RISE", "超高层"
    VILLA = "VILLA", "别墅"
    COMMERCIAL = "COMMERCIAL", "商业"
    GARAGE = "GARAGE", "车库"
    OTHER = "OTHER", "其他"


class Structure(models.TextChoices):
    """建筑结构."""

    BRICK_CONCRETE = "BRICK_CONCRETE", "砖混结构"
    FRAME = "FRAME", "框架结构"
    SHEAR_WALL = "SHEAR_WALL", "剪力墙结构"
    FRAME_SHEAR_WALL = "FRAME_SHEAR_WALL", "框剪结构"
    STEEL = "STEEL", "钢结构"
    OTHER = "OTHER", "其他"


class HouseUse(models.TextChoices):
    """房屋用途."""

    RESIDENTIAL = "RESIDENTIAL", "住宅"
    COMMERCIAL = "COMMERCIAL", "商业"
    OFFICE = "OFFICE", "办公"
    GARAGE = "GARAGE", "车库"
    STORAGE = "STORAGE", "储藏室"
    OTHER = "OTHER", "其他"


class HouseNature(models.TextChoices):
    """房屋性质: decides in which fund (商品住宅 or 已售公有住房) the house's money lies."""

    COMMODITY = "COMMODITY", "商品房"
    SOLD_PUBLIC = "SOLD_PUBLIC", "已售公有住房"
    SUBSIDISED = "SUBSIDISED", "保障性住房"
    OTHER = "OTHER", "其他"


class HouseState(models.TextChoices):
    """房屋状态. Only an active house is built on, paid for and voted with; one that left never comes back.

    A cancelled house (注销) still stands on the building table, greyed; one split or merged has made way for others.
    """

    ACTIVE = "ACTIVE", "正常"
    CANCELLED = "CANCELLED", "已注销"
    SPLIT = "SPLIT", "已拆分"
    MERGED = "MERGED", "已合并"
    #: 未备案房屋交款 (D4): entered by its payer, no part of the register before the bank has confirmed.
    PROVISIONAL = "PROVISIONAL", "暂列"
    #: Its slip ran out or was made void: it never was a part of the register.
    DROPPED = "DROPPED", "未生效"


#: Houses that no list, sum or search of the register knows (`House.objects` leaves them out).
OUTSIDE = (HouseState.PROVISIONAL, HouseState.DROPPED)


class IdKind(models.TextChoices):
    """证件类型."""

    ID_CARD = "ID_CARD", "居民身份证"
    PASSPORT = "PASSPORT", "护照"
    PERMIT = "PERMIT", "港澳台居民居住证"
    MILITARY = "MILITARY", "军官证"
    CREDIT_CODE = "CREDIT_CODE", "统一社会信用代码"
    OTHER = "OTHER", "其他"


class CoOwnership(models.TextChoices):
    """共有方式: alone, together without shares (民法典 第二百九十九条), or by shares (第二百九十八条)."""

    SOLE = "SOLE", "单独所有"
    JOINT = "JOINT", "共同共有"
    SHARED = "SHARED", "按份共有"


class OwnershipActKind(models.TextChoices):
    """权属登记类别."""

    BINDING = "BINDING", "绑定"
    TRANSFER = "TRANSFER", "过户"
    ENDING = "ENDING", "终止"


class FacilityKind(models.TextChoices):
    """设施设备类型: 共用部位 and 共用设施设备 after 165号令 第三条, as areas have them."""

    LIFT = "LIFT", "电梯"
    ROOF = "ROOF", "屋面防水"
    FACADE = "FACADE", "外墙"
    STRUCTURE = "STRUCTURE", "承重结构"
    HALL = "HALL", "门厅楼道"
    PUMP = "PUMP", "供水水泵"
    DRAIN = "DRAIN", "排水设施"
    POWER = "POWER", "供配电设施"
    FIRE = "FIRE", "消防设施"
    SECURITY = "SECURITY", "安防监控"
    GATE = "GATE", "大门围墙"
    ROAD = "ROAD", "道路照明"
    GREEN = "GREEN", "绿地景观"
    PARKING = "PARKING", "公共车场车库"
    LEISURE = "LEISURE", "文体设施"
    ANTENNA = "ANTENNA", "天线避雷"
    OTHER = "OTHER", "其他"


class FacilityState(models.TextChoices):
    """设施设备状态."""

    IN_USE = "IN_USE", "使用中"
    RETIRED = "RETIRED", "已停用"


class FacilityAct(models.TextChoices):
    """设施设备变动: what was done to a facility's entry."""

    ADDED = "ADDED", "添加"
    CORRECTED = "CORRECTED", "修改"
    MOVED = "MOVED", "移动"
    RETIRED = "RETIRED", "停用"


Kind = TypeVar("Kind", bound=models.TextChoices)


def by_label(kind: type[Kind], label: str) -> Kind:
    """The kind that people write as `label`. Raises: KeyError."""
    return {one.label: one for one in kind}[label]

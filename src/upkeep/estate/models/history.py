"""变更记录: what the register said before, what it says since, by which case. Append-only (`sql/guards/history.sql`)."""

from django.db import models
from django.db.models import F, Q

from upkeep.casework.models import Case
from upkeep.estate.models.area import Area, Building
from upkeep.estate.models.house import House
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User


class HouseField(models.TextChoices):
    """What can be changed of a house, in the order of the house table."""

    AREA = "area", "物业区域"
    BUILDING = "building", "楼栋名称"
    UNIT = "unit", "单元"
    FLOOR = "floor", "所在楼层"
    ROOM = "room", "房号"
    USE = "use", "房屋用途"
    NATURE = "nature", "房屋性质"
    FLOOR_AREA = "area_dm2", "建筑面积"
    INNER_AREA = "inner_area_dm2", "套内面积"
    ADDRESS = "address", "房屋坐落"
    NOTE = "note", "备注"
    OWNERS = "owners", "业主"


class BuildingField(models.TextChoices):
    """What can be changed of a building."""

    AREA = "area", "物业区域"
    NAME = "name", "楼栋名称"
    KIND = "kind", "楼栋类型"
    LIFT = "has_lift", "有无电梯"
    STRUCTURE = "structure", "建筑结构"
    BUILT_IN = "built_in", "建成年代"


class HouseChange(models.Model):
    """房屋变更记录: one field of a house, as words before and after."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="changes")
    field = models.CharField("变更项目", max_length=20, choices=HouseField.choices)
    before = models.CharField("变更前", max_length=400, blank=True)
    after = models.CharField("变更后", max_length=400, blank=True)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="house_changes")
    by = models.ForeignKey(User, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("变更时间")

    class Meta:
        verbose_name = "房屋变更记录"
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(name="house_change_changes_something", condition=~Q(before=F("after"))),
            models.CheckConstraint(name="house_change_field_is_known", condition=Q(field__in=HouseField.values)),
        ]
        indexes = [models.Index(fields=("house", "-at"), name="house_change_newest")]

    def __str__(self) -> str:
        return f"{self.house_id} {self.field}"


class BuildingChange(models.Model):
    """楼栋变更记录: one field of a building, as words before and after; `area` is where it stood until then."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    building = models.ForeignKey(Building, verbose_name="楼栋", on_delete=models.PROTECT, related_name="changes")
    area = models.ForeignKey(Area, verbose_name="原物业区域", on_delete=models.PROTECT, related_name="+")
    field = models.CharField("变更项目", max_length=20, choices=BuildingField.choices)
    before = models.CharField("变更前", max_length=400, blank=True)
    after = models.CharField("变更后", max_length=400, blank=True)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="building_changes")
    by = models.ForeignKey(User, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("变更时间")

    class Meta:
        verbose_name = "楼栋变更记录"
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(name="building_change_changes_something", condition=~Q(before=F("after"))),
            models.CheckConstraint(name="building_change_field_is_known", condition=Q(field__in=BuildingField.values)),
        ]
        indexes = [models.Index(fields=("area", "-at"), name="building_change_newest")]

    def __str__(self) -> str:
        return f"{self.building_id} {self.field}"

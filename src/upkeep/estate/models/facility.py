"""设施设备, and what happened to each."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from upkeep.estate.kinds import FacilityAct, FacilityKind, FacilityState
from upkeep.estate.models.area import Area, Building
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User

if TYPE_CHECKING:
    import datetime as dt


class Facility(models.Model):
    """共用设施设备: something shared that is repaired, at a place: the area, a building or a unit of it.

    It is never deleted: repairs and histories name it. What is taken out of use frees its name for its successor.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="facilities")
    building = models.ForeignKey(
        Building, verbose_name="楼栋", null=True, blank=True, on_delete=models.PROTECT, related_name="facilities"
    )
    unit = models.CharField("单元", max_length=20, blank=True, default="")
    kind = models.CharField("类型", max_length=12, choices=FacilityKind.choices)
    name = models.CharField("名称", max_length=60)
    maker = models.CharField("生产厂家", max_length=100, blank=True, default="")
    model_number = models.CharField("规格型号", max_length=60, blank=True, default="")
    installed_on = models.DateField("安装日期", null=True, blank=True)
    life_years = models.PositiveSmallIntegerField("设计使用年限（年）", null=True, blank=True)
    life_ends_on = models.DateField("使用年限届满日", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=FacilityState.choices, default=FacilityState.IN_USE)
    retired_on = models.DateField("停用日期", null=True, blank=True)
    retire_reason = models.CharField("停用原因", max_length=200, blank=True, default="")
    version = models.PositiveIntegerField("版本", default=0)

    class Meta:
        verbose_name = "设施设备"
        constraints = [
            models.UniqueConstraint(
                fields=("area", "building", "unit", "name"),
                condition=Q(state=FacilityState.IN_USE),
                nulls_distinct=False,
                name="facility_name_is_unique_at_its_place",
            ),
            models.CheckConstraint(
                name="facility_unit_is_of_a_building", condition=Q(building__isnull=False) | Q(unit="")
            ),
            models.CheckConstraint(
                name="facility_state_is_known",
                condition=Q(state__in=FacilityState.values, kind__in=FacilityKind.values),
            ),
            models.CheckConstraint(
                name="facility_life_is_of_years",
                condition=Q(life_years__isnull=True) | Q(life_years__gte=1, life_years__lte=100),
            ),
            # The day on which its life ends is kept, so that those past it are found by an index.
            models.CheckConstraint(
                name="facility_life_ends_iff_it_is_known",
                condition=Q(installed_on__isnull=False, life_years__isnull=False, life_ends_on__gt=F("installed_on"))
                | (Q(life_ends_on__isnull=True) & (Q(installed_on__isnull=True) | Q(life_years__isnull=True))),
            ),
            models.CheckConstraint(
                name="facility_is_retired_with_day_and_reason",
                condition=Q(state=FacilityState.IN_USE, retired_on__isnull=True, retire_reason="")
                | (Q(state=FacilityState.RETIRED, retired_on__isnull=False) & ~Q(retire_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=("life_ends_on", "area"), name="facility_past_its_life", condition=Q(state=FacilityState.IN_USE)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_use(self) -> bool:
        return self.state == FacilityState.IN_USE

    @property
    def place(self) -> str:
        """安装位置: the area, a building, a unit of it, as people read it."""
        if self.building is None:
            return "小区公共"
        unit = f"{self.unit}单元" if self.unit.isdecimal() else self.unit
        return f"{self.building.name} {unit}".strip()

    def is_past_its_life(self, *, on: "dt.date") -> bool:
        """Whether it is used longer than it was made for."""
        return self.is_in_use and self.life_ends_on is not None and self.life_ends_on <= on


class FacilityEvent(models.Model):
    """设施设备变动记录: entered, corrected, moved, taken out of use. Only added to, never changed (sql/guards/facility.sql)."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    facility = models.ForeignKey(Facility, verbose_name="设施设备", on_delete=models.PROTECT, related_name="events")
    act = models.CharField("变动", max_length=12, choices=FacilityAct.choices)
    before = models.CharField("变动前", max_length=500, blank=True, default="")
    after = models.CharField("变动后", max_length=500, blank=True, default="")
    by = models.ForeignKey(
        User, verbose_name="办理人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "设施设备变动记录"
        ordering = ("at", "pk")
        constraints = [
            models.CheckConstraint(name="facility_act_is_known", condition=Q(act__in=FacilityAct.values)),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.act}"

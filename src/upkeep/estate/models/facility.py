"""设施设备."""

from django.db import models

from upkeep.estate.kinds import FacilityKind
from upkeep.estate.models.area import Area, Building
from upkeep.kernel.ids import new_id


class Facility(models.Model):
    """共用设施设备: something shared that is repaired, at a place: the area, a building or a unit of it."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="facilities")
    building = models.ForeignKey(
        Building, verbose_name="楼栋", null=True, blank=True, on_delete=models.PROTECT, related_name="facilities"
    )
    unit = models.CharField("单元", max_length=20, blank=True, default="")
    kind = models.CharField("类型", max_length=12, choices=FacilityKind.choices)
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "设施设备"
        constraints = [
            models.UniqueConstraint(
                fields=("area", "building", "unit", "name"),
                nulls_distinct=False,
                name="facility_name_is_unique_at_its_place",
            )
        ]

    def __str__(self) -> str:
        return self.name

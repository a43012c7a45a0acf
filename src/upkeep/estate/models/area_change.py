"""变更记录 of an area."""

from django.db import models
from django.db.models import Q

from upkeep.casework.models import Case
from upkeep.estate.models.area import Area
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User


class AreaField(models.TextChoices):
    """物业区域变更项目: what may be changed of an area at once."""

    NAME = "name", "物业区域名称"
    ADDRESS = "address", "地址"
    FLOOR_AREA = "floor_area_dm2", "建筑面积"
    LAND_AREA = "land_area_dm2", "占地面积"
    ESTABLISHED = "established_on", "成立日期"


class AreaChange(models.Model):
    """物业区域变更记录: one field of an area that was changed, in words as they are shown. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="changes")
    field = models.CharField("变更项目", max_length=20, choices=AreaField.choices)
    before = models.CharField("变更前", max_length=200, blank=True)
    after = models.CharField("变更后", max_length=200, blank=True)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="area_changes")
    by = models.ForeignKey(User, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("变更时间")

    class Meta:
        verbose_name = "物业区域变更记录"
        constraints = [
            models.CheckConstraint(name="area_change_changes_something", condition=~Q(before=models.F("after"))),
            models.CheckConstraint(name="area_change_field_is_known", condition=Q(field__in=AreaField.values)),
        ]
        indexes = [models.Index(fields=("area", "-at"), name="area_change_newest")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.field}"

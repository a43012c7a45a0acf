"""房屋沿革: which houses a house was made from by a split or merge."""

from django.db import models
from django.db.models import F, Q

from upkeep.casework.models import Case
from upkeep.estate.models.house import House
from upkeep.kernel.ids import new_id


class HouseLineage(models.Model):
    """房屋沿革: one house became (part of) another, by which case, and how much of its money went there.

    Written once by the split or merge (房屋拆分合并) and never changed (a trigger refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    from_house = models.ForeignKey(House, verbose_name="原房屋", on_delete=models.PROTECT, related_name="became")
    to_house = models.ForeignKey(House, verbose_name="新房屋", on_delete=models.PROTECT, related_name="came_from")
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="lineage")
    moved_fen = models.BigIntegerField("转入余额（分）")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "房屋沿革"
        constraints = [
            models.UniqueConstraint(fields=("from_house", "to_house"), name="lineage_is_written_once"),
            models.CheckConstraint(name="lineage_leads_to_another_house", condition=~Q(from_house=F("to_house"))),
            models.CheckConstraint(name="lineage_moves_no_less_than_nothing", condition=Q(moved_fen__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.from_house_id} -> {self.to_house_id}"

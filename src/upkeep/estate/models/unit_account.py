"""售房单位分账: the account of the unit that sold the public housing of a building."""

from django.db import models

from upkeep.estate.models.area import Building
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Organisation


class SellingUnitAccount(models.Model):
    """售房单位分账 (165号令 第九、十一条): what a selling unit has paid in for one building, one per unit and building.

    Its id is the id of its sub-account in the journal; no house has the same (a trigger refuses). It belongs to the
    building's area, also when the building moves to another. Opened once, never changed or deleted.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    organisation = models.ForeignKey(
        Organisation, verbose_name="售房单位", on_delete=models.PROTECT, related_name="unit_accounts"
    )
    building = models.ForeignKey(Building, verbose_name="楼栋", on_delete=models.PROTECT, related_name="unit_accounts")
    opened_at = models.DateTimeField("开户时间")

    class Meta:
        verbose_name = "售房单位分账"
        constraints = [
            models.UniqueConstraint(
                fields=("organisation", "building"), name="selling_unit_has_one_account_in_a_building"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.building_id}"

    @property
    def words(self) -> str:
        """7栋 售房单位分账（江城市公有住房管理处）; building and organisation are loaded."""
        return f"{self.building.name} 售房单位分账（{self.organisation.name}）"

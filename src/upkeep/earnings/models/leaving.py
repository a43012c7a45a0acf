"""销户结息."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.estate.models import Area
from upkeep.kernel.ids import new_id


class LeavingInterest(models.Model):
    """销户结息: what a sub-account closed within a period was given on its last day; the next run leaves it out."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="+")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    sub_account_id = models.BigIntegerField("分户账")
    first = models.DateField("起息日")
    settled_on = models.DateField("结息日")
    product = models.DecimalField("积数（分·天）", max_digits=24, decimal_places=0)
    fen = models.BigIntegerField("利息（分）")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "销户结息"
        constraints = [
            models.UniqueConstraint(
                fields=("sub_account_id", "custody", "settled_on"), name="leaving_interest_is_settled_once"
            ),
            models.CheckConstraint(
                name="leaving_interest_has_days", condition=Q(first__lt=F("settled_on"), fen__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sub_account_id} {self.settled_on}"

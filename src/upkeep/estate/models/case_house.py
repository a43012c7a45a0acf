"""Houses that a case, a slip or a project is about, and what keeps a house busy."""

from django.db import models

from upkeep.casework.models import Case
from upkeep.estate.models.house import House
from upkeep.kernel.ids import new_id


class CaseHouse(models.Model):
    """业务单房屋: a house chosen for a case, with the amount the case gives it."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="houses")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT)
    amount_fen = models.BigIntegerField("金额（分）", default=0)

    class Meta:
        verbose_name = "业务单房屋"
        constraints = [
            models.UniqueConstraint(fields=("case", "house"), name="house_is_chosen_once_in_a_case"),
            models.CheckConstraint(name="case_house_amount_is_not_negative", condition=models.Q(amount_fen__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.house_id}"


class ClaimKind(models.TextChoices):
    """占用类别: why a house is busy; one live claim of a kind at a time."""

    DEPOSIT = "DEPOSIT", "有待交的交款通知单"
    REGISTER = "REGISTER", "有办理中的变更业务"
    REPAIR = "REPAIR", "有未办结的维修项目"
    REFUND = "REFUND", "有办理中的退款"
    UNIT_DEPOSIT = "UNIT_DEPOSIT", "有办理中的售房单位交款"


class HouseClaim(models.Model):
    """房屋占用: how upper packages mark a house as busy. Estate looks only here before it changes a house."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField("占用类别", max_length=12, choices=ClaimKind.choices)
    source = models.CharField("来源", max_length=60, db_index=True)
    at = models.DateTimeField("占用时间")

    class Meta:
        verbose_name = "房屋占用"
        constraints = [
            models.UniqueConstraint(
                fields=("house", "kind"),
                condition=models.Q(
                    kind__in=[ClaimKind.DEPOSIT, ClaimKind.REGISTER, ClaimKind.REFUND, ClaimKind.UNIT_DEPOSIT]
                ),
                name="house_has_one_claim_of_a_kind",
            ),
            models.UniqueConstraint(fields=("house", "source"), name="house_is_claimed_once_by_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.kind} {self.source}"

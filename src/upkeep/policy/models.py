"""The one table of policies."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from upkeep.parties.models import Jurisdiction


class PolicyKind(models.TextChoices):
    """政策类别: what a policy value decides; the value's shape is the dataclass in the file of the same name."""

    REVIEW_CHAIN = "review_chain", "办理流程"
    DEPOSIT_STANDARD = "deposit_standard", "交存标准"
    VOTING_RULE = "voting_rule", "表决规则"
    PAY_SLIP_RULE = "pay_slip_rule", "交款通知单规则"
    NOTICE_RULE = "notice_rule", "公示规则"


class Policy(models.Model):
    """政策: one value, for one jurisdiction and what lies under it, in force for a range of days."""

    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    kind = models.CharField("类别", max_length=30, choices=PolicyKind.choices)
    scope = models.CharField("适用对象", max_length=60, blank=True, default="")
    value = models.JSONField("内容")
    in_force = DateRangeField("有效期")
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "政策"
        constraints = [
            ExclusionConstraint(
                name="policy_periods_do_not_overlap",
                expressions=[
                    ("jurisdiction", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    ("in_force", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} {self.kind} {self.scope}"

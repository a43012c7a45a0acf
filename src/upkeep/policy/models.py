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
    REGISTRATION_RULE = "registration_rule", "注册规则"
    LOGIN_RULE = "login_rule", "登录方式"
    PASSWORD_RULE = "password_rule", "密码规则"
    ORGANISATION_RULE = "organisation_rule", "机构管理规则"
    SERVICE_RULE = "service_rule", "服务关系规则"
    PUBLIC_QUERY_RULE = "public_query_rule", "公众查询规则"
    PROJECT_RULE = "project_rule", "维修项目规则"
    PAYOUT_GATE = "payout_gate", "拨付规则"
    INTEREST_RULE = "interest_rule", "计息规则"
    WORDING = "wording", "用语"


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

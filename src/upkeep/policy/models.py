"""The one table of policies, and the book of their changes."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from upkeep.parties.models import Jurisdiction, User


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
    COLLECTION_RULE = "collection_rule", "楼盘采集规则"
    RECEIPT_RULE = "receipt_rule", "票据规则"
    REFUND_RULE = "refund_rule", "退款规则"
    BALANCE_MESSAGE_RULE = "balance_message_rule", "余额变动通知规则"
    RETENTION_RULE = "retention_rule", "资料保存规则"
    FURTHER_RULE = "further_rule", "续交规则"
    WARRANTY_RULE = "warranty_rule", "保修规则"
    UNIT_DEPOSIT_RULE = "unit_deposit_rule", "售房单位交存规则"
    VOTING_CONDUCT = "voting_conduct", "表决办法"
    CLOSING_RULE = "closing_rule", "结账规则"


#: What moves money or decides who lets it go: proposed by one person, put in force by another.
TWO_PERSON_KINDS = (
    PolicyKind.REVIEW_CHAIN,
    PolicyKind.DEPOSIT_STANDARD,
    PolicyKind.VOTING_RULE,
    PolicyKind.PAY_SLIP_RULE,
    PolicyKind.NOTICE_RULE,
    PolicyKind.PROJECT_RULE,
    PolicyKind.PAYOUT_GATE,
    PolicyKind.INTEREST_RULE,
    PolicyKind.REFUND_RULE,
    PolicyKind.FURTHER_RULE,
    PolicyKind.UNIT_DEPOSIT_RULE,
    PolicyKind.VOTING_CONDUCT,
    PolicyKind.CLOSING_RULE,
)


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
            ),
            models.CheckConstraint(
                condition=Q(in_force__isempty=False, in_force__startswith__isnull=False),
                name="policy_begins_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} {self.kind} {self.scope}"


class ChangeAct(models.TextChoices):
    """变更方式: a value of one's own, one's own given up for the inherited one, or a planned one taken back."""

    SET = "SET", "设置"
    INHERIT = "INHERIT", "取消本级设置"
    WITHDRAW = "WITHDRAW", "撤回待生效内容"


class ChangeState(models.TextChoices):
    """变更状态."""

    WAITING = "WAITING", "待确认"
    DONE = "DONE", "已确认"
    REFUSED = "REFUSED", "未通过"
    DROPPED = "DROPPED", "已撤销"


class PolicyChange(models.Model):
    """政策变更: who changed what, when, from what to what. Decided once and never altered; the database sees to it.

    Refuses a change of a money rule that one person both proposed and put in force, and a second one while one waits.
    Without people: what was set when the city was founded from the command line.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    kind = models.CharField("类别", max_length=30, choices=PolicyKind.choices)
    scope = models.CharField("适用对象", max_length=60, blank=True, default="")
    act = models.CharField("变更方式", max_length=10, choices=ChangeAct.choices, default=ChangeAct.SET)
    before = models.JSONField("变更前", null=True)
    value = models.JSONField("变更后", null=True)
    valid_from = models.DateField("生效日期")
    basis = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=ChangeState.choices)
    proposed_by = models.ForeignKey(
        User, verbose_name="提出人", null=True, on_delete=models.PROTECT, related_name="proposed_policies"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        User, verbose_name="确认人", null=True, on_delete=models.PROTECT, related_name="decided_policies"
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    note = models.CharField("意见", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "政策变更"
        indexes = [models.Index(fields=("jurisdiction", "kind", "scope", "-proposed_at"), name="policy_change_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=("jurisdiction", "kind", "scope"),
                condition=Q(state=ChangeState.WAITING),
                name="policy_change_waits_once",
            ),
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="policy_change_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ChangeState.WAITING, decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(state=ChangeState.WAITING) & Q(decided_at__isnull=False),
                name="policy_change_is_decided_or_waits",
            ),
            # Both nobody: the founding. One nobody: refused, or the rule of two could be walked around.
            models.CheckConstraint(
                condition=~Q(state=ChangeState.DONE)
                | Q(proposed_by__isnull=True, decided_by__isnull=True)
                | Q(proposed_by__isnull=False, decided_by__isnull=False)
                & (~Q(kind__in=TWO_PERSON_KINDS) | ~Q(decided_by=F("proposed_by"))),
                name="policy_change_of_money_takes_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} {self.kind} {self.scope} {self.valid_from}"

    @property
    def takes_two(self) -> bool:
        """Whether another person than the proposer must put it in force."""
        return self.kind in TWO_PERSON_KINDS

"""维修项目, its cases and its history."""

from django.db import models
from django.db.models import F, Q

from upkeep.casework.models import Case
from upkeep.estate.models import Area
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, Organisation, User
from upkeep.repairs.stages import ProjectKind, ProjectMove, Stage

#: Nothing is requested, ordered or paid in these.
BEFORE_MONEY = [Stage.NEW, Stage.NOTICE, Stage.VOTING, Stage.PASSED, Stage.APPLICATION]
_NEVER_SETTLED = [*BEFORE_MONEY, Stage.DISBURSING]
_ALWAYS_SETTLED = [Stage.ACCEPTED, Stage.SUPPLEMENT, Stage.ACCEPTANCE_NOTICE]


class RepairProject(models.Model):
    """维修项目: a repair paid from the houses' sub-accounts, from its first notice to the last payment.

    The sums across its houses, phases and payees are kept on this one row, where every payer meets its locks and checks:
    paid ≤ ordered ≤ requested ≤ limit. The limit is what the fund is to pay of the budget (预算应拨付金额), and of the
    settlement once that is in effect. For a simple project (简单拨付) settlement = budget.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("项目编号", max_length=20, unique=True)
    kind = models.CharField("项目类型", max_length=12, choices=ProjectKind.choices)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="所属区县", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="projects")
    organisation = models.ForeignKey(
        Organisation, verbose_name="申报单位", on_delete=models.PROTECT, related_name="projects"
    )
    copied_from = models.ForeignKey(
        "self", verbose_name="复制自", null=True, blank=True, on_delete=models.PROTECT, related_name="copies"
    )
    title = models.CharField("项目名称", max_length=100)
    reason = models.CharField("维修原因", max_length=500)
    contact_name = models.CharField("联系人", max_length=50)
    contact_phone = EncryptedTextField("联系电话")
    starts_on = models.DateField("计划开工日")
    ends_on = models.DateField("计划完工日")
    due_on = models.DateField("办结期限", null=True, blank=True)
    stage = models.CharField("项目阶段", max_length=20, choices=Stage.choices, default=Stage.NEW)
    version = models.PositiveIntegerField("版本", default=0)
    budget_fen = models.BigIntegerField("预算金额（分）")
    payable_fen = models.BigIntegerField("预算应拨付金额（分）", default=0)
    house_count = models.IntegerField("分摊户数", default=0)
    area_dm2 = models.BigIntegerField("分摊面积（0.01㎡）", default=0)
    works_from = models.DateField("施工开始日期", null=True, blank=True)
    works_to = models.DateField("施工结束日期", null=True, blank=True)
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    acceptance = models.CharField("验收意见", max_length=500, blank=True, default="")
    settlement_fen = models.BigIntegerField("结算金额（分）", null=True, blank=True)
    limit_fen = models.BigIntegerField("可拨付限额（分）", default=0)
    requested_fen = models.BigIntegerField("已申请拨付（分）", default=0)
    ordered_fen = models.BigIntegerField("已通知付款（分）", default=0)
    paid_fen = models.BigIntegerField("已拨付（分）", default=0)
    cleared_fen = models.BigIntegerField("已清退（分）", default=0)
    created_at = models.DateTimeField("创建时间")
    finished_at = models.DateTimeField("完结时间", null=True, blank=True)
    cancel_reason = models.CharField("撤销原因", max_length=500, blank=True, default="")
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "维修项目"
        constraints = [
            models.CheckConstraint(
                name="project_stage_is_known",
                condition=Q(stage__in=Stage.values, kind__in=ProjectKind.values),
            ),
            # A draft may not have come to its budget yet; what is published has (the guard of the stages).
            models.CheckConstraint(
                name="project_budget_is_positive",
                condition=Q(budget_fen__gt=0)
                | Q(stage=Stage.NEW, budget_fen=0)
                | Q(stage=Stage.CANCELLED, budget_fen=0),
            ),
            models.CheckConstraint(
                name="project_fund_pays_at_most_the_budget",
                condition=Q(payable_fen__gte=0, payable_fen__lte=F("budget_fen")),
            ),
            models.CheckConstraint(name="project_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="project_works_end_after_they_begin",
                condition=Q(works_from__isnull=True, works_to__isnull=True) | Q(works_to__gte=F("works_from")),
            ),
            models.CheckConstraint(
                name="project_pays_what_is_ordered_orders_what_is_requested",
                condition=Q(
                    paid_fen__gte=0,
                    cleared_fen__gte=0,
                    paid_fen__lte=F("ordered_fen"),
                    ordered_fen__lte=F("requested_fen"),
                    requested_fen__lte=F("limit_fen"),
                ),
            ),
            models.CheckConstraint(
                name="project_asks_for_no_money_too_early",
                condition=~Q(stage__in=BEFORE_MONEY) | Q(requested_fen=0, cleared_fen=0),
            ),
            # 004 §1.3.3 注 1: 简单拨付项目的预算总金额等于结算总金额.
            models.CheckConstraint(
                name="simple_project_settles_its_budget",
                condition=~Q(kind=ProjectKind.SIMPLE)
                | Q(settlement_fen__isnull=True)
                | Q(settlement_fen=F("budget_fen")),
            ),
            models.CheckConstraint(
                name="project_settlement_goes_with_its_acceptance",
                condition=Q(settlement_fen__isnull=True, accepted_on__isnull=True)
                | Q(settlement_fen__gt=0, accepted_on__isnull=False),
            ),
            models.CheckConstraint(
                name="project_is_settled_as_its_stage_says",
                condition=(~Q(stage__in=_NEVER_SETTLED) | Q(settlement_fen__isnull=True))
                & (~Q(stage__in=_ALWAYS_SETTLED) | Q(settlement_fen__isnull=False)),
            ),
            # 004 §1.3.3 注 2: 简单拨付项目申请立项前一定要先把验收也做完.
            models.CheckConstraint(
                name="simple_project_is_settled_before_its_application",
                condition=~Q(kind=ProjectKind.SIMPLE, stage__in=[Stage.REVIEW, Stage.TRANSFER, Stage.FINISHED])
                | Q(settlement_fen__isnull=False),
            ),
            models.CheckConstraint(
                name="project_is_finished_iff_all_is_paid",
                condition=Q(stage=Stage.FINISHED, finished_at__isnull=False, paid_fen=F("limit_fen"))
                | (~Q(stage=Stage.FINISHED) & Q(finished_at__isnull=True)),
            ),
            # 004 §1.3.5: 已发生实际拨付的, 先退回资金再撤销.
            models.CheckConstraint(
                name="project_is_cancelled_with_nothing_paid",
                condition=Q(stage=Stage.CANCELLED, cancelled_at__isnull=False, requested_fen=0)
                | (~Q(stage=Stage.CANCELLED) & Q(cancelled_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=("jurisdiction", "-created_at"), name="project_newest"),
            models.Index(fields=("organisation", "-created_at"), name="project_of_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.stage}"

    @property
    def stage_now(self) -> Stage:
        return Stage(self.stage)

    @property
    def kind_now(self) -> ProjectKind:
        return ProjectKind(self.kind)

    @property
    def source(self) -> str:
        """How votes, notices and claims name the project."""
        return f"project:{self.pk}"

    @property
    def supplement_source(self) -> str:
        """How the vote on a settlement above the budget is named (补充表决)."""
        return f"supplement:{self.pk}"


class ProjectCase(models.Model):
    """项目业务单: an application made for the project: 立项申请, 资金拨付申请, 立项与拨付申请, 任务单."""

    project = models.ForeignKey(RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="cases")
    case = models.OneToOneField(
        Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="repair_project", primary_key=True
    )

    class Meta:
        verbose_name = "项目业务单"

    def __str__(self) -> str:
        return f"{self.project_id} {self.case_id}"


class ProjectEvent(models.Model):
    """项目过程: who did what, when, and what it came to. Append-only (a trigger refuses changes)."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="events"
    )
    move = models.CharField("动作", max_length=20, choices=ProjectMove.choices)
    from_stage = models.CharField("原阶段", max_length=20, choices=Stage.choices, blank=True)
    to_stage = models.CharField("新阶段", max_length=20, choices=Stage.choices)
    by_user = models.ForeignKey(User, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("办理人姓名", max_length=50)
    at = models.DateTimeField("时间")
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "项目过程"

    def __str__(self) -> str:
        return f"{self.project_id} {self.from_stage} {self.move} {self.to_stage}"

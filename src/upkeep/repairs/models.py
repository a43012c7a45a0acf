"""维修项目 and what hangs on it. Only `repairs.actions` and `repairs.disbursement` write them."""

from django.db import models
from django.db.models import F, Q

from upkeep.books.chart import FundKind
from upkeep.casework.models import Case
from upkeep.estate.models import Area, Facility, House
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, Organisation, User
from upkeep.repairs.stages import ProjectKind, ProjectMove, Stage

_BEFORE_ACCEPTANCE = [Stage.NEW, Stage.NOTICE, Stage.VOTING, Stage.PASSED]
_BEFORE_APPROVAL = [*_BEFORE_ACCEPTANCE, Stage.ACCEPTED, Stage.ACCEPTANCE_NOTICE, Stage.REVIEW]


class RepairProject(models.Model):
    """维修项目: a repair paid from the houses' sub-accounts, from its first notice to the last payment.

    The sums across its houses and payees are kept on this one row, where every payer meets its locks and checks:
    paid ≤ ordered ≤ settlement ≤ budget, and for a simple project (简单拨付) settlement = budget.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("项目编号", max_length=20, unique=True)
    kind = models.CharField("项目类型", max_length=12, choices=ProjectKind.choices)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="所属区县", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="projects")
    organisation = models.ForeignKey(
        Organisation, verbose_name="申报单位", on_delete=models.PROTECT, related_name="projects"
    )
    title = models.CharField("项目名称", max_length=100)
    reason = models.CharField("维修原因", max_length=500)
    contact_name = models.CharField("联系人", max_length=50)
    contact_phone = EncryptedTextField("联系电话")
    starts_on = models.DateField("计划开工日")
    ends_on = models.DateField("计划完工日")
    stage = models.CharField("项目阶段", max_length=20, choices=Stage.choices, default=Stage.NEW)
    version = models.PositiveIntegerField("版本", default=0)
    budget_fen = models.BigIntegerField("预算金额（分）")
    house_count = models.IntegerField("分摊户数", default=0)
    area_dm2 = models.BigIntegerField("分摊面积（0.01㎡）", default=0)
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    acceptance = models.CharField("验收意见", max_length=500, blank=True, default="")
    settlement_fen = models.BigIntegerField("结算金额（分）", null=True, blank=True)
    ordered_fen = models.BigIntegerField("已通知付款（分）", default=0)
    paid_fen = models.BigIntegerField("已拨付（分）", default=0)
    created_at = models.DateTimeField("创建时间")
    finished_at = models.DateTimeField("完结时间", null=True, blank=True)

    class Meta:
        verbose_name = "维修项目"
        constraints = [
            models.CheckConstraint(
                name="project_stage_is_known",
                condition=Q(stage__in=Stage.values, kind__in=ProjectKind.values),
            ),
            models.CheckConstraint(name="project_budget_is_positive", condition=Q(budget_fen__gt=0)),
            models.CheckConstraint(name="project_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="project_pays_at_most_what_is_ordered",
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("ordered_fen")),
            ),
            models.CheckConstraint(
                name="project_orders_at_most_the_settlement",
                condition=Q(ordered_fen=0) | Q(settlement_fen__isnull=False, ordered_fen__lte=F("settlement_fen")),
            ),
            models.CheckConstraint(
                name="project_settles_at_most_the_budget",
                condition=Q(settlement_fen__isnull=True)
                | Q(settlement_fen__gt=0, settlement_fen__lte=F("budget_fen")),
            ),
            # 004 §1.3.3 注 1: 简单拨付项目的预算总金额等于结算总金额.
            models.CheckConstraint(
                name="simple_project_settles_its_budget",
                condition=~Q(kind=ProjectKind.SIMPLE)
                | Q(settlement_fen__isnull=True)
                | Q(settlement_fen=F("budget_fen")),
            ),
            models.CheckConstraint(
                name="project_is_settled_iff_accepted",
                condition=Q(stage__in=_BEFORE_ACCEPTANCE, settlement_fen__isnull=True, accepted_on__isnull=True)
                | (~Q(stage__in=_BEFORE_ACCEPTANCE) & Q(settlement_fen__isnull=False, accepted_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="project_orders_payment_only_once_approved",
                condition=Q(stage__in=_BEFORE_APPROVAL, ordered_fen=0)
                | (~Q(stage__in=_BEFORE_APPROVAL) & Q(ordered_fen=F("settlement_fen"))),
            ),
            models.CheckConstraint(
                name="project_is_finished_iff_all_is_paid",
                condition=Q(stage=Stage.FINISHED, finished_at__isnull=False, paid_fen=F("settlement_fen"))
                | (~Q(stage=Stage.FINISHED) & Q(finished_at__isnull=True)),
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
    def source(self) -> str:
        """How votes, notices and claims name the project."""
        return f"project:{self.pk}"


class ProjectFacility(models.Model):
    """项目设施设备: a facility that the project repairs, what is done to it, by whom and for how much."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="facilities"
    )
    facility = models.ForeignKey(Facility, verbose_name="设施设备", on_delete=models.PROTECT, related_name="repairs")
    content = models.CharField("维修内容", max_length=500)
    contractor = models.CharField("施工单位", max_length=100)
    note = models.CharField("备注", max_length=200, blank=True, default="")
    budget_fen = models.BigIntegerField("预算金额（分）")

    class Meta:
        verbose_name = "项目设施设备"
        constraints = [
            models.UniqueConstraint(fields=("project", "facility"), name="facility_is_once_in_a_project"),
            models.CheckConstraint(name="facility_budget_is_positive", condition=Q(budget_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.facility_id}"


class ProjectHouse(models.Model):
    """项目分摊房屋: a house that bears a share (合并分摊清册), with area and fund as they were when it was allocated.

    `shortfall_fen` is what its sub-account lacked then. Frozen once the project is published.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="houses"
    )
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="repair_shares")
    area_dm2 = models.IntegerField("分摊面积（0.01㎡）")
    fund_kind = models.CharField("资金类别", max_length=12, choices=FundKind.choices)
    share_fen = models.BigIntegerField("分摊金额（分）")
    shortfall_fen = models.BigIntegerField("余额缺口（分）", default=0)

    class Meta:
        verbose_name = "项目分摊房屋"
        constraints = [
            models.UniqueConstraint(fields=("project", "house"), name="house_is_once_in_a_project"),
            models.CheckConstraint(
                name="project_house_share_is_sound",
                condition=Q(area_dm2__gt=0, share_fen__gte=0, shortfall_fen__gte=0, shortfall_fen__lte=F("share_fen")),
            ),
            models.CheckConstraint(name="project_house_fund_is_known", condition=Q(fund_kind__in=FundKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.house_id}"


class ProjectCase(models.Model):
    """项目业务单: an application made for the project; one that is not closed at a time."""

    project = models.ForeignKey(RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="cases")
    case = models.OneToOneField(
        Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="repair_project", primary_key=True
    )

    class Meta:
        verbose_name = "项目业务单"

    def __str__(self) -> str:
        return f"{self.project_id} {self.case_id}"


class PayeeAccount(models.Model):
    """收款账户: whom the approved application pays, and how much; the account number lies encrypted."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="payees"
    )
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("收款单位", max_length=100)
    bank = models.CharField("开户银行", max_length=100)
    account = EncryptedTextField("收款账号")
    amount_fen = models.BigIntegerField("拨付金额（分）")

    class Meta:
        verbose_name = "收款账户"
        constraints = [models.CheckConstraint(name="payee_amount_is_positive", condition=Q(amount_fen__gt=0))]

    def __str__(self) -> str:
        return f"{self.project_id} {self.pk}"


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

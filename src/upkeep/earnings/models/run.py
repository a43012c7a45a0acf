"""结息批次: one settlement of interest over all sub-accounts of a city."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.estate.models import Area
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User
from upkeep.policy.interest_rule import MODES


class RunState(models.TextChoices):
    """结息批次状态."""

    COMPUTING = "COMPUTING", "计算中"
    WAITING = "WAITING", "待审批"
    RETURNED = "RETURNED", "已退回"
    POSTING = "POSTING", "入账中"
    POSTED = "POSTED", "已入账"
    REVERSAL_ASKED = "REVERSAL_ASKED", "待审批冲销"
    REVERSING = "REVERSING", "冲销中"
    REVERSED = "REVERSED", "已冲销"
    VOID = "VOID", "已作废"


#: What counts no more: the same day may be settled again.
DEAD = (RunState.REVERSED, RunState.VOID)
_APPROVED = (
    RunState.POSTING,
    RunState.POSTED,
    RunState.REVERSAL_ASKED,
    RunState.REVERSING,
    RunState.REVERSED,
)


class InterestRun(models.Model):
    """结息批次: computed by one person, approved by another, booked area by area; undone only as a whole and by two again.

    The period runs from `first` to `settled_on`, which itself bears no interest in it. `rule` keeps what it was computed by:
    the city's rule and the rates of each custody account. A trigger holds the moves between states.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("批次编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    mode = models.CharField("计息方式", max_length=8, choices=MODES)
    first = models.DateField("起息日")
    settled_on = models.DateField("结息日")
    booked_on = models.DateField("记账日期")
    rule = models.JSONField("计息规则和利率")
    state = models.CharField("状态", max_length=16, choices=RunState.choices, default=RunState.COMPUTING)
    accounts = models.IntegerField("分户数", default=0)
    total_fen = models.BigIntegerField("结息总额（分）", default=0)
    withheld_fen = models.BigIntegerField("不入户金额（分）", default=0)
    posted_fen = models.BigIntegerField("已入账金额（分）", default=0)
    reversed_fen = models.BigIntegerField("已冲销金额（分）", default=0)
    made_at = models.DateTimeField("制表时间")
    made_by = models.ForeignKey(User, verbose_name="制表人", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField("制表人姓名", max_length=50)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name="审批人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField("审批人姓名", max_length=50, blank=True, default="")
    note = models.CharField("审批意见", max_length=200, blank=True, default="")
    posted_at = models.DateTimeField("入账时间", null=True, blank=True)
    reversal_reason = models.CharField("冲销原因", max_length=200, blank=True, default="")
    reversal_asked_at = models.DateTimeField("申请冲销时间", null=True, blank=True)
    reversal_asked_by = models.ForeignKey(
        User, verbose_name="申请冲销人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reversal_asked_by_name = models.CharField("申请冲销人姓名", max_length=50, blank=True, default="")
    reversal_decided_at = models.DateTimeField("冲销审批时间", null=True, blank=True)
    reversal_decided_by = models.ForeignKey(
        User, verbose_name="冲销审批人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reversal_decided_by_name = models.CharField("冲销审批人姓名", max_length=50, blank=True, default="")
    reversed_on = models.DateField("冲销记账日期", null=True, blank=True)

    class Meta:
        verbose_name = "结息批次"
        constraints = [
            models.CheckConstraint(name="interest_run_state_is_known", condition=Q(state__in=RunState.values)),
            models.CheckConstraint(
                name="interest_run_period_has_days",
                condition=Q(first__lt=F("settled_on"), booked_on__gte=F("settled_on")),
            ),
            # The total is an accumulator: no more is booked than was approved, no more taken back than was booked.
            models.CheckConstraint(
                name="interest_run_books_no_more_than_approved",
                condition=Q(posted_fen__gte=0, posted_fen__lte=F("total_fen"))
                & Q(reversed_fen__gte=0, reversed_fen__lte=F("posted_fen")),
            ),
            models.CheckConstraint(
                name="interest_run_posted_in_full",
                condition=~Q(state__in=(RunState.POSTED, RunState.REVERSED))
                | Q(posted_fen=F("total_fen"), posted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="interest_run_reversed_in_full",
                condition=~Q(state=RunState.REVERSED) | Q(reversed_fen=F("posted_fen")),
            ),
            models.CheckConstraint(
                name="interest_run_is_approved_by_another",
                condition=~Q(state__in=_APPROVED) | (Q(decided_by__isnull=False) & ~Q(decided_by=F("made_by"))),
            ),
            models.CheckConstraint(
                name="interest_run_is_reversed_by_another",
                condition=~Q(state__in=(RunState.REVERSING, RunState.REVERSED))
                | (Q(reversal_decided_by__isnull=False) & ~Q(reversal_decided_by=F("reversal_asked_by"))),
            ),
        ]
        indexes = [models.Index(fields=("jurisdiction", "-settled_on"), name="interest_run_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> RunState:
        return RunState(self.state)

    @property
    def days(self) -> int:
        """The days of the period."""
        return (self.settled_on - self.first).days


class InterestPool(models.Model):
    """结息专户: a run's share of one custody account: what it has to distribute, and to what it came.

    `earned_fen` is what stood undistributed on the settlement day (3101 with income and fees not yet carried forward).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    run = models.ForeignKey(InterestRun, verbose_name="结息批次", on_delete=models.PROTECT, related_name="pools")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField("结息日")
    is_live = models.BooleanField("有效", default=True)
    earned_fen = models.BigIntegerField("待分配收益（分）", default=0)
    earned_parts = models.JSONField("待分配收益的构成", default=dict)
    product = models.DecimalField("积数（分·天）", max_digits=30, decimal_places=0, default=0)
    accounts = models.IntegerField("分户数", default=0)
    total_fen = models.BigIntegerField("结息金额（分）", default=0)
    withheld_fen = models.BigIntegerField("不入户金额（分）", default=0)

    class Meta:
        verbose_name = "结息专户"
        constraints = [
            models.UniqueConstraint(fields=("run", "custody"), name="interest_pool_is_one_per_custody"),
            models.UniqueConstraint(
                fields=("custody", "settled_on"),
                condition=Q(is_live=True),
                name="interest_is_settled_once_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.custody_id}"

    @property
    def left_fen(self) -> int:
        """What stays undistributed (3101) when the run is booked; below zero, the run gives more than was earned."""
        return self.earned_fen - self.total_fen


class InterestPart(models.Model):
    """结息区域: the part of a run that one area books for one custody account: a pair of entries.

    `fingerprint` is what the area had booked before the settlement day when it was computed; approval refuses when it changed.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    run = models.ForeignKey(InterestRun, verbose_name="结息批次", on_delete=models.PROTECT, related_name="parts")
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="+")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    accounts = models.IntegerField("分户数")
    product = models.DecimalField("积数（分·天）", max_digits=30, decimal_places=0)
    total_fen = models.BigIntegerField("结息金额（分）")
    withheld_fen = models.BigIntegerField("不入户金额（分）")
    fingerprint = models.DecimalField("计算时的借方累计（分）", max_digits=30, decimal_places=0)
    entry_id = models.BigIntegerField("分录", null=True, blank=True)
    reversal_id = models.BigIntegerField("冲销分录", null=True, blank=True)

    class Meta:
        verbose_name = "结息区域"
        constraints = [
            models.UniqueConstraint(fields=("run", "area", "custody"), name="interest_part_is_one_per_area"),
            models.CheckConstraint(
                name="interest_part_is_reversed_once_booked",
                condition=Q(reversal_id__isnull=True) | Q(entry_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.area_id}"


class InterestLine(models.Model):
    """结息明细: one sub-account's interest of a run. A closed one takes no money: its share stays undistributed (不入户).

    A run has a million; they are written in SQL and never changed once the run has been approved (a trigger refuses).
    """

    pk = models.CompositePrimaryKey("run_id", "area_id", "custody_id", "sub_account_id")
    # The trigger proves that the run is there, once for each statement: a foreign key would be checked row by row.
    run = models.ForeignKey(
        InterestRun,
        verbose_name="结息批次",
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,
        db_constraint=False,
    )
    area_id = models.BigIntegerField("物业区域")
    custody_id = models.BigIntegerField("专户")
    sub_account_id = models.BigIntegerField("分户账")
    is_open = models.BooleanField("可入户")
    balance_fen = models.BigIntegerField("结息日余额（分）")
    stood_fen = models.BigIntegerField("定期部分（分）")
    long_fen = models.BigIntegerField("其中长期部分（分）")
    product = models.DecimalField("积数（分·天）", max_digits=24, decimal_places=0)
    fen = models.BigIntegerField("结息金额（分）")

    class Meta:
        verbose_name = "结息明细"
        constraints = [models.CheckConstraint(name="interest_line_is_not_negative", condition=Q(fen__gte=0))]

    def __str__(self) -> str:
        return f"{self.run_id} {self.sub_account_id}"

"""期初建账."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User


class OpeningState(models.TextChoices):
    """期初建账状态."""

    READING = "READING", "核对中"
    FAULTY = "FAULTY", "有误"
    WAITING = "WAITING", "待复核"
    BOOKING = "BOOKING", "记账中"
    BOOKED = "BOOKED", "已建账"
    RETURNED = "RETURNED", "已退回"


class Opening(models.Model):
    """期初建账: the balances with which a city moves in, of up to a million sub-accounts, checked against its banks' totals.

    The file lies sealed among the papers. Read and checked as a job; accepted by a second person; booked as a job.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    opened_on = models.DateField("建账日期")
    state = models.CharField("状态", max_length=10, choices=OpeningState.choices, default=OpeningState.READING)
    file_name = models.CharField("文件名", max_length=200)
    path = models.CharField("存放位置", max_length=200)
    sha256 = models.CharField("内容摘要", max_length=64)
    rows = models.PositiveIntegerField("户数", default=0)
    faults = models.PositiveIntegerField("错误数", default=0)
    total_fen = models.BigIntegerField("分户合计（分）", default=0)
    made_by = models.ForeignKey(User, verbose_name="提交人", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField("提交人姓名", max_length=50)
    made_at = models.DateTimeField("提交时间")
    checked_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    booked_at = models.DateTimeField("记账时间", null=True, blank=True)
    note = models.CharField("退回原因", max_length=200, blank=True, default="")
    job_id = models.BigIntegerField("后台任务", null=True, blank=True)

    class Meta:
        verbose_name = "期初建账"
        constraints = [
            models.CheckConstraint(name="opening_state_is_known", condition=Q(state__in=OpeningState.values)),
            models.CheckConstraint(
                name="opening_is_accepted_by_another",
                condition=~Q(state__in=(OpeningState.BOOKING, OpeningState.BOOKED))
                | (Q(checked_by__isnull=False, checked_at__isnull=False, faults=0) & ~Q(checked_by=F("made_by"))),
            ),
            models.CheckConstraint(
                name="opening_with_faults_goes_no_further",
                condition=Q(faults=0) | Q(state__in=(OpeningState.FAULTY, OpeningState.RETURNED)),
            ),
            models.CheckConstraint(
                name="opening_booked_at_iff_booked",
                condition=Q(state=OpeningState.BOOKED, booked_at__isnull=False)
                | (~Q(state=OpeningState.BOOKED) & Q(booked_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="opening_is_returned_with_a_reason", condition=~Q(state=OpeningState.RETURNED) | ~Q(note="")
            ),
        ]
        indexes = [models.Index(fields=("jurisdiction", "-made_at"), name="opening_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> OpeningState:
        """The state as the enumeration."""
        return OpeningState(self.state)


class OpeningTotal(models.Model):
    """期初专户合计: what the bank says of a custody account on the day, and what the file brings for it."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    opening = models.ForeignKey(Opening, verbose_name="期初建账", on_delete=models.PROTECT, related_name="totals")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    bank_fen = models.BigIntegerField("银行存款余额（分）")
    bonds_fen = models.BigIntegerField("国债投资（分）", default=0)
    undistributed_fen = models.BigIntegerField("待分配累计收益（分）", default=0)
    houses_fen = models.BigIntegerField("分户合计（分）", default=0)
    rows = models.PositiveIntegerField("户数", default=0)

    class Meta:
        verbose_name = "期初专户合计"
        constraints = [
            models.UniqueConstraint(fields=("opening", "custody"), name="opening_total_is_one_per_custody"),
            models.CheckConstraint(
                name="opening_total_is_not_negative",
                condition=Q(bank_fen__gte=0, bonds_fen__gte=0, undistributed_fen__gte=0, houses_fen__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opening_id} {self.custody_id}"

    @property
    def off_fen(self) -> int:
        """What the bank's side has more than the sub-accounts and the undistributed earnings; 0 where they agree."""
        return self.bank_fen + self.bonds_fen - self.houses_fen - self.undistributed_fen


class OpeningLine(models.Model):
    """期初分户: one sub-account's balance. A million rows come by COPY, so what they name is proven by one query before,
    not by a key row by row."""

    id = models.BigAutoField("标识", primary_key=True)
    opening = models.ForeignKey(
        Opening, verbose_name="期初建账", on_delete=models.PROTECT, related_name="lines", db_constraint=False
    )
    row_no = models.IntegerField("行号")
    area_id = models.BigIntegerField("物业区域")
    account_id = models.BigIntegerField("分户")
    custody_id = models.BigIntegerField("专户")
    fen = models.BigIntegerField("余额（分）")

    class Meta:
        verbose_name = "期初分户"
        constraints = [
            models.UniqueConstraint(fields=("opening", "account_id", "custody_id"), name="opening_line_is_one"),
            models.CheckConstraint(name="opening_line_is_positive", condition=Q(fen__gt=0)),
        ]
        indexes = [models.Index(fields=("opening", "area_id", "custody_id"), name="opening_line_of_area")]

    def __str__(self) -> str:
        return f"{self.opening_id} {self.row_no}"


class OpeningFault(models.Model):
    """期初错误: what is wrong with a row of the file; row 0 is the file as a whole."""

    id = models.BigAutoField("标识", primary_key=True)
    opening = models.ForeignKey(Opening, verbose_name="期初建账", on_delete=models.CASCADE, related_name="fault_rows")
    row_no = models.IntegerField("行号")
    column = models.CharField("列", max_length=30, blank=True, default="")
    text = models.CharField("错误", max_length=200)

    class Meta:
        verbose_name = "期初错误"
        indexes = [models.Index(fields=("opening", "row_no"), name="opening_fault_in_order")]

    def __str__(self) -> str:
        return f"{self.opening_id} {self.row_no}"

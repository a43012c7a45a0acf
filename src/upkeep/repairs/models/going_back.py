"""清退 of what was paid, and the two-person word that an unpaid order of a cancelled project is given up."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.estate.models import House, SellingUnitAccount
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User
from upkeep.repairs.models.paying import ProjectPhase
from upkeep.repairs.models.project import RepairProject


class ClearingReason(models.TextChoices):
    """清退原因 (004 §1.3.4)."""

    NOT_POSSIBLE = "NOT_POSSIBLE", "维修无法进行"
    BAD_QUALITY = "BAD_QUALITY", "不符合施工质量要求"
    OTHER = "OTHER", "其他原因"


class ClearingState(models.TextChoices):
    """清退状态."""

    WAITING = "WAITING", "待退回"
    PAID = "PAID", "已清退"
    VOID = "VOID", "已作废"


class PaidOrder(models.Model):
    """已拨付款项: a payment order of the project that the bank has paid, with what of it is asked back and has come back.

    The one row on which everybody who asks, confirms or gives up waits; asked and cleared never exceed what was paid.
    """

    order = models.OneToOneField(
        PaymentOrder, verbose_name="付款通知", on_delete=models.PROTECT, primary_key=True, related_name="repair_paid"
    )
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="paid_orders"
    )
    phase = models.ForeignKey(
        ProjectPhase, verbose_name="期次", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_fen = models.BigIntegerField("已付金额（分）")
    asked_fen = models.BigIntegerField("待退回金额（分）", default=0)
    cleared_fen = models.BigIntegerField("已清退金额（分）", default=0)

    class Meta:
        verbose_name = "已拨付款项"
        constraints = [
            models.CheckConstraint(
                name="order_is_cleared_at_most_as_paid",
                condition=Q(paid_fen__gt=0, asked_fen__gte=0, cleared_fen__gte=0)
                & Q(paid_fen__gte=F("asked_fen") + F("cleared_fen")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.cleared_fen}/{self.paid_fen}"

    @property
    def left_fen(self) -> int:
        """What may still be asked back."""
        return self.paid_fen - self.asked_fen - self.cleared_fen


class Clearing(models.Model):
    """项目清退: that a payee pays back a part or all of an order. Its 清退通知单 is a pay slip of the bank's, whose houses
    stand in `ClearingLine`: no house pays it."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    paid_order = models.ForeignKey(
        PaidOrder, verbose_name="已拨付款项", on_delete=models.PROTECT, related_name="clearings"
    )
    slip = models.OneToOneField(
        PaySlip, verbose_name="清退通知单", on_delete=models.PROTECT, related_name="repair_clearing"
    )
    state = models.CharField("状态", max_length=10, choices=ClearingState.choices, default=ClearingState.WAITING)
    amount_fen = models.BigIntegerField("清退金额（分）")
    reason = models.CharField("清退原因", max_length=20, choices=ClearingReason.choices)
    reason_text = models.CharField("原因说明", max_length=200, blank=True, default="")
    asked_by = models.ForeignKey(User, verbose_name="申请人", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField("申请人姓名", max_length=50)
    asked_at = models.DateTimeField("申请时间")
    #: Whether the project was finished when the money came back: taking that back finishes it again.
    finished_at = models.DateTimeField("清退前的完结时间", null=True, blank=True)

    class Meta:
        verbose_name = "项目清退"
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.CheckConstraint(
                name="clearing_is_sound",
                condition=Q(amount_fen__gt=0, state__in=ClearingState.values, reason__in=ClearingReason.values),
            ),
            models.CheckConstraint(
                name="clearing_for_another_reason_says_which",
                condition=~Q(reason=ClearingReason.OTHER) | ~Q(reason_text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slip_id} {self.state}"

    @property
    def state_now(self) -> ClearingState:
        return ClearingState(self.state)

    @property
    def reason_words(self) -> str:
        """维修无法进行：电梯厂家停产."""
        label = str(ClearingReason(self.reason).label)
        if self.reason == ClearingReason.OTHER:
            return self.reason_text
        return f"{label}：{self.reason_text}" if self.reason_text else label


class ClearingLine(models.Model):
    """清退明细: what a house, or the account of a unit that sold houses (售房单位分账), gets back, in the shares in which they
    paid the order. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    clearing = models.ForeignKey(Clearing, verbose_name="项目清退", on_delete=models.PROTECT, related_name="lines")
    house = models.ForeignKey(
        House, verbose_name="房屋", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_account = models.ForeignKey(
        SellingUnitAccount,
        verbose_name="售房单位分账",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    area_dm2 = models.IntegerField("分摊面积（0.01㎡）")
    amount_fen = models.BigIntegerField("退回金额（分）")

    class Meta:
        verbose_name = "清退明细"
        constraints = [
            models.UniqueConstraint(fields=("clearing", "house"), name="house_is_once_in_a_clearing"),
            models.UniqueConstraint(fields=("clearing", "unit_account"), name="unit_account_is_once_in_a_clearing"),
            models.CheckConstraint(name="clearing_line_is_positive", condition=Q(amount_fen__gt=0, area_dm2__gte=0)),
            models.CheckConstraint(
                name="clearing_line_is_of_one_sub_account",
                condition=Q(house__isnull=True, unit_account__isnull=False)
                | Q(house__isnull=False, unit_account__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clearing_id} {self.house_id or self.unit_account_id}"

    @property
    def holder(self) -> str:
        """7栋 1单元 101, or the selling unit's account."""
        if self.house is not None:
            return f"{self.house.building.name} {self.house.label}"
        return self.unit_account.words if self.unit_account else ""

    @property
    def rule(self) -> str:
        """What stands in the place of a rate on a printed list."""
        return "按原列支金额"


class OrderVoiding(models.Model):
    """付款通知作废申请: an order of a project that is being cancelled is given up by two persons of the office."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    order = models.ForeignKey(
        PaymentOrder, verbose_name="付款通知", on_delete=models.PROTECT, related_name="repair_voidings"
    )
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="order_voidings"
    )
    reason = models.CharField("作废原因", max_length=200)
    asked_by = models.ForeignKey(User, verbose_name="申请人", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField("申请人姓名", max_length=50)
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    is_approved = models.BooleanField("同意", default=False)

    class Meta:
        verbose_name = "付款通知作废申请"
        constraints = [
            models.UniqueConstraint(
                fields=("order",),
                condition=Q(decided_at__isnull=True) | Q(is_approved=True),
                name="order_has_one_live_voiding",
            ),
            models.CheckConstraint(
                name="order_voiding_takes_two_people",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_approved=False)
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.is_approved}"

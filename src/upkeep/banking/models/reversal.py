"""冲正."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models.custody import BankSerial, CustodyAccount
from upkeep.banking.models.order import PaymentOrder
from upkeep.banking.models.slip import PaySlip
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User


class ReversalState(models.TextChoices):
    """冲正状态."""

    ASKED = "ASKED", "待复核"
    APPROVED = "APPROVED", "已冲正"
    DECLINED = "DECLINED", "未同意"


class BankReversal(models.Model):
    """冲正: a counter entry by which a bank takes back, on the same day, what it confirmed by mistake.

    A teller asks, somebody else of the bank decides; what was confirmed, by whom and under which serial stays written
    here, since the paper itself waits again once the reversal is approved. Never changed once decided (a trigger refuses).
    What comes by the bank's own system (银行接口) names its people, who have no accounts here: two as well.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    custody = models.ForeignKey(
        CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="reversals"
    )
    slip = models.ForeignKey(
        PaySlip, verbose_name="通知单", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    order = models.ForeignKey(
        PaymentOrder,
        verbose_name="付款通知",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversals",
    )
    number = models.CharField("单据编号", max_length=20)
    payment_no = models.SmallIntegerField("第几次确认")
    paid_serial = models.ForeignKey(
        BankSerial, verbose_name="原银行流水", on_delete=models.PROTECT, related_name="reversals"
    )
    amount_fen = models.BigIntegerField("金额（分）")
    booked_on = models.DateField("原入账日期")
    confirmed_at = models.DateTimeField("原确认时间")
    confirmed_by = models.ForeignKey(
        User, verbose_name="原确认人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by_name = models.CharField("原确认人姓名", max_length=50)
    reason = models.CharField("冲正原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=ReversalState.choices, default=ReversalState.ASKED)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(
        User, verbose_name="申请人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by_name = models.CharField("申请人姓名", max_length=50)
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    note = models.CharField("复核意见", max_length=200, blank=True, default="")
    reversal_serial = models.OneToOneField(
        BankSerial, verbose_name="冲正流水", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal"
    )

    class Meta:
        verbose_name = "冲正"
        constraints = [
            models.CheckConstraint(name="reversal_state_is_known", condition=Q(state__in=ReversalState.values)),
            models.CheckConstraint(
                name="reversal_is_of_one_paper",
                condition=Q(slip__isnull=False, order__isnull=True) | Q(slip__isnull=True, order__isnull=False),
            ),
            models.CheckConstraint(name="reversal_amount_is_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="reversal_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="reversal_decided_at_iff_decided",
                condition=Q(
                    state=ReversalState.ASKED, decided_at__isnull=True, decided_by__isnull=True, decided_by_name=""
                )
                | (~Q(state=ReversalState.ASKED) & Q(decided_at__isnull=False) & ~Q(decided_by_name="")),
            ),
            models.CheckConstraint(
                name="reversal_serial_iff_approved",
                condition=Q(state=ReversalState.APPROVED, reversal_serial__isnull=False)
                | (~Q(state=ReversalState.APPROVED) & Q(reversal_serial__isnull=True)),
            ),
            models.CheckConstraint(
                name="declined_reversal_says_why", condition=~Q(state=ReversalState.DECLINED) | ~Q(note="")
            ),
            # 双人复核: neither who asked nor who confirmed the payment decides.
            models.CheckConstraint(
                name="reversal_is_decided_by_another",
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("confirmed_by"))),
            ),
            # Without an account on this platform it is the bank's system that decides, for two people of the bank.
            models.CheckConstraint(
                name="reversal_by_message_names_two",
                condition=Q(state=ReversalState.ASKED)
                | Q(decided_by__isnull=False, asked_by__isnull=False)
                | Q(decided_by__isnull=True, asked_by__isnull=True)
                & ~Q(decided_by_name=F("asked_by_name"))
                & ~Q(decided_by_name=F("confirmed_by_name")),
            ),
            models.UniqueConstraint(
                fields=("number",), condition=Q(state=ReversalState.ASKED), name="reversal_is_asked_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=("number", "payment_no"),
                condition=Q(state=ReversalState.APPROVED),
                name="payment_is_reversed_once",
            ),
        ]
        indexes = [
            models.Index(fields=("custody", "-asked_at"), name="reversal_newest"),
            models.Index(fields=("custody", "booked_on"), name="reversal_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> ReversalState:
        return ReversalState(self.state)

    @property
    def paper(self) -> PaySlip | PaymentOrder:
        """What it reverses a payment of."""
        found = self.slip or self.order
        assert found is not None
        return found

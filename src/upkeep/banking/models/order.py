"""付款通知 (划转通知)."""

from django.db import models
from django.db.models import Q

from upkeep.banking.models.custody import BankSerial, CustodyAccount
from upkeep.estate.models import Area, House, SellingUnitAccount
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, User


class OrderState(models.TextChoices):
    """付款通知状态."""

    WAITING = "WAITING", "待付"
    PAID = "PAID", "已付"
    FAILED = "FAILED", "失败"
    VOID = "VOID", "作废"


class PaymentOrder(models.Model):
    """付款通知、划转通知: what the custodian bank is to pay to whom, out of which houses' money (165号令 第二十二条).

    The money of the houses is held by whoever orders; the books move when the bank confirms. What is paid, failed or
    void stays so (a trigger refuses): a failed one is ordered anew by somebody else. Only a payment reversed
    on its day (冲正) lets the order wait again.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("付款通知编号", max_length=20, unique=True)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="orders")
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="orders")
    purpose = models.CharField("用途", max_length=20)
    reference = models.CharField("来源", max_length=60, db_index=True)
    payee_name = models.CharField("收款人", max_length=100)
    payee_bank = models.CharField("收款人开户行", max_length=100)
    payee_account = EncryptedTextField("收款账号")
    amount_fen = models.BigIntegerField("金额（分）")
    house_count = models.IntegerField("户数")
    state = models.CharField("状态", max_length=10, choices=OrderState.choices, default=OrderState.WAITING)
    replaces = models.OneToOneField(
        "self", verbose_name="重开自", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    reissue_reason = models.CharField("重开原因", max_length=200, blank=True, default="")
    issued_at = models.DateTimeField("开具时间")
    issued_by = models.ForeignKey(
        User, verbose_name="开具人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_by_name = models.CharField("开具人姓名", max_length=50)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        User, verbose_name="办理人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_by_name = models.CharField("办理人姓名", max_length=50, blank=True, default="")
    failure_reason = models.CharField("未付原因", max_length=200, blank=True, default="")
    booked_on = models.DateField("入账日期", null=True, blank=True)
    bank_serial = models.OneToOneField(
        BankSerial, verbose_name="银行流水", null=True, blank=True, on_delete=models.PROTECT, related_name="order"
    )
    payment_no = models.SmallIntegerField("第几次确认", default=1)

    class Meta:
        verbose_name = "付款通知"
        constraints = [
            models.CheckConstraint(name="order_state_is_known", condition=Q(state__in=OrderState.values)),
            models.CheckConstraint(name="order_payments_are_counted_from_one", condition=Q(payment_no__gte=1)),
            models.CheckConstraint(name="order_amount_is_positive", condition=Q(amount_fen__gt=0, house_count__gte=0)),
            models.CheckConstraint(
                name="order_closed_at_iff_closed",
                condition=Q(state=OrderState.WAITING, closed_at__isnull=True)
                | (~Q(state=OrderState.WAITING) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="order_bank_serial_iff_paid",
                condition=Q(state=OrderState.PAID, bank_serial__isnull=False, booked_on__isnull=False)
                | (~Q(state=OrderState.PAID) & Q(bank_serial__isnull=True, booked_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="order_reason_iff_not_paid",
                condition=(Q(state__in=[OrderState.FAILED, OrderState.VOID]) & ~Q(failure_reason=""))
                | (Q(state__in=[OrderState.WAITING, OrderState.PAID]) & Q(failure_reason="")),
            ),
            models.CheckConstraint(
                name="order_reissue_reason_iff_replaces",
                condition=Q(replaces__isnull=True, reissue_reason="")
                | (Q(replaces__isnull=False) & ~Q(reissue_reason="")),
            ),
            # Whoever orders a payment is not the one who confirms it.
            models.CheckConstraint(
                name="order_is_not_paid_by_its_issuer",
                condition=~Q(state=OrderState.PAID) | Q(issued_by__isnull=True) | ~Q(issued_by=models.F("closed_by")),
            ),
        ]
        indexes = [
            models.Index(fields=("jurisdiction", "-issued_at"), name="order_newest"),
            models.Index(fields=("custody", "issued_at"), condition=Q(state=OrderState.WAITING), name="order_to_pay"),
            models.Index(fields=("custody", "-closed_at"), condition=Q(state=OrderState.PAID), name="order_journal"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> OrderState:
        return OrderState(self.state)


class PaymentOrderLine(models.Model):
    """付款通知明细: how much of the payment one house bears, or the account of a unit that sold houses (售房单位分账)."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    order = models.ForeignKey(PaymentOrder, verbose_name="付款通知", on_delete=models.PROTECT, related_name="lines")
    house = models.ForeignKey(
        House, verbose_name="房屋", null=True, blank=True, on_delete=models.PROTECT, related_name="order_lines"
    )
    unit_account = models.ForeignKey(
        SellingUnitAccount,
        verbose_name="售房单位分账",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="order_lines",
    )
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "付款通知明细"
        constraints = [
            models.UniqueConstraint(fields=("order", "house"), name="house_is_once_on_an_order"),
            models.UniqueConstraint(fields=("order", "unit_account"), name="unit_account_is_once_on_an_order"),
            models.CheckConstraint(
                name="order_line_is_of_one_sub_account",
                condition=Q(house__isnull=True, unit_account__isnull=False)
                | Q(house__isnull=False, unit_account__isnull=True),
            ),
            models.CheckConstraint(name="order_line_amount_is_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.sub_account_id}"

    @property
    def holder(self) -> str:
        """1幢 1单元 101, or 7栋 售房单位分账（…）; the house's or account's building and organisation are loaded."""
        if self.unit_account is not None:
            return self.unit_account.words
        assert self.house is not None
        return f"{self.house.building.name} {self.house.label}"

    @property
    def sub_account_id(self) -> int:
        """The sub-account that bears it: the house's, or the selling unit's."""
        found = self.house_id or self.unit_account_id
        assert found is not None
        return found

"""交款通知单."""

from django.db import models
from django.db.models import Q

from upkeep.banking.models.custody import BankSerial, CustodyAccount
from upkeep.casework.models import Case
from upkeep.estate.models import Area, House, SellingUnitAccount
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, Organisation, User


class SlipState(models.TextChoices):
    """通知单状态."""

    WAITING = "WAITING", "待交"
    PAID = "PAID", "已交"
    VOID = "VOID", "作废"
    EXPIRED = "EXPIRED", "过期"


class ReceiptMode(models.TextChoices):
    """开票方式."""

    WHOLE = "WHOLE", "汇总开票"
    PER_HOUSE = "PER_HOUSE", "分户开票"


class PaySlip(models.Model):
    """交款通知单: what a payer is to pay into one custody account, for which houses, by when.

    It has a life of its own: the case that asked for it is closed when it is issued. Once paid, void or expired
    nothing about it changes (a trigger refuses), but that a payment reversed on its day (冲正) lets it wait again.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("通知单编号", max_length=20, unique=True)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="slips")
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="slips")
    case = models.ForeignKey(
        Case, verbose_name="业务单", null=True, blank=True, on_delete=models.PROTECT, related_name="slips"
    )
    purpose = models.CharField("用途", max_length=20)
    payer_organisation = models.ForeignKey(
        Organisation, verbose_name="交款单位", null=True, blank=True, on_delete=models.PROTECT, related_name="slips"
    )
    #: Whoever asked for it where that is not the payer: the developer that prints an owner's notice (代打).
    asked_by = models.ForeignKey(
        Organisation,
        verbose_name="办理单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="asked_slips",
    )
    #: Whose sub-account the money goes to, where it is not the houses' own: the unit's that sold them (售房单位分账).
    unit_account = models.ForeignKey(
        SellingUnitAccount,
        verbose_name="售房单位分账",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="slips",
    )
    payer_name = models.CharField("交款人", max_length=100)
    payer_hash = models.CharField("交款人证件号码索引", max_length=64, blank=True, default="")
    payer_phone = EncryptedTextField("领取票据的手机号", blank=True, default="")
    receipt_mode = models.CharField("开票方式", max_length=10, choices=ReceiptMode.choices)
    total_fen = models.BigIntegerField("金额（分）")
    house_count = models.IntegerField("户数")
    state = models.CharField("状态", max_length=10, choices=SlipState.choices, default=SlipState.WAITING)
    expires_on = models.DateField("有效期至")
    replaces = models.OneToOneField(
        "self", verbose_name="重开自", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
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
    void_reason = models.CharField("作废原因", max_length=200, blank=True, default="")
    booked_on = models.DateField("入账日期", null=True, blank=True)
    bank_serial = models.OneToOneField(
        BankSerial, verbose_name="银行流水", null=True, blank=True, on_delete=models.PROTECT, related_name="slip"
    )
    payment_no = models.SmallIntegerField("第几次确认", default=1)

    class Meta:
        verbose_name = "交款通知单"
        constraints = [
            models.CheckConstraint(name="slip_state_is_known", condition=Q(state__in=SlipState.values)),
            models.CheckConstraint(name="slip_payments_are_counted_from_one", condition=Q(payment_no__gte=1)),
            models.CheckConstraint(name="slip_total_is_positive", condition=Q(total_fen__gt=0, house_count__gt=0)),
            models.CheckConstraint(
                name="slip_closed_at_iff_closed",
                condition=Q(state=SlipState.WAITING, closed_at__isnull=True)
                | (~Q(state=SlipState.WAITING) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="slip_bank_serial_iff_paid",
                condition=Q(state=SlipState.PAID, bank_serial__isnull=False, booked_on__isnull=False)
                | (~Q(state=SlipState.PAID) & Q(bank_serial__isnull=True, booked_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="slip_void_reason_iff_void",
                condition=(Q(state=SlipState.VOID) & ~Q(void_reason=""))
                | (~Q(state=SlipState.VOID) & Q(void_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=("jurisdiction", "-issued_at"), name="slip_newest"),
            models.Index(fields=("payer_organisation", "-issued_at"), name="slip_of_organisation"),
            models.Index(fields=("asked_by", "-issued_at"), name="slip_asked_by"),
            models.Index(fields=("payer_hash",), condition=~Q(payer_hash=""), name="slip_of_person"),
            models.Index(fields=("area", "state"), name="slip_of_area"),
            models.Index(
                fields=("unit_account", "-issued_at"),
                condition=Q(unit_account__isnull=False),
                name="slip_of_unit_account",
            ),
            models.Index(fields=("expires_on",), condition=Q(state=SlipState.WAITING), name="slip_to_expire"),
            models.Index(fields=("custody", "-closed_at"), condition=Q(state=SlipState.PAID), name="slip_journal"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> SlipState:
        return SlipState(self.state)

    @property
    def is_of_a_person(self) -> bool:
        """Whether a person pays it himself: its print is the 交存通知书, and lists show his name masked."""
        return self.payer_organisation_id is None


class PaySlipLine(models.Model):
    """交款通知单明细: one house of a slip with its amount and the rule it was computed by, as they stood then."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    slip = models.ForeignKey(PaySlip, verbose_name="通知单", on_delete=models.PROTECT, related_name="lines")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="slip_lines")
    area_dm2 = models.IntegerField("建筑面积（0.01㎡）")
    rule = models.CharField("交存标准", max_length=120)
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "交款通知单明细"
        constraints = [
            models.UniqueConstraint(fields=("slip", "house"), name="house_is_once_on_a_slip"),
            models.CheckConstraint(name="slip_line_amount_is_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.slip_id} {self.house_id}"

    @property
    def holder(self) -> str:
        """1幢 1单元 101; the house's building is loaded."""
        return f"{self.house.building.name} {self.house.label}"

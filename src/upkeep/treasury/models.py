"""返还: what is owed to whom for a house that is gone. 退款: what of a deposit is paid back, and to whom."""

from django.db import models
from django.db.models import Q

from upkeep.banking.models import CustodyAccount, PaySlip
from upkeep.casework.models import Case
from upkeep.estate.models import Area, House, Owner, SellingUnitAccount
from upkeep.estate.models.owner import WHOLE_PPM
from upkeep.kernel.ids import new_id
from upkeep.kernel.masking import mask_name
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, User
from upkeep.policy.refund_rule import REASONS

#: What stands where a name would, when the register knew no owner.
NOBODY_KNOWN = "业主不明，留存待领"
#: The same for the part of a unit that sold the house and is no more (165号令 第二十九条).
UNIT_IS_GONE = "售房单位已停用，核实后收缴同级国库"


class PayoutState(models.TextChoices):
    """返还状态."""

    OWED = "OWED", "待返还"
    ORDERED = "ORDERED", "待付款"
    PAID = "PAID", "已返还"


class Payout(models.Model):
    """返还: one owner's part of the balance of a cancelled house (165号令 第二十九条), owed until the bank has paid it.

    The part of the unit that sold it is a payout of its own, owed to the unit. Without either the register knew nobody: the
    money stays a payable until somebody proves that it is his. The sum of what is not paid yet is the balance of 2001
    应付房屋灭失返还资金. To whom and how much never changes (a trigger refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="payouts")
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="payouts")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="payouts")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="payouts")
    owner = models.ForeignKey(
        Owner, verbose_name="业主", null=True, blank=True, on_delete=models.PROTECT, related_name="payouts"
    )
    #: The part of the unit that sold the house (售房单位部分): owed to that unit, or to the treasury when it is gone.
    unit_account = models.ForeignKey(
        SellingUnitAccount,
        verbose_name="售房单位分账",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="payouts",
    )
    share_ppm = models.IntegerField("份额（百万分之）")
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=10, choices=PayoutState.choices, default=PayoutState.OWED)
    basis = models.CharField("领取依据", max_length=200, blank=True, default="")
    owed_at = models.DateTimeField("确认时间")
    ordered_at = models.DateTimeField("开具付款通知时间", null=True, blank=True)
    ordered_by = models.ForeignKey(
        User, verbose_name="开具人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_at = models.DateTimeField("付款时间", null=True, blank=True)

    class Meta:
        verbose_name = "返还"
        constraints = [
            models.UniqueConstraint(
                fields=("house", "owner", "unit_account"), nulls_distinct=False, name="payout_is_owed_once"
            ),
            models.CheckConstraint(
                name="payout_is_owed_to_owner_or_unit", condition=Q(owner__isnull=True) | Q(unit_account__isnull=True)
            ),
            models.CheckConstraint(name="payout_amount_is_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payout_share_is_a_part", condition=Q(share_ppm__gt=0, share_ppm__lte=WHOLE_PPM)
            ),
            models.CheckConstraint(
                name="payout_state_is_told_by_its_times",
                condition=Q(state=PayoutState.OWED, ordered_at__isnull=True, paid_at__isnull=True)
                | Q(state=PayoutState.ORDERED, ordered_at__isnull=False, paid_at__isnull=True)
                | Q(state=PayoutState.PAID, ordered_at__isnull=False, paid_at__isnull=False),
            ),
            models.CheckConstraint(
                name="payout_to_somebody_unknown_says_why",
                condition=Q(owner__isnull=False)
                | Q(unit_account__isnull=False)
                | Q(state=PayoutState.OWED)
                | ~Q(basis=""),
            ),
        ]
        indexes = [
            models.Index(fields=("jurisdiction", "state", "-owed_at"), name="payout_newest"),
            models.Index(fields=("case",), name="payout_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.state}"

    @property
    def state_now(self) -> PayoutState:
        return PayoutState(self.state)

    @property
    def recorded_payee(self) -> str:
        """Who gets it without further papers: the owner on record, or the unit that sold the house while it exists. Empty:
        nobody does. Owner and unit are loaded."""
        if self.unit_account is not None:
            unit = self.unit_account.organisation
            return "" if unit.suspended_at else unit.name
        return self.owner.name if self.owner else ""

    @property
    def masked_owner(self) -> str:
        """To whom it is owed, as everybody may read it: persons masked, organisations in full."""
        if self.unit_account is not None:
            return self.recorded_payee or UNIT_IS_GONE
        if self.owner is None:
            return NOBODY_KNOWN
        return self.owner.name if self.owner.is_organisation else mask_name(self.owner.name)

    @property
    def reference(self) -> str:
        """How its payment order and its posting name it."""
        return f"payout:{self.pk}"


class BatchState(models.TextChoices):
    """返还批次状态."""

    WAITING = "WAITING", "待复核"
    ISSUED = "ISSUED", "已开具"
    RETURNED = "RETURNED", "已退回"


class PayoutBatch(models.Model):
    """返还批次: payouts with the accounts of those who are to be paid, entered by one and checked by another, who issues
    the payment orders of all of them at once. What was decided stays as it is (a trigger refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("批次编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    state = models.CharField("状态", max_length=10, choices=BatchState.choices, default=BatchState.WAITING)
    made_by = models.ForeignKey(User, verbose_name="录入人", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField("录入人姓名", max_length=50)
    made_at = models.DateTimeField("录入时间")
    checked_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    note = models.CharField("退回原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "返还批次"
        constraints = [
            models.CheckConstraint(
                name="payout_batch_is_checked_or_waits",
                condition=Q(state=BatchState.WAITING, checked_by__isnull=True, checked_at__isnull=True, note="")
                | Q(state=BatchState.ISSUED, checked_by__isnull=False, checked_at__isnull=False, note="")
                | Q(state=BatchState.RETURNED, checked_by__isnull=False, checked_at__isnull=False) & ~Q(note=""),
            ),
            # Whoever entered the accounts may take his batch back, but not let the money go.
            models.CheckConstraint(
                name="payout_batch_is_issued_by_another",
                condition=~Q(state=BatchState.ISSUED) | ~Q(checked_by=models.F("made_by")),
            ),
        ]
        indexes = [models.Index(fields=("jurisdiction", "state", "-made_at"), name="payout_batch_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> BatchState:
        return BatchState(self.state)


class PayoutBatchLine(models.Model):
    """返还批次明细: one payout of a batch, and into whose account it is to be paid."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    batch = models.ForeignKey(PayoutBatch, verbose_name="返还批次", on_delete=models.PROTECT, related_name="lines")
    payout = models.ForeignKey(Payout, verbose_name="返还", on_delete=models.PROTECT, related_name="batch_lines")
    payee_name = models.CharField("收款人", max_length=100)
    payee_bank = models.CharField("收款人开户行", max_length=100)
    payee_account = EncryptedTextField("收款账号")
    basis = models.CharField("领取依据", max_length=200, blank=True, default="")
    is_returned = models.BooleanField("已退回", default=False)

    class Meta:
        verbose_name = "返还批次明细"
        constraints = [
            models.UniqueConstraint(
                fields=("payout",), condition=Q(is_returned=False), name="payout_stands_in_one_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.payout_id}"


class RefundState(models.TextChoices):
    """退款状态."""

    ORDERED = "ORDERED", "待付款"
    PAID = "PAID", "已退款"
    VOID = "VOID", "已撤销"


class Refund(models.Model):
    """退款: an approved refund of a deposit, from the approval until the bank has paid or it is given up.

    Whose house, how much and to whom never changes. The database refuses: a second one that is open on a house, more than
    was paid in and not paid back yet, a payee who is neither owner nor payer on record, and one person in two of the parts
    of handing in, approving and paying (`sql/guards/refund.sql`).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.OneToOneField(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="refund")
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="refunds")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="refunds")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="refunds")
    reason = models.CharField("退款事由", max_length=12, choices=REASONS)
    amount_fen = models.BigIntegerField("金额（分）")
    payee_owner = models.ForeignKey(
        Owner, verbose_name="收款业主", null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    payee_slip = models.ForeignKey(
        PaySlip,
        verbose_name="收款人交款通知单",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refunds",
    )
    payee_name = models.CharField("收款人", max_length=100)
    phone = EncryptedTextField("联系电话", blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=RefundState.choices, default=RefundState.ORDERED)
    handed_in_by = models.ForeignKey(
        User, verbose_name="提交人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(User, verbose_name="审批人", on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("审批时间")
    paid_by = models.ForeignKey(
        User, verbose_name="付款人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_at = models.DateTimeField("付款时间", null=True, blank=True)
    #: The house's 首期应交 before the payment lowered it, to be put back should the bank take its word back (冲正).
    due_before_fen = models.BigIntegerField("付款前首期应交（分）", null=True, blank=True)
    voided_by = models.ForeignKey(
        User, verbose_name="撤销人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField("撤销时间", null=True, blank=True)
    void_reason = models.CharField("撤销原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "退款"
        constraints = [
            models.UniqueConstraint(
                fields=("house",), condition=Q(state=RefundState.ORDERED), name="house_has_one_open_refund"
            ),
            models.CheckConstraint(name="refund_amount_is_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="refund_reason_is_known", condition=Q(reason__in=[code for code, _ in REASONS])
            ),
            models.CheckConstraint(
                name="refund_goes_to_an_owner_or_a_payer",
                condition=Q(payee_owner__isnull=False, payee_slip__isnull=True)
                | Q(payee_owner__isnull=True, payee_slip__isnull=False),
            ),
            models.CheckConstraint(
                name="refund_state_is_told_by_its_times",
                condition=Q(state=RefundState.ORDERED, paid_at__isnull=True, voided_at__isnull=True, void_reason="")
                | Q(
                    state=RefundState.PAID,
                    paid_at__isnull=False,
                    voided_at__isnull=True,
                    void_reason="",
                )
                | Q(state=RefundState.VOID, paid_at__isnull=True, voided_at__isnull=False) & ~Q(void_reason=""),
            ),
            models.CheckConstraint(
                name="refund_is_approved_by_another_than_handed_it_in",
                condition=Q(handed_in_by__isnull=True) | ~Q(handed_in_by=models.F("approved_by")),
            ),
            models.CheckConstraint(
                name="refund_is_paid_by_a_third_person",
                condition=Q(paid_by__isnull=True)
                | ~Q(paid_by=models.F("approved_by"))
                & (Q(handed_in_by__isnull=True) | ~Q(paid_by=models.F("handed_in_by"))),
            ),
        ]
        indexes = [
            models.Index(fields=("jurisdiction", "state", "-approved_at"), name="refund_newest"),
            models.Index(fields=("house", "-approved_at"), name="refund_of_house"),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.state}"

    @property
    def state_now(self) -> RefundState:
        return RefundState(self.state)

    @property
    def reference(self) -> str:
        """How its hold, its payment orders and its postings name it."""
        return f"refund:{self.pk}"

    @property
    def is_to_organisation(self) -> bool:
        """Whether the payee's name is no personal data."""
        if self.payee_owner is not None:
            return self.payee_owner.is_organisation
        return self.payee_slip is not None and self.payee_slip.payer_organisation_id is not None

    @property
    def masked_payee(self) -> str:
        """To whom it goes, as everybody may read it."""
        return self.payee_name if self.is_to_organisation else mask_name(self.payee_name)

"""票据本 and 票据; what concerns further deposits stands in `further_models`, public housing's sale
proceeds in `unit_models`.
"""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import PaySlip
from upkeep.deposits.further_models import (
    Arrears,
    DemandLetter,
    FurtherBasis,
    FurtherMethod,
    FurtherPlan,
    FurtherShare,
    FurtherStandard,
    HousePrice,
    LetterBatch,
    Obstacle,
)
from upkeep.deposits.unit_models import SaleEnd, UnitSale
from upkeep.estate.models import House
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction

__all__ = [
    "Arrears",
    "DemandLetter",
    "FurtherBasis",
    "FurtherMethod",
    "FurtherPlan",
    "FurtherShare",
    "FurtherStandard",
    "HousePrice",
    "LetterBatch",
    "Obstacle",
    "Receipt",
    "ReceiptBook",
    "ReceiptState",
    "SaleEnd",
    "UnitSale",
]


class ReceiptBook(models.Model):
    """票据本、票据号段: a range of receipt numbers that the finance department gave a city (165号令 第十四条).

    It is used from `first` to `last`, or closed before that (余号核销): what is left of a closed one is never used.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    code = models.CharField("票据代码", max_length=20)
    first = models.BigIntegerField("起号")
    last = models.BigIntegerField("止号")
    next = models.BigIntegerField("下一号")
    received_at = models.DateTimeField("领用时间")
    received_by_name = models.CharField("领用人", max_length=50, blank=True, default="")
    closed_at = models.DateTimeField("核销时间", null=True, blank=True)
    closed_by_name = models.CharField("核销人", max_length=50, blank=True, default="")
    close_reason = models.CharField("核销原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "票据本"
        constraints = [
            models.UniqueConstraint(fields=("jurisdiction", "code", "first"), name="receipt_book_is_entered_once"),
            models.CheckConstraint(
                name="receipt_book_range_is_sound",
                condition=Q(first__gte=1, last__gte=F("first"), next__gte=F("first"), next__lte=F("last") + 1),
            ),
            models.CheckConstraint(
                name="receipt_book_is_closed_for_a_reason",
                condition=Q(closed_at__isnull=True, close_reason="")
                | (Q(closed_at__isnull=False, next__lte=F("last")) & ~Q(close_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.first}-{self.last}"

    @property
    def left(self) -> int:
        """How many numbers it may still give out."""
        return 0 if self.closed_at else self.last + 1 - self.next

    @property
    def used(self) -> int:
        """How many numbers it has given out."""
        return self.next - self.first

    @property
    def first_number(self) -> str:
        """Eight digits, as printed."""
        return f"{self.first:08d}"

    @property
    def next_number(self) -> str:
        return f"{self.next:08d}"

    @property
    def last_number(self) -> str:
        return f"{self.last:08d}"

    @property
    def state_label(self) -> str:
        if self.closed_at:
            return "已核销"
        return "使用中" if self.left else "已用完"


class ReceiptState(models.TextChoices):
    """票据状态."""

    VALID = "VALID", "有效"
    VOID = "VOID", "作废"


class Receipt(models.Model):
    """票据: the receipt (住宅专项维修资金专用票据) for a paid slip, whole (汇总) or for one house (分户).

    Numbers have no gaps: a void receipt keeps its number (a trigger refuses gaps, changes and deletion). A payment that the
    bank took back (冲正) leaves its receipts void; `payment_no` says which payment of the slip a receipt proves.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    book = models.ForeignKey(ReceiptBook, verbose_name="票据本", on_delete=models.PROTECT, related_name="receipts")
    number = models.BigIntegerField("票据号码")
    slip = models.ForeignKey(PaySlip, verbose_name="通知单", on_delete=models.PROTECT, related_name="receipts")
    house = models.ForeignKey(
        House, verbose_name="房屋", null=True, blank=True, on_delete=models.PROTECT, related_name="receipts"
    )
    payer = models.CharField("交款人", max_length=100)
    amount_fen = models.BigIntegerField("金额（分）")
    payment_no = models.SmallIntegerField("第几次交款", default=1)
    issued_at = models.DateTimeField("开票时间")
    state = models.CharField("状态", max_length=10, choices=ReceiptState.choices, default=ReceiptState.VALID)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by_name = models.CharField("作废人", max_length=50, blank=True, default="")
    void_reason = models.CharField("作废原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "票据"
        constraints = [
            models.UniqueConstraint(fields=("book", "number"), name="receipt_number_is_used_once"),
            models.UniqueConstraint(
                fields=("slip", "house"),
                condition=Q(state=ReceiptState.VALID),
                nulls_distinct=False,
                name="receipt_is_valid_once_for_a_payment",
            ),
            models.CheckConstraint(name="receipt_amount_is_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="receipt_voided_at_iff_void",
                condition=Q(state=ReceiptState.VALID, voided_at__isnull=True, void_reason="")
                | (Q(state=ReceiptState.VOID, voided_at__isnull=False) & ~Q(void_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=("slip", "number"), name="receipt_of_slip"),
            models.Index(fields=("-issued_at", "number"), name="receipt_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.number}"

    @property
    def full_number(self) -> str:
        """Eight digits, as printed: 00000123."""
        return f"{self.number:08d}"

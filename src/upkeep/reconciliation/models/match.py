"""账面流水 and 勾对."""

from django.db import models
from django.db.models import Q

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User


class MatchKind(models.TextChoices):
    """勾对方式."""

    SERIAL = "SERIAL", "流水号一致"
    AMOUNT = "AMOUNT", "金额和日期一致"
    BY_HAND = "BY_HAND", "人工勾对"
    CANCELLED = "CANCELLED", "一收一付相抵"


class Match(models.Model):
    """勾对: lines of the bank and movements of the books that are the same money; both sides come to the same sum.

    A match that was wrong is dissolved, with a reason, and stays readable. A trigger refuses one that does not add up.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("勾对方式", max_length=10, choices=MatchKind.choices)
    #: The latest day among what it joins: before it one of the two sides was still open.
    day = models.DateField("核销日期")
    made_at = models.DateTimeField("勾对时间")
    made_by = models.ForeignKey(
        User, verbose_name="勾对人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_by_name = models.CharField("勾对人姓名", max_length=50, blank=True, default="")
    reason = models.CharField("勾对说明", max_length=200, blank=True, default="")
    dissolved_at = models.DateTimeField("撤销时间", null=True, blank=True)
    dissolved_by = models.ForeignKey(
        User, verbose_name="撤销人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dissolved_by_name = models.CharField("撤销人姓名", max_length=50, blank=True, default="")
    dissolved_reason = models.CharField("撤销原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "勾对"
        constraints = [
            models.CheckConstraint(name="match_kind_is_known", condition=Q(kind__in=MatchKind.values)),
            models.CheckConstraint(
                name="match_by_hand_says_who_and_why",
                condition=~Q(kind=MatchKind.BY_HAND) | (Q(made_by__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="match_dissolved_says_why",
                condition=Q(dissolved_at__isnull=True, dissolved_reason="")
                | (Q(dissolved_at__isnull=False) & ~Q(dissolved_reason="")),
            ),
        ]
        indexes = [models.Index(fields=("custody", "day"), name="match_of_day")]

    def __str__(self) -> str:
        return f"{self.custody_id} {self.kind} {self.day}"


class BookMovement(models.Model):
    """账面流水: what one entry of the journal moves on 1001 银行存款 of a custody account; debits are positive.

    Taken over from the journal, which alone decides. What moves only between the account's own books (its earnings
    that areas are given, a building that changes area) moves nothing at the bank and is not taken over.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    #: The book of the entry: an area's id, or the custody account's own.
    book_id = models.BigIntegerField("账簿")
    entry_id = models.BigIntegerField("凭证标识")
    day = models.DateField("记账日期")
    ordinal = models.BigIntegerField("记账次序")
    reason = models.CharField("分录模板", max_length=40)
    source = models.CharField("业务来源", max_length=100)
    serial = models.CharField("银行流水号", max_length=40, blank=True, default="")
    number = models.CharField("单据编号", max_length=20, blank=True, default="")
    place = models.CharField("物业区域", max_length=100, blank=True, default="")
    fen = models.BigIntegerField("金额（分，付出为负）")
    match = models.ForeignKey(
        Match, verbose_name="勾对", null=True, blank=True, on_delete=models.PROTECT, related_name="movements"
    )
    transit_until = models.DateField("在途至", null=True, blank=True)

    class Meta:
        verbose_name = "账面流水"
        constraints = [
            models.CheckConstraint(name="book_movement_is_not_zero", condition=~Q(fen=0)),
            models.UniqueConstraint(fields=("custody", "entry_id"), name="book_movement_is_once"),
        ]
        indexes = [
            models.Index(fields=("custody", "day"), condition=Q(match__isnull=True), name="book_movement_open"),
            models.Index(fields=("custody", "day", "ordinal"), name="book_movement_of_day"),
            models.Index(fields=("match",), condition=Q(match__isnull=False), name="book_movement_of_match"),
            models.Index(fields=("custody", "serial"), condition=~Q(serial=""), name="book_movement_of_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.fen}"


class CollectedDay(models.Model):
    """取数记录: what the books said of a custody account's day when it was last taken over.

    Something booked on that day since shows as a difference, and the day is taken over again.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    day = models.DateField("日期")
    debit_fen = models.BigIntegerField("借方发生额（分）")
    credit_fen = models.BigIntegerField("贷方发生额（分）")

    class Meta:
        verbose_name = "账面取数记录"
        constraints = [models.UniqueConstraint(fields=("custody", "day"), name="day_is_collected_once")]

    def __str__(self) -> str:
        return f"{self.custody_id} {self.day}"

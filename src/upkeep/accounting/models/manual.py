"""手工凭证."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.books.chart import CHART, HOUSE_MONEY
from upkeep.books.manual import BY_HAND
from upkeep.estate.models import Area, House
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User


class ManualState(models.TextChoices):
    """手工凭证状态."""

    DRAFT = "DRAFT", "草稿"
    WAITING = "WAITING", "待复核"
    RETURNED = "RETURNED", "已退回"
    POSTED = "POSTED", "已记账"
    DROPPED = "DROPPED", "已作废"


class ManualVoucher(models.Model):
    """手工凭证: a voucher that an accountant writes by hand, in the book of one area or of a custody account (`area` null).

    One person writes it, another checks it; then it is booked. The database refuses: one person in both parts, lines that
    do not balance, a change of what is being checked or booked, and a second reversal (`sql/guards/manual.sql`).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", null=True, blank=True, on_delete=models.PROTECT)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT)
    booked_on = models.DateField("记账日期")
    summary = models.CharField("摘要", max_length=100)
    attachments = models.PositiveSmallIntegerField("附单据张数", default=0)
    amount_fen = models.BigIntegerField("金额（分）", default=0)
    reverses = models.ForeignKey(
        "self", verbose_name="冲销的凭证", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    state = models.CharField("状态", max_length=10, choices=ManualState.choices, default=ManualState.DRAFT)
    made_by = models.ForeignKey(User, verbose_name="制单人", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField("制单人姓名", max_length=50)
    made_at = models.DateTimeField("制单时间")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    note = models.CharField("退回原因", max_length=200, blank=True, default="")
    entry_id = models.BigIntegerField("分录标识", null=True, blank=True, unique=True)

    class Meta:
        verbose_name = "手工凭证"
        constraints = [
            models.CheckConstraint(name="manual_state_is_known", condition=Q(state__in=ManualState.values)),
            models.CheckConstraint(
                name="manual_is_booked_iff_posted",
                condition=Q(state=ManualState.POSTED, entry_id__isnull=False, checked_at__isnull=False)
                | (~Q(state=ManualState.POSTED) & Q(entry_id__isnull=True)),
            ),
            models.CheckConstraint(
                name="manual_is_checked_by_another",
                condition=~Q(state=ManualState.POSTED) | (Q(checked_by__isnull=False) & ~Q(checked_by=F("made_by"))),
            ),
            models.CheckConstraint(
                name="manual_is_returned_with_a_reason", condition=~Q(state=ManualState.RETURNED) | ~Q(note="")
            ),
            models.UniqueConstraint(
                fields=("reverses",),
                condition=Q(state__in=(ManualState.WAITING, ManualState.POSTED)),
                name="manual_is_reversed_once",
            ),
        ]
        indexes = [models.Index(fields=("jurisdiction", "state", "-made_at"), name="manual_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> ManualState:
        """The state as the enumeration."""
        return ManualState(self.state)

    @property
    def book_id(self) -> int:
        """The book it is booked in: the area's, or the custody account's own."""
        return self.area_id or self.custody_id

    @property
    def source(self) -> str:
        """Under which name it is booked."""
        return f"manual:{self.pk}"


class ManualLine(models.Model):
    """手工凭证分录: an amount on one side of an account and, where it moves a house's money, whose."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    voucher = models.ForeignKey(ManualVoucher, verbose_name="手工凭证", on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveSmallIntegerField("行号")
    code = models.CharField("科目", max_length=10)
    house = models.ForeignKey(
        House, verbose_name="房屋", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    debit_fen = models.BigIntegerField("借方（分）", default=0)
    credit_fen = models.BigIntegerField("贷方（分）", default=0)

    class Meta:
        verbose_name = "手工凭证分录"
        ordering = ("line_no",)
        constraints = [
            models.UniqueConstraint(fields=("voucher", "line_no"), name="manual_line_is_numbered_once"),
            models.CheckConstraint(
                name="manual_line_is_debit_or_credit",
                condition=Q(debit_fen__gt=0, credit_fen=0) | Q(debit_fen=0, credit_fen__gt=0),
            ),
            models.CheckConstraint(name="manual_line_is_on_an_open_account", condition=Q(code__in=BY_HAND)),
            models.CheckConstraint(
                name="manual_line_names_a_house_iff_it_moves_its_money",
                condition=Q(code__in=HOUSE_MONEY, house__isnull=False)
                | (~Q(code__in=HOUSE_MONEY) & Q(house__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.line_no}"

    @property
    def account_words(self) -> str:
        """1001 银行存款."""
        return f"{self.code} {CHART[self.code].name}"

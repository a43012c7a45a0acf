"""银行对账单."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User
from upkeep.reconciliation.models.match import Match


class Channel(models.TextChoices):
    """对账单来源."""

    FILE = "FILE", "文件上传"
    API = "API", "银行接口"


class BankStatement(models.Model):
    """银行对账单: what the bank says of one custody account on one day, as it came.

    A corrected one takes its place as long as nobody has worked on it; the replaced one stays readable.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    custody = models.ForeignKey(
        CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="statements"
    )
    day = models.DateField("对账日期")
    opening_fen = models.BigIntegerField("期初余额（分）")
    in_fen = models.BigIntegerField("收入合计（分）")
    out_fen = models.BigIntegerField("支出合计（分）")
    closing_fen = models.BigIntegerField("期末余额（分）")
    line_count = models.IntegerField("笔数")
    channel = models.CharField("来源", max_length=4, choices=Channel.choices)
    format_code = models.CharField("文件格式", max_length=20, blank=True, default="")
    #: SHA-256 over balances, serials and amounts: the same statement by file and by API is the same.
    content = models.CharField("内容摘要", max_length=64)
    received_at = models.DateTimeField("收到时间")
    received_by = models.ForeignKey(
        User, verbose_name="上传人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    received_by_name = models.CharField("上传人姓名", max_length=50, blank=True, default="")
    replaced_at = models.DateTimeField("被替换时间", null=True, blank=True)

    class Meta:
        verbose_name = "银行对账单"
        constraints = [
            models.CheckConstraint(name="statement_channel_is_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(
                name="statement_adds_up", condition=Q(closing_fen=F("opening_fen") + F("in_fen") - F("out_fen"))
            ),
            models.CheckConstraint(
                name="statement_sums_are_not_negative", condition=Q(in_fen__gte=0, out_fen__gte=0, line_count__gte=0)
            ),
            models.UniqueConstraint(
                fields=("custody", "day"), condition=Q(replaced_at__isnull=True), name="statement_is_one_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.custody_id} {self.day}"


class BankLine(models.Model):
    """银行流水: one line of a statement. `fen` is positive for money in and negative for money out.

    Nothing of it changes but what it is matched with and until when it is waited for (a trigger refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    statement = models.ForeignKey(BankStatement, verbose_name="对账单", on_delete=models.PROTECT, related_name="lines")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    day = models.DateField("日期")
    line_no = models.IntegerField("序号")
    serial = models.CharField("银行流水号", max_length=40)
    at = models.DateTimeField("交易时间")
    fen = models.BigIntegerField("金额（分，支出为负）")
    counterparty = models.CharField("对方户名", max_length=100, blank=True, default="")
    summary = models.CharField("摘要", max_length=200, blank=True, default="")
    is_replaced = models.BooleanField("已被替换", default=False)
    match = models.ForeignKey(
        Match, verbose_name="勾对", null=True, blank=True, on_delete=models.PROTECT, related_name="bank_lines"
    )
    transit_until = models.DateField("在途至", null=True, blank=True)

    class Meta:
        verbose_name = "银行流水"
        constraints = [
            models.CheckConstraint(name="bank_line_amount_is_not_zero", condition=~Q(fen=0)),
            models.CheckConstraint(name="bank_line_has_a_serial", condition=~Q(serial="")),
            models.CheckConstraint(
                name="replaced_bank_line_is_not_matched", condition=Q(is_replaced=False) | Q(match__isnull=True)
            ),
            models.UniqueConstraint(
                fields=("custody", "serial"), condition=Q(is_replaced=False), name="bank_line_serial_is_once"
            ),
            models.UniqueConstraint(fields=("statement", "line_no"), name="bank_line_number_is_once"),
        ]
        indexes = [
            models.Index(
                fields=("custody", "day"), condition=Q(match__isnull=True, is_replaced=False), name="bank_line_open"
            ),
            models.Index(fields=("custody", "day", "line_no"), name="bank_line_of_day"),
            models.Index(fields=("match",), condition=Q(match__isnull=False), name="bank_line_of_match"),
        ]

    def __str__(self) -> str:
        return f"{self.serial} {self.fen}"

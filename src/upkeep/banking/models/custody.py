"""专户 and 银行流水号."""

from django.db import models
from django.db.models import Q

from upkeep.books.chart import FundKind
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, Organisation


class CustodyAccount(models.Model):
    """专户: the bank account in which one fund of a city lies (165号令 第十条); each keeps books of its own."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    bank = models.ForeignKey(Organisation, verbose_name="专户银行", on_delete=models.PROTECT, related_name="custodies")
    fund_kind = models.CharField("资金类别", max_length=12, choices=FundKind.choices)
    number = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("户名", max_length=100)
    opening_bank = models.CharField("开户行", max_length=100)
    is_default = models.BooleanField("默认专户", default=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "专户"
        constraints = [
            models.UniqueConstraint(
                fields=("jurisdiction", "fund_kind"),
                condition=Q(is_default=True, is_active=True),
                name="custody_has_one_default_per_city_and_fund",
            ),
            models.CheckConstraint(name="custody_fund_kind_is_known", condition=Q(fund_kind__in=FundKind.values)),
        ]

    def __str__(self) -> str:
        return self.name


class SerialUse(models.TextChoices):
    """流水用途: what the bank did under a serial."""

    SLIP_PAID = "SLIP_PAID", "收款确认"
    ORDER_PAID = "ORDER_PAID", "付款确认"
    REVERSED = "REVERSED", "冲正"
    INTEREST = "INTEREST", "结息入账"
    FEE = "FEE", "手续费扣收"
    PLACED = "PLACED", "转存定期或购买国债"
    RETURNED = "RETURNED", "定期或国债收回"


class BankSerial(models.Model):
    """银行流水号: a bank's own number of one movement; used once, for ever, whatever was done with it.

    `payment_no` counts the payments of a paper: only after the first was reversed (冲正) is there a second. What a bank credits
    to an account or takes from it has no paper; the account's number stands as the subject.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    bank = models.ForeignKey(Organisation, verbose_name="专户银行", on_delete=models.PROTECT, related_name="+")
    serial = models.CharField("流水号", max_length=40)
    use = models.CharField("用途", max_length=12, choices=SerialUse.choices)
    subject = models.CharField("单据编号", max_length=20)
    payment_no = models.SmallIntegerField("第几次确认", default=1)
    amount_fen = models.BigIntegerField("金额（分）")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "银行流水号"
        constraints = [
            models.UniqueConstraint(fields=("bank", "serial"), name="bank_serial_is_used_once"),
            models.UniqueConstraint(
                fields=("subject", "use", "payment_no"),
                condition=~Q(use__in=("INTEREST", "FEE")),
                name="bank_serial_is_one_per_payment_of_a_paper",
            ),
            models.CheckConstraint(name="bank_serial_is_not_empty", condition=~Q(serial="")),
            models.CheckConstraint(name="bank_serial_amount_is_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.bank_id} {self.serial}"

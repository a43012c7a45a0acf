"""定期存款 and 国债."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User


class InvestmentKind(models.TextChoices):
    """投资种类."""

    TERM = "TERM", "定期存款"
    BOND = "BOND", "国债"


class InvestmentState(models.TextChoices):
    """投资状态."""

    ASKED = "ASKED", "待审批"
    DECLINED = "DECLINED", "未同意"
    INVESTED = "INVESTED", "持有中"
    REDEEM_ASKED = "REDEEM_ASKED", "待复核收回"
    REDEEMED = "REDEEMED", "已收回"


class Investment(models.Model):
    """定期存款、国债: money of one custody account put out until a day; bought and taken back by two people each.

    A bond is held until it matures (165号令 第二十六条); a term deposit may be withdrawn early, with a reason.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("编号", max_length=20, unique=True)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("种类", max_length=8, choices=InvestmentKind.choices)
    name = models.CharField("名称", max_length=100)
    certificate = models.CharField("存单号或债券代码", max_length=40)
    principal_fen = models.BigIntegerField("本金（分）")
    rate = models.IntegerField("年利率（百万分之一）")
    placed_on = models.DateField("起息日期")
    matures_on = models.DateField("到期日期")
    basis = models.CharField("决定依据", max_length=200)
    serial = models.CharField("转出流水号", max_length=40)
    state = models.CharField("状态", max_length=16, choices=InvestmentState.choices, default=InvestmentState.ASKED)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(User, verbose_name="申请人", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField("申请人姓名", max_length=50)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name="审批人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField("审批人姓名", max_length=50, blank=True, default="")
    note = models.CharField("审批意见", max_length=200, blank=True, default="")
    entry_id = models.BigIntegerField("转出分录", null=True, blank=True)
    returned_on = models.DateField("收回日期", null=True, blank=True)
    interest_fen = models.BigIntegerField("利息（分）", null=True, blank=True)
    return_serial = models.CharField("收回流水号", max_length=40, blank=True, default="")
    early_reason = models.CharField("提前支取原因", max_length=200, blank=True, default="")
    return_asked_at = models.DateTimeField("收回登记时间", null=True, blank=True)
    return_asked_by = models.ForeignKey(
        User, verbose_name="收回登记人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    return_asked_by_name = models.CharField("收回登记人姓名", max_length=50, blank=True, default="")
    return_decided_at = models.DateTimeField("收回复核时间", null=True, blank=True)
    return_decided_by = models.ForeignKey(
        User, verbose_name="收回复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    return_decided_by_name = models.CharField("收回复核人姓名", max_length=50, blank=True, default="")
    return_note = models.CharField("收回复核意见", max_length=200, blank=True, default="")
    return_entry_id = models.BigIntegerField("收回分录", null=True, blank=True)

    class Meta:
        verbose_name = "定期存款和国债"
        constraints = [
            models.CheckConstraint(name="investment_state_is_known", condition=Q(state__in=InvestmentState.values)),
            models.CheckConstraint(name="investment_kind_is_known", condition=Q(kind__in=InvestmentKind.values)),
            models.CheckConstraint(
                name="investment_is_positive",
                condition=Q(principal_fen__gt=0, rate__gte=0, rate__lte=200_000)
                & (Q(interest_fen__isnull=True) | Q(interest_fen__gte=0)),
            ),
            models.CheckConstraint(name="investment_matures_later", condition=Q(matures_on__gt=F("placed_on"))),
            models.CheckConstraint(
                name="investment_is_booked_iff_approved",
                condition=Q(state__in=("ASKED", "DECLINED"), entry_id__isnull=True)
                | (~Q(state__in=("ASKED", "DECLINED")) & Q(entry_id__isnull=False)),
            ),
            models.CheckConstraint(
                name="investment_is_approved_by_another",
                condition=Q(state__in=("ASKED", "DECLINED"))
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
            ),
            models.CheckConstraint(
                name="investment_return_is_checked_by_another",
                condition=~Q(state="REDEEMED")
                | (
                    Q(return_decided_by__isnull=False, return_entry_id__isnull=False)
                    & ~Q(return_decided_by=F("return_asked_by"))
                ),
            ),
            models.CheckConstraint(
                name="investment_returns_early_with_a_reason",
                condition=Q(returned_on__isnull=True)
                | Q(returned_on__gte=F("matures_on"))
                | (Q(kind="TERM") & ~Q(early_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=("custody", "matures_on"), name="investment_to_mature", condition=Q(state="INVESTED"))
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> InvestmentState:
        return InvestmentState(self.state)

"""利率表: what a bank pays, from which day on."""

from django.db import models
from django.db.models import F, Q

from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, Organisation, User
from upkeep.policy.interest_rule import TERMS


class RateTerm(models.TextChoices):
    """存期."""

    DEMAND = TERMS[0]
    M3 = TERMS[1]
    M6 = TERMS[2]
    Y1 = TERMS[3]
    Y2 = TERMS[4]
    Y3 = TERMS[5]
    Y5 = TERMS[6]


class SheetState(models.TextChoices):
    """利率表状态."""

    WAITING = "WAITING", "待确认"
    IN_FORCE = "IN_FORCE", "已确认"
    REFUSED = "REFUSED", "未通过"
    DROPPED = "DROPPED", "已撤回"


class RateSheet(models.Model):
    """利率表: the rates of one bank, or of all banks that have no sheet of their own, from a day until the next sheet.

    Entered by one person, confirmed by another; never changed afterwards (a trigger refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    bank = models.ForeignKey(
        Organisation, verbose_name="专户银行", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    valid_from = models.DateField("执行日期")
    basis = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=SheetState.choices, default=SheetState.WAITING)
    made_at = models.DateTimeField("录入时间")
    made_by = models.ForeignKey(User, verbose_name="录入人", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField("录入人姓名", max_length=50)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name="确认人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField("确认人姓名", max_length=50, blank=True, default="")
    note = models.CharField("意见", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "利率表"
        constraints = [
            models.CheckConstraint(name="rate_sheet_state_is_known", condition=Q(state__in=SheetState.values)),
            models.UniqueConstraint(
                fields=("jurisdiction", "bank", "valid_from"),
                condition=Q(state=SheetState.IN_FORCE),
                nulls_distinct=False,
                name="rate_sheet_is_one_a_day",
            ),
            models.UniqueConstraint(
                fields=("jurisdiction", "bank"),
                condition=Q(state=SheetState.WAITING),
                nulls_distinct=False,
                name="rate_sheet_waits_once",
            ),
            models.CheckConstraint(
                name="rate_sheet_decided_iff_not_waiting",
                condition=Q(state=SheetState.WAITING, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=SheetState.WAITING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="rate_sheet_is_confirmed_by_another",
                condition=~Q(state__in=(SheetState.IN_FORCE, SheetState.REFUSED)) | ~Q(made_by=F("decided_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_id or '—'} {self.valid_from}"


class Rate(models.Model):
    """利率: one term's rate in millionths a year; 0.95 % is 9,500."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    sheet = models.ForeignKey(RateSheet, verbose_name="利率表", on_delete=models.PROTECT, related_name="rates")
    term = models.CharField("存期", max_length=8, choices=RateTerm.choices)
    millionths = models.IntegerField("年利率（百万分之一）")

    class Meta:
        verbose_name = "利率"
        constraints = [
            models.UniqueConstraint(fields=("sheet", "term"), name="rate_is_one_per_term"),
            models.CheckConstraint(name="rate_term_is_known", condition=Q(term__in=RateTerm.values)),
            models.CheckConstraint(name="rate_is_believable", condition=Q(millionths__gte=0, millionths__lte=200_000)),
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.millionths}"

"""差异处理."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User
from upkeep.reconciliation.models.match import BookMovement
from upkeep.reconciliation.models.statement import BankLine


class ActKind(models.TextChoices):
    """差异处理方式."""

    CONFIRM_SLIP = "CONFIRM_SLIP", "补确认交款通知单"
    CONFIRM_ORDER = "CONFIRM_ORDER", "补确认付款通知"
    INTEREST = "INTEREST", "补记存款利息"
    FEE = "FEE", "补记手续费"
    REVERSE_OURS = "REVERSE_OURS", "冲销我方记账"
    IN_TRANSIT = "IN_TRANSIT", "列为在途"
    ASK_BANK = "ASK_BANK", "请银行更正"


#: Acts that book money: proposed by one person, carried out by another.
TWO_PERSON_ACTS = (
    ActKind.CONFIRM_SLIP,
    ActKind.CONFIRM_ORDER,
    ActKind.INTEREST,
    ActKind.FEE,
    ActKind.REVERSE_OURS,
)


class ActState(models.TextChoices):
    """差异处理状态."""

    WAITING = "WAITING", "待复核"
    DONE = "DONE", "已办理"
    DECLINED = "DECLINED", "未同意"


class DifferenceAct(models.Model):
    """差异处理: what somebody does about one line of the bank, or one movement of the books, that has no counterpart.

    Where money is booked somebody else carries it out. Never changed once decided (a trigger refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    bank_line = models.ForeignKey(
        BankLine, verbose_name="银行流水", null=True, blank=True, on_delete=models.PROTECT, related_name="acts"
    )
    movement = models.ForeignKey(
        BookMovement, verbose_name="账面流水", null=True, blank=True, on_delete=models.PROTECT, related_name="acts"
    )
    kind = models.CharField("处理方式", max_length=13, choices=ActKind.choices)
    reason = models.CharField("处理说明", max_length=200)
    number = models.CharField("单据编号", max_length=20, blank=True, default="")
    until = models.DateField("在途至", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=ActState.choices)
    asked_at = models.DateTimeField("提出时间")
    asked_by = models.ForeignKey(User, verbose_name="提出人", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField("提出人姓名", max_length=50)
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    note = models.CharField("复核意见", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "差异处理"
        constraints = [
            models.CheckConstraint(name="act_kind_is_known", condition=Q(kind__in=ActKind.values)),
            models.CheckConstraint(name="act_state_is_known", condition=Q(state__in=ActState.values)),
            models.CheckConstraint(name="act_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="act_is_about_one_thing",
                condition=Q(bank_line__isnull=False, movement__isnull=True)
                | Q(bank_line__isnull=True, movement__isnull=False),
            ),
            models.CheckConstraint(
                name="act_in_transit_iff_until",
                condition=Q(kind=ActKind.IN_TRANSIT, until__isnull=False)
                | (~Q(kind=ActKind.IN_TRANSIT) & Q(until__isnull=True)),
            ),
            # 双人复核: what books money is decided by somebody, and not by who proposed it.
            models.CheckConstraint(
                name="act_is_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="act_that_books_takes_two",
                condition=~Q(kind__in=TWO_PERSON_ACTS, state=ActState.DONE) | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="act_decided_at_iff_decided",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="act_waiting_is_undecided",
                condition=~Q(state=ActState.WAITING) | Q(decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="act_declined_says_why",
                condition=~Q(state=ActState.DECLINED) | (~Q(note="") & Q(decided_by__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=("bank_line",), condition=Q(state=ActState.WAITING), name="bank_line_has_one_waiting_act"
            ),
            models.UniqueConstraint(
                fields=("movement",), condition=Q(state=ActState.WAITING), name="movement_has_one_waiting_act"
            ),
        ]
        indexes = [
            models.Index(fields=("custody", "-asked_at"), condition=Q(state=ActState.WAITING), name="act_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def state_now(self) -> ActState:
        return ActState(self.state)

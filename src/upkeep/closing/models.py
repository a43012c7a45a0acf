"""结账与反结账, asked for by one person and carried out on another's word; and the full audits (账务核查) of the books."""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from upkeep.closing.periods import Period, month_of
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User


class ClosingAct(models.TextChoices):
    """办理事项."""

    CLOSE = "CLOSE", "结账"
    REOPEN = "REOPEN", "反结账"


class ClosingState(models.TextChoices):
    """结账单状态. RUNNING: checked by a second person, the books are being closed or reopened in the background."""

    WAITING = "WAITING", "待复核"
    RUNNING = "RUNNING", "办理中"
    DONE = "DONE", "已办结"
    RETURNED = "RETURNED", "已退回"
    UNDONE = "UNDONE", "已反结账"


UNDER_WAY = (ClosingState.WAITING, ClosingState.RUNNING)


class ClosingCase(models.Model):
    """结账单: the close (or reopening) of all books of a city through a month's end. December's is the year's.

    What was asked for never changes, nobody decides on his own asking, one is under way at a time, and a month that is
    closed is not closed again (the database refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT, related_name="+")
    act = models.CharField("办理事项", max_length=6, choices=ClosingAct.choices)
    through = models.DateField("截止日期")
    state = models.CharField("状态", max_length=8, choices=ClosingState.choices, default=ClosingState.WAITING)
    reason = models.CharField("说明", max_length=300, blank=True, default="")
    findings = models.JSONField("结账检查", default=list)
    undoes = models.ForeignKey(
        "self",
        verbose_name="反结账的结账单",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="undone_by",
    )
    asked_by = models.ForeignKey(User, verbose_name="提出人", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField("提出人姓名", max_length=50)
    asked_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    note = models.CharField("复核意见", max_length=200, blank=True, default="")
    job_id = models.BigIntegerField("后台任务", null=True, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    result = models.JSONField("办理结果", default=dict)

    class Meta:
        verbose_name = "结账单"
        constraints = [
            models.UniqueConstraint(
                fields=("jurisdiction",), condition=Q(state__in=UNDER_WAY), name="closing_one_under_way"
            ),
            models.UniqueConstraint(
                fields=("jurisdiction", "through"),
                condition=Q(act="CLOSE", state="DONE"),
                name="closing_of_a_month_once",
            ),
            models.CheckConstraint(name="closing_act_is_known", condition=Q(act__in=ClosingAct.values)),
            models.CheckConstraint(name="closing_state_is_known", condition=Q(state__in=ClosingState.values)),
            models.CheckConstraint(
                name="closing_is_decided_by_another",
                condition=Q(state__in=("WAITING", "RETURNED")) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="closing_state_is_told_by_its_times",
                condition=Q(state="WAITING", decided_at__isnull=True, decided_by__isnull=True, done_at__isnull=True)
                | Q(
                    state__in=("RUNNING", "RETURNED"),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    done_at__isnull=True,
                )
                | Q(
                    state__in=("DONE", "UNDONE"),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    done_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="closing_reopening_says_why_and_what",
                condition=Q(act="CLOSE", undoes__isnull=True)
                | (Q(act="REOPEN", undoes__isnull=False) & ~Q(reason="")),
            ),
        ]
        indexes = [models.Index(fields=("jurisdiction", "-asked_at"), name="closing_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def state_now(self) -> ClosingState:
        return ClosingState(self.state)

    @property
    def period(self) -> Period:
        return month_of(self.through)

    @property
    def is_of_year(self) -> bool:
        """December's close is the year's (年度结账)."""
        return self.through.month == 12

    @property
    def title(self) -> str:
        """2026年10月结账, 2026年度结账（12月）, 2026年10月反结账."""
        if self.act == ClosingAct.CLOSE and self.is_of_year:
            return f"{self.through.year}年度结账（12月）"
        return f"{self.period.label}{self.get_act_display()}"

    @property
    def subject(self) -> str:
        """Under which its kept statements are found."""
        return f"closing:{self.pk}"


class LedgerAudit(models.Model):
    """账务核查: one full audit of the journal, over every line of every city. Its findings never change."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    began_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间")
    entries = models.BigIntegerField("分录数")
    lines = models.BigIntegerField("分录行数")
    rules = models.PositiveSmallIntegerField("核查规则数")
    findings = models.JSONField("发现的问题", default=list)
    asked_by = models.ForeignKey(
        User, verbose_name="发起人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "账务核查"
        ordering = ("-began_at", "-pk")
        indexes = [models.Index(fields=("-began_at",), name="ledger_audit_newest")]
        constraints = [
            models.CheckConstraint(name="ledger_audit_ends_after_it_began", condition=Q(ended_at__gte=F("began_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"

    @property
    def is_sound(self) -> bool:
        return not self.findings

    @property
    def took(self) -> dt.timedelta:
        return self.ended_at - self.began_at

"""划转业主大会 and the later filings (备案) of an assembly that keeps its fund itself."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import CustodyAccount
from upkeep.estate.models import Area, House, SellingUnitAccount
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Organisation, User


class HandOverState(models.TextChoices):
    """划转状态."""

    WAITING = "WAITING", "待复核"
    ORDERED = "ORDERED", "待银行划转"
    FINISHED = "FINISHED", "已划转"
    DECLINED = "DECLINED", "未同意"


class HandOver(models.Model):
    """划转业主大会: an area's whole balance goes to the account its owners' assembly keeps (165号令 第十五条).

    One person enters it, another approves it; the houses' money is held until the bank has paid. Decided once (a trigger
    refuses a change of what was entered).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("划转编号", max_length=20, unique=True)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="hand_overs")
    committee = models.ForeignKey(
        Organisation, verbose_name="业主委员会", on_delete=models.PROTECT, related_name="hand_overs"
    )
    decision = models.CharField("业主大会决定", max_length=200)
    decided_on = models.DateField("决定日期")
    notified_on = models.DateField("收到通知日期")
    deadline_on = models.DateField("划转期限")
    payee_name = models.CharField("收款户名", max_length=100)
    payee_bank = models.CharField("收款开户行", max_length=100)
    payee_account = EncryptedTextField("收款账号")
    total_fen = models.BigIntegerField("金额（分）")
    house_count = models.IntegerField("户数")
    order_count = models.SmallIntegerField("付款通知数", default=0)
    #: How many of its orders the bank has paid; the last one finishes the hand-over.
    paid_count = models.SmallIntegerField("已付通知数", default=0)
    state = models.CharField("状态", max_length=8, choices=HandOverState.choices, default=HandOverState.WAITING)
    made_at = models.DateTimeField("录入时间")
    made_by = models.ForeignKey(User, verbose_name="录入人", on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField("录入人姓名", max_length=50)
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        User, verbose_name="复核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_by_name = models.CharField("复核人姓名", max_length=50, blank=True, default="")
    note = models.CharField("复核意见", max_length=200, blank=True, default="")
    finished_at = models.DateTimeField("划转完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "划转业主大会"
        constraints = [
            models.CheckConstraint(name="handover_state_is_known", condition=Q(state__in=HandOverState.values)),
            models.CheckConstraint(name="handover_is_of_money", condition=Q(total_fen__gt=0, house_count__gte=0)),
            models.CheckConstraint(
                name="handover_paid_within_orders", condition=Q(paid_count__gte=0, paid_count__lte=F("order_count"))
            ),
            models.CheckConstraint(
                name="handover_is_checked_by_another",
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="handover_checked_iff_decided",
                condition=Q(state=HandOverState.WAITING, checked_by__isnull=True, checked_at__isnull=True)
                | (~Q(state=HandOverState.WAITING) & Q(checked_by__isnull=False, checked_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="handover_finished_iff_all_paid",
                condition=Q(state=HandOverState.FINISHED, finished_at__isnull=False, paid_count=F("order_count"))
                | (~Q(state=HandOverState.FINISHED) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="handover_declined_says_why", condition=~Q(state=HandOverState.DECLINED) | ~Q(note="")
            ),
            models.UniqueConstraint(
                fields=("area",),
                condition=Q(state__in=["WAITING", "ORDERED"]),
                name="area_is_handed_over_once_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=("-made_at",), name="handover_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> HandOverState:
        return HandOverState(self.state)

    @property
    def reference(self) -> str:
        """Under which its money is held and ordered, before the custody account's id."""
        return f"handover:{self.pk}"


class HandOverLine(models.Model):
    """划转清册: what one house, or the account of a unit that sold houses, has in one custody account and takes with it."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    hand_over = models.ForeignKey(HandOver, verbose_name="划转", on_delete=models.PROTECT, related_name="lines")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="+")
    house = models.ForeignKey(
        House, verbose_name="房屋", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_account = models.ForeignKey(
        SellingUnitAccount,
        verbose_name="售房单位分账",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "划转清册"
        constraints = [
            models.CheckConstraint(name="handover_line_is_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="handover_line_is_of_one_account",
                condition=Q(house__isnull=True, unit_account__isnull=False)
                | Q(house__isnull=False, unit_account__isnull=True),
            ),
            models.UniqueConstraint(fields=("hand_over", "house", "custody"), name="house_is_once_in_a_handover"),
        ]

    def __str__(self) -> str:
        return f"{self.hand_over_id} {self.amount_fen}"

    @property
    def holder_id(self) -> int:
        """The sub-account."""
        found = self.house_id or self.unit_account_id
        assert found is not None
        return found


class UseFiling(models.Model):
    """使用备案: what an assembly that keeps its fund itself has decided to spend; filed, never approved (第二十三条)."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("备案编号", max_length=20, unique=True)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="use_filings")
    committee = models.ForeignKey(Organisation, verbose_name="业主委员会", on_delete=models.PROTECT, related_name="+")
    title = models.CharField("维修项目", max_length=100)
    works = models.CharField("列支范围", max_length=500)
    amount_fen = models.BigIntegerField("费用（分）")
    decided_on = models.DateField("业主大会通过日期")
    filed_at = models.DateTimeField("备案时间")
    filed_by = models.ForeignKey(User, verbose_name="报送人", on_delete=models.PROTECT, related_name="+")
    filed_by_name = models.CharField("报送人姓名", max_length=50)

    class Meta:
        verbose_name = "使用备案"
        constraints = [models.CheckConstraint(name="filing_is_of_money", condition=Q(amount_fen__gt=0))]
        indexes = [models.Index(fields=("area", "-filed_at"), name="filing_newest")]

    def __str__(self) -> str:
        return self.number

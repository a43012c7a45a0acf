"""返还: what is owed to whom for a house that is gone."""

from django.db import models
from django.db.models import Q

from upkeep.banking.models import CustodyAccount
from upkeep.casework.models import Case
from upkeep.estate.models import Area, House, Owner
from upkeep.estate.models.owner import WHOLE_PPM
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User


class PayoutState(models.TextChoices):
    """返还状态."""

    OWED = "OWED", "待返还"
    ORDERED = "ORDERED", "待付款"
    PAID = "PAID", "已返还"


class Payout(models.Model):
    """返还: one owner's part of the balance of a cancelled house (165号令 第二十九条), owed until the bank has paid it.

    Without an owner the register knew nobody: the money stays a payable until somebody proves that it is his. The sum of
    what is not paid yet is the balance of 2001 应付房屋灭失返还资金. To whom and how much never changes (a trigger refuses).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="payouts")
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="payouts")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="payouts")
    custody = models.ForeignKey(CustodyAccount, verbose_name="专户", on_delete=models.PROTECT, related_name="payouts")
    owner = models.ForeignKey(
        Owner, verbose_name="业主", null=True, blank=True, on_delete=models.PROTECT, related_name="payouts"
    )
    share_ppm = models.IntegerField("份额（百万分之）")
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=10, choices=PayoutState.choices, default=PayoutState.OWED)
    basis = models.CharField("领取依据", max_length=200, blank=True, default="")
    owed_at = models.DateTimeField("确认时间")
    ordered_at = models.DateTimeField("开具付款通知时间", null=True, blank=True)
    ordered_by = models.ForeignKey(
        User, verbose_name="开具人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_at = models.DateTimeField("付款时间", null=True, blank=True)

    class Meta:
        verbose_name = "返还"
        constraints = [
            models.UniqueConstraint(fields=("house", "owner"), nulls_distinct=False, name="payout_is_owed_once"),
            models.CheckConstraint(name="payout_amount_is_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payout_share_is_a_part", condition=Q(share_ppm__gt=0, share_ppm__lte=WHOLE_PPM)
            ),
            models.CheckConstraint(
                name="payout_state_is_told_by_its_times",
                condition=Q(state=PayoutState.OWED, ordered_at__isnull=True, paid_at__isnull=True)
                | Q(state=PayoutState.ORDERED, ordered_at__isnull=False, paid_at__isnull=True)
                | Q(state=PayoutState.PAID, ordered_at__isnull=False, paid_at__isnull=False),
            ),
            models.CheckConstraint(
                name="payout_to_somebody_unknown_says_why",
                condition=Q(owner__isnull=False) | Q(state=PayoutState.OWED) | ~Q(basis=""),
            ),
        ]
        indexes = [
            models.Index(fields=("jurisdiction", "state", "-owed_at"), name="payout_newest"),
            models.Index(fields=("case",), name="payout_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.state}"

    @property
    def state_now(self) -> PayoutState:
        return PayoutState(self.state)

    @property
    def reference(self) -> str:
        """How its payment order and its posting name it."""
        return f"payout:{self.pk}"

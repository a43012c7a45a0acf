"""售房款交存: what a unit got for a house of public housing it sold, and what of it came in for the house's repair."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import PaySlip
from upkeep.casework.models import Case
from upkeep.estate.models import House, SellingUnitAccount
from upkeep.kernel.ids import new_id


class SaleEnd(models.TextChoices):
    """售房款交存终止原因."""

    OPEN = "", "有效"
    REPLACED = "REPLACED", "重新申报"
    DIVIDED = "DIVIDED", "房屋拆分合并"
    RETURNED = "RETURNED", "房屋注销返还"


class UnitSale(models.Model):
    """售房款交存 (165号令 第八条): the sale of one house by its unit, and the part of the proceeds paid in for it, once.

    `deposited_fen` is None until the bank has the money; a second part for the same house, ever, is refused by the
    database. Price and account never change; a row ends when it is declared anew before payment or its house leaves.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    account = models.ForeignKey(
        SellingUnitAccount, verbose_name="售房单位分账", on_delete=models.PROTECT, related_name="sales"
    )
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="unit_sales")
    price_fen = models.BigIntegerField("售房款（分）")
    received_on = models.DateField("收到售房款日期")
    case = models.ForeignKey(
        Case, verbose_name="业务单", null=True, blank=True, on_delete=models.PROTECT, related_name="unit_sales"
    )
    declared_at = models.DateTimeField("申报时间")
    #: Came with a split or merge (拆分合并): from the open rows of the houses it was before.
    is_inherited = models.BooleanField("承继", default=False)
    slip = models.ForeignKey(
        PaySlip, verbose_name="交款通知单", null=True, blank=True, on_delete=models.PROTECT, related_name="unit_sales"
    )
    deposited_fen = models.BigIntegerField("已交存（分）", null=True, blank=True)
    deposited_on = models.DateField("交存日期", null=True, blank=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    end = models.CharField("终止原因", max_length=10, choices=SaleEnd.choices, blank=True, default=SaleEnd.OPEN)

    class Meta:
        verbose_name = "售房款交存"
        constraints = [
            models.UniqueConstraint(
                fields=("house",), condition=Q(ended_at__isnull=True), name="house_has_one_open_unit_sale"
            ),
            models.UniqueConstraint(
                fields=("house",),
                condition=Q(deposited_fen__isnull=False),
                name="unit_part_of_a_house_is_deposited_once",
            ),
            models.CheckConstraint(name="unit_sale_price_is_positive", condition=Q(price_fen__gt=0)),
            models.CheckConstraint(
                name="unit_part_is_of_the_price",
                condition=Q(deposited_fen__isnull=True)
                | Q(deposited_fen__gt=0, deposited_fen__lte=F("price_fen"), deposited_on__isnull=False),
            ),
            models.CheckConstraint(
                name="unit_part_has_its_day",
                condition=Q(deposited_fen__isnull=False) | Q(deposited_on__isnull=True, slip__isnull=True),
            ),
            models.CheckConstraint(
                name="unit_sale_ends_for_a_reason",
                condition=Q(ended_at__isnull=True, end=SaleEnd.OPEN)
                | (Q(ended_at__isnull=False) & ~Q(end=SaleEnd.OPEN)),
            ),
            models.CheckConstraint(
                name="unit_sale_paid_is_not_declared_anew",
                condition=~Q(end=SaleEnd.REPLACED) | Q(deposited_fen__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=("account",),
                condition=Q(ended_at__isnull=True),
                include=("house",),
                name="unit_sale_of_account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.price_fen} {self.deposited_fen}"

"""户室、房屋."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Contains

from upkeep.estate.kinds import OUTSIDE, HouseNature, HouseState, HouseUse
from upkeep.estate.models.area import Area, Building
from upkeep.kernel.ids import new_id

_EACH_SIGN = Value(r"(.)"), Value(r"\1\1"), Value("g")


def _doubled_address() -> Func:
    return Func(Upper(F("address")), *_EACH_SIGN, function="regexp_replace", output_field=models.TextField())


def doubled(part: str) -> Q:
    """Houses whose address holds the text, however short.

    A trigram index knows nothing of the two signs that most Chinese words have. So it holds addresses with every sign
    twice (滨滨江江路路): there two signs that stand together give a trigram of their own (滨滨江).
    """
    return Q(Contains(_doubled_address(), "".join(sign * 2 for sign in part.upper())))


class HousesOfTheRegister(models.Manager["House"]):
    """Every house but those that the register does not know yet, or never knew."""

    def get_queryset(self) -> models.QuerySet["House"]:
        return super().get_queryset().exclude(state__in=OUTSIDE)


class House(models.Model):
    """房屋、户室: the smallest part with its own owner (dwelling, shop, parking space); one sub-account each.

    `objects` is the register. A house that its payer has entered (暂列) is found by `everything` only, and through the
    slip that asks for its deposit.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="houses")
    building = models.ForeignKey(Building, verbose_name="楼栋", on_delete=models.PROTECT, related_name="houses")
    unit = models.CharField("单元", max_length=20, blank=True, default="")
    floor = models.SmallIntegerField("所在楼层")
    room = models.CharField("房号", max_length=20)
    use = models.CharField("房屋用途", max_length=20, choices=HouseUse.choices)
    nature = models.CharField("房屋性质", max_length=20, choices=HouseNature.choices)
    area_dm2 = models.IntegerField("建筑面积（0.01㎡）")
    inner_area_dm2 = models.IntegerField("套内面积（0.01㎡）", null=True, blank=True)
    address = models.CharField("房屋坐落", max_length=200)
    note = models.CharField("备注", max_length=200, blank=True, default="")
    state = models.CharField("状态", max_length=12, choices=HouseState.choices, default=HouseState.ACTIVE)
    first_deposit_due_fen = models.BigIntegerField("首期应交（分）", null=True, blank=True)

    objects = HousesOfTheRegister()
    everything: models.Manager["House"] = models.Manager()

    class Meta:
        verbose_name = "房屋"
        constraints = [
            models.UniqueConstraint(
                fields=("building", "unit", "room"),
                condition=Q(state=HouseState.ACTIVE),
                name="house_is_unique_in_its_building",
            ),
            models.UniqueConstraint(
                fields=("building", "unit", "room"),
                condition=Q(state=HouseState.PROVISIONAL),
                name="provisional_house_is_entered_once",
            ),
            models.CheckConstraint(
                name="house_outside_the_register_owes_nothing",
                condition=~Q(state__in=OUTSIDE) | Q(first_deposit_due_fen__isnull=True),
            ),
            models.CheckConstraint(name="house_area_is_positive", condition=Q(area_dm2__gt=0)),
            models.CheckConstraint(
                name="house_inner_area_within_area",
                condition=Q(inner_area_dm2__isnull=True)
                | (Q(inner_area_dm2__gt=0) & Q(inner_area_dm2__lte=models.F("area_dm2"))),
            ),
            models.CheckConstraint(name="house_floor_is_not_zero", condition=~Q(floor=0)),
        ]
        indexes = [
            models.Index(fields=("building", "-floor", "unit", "room"), name="house_in_grid_order"),
            GinIndex(OpClass(_doubled_address(), name="gin_trgm_ops"), name="house_address_doubled"),
            # 户室管理: every condition in the order of its list; the rare values alone where one value is usual.
            models.Index(fields=("area", "id"), include=("state",), name="house_in_list_order"),
            models.Index(fields=("room", "area", "id"), name="house_by_room"),
            models.Index(fields=("unit", "area", "id"), name="house_by_unit"),
            models.Index(fields=("state", "area", "id"), name="house_by_state", condition=~Q(state=HouseState.ACTIVE)),
            models.Index(fields=("use", "area", "id"), name="house_by_use", condition=~Q(use=HouseUse.RESIDENTIAL)),
            models.Index(
                fields=("nature", "area", "id"), name="house_by_nature", condition=~Q(nature=HouseNature.COMMODITY)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.unit} {self.room}"

    @property
    def label(self) -> str:
        """1单元 1502 as people say it within the building."""
        return f"{self.unit_name} {self.room}".strip()

    @property
    def unit_name(self) -> str:
        """1单元, also where the house table says just 1."""
        return f"{self.unit}单元" if self.unit.isdecimal() else self.unit

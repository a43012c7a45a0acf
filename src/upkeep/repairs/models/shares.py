"""What is repaired, and who bears how much of it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from upkeep.books.chart import FundKind
from upkeep.estate.models import Facility, House
from upkeep.kernel.ids import new_id
from upkeep.repairs.models.project import RepairProject


class AllocationWay(models.TextChoices):
    """分摊方式 (004 §1.3.1 第一步三、4): from the budget by floor area, or from amounts given house by house."""

    BUDGET = "BUDGET", "按预算总额分摊"
    OWN = "OWN", "自定义分摊金额"


class ProjectFacility(models.Model):
    """项目设施设备: a facility that the project repairs, what is done to it, by whom and for how much."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="facilities"
    )
    facility = models.ForeignKey(Facility, verbose_name="设施设备", on_delete=models.PROTECT, related_name="repairs")
    content = models.CharField("维修内容", max_length=500)
    contractor = models.CharField("施工单位", max_length=100)
    note = models.CharField("备注", max_length=200, blank=True, default="")
    way = models.CharField("分摊方式", max_length=10, choices=AllocationWay.choices, default=AllocationWay.BUDGET)
    budget_fen = models.BigIntegerField("预算金额（分）")

    class Meta:
        verbose_name = "项目设施设备"
        constraints = [
            models.UniqueConstraint(fields=("project", "facility"), name="facility_is_once_in_a_project"),
            models.CheckConstraint(
                name="facility_budget_is_positive",
                condition=Q(budget_fen__gt=0, way__in=AllocationWay.values) | Q(budget_fen=0, way=AllocationWay.OWN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.facility_id}"


class FacilityShare(models.Model):
    """分摊明细: what a house bears of the repair of one facility, with its area as it was when it was allocated."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    work = models.ForeignKey(
        ProjectFacility, verbose_name="项目设施设备", on_delete=models.PROTECT, related_name="shares"
    )
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="+")
    area_dm2 = models.IntegerField("分摊面积（0.01㎡）")
    share_fen = models.BigIntegerField("分摊金额（分）")

    class Meta:
        verbose_name = "分摊明细"
        constraints = [
            models.UniqueConstraint(fields=("work", "house"), name="house_shares_once_in_a_facility"),
            models.CheckConstraint(name="facility_share_is_sound", condition=Q(area_dm2__gt=0, share_fen__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.work_id} {self.house_id}"


class OutsideReason(models.TextChoices):
    """基金外承担原因: who bears a part that no sub-account pays (165号令 第二十一条)."""

    UNSOLD = "UNSOLD", "未售房屋，由开发建设单位承担"
    CASH = "CASH", "余额不足部分，由业主自行交付"


class ProjectHouse(models.Model):
    """项目分摊房屋: a house that bears a share (合并分摊清册), with area and fund as they were when it was allocated.

    Its share is paid by its own sub-account (`fund_fen`), for sold public housing partly by the selling unit's account
    (`unit_fen`), and partly outside the fund. `final_*` are the same of the settlement. `shortfall_fen` is what its
    sub-account lacked when the share was allocated. Shares are frozen once the project is published; what was ordered
    and paid from its sub-account is counted here.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="houses"
    )
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="repair_shares")
    area_dm2 = models.IntegerField("分摊面积（0.01㎡）")
    fund_kind = models.CharField("资金类别", max_length=12, choices=FundKind.choices)
    share_fen = models.BigIntegerField("分摊金额（分）")
    fund_fen = models.BigIntegerField("分户账承担（分）")
    unit_fen = models.BigIntegerField("售房单位承担（分）", default=0)
    outside_fen = models.BigIntegerField("基金外承担（分）", default=0)
    outside_reason = models.CharField(
        "基金外承担原因", max_length=10, choices=OutsideReason.choices, blank=True, default=""
    )
    shortfall_fen = models.BigIntegerField("余额缺口（分）", default=0)
    final_fen = models.BigIntegerField("结算分摊金额（分）", null=True, blank=True)
    final_fund_fen = models.BigIntegerField("结算分户账承担（分）", null=True, blank=True)
    final_unit_fen = models.BigIntegerField("结算售房单位承担（分）", null=True, blank=True)
    final_outside_fen = models.BigIntegerField("结算基金外承担（分）", null=True, blank=True)
    ordered_fen = models.BigIntegerField("已通知付款（分）", default=0)
    paid_fen = models.BigIntegerField("已支付（分）", default=0)
    unit_ordered_fen = models.BigIntegerField("售房单位已通知付款（分）", default=0)
    unit_paid_fen = models.BigIntegerField("售房单位已支付（分）", default=0)

    class Meta:
        verbose_name = "项目分摊房屋"
        constraints = [
            models.UniqueConstraint(fields=("project", "house"), name="house_is_once_in_a_project"),
            models.CheckConstraint(
                name="project_house_share_is_sound",
                condition=Q(
                    area_dm2__gt=0,
                    share_fen=F("fund_fen") + F("unit_fen") + F("outside_fen"),
                    fund_fen__gte=0,
                    unit_fen__gte=0,
                    outside_fen__gte=0,
                    shortfall_fen__gte=0,
                    shortfall_fen__lte=F("share_fen"),
                ),
            ),
            models.CheckConstraint(
                name="project_house_outside_has_its_reason",
                condition=Q(outside_fen=0) | Q(outside_reason__in=OutsideReason.values),
            ),
            models.CheckConstraint(
                name="project_house_final_share_is_sound",
                condition=Q(
                    final_fen__isnull=True,
                    final_fund_fen__isnull=True,
                    final_unit_fen__isnull=True,
                    final_outside_fen__isnull=True,
                )
                | Q(
                    final_fen=F("final_fund_fen") + F("final_unit_fen") + F("final_outside_fen"),
                    final_fund_fen__gte=0,
                    final_unit_fen__gte=0,
                    final_outside_fen__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="project_house_pays_at_most_its_share",
                condition=Q(
                    paid_fen__gte=0,
                    paid_fen__lte=F("ordered_fen"),
                    ordered_fen__lte=Coalesce(F("final_fund_fen"), F("fund_fen")),
                    unit_paid_fen__gte=0,
                    unit_paid_fen__lte=F("unit_ordered_fen"),
                    unit_ordered_fen__lte=Coalesce(F("final_unit_fen"), F("unit_fen")),
                ),
            ),
            models.CheckConstraint(name="project_house_fund_is_known", condition=Q(fund_kind__in=FundKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.house_id}"

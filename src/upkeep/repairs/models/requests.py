"""拨付申请: what of a phase a case has asked for; and what each facility came to in the settlement."""

from django.db import models
from django.db.models import Q

from upkeep.casework.models import Case
from upkeep.repairs.models.paying import ProjectPhase
from upkeep.repairs.models.project import RepairProject
from upkeep.repairs.models.shares import ProjectFacility


class RequestState(models.TextChoices):
    """拨付申请状态."""

    REVIEW = "REVIEW", "审核中"
    HELD = "HELD", "待提交拨款通知单"
    ORDERED = "ORDERED", "已通知付款"
    BACK = "BACK", "已退回或撤回"


class FundRequest(models.Model):
    """拨付申请: how much a case engages of a project and of a phase of its plan (004 §1.3.1 第五步).

    While it is under review its amount is part of `requested_fen` of both; when it is given back no longer. One project
    may have several at a time, each for payees of its own (注 3). Without a phase: what a single payment left over. Where the
    applicant himself hands in the 拨款通知单 (manual 000), an approved one waits for it with the money held.
    """

    case = models.OneToOneField(
        Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="fund_request", primary_key=True
    )
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="requests"
    )
    phase = models.ForeignKey(
        ProjectPhase, verbose_name="期次", null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    amount_fen = models.BigIntegerField("申请金额（分）")
    state = models.CharField("状态", max_length=10, choices=RequestState.choices)
    asked_at = models.DateTimeField("提交时间")
    approved_at = models.DateTimeField("审核通过时间", null=True, blank=True)

    class Meta:
        verbose_name = "拨付申请"
        constraints = [
            models.CheckConstraint(name="fund_request_amount_is_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="fund_request_approved_at_iff_approved",
                condition=Q(state__in=[RequestState.HELD, RequestState.ORDERED], approved_at__isnull=False)
                | Q(state__in=[RequestState.REVIEW, RequestState.BACK], approved_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.case_id} {self.state}"

    @property
    def state_now(self) -> RequestState:
        return RequestState(self.state)


class WorkSettlement(models.Model):
    """设施设备结算: what the repair of one facility came to; written anew when the settlement is made anew."""

    work = models.OneToOneField(
        ProjectFacility,
        verbose_name="项目设施设备",
        on_delete=models.PROTECT,
        related_name="settlement",
        primary_key=True,
    )
    settled_fen = models.BigIntegerField("结算金额（分）")

    class Meta:
        verbose_name = "设施设备结算"
        constraints = [models.CheckConstraint(name="work_settlement_is_no_debt", condition=Q(settled_fen__gte=0))]

    def __str__(self) -> str:
        return f"{self.work_id} {self.settled_fen}"

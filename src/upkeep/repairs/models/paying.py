"""The plan of payments, and whom they go to."""

from django.db import models
from django.db.models import F, Q

from upkeep.casework.models import Case
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.repairs.models.project import RepairProject


class ProjectPhase(models.Model):
    """拨付计划的一期: how much is to be paid at which point of the contract (004 §1.3.1 第一步五).

    The plan is frozen once the project is published; the limit follows the settlement when that is in effect.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="phases"
    )
    number = models.PositiveSmallIntegerField("期次")
    title = models.CharField("拨付条件", max_length=100)
    planned_on = models.DateField("计划拨付日", null=True, blank=True)
    amount_fen = models.BigIntegerField("计划金额（分）")
    limit_fen = models.BigIntegerField("可拨付限额（分）")
    requested_fen = models.BigIntegerField("已申请拨付（分）", default=0)
    ordered_fen = models.BigIntegerField("已通知付款（分）", default=0)
    paid_fen = models.BigIntegerField("已拨付（分）", default=0)

    class Meta:
        verbose_name = "拨付计划"
        constraints = [
            models.UniqueConstraint(fields=("project", "number"), name="phase_is_once_in_a_plan"),
            models.CheckConstraint(
                name="phase_pays_at_most_its_plan",
                condition=Q(
                    number__gt=0,
                    amount_fen__gt=0,
                    paid_fen__gte=0,
                    paid_fen__lte=F("ordered_fen"),
                    ordered_fen__lte=F("requested_fen"),
                    requested_fen__lte=F("limit_fen"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.number}"


class PayeeAccount(models.Model):
    """收款账户: whom the approved application pays, and how much; the account number lies encrypted."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="payees"
    )
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(
        ProjectPhase, verbose_name="期次", null=True, blank=True, on_delete=models.PROTECT, related_name="payees"
    )
    name = models.CharField("收款单位", max_length=100)
    bank = models.CharField("开户银行", max_length=100)
    account = EncryptedTextField("收款账号")
    amount_fen = models.BigIntegerField("拨付金额（分）")

    class Meta:
        verbose_name = "收款账户"
        constraints = [models.CheckConstraint(name="payee_amount_is_positive", condition=Q(amount_fen__gt=0))]

    def __str__(self) -> str:
        return f"{self.project_id} {self.pk}"

"""数据导出记录."""

from django.db import models
from django.db.models import Q

from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User


class ExportKind(models.TextChoices):
    """数据导出种类."""

    JOURNAL = "JOURNAL", "会计分录"
    SUB_ACCOUNTS = "SUB_ACCOUNTS", "分户账"
    HOUSES = "HOUSES", "房屋"
    OWNERS = "OWNERS", "业主"


class DataExport(models.Model):
    """数据导出记录: who took which data out, when, and what for where personal data was not masked. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    kind = models.CharField("种类", max_length=12, choices=ExportKind.choices)
    in_full = models.BooleanField("含完整个人信息", default=False)
    reason = models.CharField("用途", max_length=200, blank=True, default="")
    by = models.ForeignKey(User, verbose_name="导出人", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("导出人姓名", max_length=50)
    at = models.DateTimeField("导出时间")

    class Meta:
        verbose_name = "数据导出记录"
        constraints = [
            models.CheckConstraint(name="export_kind_is_known", condition=Q(kind__in=ExportKind.values)),
            models.CheckConstraint(
                name="export_in_full_has_a_reason",
                condition=Q(in_full=False) | (Q(kind=ExportKind.OWNERS) & ~Q(reason="")),
            ),
        ]
        indexes = [models.Index(fields=("jurisdiction", "-at"), name="export_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"

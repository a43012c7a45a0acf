"""《机构注册协议》: what an organisation agrees to when it registers, version by version."""

from django.db import models
from django.db.models import Q

from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User


class AgreementVersion(models.Model):
    """机构注册协议版本: one text of a city's agreement and the day from which it holds.

    Append-only (a trigger refuses changes): a case names the version it accepted, and that text must stay.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(
        Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT, related_name="agreements"
    )
    version = models.PositiveIntegerField("版本")
    text = models.TextField("协议内容")
    valid_from = models.DateField("生效日期")
    entered_by = models.ForeignKey(User, verbose_name="发布人", on_delete=models.PROTECT)
    entered_at = models.DateTimeField("发布时间")

    class Meta:
        verbose_name = "机构注册协议版本"
        ordering = ("jurisdiction", "-version")
        constraints = [
            models.UniqueConstraint(fields=("jurisdiction", "version"), name="agreement_version_is_given_once"),
            models.CheckConstraint(name="agreement_says_something", condition=~Q(text="") & Q(version__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} v{self.version}"

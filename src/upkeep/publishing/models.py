"""公示. Only `publishing.actions` writes it; what was published never changes."""

from django.db import models
from django.db.models import F, Q

from upkeep.estate.models import Area
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, User


class NoticeKind(models.TextChoices):
    """公示类别."""

    PROJECT = "PROJECT", "立项公示"
    ACCEPTANCE = "ACCEPTANCE", "验收公示"


class PublicNotice(models.Model):
    """公示: a notice on the city's public pages.

    `body` is what was published, word for word (rooms, areas, amounts; names masked; no ID number, no phone), so that
    the page and a later print say the same whatever becomes of the project.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("公示编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="所属区县", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT)
    kind = models.CharField("公示类别", max_length=12, choices=NoticeKind.choices)
    source = models.CharField("事项来源", max_length=60)
    title = models.CharField("标题", max_length=200)
    publisher = models.CharField("发布单位", max_length=100)
    body = models.JSONField("公示内容")
    published_at = models.DateTimeField("发布时间")
    open_until = models.DateField("公示截止日")
    by_user = models.ForeignKey(User, verbose_name="发布人", on_delete=models.PROTECT)

    class Meta:
        verbose_name = "公示"
        constraints = [
            models.UniqueConstraint(fields=("source", "kind"), name="matter_is_published_once_per_kind"),
            models.CheckConstraint(name="notice_kind_is_known", condition=Q(kind__in=NoticeKind.values)),
            models.CheckConstraint(
                name="notice_closes_after_it_opens", condition=Q(open_until__gte=F("published_at__date"))
            ),
        ]
        indexes = [models.Index(fields=("jurisdiction", "-published_at"), name="notice_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

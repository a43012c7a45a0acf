"""Kept prints. What was handed out can be handed out again, byte for byte; it cannot be changed."""

from django.db import models
from django.db.models import Q

from upkeep.kernel.ids import new_id


class KeptPrint(models.Model):
    """打印存档: a form as it was printed. The PDF lies encrypted in file storage, not in the database: a batch of
    thousands of notices must not weigh on backups and replicas of the books."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    form = models.CharField("表单", max_length=40)
    title = models.CharField("标题", max_length=100)
    number = models.CharField("编号", max_length=40, db_index=True)
    subject = models.CharField("所属对象", max_length=80, db_index=True)
    path = models.CharField("存放位置", max_length=200, unique=True)
    sha256 = models.CharField("内容摘要", max_length=64)
    pages = models.PositiveIntegerField("页数")
    printed_at = models.DateTimeField("打印时间")
    printed_by_id = models.BigIntegerField("打印人", null=True, blank=True)
    reprints = models.PositiveIntegerField("重打次数", default=0)
    reprinted_at = models.DateTimeField("最近重打时间", null=True, blank=True)
    reprinted_by_id = models.BigIntegerField("最近重打人", null=True, blank=True)

    class Meta:
        verbose_name = "打印存档"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(name="kept_print_has_pages", condition=Q(pages__gt=0)),
            models.CheckConstraint(
                name="kept_print_reprinted_at_iff_reprinted",
                condition=Q(reprints=0, reprinted_at__isnull=True) | Q(reprints__gt=0, reprinted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

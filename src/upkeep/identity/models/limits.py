"""Counters behind the limits."""

from django.db import models


class Attempts(models.Model):
    """尝试次数: how often something was tried by one source within a stretch of time. Names only a keyed hash of it."""

    kind = models.CharField("种类", max_length=30)
    key_hash = models.CharField("来源索引", max_length=64)
    begun_at = models.DateTimeField("时段起点")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "尝试次数"
        constraints = [
            models.UniqueConstraint(fields=("kind", "key_hash"), name="source_is_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"

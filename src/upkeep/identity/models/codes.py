"""Codes sent by SMS, and how many a telephone has been sent."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from upkeep.kernel.ids import new_id

MOST_TRIES = 5
MOST_A_DAY = 5


class OneTimeCode(models.Model):
    """动态密码: six digits sent to a telephone, good once, for one purpose, in the session that asked for them.

    Neither code nor telephone can be read from here. Two codes of one telephone within a minute, a sixth try and a life
    of more than five minutes are refused by the database.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    phone_hash = models.CharField("手机号索引", max_length=64)
    purpose = models.CharField("用途", max_length=30)
    session_hash = models.CharField("会话索引", max_length=64)
    digest = models.CharField("密码摘要", max_length=64)
    sent_at = models.DateTimeField("发送时间")
    expires_at = models.DateTimeField("失效时间")
    quiet = DateTimeRangeField("不再发送的时段")
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "动态密码"
        indexes = [models.Index(fields=("phone_hash", "-sent_at"), name="code_by_phone")]
        constraints = [
            ExclusionConstraint(
                name="phone_is_sent_one_code_a_minute",
                expressions=[("phone_hash", RangeOperators.EQUAL), ("quiet", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(name="code_is_tried_five_times_at_most", condition=Q(tries__lte=MOST_TRIES)),
            models.CheckConstraint(
                name="code_lives_five_minutes_at_most",
                condition=Q(expires_at__gt=F("sent_at")) & Q(expires_at__lte=F("sent_at") + dt.timedelta(minutes=5)),
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk} {self.purpose}"


class CodesOfDay(models.Model):
    """当日短信数: how many codes a telephone was sent on a day. Its row is the lock for sending one more."""

    phone_hash = models.CharField("手机号索引", max_length=64)
    day = models.DateField("日期")
    sent = models.PositiveSmallIntegerField("已发条数", default=0)

    class Meta:
        verbose_name = "当日短信数"
        constraints = [
            models.UniqueConstraint(fields=("phone_hash", "day"), name="phone_is_counted_once_a_day"),
            models.CheckConstraint(name="phone_is_sent_five_codes_a_day_at_most", condition=Q(sent__lte=MOST_A_DAY)),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.sent}"

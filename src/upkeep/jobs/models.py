"""后台任务 as people see it. The queue itself is procrastinate's; this row says what was asked, how far it is and what
came of it. Refuses states that contradict themselves."""

from django.db import models
from django.db.models import F, Q

from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedJSONField


class JobState(models.TextChoices):
    """Where a job stands. A RUNNING one whose worker died is taken up again."""

    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "进行中"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "未完成"


OVER = (JobState.DONE, JobState.FAILED)


class Job(models.Model):
    """后台任务: one piece of work. Arguments and result may hold personal data and lie encrypted."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    kind = models.CharField("种类", max_length=60)
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=8, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    note = models.CharField("进展说明", max_length=200, blank=True, default="")
    arguments = EncryptedJSONField("参数", default=dict)
    result = EncryptedJSONField("结果", null=True, blank=True)
    lock = models.CharField("互斥标识", max_length=100, blank=True, default="")
    reference = models.CharField("错误编号", max_length=20, blank=True, default="")
    attempts = models.PositiveSmallIntegerField("执行次数", default=0)
    asked_by_id = models.BigIntegerField("提交人", null=True, blank=True, db_index=True)
    asked_at = models.DateTimeField("提交时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "后台任务"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(name="job_state_is_known", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(
                name="job_finished_at_iff_over",
                condition=Q(state__in=OVER, finished_at__isnull=False)
                | (~Q(state__in=OVER) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_started_at_unless_queued",
                condition=Q(state=JobState.QUEUED) | Q(started_at__isnull=False, attempts__gt=0),
            ),
            models.CheckConstraint(
                name="job_has_a_result_iff_over",
                condition=Q(state__in=OVER, result__isnull=False) | (~Q(state__in=OVER) & Q(result__isnull=True)),
            ),
            models.CheckConstraint(name="job_done_within_total", condition=Q(total=0) | Q(done__lte=F("total"))),
            models.CheckConstraint(
                name="job_reference_only_when_failed", condition=Q(reference="") | Q(state=JobState.FAILED)
            ),
        ]
        indexes = [models.Index(fields=("state",), name="job_under_way", condition=~Q(state__in=OVER))]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in OVER

    @property
    def percent(self) -> int:
        """How far it is, in whole percent; 0 while the total is unknown."""
        if self.state == JobState.DONE:
            return 100
        return self.done * 100 // self.total if self.total else 0

    @property
    def sentences(self) -> list[str]:
        """Why it was not done, to be shown to who asked for it."""
        return list(self.result["sentences"]) if self.state == JobState.FAILED else []

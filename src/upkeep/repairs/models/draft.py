"""What a draft holds beside its data: pages left with a fault, and the papers of an emergency."""

from django.db import models
from django.db.models import Q

from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedJSONField
from upkeep.parties.models import User
from upkeep.repairs.models.project import RepairProject


class DraftPage(models.TextChoices):
    """草稿页面: a page of a project whose typing is kept even when a part of it is wrong."""

    BASICS = "BASICS", "基本信息"
    WORKS = "WORKS", "设施设备"
    PLAN = "PLAN", "拨付计划"


class TypedPage(models.Model):
    """未改正的填写内容: what was typed on a page of a draft with a fault in it; gone once the page is saved without."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="typed_pages"
    )
    page = models.CharField("页面", max_length=10, choices=DraftPage.choices)
    typed = EncryptedJSONField("填写内容")
    faults = models.PositiveSmallIntegerField("有误处数")
    kept_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "未改正的填写内容"
        constraints = [
            models.UniqueConstraint(fields=("project", "page"), name="page_is_kept_once"),
            models.CheckConstraint(name="kept_page_has_faults", condition=Q(faults__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.page}"


class ProjectPaper(models.Model):
    """项目附件: a paper uploaded with the basic data (004 §1.3.2 第一步二), kept sealed; it goes on to the application.

    Taken out and put in only while the project is new (a guard sees to it).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    project = models.ForeignKey(
        RepairProject, verbose_name="维修项目", on_delete=models.PROTECT, related_name="papers"
    )
    name = models.CharField("文件名", max_length=120)
    path = models.CharField("存放位置", max_length=200)
    size = models.IntegerField("大小（字节）")
    sha256 = models.CharField("摘要", max_length=64)
    uploaded_by = models.ForeignKey(User, verbose_name="上传人", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "项目附件"
        constraints = [
            models.UniqueConstraint(fields=("project", "sha256"), name="project_paper_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.name}"

"""公示 and 信息发布. Only this package's actions write them; what was published never changes."""

from django.db import models
from django.db.models import F, Q

from upkeep.estate.models import Area, House
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, Organisation, User

#: Largest attachment that is kept, in bytes.
MOST_KEPT = 10 * 1024 * 1024
#: What may be attached, by the ending of its name. Pictures are encoded anew and are all JPEG afterwards.
FILE_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
}


class NoticeKind(models.TextChoices):
    """公示类别."""

    PROJECT = "PROJECT", "立项公示"
    ACCEPTANCE = "ACCEPTANCE", "验收公示"
    CANCELLATION = "CANCELLATION", "撤销公示"


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
    #: Who answers objections; None where an office published for somebody else.
    organisation = models.ForeignKey(
        Organisation, verbose_name="发布机构", null=True, on_delete=models.PROTECT, related_name="+"
    )
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

    @property
    def kind_now(self) -> NoticeKind:
        return NoticeKind(self.kind)


class Objection(models.Model):
    """异议: what an owner objects to in a notice, one per account and notice. Its words stand in `ObjectionText`, what was
    answered in `ObjectionAnswer`; this row is what everybody locks. Once answered its words change no more.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("异议编号", max_length=20, unique=True)
    notice = models.ForeignKey(PublicNotice, verbose_name="公示", on_delete=models.PROTECT, related_name="objections")
    user = models.ForeignKey(User, verbose_name="提出人", on_delete=models.PROTECT, related_name="+")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="+")
    #: How the public reads who he is: the room, and of the name its first sign.
    shown_as = models.CharField("公开的称呼", max_length=100)
    made_at = models.DateTimeField("提出时间")
    texts = models.PositiveSmallIntegerField("第几稿", default=1)
    answered_at = models.DateTimeField("首次答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "异议"
        ordering = ("made_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("notice", "user"), name="owner_objects_once_to_a_notice"),
            models.CheckConstraint(name="objection_has_a_text", condition=Q(texts__gte=1, texts__lte=20)),
        ]
        indexes = [
            models.Index(fields=("notice",), condition=Q(answered_at__isnull=True), name="objection_to_answer"),
            models.Index(fields=("user", "-made_at"), name="objection_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.texts}"


class ObjectionText(models.Model):
    """异议内容: what an objection said from one saving to the next. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    objection = models.ForeignKey(Objection, verbose_name="异议", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("第几稿")
    text = models.CharField("内容", max_length=500)
    at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "异议内容"
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("objection", "number"), name="objection_texts_are_counted"),
            models.CheckConstraint(name="objection_text_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} v{self.number}"


class ObjectionAnswer(models.Model):
    """异议答复: what the publisher, or the office, answered; also that an objection's words are not shown. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    objection = models.ForeignKey(Objection, verbose_name="异议", on_delete=models.PROTECT, related_name="answers")
    text = models.CharField("答复内容", max_length=500)
    #: The unit or office in whose name it is answered.
    answered_as = models.CharField("答复单位", max_length=100)
    by_user = models.ForeignKey(User, verbose_name="答复人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("答复时间")
    #: Set by the office where the objection names other persons or has nothing to do with the notice.
    hides_text = models.BooleanField("异议内容不公开", default=False)

    class Meta:
        verbose_name = "异议答复"
        ordering = ("at", "pk")
        constraints = [models.CheckConstraint(name="objection_answer_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.at:%Y-%m-%d}"


class Column(models.TextChoices):
    """栏目: the columns of a city's public site (manual 002, 简介)."""

    NEWS = "NEWS", "新闻动态"
    POLICY = "POLICY", "政策法规"
    GUIDE = "GUIDE", "办事指南"
    DOWNLOAD = "DOWNLOAD", "下载中心"
    FAQ = "FAQ", "常见问题"


class Article(models.Model):
    """信息: something that an office writes for the public. What it says stands in its versions, when it is read in its
    publications; both are only ever added to."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("信息编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="所属管辖区", on_delete=models.PROTECT)
    begun_at = models.DateTimeField("起草时间")

    class Meta:
        verbose_name = "信息"
        indexes = [models.Index(fields=("jurisdiction", "-begun_at"), name="article_newest")]

    def __str__(self) -> str:
        return self.number


class ArticleFile(models.Model):
    """附件: a picture or document of an article, kept sealed. `place` is what its text calls it by: 附件1, 附件2."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    article = models.ForeignKey(Article, verbose_name="信息", on_delete=models.PROTECT, related_name="files")
    place = models.PositiveSmallIntegerField("序号")
    name = models.CharField("文件名", max_length=120)
    path = models.CharField("存放位置", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("内容摘要", max_length=64)
    added_by = models.ForeignKey(User, verbose_name="上传人", on_delete=models.PROTECT)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "附件"
        ordering = ("place",)
        constraints = [
            models.UniqueConstraint(fields=("article", "place"), name="attachment_has_its_own_place"),
            models.UniqueConstraint(fields=("article", "sha256"), name="attachment_is_kept_once"),
            models.CheckConstraint(name="attachment_is_not_too_large", condition=Q(size__gt=0, size__lte=MOST_KEPT)),
            models.CheckConstraint(
                name="attachment_type_is_known", condition=Q(content_type__in=sorted(FILE_TYPES.values()))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.place}"

    @property
    def is_picture(self) -> bool:
        """Whether it may stand in the text."""
        return self.content_type == FILE_TYPES["jpg"]

    @property
    def suffix(self) -> str:
        """PDF, XLSX: what one is about to download."""
        return self.name.rpartition(".")[2].upper()


class ArticleVersion(models.Model):
    """版本: what an article said from one saving to the next. Never changed."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    article = models.ForeignKey(Article, verbose_name="信息", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本号")
    column = models.CharField("栏目", max_length=10, choices=Column.choices)
    title = models.CharField("标题", max_length=100)
    source = models.CharField("来源", max_length=60)
    body = models.TextField("正文")
    hidden_files = models.JSONField("不再列出的附件序号", default=list)
    written_by = models.ForeignKey(User, verbose_name="编辑人", on_delete=models.PROTECT)
    written_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "信息版本"
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=("article", "number"), name="article_versions_are_counted"),
            models.CheckConstraint(name="article_column_is_known", condition=Q(column__in=Column.values)),
            models.CheckConstraint(name="article_says_something", condition=~Q(title="") & ~Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} v{self.number}"


class Publication(models.Model):
    """发布: a version is read by the public from one moment to the end of a day, or until a later publication of the same
    article takes its place. Withdrawing (撤回) fills in the last three fields, once."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    article = models.ForeignKey(Article, verbose_name="信息", on_delete=models.PROTECT, related_name="publications")
    version = models.ForeignKey(
        ArticleVersion, verbose_name="版本", on_delete=models.PROTECT, related_name="publications"
    )
    dated_on = models.DateField("发布日期", help_text="第一次发布的日期，更正后不变")
    begins_at = models.DateTimeField("开始时间")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    is_pinned = models.BooleanField("置顶", default=False)
    by_user = models.ForeignKey(User, verbose_name="发布人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("操作时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, verbose_name="撤回人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_because = models.CharField("撤回原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "信息发布"
        ordering = ("-begins_at", "-pk")
        constraints = [
            models.CheckConstraint(name="publication_is_not_back_dated", condition=Q(begins_at__gte=F("at"))),
            models.CheckConstraint(
                name="publication_ends_after_it_begins",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_at__date")),
            ),
            models.CheckConstraint(
                name="publication_is_withdrawn_by_someone_for_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]
        indexes = [models.Index(fields=("article", "-begins_at"), name="publication_newest")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.begins_at:%Y-%m-%d}"

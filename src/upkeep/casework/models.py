"""业务单 and what hangs on it. Only `casework.engine` changes a state; events are append-only."""

from django.db import models
from django.db.models import Q

from upkeep.casework.states import CLOSED, Move, State
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedJSONField, EncryptedTextField
from upkeep.parties.models import Jurisdiction, Organisation, User


class NumberCounter(models.Model):
    """编号计数: the last sequence given out for one kind of number on one day."""

    prefix = models.CharField("类别", max_length=2)
    day = models.DateField("日期")
    last = models.IntegerField("末号")

    class Meta:
        verbose_name = "编号计数"
        constraints = [models.UniqueConstraint(fields=("prefix", "day"), name="number_is_counted_once_per_day")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.day} {self.last}"


class Channel(models.TextChoices):
    """交易渠道: by which way a case came to the office."""

    ONLINE = "ONLINE", "网上"
    WINDOW = "WINDOW", "窗口"
    BANK = "BANK", "银行"
    API = "API", "接口"


class Case(models.Model):
    """业务单: one application in one procedure.

    `data` is the form as handed in, a document that stays as it was printed and signed; it lies encrypted. What other
    cases must see of it is typed: `subject`, `area_id`, `CaseRow`, `CaseFile`, `estate.CaseHouse`.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("业务单编号", max_length=20, unique=True)
    procedure = models.CharField("业务类型", max_length=40)
    channel = models.CharField("交易渠道", max_length=8, choices=Channel.choices, default=Channel.ONLINE)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    step = models.PositiveSmallIntegerField("当前环节", default=0)
    version = models.PositiveIntegerField("版本", default=0)
    chain = models.JSONField("办理流程", default=list, help_text="提交时的流程快照")
    waits_for = models.CharField("待办角色", max_length=20, blank=True, default="")
    due_on = models.DateField("办理期限", null=True, blank=True)
    applicant_organisation = models.ForeignKey(
        Organisation, verbose_name="申请单位", null=True, blank=True, on_delete=models.PROTECT
    )
    applicant_user = models.ForeignKey(
        User, verbose_name="申请人", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    contact_name = models.CharField("经办人", max_length=50, blank=True, default="")
    contact_phone = EncryptedTextField("经办人电话", blank=True, default="")
    subject = models.CharField("事项", max_length=200, blank=True, default="")
    area_id = models.BigIntegerField("物业区域", null=True, blank=True)
    data = EncryptedJSONField("申请表", default=dict)
    copied_from = models.ForeignKey(
        "self", verbose_name="复制自", null=True, blank=True, on_delete=models.PROTECT, related_name="copies"
    )
    created_at = models.DateTimeField("创建时间")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    forgotten_at = models.DateTimeField(
        "内容删除时间", null=True, blank=True, help_text="撤回后按资料保存规则删除填报内容和要件的时间"
    )

    class Meta:
        verbose_name = "业务单"
        constraints = [
            models.CheckConstraint(
                name="case_closed_at_iff_closed",
                condition=Q(closed_at__isnull=False, state__in=sorted(CLOSED))
                | (Q(closed_at__isnull=True) & ~Q(state__in=sorted(CLOSED))),
            ),
            models.CheckConstraint(
                name="case_submitted_at_unless_draft",
                condition=Q(state__in=[State.DRAFT, State.WITHDRAWN]) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_waits_for_someone_iff_under_way",
                condition=(Q(state__in=[State.SUBMITTED, State.IN_REVIEW]) & ~Q(waits_for=""))
                | (~Q(state__in=[State.SUBMITTED, State.IN_REVIEW]) & Q(waits_for="")),
            ),
            models.CheckConstraint(name="case_channel_is_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="case_state_is_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="case_is_forgotten_only_when_withdrawn",
                condition=Q(forgotten_at__isnull=True) | Q(state=State.WITHDRAWN),
            ),
        ]
        indexes = [
            models.Index(fields=("jurisdiction", "waits_for", "due_on"), name="case_worklist"),
            models.Index(fields=("applicant_organisation", "-created_at"), name="case_of_organisation"),
            models.Index(fields=("jurisdiction", "-created_at"), name="case_newest"),
            models.Index(fields=("area_id",), name="case_of_area"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def state_now(self) -> State:
        return State(self.state)


class CaseEvent(models.Model):
    """办理过程: who did what, when and why. Append-only (a trigger refuses changes)."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="events")
    move = models.CharField("动作", max_length=12, choices=Move.choices)
    from_state = models.CharField("原状态", max_length=12, choices=State.choices)
    to_state = models.CharField("新状态", max_length=12, choices=State.choices)
    step = models.PositiveSmallIntegerField("环节")
    by_user = models.ForeignKey(User, verbose_name="办理人", null=True, on_delete=models.PROTECT)
    by_name = models.CharField("办理人姓名", max_length=50)
    by_role = models.CharField("办理角色", max_length=60)
    at = models.DateTimeField("时间")
    note = models.TextField("意见", blank=True)

    class Meta:
        verbose_name = "办理过程"
        constraints = [
            models.CheckConstraint(
                name="return_and_reject_need_a_note", condition=~Q(move__in=[Move.RETURN, Move.REJECT], note="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_state} {self.move} {self.to_state}"


class PartyRole(models.TextChoices):
    """当事方: why an organisation sees a case."""

    APPLICANT = "APPLICANT", "申请单位"
    DECIDER = "DECIDER", "决定单位"
    CONCERNED = "CONCERNED", "相关单位"


class CaseParty(models.Model):
    """业务单当事方: an organisation that sees the case, and whether it decides it. Written at submit."""

    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, verbose_name="单位", on_delete=models.PROTECT)
    role = models.CharField("身份", max_length=10, choices=PartyRole.choices)

    class Meta:
        verbose_name = "业务单当事方"
        constraints = [models.UniqueConstraint(fields=("case", "organisation", "role"), name="party_is_named_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.organisation_id} {self.role}"


class CaseFile(models.Model):
    """业务单要件: one uploaded paper, re-encoded; its content lies sealed in the file store."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="files")
    paper = models.CharField("要件", max_length=40)
    name = models.CharField("文件名", max_length=120)
    path = models.CharField("存放位置", max_length=200)
    content_type = models.CharField("类型", max_length=30)
    size = models.IntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "业务单要件"
        constraints = [
            models.CheckConstraint(name="case_file_is_at_most_1_mb", condition=Q(size__gt=0, size__lte=1_048_576)),
            models.UniqueConstraint(fields=("case", "paper", "sha256"), name="case_file_is_not_uploaded_twice"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.paper}"


class OriginalsReminder(models.Model):
    """补交要件提醒: an organisation that registered at once still owes the paper copies of what it uploaded, and brings
    them with its first business (004 §1.1). Open until somebody of the office says that they are there; that is final.
    """

    organisation = models.OneToOneField(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="originals_reminder"
    )
    registration = models.OneToOneField(Case, verbose_name="注册业务单", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("提醒时间")
    received_at = models.DateTimeField("收到时间", null=True, blank=True)
    received_by = models.ForeignKey(User, verbose_name="收件人", null=True, blank=True, on_delete=models.PROTECT)
    received_with = models.ForeignKey(
        Case, verbose_name="随同业务单", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "补交要件提醒"
        constraints = [
            models.CheckConstraint(
                name="originals_are_received_by_somebody_with_something",
                condition=Q(received_at__isnull=True, received_by__isnull=True, received_with__isnull=True)
                | Q(received_at__isnull=False, received_by__isnull=False, received_with__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.received_at or 'open'}"


class CaseRow(models.Model):
    """业务单明细行: one row of a sheet, read, fetched or entered; encrypted, since a sheet may hold people."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="rows")
    part = models.CharField("部分", max_length=30)
    row_number = models.IntegerField("行号")
    data = EncryptedJSONField("内容")
    faulty = models.BooleanField("有错误", default=False, help_text="改正前不能提交")

    class Meta:
        verbose_name = "业务单明细行"
        constraints = [models.UniqueConstraint(fields=("case", "part", "row_number"), name="case_row_is_read_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.part} {self.row_number}"

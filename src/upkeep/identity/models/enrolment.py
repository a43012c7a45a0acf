"""未认证用户注册: what a person said of himself, and how he proved phone or e-mail."""

from django.db import models
from django.db.models import Q

from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, User


class DocumentKind(models.TextChoices):
    """证件类型. Only the resident identity card has a check digit."""

    ID_CARD = "ID_CARD", "居民身份证"
    PASSPORT = "PASSPORT", "护照"
    HK_MACAO_PERMIT = "HK_MACAO_PERMIT", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "TAIWAN_PERMIT", "台湾居民来往大陆通行证"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT", "外国人永久居留身份证"
    OFFICER_CARD = "OFFICER_CARD", "军官证"
    OTHER = "OTHER", "其他"


class Activation(models.TextChoices):
    """激活方式."""

    SMS = "SMS", "短信验证码校验"
    EMAIL = "EMAIL", "电子邮箱校验"


class Enrolment(models.Model):
    """未认证用户注册: a person who wants to register an organisation. He becomes a user when he has proved his phone or
    his e-mail; until then the row holds no name against anybody, and it is deleted once it has run out.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="城市", on_delete=models.PROTECT)
    username = models.CharField("用户名", max_length=60)
    password_hash = models.CharField("密码摘要", max_length=200)
    name = models.CharField("个人姓名", max_length=50)
    document_kind = models.CharField("证件类型", max_length=20, choices=DocumentKind.choices)
    document_number = EncryptedTextField("证件号码")
    organisation_name = models.CharField("单位名称", max_length=100)
    social_credit_code = models.CharField("社会诚信代码", max_length=18)
    phone = EncryptedTextField("手机号码")
    email = EncryptedTextField("邮箱")
    created_at = models.DateTimeField("注册时间")
    expires_at = models.DateTimeField("激活期限")
    token_hash = models.CharField("激活链接摘要", max_length=64, blank=True, default="")
    proved_at = models.DateTimeField("校验时间", null=True, blank=True)
    proved_by = models.CharField("激活方式", max_length=5, choices=Activation.choices, blank=True, default="")
    user = models.OneToOneField(
        User, verbose_name="用户账号", null=True, blank=True, on_delete=models.PROTECT, related_name="enrolment"
    )

    class Meta:
        verbose_name = "未认证用户注册"
        constraints = [
            models.UniqueConstraint(
                fields=("token_hash",), condition=~Q(token_hash=""), name="activation_link_is_of_one_enrolment"
            ),
            models.CheckConstraint(
                name="enrolment_is_proved_by_something",
                condition=Q(proved_at__isnull=True, proved_by="") | (Q(proved_at__isnull=False) & ~Q(proved_by="")),
            ),
            models.CheckConstraint(
                name="enrolment_has_no_user_before_it_is_proved",
                condition=Q(user__isnull=True) | Q(proved_at__isnull=False, token_hash=""),
            ),
        ]
        indexes = [
            models.Index(fields=("expires_at",), condition=Q(user__isnull=True), name="enrolment_not_activated")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.username}"

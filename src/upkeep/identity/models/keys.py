"""Hardware keys: WebAuthn security keys, certificates on Chinese USB keys, and whom the city believes about them."""

from django.db import models
from django.db.models import F, Q

from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, User


class KeyPurpose(models.TextChoices):
    """挑战用途: what an answer to a challenge is good for; an answer for one is refused for the other."""

    REGISTER = "REGISTER", "登记密钥"
    LOGIN = "LOGIN", "密钥登录"
    CERTIFICATE = "CERTIFICATE", "证书登录"


class KeyChallenge(models.Model):
    """挑战: random bytes that one session may have answered once. Taken away by the first answer, right or wrong."""

    session_hash = models.CharField("会话索引", max_length=64)
    purpose = models.CharField("用途", max_length=12, choices=KeyPurpose.choices)
    user = models.ForeignKey(User, verbose_name="用户", null=True, on_delete=models.CASCADE)
    value = models.BinaryField("随机数")
    expires_at = models.DateTimeField("有效期至")

    class Meta:
        verbose_name = "密钥挑战"
        constraints = [
            models.UniqueConstraint(fields=("session_hash", "purpose"), name="session_has_one_challenge_per_purpose"),
            models.CheckConstraint(name="challenge_purpose_is_known", condition=Q(purpose__in=KeyPurpose.values)),
        ]

    def __str__(self) -> str:
        return self.purpose


class SecurityKey(models.Model):
    """安全密钥: a WebAuthn key of a user, good on the site whose name it was registered under.

    A removed or suspended key never comes back: the user registers the key (or another) anew.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.PROTECT, related_name="security_keys")
    name = models.CharField("密钥名称", max_length=40)
    site = models.CharField("登记网站", max_length=253)
    credential_id = models.BinaryField("凭证编号")
    public_key = models.BinaryField("公钥")
    sign_count = models.BigIntegerField("签名计数")
    transports = models.JSONField("连接方式", default=list)
    created_at = models.DateTimeField("登记时间")
    created_by = models.ForeignKey(User, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField("上次使用", null=True)
    suspended_at = models.DateTimeField("停用时间", null=True)
    removed_at = models.DateTimeField("删除时间", null=True)

    class Meta:
        verbose_name = "安全密钥"
        constraints = [
            models.UniqueConstraint(
                fields=("credential_id",), condition=Q(removed_at__isnull=True), name="credential_belongs_to_one_user"
            ),
            models.CheckConstraint(name="key_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="key_sign_count_is_not_negative", condition=Q(sign_count__gte=0)),
        ]
        indexes = [models.Index(fields=("user",), name="security_keys_of_user")]

    def __str__(self) -> str:
        return self.name


class CertificateAuthority(models.Model):
    """认证机构: a CA certificate (SM2) that a city believes. One that is not its own root hangs on one that is."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    name = models.CharField("名称", max_length=200)
    certificate = models.BinaryField("证书")
    fingerprint = models.CharField("证书指纹", max_length=64)
    not_before = models.DateTimeField("生效时间")
    not_after = models.DateTimeField("失效时间")
    added_at = models.DateTimeField("添加时间")
    added_by = models.ForeignKey(User, verbose_name="添加人", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField("停用时间", null=True)
    withdrawn_by = models.ForeignKey(
        User, verbose_name="停用人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "认证机构"
        constraints = [
            models.UniqueConstraint(
                fields=("jurisdiction", "fingerprint"),
                condition=Q(withdrawn_at__isnull=True),
                name="city_believes_a_certificate_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RevocationList(models.Model):
    """吊销列表 (CRL): what a CA has taken back. Only ever replaced by a newer one, which the database sees to."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    authority = models.OneToOneField(
        CertificateAuthority, verbose_name="认证机构", on_delete=models.PROTECT, related_name="revocation_list"
    )
    content = models.BinaryField("吊销列表")
    this_update = models.DateTimeField("签发时间")
    next_update = models.DateTimeField("下次签发时间")
    revoked_count = models.PositiveIntegerField("吊销证书数")
    loaded_at = models.DateTimeField("导入时间")
    loaded_by = models.ForeignKey(User, verbose_name="导入人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "吊销列表"
        constraints = [
            models.CheckConstraint(
                name="revocation_list_ends_after_it_begins", condition=Q(next_update__gt=F("this_update"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.this_update}"


class KeyCertificate(models.Model):
    """证书密钥: a certificate on a USB key, given to one user by the office for a range of days.

    The certificate itself is not kept, only what finds it again. `is_old`: issued before this platform, so that the
    operator confirms himself first (经办人信息确认) where the city asks for it.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.PROTECT, related_name="key_certificates")
    authority = models.ForeignKey(CertificateAuthority, verbose_name="认证机构", on_delete=models.PROTECT)
    number = models.CharField("证书编号", max_length=48, help_text="证书序列号，十六进制")
    holder = EncryptedTextField("证书持有人")
    fingerprint = models.CharField("证书指纹", max_length=64)
    valid_from = models.DateField("启用日期")
    valid_until = models.DateField("停用日期")
    is_old = models.BooleanField("旧系统发放", default=False)
    confirmed_at = models.DateTimeField("经办人确认时间", null=True)
    issued_at = models.DateTimeField("发放时间")
    issued_by = models.ForeignKey(User, verbose_name="发放人", on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField("上次使用", null=True)
    revoked_at = models.DateTimeField("收回时间", null=True)
    revoked_by = models.ForeignKey(User, verbose_name="收回人", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "证书密钥"
        constraints = [
            models.UniqueConstraint(
                fields=("authority", "number"),
                condition=Q(revoked_at__isnull=True),
                name="certificate_belongs_to_one_user",
            ),
            models.UniqueConstraint(
                fields=("fingerprint", "authority"),
                condition=Q(revoked_at__isnull=True),
                name="certificate_is_issued_once",
            ),
            models.CheckConstraint(
                name="certificate_days_are_in_order", condition=Q(valid_until__gte=F("valid_from"))
            ),
        ]
        indexes = [
            models.Index(fields=("user",), name="certificates_of_user"),
            models.Index(fields=("number",), name="certificate_by_number"),
        ]

    def __str__(self) -> str:
        return self.number


class KeyEventKind(models.TextChoices):
    """密钥记录类别: what happened to a key."""

    ADDED = "ADDED", "登记安全密钥"
    REMOVED = "REMOVED", "删除安全密钥"
    USED = "USED", "使用密钥登录"
    REFUSED = "REFUSED", "密钥验证未通过"
    CLONED = "CLONED", "疑似被复制，密钥已停用"
    ISSUED = "ISSUED", "发放证书密钥"
    REVOKED = "REVOKED", "收回证书密钥"
    CONFIRMED = "CONFIRMED", "确认经办人信息"


class KeyEvent(models.Model):
    """密钥记录: the security log of a user's keys. Lines are added, never changed nor taken away."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.PROTECT, related_name="key_events")
    kind = models.CharField("类别", max_length=12, choices=KeyEventKind.choices)
    key_name = models.CharField("密钥", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    at = models.DateTimeField("时间")
    by = models.ForeignKey(User, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "密钥记录"
        constraints = [models.CheckConstraint(name="key_event_is_known", condition=Q(kind__in=KeyEventKind.values))]
        indexes = [models.Index(fields=("user", "-at"), name="key_events_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key_name}"

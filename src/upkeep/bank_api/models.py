"""银行接口: the keys of banks, and what came signed with them."""

from django.db import models
from django.db.models import F, Q

from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Organisation, User


class SignatureKind(models.TextChoices):
    """签名算法."""

    HMAC_SM3 = "HMAC_SM3", "HMAC-SM3（共享密钥）"
    SM2 = "SM2", "SM2（银行保管私钥）"


class BankKey(models.Model):
    """接口密钥: with it a bank's system signs what it sends. One person makes it, another puts it into use.

    Of HMAC-SM3 both sides hold the same secret, shown once; of SM2 only the bank has the private key. A key that was blocked
    never comes back; one that is replaced ends some days after its successor was put into use.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    bank = models.ForeignKey(Organisation, verbose_name="专户银行", on_delete=models.PROTECT, related_name="api_keys")
    code = models.CharField("密钥编号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("签名算法", max_length=10, choices=SignatureKind.choices)
    secret = EncryptedTextField("共享密钥", blank=True, default="")
    public_key = models.CharField("公钥", max_length=130, blank=True, default="", help_text="SM2，十六进制")
    fingerprint = models.CharField("密钥指纹", max_length=16)
    replaces = models.ForeignKey(
        "self", verbose_name="更换自", null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )
    made_at = models.DateTimeField("创建时间")
    made_by = models.ForeignKey(User, verbose_name="创建人", on_delete=models.PROTECT, related_name="+")
    enabled_at = models.DateTimeField("启用时间", null=True, blank=True)
    enabled_by = models.ForeignKey(
        User, verbose_name="启用人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ends_at = models.DateTimeField("到期时间", null=True, blank=True)
    blocked_at = models.DateTimeField("停用时间", null=True, blank=True)
    blocked_by = models.ForeignKey(
        User, verbose_name="停用人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    block_reason = models.CharField("停用原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "接口密钥"
        constraints = [
            models.CheckConstraint(name="bank_key_kind_is_known", condition=Q(kind__in=SignatureKind.values)),
            models.CheckConstraint(
                name="bank_key_has_what_its_kind_needs",
                condition=Q(kind=SignatureKind.HMAC_SM3, public_key="") & ~Q(secret="")
                | Q(kind=SignatureKind.SM2, secret="") & ~Q(public_key=""),
            ),
            models.UniqueConstraint(
                fields=("replaces",), condition=Q(blocked_at__isnull=True), name="bank_key_has_one_live_successor"
            ),
            models.CheckConstraint(
                name="bank_key_is_enabled_by_another",
                condition=Q(enabled_at__isnull=True, enabled_by__isnull=True)
                | Q(enabled_at__isnull=False, enabled_by__isnull=False) & ~Q(enabled_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="bank_key_blocked_says_why",
                condition=Q(blocked_at__isnull=True, blocked_by__isnull=True, block_reason="")
                | Q(blocked_at__isnull=False, blocked_by__isnull=False) & ~Q(block_reason=""),
            ),
        ]
        indexes = [models.Index(fields=("bank", "-made_at"), name="bank_key_newest")]

    def __str__(self) -> str:
        return self.code


class BankNonce(models.Model):
    """报文随机数: seen once with a key, refused ever after; forgotten only when its message would be too old anyway."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    key = models.ForeignKey(BankKey, verbose_name="接口密钥", on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField("随机数", max_length=64)
    good_until = models.DateTimeField("报文有效期至")

    class Meta:
        verbose_name = "报文随机数"
        constraints = [models.UniqueConstraint(fields=("key", "nonce"), name="bank_nonce_is_used_once")]
        indexes = [models.Index(fields=("good_until",), name="bank_nonce_to_forget")]

    def __str__(self) -> str:
        return self.nonce


class BankMessage(models.Model):
    """银行报文: what a bank's system asked to be done, and the answer it got: the same answer whenever it asks again.

    Only added to. Of what it said the hash is kept; the answers hold numbers and amounts, nobody's name.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    bank = models.ForeignKey(Organisation, verbose_name="专户银行", on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(BankKey, verbose_name="接口密钥", on_delete=models.PROTECT, related_name="messages")
    idempotency_key = models.CharField("幂等键", max_length=64)
    operation = models.CharField("交易", max_length=30)
    subject = models.CharField("单据编号或账号", max_length=40)
    serial = models.CharField("银行流水号", max_length=40, blank=True, default="")
    content_hash = models.CharField("内容摘要", max_length=64)
    status = models.SmallIntegerField("应答状态")
    fault = models.CharField("错误代码", max_length=30, blank=True, default="")
    answer = models.TextField("应答", help_text="JSON，与第一次发出的逐字节相同")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "银行报文"
        constraints = [
            models.UniqueConstraint(fields=("bank", "idempotency_key"), name="bank_message_is_answered_once"),
            models.CheckConstraint(name="bank_message_has_an_idempotency_key", condition=~Q(idempotency_key="")),
            models.CheckConstraint(
                name="bank_message_fault_iff_refused",
                condition=Q(status=200, fault="") | Q(status__gte=400, status__lt=500) & ~Q(fault=""),
            ),
        ]
        indexes = [
            models.Index(fields=("bank", "-at"), name="bank_message_newest"),
            models.Index(fields=("key", "-at"), name="bank_message_of_key"),
            models.Index(fields=("bank", "serial"), condition=~Q(serial=""), name="bank_message_by_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.subject} {self.status}"


class RefusedCalls(models.Model):
    """被拒请求: how often a day something was refused that named a key, by why: a number grows, no row per attack."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    key = models.ForeignKey(BankKey, verbose_name="接口密钥", on_delete=models.PROTECT, related_name="refused")
    day = models.DateField("日期")
    fault = models.CharField("错误代码", max_length=30)
    count = models.IntegerField("次数")
    last_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = "被拒请求"
        constraints = [
            models.UniqueConstraint(fields=("key", "day", "fault"), name="refused_calls_are_counted_by_day"),
            models.CheckConstraint(name="refused_calls_are_some", condition=Q(count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.day} {self.fault} {self.count}"

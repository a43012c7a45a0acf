"""The second factor of staff: a secret shared with an app on the telephone, and codes for the day it is lost."""

from django.db import models

from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import User


class Authenticator(models.Model):
    """动态口令器: the secret that user and server share. It counts from the moment one code of it was right."""

    user = models.OneToOneField(
        User, verbose_name="用户", primary_key=True, on_delete=models.CASCADE, related_name="authenticator"
    )
    secret = EncryptedTextField("密钥")
    created_at = models.DateTimeField("生成时间")
    confirmed_at = models.DateTimeField("启用时间", null=True, blank=True)
    #: The half-minute of the last code taken: only a later one is taken again.
    last_step = models.BigIntegerField("最近使用的时段", default=0)

    class Meta:
        verbose_name = "动态口令器"

    def __str__(self) -> str:
        return f"authenticator {self.user_id}"


class RecoveryCode(models.Model):
    """备用码: stands in once for a code of the app. Only its keyed hash is kept."""

    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField("备用码摘要", max_length=64)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "备用码"
        constraints = [
            models.UniqueConstraint(fields=("user", "code_hash"), name="recovery_code_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"

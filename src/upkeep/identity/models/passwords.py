"""What passwords a user had."""

from django.db import models

from upkeep.parties.models import User


class FormerPassword(models.Model):
    """用过的密码: hashes of a user's passwords, so that he does not come back to one at once."""

    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="former_passwords")
    password_hash = models.CharField("密码摘要", max_length=128)
    replaced_at = models.DateTimeField("停用时间")

    class Meta:
        verbose_name = "用过的密码"
        indexes = [models.Index(fields=("user", "-replaced_at"), name="former_password_by_user")]

    def __str__(self) -> str:
        return f"former password {self.pk}"

"""The telephone by which an owner logs in."""

from django.db import models

from upkeep.parties.models import Jurisdiction, User


class LoginPhone(models.Model):
    """登录手机: one telephone leads to one owner's account of a city. Written when a code sent to it was typed in."""

    user = models.OneToOneField(
        User, verbose_name="用户", primary_key=True, on_delete=models.CASCADE, related_name="login_phone"
    )
    city = models.ForeignKey(Jurisdiction, verbose_name="城市", on_delete=models.PROTECT, related_name="+")
    phone_hash = models.CharField("手机号索引", max_length=64)
    proved_at = models.DateTimeField("验证时间")

    class Meta:
        verbose_name = "登录手机"
        constraints = [
            models.UniqueConstraint(fields=("city", "phone_hash"), name="phone_leads_to_one_account_of_a_city")
        ]

    def __str__(self) -> str:
        return f"login phone {self.user_id}"

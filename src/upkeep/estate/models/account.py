"""Whose houses an owner's account shows."""

from django.db import models

from upkeep.estate.models.owner import Owner
from upkeep.parties.models import User


class OwnerAccount(models.Model):
    """业主账号绑定: this account is that owner's, proved by telephone and ID number as they stand in the register.

    A claim alone never makes one. An owner has one account; a person recorded twice may have both records in one.
    """

    owner = models.OneToOneField(
        Owner, verbose_name="业主", primary_key=True, on_delete=models.CASCADE, related_name="account"
    )
    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="owner_records")
    bound_at = models.DateTimeField("绑定时间")

    class Meta:
        verbose_name = "业主账号绑定"

    def __str__(self) -> str:
        return f"{self.user_id} {self.owner_id}"

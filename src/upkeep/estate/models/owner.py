"""业主 and 权属."""

from django.db import models
from django.db.models import Q

from upkeep.estate.kinds import IdKind
from upkeep.estate.models.house import House
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction

WHOLE_PPM = 1_000_000


class Owner(models.Model):
    """业主: a person or organisation that owns houses in a city. ID number and phone lie encrypted."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="城市", on_delete=models.PROTECT)
    name = models.CharField("业主姓名或名称", max_length=100)
    id_kind = models.CharField("证件类型", max_length=20, choices=IdKind.choices)
    id_number = EncryptedTextField("证件号码")
    id_hash = models.CharField("证件号码索引", max_length=64, db_index=True)
    phone = EncryptedTextField("联系电话", blank=True, default="")
    phone_hash = models.CharField("联系电话索引", max_length=64, blank=True, default="", db_index=True)

    class Meta:
        verbose_name = "业主"
        constraints = [
            models.UniqueConstraint(
                fields=("jurisdiction", "id_kind", "id_hash", "name"), name="owner_is_recorded_once_in_a_city"
            )
        ]
        # Houses are found by the beginning of their owner's name (户室管理).
        indexes = [models.Index(fields=["name"], name="owner_by_name", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return f"owner {self.pk}"


class Ownership(models.Model):
    """权属: who owns a house from when to when, and which share of it (parts per million)."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="ownerships")
    owner = models.ForeignKey(Owner, verbose_name="业主", on_delete=models.PROTECT, related_name="ownerships")
    share_ppm = models.IntegerField("份额（百万分之）", default=WHOLE_PPM)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "权属"
        constraints = [
            models.UniqueConstraint(
                fields=("house", "owner"), condition=Q(until__isnull=True), name="owner_owns_a_house_once_at_a_time"
            ),
            models.CheckConstraint(
                name="ownership_share_is_a_part", condition=Q(share_ppm__gt=0, share_ppm__lte=WHOLE_PPM)
            ),
            models.CheckConstraint(
                name="ownership_ends_after_it_begins",
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.owner_id}"

"""业主, 权属, and what is written down about them: how an ownership began and ended, corrections, full views."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from upkeep.casework.models import Case
from upkeep.estate.kinds import CoOwnership, IdKind, OwnershipActKind
from upkeep.estate.models.house import House
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import Jurisdiction, User

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
        indexes = [
            GinIndex(name="owner_name_trigram", fields=["name"], opclasses=["gin_trgm_ops"]),
            # Houses are found by the beginning of their owner's name (户室管理).
            models.Index(fields=["name"], name="owner_by_name", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"owner {self.pk}"

    @property
    def is_organisation(self) -> bool:
        """Whether it goes by a credit code: its name is no personal data then."""
        return self.id_kind == IdKind.CREDIT_CODE


class OwnershipAct(models.Model):
    """权属登记: one act by which owners of a house were bound, changed or ended. Append-only; the list 过户记录 is made of it.

    `since` is the day from which it holds, `at` the moment when it was entered.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="ownership_acts")
    kind = models.CharField("登记类别", max_length=10, choices=OwnershipActKind.choices)
    since = models.DateField("生效日")
    basis = models.CharField("依据", max_length=200)
    case = models.ForeignKey(
        Case, verbose_name="业务单", null=True, blank=True, on_delete=models.PROTECT, related_name="ownership_acts"
    )
    by = models.ForeignKey(
        User, verbose_name="办理人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "权属登记"
        constraints = [
            models.CheckConstraint(name="ownership_act_kind_is_known", condition=Q(kind__in=OwnershipActKind.values)),
            models.CheckConstraint(name="ownership_act_has_a_basis", condition=~Q(basis="")),
        ]
        indexes = [models.Index(fields=("kind", "-at"), name="ownership_act_newest")]

    def __str__(self) -> str:
        return f"{self.house_id} {self.kind} {self.since}"


class Ownership(models.Model):
    """权属: who owns a house from when to when, and which share of it (parts per million). `until` is the first day on
    which it no longer holds. On every day the shares of a house make a whole, or there are none (a guard sees to it).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="ownerships")
    owner = models.ForeignKey(Owner, verbose_name="业主", on_delete=models.PROTECT, related_name="ownerships")
    share_ppm = models.IntegerField("份额（百万分之）", default=WHOLE_PPM)
    manner = models.CharField("共有方式", max_length=10, choices=CoOwnership.choices, default=CoOwnership.SOLE)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    begun_with = models.ForeignKey(
        OwnershipAct, verbose_name="取得登记", null=True, blank=True, on_delete=models.PROTECT, related_name="begun"
    )
    ended_with = models.ForeignKey(
        OwnershipAct, verbose_name="终止登记", null=True, blank=True, on_delete=models.PROTECT, related_name="ended"
    )

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
            models.CheckConstraint(
                name="sole_owner_owns_the_whole",
                condition=~Q(manner=CoOwnership.SOLE) | Q(share_ppm=WHOLE_PPM),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.owner_id}"


class OwnerCorrection(models.Model):
    """业主信息更正: a mistyped name, telephone or paper put right; the owner stays the same person. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    owner = models.ForeignKey(Owner, verbose_name="业主", on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(
        "更正项目",
        max_length=10,
        choices=[
            ("name", "姓名或名称"),
            ("phone", "联系电话"),
            ("id_kind", "证件类型"),
            ("id_number", "证件号码"),
        ],
    )
    before = EncryptedTextField("更正前")
    after = EncryptedTextField("更正后")
    reason = models.CharField("更正原因", max_length=200)
    by = models.ForeignKey(User, verbose_name="更正人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("更正时间")

    class Meta:
        verbose_name = "业主信息更正"
        constraints = [
            models.CheckConstraint(name="owner_correction_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.field}"


class OwnerView(models.Model):
    """完整信息查看记录: who saw an owner's whole name, number and telephone, when and what for. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    owner = models.ForeignKey(Owner, verbose_name="业主", on_delete=models.PROTECT, related_name="views")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("查看原因", max_length=200)
    by = models.ForeignKey(User, verbose_name="查看人", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("查看人姓名", max_length=50)
    by_role = models.CharField("查看人角色", max_length=60)
    organisation = models.CharField("所在单位", max_length=100, blank=True, default="")
    at = models.DateTimeField("查看时间")

    class Meta:
        verbose_name = "完整信息查看记录"
        constraints = [models.CheckConstraint(name="owner_view_has_a_reason", condition=~Q(reason=""))]
        indexes = [models.Index(fields=("-at",), name="owner_view_newest")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.by_id} {self.at}"

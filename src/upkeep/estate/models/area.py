"""物业区域 and 楼幢."""

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from upkeep.estate.kinds import BuildingKind, Structure
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, Organisation, OrganisationKind

if TYPE_CHECKING:
    from upkeep.estate.models.service import Service


class Area(models.Model):
    """物业区域、小区: what is managed as one and keeps one set of accounts (165号令 第十条).

    Who developed it is a fact of its own; who serves it changes, and stands in `Service`.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("区域编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="所属区县", on_delete=models.PROTECT)
    name = models.CharField("物业区域名称", max_length=60)
    initials = models.CharField("拼音首字母", max_length=60, db_index=True)
    address = models.CharField("地址", max_length=200)
    developer = models.ForeignKey(
        Organisation, verbose_name="开发建设单位", null=True, on_delete=models.PROTECT, related_name="developed_areas"
    )
    floor_area_dm2 = models.BigIntegerField("建筑面积（0.01㎡）")
    land_area_dm2 = models.BigIntegerField("占地面积（0.01㎡）", default=0)
    established_on = models.DateField("成立日期", null=True, blank=True)
    created_at = models.DateTimeField("备案时间")

    class Meta:
        verbose_name = "物业区域"
        constraints = [
            models.UniqueConstraint(fields=("jurisdiction", "name"), name="area_name_is_unique_in_its_district"),
            models.CheckConstraint(
                name="area_floor_area_is_not_negative", condition=Q(floor_area_dm2__gte=0, land_area_dm2__gte=0)
            ),
            models.CheckConstraint(
                name="area_is_established_in_our_time",
                condition=Q(established_on__isnull=True) | Q(established_on__gte=dt.date(1900, 1, 1)),
            ),
        ]
        indexes = [GinIndex(name="area_name_trigram", fields=["name"], opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def serving(self) -> "list[Service]":
        """The services in force; `estate.queries.with_serving` reads them for a whole list at once."""
        return list(self.services.filter(until__isnull=True).select_related("organisation"))

    def served_by(self, kind: OrganisationKind) -> Organisation | None:
        """The organisation that serves the area as that kind, or None."""
        return next((one.organisation for one in self.serving if one.kind == kind), None)

    @property
    def property_company(self) -> Organisation | None:
        """物业服务企业: the company in service now."""
        return self.served_by(OrganisationKind.PROPERTY_COMPANY)

    @property
    def committee(self) -> Organisation | None:
        """业主委员会: the committee in office now."""
        return self.served_by(OrganisationKind.OWNERS_COMMITTEE)


class BuildingsOfTheRegister(models.Manager["Building"]):
    """Every building but those that stand only for a provisional house."""

    def get_queryset(self) -> models.QuerySet["Building"]:
        return super().get_queryset().filter(is_provisional=False)


class Building(models.Model):
    """楼幢、楼栋: a building of an area, under the name people give it.

    `objects` is the register; a building that only a provisional house (暂列) names is found by `everything`.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="buildings")
    name = models.CharField("楼栋名称", max_length=30)
    kind = models.CharField("楼栋类型", max_length=20, choices=BuildingKind.choices)
    has_lift = models.BooleanField("有无电梯")
    structure = models.CharField("建筑结构", max_length=20, choices=Structure.choices, blank=True, default="")
    built_in = models.CharField("建成年代", max_length=6, blank=True, default="", help_text="yyyymm")
    floor_area_dm2 = models.BigIntegerField("建筑面积（0.01㎡）", null=True, blank=True, help_text="登记时填写的")
    storeys = models.SmallIntegerField("地上层数", null=True, blank=True)
    basements = models.SmallIntegerField("地下层数", null=True, blank=True)
    units = models.SmallIntegerField("单元数", null=True, blank=True)
    order = models.IntegerField("排列", default=0)
    is_provisional = models.BooleanField("暂列", default=False)

    objects = BuildingsOfTheRegister()
    everything: models.Manager["Building"] = models.Manager()

    class Meta:
        verbose_name = "楼栋"
        ordering = ("order", "name")
        constraints = [
            models.CheckConstraint(
                name="building_measures_are_no_nonsense",
                condition=(Q(floor_area_dm2__isnull=True) | Q(floor_area_dm2__gt=0))
                & (Q(storeys__isnull=True) | Q(storeys__range=(0, 300)))
                & (Q(basements__isnull=True) | Q(basements__range=(0, 20)))
                & (Q(units__isnull=True) | Q(units__range=(0, 99))),
            ),
            models.UniqueConstraint(
                fields=("area", "name"), condition=Q(is_provisional=False), name="building_name_is_unique_in_its_area"
            ),
            models.UniqueConstraint(
                fields=("area", "name"), condition=Q(is_provisional=True), name="provisional_building_is_entered_once"
            ),
            models.CheckConstraint(
                name="building_built_in_is_a_month",
                condition=Q(built_in="") | Q(built_in__regex=r"^(18|19|20|21)[0-9]{2}(0[1-9]|1[0-2])$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""服务关系: which company serves an area and which committee represents it, since when and until when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from upkeep.casework.models import Case
from upkeep.estate.models.area import Area
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Organisation, OrganisationKind, User


class ServiceKind(models.TextChoices):
    """服务类别: what an organisation is to an area; the same words as its own kind (单位类别)."""

    PROPERTY_COMPANY = OrganisationKind.PROPERTY_COMPANY.value, "物业服务"
    OWNERS_COMMITTEE = OrganisationKind.OWNERS_COMMITTEE.value, "业主委员会"


class Service(models.Model):
    """服务关系: an organisation serves an area from `since` to the day before `until`; open while `until` is empty.

    At any day an area has at most one property company and one committee: overlaps are refused by the database. What
    began can only be ended, once; nothing is changed or deleted afterwards (`sql/guards/service.sql`).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="services")
    organisation = models.ForeignKey(
        Organisation, verbose_name="服务单位", on_delete=models.PROTECT, related_name="services"
    )
    kind = models.CharField("服务类别", max_length=20, choices=ServiceKind.choices)
    since = models.DateField("起始日")
    until = models.DateField("终止日", null=True, blank=True, help_text="自该日起不再服务")
    basis = models.CharField("依据", max_length=200)
    case = models.ForeignKey(
        Case, verbose_name="业务单", null=True, blank=True, on_delete=models.PROTECT, related_name="services"
    )
    end_reason = models.CharField("终止原因", max_length=200, blank=True, default="")
    begun_by = models.ForeignKey(
        User, verbose_name="登记人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_by = models.ForeignKey(
        User, verbose_name="终止办理人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("终止办理时间", null=True, blank=True)

    class Meta:
        verbose_name = "服务关系"
        ordering = ("-since", "-begun_at")
        constraints = [
            ExclusionConstraint(
                name="area_is_served_by_one_of_a_kind_at_a_time",
                expressions=[
                    (F("area"), RangeOperators.EQUAL),
                    (F("kind"), RangeOperators.EQUAL),
                    (
                        Func(
                            "since",
                            "until",
                            RangeBoundary(),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            # A service that is replaced on the day on which it began lasted no day: an empty range overlaps nothing.
            models.CheckConstraint(
                name="service_ends_after_it_begins", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(
                name="service_is_ended_with_a_reason",
                condition=Q(until__isnull=True, ended_at__isnull=True, end_reason="")
                | (Q(until__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(name="service_kind_is_known", condition=Q(kind__in=ServiceKind.values)),
        ]
        indexes = [
            models.Index(fields=("organisation", "area"), name="service_open", condition=Q(until__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.organisation_id} {self.since}"


class ServiceRequest(models.Model):
    """服务申请: an organisation has asked to serve an area and nobody has decided yet.

    Written when the case is handed in and taken away when it is decided, returned or withdrawn. `replaces` is the
    service that would end by it, as the applicant was shown it: when another one holds by then, approval is refused.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.ForeignKey(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="service_requests")
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="requests")
    organisation = models.ForeignKey(Organisation, verbose_name="申请单位", on_delete=models.PROTECT)
    replaces = models.ForeignKey(
        Service, verbose_name="原服务关系", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "服务申请"
        constraints = [
            models.UniqueConstraint(fields=("area", "organisation"), name="area_is_asked_for_once_by_an_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.area_id}"

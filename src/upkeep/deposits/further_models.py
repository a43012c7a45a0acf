"""合同价, 欠交登记, 续交方案 with its instalments, and 欠款催缴通知单 in batches."""

from django.db import models
from django.db.models import F, Q

from upkeep.banking.models import PaySlip
from upkeep.casework.models import Case
from upkeep.estate.models import Area, House
from upkeep.kernel.ids import new_id
from upkeep.parties.models import Jurisdiction, Organisation, User
from upkeep.printing.models import KeptPrint


class HousePrice(models.Model):
    """合同价: the price that a house's contract of sale names, where the city's standard is a share of it. A corrected one
    is kept with the moment until which it held.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="prices")
    price_fen = models.BigIntegerField("合同价（分）")
    contract = models.CharField("合同编号", max_length=60)
    noted_by = models.ForeignKey(User, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+")
    noted_by_name = models.CharField("登记人姓名", max_length=50)
    noted_at = models.DateTimeField("登记时间")
    until = models.DateTimeField("更正时间", null=True, blank=True)

    class Meta:
        verbose_name = "合同价"
        constraints = [
            models.UniqueConstraint(
                fields=("house",), condition=Q(until__isnull=True), name="house_has_one_price_at_a_time"
            ),
            models.CheckConstraint(name="house_price_is_positive", condition=Q(price_fen__gt=0)),
            models.CheckConstraint(name="house_price_names_its_contract", condition=~Q(contract="")),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.price_fen}"


class Arrears(models.Model):
    """欠交登记: since when a house's balance has lain below the city's part of its first deposit, and until when.

    Found at night; left when money has come in. `percent` and the amounts are those of the day on which it was found.
    """

    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="arrears")
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="arrears")
    since = models.DateField("欠交起")
    percent = models.SmallIntegerField("低于首期的比例（%）")
    first_due_fen = models.BigIntegerField("首期应交（分）")
    balance_fen = models.BigIntegerField("发现时余额（分）")
    left_on = models.DateField("解除日期", null=True, blank=True)

    class Meta:
        verbose_name = "欠交登记"
        constraints = [
            models.UniqueConstraint(
                fields=("house",), condition=Q(left_on__isnull=True), name="house_is_in_arrears_once_at_a_time"
            ),
            models.CheckConstraint(
                name="arrears_lie_below_their_part",
                condition=Q(balance_fen__gte=0, percent__gt=0, percent__lte=100, first_due_fen__gt=0),
            ),
            models.CheckConstraint(
                name="arrears_are_left_after_they_began",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("since")),
            ),
        ]
        indexes = [models.Index(fields=("area", "house"), name="arrears_of_area", condition=Q(left_on__isnull=True))]

    def __str__(self) -> str:
        return f"{self.house_id} {self.since}"


class FurtherStandard(models.TextChoices):
    """续交标准: how much a house has to pay."""

    PER_M2 = "PER_M2", "按建筑面积每平方米金额"
    TO_FIRST_LEVEL = "TO_FIRST_LEVEL", "补足至首期应交金额"
    FIRST_STANDARD = "FIRST_STANDARD", "按现行首期交存标准"


class FurtherMethod(models.TextChoices):
    """续交方式."""

    AT_ONCE = "AT_ONCE", "一次交清"
    INSTALMENTS = "INSTALMENTS", "分期交存"


class FurtherBasis(models.TextChoices):
    """续交依据 (165号令 第十七条): the owners' assembly decides; where there is none, the office's own rule."""

    ASSEMBLY = "ASSEMBLY", "业主大会决定"
    OFFICE = "OFFICE", "管理部门规定（没有业主大会）"


class Obstacle(models.TextChoices):
    """未开具原因: why a house of a plan has no slip."""

    NONE = "", "—"
    NO_OWNER = "NO_OWNER", "未登记业主"
    BUSY = "BUSY", "有待交的交款通知单"
    GONE = "GONE", "房屋已注销"


class FurtherPlan(models.Model):
    """续交方案: what houses of an area have to pay again, by which standard, until when; as it was approved."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    case = models.OneToOneField(Case, verbose_name="业务单", on_delete=models.PROTECT, related_name="further_plan")
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="further_plans")
    scope = models.CharField("交存范围", max_length=200)
    standard = models.CharField("续交标准", max_length=20, choices=FurtherStandard.choices)
    fen_per_m2 = models.BigIntegerField("每平方米金额（分）", default=0)
    method = models.CharField("交存方式", max_length=20, choices=FurtherMethod.choices)
    instalments = models.SmallIntegerField("期数", default=1)
    every_months = models.SmallIntegerField("每期间隔（月）", default=0)
    first_due_on = models.DateField("首期交存期限")
    basis = models.CharField("依据", max_length=20, choices=FurtherBasis.choices)
    document = models.CharField("决定或文件", max_length=200)
    house_count = models.IntegerField("户数")
    total_fen = models.BigIntegerField("应续交合计（分）")
    decided_at = models.DateTimeField("确定时间")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    ended_by_name = models.CharField("终止人", max_length=50, blank=True, default="")
    end_reason = models.CharField("终止原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "续交方案"
        constraints = [
            models.CheckConstraint(
                name="further_plan_rate_iff_per_m2",
                condition=Q(standard=FurtherStandard.PER_M2, fen_per_m2__gt=0)
                | (~Q(standard=FurtherStandard.PER_M2) & Q(fen_per_m2=0)),
            ),
            models.CheckConstraint(
                name="further_plan_instalments_fit_its_method",
                condition=Q(method=FurtherMethod.AT_ONCE, instalments=1, every_months=0)
                | Q(method=FurtherMethod.INSTALMENTS, instalments__gt=1, every_months__gt=0),
            ),
            models.CheckConstraint(
                name="further_plan_asks_something", condition=Q(house_count__gt=0, total_fen__gt=0) & ~Q(document="")
            ),
            models.CheckConstraint(
                name="further_plan_end_has_a_reason",
                condition=Q(ended_at__isnull=True, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]
        indexes = [models.Index(fields=("area", "-decided_at"), name="further_plan_of_area")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.standard}"


class FurtherShare(models.Model):
    """续交明细: one instalment of one house. `slip` is the latest slip issued for it; without one `obstacle` says why."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    plan = models.ForeignKey(FurtherPlan, verbose_name="续交方案", on_delete=models.PROTECT, related_name="shares")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="further_shares")
    instalment = models.SmallIntegerField("第几期", default=1)
    due_on = models.DateField("交存期限")
    amount_fen = models.BigIntegerField("应续交（分）")
    rule = models.CharField("计算依据", max_length=120)
    slip = models.OneToOneField(
        PaySlip, verbose_name="通知单", null=True, blank=True, on_delete=models.PROTECT, related_name="further_share"
    )
    obstacle = models.CharField(
        "未开具原因", max_length=10, choices=Obstacle.choices, blank=True, default=Obstacle.NONE.value
    )

    class Meta:
        verbose_name = "续交明细"
        constraints = [
            models.UniqueConstraint(fields=("plan", "house", "instalment"), name="house_is_once_in_an_instalment"),
            models.CheckConstraint(name="further_share_is_positive", condition=Q(amount_fen__gt=0, instalment__gt=0)),
            models.CheckConstraint(
                name="further_share_has_no_obstacle_with_a_slip", condition=Q(slip__isnull=True) | Q(obstacle="")
            ),
        ]
        indexes = [
            models.Index(fields=("due_on", "plan"), name="further_share_to_ask", condition=Q(slip__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.house_id} {self.instalment}"


class LetterBatch(models.Model):
    """催缴批次: demand letters asked for together, printed as one file by one job."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("批次编号", max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    area = models.ForeignKey(Area, verbose_name="物业区域", on_delete=models.PROTECT, related_name="letter_batches")
    organisation = models.ForeignKey(
        Organisation, verbose_name="催缴单位", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: What the money is for where the letters ask for a part of a repair; empty where a balance fell too low.
    matter = models.CharField("催缴事项", max_length=200, blank=True, default="")
    deadline = models.DateField("补交期限")
    letter_count = models.IntegerField("份数")
    total_fen = models.BigIntegerField("催缴金额合计（分）")
    asked_by = models.ForeignKey(User, verbose_name="催缴人", null=True, on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField("催缴人姓名", max_length=50)
    asked_at = models.DateTimeField("催缴时间")
    job_id = models.BigIntegerField("后台任务", null=True, blank=True)
    printed = models.ForeignKey(
        KeptPrint, verbose_name="打印存档", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "催缴批次"
        constraints = [
            models.CheckConstraint(name="letter_batch_has_letters", condition=Q(letter_count__gt=0, total_fen__gt=0))
        ]
        indexes = [models.Index(fields=("area", "-asked_at"), name="letter_batch_of_area")]

    def __str__(self) -> str:
        return self.number


class DemandLetter(models.Model):
    """欠款催缴通知单: what one house owed when it was asked, and until when it was to pay. It never changes."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    number = models.CharField("编号", max_length=20, unique=True)
    batch = models.ForeignKey(LetterBatch, verbose_name="催缴批次", on_delete=models.PROTECT, related_name="letters")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT, related_name="demand_letters")
    addressee = models.CharField("收件人", max_length=100)
    since = models.DateField("欠交起")
    percent = models.SmallIntegerField("低于首期的比例（%）")
    first_due_fen = models.BigIntegerField("首期应交（分）")
    balance_fen = models.BigIntegerField("分户余额（分）")
    share_fen = models.BigIntegerField("本次维修应分摊（分）", null=True, blank=True)
    owed_fen = models.BigIntegerField("应补交（分）")
    why = models.CharField("应补交金额的依据", max_length=200)
    slip_number = models.CharField("待交的通知单", max_length=20, blank=True, default="")
    told = models.BooleanField("已发短信", default=False)

    class Meta:
        verbose_name = "欠款催缴通知单"
        constraints = [
            models.UniqueConstraint(fields=("batch", "house"), name="house_is_asked_once_in_a_batch"),
            models.CheckConstraint(name="demand_letter_asks_for_money", condition=Q(owed_fen__gt=0)),
        ]
        indexes = [models.Index(fields=("house", "-id"), name="demand_letter_of_house")]

    def __str__(self) -> str:
        return self.number

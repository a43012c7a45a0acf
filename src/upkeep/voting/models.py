"""表决 and what hangs on it. Only this package's actions write them; scope and ballots are append-only."""

from django.db import models
from django.db.models import F, Q

from upkeep.estate.models import House
from upkeep.kernel.ids import new_id
from upkeep.kernel.masking import mask_name
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.models import User


class Channel(models.TextChoices):
    """表决方式: how owners vote. A single ballot came on paper or online; only a vote can allow both."""

    PAPER = "PAPER", "书面表决"
    ONLINE = "ONLINE", "线上表决"
    BOTH = "BOTH", "线上和书面表决"


class VoteEntry(models.TextChoices):
    """表决录入方式: how paper is entered, house by house or as sums of the signed sheet."""

    HOUSES = "HOUSES", "逐户录入"
    TOTALS = "TOTALS", "汇总录入"


class Precedence(models.TextChoices):
    """重复表决认定: which ballot counts for a house that voted online and on paper."""

    ONLINE_FIRST = "ONLINE_FIRST", "以线上表决为准"
    LATER = "LATER", "以后提交或录入的为准"


class VoteState(models.TextChoices):
    """表决状态. OBJECTION: counted, and the owners may say within some days that their ballot was taken wrongly.
    ABANDONED: ended without a result, because what was voted on is given up."""

    OPEN = "OPEN", "表决中"
    OBJECTION = "OBJECTION", "结果询异"
    PASSED = "PASSED", "通过"
    FAILED = "FAILED", "未通过"
    ABANDONED = "ABANDONED", "已终止"


class BallotChoice(models.TextChoices):
    """表决意见."""

    AGREE = "AGREE", "同意"
    AGAINST = "AGAINST", "反对"
    ABSTAIN = "ABSTAIN", "弃权"
    ABSENT = "ABSENT", "未参与"


#: What an owner can say; ABSENT only takes back an entry of paper.
OPINIONS = (BallotChoice.AGREE, BallotChoice.AGAINST, BallotChoice.ABSTAIN)
#: A vote that is not decided yet.
UNDECIDED = (VoteState.OPEN, VoteState.OBJECTION)


class AreaSource(models.TextChoices):
    """面积来源: where the floor area that a house votes with was taken from."""

    REGISTER = "REGISTER", "楼盘表登记的建筑面积"


class Vote(models.Model):
    """业主表决: one question put to the owners of a frozen list of houses, under a rule frozen with it.

    Ballots are taken from `opened_at` until just before `closes_at`; paper that was signed in time may be entered later.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    source = models.CharField("事项来源", max_length=60, db_index=True)
    title = models.CharField("表决事项", max_length=200)
    channel = models.CharField("表决方式", max_length=10, choices=Channel.choices)
    rule = models.JSONField("表决规则", help_text="开始表决时的规则快照")
    house_count = models.IntegerField("户数")
    total_dm2 = models.BigIntegerField("总面积（0.01㎡）")
    total_people = models.IntegerField("总人数")
    opened_at = models.DateTimeField("开始时间")
    closes_at = models.DateTimeField("截止时间")
    entry = models.CharField("录入方式", max_length=10, choices=VoteEntry.choices, default=VoteEntry.HOUSES)
    precedence = models.CharField(
        "重复表决认定", max_length=12, choices=Precedence.choices, default=Precedence.ONLINE_FIRST
    )
    objection_days = models.PositiveSmallIntegerField("询异天数", default=0)
    state = models.CharField("状态", max_length=10, choices=VoteState.choices, default=VoteState.OPEN)
    counted_at = models.DateTimeField("初步统计时间", null=True, blank=True)
    objects_until = models.DateField("询异截止日", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    joined_dm2 = models.BigIntegerField("参与面积（0.01㎡）", default=0)
    joined_people = models.IntegerField("参与人数", default=0)
    agreed_dm2 = models.BigIntegerField("同意面积（0.01㎡）", default=0)
    agreed_people = models.IntegerField("同意人数", default=0)
    against_dm2 = models.BigIntegerField("反对面积（0.01㎡）", default=0)
    against_people = models.IntegerField("反对人数", default=0)

    class Meta:
        verbose_name = "业主表决"
        constraints = [
            models.UniqueConstraint(
                fields=("source",), condition=Q(state__in=UNDECIDED), name="one_open_vote_on_a_matter"
            ),
            models.UniqueConstraint(
                fields=("source",), condition=Q(state=VoteState.PASSED), name="a_matter_passes_once"
            ),
            models.CheckConstraint(
                name="vote_state_is_known",
                condition=Q(
                    state__in=VoteState.values,
                    channel__in=Channel.values,
                    entry__in=VoteEntry.values,
                    precedence__in=Precedence.values,
                ),
            ),
            models.CheckConstraint(
                name="vote_closed_at_iff_decided",
                condition=Q(state__in=UNDECIDED, closed_at__isnull=True)
                | (~Q(state__in=UNDECIDED) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="vote_is_objected_to_once_counted",
                condition=~Q(state=VoteState.OBJECTION) | Q(counted_at__isnull=False, objects_until__isnull=False),
            ),
            models.CheckConstraint(name="vote_closes_after_it_opens", condition=Q(closes_at__gt=F("opened_at"))),
            models.CheckConstraint(
                name="vote_by_totals_is_on_paper", condition=~Q(entry=VoteEntry.TOTALS) | Q(channel=Channel.PAPER)
            ),
            models.CheckConstraint(
                name="vote_has_a_scope", condition=Q(house_count__gt=0, total_dm2__gt=0, total_people__gt=0)
            ),
            models.CheckConstraint(
                name="vote_parts_lie_within_the_whole",
                condition=Q(
                    agreed_dm2__gte=0,
                    agreed_people__gte=0,
                    against_dm2__gte=0,
                    against_people__gte=0,
                    joined_dm2__gte=F("agreed_dm2") + F("against_dm2"),
                    joined_people__gte=F("agreed_people") + F("against_people"),
                    joined_dm2__lte=F("total_dm2"),
                    joined_people__lte=F("total_people"),
                    total_people__lte=F("house_count"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state == VoteState.OPEN

    @property
    def is_decided(self) -> bool:
        return self.state not in UNDECIDED

    @property
    def is_online(self) -> bool:
        """Whether owners can vote on the telephone."""
        return self.channel != Channel.PAPER

    @property
    def is_on_paper(self) -> bool:
        """Whether signed paper is entered."""
        return self.channel != Channel.ONLINE


class VoteHouse(models.Model):
    """表决房屋: a house of the scope as it was when the vote began: its area, and whose head it counts for.

    `voter_key` is equal for all houses of one owner, and for all that the developer has not sold.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote = models.ForeignKey(Vote, verbose_name="业主表决", on_delete=models.PROTECT, related_name="houses")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT)
    area_dm2 = models.IntegerField("面积（0.01㎡）")
    area_source = models.CharField("面积来源", max_length=10, choices=AreaSource.choices, default=AreaSource.REGISTER)
    voter_key = models.CharField("表决人", max_length=80)

    class Meta:
        verbose_name = "表决房屋"
        constraints = [
            models.UniqueConstraint(fields=("vote", "house"), name="house_votes_once_on_a_matter"),
            models.CheckConstraint(name="vote_house_area_is_positive", condition=Q(area_dm2__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.vote_id} {self.house_id}"


class VoteReceipt(models.Model):
    """表决回执: what an owner handed in at one go, under a number that he can quote."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote = models.ForeignKey(Vote, verbose_name="业主表决", on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField("回执编号", max_length=24, unique=True)
    user = models.ForeignKey(User, verbose_name="表决人", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("表决人姓名", max_length=50)
    at = models.DateTimeField("表决时间")

    class Meta:
        verbose_name = "表决回执"
        indexes = [models.Index(fields=("vote", "user"), name="receipt_of_voter")]

    def __str__(self) -> str:
        return self.number


class VoteProxy(models.Model):
    """表决委托: an owner lets somebody else vote for a house. The ballot still counts for the owner's head.

    `delegate` is the account of another owner of the area, who then votes online; without one the paper that names the
    proxy lies among the evidence, and the ballot comes on paper.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote_house = models.ForeignKey(
        VoteHouse, verbose_name="表决房屋", on_delete=models.PROTECT, related_name="proxies"
    )
    name = models.CharField("受托人", max_length=50)
    id_number = EncryptedTextField("受托人证件号码")
    id_hash = models.CharField("受托人证件号码索引", max_length=64)
    relation = models.CharField("与业主关系", max_length=20)
    delegate = models.ForeignKey(
        User, verbose_name="受托账号", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.ForeignKey(
        "VoteEvidence", verbose_name="委托书", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_user = models.ForeignKey(User, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("委托时间")
    ended_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "表决委托"
        constraints = [
            models.UniqueConstraint(
                fields=("vote_house",), condition=Q(ended_at__isnull=True), name="house_has_one_proxy"
            ),
            models.CheckConstraint(
                name="proxy_is_an_account_or_a_paper",
                condition=Q(delegate__isnull=False) | Q(evidence__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=("delegate", "ended_at"), name="proxies_of_delegate")]

    def __str__(self) -> str:
        return f"{self.vote_house_id} {self.pk}"

    @property
    def masked(self) -> str:
        """张＊三: whom the owner has named, for pages."""
        return mask_name(self.name)


class Ballot(models.Model):
    """选票: what was said for a house, by whom and when, on paper or online. Every one is kept in one sequence per house.

    Paper is corrected by a further revision. Online the first ballot may be changed once (`online_place` 1 and 2).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote_house = models.ForeignKey(
        VoteHouse, verbose_name="表决房屋", on_delete=models.PROTECT, related_name="ballots"
    )
    revision = models.PositiveSmallIntegerField("次序")
    choice = models.CharField("表决意见", max_length=10, choices=BallotChoice.choices)
    channel = models.CharField("表决方式", max_length=10, choices=Channel.choices)
    online_place = models.PositiveSmallIntegerField("线上次序", null=True, blank=True)
    receipt = models.ForeignKey(
        VoteReceipt,
        verbose_name="表决回执",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ballots",
    )
    proxy = models.ForeignKey(
        VoteProxy, verbose_name="表决委托", null=True, blank=True, on_delete=models.PROTECT, related_name="ballots"
    )
    note = models.CharField("更正说明", max_length=200, blank=True, default="")
    by_user = models.ForeignKey(User, verbose_name="录入人", on_delete=models.PROTECT)
    at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "选票"
        constraints = [
            models.UniqueConstraint(fields=("vote_house", "revision"), name="ballot_revisions_do_not_collide"),
            models.UniqueConstraint(fields=("vote_house", "online_place"), name="online_ballot_changes_once"),
            models.CheckConstraint(
                name="ballot_choice_is_known", condition=Q(choice__in=BallotChoice.values, revision__gt=0)
            ),
            models.CheckConstraint(
                name="ballot_is_online_with_place_and_receipt",
                condition=Q(
                    channel=Channel.ONLINE, online_place__in=(1, 2), receipt__isnull=False, choice__in=OPINIONS
                )
                | Q(channel=Channel.PAPER, online_place__isnull=True, receipt__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vote_house_id} {self.revision} {self.choice}"


class VoteEvidence(models.Model):
    """表决凭证: a scanned page of the signature sheet; the picture lies sealed in the file store."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote = models.ForeignKey(Vote, verbose_name="业主表决", on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField("文件名", max_length=120)
    path = models.CharField("存放位置", max_length=200)
    size = models.IntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    by_user = models.ForeignKey(User, verbose_name="上传人", on_delete=models.PROTECT)
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "表决凭证"
        constraints = [models.UniqueConstraint(fields=("vote", "sha256"), name="evidence_is_kept_once")]

    def __str__(self) -> str:
        return f"{self.vote_id} {self.name}"


class VoteTotals(models.Model):
    """表决汇总: the sums of a signed sheet where the city enters no single houses. A correction is a further revision."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote = models.ForeignKey(Vote, verbose_name="业主表决", on_delete=models.PROTECT, related_name="totals")
    revision = models.PositiveSmallIntegerField("次序")
    agreed_dm2 = models.BigIntegerField("同意面积（0.01㎡）")
    agreed_people = models.IntegerField("同意人数")
    against_dm2 = models.BigIntegerField("反对面积（0.01㎡）")
    against_people = models.IntegerField("反对人数")
    abstained_dm2 = models.BigIntegerField("弃权面积（0.01㎡）")
    abstained_people = models.IntegerField("弃权人数")
    note = models.CharField("更正说明", max_length=200, blank=True, default="")
    by_user = models.ForeignKey(User, verbose_name="录入人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "表决汇总"
        constraints = [
            models.UniqueConstraint(fields=("vote", "revision"), name="totals_revisions_do_not_collide"),
            models.CheckConstraint(
                name="vote_totals_are_not_negative",
                condition=Q(
                    agreed_dm2__gte=0,
                    agreed_people__gte=0,
                    against_dm2__gte=0,
                    against_people__gte=0,
                    abstained_dm2__gte=0,
                    abstained_people__gte=0,
                    revision__gt=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vote_id} {self.revision}"


class VoteObjection(models.Model):
    """结果异议: what an owner says against the preliminary result, and what he was answered."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote_house = models.ForeignKey(
        VoteHouse, verbose_name="表决房屋", on_delete=models.PROTECT, related_name="objections"
    )
    user = models.ForeignKey(User, verbose_name="异议人", on_delete=models.PROTECT, related_name="+")
    text = models.CharField("异议内容", max_length=500)
    at = models.DateTimeField("提出时间")
    answer = models.CharField("答复", max_length=500, blank=True, default="")
    answered_by = models.ForeignKey(
        User, verbose_name="答复人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "结果异议"
        constraints = [
            models.UniqueConstraint(
                fields=("vote_house", "user"),
                condition=Q(answered_at__isnull=True),
                name="one_objection_waits_per_voter",
            ),
            models.CheckConstraint(
                name="objection_answer_has_author",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vote_house_id} {self.at}"

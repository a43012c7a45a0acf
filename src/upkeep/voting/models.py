"""表决 and what hangs on it. Only `voting.actions` writes them; scope and ballots are append-only."""

from django.db import models
from django.db.models import F, Q

from upkeep.estate.models import House
from upkeep.kernel.ids import new_id
from upkeep.parties.models import User


class Channel(models.TextChoices):
    """表决方式."""

    PAPER = "PAPER", "书面表决"


class VoteState(models.TextChoices):
    """表决状态."""

    OPEN = "OPEN", "表决中"
    PASSED = "PASSED", "通过"
    FAILED = "FAILED", "未通过"


class BallotChoice(models.TextChoices):
    """表决意见."""

    AGREE = "AGREE", "同意"
    AGAINST = "AGAINST", "反对"
    ABSTAIN = "ABSTAIN", "弃权"
    ABSENT = "ABSENT", "未参与"


class Vote(models.Model):
    """业主表决: one question put to the owners of a frozen list of houses, under a rule frozen with it."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    source = models.CharField("事项来源", max_length=60, db_index=True)
    title = models.CharField("表决事项", max_length=200)
    channel = models.CharField("表决方式", max_length=10, choices=Channel.choices)
    rule = models.JSONField("表决规则", help_text="开始表决时的规则快照")
    house_count = models.IntegerField("户数")
    total_dm2 = models.BigIntegerField("总面积（0.01㎡）")
    total_people = models.IntegerField("总人数")
    opened_at = models.DateTimeField("开始时间")
    closes_on = models.DateField("截止日")
    state = models.CharField("状态", max_length=10, choices=VoteState.choices, default=VoteState.OPEN)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    joined_dm2 = models.BigIntegerField("参与面积（0.01㎡）", default=0)
    joined_people = models.IntegerField("参与人数", default=0)
    agreed_dm2 = models.BigIntegerField("同意面积（0.01㎡）", default=0)
    agreed_people = models.IntegerField("同意人数", default=0)

    class Meta:
        verbose_name = "业主表决"
        constraints = [
            models.UniqueConstraint(
                fields=("source",), condition=Q(state=VoteState.OPEN), name="one_open_vote_on_a_matter"
            ),
            models.UniqueConstraint(
                fields=("source",), condition=Q(state=VoteState.PASSED), name="a_matter_passes_once"
            ),
            models.CheckConstraint(name="vote_state_is_known", condition=Q(state__in=VoteState.values)),
            models.CheckConstraint(
                name="vote_closed_at_iff_decided",
                condition=Q(state=VoteState.OPEN, closed_at__isnull=True)
                | (~Q(state=VoteState.OPEN) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="vote_has_a_scope", condition=Q(house_count__gt=0, total_dm2__gt=0, total_people__gt=0)
            ),
            models.CheckConstraint(
                name="vote_parts_lie_within_the_whole",
                condition=Q(
                    agreed_dm2__gte=0,
                    agreed_people__gte=0,
                    agreed_dm2__lte=F("joined_dm2"),
                    agreed_people__lte=F("joined_people"),
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


class VoteHouse(models.Model):
    """表决房屋: a house of the scope as it was when the vote began: its area, and whose head it counts for.

    `voter_key` is equal for all houses of one owner, and for all that the developer has not sold.
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote = models.ForeignKey(Vote, verbose_name="业主表决", on_delete=models.PROTECT, related_name="houses")
    house = models.ForeignKey(House, verbose_name="房屋", on_delete=models.PROTECT)
    area_dm2 = models.IntegerField("面积（0.01㎡）")
    voter_key = models.CharField("表决人", max_length=80)

    class Meta:
        verbose_name = "表决房屋"
        constraints = [
            models.UniqueConstraint(fields=("vote", "house"), name="house_votes_once_on_a_matter"),
            models.CheckConstraint(name="vote_house_area_is_positive", condition=Q(area_dm2__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.vote_id} {self.house_id}"


class Ballot(models.Model):
    """选票: what was entered for a house, by whom and when. A correction is a further revision; the last counts."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    vote_house = models.ForeignKey(
        VoteHouse, verbose_name="表决房屋", on_delete=models.PROTECT, related_name="ballots"
    )
    revision = models.PositiveSmallIntegerField("次序")
    choice = models.CharField("表决意见", max_length=10, choices=BallotChoice.choices)
    channel = models.CharField("表决方式", max_length=10, choices=Channel.choices)
    by_user = models.ForeignKey(User, verbose_name="录入人", on_delete=models.PROTECT)
    at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "选票"
        constraints = [
            models.UniqueConstraint(fields=("vote_house", "revision"), name="ballot_revisions_do_not_collide"),
            models.CheckConstraint(
                name="ballot_choice_is_known", condition=Q(choice__in=BallotChoice.values, revision__gt=0)
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

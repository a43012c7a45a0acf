"""站内消息, and what leaves by SMS and e-mail. Refuses states that contradict themselves; a message sent stays sent."""

from django.db import models
from django.db.models import Q

from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.messaging.events import MessageChannel
from upkeep.parties.models import Jurisdiction, User


class Message(models.Model):
    """站内消息: one message to one user, in the pages. The same key tells him once."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    user = models.ForeignKey(User, verbose_name="收件人", on_delete=models.PROTECT, related_name="+")
    event = models.CharField("事件", max_length=60)
    key = models.CharField("去重标识", max_length=120)
    title = models.CharField("标题", max_length=100)
    text = models.TextField("内容")
    url = models.CharField("相关页面", max_length=300, blank=True, default="")
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = "站内消息"
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("user", "key"), name="message_is_told_once"),
            # Leads to a page of ours and nowhere else.
            models.CheckConstraint(
                name="message_leads_to_our_own_page", condition=Q(url="") | Q(url__regex=r"^/([^/\\]|$)")
            ),
            models.CheckConstraint(name="message_says_something", condition=~Q(title="") & ~Q(text="")),
        ]
        indexes = [
            models.Index(fields=("user", "-created_at"), name="message_of_user"),
            models.Index(fields=("user",), name="message_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title


class SendState(models.TextChoices):
    """发送状态. Refused for good is 失败; tried too often or too old is 放弃. Both can be asked for again."""

    WAITING = "WAITING", "待发送"
    SENT = "SENT", "已发送"
    FAILED = "FAILED", "失败"
    ABANDONED = "ABANDONED", "放弃"


#: States that somebody may ask to try again.
UNSENT = (SendState.FAILED, SendState.ABANDONED)
_OUTSIDE = (MessageChannel.SMS, MessageChannel.EMAIL)


class Outbox(models.Model):
    """发件箱: one SMS or e-mail that has to leave, or has left.

    Address and text lie encrypted: a text may hold a code. Once it has left, the text is wiped unless the gateway is
    one that only keeps it (the demo).
    """

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField("渠道", max_length=8, choices=MessageChannel.choices)
    event = models.CharField("事件", max_length=60)
    key = models.CharField("去重标识", max_length=120)
    address = EncryptedTextField("收件地址")
    address_hash = models.CharField("收件地址查找值", max_length=64, db_index=True)
    subject = models.CharField("主题", max_length=100, blank=True, default="")
    body = EncryptedTextField("内容", blank=True, default="")
    state = models.CharField("发送状态", max_length=10, choices=SendState.choices, default=SendState.WAITING)
    attempts = models.PositiveSmallIntegerField("已尝试次数", default=0)
    created_at = models.DateTimeField("产生时间")
    expires_at = models.DateTimeField("失效时间", null=True, blank=True)
    next_try_at = models.DateTimeField("下次尝试时间", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    receipt = models.CharField("网关回执", max_length=100, blank=True, default="")
    error = models.CharField("未发送原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "发送记录"
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("channel", "key"), name="outbox_key_is_sent_once_per_channel"),
            models.CheckConstraint(name="outbox_state_is_known", condition=Q(state__in=SendState.values)),
            models.CheckConstraint(name="outbox_channel_leaves_the_house", condition=Q(channel__in=_OUTSIDE)),
            models.CheckConstraint(name="outbox_has_an_address", condition=~Q(address="") & ~Q(address_hash="")),
            models.CheckConstraint(
                name="outbox_next_try_at_iff_waiting",
                condition=Q(state=SendState.WAITING, next_try_at__isnull=False)
                | (~Q(state=SendState.WAITING) & Q(next_try_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="outbox_sent_at_iff_sent",
                condition=Q(state=SendState.SENT, sent_at__isnull=False, attempts__gt=0)
                | (~Q(state=SendState.SENT) & Q(sent_at__isnull=True, receipt="")),
            ),
            models.CheckConstraint(
                name="outbox_has_a_text_until_sent", condition=Q(state=SendState.SENT) | ~Q(body="")
            ),
            models.CheckConstraint(name="outbox_unsent_says_why", condition=~Q(state__in=UNSENT) | ~Q(error="")),
        ]
        indexes = [
            models.Index(fields=("next_try_at",), name="outbox_due", condition=Q(state=SendState.WAITING)),
            models.Index(fields=("jurisdiction", "-created_at"), name="outbox_of_city"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.event}"

    @property
    def can_be_sent_again(self) -> bool:
        """Whether somebody may ask for another try; what has gone stale is refused when he does."""
        return self.state in UNSENT

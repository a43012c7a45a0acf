"""Jurisdictions, organisations, users and their roles."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import EncryptedTextField
from upkeep.parties.auxiliary import AuxiliaryData
from upkeep.parties.roles import REALMS, Role


class Level(models.TextChoices):
    """层级: how high a jurisdiction stands in the tree. The top may be a province or a city."""

    PROVINCE = "PROVINCE", "省"
    CITY = "CITY", "市"
    DISTRICT = "DISTRICT", "区县"


class Jurisdiction(models.Model):
    """管辖区: a province, a city or a district; policies hang on it and are inherited by what lies under it.

    The database refuses a parent that is not exactly one level above, so that there is no circle and no fourth level.
    A retired one is offered nowhere; whatever was done in it stays readable.
    """

    level = models.CharField("层级", max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, blank=True, on_delete=models.PROTECT, related_name="districts"
    )
    code = models.CharField("区划代码", max_length=12, unique=True)
    slug = models.SlugField("网址名", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    office_name = models.CharField("管理机构", max_length=100)
    office_address = models.CharField("窗口地址", max_length=200, blank=True)
    office_phone = models.CharField("咨询电话", max_length=40, blank=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "管辖区"
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="jurisdiction_level_is_known"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent__isnull=True)
                | Q(level=Level.CITY)
                | Q(level=Level.DISTRICT, parent__isnull=False),
                name="jurisdiction_has_a_parent_unless_at_the_top",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """管理部: where staff of a jurisdiction sit. It never moves to another jurisdiction: its staff's scope hangs on it."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT, related_name="offices"
    )
    name = models.CharField("名称", max_length=100)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    hours = models.CharField("办公时间", max_length=100, blank=True)
    is_window = models.BooleanField("对外受理窗口", default=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "管理部"
        constraints = [
            models.UniqueConstraint(fields=("jurisdiction", "name"), name="office_name_is_unique_in_its_jurisdiction")
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationKind(models.TextChoices):
    """单位类别."""

    DEVELOPER = "DEVELOPER", "开发建设单位"
    PROPERTY_COMPANY = "PROPERTY_COMPANY", "物业服务企业"
    OWNERS_COMMITTEE = "OWNERS_COMMITTEE", "业主委员会"
    SELLING_UNIT = "SELLING_UNIT", "公有住房售房单位"
    BANK = "BANK", "专户银行"


class Organisation(AuxiliaryData):
    """单位、机构: a developer, property company, owners' committee, selling unit or custodian bank of one city.

    Its data change only through `parties.organisation_data`, which writes each change down. `code` never changes: it is
    the login name of the first account, even where the social credit code becomes another one.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="所属城市", on_delete=models.PROTECT)
    kind = models.CharField("单位类别", max_length=20, choices=OrganisationKind.choices)
    name = models.CharField("单位名称", max_length=100)
    code = models.CharField("机构代码", max_length=40, help_text="登录名；有统一社会信用代码的即为该代码")
    social_credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=50, blank=True)
    address = models.CharField("单位地址", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=50)
    contact_phone = EncryptedTextField("联系电话")
    is_self_managed = models.BooleanField(
        "自管模式", default=False, help_text="业主委员会自行管理小区，可设置机构用户"
    )
    created_at = models.DateTimeField("登记时间")
    suspended_at = models.DateTimeField("停用时间", null=True, blank=True)
    suspension_reason = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "单位"
        constraints = [
            models.UniqueConstraint(fields=("jurisdiction", "code"), name="organisation_code_is_unique_in_its_city"),
            models.UniqueConstraint(
                fields=("jurisdiction", "kind", "social_credit_code"),
                condition=~Q(social_credit_code=""),
                name="organisation_is_registered_once_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Loads users with whom they act for; there is no default account to create."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().select_related("organisation", "jurisdiction")


class User(AbstractBaseUser):
    """用户账号: a person who logs in, for an organisation, for the office, or for himself.

    A login name is unique within a city and a realm (登录入口), large and small letters alike: the same name in another
    city, or an owner who calls himself like a clerk, is another account.
    """

    city = models.ForeignKey(Jurisdiction, verbose_name="登录城市", on_delete=models.PROTECT, related_name="+")
    realm = models.CharField("登录入口", max_length=12, choices=[(realm.value, realm.label) for realm in REALMS])
    username = models.CharField("登录名", max_length=60)
    name = models.CharField("姓名", max_length=50)
    phone = EncryptedTextField("手机号", blank=True, default="")
    email = EncryptedTextField("电子邮箱", blank=True, default="")
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    office = models.ForeignKey(
        Office, verbose_name="管理部", null=True, blank=True, on_delete=models.PROTECT, related_name="staff"
    )
    is_active = models.BooleanField("可登录", default=True)
    created_at = models.DateTimeField("开户时间")
    #: Unknown for an account whose password was chosen before it was opened: then counted from the first login.
    password_set_at = models.DateTimeField("密码设置时间", null=True, blank=True)
    must_change_password = models.BooleanField("下次登录须修改密码", default=False)
    #: Part of what a session is checked against at each request: raising it ends all sessions at once.
    session_version = models.PositiveIntegerField("会话版本", default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "用户账号"
        constraints = [
            models.UniqueConstraint(
                "city", "realm", Lower("username"), name="login_name_is_unique_in_its_city_and_realm"
            ),
            models.CheckConstraint(
                name="user_realm_is_known", condition=Q(realm__in=[realm.value for realm in REALMS])
            ),
            models.CheckConstraint(name="login_name_is_not_empty", condition=~Q(username="")),
        ]

    def __str__(self) -> str:
        return self.username

    def get_session_auth_hash(self) -> str:
        """What Django compares a session with whenever it loads the user: changes with password and session version."""
        return salted_hmac(
            "upkeep.parties.session", f"{self.session_version}:{self.password}", algorithm="sha256"
        ).hexdigest()


class UserRole(models.Model):
    """用户角色: one role held by one user."""

    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.CASCADE, related_name="held_roles")
    role = models.CharField("角色", max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = "用户角色"
        constraints = [
            models.UniqueConstraint(fields=("user", "role"), name="user_holds_a_role_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class OrganisationChange(models.Model):
    """单位信息变更记录: one field of an organisation, what it said before and after, in words. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="data_changes"
    )
    field = models.CharField("信息项", max_length=30)
    before = EncryptedTextField("变更前", blank=True)
    after = EncryptedTextField("变更后", blank=True)
    by_user = models.ForeignKey(User, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("操作人姓名", max_length=50)
    at = models.DateTimeField("时间")
    case_number = models.CharField("业务单编号", max_length=20, blank=True, default="")

    class Meta:
        verbose_name = "单位信息变更记录"
        indexes = [models.Index(fields=("organisation", "-at"), name="organisation_change_newest")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.field}"


class UserChange(models.Model):
    """用户变更记录: one thing about a user that he or his organisation's administrator changed. Append-only."""

    id = models.BigIntegerField("标识", primary_key=True, default=new_id)
    user = models.ForeignKey(User, verbose_name="用户", on_delete=models.PROTECT, related_name="changes")
    field = models.CharField("信息项", max_length=30)
    before = EncryptedTextField("变更前", blank=True)
    after = EncryptedTextField("变更后", blank=True)
    by_user = models.ForeignKey(User, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("操作人姓名", max_length=50)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "用户变更记录"
        indexes = [models.Index(fields=("user", "-at"), name="user_change_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.field}"


class EventKind(models.TextChoices):
    """操作类型: what an administrator, or the office over an organisation, can do."""

    ACCOUNT_OPENED = "ACCOUNT_OPENED", "新建账号"
    ACCOUNT_CHANGED = "ACCOUNT_CHANGED", "修改账号"
    ACCOUNT_DEACTIVATED = "ACCOUNT_DEACTIVATED", "停用账号"
    ACCOUNT_REACTIVATED = "ACCOUNT_REACTIVATED", "恢复账号"
    PASSWORD_RESET = "PASSWORD_RESET", "重置密码"
    ROLE_GRANTED = "ROLE_GRANTED", "授予角色"
    ROLE_REVOKED = "ROLE_REVOKED", "收回角色"
    JURISDICTION_ADDED = "JURISDICTION_ADDED", "新设管辖区"
    JURISDICTION_CHANGED = "JURISDICTION_CHANGED", "修改管辖区"
    JURISDICTION_RETIRED = "JURISDICTION_RETIRED", "停用管辖区"
    OFFICE_ADDED = "OFFICE_ADDED", "新设管理部"
    OFFICE_CHANGED = "OFFICE_CHANGED", "修改管理部"
    OFFICE_RETIRED = "OFFICE_RETIRED", "停用管理部"
    KIND_CHANGED = "KIND_CHANGED", "变更单位类别"
    ORGANISATION_SUSPENDED = "ORGANISATION_SUSPENDED", "停用单位"
    ORGANISATION_RESUMED = "ORGANISATION_RESUMED", "恢复单位"
    BANK_KEY_MADE = "BANK_KEY_MADE", "创建接口密钥"
    BANK_KEY_ENABLED = "BANK_KEY_ENABLED", "启用接口密钥"
    BANK_KEY_BLOCKED = "BANK_KEY_BLOCKED", "停用接口密钥"


class AdministrationEvent(models.Model):
    """管理操作记录: who changed whose account, roles or organisation, what it was before and after, and when.

    Append-only: neither the serving role nor the owner changes or removes a row. Nobody grants himself a role.
    """

    at = models.DateTimeField("时间")
    kind = models.CharField("操作类型", max_length=30, choices=EventKind.choices)
    jurisdiction = models.ForeignKey(Jurisdiction, verbose_name="管辖区", on_delete=models.PROTECT)
    by_user = models.ForeignKey(
        User, verbose_name="操作人", null=True, blank=True, on_delete=models.PROTECT, related_name="administered"
    )
    by_name = models.CharField("操作人姓名", max_length=50)
    user = models.ForeignKey(
        User, verbose_name="被操作账号", null=True, blank=True, on_delete=models.PROTECT, related_name="history"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", null=True, blank=True, on_delete=models.PROTECT, related_name="history"
    )
    subject = models.CharField("对象", max_length=200)
    before = models.CharField("变更前", max_length=500, blank=True)
    after = models.CharField("变更后", max_length=500, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "管理操作记录"
        indexes = [models.Index(fields=("jurisdiction", "-at"), name="administration_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="administration_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=("ROLE_GRANTED", "ROLE_REVOKED"))
                | Q(by_user__isnull=True)
                | ~Q(by_user=models.F("user")),
                name="nobody_grants_to_himself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.subject}"

"""The vocabulary of roles. Pages, steps and policies name roles from here and nowhere else."""

from django.db import models


class Role(models.TextChoices):
    """角色: what a user may be trusted with. A user may hold several, never two that check each other on one case."""

    PUBLIC = "PUBLIC", "社会公众"
    OWNER = "OWNER", "业主"
    UNVERIFIED = "UNVERIFIED", "未认证用户"
    DEVELOPER = "DEVELOPER", "开发建设单位"
    PROPERTY_COMPANY = "PROPERTY_COMPANY", "物业服务企业"
    OWNERS_COMMITTEE = "OWNERS_COMMITTEE", "业主委员会"
    SELLING_UNIT = "SELLING_UNIT", "公有住房售房单位"
    ORG_ADMIN = "ORG_ADMIN", "单位管理员"
    TELLER = "TELLER", "银行柜员"
    TELLER_SUPERVISOR = "TELLER_SUPERVISOR", "银行复核"
    WINDOW_CLERK = "WINDOW_CLERK", "窗口受理"
    FIRST_REVIEWER = "FIRST_REVIEWER", "初审"
    SECOND_REVIEWER = "SECOND_REVIEWER", "复审"
    APPROVER = "APPROVER", "审批"
    ACCOUNTANT = "ACCOUNTANT", "会计"
    CASHIER = "CASHIER", "出纳"
    EDITOR = "EDITOR", "信息发布"
    AUDITOR = "AUDITOR", "审计"
    SYSTEM_ADMIN = "SYSTEM_ADMIN", "系统管理员"
    SECURITY_ADMIN = "SECURITY_ADMIN", "安全管理员"
    AUDIT_ADMIN = "AUDIT_ADMIN", "审计管理员"


#: Staff who decide cases, in the order in which a case usually passes them.
REVIEWERS = (Role.WINDOW_CLERK, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.APPROVER)
#: 三员: whoever keeps accounts, grants roles, or reads what both did does none of the office's business, nor two of these.
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
#: Staff who work on cases, money and publications.
DESK = (*REVIEWERS, Role.ACCOUNTANT, Role.CASHIER, Role.EDITOR, Role.AUDITOR)
OFFICE = (*DESK, *ADMINISTRATORS)
#: Who reads the books.
BOOKKEEPERS = (Role.ACCOUNTANT, Role.CASHIER, Role.APPROVER, Role.AUDITOR)
ORGANISATION = (Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE, Role.SELLING_UNIT)
BANK = (Role.TELLER, Role.TELLER_SUPERVISOR)
EVERYONE = tuple(Role)

#: 不相容岗位: who approves or books a payout does not hand it over, and who books does not keep the cash (会计法 第三十五条).
_INCOMPATIBLE = frozenset({frozenset({Role.ACCOUNTANT, Role.CASHIER}), frozenset({Role.APPROVER, Role.CASHIER})})
_ALONE = (*ADMINISTRATORS, Role.AUDITOR)


def exclude_each_other(one: Role, other: Role) -> bool:
    """Whether no one may hold both. The database holds the same table (parties/sql/guards/roles.sql).

    Reviewer and approver may be one person: that he does not decide two steps of one case is checked case by case.
    """
    if one == other:
        return False
    if one in _ALONE or other in _ALONE:
        return True
    return (one in DESK) != (other in DESK) or frozenset({one, other}) in _INCOMPATIBLE


class Portal(models.TextChoices):
    """门户: the set of pages that a user lands on; each has its shell, menu and home page."""

    PUBLIC = "public", "公众服务"
    ORGANISATION = "organisation", "单位办事"
    OFFICE = "office", "管理中心"
    BANK = "bank", "专户银行"
    OWNER = "owner", "业主"


def portal_of(roles: frozenset[Role]) -> Portal:
    """The portal a user with these roles lands on."""
    if roles & set(OFFICE):
        return Portal.OFFICE
    if roles & set(BANK):
        return Portal.BANK
    if roles & {*ORGANISATION, Role.UNVERIFIED}:
        return Portal.ORGANISATION
    return Portal.OWNER if Role.OWNER in roles else Portal.PUBLIC


#: 登录入口: within each of them, in each city, login names are unique.
REALMS = (Portal.ORGANISATION, Portal.OFFICE, Portal.BANK, Portal.OWNER)


def realm_of(roles: frozenset[Role]) -> Portal:
    """Where an account with these roles logs in. One that has no role yet is an organisation's in the making."""
    portal = portal_of(roles)
    return portal if portal in REALMS else Portal.ORGANISATION

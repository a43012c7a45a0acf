"""Who tries every page: the identities by name and in groups, and what a row of the reviewed table says."""

from dataclasses import dataclass

from upkeep.parties.roles import Role

STAFF = {
    "clerk": Role.WINDOW_CLERK,
    "reviewer": Role.FIRST_REVIEWER,
    "second-reviewer": Role.SECOND_REVIEWER,
    "approver": Role.APPROVER,
    "accountant": Role.ACCOUNTANT,
    "cashier": Role.CASHIER,
    "editor": Role.EDITOR,
    "auditor": Role.AUDITOR,
    "system-admin": Role.SYSTEM_ADMIN,
    "security-admin": Role.SECURITY_ADMIN,
    "audit-admin": Role.AUDIT_ADMIN,
}
#: Identities by what they are; "other" ones have the same role and nothing to do with the objects.
OFFICE = frozenset(STAFF)
FAR = frozenset({"far-clerk", "far-approver", "far-accountant"})
OWN = frozenset({"developer", "company", "committee"})
OTHER = frozenset({"other-developer", "other-company", "other-committee"})
BANK = frozenset({"teller", "supervisor"})
OTHER_BANK = frozenset({"other-teller"})
STRANGERS = frozenset({"owner", "newcomer", "anonymous"})
EVERYBODY = OFFICE | FAR | OWN | OTHER | BANK | OTHER_BANK | STRANGERS
LOGGED_IN = EVERYBODY - {"anonymous"}
HOLDERS = EVERYBODY - STRANGERS  # whoever works with the fund
OFFICE_AND_FAR, ORGANISATIONS, BANKS = OFFICE | FAR, OWN | OTHER, BANK | OTHER_BANK
ADMINS = ORGANISATIONS | {"supervisor"}
DECIDERS = {"clerk", "reviewer", "approver"}
KEEPERS, OTHER_KEEPERS = {"company", "committee"}, {"other-company", "other-committee"}
RUNNERS = {"company", "committee", "other-company", "other-committee"}
BOOKKEEPERS = {"approver", "accountant", "cashier", "auditor"}
FAR_BOOKKEEPERS = {"far-approver", "far-accountant"}
ADMINISTRATORS = {"system-admin", "security-admin", "audit-admin"}
SYSTEM = {"system-admin"}
#: Everybody's telephone and mailbox, which only the demo has (tests/web/test_messages.py).
OPEN_TO_THE_DEMO = {"demo_outbox"}
SUSPENDERS, FAR_APPROVER = {"approver", "system-admin"}, {"far-approver"}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """One address: how it is asked, who gets in, and whose role reaches it though he finds nothing there.

    Everybody else is turned away: strangers to the login, the others with 403.
    """

    address: str
    let_in: frozenset[str] | set[str]
    finds_nothing: frozenset[str] | set[str] = NOBODY
    post: bool = False
    #: A page where a wrong number gets a sentence instead of 404 (the teller's counter).
    in_words: bool = False
    #: An address of the banks' interface: without a signature nobody gets in, whoever is logged in.
    by_signature: bool = False


def get(address: str, let_in: frozenset[str] | set[str], finds_nothing: frozenset[str] | set[str] = NOBODY) -> Row:
    return Row(address, let_in, finds_nothing)


def post(address: str, let_in: frozenset[str] | set[str], finds_nothing: frozenset[str] | set[str] = NOBODY) -> Row:
    return Row(address, let_in, finds_nothing, post=True)

"""The reviewed table: every address, how it is asked, who gets in, and who finds nothing there."""

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
    "admin": Role.SYSTEM_ADMIN,
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
OFFICE_AND_FAR, ORGANISATIONS, BANKS = OFFICE | FAR, OWN | OTHER, BANK | OTHER_BANK
DECIDERS = {"clerk", "reviewer", "approver"}
RUNNERS = {"company", "committee", "other-company", "other-committee"}
BOOKKEEPERS = {"approver", "accountant", "cashier", "auditor"}
FAR_BOOKKEEPERS = {"far-approver", "far-accountant"}
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


def get(address: str, let_in: frozenset[str] | set[str], finds_nothing: frozenset[str] | set[str] = NOBODY) -> Row:
    return Row(address, let_in, finds_nothing)


def post(address: str, let_in: frozenset[str] | set[str], finds_nothing: frozenset[str] | set[str] = NOBODY) -> Row:
    return Row(address, let_in, finds_nothing, post=True)


_CASE = OFFICE | {"developer"}  # {case} was handed in by the developer
_AREA = OFFICE | OWN
_PROJECT = OFFICE | {"committee", "company"}  # {project} is the committee's
PAYERS, FAR_PAYERS = {"approver", "accountant", "cashier"}, {"far-approver", "far-accountant"}
_SLIP = OFFICE | BANK | {"developer"}

TABLE: dict[str, Row] = {
    # for everyone
    "public:home": get("/", EVERYBODY),
    "public:login": get("/login/", EVERYBODY),
    "public:city_login": get("/c/jiangcheng/login/", EVERYBODY),
    "public:login_by_code": get("/c/jiangcheng/login/code/", EVERYBODY),
    "public:login_second_factor": get("/login/second-factor/", EVERYBODY),
    "public:login_second_factor_done": post("/login/second-factor/done/", EVERYBODY),
    "public:login_password": get("/login/password/", EVERYBODY),
    "public:second_factor": get("/second-factor/", OFFICE_AND_FAR | BANKS),
    "public:logout": post("/logout/", EVERYBODY),
    "public:password": get("/password/", LOGGED_IN),
    "public:captcha": get("/captcha.png", EVERYBODY),
    "public:check": get("/check/{slip}", EVERYBODY),
    "public:check_in_city": get("/c/jiangcheng/check/{slip}", EVERYBODY),
    "public:old_browser": get("/old-browser/", EVERYBODY),
    "public:agreement": get("/c/jiangcheng/agreement/", EVERYBODY),
    "public:register": get("/c/jiangcheng/register/", EVERYBODY),
    "public:activation": get("/c/jiangcheng/register/activation/", EVERYBODY),
    "public:activate": get("/c/jiangcheng/register/activate/forged/", EVERYBODY),
    "public:enrolment_name": get("/c/jiangcheng/register/name/", EVERYBODY),
    "public:enrolled": get("/c/jiangcheng/register/done/", EVERYBODY),
    "public:city": get("/c/jiangcheng/", EVERYBODY),
    "public:notices": get("/c/jiangcheng/notices/", EVERYBODY),
    "public:notice": get("/c/jiangcheng/notices/{notice}/", EVERYBODY),
    "healthz": get("/healthz", EVERYBODY),
    "gallery:components": get("/components/", EVERYBODY),
    "gallery:building_table": get("/components/building-table/", EVERYBODY),
    # cases
    "cases:list": get("/cases/", OFFICE_AND_FAR | ORGANISATIONS | {"newcomer"}),
    "cases:export": get("/cases/export/", OFFICE_AND_FAR | ORGANISATIONS | {"newcomer"}),
    "cases:guide": get("/cases/new/area_collection/", EVERYBODY),
    "cases:begin": post("/cases/new/area_collection/begin/", EVERYBODY),
    "cases:show": get("/cases/{case}/", _CASE, EVERYBODY - _CASE),
    "cases:move": post("/cases/{case}/move/", _CASE, EVERYBODY - _CASE),
    "cases:originals": post("/cases/{case}/originals/", {"clerk"}, {"far-clerk"}),
    "cases:done": get("/cases/{case}/done/", _CASE, EVERYBODY - _CASE),
    "cases:paper": get("/cases/{case}/papers/{file}/", _CASE, EVERYBODY - _CASE),
    "cases:print": get("/cases/{case}/prints/{case_print}/", _CASE, EVERYBODY - _CASE),
    "cases:export_sheet": get("/cases/{case}/sheets/houses/export/", _CASE, EVERYBODY - _CASE),
    # a draft is its applicant's alone
    "cases:drop": post("/cases/{draft}/drop/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:edit": get("/cases/{draft}/edit/1/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:upload": post("/cases/{draft}/papers/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:remove_paper": post("/cases/{draft}/papers/{draft_file}/remove/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:template": get("/cases/{draft}/sheets/houses/template/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:import_sheet": post("/cases/{draft}/sheets/houses/import/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:faults": get("/cases/{draft}/sheets/houses/faults/{job}/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:marked": get("/cases/{draft}/sheets/houses/faults/{job}/marked/", {"developer"}, EVERYBODY - {"developer"}),
    "jobs:list": get("/jobs/", LOGGED_IN - {"owner"}),
    "jobs:show": get("/jobs/{job}/", {"developer"}, LOGGED_IN - {"owner", "developer"}),
    # the register
    "estate:areas": get("/areas/", OFFICE_AND_FAR | ORGANISATIONS),
    "estate:export_areas": get("/areas/export/", OFFICE_AND_FAR | ORGANISATIONS),
    "estate:search": get("/areas/search/?q=江南", OFFICE_AND_FAR | ORGANISATIONS),
    "estate:area": get("/areas/{area}/", _AREA, FAR | OTHER),
    "estate:bind_committee": post("/areas/{area}/committee/", DECIDERS, {"far-clerk", "far-approver"}),
    "service:move_in": get("/service/move-in/?q=江南", {"company", "other-company"}),
    "service:begin_move_in": post("/service/move-in/begin/", {"company", "other-company"}),
    "service:association": get("/service/association/", RUNNERS),
    "service:begin_association": post("/service/association/begin/", RUNNERS),
    "service:approvals": get("/service/approvals/", {"developer", "other-developer"}),
    "service:decide": post("/service/approvals/{move_in}/", {"developer"}, {"other-developer"}),
    "service:end": post("/service/{area}/{service}/end/", DECIDERS, {"far-clerk", "far-approver"}),
    "estate:export_houses": get("/areas/{area}/export/", _AREA, FAR | OTHER),
    "estate:house": get("/areas/houses/{house}/", _AREA, FAR | OTHER),
    # deposits
    "deposits:slips": get("/deposits/slips/", OFFICE_AND_FAR | ORGANISATIONS | BANKS),
    "deposits:export_slips": get("/deposits/slips/export/", OFFICE_AND_FAR | ORGANISATIONS | BANKS),
    "deposits:slip": get("/deposits/slips/{slip}/", _SLIP, (OFFICE_AND_FAR | ORGANISATIONS | BANKS) - _SLIP),
    "deposits:print_slip": post(
        "/deposits/slips/{slip}/print/", _SLIP, (OFFICE_AND_FAR | ORGANISATIONS | BANKS) - _SLIP
    ),
    "deposits:slip_print": get(
        "/deposits/slips/{slip}/prints/{slip_print}/", _SLIP, (OFFICE_AND_FAR | ORGANISATIONS | BANKS) - _SLIP
    ),
    "deposits:void_slip": get(
        "/deposits/slips/{slip}/void/", OFFICE | {"developer"}, (FAR | ORGANISATIONS) - {"developer"}
    ),
    "deposits:issue_receipts": post(
        "/deposits/slips/{paid}/receipts/", {"clerk", "accountant"}, {"far-clerk", "far-accountant"}
    ),
    "deposits:receipts": get("/deposits/receipts/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:print_receipt": post(
        "/deposits/receipts/{receipt}/print/", OFFICE | {"developer"}, (FAR | ORGANISATIONS) - {"developer"}
    ),
    "deposits:receipt_print": get(
        "/deposits/receipts/{receipt}/pdf/{receipt_print}/",
        OFFICE | {"developer"},
        (FAR | ORGANISATIONS) - {"developer"},
    ),
    "deposits:void_receipt": get(
        "/deposits/receipts/{receipt}/void/", {"clerk", "accountant"}, {"far-clerk", "far-accountant"}
    ),
    "deposits:state": get("/deposits/state/", OFFICE_AND_FAR | ORGANISATIONS),
    # payments: {order} could not be paid, after it was printed
    "payments:orders": get("/payments/orders/", OFFICE_AND_FAR),
    "payments:export_orders": get("/payments/orders/export/", OFFICE_AND_FAR),
    "payments:order": get("/payments/orders/{order}/", OFFICE, FAR),
    "payments:print_order": post("/payments/orders/{order}/print/", PAYERS, FAR_PAYERS),
    "payments:order_print": get("/payments/orders/{order}/prints/{order_print}/", PAYERS, FAR_PAYERS),
    "payments:reissue": get("/payments/orders/{order}/reissue/", {"approver", "accountant"}, FAR_PAYERS),
    "payments:void": get("/payments/orders/{order}/void/", {"approver", "accountant"}, FAR_PAYERS),
    # repair projects: {project} is being voted on, {new} is not published, {passed} waits for acceptance
    "projects:list": get("/projects/", OFFICE_AND_FAR | RUNNERS),
    "projects:new": get("/projects/new/", RUNNERS),
    "projects:create": get("/projects/new/{area}/", {"company", "committee"}, {"other-company", "other-committee"}),
    "projects:show": get("/projects/{project}/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT),
    "projects:edit": get("/projects/{new}/edit/", {"committee"}, RUNNERS - {"committee"}),
    "projects:houses": get("/projects/{new}/houses/", {"committee"}, RUNNERS - {"committee"}),
    "projects:publish": get("/projects/{new}/notices/project/", {"committee"}, RUNNERS - {"committee"}),
    "projects:print_notice": post(
        "/projects/{project}/notices/project/print/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:print": get(
        "/projects/{project}/prints/{project_print}/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:open_vote": get("/projects/{noticed}/vote/open/", {"committee"}, RUNNERS - {"committee"}),
    "projects:results": get("/projects/{project}/vote/", {"committee"}, RUNNERS - {"committee"}),
    "projects:print_sheet": post("/projects/{project}/vote/sheet/", {"committee"}, RUNNERS - {"committee"}),
    "projects:evidence": post("/projects/{project}/vote/evidence/", {"committee"}, RUNNERS - {"committee"}),
    "projects:show_evidence": get(
        "/projects/{project}/vote/evidence/{evidence}/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:close_vote": post("/projects/{project}/vote/close/", {"committee"}, RUNNERS - {"committee"}),
    "projects:accept": get("/projects/{passed}/acceptance/", {"committee"}, RUNNERS - {"committee"}),
    "projects:apply": post("/projects/{passed}/apply/", {"committee"}, RUNNERS - {"committee"}),
    # each portal's own
    "organisation:home": get("/organisation/", ORGANISATIONS | {"newcomer"}),
    "office:home": get("/office/", OFFICE_AND_FAR),
    "office:agreement": get("/office/agreement/", {"editor", "admin"}),
    "office:trial_balance": get("/office/books/trial-balance/", BOOKKEEPERS | FAR_BOOKKEEPERS),
    "office:balance_sheet": get("/office/books/balance-sheet/", BOOKKEEPERS | FAR_BOOKKEEPERS),
    "office:sub_accounts": get("/office/books/sub-accounts/?q=101", OFFICE_AND_FAR),
    "office:sub_account": get("/office/books/sub-accounts/{house}/", OFFICE, FAR),
    "bank:home": get("/bank/", BANKS),
    "bank:counter": Row("/bank/counter/?q={slip}", BANKS, in_words=True),
    "bank:search": Row("/bank/counter/?q={slip}", BANKS, in_words=True),
    "bank:confirm": Row("/bank/counter/confirm/", {"teller", "other-teller"}, post=True, in_words=True),
    "bank:fail": Row("/bank/counter/fail/", {"teller", "other-teller"}, post=True, in_words=True),
    "bank:done": get("/bank/done/{paid}/", BANK, OTHER_BANK),
    "bank:print_slip": post("/bank/done/{paid}/print/", BANK, OTHER_BANK),
    "bank:print": get("/bank/done/{paid}/prints/{bank_print}/", BANK, OTHER_BANK),
    "bank:orders": get("/bank/orders/", BANKS),
    "bank:journal": get("/bank/journal/", BANKS),
    "bank:export_journal": get("/bank/journal/export/", BANKS),
}

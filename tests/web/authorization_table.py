"""The reviewed table: every address, how it is asked, who gets in, and who finds nothing there."""

from tests.web.authorization_accounting import ACCOUNTING
from tests.web.authorization_bank_api import BANK_API
from tests.web.authorization_closing import CLOSING
from tests.web.authorization_earnings import EARNINGS
from tests.web.authorization_handover import HANDOVER
from tests.web.authorization_people import (
    ADMINISTRATORS,
    ADMINS,
    BANK,
    BANKS,
    DECIDERS,
    EVERYBODY,
    FAR,
    FAR_APPROVER,
    HOLDERS,
    KEEPERS,
    LOGGED_IN,
    NOBODY,
    OFFICE,
    OFFICE_AND_FAR,
    ORGANISATIONS,
    OTHER,
    OTHER_BANK,
    OTHER_KEEPERS,
    OWN,
    RUNNERS,
    SUSPENDERS,
    SYSTEM,
    Row,
    get,
    post,
)
from tests.web.authorization_reconciliation import RECONCILIATION

_CASE = OFFICE | {"developer"}  # {case} was handed in by the developer
_AREA = OFFICE | OWN
_PROJECT = OFFICE | {"committee", "company"}  # {project} is the committee's
_COMPANIES = {"company", "other-company"}
_TRANSFERRERS = {"company", "committee", "clerk"}
RECEIPT_KEEPERS = {"clerk", "accountant", "cashier"}
PAYERS, FAR_PAYERS = {"approver", "accountant", "cashier"}, {"far-approver", "far-accountant"}
_SLIP = OFFICE | BANK | {"developer"}
_SLIP_READERS = OFFICE_AND_FAR | ORGANISATIONS | BANKS | {"owner"}

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
    # hardware keys: {key} is the clerk's, {given} and {user} are the developer's
    "keys:mine": get("/account/keys/", HOLDERS),
    "keys:options": post("/account/keys/options/", HOLDERS),
    "keys:add": post("/account/keys/add/", HOLDERS),
    "keys:remove": get("/account/keys/{key}/remove/", {"clerk"}, HOLDERS - {"clerk"}),
    "keys:step": get("/login/key/", EVERYBODY),
    "keys:step_options": post("/login/key/options/", EVERYBODY),
    "keys:step_check": post("/login/key/check/", EVERYBODY),
    "keys:step_message": post("/login/key/message/", EVERYBODY),
    "keys:step_certificate": post("/login/key/certificate/", EVERYBODY),
    "keys:login": get("/c/jiangcheng/key-login/", EVERYBODY),
    "keys:login_message": post("/c/jiangcheng/key-login/message/", EVERYBODY),
    "keys:login_check": post("/c/jiangcheng/key-login/check/", EVERYBODY),
    "keys:confirm": get("/c/jiangcheng/key-confirmation/", NOBODY, EVERYBODY),  # no keys of before in this city
    "keys:confirm_operator": get("/c/jiangcheng/key-confirmation/operator/", NOBODY, EVERYBODY),
    "keys:holders": get("/office/keys/", {"security-admin"}),
    "keys:holder": get("/office/keys/users/{user}/", {"security-admin"}),
    "keys:holder_options": post("/office/keys/users/{user}/options/", {"security-admin"}),
    "keys:holder_add": post("/office/keys/users/{user}/add/", {"security-admin"}),
    "keys:take_back": post("/office/keys/security/{key}/remove/", {"security-admin"}),
    "keys:revoke": get("/office/keys/certificates/{given}/revoke/", {"security-admin"}),
    "keys:log": get("/office/keys/log/", {"security-admin", "audit-admin"}),
    "keys:authorities": get("/office/keys/authorities/", {"security-admin"}),
    "keys:withdraw": post("/office/keys/authorities/{authority}/withdraw/", {"security-admin"}),
    "keys:load_list": post("/office/keys/authorities/{authority}/list/", {"security-admin"}),
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
    "public:receipts": get("/c/jiangcheng/receipts/{receipt_link}/", EVERYBODY),
    "public:print_receipt": post("/c/jiangcheng/receipts/{receipt_link}/{receipt}/print/", NOBODY, EVERYBODY),
    "public:receipt_print": get(
        "/c/jiangcheng/receipts/{receipt_link}/{receipt}/pdf/{receipt_print}/", NOBODY, EVERYBODY
    ),
    "public:notices": get("/c/jiangcheng/notices/", EVERYBODY),
    "public:notice": get("/c/jiangcheng/notices/{notice}/", EVERYBODY),
    # the city's site: {article} is public, with a file
    "site:column": get("/c/jiangcheng/list/news/", EVERYBODY),
    "site:search": get("/c/jiangcheng/search/", EVERYBODY),
    "site:article": get("/c/jiangcheng/articles/{article}/", EVERYBODY),
    "site:file": get("/c/jiangcheng/articles/{article}/files/1/", EVERYBODY),
    "site:guide": get("/c/jiangcheng/guides/area_collection/", EVERYBODY),
    "site:template": get("/c/jiangcheng/guides/area_collection/templates/houses/", EVERYBODY),
    "site:self_service": get("/c/jiangcheng/self-service/", EVERYBODY),
    "site:house": get("/c/jiangcheng/self-service/house/", EVERYBODY),
    "site:begin": post("/c/jiangcheng/self-service/house/deposit/", EVERYBODY),
    "site:prove": get("/c/jiangcheng/self-service/proof/deposit/", EVERYBODY),
    "site:unregistered": get("/c/jiangcheng/self-service/unregistered/", EVERYBODY),
    "site:begin_unregistered": post("/c/jiangcheng/self-service/unregistered/{area_number}/", EVERYBODY),
    "site:communities": get("/c/jiangcheng/communities/", EVERYBODY),
    "site:community": get("/c/jiangcheng/communities/{area_number}/", EVERYBODY),
    "site:status": get("/c/jiangcheng/status/", EVERYBODY),
    "site:fund": get("/c/jiangcheng/fund/", EVERYBODY),
    "site:offices": get("/c/jiangcheng/offices/", EVERYBODY),
    "site:map": get("/c/jiangcheng/map/", EVERYBODY),
    "site:desk": get("/office/articles/", {"editor"}),
    "site:new": get("/office/articles/new/", {"editor"}),
    "site:show": get("/office/articles/{article}/", {"editor"}),
    "site:edit": get("/office/articles/{article}/edit/", {"editor"}),
    "site:preview": get("/office/articles/{article}/versions/1/", {"editor"}),
    "site:desk_file": get("/office/articles/{article}/files/1/", {"editor"}),
    "site:publish": post("/office/articles/{article}/publish/", {"editor"}),
    "site:withdraw": post("/office/articles/{article}/withdraw/", {"editor"}),
    "healthz": get("/healthz", EVERYBODY),
    "gallery:components": get("/components/", EVERYBODY),
    "gallery:building_table": get("/components/building-table/", EVERYBODY),
    "profile:own": get("/profile/", LOGGED_IN),
    # cases
    "cases:list": get("/cases/", OFFICE_AND_FAR | ORGANISATIONS | {"newcomer"}),
    "cases:prints": get("/cases/prints/", OFFICE_AND_FAR | ORGANISATIONS | {"newcomer"}),
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
    "cases:rows": get("/cases/{draft}/sheets/houses/rows/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:buildings": get("/cases/{draft}/sheets/houses/draft/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:building": get(
        "/cases/{draft}/sheets/houses/draft/building/?name=1幢", {"developer"}, EVERYBODY - {"developer"}
    ),
    "cases:draft_house": get("/cases/{draft}/sheets/houses/draft/houses/2/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:row_buildings": get("/cases/{draft}/sheets/houses/buildings/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:registry": get("/cases/{draft}/sheets/houses/registry/", NOBODY, EVERYBODY),  # connected to no registry
    "cases:import_sheet": post("/cases/{draft}/sheets/houses/import/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:faults": get("/cases/{draft}/sheets/houses/faults/{job}/", {"developer"}, EVERYBODY - {"developer"}),
    "cases:marked": get("/cases/{draft}/sheets/houses/faults/{job}/marked/", {"developer"}, EVERYBODY - {"developer"}),
    "jobs:list": get("/jobs/", HOLDERS),
    "jobs:show": get("/jobs/{job}/", {"developer"}, HOLDERS - {"developer"}),
    # messages: {message} is the developer's
    "messaging:list": get("/messages/", LOGGED_IN),
    "messaging:read_all": post("/messages/read/", LOGGED_IN),
    "messaging:open": post("/messages/{message}/open/", {"developer"}, LOGGED_IN - {"developer"}),
    "messaging:read": post("/messages/{message}/read/", {"developer"}, LOGGED_IN - {"developer"}),
    "demo_outbox": get("/outbox/", EVERYBODY),
    "office:outbox": get("/office/outbox/", {"system-admin"}),
    "office:send_again": post("/office/outbox/{outbox}/again/", {"system-admin"}),
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
    "estate:houses": get("/areas/houses/?by=ROOM&q=101", OFFICE_AND_FAR | ORGANISATIONS),
    "estate:export_found_houses": get("/areas/houses/export/?by=ROOM&q=101", OFFICE_AND_FAR | ORGANISATIONS),
    # {facility} stands in {area}, whose company and committee keep the list
    "estate:facilities": get("/areas/facilities/?area={area}", OFFICE | KEEPERS, FAR | OTHER_KEEPERS),
    "estate:late_facilities": get("/areas/facilities/late/", OFFICE_AND_FAR | RUNNERS),
    "estate:facility": get("/areas/facilities/{facility}/", OFFICE | KEEPERS, FAR | OTHER_KEEPERS),
    "estate:correct_facility": post("/areas/facilities/{facility}/correct/", KEEPERS, OTHER_KEEPERS),
    "estate:retire_facility": post("/areas/facilities/{facility}/retire/", KEEPERS, OTHER_KEEPERS),
    "estate:add_facility": post("/areas/{area}/facilities/add/", KEEPERS, OTHER_KEEPERS),
    "estate:move_facilities": post("/areas/{area}/facilities/move/", KEEPERS, OTHER_KEEPERS),
    # owners: {ownership} is of a house of the first area
    "owners:search": get("/owners/", OFFICE_AND_FAR | ORGANISATIONS),
    "owners:records": get("/owners/records/", OFFICE_AND_FAR | ORGANISATIONS),
    "owners:export_records": get("/owners/records/export/", OFFICE_AND_FAR | ORGANISATIONS),
    "owners:views": get("/owners/views/", {"audit-admin"}),
    "owners:export_views": get("/owners/views/export/", {"audit-admin"}),
    "owners:bind": post("/owners/houses/{house}/bind/", OWN | {"clerk"}, OTHER | {"far-clerk"}),
    "owners:deposit": post("/owners/houses/{house}/deposit/", {"clerk"}, {"far-clerk"}),
    "owners:transfer": post(
        "/owners/houses/{house}/transfer/", _TRANSFERRERS, (OTHER - {"other-developer"}) | {"far-clerk"}
    ),
    "owners:bind_area": post("/owners/areas/{area}/bind/", OWN | {"clerk"}, OTHER | {"far-clerk"}),
    "owners:change_area": post(
        "/owners/areas/{area}/change/", {"developer", "clerk"}, {"other-developer", "far-clerk"}
    ),
    "owners:full": post(
        "/owners/{ownership}/full/", OWN | DECIDERS | {"second-reviewer"}, OTHER | {"far-clerk", "far-approver"}
    ),
    "owners:correct_paper": post("/owners/{ownership}/correct/paper/", OWN | {"clerk"}, OTHER | {"far-clerk"}),
    "owners:correct": get("/owners/{ownership}/correct/", {"clerk", "reviewer"}, ORGANISATIONS | {"far-clerk"}),
    # deposits
    "deposits:slips": get("/deposits/slips/", _SLIP_READERS),
    "deposits:export_slips": get("/deposits/slips/export/", _SLIP_READERS),
    "deposits:case_slips": get("/deposits/slips/of/{case}/", _SLIP_READERS - BANKS),  # leads to the list, filtered
    "deposits:slip": get("/deposits/slips/{slip}/", _SLIP, _SLIP_READERS - _SLIP),
    "deposits:print_slip": post("/deposits/slips/{slip}/print/", _SLIP, _SLIP_READERS - _SLIP),
    "deposits:slip_print": get("/deposits/slips/{slip}/prints/{slip_print}/", _SLIP, _SLIP_READERS - _SLIP),
    "deposits:print_slips": post("/deposits/slips/print/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:batch_print": get(
        "/deposits/slips/prints/{batch}/", {"developer"}, (OFFICE_AND_FAR | ORGANISATIONS) - {"developer"}
    ),
    "deposits:reissue_slip": post(
        "/deposits/slips/{slip}/reissue/",
        {"developer", "clerk"},
        {"far-clerk", "other-developer", "owner"},
    ),
    "deposits:void_slip": get(
        "/deposits/slips/{slip}/void/", OFFICE | {"developer"}, (FAR | ORGANISATIONS) - {"developer"}
    ),
    "deposits:issue_receipts": post(
        "/deposits/slips/{paid}/receipts/", RECEIPT_KEEPERS, {"far-clerk", "far-accountant"}
    ),
    "deposits:print_receipts": post(
        "/deposits/slips/{paid}/receipts/pdf/", OFFICE | {"developer"}, (FAR | ORGANISATIONS) - {"developer"}
    ),
    "deposits:receipts_print": get(
        "/deposits/slips/{paid}/receipts/pdf/{receipts_print}/",
        OFFICE | {"developer"},
        (FAR | ORGANISATIONS) - {"developer"},
    ),
    "deposits:export_receipts": get("/deposits/receipts/export/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:receipt_books": get("/deposits/receipts/books/", OFFICE_AND_FAR),
    "deposits:close_receipt_book": get("/deposits/receipts/books/{book}/close/", {"cashier"}),
    "deposits:issue_missing": post("/deposits/receipts/missing/", RECEIPT_KEEPERS | {"far-clerk", "far-accountant"}),
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
        "/deposits/receipts/{receipt}/void/", RECEIPT_KEEPERS, {"far-clerk", "far-accountant"}
    ),
    # {unit} is the account of the unit that sold houses of {area}; the clerk has printed its statement
    "deposits:units": get("/deposits/units/", OFFICE_AND_FAR | {"company", "other-company"}),
    "deposits:unit": get("/deposits/units/{unit}/", OFFICE | {"company"}, FAR | {"other-company"}),
    "deposits:unit_print": get(
        "/deposits/units/{unit}/prints/{unit_print}/",
        {"clerk"},
        (OFFICE_AND_FAR | {"company", "other-company"}) - {"clerk"},
    ),
    "deposits:state": get("/deposits/state/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:houses": get("/deposits/houses/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:export_houses": get("/deposits/houses/export/", OFFICE_AND_FAR | ORGANISATIONS),
    # {area} has a plan, {letter} and its {letters} were sent by the clerk
    "deposits:arrears": get("/deposits/arrears/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:export_arrears": get("/deposits/arrears/export/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:arrears_of": get("/deposits/arrears/{area}/", _AREA, FAR | OTHER),
    "deposits:begin_plan": post(
        "/deposits/arrears/{area}/plan/", _TRANSFERRERS, (OTHER - {"other-developer"}) | {"far-clerk"}
    ),
    "deposits:plans": get("/deposits/plans/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:plan": get("/deposits/plans/{plan}/", _AREA, FAR | OTHER),
    "deposits:ask_again": post(
        "/deposits/plans/{plan}/ask/", {"clerk", "accountant"}, {"far-clerk", "far-accountant"}
    ),
    "deposits:end_plan": get("/deposits/plans/{plan}/end/", {"approver"}, {"far-approver"}),
    "deposits:letters": get("/deposits/letters/", OFFICE_AND_FAR | ORGANISATIONS),
    "deposits:letter_batch": get("/deposits/letters/{letters}/", OFFICE, FAR | ORGANISATIONS),
    "deposits:letter_batch_pdf": get("/deposits/letters/{letters}/pdf/", OFFICE, FAR | ORGANISATIONS),
    "deposits:print_letter": post("/deposits/letter/{letter}/print/", OFFICE, FAR | ORGANISATIONS),
    "deposits:letter_print": get("/deposits/letter/{letter}/prints/{letter_print}/", OFFICE, FAR | ORGANISATIONS),
    "deposits:note_price": post("/deposits/prices/{house}/", {"clerk", "accountant"}, {"far-clerk", "far-accountant"}),
    # payments: {order} could not be paid, after it was printed
    "payments:orders": get("/payments/orders/", OFFICE_AND_FAR),
    "payments:export_orders": get("/payments/orders/export/", OFFICE_AND_FAR),
    "payments:order": get("/payments/orders/{order}/", OFFICE, FAR),
    "payments:print_order": post("/payments/orders/{order}/print/", PAYERS, FAR_PAYERS),
    "payments:order_print": get("/payments/orders/{order}/prints/{order_print}/", PAYERS, FAR_PAYERS),
    "payments:reissue": get("/payments/orders/{order}/reissue/", {"approver", "accountant"}, FAR_PAYERS),
    "payments:void": get("/payments/orders/{order}/void/", {"approver", "accountant"}, FAR_PAYERS),
    # {payout} of a cancelled house, not ordered yet
    "payments:payouts": get("/payments/payouts/", OFFICE_AND_FAR),
    "payments:payout": get("/payments/payouts/{payout}/", OFFICE, FAR),
    "payments:order_payout": get("/payments/payouts/{payout}/order/", PAYERS, FAR_PAYERS),
    "payments:export_payouts": get("/payments/payouts/export/", OFFICE_AND_FAR),
    # {payout_batch} waits to be checked, of the {payout_case}
    "payments:batches": get("/payments/payouts/batches/", OFFICE_AND_FAR),
    "payments:new_batch": get("/payments/payouts/batches/new/?case={payout_case}", PAYERS, FAR_PAYERS),
    "payments:batch_template": get("/payments/payouts/batches/new/template/?case={payout_case}", PAYERS, FAR_PAYERS),
    "payments:import_batch": post("/payments/payouts/batches/new/import/?case={payout_case}", PAYERS, FAR_PAYERS),
    "payments:batch": get("/payments/payouts/batches/{payout_batch}/", OFFICE, FAR),
    "payments:issue_batch": post(
        "/payments/payouts/batches/{payout_batch}/issue/", {"approver", "accountant"}, FAR_PAYERS
    ),
    "payments:return_batch": post("/payments/payouts/batches/{payout_batch}/return/", PAYERS, FAR_PAYERS),
    # {refund} waits for the bank
    "payments:refunds": get("/payments/refunds/", OFFICE_AND_FAR),
    "payments:refunds_waiting": get("/payments/refunds/waiting/", OFFICE_AND_FAR),
    "payments:refund_house": get("/payments/refunds/new/", EVERYBODY),
    "payments:begin_refund": post("/payments/refunds/new/{house}/", {"clerk"}, {"far-clerk"}),
    "payments:refund": get("/payments/refunds/{refund}/", OFFICE, FAR),
    "payments:give_up_refund": get("/payments/refunds/{refund}/give-up/", {"approver", "accountant"}, FAR_PAYERS),
    # withdrawal orders, in a city that repairs by them: {withdrawal} is under review, {withdrawal_draft} is filled in
    "orders:list": get("/orders/", _COMPANIES),
    "orders:returned": get("/orders/returned/", _COMPANIES),
    "orders:withdraw": post("/orders/withdraw/", _COMPANIES),
    "orders:new": get("/orders/new/", _COMPANIES),
    "orders:begin": post("/orders/begin/", _COMPANIES),
    "orders:show": get("/orders/{withdrawal}/", {"company"}, {"other-company"}),
    "orders:fill": get("/orders/{withdrawal_draft}/fill/", {"company"}, {"other-company"}),
    "orders:houses": get(
        "/orders/{withdrawal_draft}/buildings/{withdrawal_building}/", {"company"}, {"other-company"}
    ),
    "orders:confirm": get("/orders/{withdrawal_draft}/confirm/", {"company"}, {"other-company"}),
    "orders:done": get("/orders/{withdrawal}/done/", {"company"}, {"other-company"}),
    "orders:drop": post("/orders/{withdrawal_draft}/drop/", {"company"}, {"other-company"}),
    "orders:letters": get("/orders/{withdrawal}/letters/", {"company"}, {"other-company"}),
    "orders:shares": get("/orders/{withdrawal}/shares/", OFFICE | {"company"}, FAR | {"other-company"}),
    "orders:signatures": get("/orders/{withdrawal}/signatures/", OFFICE, FAR),
    "orders:scan": post("/orders/{withdrawal}/signatures/scan/", {"clerk"}, {"far-clerk"}),
    "orders:show_scan": get(
        "/orders/{withdrawal}/signatures/scan/{withdrawal_scan}/", OFFICE | {"company"}, FAR | {"other-company"}
    ),
    "orders:close": post("/orders/{withdrawal}/signatures/close/", {"clerk"}, {"far-clerk"}),
    # repair projects: {project} is being voted on, {new} is not published, {passed} waits for acceptance
    "projects:list": get("/projects/", OFFICE_AND_FAR | RUNNERS),
    "projects:new": get("/projects/new/", RUNNERS),
    "projects:create": get("/projects/new/{area}/", {"company", "committee"}, {"other-company", "other-committee"}),
    "projects:show": get("/projects/{project}/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT),
    "projects:edit": get("/projects/{new}/edit/", {"committee"}, RUNNERS - {"committee"}),
    "projects:drop": get("/projects/{new}/drop/", {"committee"}, RUNNERS - {"committee"}),
    "projects:copy": post("/projects/{project}/copy/", {"committee"}, RUNNERS - {"committee"}),
    "projects:attach_paper": post("/projects/{new}/papers/", {"committee"}, RUNNERS - {"committee"}),
    "projects:paper": get(
        "/projects/{new}/papers/{project_paper}/", {"committee"}, (OFFICE_AND_FAR | RUNNERS) - {"committee"}
    ),
    "projects:detach_paper": post(
        "/projects/{new}/papers/{project_paper}/remove/", {"committee"}, RUNNERS - {"committee"}
    ),
    "projects:works": get("/projects/{new}/works/", {"committee"}, RUNNERS - {"committee"}),
    "projects:choose_works": get("/projects/{new}/works/choose/", {"committee"}, RUNNERS - {"committee"}),
    "projects:remove_work": post("/projects/{new}/works/{work}/remove/", {"committee"}, RUNNERS - {"committee"}),
    "projects:houses": get("/projects/{new}/houses/", {"committee"}, RUNNERS - {"committee"}),
    "projects:amounts": get("/projects/{new}/amounts/", {"committee"}, RUNNERS - {"committee"}),
    "projects:divide": post("/projects/{new}/amounts/divide/", {"committee"}, RUNNERS - {"committee"}),
    "projects:export_amounts": get("/projects/{new}/amounts/export/", {"committee"}, RUNNERS - {"committee"}),
    "projects:import_amounts": post("/projects/{new}/amounts/import/", {"committee"}, RUNNERS - {"committee"}),
    "projects:shares": get("/projects/{project}/shares/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT),
    "projects:export_shares": get(
        "/projects/{project}/shares/export/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:act_on_shares": post("/projects/{new}/shares/act/", {"committee"}, RUNNERS - {"committee"}),
    "projects:plan": get("/projects/{new}/plan/", {"committee"}, RUNNERS - {"committee"}),
    "projects:records": get("/projects/records/", OFFICE_AND_FAR | RUNNERS),
    "projects:publish": get("/projects/{new}/notices/project/", {"committee"}, RUNNERS - {"committee"}),
    "projects:print_notice": post(
        "/projects/{project}/notices/project/print/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:print": get(
        "/projects/{project}/prints/{project_print}/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:open_vote": get("/projects/{noticed}/vote/open/", {"committee"}, RUNNERS - {"committee"}),
    "projects:results": get("/projects/{project}/vote/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT),
    "projects:print_result": post("/projects/{project}/vote/result/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT),
    # the city enters single houses
    "projects:vote_totals": get("/projects/{project}/vote/totals/", NOBODY, RUNNERS),
    "projects:vote_proxy": get(
        "/projects/{project}/vote/houses/{vote_house}/proxy/", {"committee"}, RUNNERS - {"committee"}
    ),
    "projects:answer_vote_objection": post(
        "/projects/{project}/vote/objections/1/", {"committee"}, RUNNERS - {"committee"}
    ),
    "projects:print_sheet": post("/projects/{project}/vote/sheet/", {"committee"}, RUNNERS - {"committee"}),
    "projects:evidence": post("/projects/{project}/vote/evidence/", {"committee"}, RUNNERS - {"committee"}),
    "projects:show_evidence": get(
        "/projects/{project}/vote/evidence/{evidence}/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:close_vote": post("/projects/{project}/vote/close/", {"committee"}, RUNNERS - {"committee"}),
    "projects:accept": get("/projects/{passed}/acceptance/", {"committee"}, RUNNERS - {"committee"}),
    "projects:apply": post("/projects/{passed}/apply/", {"committee"}, RUNNERS - {"committee"}),
    "projects:request": post("/projects/{passed}/request/", {"committee"}, RUNNERS - {"committee"}),
    "projects:payment_notice": post("/projects/{passed}/payment-notice/", {"committee"}, RUNNERS - {"committee"}),
    "projects:objections": get("/projects/{project}/objections/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT),
    "projects:answer_objection": post(
        "/projects/{project}/objections/{objection}/answer/",
        {"committee", "company", "clerk", "reviewer", "second-reviewer", "approver"},
        {"far-clerk", "far-approver", "other-company", "other-committee"},
    ),
    # {cleared} was paid and has a notice to pay a part of {paid_order} back; {cancelling} has an order that waits for its bank
    "projects:clear": get("/projects/{cleared}/clear/", {"committee"}, RUNNERS - {"committee"}),
    "projects:ask_back": get("/projects/{cleared}/clear/{paid_order}/", {"committee"}, RUNNERS - {"committee"}),
    "projects:print_clearing": post(
        "/projects/{cleared}/clearings/{clearing}/print/", _PROJECT, (OFFICE_AND_FAR | RUNNERS) - _PROJECT
    ),
    "projects:clearing_print": get(
        "/projects/{cleared}/clearings/{clearing}/print/{clearing_print}/",
        _PROJECT,
        (OFFICE_AND_FAR | RUNNERS) - _PROJECT,
    ),
    "projects:void_clearing": get(
        "/projects/{cleared}/clearings/{clearing}/void/",
        {"committee", "clerk", "accountant"},
        (RUNNERS - {"committee"}) | {"far-clerk", "far-accountant"},
    ),
    "projects:cancel": get("/projects/{cancelling}/cancel/", {"committee"}, RUNNERS - {"committee"}),
    "projects:ask_void": post("/projects/{cancelling}/orders/{unpaid}/void/", {"approver", "accountant"}, FAR_PAYERS),
    "projects:decide_void": post(
        "/projects/{cancelling}/orders/{unpaid}/void/decide/", {"approver", "accountant"}, FAR_PAYERS
    ),
    # policies: {policy_change} waits for the second person
    "policies:overview": get("/policies/", OFFICE_AND_FAR),
    "policies:changes": get("/policies/changes/", OFFICE_AND_FAR),
    "policies:change": get("/policies/changes/{policy_change}/", OFFICE, FAR),
    "policies:decide": post(
        "/policies/changes/{policy_change}/decide/", {"approver", "system-admin", "security-admin"}, {"far-approver"}
    ),
    "policies:jurisdiction": get("/policies/{city}/", OFFICE, FAR),
    "policies:preset": get("/policies/{city}/preset/", {"system-admin", "security-admin"}),
    "policies:detail": get("/policies/{city}/wording/", OFFICE, FAR),
    # asked for a kind that the system administrator proposes: the security administrator's turn is another kind
    "policies:edit": get("/policies/{city}/wording/edit/", {"system-admin"}),
    "policies:inherit": get("/policies/{city}/wording/inherit/", {"system-admin"}),
    "policies:withdraw": get("/policies/{city}/wording/withdraw/", {"system-admin"}),
    # each portal's own
    "owner:home": get("/owner/", {"owner"}),
    "owner:bind": get("/owner/bind/", {"owner"}),
    "owner:account": get("/owner/account/", {"owner"}),
    "owner:cases": get("/owner/cases/", {"owner"}),
    # {house} and {area} are not this owner's; what an owner finds: tests/web/owner/
    "owner:house": get("/owner/houses/{house}/", NOBODY, {"owner"}),
    "owner:movements": get("/owner/houses/{house}/movements/", NOBODY, {"owner"}),
    "owner:repairs": get("/owner/houses/{house}/repairs/", NOBODY, {"owner"}),
    "owner:receipts": get("/owner/houses/{house}/receipts/", NOBODY, {"owner"}),
    "owner:print_receipt": post("/owner/houses/{house}/receipts/{receipt}/", NOBODY, {"owner"}),
    "owner:receipt": get("/owner/houses/{house}/receipts/{receipt}/pdf/{receipt_print}/", NOBODY, {"owner"}),
    "owner:statement": get("/owner/houses/{house}/statement/", NOBODY, {"owner"}),
    "owner:statement_print": get("/owner/houses/{house}/statement/{slip_print}/", NOBODY, {"owner"}),
    "owner:pay": get("/owner/houses/{house}/pay/", NOBODY, {"owner"}),
    "owner:slip_code": get("/owner/houses/{house}/pay/code/", NOBODY, {"owner"}),
    "owner:print_slip": post("/owner/houses/{house}/pay/slip/", NOBODY, {"owner"}),
    "owner:slip": get("/owner/houses/{house}/pay/slip/{slip_print}/", NOBODY, {"owner"}),
    "owner:refund": get("/owner/houses/{house}/refund/", NOBODY, {"owner"}),
    "owner:begin": post("/owner/houses/{house}/begin/owner_deposit/", NOBODY, {"owner"}),
    "owner:area": get("/owner/areas/{area}/", NOBODY, {"owner"}),
    "owner:finances": get("/owner/areas/{area}/finances/", NOBODY, {"owner"}),
    "owner:notices": get("/owner/areas/{area}/notices/", NOBODY, {"owner"}),
    "owner:objection": get("/owner/notices/{notice}/", {"owner"}),
    "owner:votes": get("/owner/areas/{area}/votes/", NOBODY, {"owner"}),
    # a vote that does not ask him; what an owner finds: tests/web/owner/test_votes.py
    "owner:vote": get("/owner/votes/1/", NOBODY, {"owner"}),
    "owner:cast": post("/owner/votes/1/ballot/", NOBODY, {"owner"}),
    "owner:vote_objection": post("/owner/votes/1/objection/", NOBODY, {"owner"}),
    "owner:vote_receipt": get("/owner/votes/1/receipts/HZ1/", NOBODY, {"owner"}),
    "owner:print_vote_receipt": post("/owner/votes/1/receipts/HZ1/print/", NOBODY, {"owner"}),
    "owner:vote_receipt_pdf": get("/owner/votes/1/receipts/HZ1/pdf/1/", NOBODY, {"owner"}),
    "owner:vote_proxy": get("/owner/votes/1/houses/{house}/proxy/", NOBODY, {"owner"}),
    "owner:end_vote_proxy": post("/owner/votes/1/houses/{house}/proxy/end/", NOBODY, {"owner"}),
    # transactions and statements
    "transactions:list": get("/transactions/", OFFICE_AND_FAR | ORGANISATIONS),
    "transactions:export": get("/transactions/export/", OFFICE_AND_FAR | ORGANISATIONS),
    "transactions:statement": get("/transactions/houses/{house}/", OFFICE | OWN, FAR | OTHER),
    "transactions:statement_print": get(
        "/transactions/houses/{house}/prints/{slip_print}/", NOBODY, OFFICE_AND_FAR | ORGANISATIONS
    ),
    "transactions:annual": get("/transactions/annual/", OFFICE_AND_FAR | ORGANISATIONS),
    "transactions:make_annual": post("/transactions/annual/make/", {"accountant", "cashier", "far-accountant"}),
    "transactions:annual_print": get(
        "/transactions/annual/{area}/{slip_print}/", NOBODY, OFFICE_AND_FAR | ORGANISATIONS
    ),
    # an organisation's own data and users: {user} is another user of the first developer's
    "organisation:change": get("/organisation/change/", ADMINS),
    "organisation:check": post("/organisation/change/check/", ADMINS),
    "organisation:history": get("/organisation/history/", ORGANISATIONS | BANKS),
    "organisation:users": get("/organisation/users/", ADMINS),
    "organisation:add_user": get("/organisation/users/new/", ADMINS),
    "organisation:user": get("/organisation/users/{user}/", {"developer"}, ADMINS - {"developer"}),
    "organisation:edit_user": get("/organisation/users/{user}/edit/", {"developer"}, ADMINS - {"developer"}),
    "organisation:deactivate_user": post(
        "/organisation/users/{user}/deactivate/", {"developer"}, ADMINS - {"developer"}
    ),
    "organisation:reactivate_user": post(
        "/organisation/users/{user}/reactivate/", {"developer"}, ADMINS - {"developer"}
    ),
    "organisation:user_password": post("/organisation/users/{user}/password/", {"developer"}, ADMINS - {"developer"}),
    "organisation:home": get("/organisation/", ORGANISATIONS | {"newcomer"}),
    "office:home": get("/office/", OFFICE_AND_FAR),
    "office:agreement": get("/office/agreement/", {"editor", "system-admin"}),
    "office:sub_accounts": get("/office/books/sub-accounts/?q=101", OFFICE_AND_FAR),
    "office:sub_account": get("/office/books/sub-accounts/{house}/", OFFICE, FAR),
    # administration: {place} is the first district, {city_office} the city's office, {person} its clerk,
    # {organisation} the first developer
    "administration:jurisdictions": get("/administration/jurisdictions/", ADMINISTRATORS),
    "administration:add_jurisdiction": get("/administration/jurisdictions/{city}/new/", SYSTEM),
    "administration:jurisdiction": get("/administration/jurisdictions/{place}/", ADMINISTRATORS),
    "administration:edit_jurisdiction": get("/administration/jurisdictions/{place}/edit/", SYSTEM),
    "administration:retire_jurisdiction": post("/administration/jurisdictions/{place}/retire/", SYSTEM),
    "administration:add_office": get("/administration/jurisdictions/{place}/offices/new/", SYSTEM),
    "administration:office": get("/administration/offices/{city_office}/", ADMINISTRATORS),
    "administration:edit_office": get("/administration/offices/{city_office}/edit/", SYSTEM),
    "administration:retire_office": post("/administration/offices/{city_office}/retire/", SYSTEM),
    "administration:staff": get("/administration/staff/", ADMINISTRATORS),
    "administration:add_staff": get("/administration/staff/new/", SYSTEM),
    "administration:person": get("/administration/staff/{person}/", ADMINISTRATORS),
    "administration:edit_person": get("/administration/staff/{person}/edit/", SYSTEM),
    "administration:deactivate_person": post("/administration/staff/{person}/deactivate/", SYSTEM),
    "administration:reactivate_person": post("/administration/staff/{person}/reactivate/", SYSTEM),
    "administration:reset_password": post("/administration/staff/{person}/password/", SYSTEM),
    "administration:roles": get("/administration/staff/{person}/roles/", {"security-admin"}),
    "administration:organisations": get("/administration/organisations/", OFFICE_AND_FAR),
    "administration:export_organisations": get("/administration/organisations/export/", OFFICE_AND_FAR),
    "administration:organisation": get("/administration/organisations/{organisation}/", OFFICE, FAR),
    "administration:change_kind": get(
        "/administration/organisations/{organisation}/kind/", {"approver"}, FAR_APPROVER
    ),
    "administration:self_manage": post(
        "/administration/organisations/{organisation}/self-management/", {"approver"}, {"far-approver"}
    ),
    "administration:suspend_organisation": post(
        "/administration/organisations/{organisation}/suspend/", SUSPENDERS, FAR_APPROVER
    ),
    "administration:resume_organisation": post(
        "/administration/organisations/{organisation}/resume/", SUSPENDERS, FAR_APPROVER
    ),
    "administration:record": get("/administration/record/", {"audit-admin"}),
    "administration:export_record": get("/administration/record/export/", {"audit-admin"}),
    "administration:logins": get("/administration/record/logins/", {"audit-admin"}),
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
    "bank:print_journal": post("/bank/journal/print/", BANKS),
    "bank:journal_print": get("/bank/journal/{today}/prints/{journal_print}/", BANK, OTHER_BANK),
    "bank:ask_reversal": post("/bank/done/{paid_today}/reverse/", {"teller"}, OTHER_BANK),
    "bank:reversals": get("/bank/reversals/", BANKS),
    "bank:reversal": get("/bank/reversals/{reversal}/", BANK, OTHER_BANK),
    "bank:decide_reversal": post("/bank/reversals/{reversal}/decide/", {"supervisor"}),
    "bank:print_reversal": post("/bank/reversals/{reversal}/print/", BANK, OTHER_BANK),
    "bank:reversal_print": get("/bank/reversals/{done_reversal}/prints/{reversal_print}/", BANK, OTHER_BANK),
    **CLOSING,
    **ACCOUNTING,
    **BANK_API,
    **RECONCILIATION,
    **EARNINGS,
    **RECONCILIATION,
    **HANDOVER,
}

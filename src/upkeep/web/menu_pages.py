"""Pages that belong to a line of the menu without being on it: on them the line counts as the open one."""

PROJECT_PAGES = tuple(
    f"projects:{name}"
    for name in (
        *("show", "edit", "drop", "works", "choose_works", "houses", "amounts", "shares", "plan"),
        *("publish", "open_vote", "results", "vote_totals", "vote_proxy", "accept"),
        *("objections", "clear", "ask_back", "void_clearing", "cancel"),
    )
)
#: 商品房维修支取申请 and the pages of its wizard.
ORDER_WIZARD_PAGES = tuple(
    f"orders:{name}" for name in ("returned", "new", "show", "fill", "houses", "confirm", "done", "shares", "letters")
)
CASE_PAGES = ("cases:show", "cases:edit", "cases:done", "cases:guide", "cases:faults")

STAFF_PAGES = tuple(
    f"administration:{name}" for name in ("person", "add_staff", "edit_person", "roles", "reset_password")
)
PLACE_PAGES = tuple(
    f"administration:{name}"
    for name in ("jurisdiction", "add_jurisdiction", "edit_jurisdiction", "office", "add_office", "edit_office")
)
ORGANISATION_PAGES = ("administration:organisation", "administration:change_kind")
ORDER_PAGES = ("payments:order", "payments:reissue", "payments:void")
REFUND_PAGES = tuple(f"payments:{name}" for name in ("refund", "refunds_waiting", "refund_house", "give_up_refund"))
PAYOUT_PAGES = tuple(f"payments:{name}" for name in ("payout", "order_payout", "batches", "batch", "new_batch"))
OWNER_PAGES = ("owners:full", "owners:correct")
UNIT_PAGES = ("deposits:unit",)
SLIP_PAGES = ("deposits:slip", "deposits:void_slip")
FURTHER_PAGES = tuple(
    f"deposits:{name}" for name in ("arrears_of", "plans", "plan", "end_plan", "letters", "letter_batch")
)
POLICY_PAGES = tuple(
    f"policies:{name}"
    for name in ("jurisdiction", "detail", "edit", "inherit", "withdraw", "preset", "changes", "change", "decide")
)

FACILITY_PAGES = ("estate:facility", "estate:late_facilities")

ARTICLE_PAGES = tuple(f"site:{name}" for name in ("new", "show", "edit", "publish", "withdraw"))
USER_PAGES = ("organisation:add_user", "organisation:user", "organisation:edit_user", "organisation:user_password")
KEY_PAGES = ("keys:holder", "keys:revoke")
CLOSING_PAGES = tuple(f"closing:{name}" for name in ("new", "show"))
VOUCHER_PAGES = ("accounting:voucher",)
MANUAL_PAGES = tuple(f"accounting:{name}" for name in ("manual_voucher", "write_manual", "edit_manual"))
BANK_KEY_PAGES = ("bank_keys:make", "bank_keys:show", "bank_keys:replace")
RECONCILIATION_PAGES = tuple(
    f"reconciliation:{name}"
    for name in ("upload", "differences", "statements", "day", "line", "movement", "adjustment")
)
RUN_PAGES = ("earnings:new_run", "earnings:run", "earnings:run_area")
INVESTMENT_PAGES = ("earnings:new_investment", "earnings:investment", "earnings:redeem_investment")
OPENING_PAGES = ("accounting:opening", "accounting:new_opening")
HANDOVER_PAGES = tuple(f"handover:{name}" for name in ("new", "show", "filings", "new_filing"))

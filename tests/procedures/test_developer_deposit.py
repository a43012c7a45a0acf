"""开发建设单位批量交款, from the choice of houses to the money in the sub-accounts.

# covers: D1 D7 D9
"""

import datetime as dt
from typing import Any

import pytest

from tests.banking.town import AT, Town, confirm, make_town, new_house
from tests.staging import staged
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.banking.purposes import slip_purpose
from upkeep.banking.queries import slips_of_case
from upkeep.books import sub_accounts
from upkeep.books.chart import FundKind
from upkeep.casework import engine, parts
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.deposits.due import amount_due_fen
from upkeep.deposits.models import Receipt
from upkeep.deposits.owner_sheet import OwnerSheet
from upkeep.deposits.queries import DepositState, area_deposits
from upkeep.estate import house_choice
from upkeep.estate.kinds import HouseNature
from upkeep.estate.models import Ownership
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db

PROCEDURE = register["developer_deposit"]
OWNER = {
    "owner_name": "张三",
    "paper_kind": "身份证",
    "paper_number": "11010519491231002X",
    "owner_phone": "13812345678",
}
DEVELOPER = {
    "developer_name": "江南置业有限公司",
    "developer_credit_code": "91350100M000100Y43",
    "developer_phone": "13900000001",
}


def _town() -> Town:
    """Four commodity houses and one of sold public housing."""
    houses = [new_house(floor=n, room=f"{n}01") for n in range(1, 5)]
    return make_town(houses=[*houses, new_house(floor=5, room="501", area_dm2=6000, nature=HouseNature.SOLD_PUBLIC)])


town = staged(_town)


def draft(town: Town, *, mode: str = "WHOLE") -> Case:
    data = {"area": str(town.area.pk), "kind": "COLLECTED", "receipt_mode": mode, "receipt_phone": "13900000002"}
    return engine.start(PROCEDURE, by=town.people["developer"], at=AT, data=data)


def workbook(case: Case, **changes: Any) -> bytes:
    """The owner sheet as downloaded and filled in: the house of the first floor is not sold."""
    rows = [dict(row) for row in PROCEDURE.sheet_rows(case, "owners")]
    for row in rows:
        row.update(DEVELOPER if row["room"] == "101" else OWNER)
        row.update(changes)
    return OwnerSheet().export(rows)


def filled(town: Town, *, mode: str = "WHOLE", **changes: Any) -> Case:
    """A draft with all houses chosen and the sheet imported."""
    case, by = draft(town, mode=mode), town.people["developer"]
    house_choice.choose(case.pk, house_ids=[house.pk for house in town.houses], by=by, at=AT)
    reading = parts.import_rows(case.pk, part="owners", content=workbook(case, **changes), by=by, at=AT)
    assert reading.faults == []
    return Case.objects.get(pk=case.pk)


def submit(town: Town, case: Case, *, at: dt.datetime = AT) -> Case:
    return engine.move(case.pk, Move.SUBMIT, by=town.people["developer"], at=at)


class TestDeveloperDeposit:
    def test_submitted_issues_one_slip_per_custody_account_and_is_closed(self, town: Town) -> None:
        case = submit(town, filled(town))

        slips = slips_of_case(case.pk)
        assert case.state == State.APPROVED
        assert [(slip.custody.fund_kind, slip.house_count, slip.total_fen) for slip in slips] == [
            (FundKind.COMMODITY, 4, 4 * 885_330),
            (FundKind.PUBLIC, 1, 6_000 * 30),  # 60 m² × 1,500 yuan × 2 %
        ]
        assert PaySlip.objects.get(pk=slips[0].pk).payer_phone == "13900000002"
        assert [outcome.argument for outcome in PROCEDURE.outcomes(case)] == [slip.number for slip in slips]

    @pytest.mark.parametrize(("kind", "words"), [("COLLECTED", "代交"), ("ADVANCED", "垫付")])
    def test_says_on_the_notice_from_whose_pocket_it_is_paid(self, town: Town, kind: str, words: str) -> None:
        case = filled(town)
        by = town.people["developer"]
        engine.save_draft(case.pk, {"kind": kind}, by=by, at=AT)

        slip = slips_of_case(submit(town, case).pk)[0]

        assert slip_purpose(slip.purpose).notice_facts(slip) == [("交款方式", words)]

    def test_moves_no_money_before_the_bank_has_confirmed(self, town: Town) -> None:
        submit(town, filled(town))

        assert {b.balance_fen for b in sub_accounts.balances([h.pk for h in town.houses]).values()} == {0}

    def test_confirmed_books_binds_the_owners_and_gives_receipts(self, town: Town) -> None:
        commodity, public = slips_of_case(submit(town, filled(town, mode=ReceiptMode.PER_HOUSE)).pk)

        confirm(town, commodity, serial="S1")
        confirm(town, public, serial="S2", who="other_teller")

        balances = sub_accounts.balances([house.pk for house in town.houses])
        owners = dict(Ownership.objects.values_list("house__room", "owner__name"))
        assert [balances[house.pk].balance_fen for house in town.houses] == [180_000, *[885_330] * 4]
        assert owners == {"101": "江南置业有限公司", **dict.fromkeys(("201", "301", "401", "501"), "张三")}
        assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
        assert dict(Receipt.objects.values_list("house__room", "payer")) == owners

    def test_gives_one_receipt_for_all_when_asked(self, town: Town) -> None:
        commodity, _ = slips_of_case(submit(town, filled(town)).pk)

        confirm(town, commodity)

        receipt = Receipt.objects.get()
        assert (receipt.house, receipt.amount_fen, receipt.payer) == (None, commodity.total_fen, "江南置业有限公司")

    def test_is_booked_even_when_the_receipt_numbers_have_run_out(self) -> None:
        town = make_town(receipts=2)
        (slip,) = slips_of_case(submit(town, filled(town, mode=ReceiptMode.PER_HOUSE)).pk)

        confirm(town, slip)

        assert PaySlip.objects.get().state == "PAID"
        assert not Receipt.objects.exists()

    def test_names_the_house_that_has_a_live_slip(self, town: Town) -> None:
        first, second = filled(town), filled(town)
        submit(town, first)

        with pytest.raises(Refusal, match=r"1栋1单元 .*有待交的交款通知单"):
            submit(town, second)

        assert Case.objects.get(pk=second.pk).state == State.DRAFT

    def test_does_not_offer_houses_that_are_paid_or_asked_for(self, town: Town) -> None:
        case = filled(town)
        commodity, _ = slips_of_case(submit(town, case).pk)
        confirm(town, commodity)

        blocked = PROCEDURE.blocked_houses(case, [house.pk for house in town.houses])

        assert sorted(blocked.values()) == ["已交首期维修资金"] * 4 + ["有待交的交款通知单"]

    def test_points_at_a_row_of_a_house_not_chosen(self, town: Town) -> None:
        case, by = draft(town), town.people["developer"]
        house_choice.choose(case.pk, house_ids=[house.pk for house in town.houses], by=by, at=AT)
        content = workbook(case)
        house_choice.choose(case.pk, house_ids=[house.pk for house in town.houses[:4]], by=by, at=AT)

        reading = parts.import_rows(case.pk, part="owners", content=content, by=by, at=AT)

        assert [(fault.cell, fault.text) for fault in reading.faults] == [
            ("C6", "不在所选房屋中，请重新下载业主信息表填写")
        ]
        assert parts.row_count(case, "owners") == 0

    def test_is_refused_when_houses_were_chosen_after_the_sheet(self, town: Town) -> None:
        case, by = draft(town), town.people["developer"]
        some = [house.pk for house in town.houses[:2]]
        house_choice.choose(case.pk, house_ids=some, by=by, at=AT)
        parts.import_rows(case.pk, part="owners", content=workbook(case), by=by, at=AT)
        house_choice.choose(case.pk, house_ids=[house.pk for house in town.houses], by=by, at=AT)

        with pytest.raises(HasProblems, match="业主信息表缺少 3 户"):
            submit(town, case)

    def test_is_refused_without_houses(self, town: Town) -> None:
        with pytest.raises(HasProblems, match="请选择要交款的房屋"):
            submit(town, draft(town))

    def test_is_refused_when_the_standard_has_changed_since_the_sheet(self, town: Town) -> None:
        case = filled(town)
        row = StandardRow(label="统一标准", fen_per_m2=10_000)
        set_policy(
            kind=PolicyKind.DEPOSIT_STANDARD,
            jurisdiction_id=town.city.pk,
            value=DepositStandard(rows=(row,)),
            valid_from=dt.date(2026, 11, 20),
        )

        with pytest.raises(Refusal, match="与现行交存标准不一致"):
            submit(town, case)

        assert not PaySlip.objects.exists()

    def test_offers_the_developers_own_areas_only(self, town: Town) -> None:
        offered = PROCEDURE.choices(draft(town), "area")

        assert offered == [(town.area.pk, "江南名邸")]

    def test_shows_in_the_deposit_state_of_the_area(self, town: Town) -> None:
        commodity, _ = slips_of_case(submit(town, filled(town)).pk)
        confirm(town, commodity)

        (area,) = area_deposits([town.area], on=dt.date(2026, 11, 20))

        assert area.houses == {
            DepositState.NONE: 0,
            DepositState.WAITING: 1,
            DepositState.PAID: 4,
            DepositState.ARREARS: 0,
        }
        assert (area.due_fen, area.paid_fen, area.missing_fen) == (4 * 885_330 + 180_000, 4 * 885_330, 180_000)


class TestAmountDue:
    """covers: D7"""

    @pytest.mark.parametrize(
        ("area_dm2", "row", "fen"),
        [
            (9_837, StandardRow(label="x", fen_per_m2=9_000), 885_330),
            (1, StandardRow(label="x", fen_per_m2=49), 0),
            (1, StandardRow(label="x", fen_per_m2=50), 1),
            (3, StandardRow(label="x", fen_per_m2=5_050), 152),  # 151.5 fen
            (8_912, StandardRow(label="x", price_fen_per_m2=123_457, basis_points=200), 220_050),  # 220,049.757 fen
        ],
    )
    def test_is_exact_and_rounds_halves_up(self, area_dm2: int, row: StandardRow, fen: int) -> None:
        assert amount_due_fen(area_dm2, row) == fen

"""代打交款通知单, from the choice of houses to the owner's money in the sub-account.

# covers: D2 D7
"""

import datetime as dt
from typing import Any

import pytest

from tests.banking.town import AT, Town, confirm, make_town, new_house, person
from tests.staging import staged
from upkeep.banking.models import PaySlip
from upkeep.banking.prints import keep_paper
from upkeep.banking.queries import slips_of_case, slips_visible_to
from upkeep.books import sub_accounts
from upkeep.casework import engine, parts
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.deposits.models import Receipt
from upkeep.deposits.owner_sheet import PayerSheet
from upkeep.estate import house_choice
from upkeep.estate.actions import NewOwner, bind_owners
from upkeep.estate.kinds import HouseNature, IdKind
from upkeep.estate.models import House, Ownership
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db

PROCEDURE = register["printed_notice"]
PEOPLE = (("张三", "11010519491231002X", "13812345678"), ("李四", "440524188001010014", "13912345678"))


def _town() -> Town:
    """Two commodity houses and one of sold public housing."""
    houses = [new_house(floor=n, room=f"{n}01") for n in (1, 2)]
    return make_town(houses=[*houses, new_house(floor=3, room="301", area_dm2=6000, nature=HouseNature.SOLD_PUBLIC)])


town = staged(_town)


def draft(town: Town, *, houses: list[House] | None = None, by: Actor | None = None) -> Case:
    """A draft with houses chosen (all of them by default)."""
    by = by or town.people["developer"]
    case = engine.start(PROCEDURE, by=by, at=AT, data={"area": str(town.area.pk)})
    wanted = town.houses if houses is None else houses
    house_choice.choose(case.pk, house_ids=[house.pk for house in wanted], by=by, at=AT)
    return Case.objects.get(pk=case.pk)


def named(place: int) -> dict[str, Any]:
    name, number, phone = PEOPLE[place % 2]
    return {"owner_name": name, "paper_kind": "身份证", "paper_number": number, "owner_phone": phone}


def filled(town: Town, *, houses: list[House] | None = None, by: Actor | None = None) -> Case:
    """A draft in which every house has its owner."""
    by = by or town.people["developer"]
    case = draft(town, houses=houses, by=by)
    changes = {number: named(number) for number, row in parts.rows_of(case, "owners") if not row["recorded"]}
    parts.change_rows(case.pk, "owners", changes, by=by, at=AT)
    return Case.objects.get(pk=case.pk)


def submit(town: Town, case: Case, *, by: Actor | None = None, at: dt.datetime = AT) -> Case:
    return engine.move(case.pk, Move.SUBMIT, by=by or town.people["developer"], at=at)


class TestPrintedNotice:
    def test_handed_in_issues_a_slip_per_house_with_its_owner_as_payer(self, town: Town) -> None:
        case = submit(town, filled(town))

        slips = slips_of_case(case.pk)
        assert case.state == State.APPROVED
        assert [(slip.payer_name, slip.payer_phone, slip.house_count, slip.total_fen) for slip in slips] == [
            ("张三", "13812345678", 1, 180_000),  # the top floor comes first: 60 m² × 1,500 yuan × 2 %
            ("李四", "13912345678", 1, 885_330),
            ("张三", "13812345678", 1, 885_330),
        ]
        assert {slip.payer_organisation_id for slip in slips} == {None}
        assert {slip.asked_by_id for slip in slips} == {town.developer.pk}
        assert {line.rule for slip in slips for line in slip.lines.all()} == {
            "有电梯 90.00 元/㎡",
            "已售公有住房 1,500.00 元/㎡ × 2%",
        }

    def test_lays_out_a_row_per_chosen_house_and_keeps_what_was_entered(self, town: Town) -> None:
        by, houses = town.people["developer"], town.houses
        case = draft(town, houses=houses[:2])
        rows = list(parts.rows_of(case, "owners"))
        parts.change_row(case.pk, "owners", rows[1][0], named(0), by=by, at=AT)

        house_choice.choose(case.pk, house_ids=[houses[1].pk, houses[2].pk], by=by, at=AT)

        after = [(row["room"], row["due_fen"], row["owner_name"]) for _, row in parts.rows_of(case, "owners")]
        assert [row["room"] for _, row in rows] == ["301", "201"]
        assert after == [("201", 885_330, "张三"), ("101", 885_330, None)]

    def test_is_not_handed_in_while_a_house_has_no_owner(self, town: Town) -> None:
        with pytest.raises(HasProblems, match="3 行存在错误"):
            submit(town, draft(town))

        assert not PaySlip.objects.exists()

    def test_refuses_a_wrong_id_number_at_its_cell(self, town: Town) -> None:
        case = draft(town)

        with pytest.raises(parts.RowsFaulty) as refused:
            wrong = named(0) | {"paper_number": "110105194912310021"}
            parts.change_row(case.pk, "owners", 2, wrong, by=town.people["developer"], at=AT)

        assert [fault.column for fault in refused.value.faults] == ["证件号码"]

    def test_takes_the_owner_on_record_as_payer_and_asks_for_nobody_else(self, town: Town) -> None:
        house = town.houses[-1]
        one = NewOwner(house_id=house.pk, name="王五", id_kind=IdKind.ID_CARD, id_number="X1", phone="13712345678")
        bind_owners(jurisdiction_id=town.city.pk, owners=[one], since=AT.date())

        case = submit(town, filled(town, houses=[house]))

        (slip,) = slips_of_case(case.pk)
        assert [row["recorded"] for _, row in parts.rows_of(case, "owners")] == ["王＊"]
        assert (slip.payer_name, slip.payer_phone) == ("王五", "13712345678")

    def test_is_refused_when_an_owner_was_recorded_meanwhile(self, town: Town) -> None:
        case = filled(town)
        one = NewOwner(
            house_id=town.houses[0].pk, name="王五", id_kind=IdKind.ID_CARD, id_number="X1", phone="13712345678"
        )
        bind_owners(jurisdiction_id=town.city.pk, owners=[one], since=AT.date())

        with pytest.raises(HasProblems, match="登记业主在填写期间有变更"):
            submit(town, case)

    def test_is_imported_from_a_workbook_as_well(self, town: Town) -> None:
        case, by = draft(town), town.people["developer"]
        rows = [dict(row) | named(0) for row in PROCEDURE.sheet_rows(case, "owners")]

        reading = parts.import_rows(case.pk, part="owners", content=PayerSheet().export(rows), by=by, at=AT)

        assert reading.faults == []
        assert len(slips_of_case(submit(town, case).pk)) == 3

    def test_names_the_house_that_has_a_live_slip(self, town: Town) -> None:
        first, second = filled(town), filled(town)
        submit(town, first)

        with pytest.raises(Refusal, match="301、1栋1单元 201、1栋1单元 101有待交的交款通知单"):
            submit(town, second)

        assert PaySlip.objects.count() == 3
        assert set(PROCEDURE.blocked_houses(first, [one.pk for one in town.houses]).values()) == {"有待交的交款通知单"}

    def test_computes_anew_after_the_standard_has_changed_and_the_houses_were_chosen_again(self, town: Town) -> None:
        case, by, later = filled(town), town.people["developer"], AT + dt.timedelta(days=1)
        set_policy(
            kind=PolicyKind.DEPOSIT_STANDARD,
            jurisdiction_id=town.city.pk,
            value=DepositStandard(rows=(StandardRow(label="统一标准", fen_per_m2=10_000),)),
            valid_from=dt.date(2026, 11, 21),
        )
        with pytest.raises(Refusal, match="与现行交存标准不一致，请返回“选择房屋”"):
            submit(town, case, at=later)

        house_choice.choose(case.pk, house_ids=[house.pk for house in town.houses], by=by, at=later)
        submit(town, case, at=later)

        assert sorted(PaySlip.objects.values_list("total_fen", flat=True)) == [600_000, 983_700, 983_700]

    def test_paid_moves_the_money_binds_the_owner_and_gives_him_the_receipt(self, town: Town) -> None:
        _, slip, other = slips_of_case(submit(town, filled(town)).pk)
        house_id = slip.lines.get().house_id

        confirm(town, slip)

        receipt, ownership = Receipt.objects.get(), Ownership.objects.get()
        assert sub_accounts.balances([house_id])[house_id].balance_fen == 885_330
        assert (ownership.house_id, ownership.owner.name) == (house_id, "李四")
        assert (receipt.payer, receipt.house_id, receipt.amount_fen) == ("李四", house_id, 885_330)
        assert PaySlip.objects.get(pk=other.pk).state == "WAITING"

    def test_binds_the_owner_also_when_the_house_was_numbered_anew_meanwhile(self, town: Town) -> None:
        slip = slips_of_case(submit(town, filled(town)).pk)[1]
        house_id = slip.lines.get().house_id
        House.objects.filter(pk=house_id).update(room="2-01", unit="A单元")

        confirm(town, slip)

        assert (Ownership.objects.get().house_id, Receipt.objects.get().payer) == (house_id, "李四")

    def test_is_begun_by_the_window_for_an_owner_who_stands_there(self, town: Town) -> None:
        clerk = person(username="c1", name="李窗", role=Role.WINDOW_CLERK, city=town.city)

        case = submit(town, filled(town, houses=town.houses[:1], by=clerk), by=clerk)

        (slip,) = slips_of_case(case.pk)
        assert PROCEDURE.choices(case, "area") == [(town.area.pk, "江南名邸")]
        assert (slip.asked_by, slip.issued_by_name, slip.jurisdiction) == (None, "李窗", town.district)
        assert not slips_visible_to(town.people["developer"]).exists()

    def test_is_not_begun_by_a_bank_or_a_property_company(self, town: Town) -> None:
        company = person(username="p1", name="刘管", role=Role.PROPERTY_COMPANY, city=town.city)

        for nobody in (town.people["teller"], company):
            with pytest.raises(Refusal, match="没有办理“代打交款通知单”的权限"):
                engine.start(PROCEDURE, by=nobody, at=AT)

    def test_prints_as_a_letter_of_one_page(self, town: Town) -> None:
        slip = slips_of_case(submit(town, filled(town)).pk)[0]

        kept = keep_paper(slip, by_id=None, at=AT)

        assert (kept.form, kept.title, kept.pages) == ("owner_notices", "住宅专项维修资金交存通知书", 1)

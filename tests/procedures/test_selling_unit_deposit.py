"""售房单位交存, from the choice of public houses to the money on the unit's account and the receipt.

# covers: D7
"""

import datetime as dt
from typing import Any

import pytest

from tests.banking.town import AT, person
from tests.circle.person import picture
from tests.deposits.unit_scene import PRICE_FEN, PublicTown, make_public_town, pay_owners, pay_unit
from upkeep.banking.models import PaySlip
from upkeep.banking.prints import keep_paper
from upkeep.banking.queries import slips_of_case, slips_visible_to
from upkeep.books import sub_accounts
from upkeep.casework import engine, files, parts
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to
from upkeep.casework.states import Move, State
from upkeep.deposits.models import Receipt, UnitSale
from upkeep.deposits.unit_accounts import sales_of, standings
from upkeep.estate import house_choice
from upkeep.estate.models import House, HouseClaim, SellingUnitAccount
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.unit_deposit_rule import UnitDepositRule

pytestmark = pytest.mark.django_db

PROCEDURE = register["selling_unit_deposit"]
RECEIVED = dt.date(2026, 11, 2)


@pytest.fixture
def scene() -> PublicTown:
    scene = make_public_town()
    staff = (("clerk", Role.WINDOW_CLERK), ("clerk2", Role.WINDOW_CLERK), ("reviewer", Role.FIRST_REVIEWER))
    for name, role in staff:
        scene.town.people[name] = person(username=name, name=f"员工{name}", role=role, city=scene.town.city)
    return scene


def draft(scene: PublicTown, *, houses: list[House] | None = None, by: str = "unit", **more: Any) -> Case:
    """A draft with houses chosen (all public ones by default) and prices entered."""
    actor = scene.town.people[by]
    data = {"area": str(scene.town.area.pk), "receipt_mode": "WHOLE", "receipt_phone": "13900000009", **more}
    case = engine.start(PROCEDURE, by=actor, at=AT, data=data)
    wanted = scene.public if houses is None else houses
    house_choice.choose(case.pk, house_ids=[house.pk for house in wanted], by=actor, at=AT)
    return Case.objects.get(pk=case.pk)


def fill(scene: PublicTown, case: Case, *, by: str = "unit", price_fen: int = PRICE_FEN) -> Case:
    """Every row with its price."""
    changes = {
        number: {"price_fen": price_fen, "received_on": RECEIVED} for number, _ in parts.rows_of(case, "owners")
    }
    actor = scene.town.people[by]
    parts.change_rows(case.pk, "owners", changes, by=actor, at=AT)
    files.attach(case.pk, paper="approval", name="批复.jpg", content=picture().getvalue(), by=actor, at=AT)
    return Case.objects.get(pk=case.pk)


def submitted(scene: PublicTown, *, by: str = "unit", **more: Any) -> Case:
    case = fill(scene, draft(scene, by=by, **more), by=by)
    return engine.move(case.pk, Move.SUBMIT, by=scene.town.people[by], at=AT)


def approved(scene: PublicTown, case: Case) -> Case:
    engine.move(case.pk, Move.ACCEPT, by=scene.town.people["clerk2"], at=AT)
    return engine.move(case.pk, Move.PASS, by=scene.town.people["reviewer"], at=AT)


class TestTheWayOfTheMoney:
    def test_leads_from_the_form_over_the_counter_to_the_units_account(self, scene: PublicTown) -> None:
        pay_owners(scene, scene.public)
        case = approved(scene, submitted(scene))

        (slip,) = slips_of_case(case.pk)
        assert case.state == State.APPROVED
        assert (slip.payer_name, slip.total_fen, slip.house_count) == (scene.unit.name, 21_600_000, 6)
        assert slip in slips_visible_to(scene.town.people["unit"])

        pay_unit(scene, slip)
        account = SellingUnitAccount.objects.get()
        (standing,) = standings([account])
        assert (standing.balance_fen, standing.houses) == (21_600_000, 6)
        assert {sale.deposited_fen for sale in sales_of(account.pk)} == {3_600_000}
        assert Receipt.objects.filter(slip=slip).get().amount_fen == 21_600_000
        assert sub_accounts.balances([scene.public[0].pk])[scene.public[0].pk].balance_fen == 180_000

    def test_prints_the_houses_with_their_prices_and_the_rule_by_name(self, scene: PublicTown) -> None:
        (slip,) = slips_of_case(approved(scene, submitted(scene)).pk)
        kept = keep_paper(slip, by_id=None, at=AT)
        assert kept.title == "住宅专项维修资金交款通知单"
        assert {line.rule for line in slip.lines.all()} == {"售房单位 多层 售房款 180,000.00 元 × 20%"}

    def test_follows_the_citys_own_percentage(self, scene: PublicTown) -> None:
        set_policy(
            kind=PolicyKind.UNIT_DEPOSIT_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=UnitDepositRule(low_rise_percent=25),
            valid_from=dt.date(2026, 1, 1),
            basis="江城市规定",
        )
        (slip,) = slips_of_case(approved(scene, submitted(scene)).pk)
        assert slip.total_fen == 27_000_000

    def test_begins_at_the_office_for_a_unit_which_sees_it(self, scene: PublicTown) -> None:
        case = submitted(scene, by="clerk", unit=str(scene.unit.pk))
        assert case in visible_to(scene.town.people["unit"])
        (slip,) = slips_of_case(approved(scene, case).pk)
        assert slip.payer_organisation_id == scene.unit.pk


class TestTheForm:
    def test_lays_out_a_row_for_each_house_and_keeps_what_was_entered(self, scene: PublicTown) -> None:
        case = fill(scene, draft(scene, houses=scene.public[:2]))
        house_choice.choose(case.pk, house_ids=[h.pk for h in scene.public[1:3]], by=scene.town.people["unit"], at=AT)
        assert [row["price_fen"] for _, row in parts.rows_of(case, "owners")] == [PRICE_FEN, None]

    def test_is_not_handed_in_while_a_house_has_no_price(self, scene: PublicTown) -> None:
        with pytest.raises(HasProblems, match="6 行存在错误"):
            engine.move(draft(scene).pk, Move.SUBMIT, by=scene.town.people["unit"], at=AT)

    def test_is_refused_for_a_house_that_is_no_public_housing(self, scene: PublicTown) -> None:
        with pytest.raises(HasProblems, match="不是已售公有住房"):
            case = fill(scene, draft(scene, houses=scene.others))
            engine.move(case.pk, Move.SUBMIT, by=scene.town.people["unit"], at=AT)

    def test_is_refused_a_date_that_is_still_to_come(self, scene: PublicTown) -> None:
        case = draft(scene)
        late = {"price_fen": PRICE_FEN, "received_on": AT.date() + dt.timedelta(days=1)}
        with pytest.raises(parts.RowsFaulty, match="不能晚于今天"):
            parts.change_row(case.pk, "owners", 2, late, by=scene.town.people["unit"], at=AT)

    def test_shows_what_is_owed_by_building_and_by_house(self, scene: PublicTown) -> None:
        first, second = PROCEDURE.summary(submitted(scene)).tables
        assert first.rows[-1] == ("合计", "6", "1,080,000.00", "216,000.00")
        assert second.total_rows == 6

    def test_may_not_be_begun_by_a_developer(self, scene: PublicTown) -> None:
        with pytest.raises(Refusal):
            engine.start(PROCEDURE, by=scene.town.people["developer"], at=AT, data={})


class TestDeciding:
    def test_holds_the_houses_and_gives_them_back_when_it_is_returned(self, scene: PublicTown) -> None:
        case = submitted(scene)
        assert HouseClaim.objects.filter(kind="UNIT_DEPOSIT").count() == 6
        with pytest.raises(HasProblems, match="办理中的售房单位交款"):
            submitted(scene)
        engine.move(case.pk, Move.RETURN, by=scene.town.people["clerk2"], at=AT, note="补材料")
        assert not HouseClaim.objects.exists() and not PaySlip.objects.exists()

    def test_twice_issues_one_slip(self, scene: PublicTown) -> None:
        case = approved(scene, submitted(scene))
        with pytest.raises(Refusal):
            engine.move(case.pk, Move.PASS, by=scene.town.people["reviewer"], at=AT)
        assert PaySlip.objects.count() == 1 and UnitSale.objects.count() == 6

    def test_a_second_time_is_refused_once_the_unit_has_paid(self, scene: PublicTown) -> None:
        (slip,) = slips_of_case(approved(scene, submitted(scene)).pk)
        pay_unit(scene, slip)
        with pytest.raises(HasProblems, match="售房单位已交存"):
            submitted(scene)

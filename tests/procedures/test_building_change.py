"""楼栋变更, from the ticked list to the register, and a building that moves with its houses and their money.

# covers: E7
"""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.cast import AT, LATER, TODAY, Cast, at_once, move
from tests.estate.leaving import cancel
from tests.web.pages import client_of, text
from upkeep.banking.actions import open_custody
from upkeep.banking.models import CustodyAccount
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.statements import house_statement
from upkeep.casework import changing, engine, parts, prints
from upkeep.casework.changing import AFTER, ChangeProcedure
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.deposits.queries import standings
from upkeep.estate import actions, building_choice, claims, house_choice
from upkeep.estate.change_sheets import BuildingChangeSheet
from upkeep.estate.history import changes_of_buildings, changes_of_house
from upkeep.estate.house_choice import NotOfThisArea
from upkeep.estate.kinds import FacilityKind, HouseState
from upkeep.estate.models import Area, Building, BuildingChange, Facility, House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.errors import HasProblems, Refusal

pytestmark = pytest.mark.django_db
_PROCEDURE = register["building_change"]
assert isinstance(_PROCEDURE, ChangeProcedure)
PROCEDURE: ChangeProcedure = _PROCEDURE


def buildings(cast: Cast) -> list[Building]:
    return list(Building.objects.filter(area=cast.area()).order_by("order", "name"))


def draft(cast: Cast, chosen: list[Building], *, reason: str = "竣工资料更正") -> Case:
    by = cast["demo-developer"]
    case = engine.start(PROCEDURE, by=by, at=AT, data={"area": str(cast.area().pk), "reason": reason})
    building_choice.choose(case.pk, building_ids=[one.pk for one in chosen], by=by, at=AT)
    return Case.objects.get(pk=case.pk)


def change(cast: Cast, case: Case, chosen: list[Building] | None = None, /, **typed: str) -> Case:
    keys = None if chosen is None else [str(one.pk) for one in chosen]
    changing.change_lines(case.pk, keys, typed, by=cast["demo-developer"], at=AT)
    return Case.objects.get(pk=case.pk)


def submitted(cast: Cast, chosen: list[Building], /, **typed: str) -> Case:
    return move(change(cast, draft(cast, chosen), **typed), Move.SUBMIT, cast["demo-developer"])


def approve(cast: Cast, case: Case) -> Case:
    move(case, Move.ACCEPT, cast["demo-clerk"])
    return move(case, Move.PASS, cast["demo-reviewer"], at=LATER)


def problems(case: Case) -> str:
    with pytest.raises(HasProblems) as found:
        engine.cleaned(Case.objects.get(pk=case.pk))
    return str(found.value)


def new_area(cast: Cast, name: str = "江南新邸", *, district: int = 0) -> Area:
    here = cast.area()
    return actions.create_area(
        jurisdiction_id=district or here.jurisdiction_id,
        name=name,
        address="江南路 9 号",
        developer_id=here.developer_id,
        floor_area_dm2=100_00,
        at=AT,
    )


class TestBuildingChange:
    def test_approved_changes_all_ticked_buildings_and_keeps_what_was_before(self, settled: Cast) -> None:
        chosen = buildings(settled)

        case = approve(settled, submitted(settled, chosen, built_in="201409", structure="钢结构"))

        for building in buildings(settled):
            assert (building.built_in, building.get_structure_display()) == ("201409", "钢结构")
        kept = list(changes_of_buildings(settled.area().pk))
        assert {(one.field, one.after, one.case_id) for one in kept} == {
            ("built_in", "201409", case.pk),
            ("structure", "钢结构", case.pk),
        }
        assert len(kept) == 2 * len(chosen)
        assert not HouseClaim.objects.filter(kind=ClaimKind.REGISTER).exists()

    def test_changes_one_building_singly(self, settled: Cast) -> None:
        first, *rest = buildings(settled)

        approve(settled, submitted(settled, [first], name="望江楼", has_lift="无", storeys="6"))

        changed = Building.objects.get(pk=first.pk)
        assert (changed.name, changed.has_lift, changed.storeys) == ("望江楼", False, 6)
        assert [one.name for one in rest] == [one.name for one in buildings(settled) if one.pk != first.pk]

    def test_is_printed_with_reason_before_and_after(self, settled: Cast) -> None:
        first = buildings(settled)[0]
        case = submitted(settled, [first], built_in="201409")

        application = prints.document_of(case, PROCEDURE.prints[0], at=AT)

        facts = {fact.label: fact.value for fact in application.data.sections[0].facts}
        assert application.title == "楼栋变更申请表"
        assert facts["变更原因"] == "竣工资料更正"
        assert application.data.tables[0].rows == ((first.name, "建成年代", first.built_in, "201409"),)

    @pytest.mark.parametrize("end", [Move.RETURN, Move.REJECT])
    def test_gives_the_houses_back_when_it_is_not_approved(self, settled: Cast, end: Move) -> None:
        case = submitted(settled, buildings(settled), built_in="201409")
        assert HouseClaim.objects.filter(kind=ClaimKind.REGISTER).count() == len(houses_of_area(settled.area().pk))

        move(case, end, settled["demo-clerk"], note="请补充依据")

        assert not HouseClaim.objects.filter(kind=ClaimKind.REGISTER).exists()


class TestABuildingThatMoves:
    def test_takes_its_houses_and_their_money_along_to_the_fen(self, settled: Cast) -> None:
        here, there = settled.area(), new_area(settled)
        building = buildings(settled)[0]
        Facility.objects.create(area=here, building=building, kind=FacilityKind.LIFT, name="1 号电梯")
        ids = [house.pk for house in houses_of_area(here.pk) if house.building_id == building.pk]
        before, stood = sub_accounts.balances(ids), standings(list(House.objects.filter(pk__in=ids)), on=TODAY)
        whole, moved_dm2 = here.floor_area_dm2, sum(House.objects.get(pk=pk).area_dm2 for pk in ids)
        assert sum(one.balance_fen for one in before.values()) > 0

        approve(settled, submitted(settled, [building], area=there.name))

        after = sub_accounts.balances(ids)
        assert {pk: one.balance_fen for pk, one in after.items()} == {
            pk: one.balance_fen for pk, one in before.items()
        }
        assert {house.pk for house in houses_of_area(there.pk)} == set(ids)
        assert not set(ids) & {house.pk for house in houses_of_area(here.pk)}
        assert audit() == []
        now = standings(list(House.objects.filter(pk__in=ids)), on=TODAY)
        assert {pk: one.state for pk, one in now.items()} == {pk: one.state for pk, one in stood.items()}
        assert Facility.objects.get(name="1 号电梯").area_id == there.pk
        assert Area.objects.get(pk=here.pk).floor_area_dm2 == max(whole - moved_dm2, 0)
        assert Area.objects.get(pk=there.pk).floor_area_dm2 == 100_00 + moved_dm2

    def test_shows_it_on_the_statement_and_in_the_histories(self, settled: Cast) -> None:
        there, building = new_area(settled), buildings(settled)[0]
        house = House.objects.filter(building=building, state=HouseState.ACTIVE).order_by("pk")[0]
        held = house_statement(house.pk).balance_fen

        approve(settled, submitted(settled, [building], area=there.name))

        statement = house_statement(house.pk)
        moved = [one for one in statement.movements if one.reason in ("houses_moved_out", "houses_moved_in")]
        assert [one.amount_fen for one in moved] == ([-held, held] if held else [])
        assert statement.balance_fen == held
        assert [(one.before, one.after) for one in changes_of_house(house.pk)] == [(settled.area().name, there.name)]
        assert changes_of_buildings(there.pk).count() == changes_of_buildings(settled.area().pk).count() == 1

    def test_takes_its_cancelled_houses_along_and_their_history_stays_readable(self, settled: Cast) -> None:
        there, building = new_area(settled), buildings(settled)[0]
        gone = House.objects.filter(building=building, state=HouseState.ACTIVE).order_by("pk")[0]
        paid = house_statement(gone.pk).movements
        cancel(gone)

        approve(settled, submitted(settled, [building], area=there.name))

        gone.refresh_from_db()
        assert (gone.area_id, gone.building_id, gone.state) == (there.pk, building.pk, HouseState.CANCELLED)
        assert [(one.before, one.after) for one in changes_of_house(gone.pk)] == [(settled.area().name, there.name)]
        assert house_statement(gone.pk).movements[: len(paid)] == paid
        assert house_statement(gone.pk).balance_fen == 0
        for who in ("demo-clerk", "demo-developer"):
            page = client_of(settled, who).get(f"/areas/houses/{gone.pk}/")
            assert page.status_code == 200 and "已注销" in text(page) and there.name in text(page)
        assert "已注销" in text(client_of(settled, "demo-clerk").get(f"/areas/{there.pk}/?building={building.pk}"))
        assert audit() == []
        with pytest.raises(IntegrityError, match="never changes again"), transaction.atomic():
            House.objects.filter(pk=gone.pk).update(area=settled.area())
        with pytest.raises(IntegrityError, match="never changes again"), transaction.atomic():
            House.objects.filter(pk=gone.pk).update(room="X")

    def test_can_come_back(self, settled: Cast) -> None:
        there, building = new_area(settled), buildings(settled)[0]
        ids = list(House.objects.filter(building=building).values_list("pk", flat=True))
        before = {pk: one.balance_fen for pk, one in sub_accounts.balances(ids).items()}
        approve(settled, submitted(settled, [building], area=there.name))

        by = settled["demo-developer"]
        case = engine.start(PROCEDURE, by=by, at=LATER, data={"area": str(there.pk), "reason": "迁错了"})
        building_choice.choose(case.pk, building_ids=[building.pk], by=by, at=LATER)
        approve(settled, move(change(settled, case, area=settled.area().name), Move.SUBMIT, by, at=LATER))

        assert {pk: one.balance_fen for pk, one in sub_accounts.balances(ids).items()} == before
        assert Building.objects.get(pk=building.pk).area == settled.area()
        assert audit() == []

    def test_is_refused_where_another_custody_account_is_used(self, settled: Cast) -> None:
        district = settled.city.districts[1]
        used = CustodyAccount.objects.filter(fund_kind="COMMODITY")[0]
        open_custody(
            jurisdiction_id=district.pk,
            bank_id=used.bank_id,
            fund_kind=used.fund_kind,  # type: ignore[arg-type]
            number="6222000000009999",
            name="区专户",
            opening_bank="江城分行",
        )
        there = new_area(settled, district=district.pk)
        here = settled.area()
        assert here.jurisdiction_id != district.pk

        case = change(settled, draft(settled, buildings(settled)[:1]), area=there.name)

        assert f"“{there.name}”不使用这个专户，不能迁入" in problems(case)

    @pytest.mark.parametrize("kind", [ClaimKind.DEPOSIT, ClaimKind.REPAIR, ClaimKind.REFUND, ClaimKind.REGISTER])
    def test_is_refused_while_something_holds_a_house(self, settled: Cast, kind: ClaimKind) -> None:
        there, building = new_area(settled), buildings(settled)[0]
        house = House.objects.filter(building=building).order_by("pk")[0]
        claims.claim(house_ids=[house.pk], kind=kind, source="other:1", at=AT)

        text = problems(change(settled, draft(settled, [building]), area=there.name))

        assert kind.label in text
        assert house.label in text

    def test_leaves_drafts_that_had_chosen_its_houses(self, settled: Cast) -> None:
        there, building = new_area(settled), buildings(settled)[0]
        house = House.objects.filter(building=building).order_by("pk")[0]
        by = settled["demo-developer"]
        other = engine.start(
            register["house_change"], by=by, at=AT, data={"area": str(settled.area().pk), "reason": "更正"}
        )
        house_choice.choose(other.pk, house_ids=[house.pk], by=by, at=AT)

        approve(settled, submitted(settled, [building], area=there.name))

        assert not Case.objects.get(pk=other.pk).houses.exists()

    def test_never_leaves_a_house_behind_whoever_writes(self, settled: Cast) -> None:
        there, building = new_area(settled), buildings(settled)[0]

        with pytest.raises(IntegrityError, match="left behind by its building"), transaction.atomic():
            Building.objects.filter(pk=building.pk).update(area=there)
        with pytest.raises(IntegrityError, match="not in the area of its building"), transaction.atomic():
            House.objects.filter(building=building).update(area=there)


class TestItRefuses:
    def test_an_empty_reason_and_buildings_left_as_they_are(self, settled: Cast) -> None:
        assert "请填写变更原因" in problems(draft(settled, buildings(settled), reason=" "))
        assert "没有变更内容" in problems(draft(settled, buildings(settled)))
        assert "请选择要变更的楼栋" in problems(draft(settled, []))

    @pytest.mark.parametrize("month", ["201413", "2014", "20149", "二〇一四"])
    def test_a_year_that_is_no_month(self, settled: Cast, month: str) -> None:
        with pytest.raises(HasProblems, match="建成年代不是有效的六位年月"):
            change(settled, draft(settled, buildings(settled)), built_in=month)

    def test_two_buildings_of_one_name(self, settled: Cast) -> None:
        first, second = buildings(settled)[:2]

        assert "两栋都叫" in problems(change(settled, draft(settled, [first]), name=second.name))
        assert "两栋都叫" in problems(change(settled, draft(settled, [first, second]), name="望江楼"))

    def test_an_area_of_somebody_else(self, settled: Cast) -> None:
        case = change(settled, draft(settled, buildings(settled)), area="别人的小区")

        assert "物业区域“别人的小区”不在可选范围" in problems(case)

    def test_a_building_of_another_area(self, settled: Cast) -> None:
        other = Building.objects.exclude(area=settled.area())[0]
        case = draft(settled, buildings(settled))

        with pytest.raises(NotOfThisArea):
            building_choice.choose(case.pk, building_ids=[other.pk], by=settled["demo-developer"], at=AT)

    def test_an_approval_that_the_register_has_overtaken_and_names_the_building(self, settled: Cast) -> None:
        first = buildings(settled)[0]
        case = submitted(settled, buildings(settled), built_in="201409")
        Building.objects.filter(pk=first.pk).update(built_in="201501")
        move(case, Move.ACCEPT, settled["demo-clerk"])

        with pytest.raises(Refusal, match=rf"{first.name}的建成年代在填报后已由.*变为“201501”"):
            move(case, Move.PASS, settled["demo-reviewer"])

        assert not BuildingChange.objects.exists()

    def test_those_who_may_not_begin_or_decide_it(self, settled: Cast) -> None:
        case = submitted(settled, buildings(settled), built_in="201409")

        with pytest.raises(engine.NotYours):
            engine.start(PROCEDURE, by=settled["demo-clerk"], at=AT)
        with pytest.raises(engine.NotYours):
            move(case, Move.ACCEPT, settled["stranger-clerk"])

    def test_names_that_swap_are_no_fault(self, settled: Cast) -> None:
        first, second = buildings(settled)[:2]
        case = draft(settled, [first, second])
        change(settled, case, [first], name=second.name)
        change(settled, case, [second], name=first.name)

        approve(settled, move(case, Move.SUBMIT, settled["demo-developer"]))

        assert Building.objects.get(pk=first.pk).name == second.name

    def test_a_workbook_with_faults_at_their_cells(self, settled: Cast) -> None:
        case = draft(settled, buildings(settled))
        rows: list[dict[str, Any]] = [dict(row) for row in PROCEDURE.sheet_rows(case, AFTER)]
        rows[0]["area"], rows[1]["built_in"] = "别人的小区", "201499"

        content = BuildingChangeSheet().export(rows)
        reading = parts.import_rows(case.pk, part=AFTER, content=content, by=settled["demo-developer"], at=AT)

        assert [fault.cell for fault in reading.faults] == ["G3"]
        rows[1]["built_in"] = "201409"
        content = BuildingChangeSheet().export(rows)
        reading = parts.import_rows(case.pk, part=AFTER, content=content, by=settled["demo-developer"], at=AT)
        assert [(fault.cell, fault.text) for fault in reading.faults] == [("B2", "物业区域“别人的小区”不在可选范围")]


@pytest.mark.commits
class TestTwoAtOnce:
    def test_change_a_building_by_one_case_only(self, settled: Cast) -> None:
        chosen = buildings(settled)[:1]
        cases = [change(settled, draft(settled, chosen), built_in=month) for month in ("201409", "201509")]

        answers = at_once(*(lambda case=case: move(case, Move.SUBMIT, settled["demo-developer"]) for case in cases))

        assert len([one for one in answers if isinstance(one, Refusal)]) == 1

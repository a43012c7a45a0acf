"""房屋信息变更, from the choice on the building table to the register, its history and what is refused.

# covers: E5
"""

from typing import Any

import pytest

from tests.cast import AT, LATER, Cast, at_once, move
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.casework import changing, engine, parts, prints
from upkeep.casework.changing import AFTER
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate import claims, house_choice
from upkeep.estate.change_sheets import HouseChangeSheet
from upkeep.estate.history import changes_of_house
from upkeep.estate.models import House, HouseChange, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.errors import HasProblems, Refusal

pytestmark = pytest.mark.django_db
PROCEDURE = register["house_change"]


def houses(cast: Cast, count: int = 3) -> list[House]:
    """The first houses of an area, all of one building."""
    found = houses_of_area(cast.area().pk)
    return [house for house in found if house.building_id == found[0].building_id][:count]


def draft(cast: Cast, chosen: list[House], *, who: str = "demo-developer", reason: str = "房号录入有误") -> Case:
    by = cast[who]
    data = {"area": str(cast.area().pk), "reason": reason}
    case = engine.start(PROCEDURE, by=by, at=AT, data=data)
    house_choice.choose(case.pk, house_ids=[house.pk for house in chosen], by=by, at=AT)
    return Case.objects.get(pk=case.pk)


def change(cast: Cast, case: Case, chosen: list[House] | None, **typed: str) -> Case:
    keys = None if chosen is None else [str(house.pk) for house in chosen]
    changing.change_lines(case.pk, keys, typed, by=cast["demo-developer"], at=AT)
    return Case.objects.get(pk=case.pk)


def submitted(cast: Cast, chosen: list[House], **typed: str) -> Case:
    return move(change(cast, draft(cast, chosen), None, **typed), Move.SUBMIT, cast["demo-developer"])


def approve(cast: Cast, case: Case) -> Case:
    move(case, Move.ACCEPT, cast["demo-clerk"])
    return move(case, Move.PASS, cast["demo-reviewer"], at=LATER)


def problems(case: Case) -> str:
    with pytest.raises(HasProblems) as found:
        engine.cleaned(Case.objects.get(pk=case.pk))
    return str(found.value)


class TestHouseChange:
    def test_approved_changes_the_houses_and_keeps_what_was_before(self, settled: Cast) -> None:
        chosen = houses(settled)

        case = approve(settled, submitted(settled, chosen, use="商业", address="滨江路 9 号"))

        assert case.state == State.APPROVED
        for house in House.objects.filter(pk__in=[one.pk for one in chosen]):
            assert (house.get_use_display(), house.address) == ("商业", "滨江路 9 号")
            kept = {one.field: (one.before, one.after, one.case_id) for one in changes_of_house(house.pk)}
            assert kept["use"] == ("住宅", "商业", case.pk)
            assert kept.keys() == {"use", "address"}
        assert not HouseClaim.objects.filter(kind=ClaimKind.REGISTER).exists()

    def test_changes_nothing_before_approval(self, settled: Cast) -> None:
        chosen = houses(settled)

        submitted(settled, chosen, use="商业")

        assert {house.use for house in houses(settled)} == {"RESIDENTIAL"}
        assert HouseClaim.objects.filter(kind=ClaimKind.REGISTER).count() == len(chosen)

    def test_of_floor_area_keeps_the_money(self, settled: Cast) -> None:
        (house,) = houses(settled, 1)
        before = sub_accounts.balances([house.pk])[house.pk]

        approve(settled, submitted(settled, [house], area_dm2="201.55"))

        changed = House.objects.get(pk=house.pk)
        assert (changed.area_dm2, changed.first_deposit_due_fen) == (20155, house.first_deposit_due_fen)
        assert sub_accounts.balances([house.pk])[house.pk] == before
        assert before.balance_fen > 0
        assert audit() == []

    def test_lets_two_houses_swap_their_room_numbers(self, settled: Cast) -> None:
        one, other = houses(settled, 2)
        case = draft(settled, [one, other])
        change(settled, case, [one], room=other.room, floor=str(other.floor), unit=other.unit)
        change(settled, case, [other], room=one.room, floor=str(one.floor), unit=one.unit)

        approve(settled, move(case, Move.SUBMIT, settled["demo-developer"]))

        assert House.objects.get(pk=one.pk).room == other.room
        assert House.objects.get(pk=other.pk).room == one.room

    def test_says_before_and_after_on_the_case_and_on_the_printed_form(self, settled: Cast) -> None:
        (house,) = houses(settled, 1)
        case = submitted(settled, [house], use="商业")

        (table,) = PROCEDURE.summary(case).tables
        application = prints.document_of(case, PROCEDURE.prints[0], at=AT)

        assert [tuple(row[1:]) for row in table.rows] == [("房屋用途", "住宅", "商业")]
        assert (application.title, application.number) == ("房屋信息变更申请表", case.number)
        facts = {fact.label: fact.value for fact in application.data.sections[0].facts}  # type: ignore[attr-defined]
        assert facts["变更原因"] == "房号录入有误"
        assert application.data.tables[0].rows == tuple(tuple(row) for row in table.rows)  # type: ignore[attr-defined]

    @pytest.mark.parametrize("end", [Move.RETURN, Move.REJECT])
    def test_gives_the_houses_back_when_it_is_not_approved(self, settled: Cast, end: Move) -> None:
        case = submitted(settled, houses(settled), use="商业")

        move(case, end, settled["demo-clerk"], note="请补充依据")

        assert not HouseClaim.objects.filter(kind=ClaimKind.REGISTER).exists()

    def test_returned_can_be_mended_and_handed_in_again(self, settled: Cast) -> None:
        chosen = houses(settled)
        case = submitted(settled, chosen, use="商业")
        move(case, Move.RETURN, settled["demo-clerk"], note="应为办公")

        case = approve(settled, move(change(settled, case, None, use="办公"), Move.SUBMIT, settled["demo-developer"]))

        assert {one.after for one in HouseChange.objects.filter(case=case)} == {"办公"}


class TestItRefuses:
    def test_an_empty_reason(self, settled: Cast) -> None:
        case = change(settled, draft(settled, houses(settled), reason=""), None, use="商业")

        assert "请填写变更原因" in problems(case)

    def test_a_house_that_was_left_as_it_is(self, settled: Cast) -> None:
        chosen = houses(settled)
        case = change(settled, draft(settled, chosen), chosen[:1], use="商业")

        assert "没有变更内容" in problems(case)
        assert chosen[1].label in problems(case)

    def test_a_room_that_is_taken_by_a_house_not_chosen(self, settled: Cast) -> None:
        one, other = houses(settled, 2)
        case = change(settled, draft(settled, [one]), [one], room=other.room, unit=other.unit)

        assert "同一楼栋、单元、房号" in problems(case)
        assert other.label in problems(case)

    def test_two_chosen_houses_in_one_room(self, settled: Cast) -> None:
        case = change(settled, draft(settled, houses(settled, 2)), None, room="9999")
        changed = change(settled, case, None, unit="1")

        assert "同一楼栋、单元、房号" in problems(changed)

    def test_a_building_of_another_name(self, settled: Cast) -> None:
        case = change(settled, draft(settled, houses(settled)), None, building="99幢")

        assert "楼栋“99幢”不在该物业区域" in problems(case)

    def test_a_dwelling_without_its_unit(self, settled: Cast) -> None:
        chosen = houses(settled, 2)
        case = change(settled, draft(settled, chosen), None, unit="")

        assert "住宅须填写单元" in problems(case)

    @pytest.mark.parametrize(
        ("typed", "text"),
        [
            ({"area_dm2": "0"}, "建筑面积应大于 0"),
            ({"area_dm2": "-3"}, "建筑面积应大于 0"),
            ({"room": ""}, "房号必填"),
            ({"use": "别墅"}, "房屋用途不在可选范围"),
            ({"floor": "0"}, "所在楼层不能为 0"),
            ({"inner_area_dm2": "9000"}, "套内面积大于建筑面积"),
        ],
    )
    def test_bad_values_at_their_boxes(self, settled: Cast, typed: dict[str, str], text: str) -> None:
        (house,) = houses(settled, 1)
        case = draft(settled, [house])

        with pytest.raises(HasProblems, match=text) as found:
            change(settled, case, [house], **typed)

        assert {problem.field for problem in found.value.problems} == set(typed)

    def test_a_change_of_fund_while_the_house_has_money(self, settled: Cast) -> None:
        case = change(settled, draft(settled, houses(settled, 1)), None, nature="已售公有住房")

        assert "分户账有余额" in problems(case)

    def test_a_house_that_another_case_is_changing(self, settled: Cast) -> None:
        chosen = houses(settled)
        second = change(settled, draft(settled, chosen[:1]), None, use="办公")
        submitted(settled, chosen, use="商业")

        assert f"{chosen[0].label}有办理中的变更业务" in problems(second)
        assert PROCEDURE.blocked_houses(second, [chosen[0].pk]) == {chosen[0].pk: "有办理中的变更业务"}

    @pytest.mark.parametrize(
        ("kind", "typed", "is_refused"),
        [
            (ClaimKind.DEPOSIT, {"use": "商业"}, True),
            (ClaimKind.DEPOSIT, {"address": "滨江路 9 号"}, False),
            (ClaimKind.REPAIR, {"area_dm2": "80"}, True),
            (ClaimKind.REPAIR, {"address": "滨江路 9 号"}, False),
            (ClaimKind.REFUND, {"area_dm2": "80"}, True),
            (ClaimKind.REFUND, {"use": "商业"}, False),
        ],
    )
    def test_what_would_break_a_slip_a_project_or_a_refund(
        self, settled: Cast, kind: ClaimKind, typed: dict[str, str], is_refused: bool
    ) -> None:
        (house,) = houses(settled, 1)
        claims.claim(house_ids=[house.pk], kind=kind, source="other:1", at=AT)
        case = change(settled, draft(settled, [house]), None, **typed)

        if is_refused:
            assert f"{house.label}{kind.label}" in problems(case)
        else:
            engine.cleaned(case)

    def test_an_approval_that_the_register_has_overtaken_and_names_the_house(self, settled: Cast) -> None:
        chosen = houses(settled)
        case = submitted(settled, chosen, use="商业")
        House.objects.filter(pk=chosen[1].pk).update(use="OFFICE")
        move(case, Move.ACCEPT, settled["demo-clerk"])

        with pytest.raises(Refusal, match=rf"{chosen[1].label}的房屋用途在填报后已由“住宅”变为“办公”"):
            move(case, Move.PASS, settled["demo-reviewer"])

        assert House.objects.get(pk=chosen[0].pk).use == "RESIDENTIAL"

    def test_a_slip_written_meanwhile(self, settled: Cast) -> None:
        (house,) = houses(settled, 1)
        case = submitted(settled, [house], use="商业")
        claims.claim(house_ids=[house.pk], kind=ClaimKind.DEPOSIT, source="slip:1", at=AT)
        move(case, Move.ACCEPT, settled["demo-clerk"])

        with pytest.raises(Refusal, match="有待交的交款通知单"):
            move(case, Move.PASS, settled["demo-reviewer"])

    def test_an_area_that_is_not_the_applicants(self, settled: Cast) -> None:
        other = settled["other-developer"] if "other-developer" in settled.city.users else settled["demo-company"]

        with pytest.raises(Refusal):
            engine.start(PROCEDURE, by=other, at=AT)

    def test_those_who_may_not_begin_or_decide_it(self, settled: Cast) -> None:
        case = submitted(settled, houses(settled), use="商业")

        with pytest.raises(Refusal, match="没有办理“房屋信息变更”的权限"):
            engine.start(PROCEDURE, by=settled["demo-clerk"], at=AT)
        with pytest.raises(engine.NotYours):
            move(case, Move.ACCEPT, settled["demo-developer"])
        with pytest.raises(engine.NotYours):
            move(case, Move.ACCEPT, settled["stranger-clerk"])
        with pytest.raises(engine.NotNow):
            change(settled, case, None, use="办公")


class TestRefreshing:
    def test_takes_the_register_as_it_is_now_and_keeps_what_was_typed(self, settled: Cast) -> None:
        (house,) = houses(settled, 1)
        case = change(settled, draft(settled, [house]), None, use="商业")
        House.objects.filter(pk=house.pk).update(use="OFFICE", address="新址 1 号")
        assert "已由“住宅”变为“办公”" in problems(case)

        changing.refresh(case.pk, PROCEDURE.present(case), by=settled["demo-developer"], at=AT)  # type: ignore[attr-defined]

        (line,) = PROCEDURE.lines(case)  # type: ignore[attr-defined]
        assert (line.before["use"], line.after["use"], line.changed) == ("办公", "商业", ("use",))
        assert line.after["address"] == "新址 1 号"
        engine.cleaned(Case.objects.get(pk=case.pk))

    def test_choosing_otherwise_keeps_what_was_typed_for_those_that_stay(self, settled: Cast) -> None:
        chosen = houses(settled, 3)
        case = change(settled, draft(settled, chosen[:2]), chosen[:2], use="商业")

        house_choice.choose(case.pk, house_ids=[h.pk for h in chosen[1:]], by=settled["demo-developer"], at=AT)

        lines = {line.id: line.changed for line in PROCEDURE.lines(case)}  # type: ignore[attr-defined]
        assert lines == {chosen[1].pk: ("use",), chosen[2].pk: ()}


class TestTheWorkbook:
    def imported(self, cast: Cast, case: Case, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
        content = HouseChangeSheet().export(rows)
        reading = parts.import_rows(case.pk, part=AFTER, content=content, by=cast["demo-developer"], at=AT)
        return [(fault.cell, fault.text) for fault in reading.faults]

    def rows(self, case: Case) -> list[dict[str, Any]]:
        return [dict(row) for row in PROCEDURE.sheet_rows(case, AFTER)]

    def test_goes_out_is_changed_and_comes_back(self, settled: Cast) -> None:
        chosen = houses(settled)
        case = draft(settled, chosen)
        rows = self.rows(case)
        for row in rows:
            row["use"] = "商业"

        assert self.imported(settled, case, rows) == []

        approve(settled, move(case, Move.SUBMIT, settled["demo-developer"]))
        assert {house.use for house in houses(settled)} == {"COMMERCIAL"}

    def test_unchanged_changes_nothing(self, settled: Cast) -> None:
        case = draft(settled, houses(settled))

        assert self.imported(settled, case, self.rows(case)) == []
        assert not any(line.changed for line in PROCEDURE.lines(case))  # type: ignore[attr-defined]

    def test_names_every_fault_at_its_cell_and_keeps_nothing(self, settled: Cast) -> None:
        case = draft(settled, houses(settled, 3))
        rows = self.rows(case)
        rows[0]["building"] = "99幢"
        rows[1]["id"] = "123456"
        rows[2]["id"] = rows[0]["id"]

        assert self.imported(settled, case, rows) == [
            ("B2", "楼栋名称“99幢”不在可选范围"),
            ("A3", "不是所选房屋，请用导出的表格填写"),
            ("A4", "与第 2 行重复"),
        ]
        assert not any(line.changed for line in PROCEDURE.lines(case))  # type: ignore[attr-defined]


@pytest.mark.commits
class TestTwoAtOnce:
    def test_claim_a_house_for_one_of_them(self, settled: Cast) -> None:
        (house,) = houses(settled, 1)
        cases = [change(settled, draft(settled, [house]), None, use=use) for use in ("商业", "办公")]

        answers = at_once(*(lambda case=case: move(case, Move.SUBMIT, settled["demo-developer"]) for case in cases))

        assert len([one for one in answers if isinstance(one, Refusal)]) == 1
        assert HouseClaim.objects.filter(house=house, kind=ClaimKind.REGISTER).count() == 1

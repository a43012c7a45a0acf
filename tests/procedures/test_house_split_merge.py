"""房屋拆分合并, from the houses chosen to the money on the new ones.

# covers: E8
"""

from typing import Any

import pytest

from tests.banking.town import AT, confirm, issue
from tests.cast import LATER, at_once
from tests.staging import staged
from tests.treasury import scene as s
from tests.treasury.scene import Scene, approve, drafted, row, submitted, thirds
from upkeep.banking.custody import open_custody
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.casework import engine, parts, prints
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate import claims, house_choice, lineage
from upkeep.estate.division_sheet import DividedHouses
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, HouseClaim, Ownership
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import HasProblems, Refusal

pytestmark = pytest.mark.django_db
PROCEDURE = register["house_split_merge"]


scene = staged(s.make_scene)


def owners(house: House) -> dict[str, int]:
    rows = Ownership.objects.filter(house=house, until__isnull=True)
    return dict(rows.values_list("owner__name", "share_ppm"))


class TestASplit:
    def test_divides_balance_and_first_deposit_by_area_to_the_fen(self, scene: Scene) -> None:
        approve(scene, submitted(scene, ["G1"], thirds(scene)))

        live, old = scene.live(), scene["G1"]
        # 1,000.01 yuan over 33.33, 33.33 and 33.34 m²: 333.303…, 333.303…, 333.403…; the fen left over goes to the first two
        # in the order of their rooms only where their remainders are the largest.
        parts_fen = [scene.balance(live[room]) for room in ("G1-1", "G1-2", "G1-3")]
        assert parts_fen == [333_30, 333_30, 333_41]
        assert [live[room].first_deposit_due_fen for room in ("G1-1", "G1-2", "G1-3")] == parts_fen
        assert (old.state, scene.balance(old), "G1" in live) == (HouseState.SPLIT, 0, False)
        assert audit() == []

    def test_keeps_the_owners_with_their_shares(self, scene: Scene) -> None:
        approve(scene, submitted(scene, ["G1"], thirds(scene)))

        assert owners(scene.live()["G1-2"]) == {s.WANG: 333_333, s.LI: 666_667}
        assert owners(scene["G1"]) == {}

    def test_is_remembered_by_old_and_new_houses(self, scene: Scene) -> None:
        case = approve(scene, submitted(scene, ["G1"], thirds(scene)))

        became = lineage.became(scene.houses["G1"].pk)
        assert [(one.to_house.room, one.moved_fen) for one in became] == [
            ("G1-1", 333_30),
            ("G1-2", 333_30),
            ("G1-3", 333_41),
        ]
        (origin,) = lineage.came_from(scene.live()["G1-3"].pk)
        assert (origin.from_house.room, origin.case) == ("G1", case)

    def test_takes_in_what_was_paid_between_submission_and_approval(self, scene: Scene) -> None:
        case = submitted(scene, ["G1"], thirds(scene))
        s.pay_in(scene, {"G1": 2}, source="t:later")

        case = approve(scene, case)

        live = scene.live()
        assert sum(scene.balance(live[room]) for room in ("G1-1", "G1-2", "G1-3")) == 1_000_03
        assert "按审核通过时的余额结转" in PROCEDURE.summary(case).tables[1].title
        assert PROCEDURE.summary(case).tables[1].rows[-1][4] == "1,000.03"

    def test_may_reuse_the_old_room_number(self, scene: Scene) -> None:
        old = scene["G2"]
        approve(scene, submitted(scene, ["G2"], [row(old, "G2", 10_00), row(old, "G2-1", 23_33)]))

        assert scene.live()["G2"].area_dm2 == 10_00

    def test_of_an_unpaid_house_moves_no_money(self, scene: Scene) -> None:
        old = scene["G4"]
        approve(scene, submitted(scene, ["G4"], [row(old, "G5", 10_00), row(old, "G6", 10_00)]))

        assert (scene.live()["G5"].first_deposit_due_fen, scene.balance(scene.live()["G5"])) == (None, 0)
        assert audit() == []

    def test_gives_the_same_to_each_house_whatever_the_order_of_the_rows(self, scene: Scene) -> None:
        rows = [row(scene["G1"], room, 33_33) for room in ("B", "A", "C")]
        approve(scene, submitted(scene, ["G1"], rows, area_note="测绘四舍五入"))

        live = scene.live()
        assert [scene.balance(live[room]) for room in ("A", "B", "C")] == [333_34, 333_34, 333_33]


class TestAMerge:
    def test_adds_balances_and_first_deposits(self, scene: Scene) -> None:
        rows = [row([scene["G2"], scene["G3"]], "G2", 100_00)]
        approve(scene, submitted(scene, ["G2", "G3"], rows))

        one = scene.live()["G2"]
        assert (scene.balance(one), one.first_deposit_due_fen, one.area_dm2) == (1_033_35, 1_033_35, 100_00)
        assert {scene[room].state for room in ("G2", "G3")} == {HouseState.MERGED}
        assert [(origin.from_house.room, origin.moved_fen) for origin in lineage.came_from(one.pk)] == [
            ("G2", 333_35),
            ("G3", 700_00),
        ]
        assert owners(one) == {s.WANG: 1_000_000}
        assert audit() == []

    @pytest.mark.parametrize(
        ("rooms", "sentence"),
        [
            (["G1", "G2"], "业主或份额不一致"),
            (["201", "501"], "房屋性质不同"),
            (["G2", "101"], "不在同一楼栋"),
        ],
    )
    def test_of_what_cannot_be_one_is_refused_at_its_cell(self, scene: Scene, rooms: list[str], sentence: str) -> None:
        faults = imported(scene, rooms, [row([scene[room] for room in rooms], "X", 50_00)])

        assert any(sentence in fault.text and fault.cell == "A2" for fault in faults)

    def test_of_a_house_that_has_paid_with_one_that_has_not_is_refused(self, scene: Scene) -> None:
        s.own(scene, "G4", {s.WANG: 1_000_000})

        faults = imported(scene, ["G2", "G4"], [row([scene["G2"], scene["G4"]], "X", 53_33)])

        assert ["有的已交首期" in fault.text for fault in faults] == [True]

    def test_of_money_in_two_custody_accounts_is_refused(self, scene: Scene) -> None:
        town = scene.town
        other = open_custody(
            jurisdiction_id=town.city.pk,
            bank_id=town.banks[1].pk,
            fund_kind=FundKind.COMMODITY,
            number="62170009",
            name="第二专户",
            opening_bank="工行",
        )
        s.own(scene, "G4", {s.WANG: 1_000_000})
        s.pay_in(scene, {"G4": 50_00}, source="t:other", custody=other.pk)

        with pytest.raises(HasProblems, match="不在同一专户"):
            submitted(scene, ["G2", "G4"], [row([scene["G2"], scene["G4"]], "X", 53_33)])


def imported(scene: Scene, rooms: list[str], rows: list[dict[str, Any]]) -> list[Any]:
    """The faults of a workbook for the chosen houses."""
    data = {"area": str(scene.town.area.pk), "reason": "x"}
    case = engine.start(PROCEDURE, by=scene.developer, at=AT, data=data)
    house_choice.choose(case.pk, house_ids=[scene.houses[room].pk for room in rooms], by=scene.developer, at=AT)
    content = DividedHouses().export(rows)
    return parts.import_rows(case.pk, part="new_houses", content=content, by=scene.developer, at=AT).faults


class TestTheWorkbook:
    def test_begins_with_the_chosen_houses(self, scene: Scene) -> None:
        case = drafted(scene, ["G1"], thirds(scene))

        (first,) = PROCEDURE.sheet_rows(case, "new_houses")
        assert (first["old"], first["use"], first["floor"]) == ("车库 G1", "住宅", -1)

    @pytest.mark.parametrize(
        ("change", "cell", "sentence"),
        [
            ({"old": "车库 G9"}, "A2", "不在所选房屋中"),
            ({"room": "G2"}, "D2", "楼盘表中已有"),
            ({"room": "G1-2"}, "D3", "同一户"),
            ({"old": "车库 G1、车库 G3"}, "A3", "重叠"),
        ],
    )
    def test_names_each_fault_at_its_cell(
        self, scene: Scene, change: dict[str, str], cell: str, sentence: str
    ) -> None:
        rows = thirds(scene)
        rows[0] |= change

        faults = imported(scene, ["G1", "G3"], rows)

        assert any(fault.cell == cell and sentence in fault.text for fault in faults), faults

    def test_refuses_one_for_one_and_several_for_several(self, scene: Scene) -> None:
        one = imported(scene, ["G1"], [row(scene["G1"], "X", 100_00)])
        several = imported(scene, ["G2", "G3"], [row([scene["G2"], scene["G3"]], room, 50_00) for room in ("X", "Y")])

        assert "房屋信息变更" in one[0].text and "分两次办理" in several[0].text

    def test_must_name_every_chosen_house(self, scene: Scene) -> None:
        with pytest.raises(HasProblems, match="G2没有写明"):
            submitted(scene, ["G1", "G2"], thirds(scene))


class TestTheApplication:
    def test_must_explain_a_difference_of_area_which_the_reviewer_sees(self, scene: Scene) -> None:
        rows = [row(scene["G1"], "A", 50_00), row(scene["G1"], "B", 49_00)]
        with pytest.raises(HasProblems, match=r"面积差异说明.*少 1.00 ㎡"):
            submitted(scene, ["G1"], rows)

        case = submitted(scene, ["G1"], rows, area_note="隔墙不计入")

        assert PROCEDURE.warnings(case) == ["面积合计不相等：车库 G1：原 100.00 ㎡，拆分合并后 99.00 ㎡，少 1.00 ㎡"]

    def test_needs_the_confirmation_and_a_reason(self, scene: Scene) -> None:
        case = drafted(scene, ["G1"], thirds(scene), reason="")
        case.files.all().delete()

        with pytest.raises(HasProblems, match=r"拆分合并原因.*房屋拆分合并确认书"):
            engine.move(case.pk, Move.SUBMIT, by=scene.developer, at=AT)

    def test_is_printed_with_reason_before_and_after(self, scene: Scene) -> None:
        case = submitted(scene, ["G1"], thirds(scene))

        printed = prints.document_of(case, PROCEDURE.prints[0], at=AT)

        assert (printed.title, printed.number) == ("房屋拆分合并申请表", case.number)
        said = str(printed.data)
        assert all(word in said for word in ("车库改造为独立车位", "G1-3", "333.41", "房屋拆分合并确认书"))
        assert s.WANG not in said
        assert prints.keep(case, "application", by_id=scene.developer.user_id, at=AT).title == "房屋拆分合并申请表"

    def test_shows_before_and_after(self, scene: Scene) -> None:
        (change,) = PROCEDURE.changes(submitted(scene, ["G1"], thirds(scene)))

        assert change.label == "拆分（1 户变 3 户）"
        assert (change.before, change.after.count("；")) == ("车库 G1 100.00 ㎡", 2)

    def test_is_the_developers_and_for_its_own_areas(self, scene: Scene) -> None:
        for stranger in (scene.clerk, scene.town.people["teller"]):
            with pytest.raises(NotYours):
                engine.start(PROCEDURE, by=stranger, at=AT)


class TestABusyHouse:
    def test_with_an_open_slip_is_refused_and_the_slip_named(self, scene: Scene) -> None:
        slip = issue(scene.town, houses=[scene["G4"]])
        rows = [row(scene["G4"], "A", 10_00), row(scene["G4"], "B", 10_00)]

        with pytest.raises(HasProblems, match=rf"G4有待交的交款通知单（交款通知单 {slip.number}）"):
            submitted(scene, ["G4"], rows)
        assert slip.number in PROCEDURE.blocked_houses(Case(pk=1), [scene.houses["G4"].pk])[scene.houses["G4"].pk]

    def test_by_another_split_is_refused_and_the_case_named(self, scene: Scene) -> None:
        first = submitted(scene, ["G1"], thirds(scene))

        with pytest.raises(HasProblems, match=first.number):
            submitted(scene, ["G1"], thirds(scene))

    def test_by_a_slip_issued_meanwhile_stops_the_approval(self, scene: Scene) -> None:
        rows = [row(scene["G4"], "A", 10_00), row(scene["G4"], "B", 10_00)]
        case = submitted(scene, ["G4"], rows)
        slip = issue(scene.town, houses=[scene["G4"]])

        with pytest.raises(HasProblems, match=slip.number):
            approve(scene, case)
        assert scene["G4"].state == HouseState.ACTIVE

        confirm(scene.town, slip, serial="S9")
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        assert sum(scene.balance(scene.live()[room]) for room in ("A", "B")) == slip.total_fen

    def test_with_held_money_is_refused(self, scene: Scene) -> None:
        amounts = {scene.houses["G1"].pk: 5}
        sub_accounts.hold(area_id=scene.town.area.pk, amounts=amounts, source="x", at=AT)

        with pytest.raises(HasProblems, match="冻结"):
            submitted(scene, ["G1"], thirds(scene))

    def test_is_free_again_after_return_rejection_and_withdrawal(self, scene: Scene) -> None:
        case = submitted(scene, ["G1"], thirds(scene))
        assert HouseClaim.objects.get().kind == ClaimKind.REGISTER

        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="请补测绘成果")
        assert not HouseClaim.objects.exists()

        engine.move(case.pk, Move.SUBMIT, by=scene.developer, at=LATER)
        engine.move(case.pk, Move.REJECT, by=scene.clerk, at=LATER, note="材料不实")
        assert not HouseClaim.objects.exists()
        assert scene["G1"].state == HouseState.ACTIVE


class TestASplitHouse:
    def test_is_split_once(self, scene: Scene) -> None:
        case = approve(scene, submitted(scene, ["G1"], thirds(scene)))

        with pytest.raises(NotNow):
            engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        with pytest.raises(Refusal, match="不属于该物业区域或已注销"):
            submitted(scene, ["G1"], thirds(scene))

    def test_cannot_be_put_on_a_slip_any_more(self, scene: Scene) -> None:
        old = scene["G4"]
        approve(scene, submitted(scene, ["G4"], [row(old, "A", 10_00), row(old, "B", 10_00)]))

        with pytest.raises(claims.HouseIsBusy, match="已拆分"):
            issue(scene.town, houses=[old])

    def test_may_have_its_parts_merged_again(self, scene: Scene) -> None:
        approve(scene, submitted(scene, ["G1"], thirds(scene)))
        scene.houses |= scene.live()
        again = [scene[room] for room in ("G1-1", "G1-2", "G1-3")]

        approve(scene, submitted(scene, ["G1-1", "G1-2", "G1-3"], [row(again, "G1", 100_00)]))

        one = scene.live()["G1"]
        assert (scene.balance(one), one.first_deposit_due_fen) == (1_000_01, 1_000_01)
        assert owners(one) == {s.WANG: 333_333, s.LI: 666_667}
        assert audit() == []


@pytest.mark.commits
class TestTwoAtOnce:
    def test_handed_in_for_one_house_get_one_claim(self) -> None:
        scene = s.make_scene()
        cases = [drafted(scene, ["G1"], thirds(scene)) for _ in range(2)]

        def hand_in(case: Case) -> Case:
            return engine.move(case.pk, Move.SUBMIT, by=scene.developer, at=AT)

        answers = at_once(*(lambda case=case: hand_in(case) for case in cases))

        assert sorted(isinstance(one, Refusal) for one in answers) == [False, True]
        assert HouseClaim.objects.count() == 1

    def test_a_split_and_a_slip_never_both_have_the_house(self) -> None:
        scene = s.make_scene()
        old = scene["G4"]
        case = submitted(scene, ["G4"], [row(old, "A", 10_00), row(old, "B", 10_00)])
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)

        answers = at_once(
            lambda: engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT),
            lambda: issue(scene.town, houses=[old]),
        )

        assert sorted(isinstance(one, Refusal) for one in answers) == [False, True], answers
        split = Case.objects.get(pk=case.pk).state == State.APPROVED
        assert (scene["G4"].state == HouseState.SPLIT) is split
        assert HouseClaim.objects.filter(house=old, kind=ClaimKind.DEPOSIT).exists() is not split

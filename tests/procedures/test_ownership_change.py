"""房屋权属批量变更, from the choice of houses to their new owners; the money stays on the house.

# covers: E12
"""

from typing import Any

import pytest

from tests.banking.town import new_house
from tests.cast import AT, LATER, Cast, at_once, move
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.casework import changing, engine, parts, prints
from upkeep.casework.changing import AFTER, ChangeProcedure
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate import claims, house_choice
from upkeep.estate.actions import add_houses
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, HouseClaim, Owner, Ownership, OwnershipAct
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.owners import NewOwnership, OwnerDetails, current, transfer
from upkeep.estate.ownership_sheet import OwnershipChangeSheet
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Refusal

pytestmark = pytest.mark.django_db
_PROCEDURE = register["ownership_change"]
assert isinstance(_PROCEDURE, ChangeProcedure)
PROCEDURE: ChangeProcedure = _PROCEDURE
LI = {"owner_name": "李四", "id_kind": "居民身份证", "id_number": "11010519491231002X", "phone": "13812345678"}
FIRM = {
    "owner_name": "江南置业有限公司",
    "id_kind": "统一社会信用代码",
    "id_number": "91350100M000100Y43",
    "phone": "13900000001",
}


def owned(cast: Cast, count: int = 2) -> list[House]:
    """Houses of the area that have one owner."""
    houses = houses_of_area(cast.area().pk)
    held = set(current([house.pk for house in houses]).values_list("house_id", flat=True))
    return [house for house in houses if house.pk in held][:count]


def draft(cast: Cast, chosen: list[House], **data: str) -> Case:
    by = cast["demo-developer"]
    given = {"area": str(cast.area().pk), "since": day_of(AT).isoformat(), "reason": "法院判决"} | data
    case = engine.start(PROCEDURE, by=by, at=AT, data=given)
    house_choice.choose(case.pk, house_ids=[house.pk for house in chosen], by=by, at=AT)
    return Case.objects.get(pk=case.pk)


def change(cast: Cast, case: Case, keys: list[str] | None = None, /, **typed: str) -> Case:
    changing.change_lines(case.pk, keys, typed, by=cast["demo-developer"], at=AT)
    return Case.objects.get(pk=case.pk)


def submitted(cast: Cast, chosen: list[House], /, **typed: str) -> Case:
    return move(change(cast, draft(cast, chosen), **(typed or LI)), Move.SUBMIT, cast["demo-developer"])


def approve(cast: Cast, case: Case) -> Case:
    move(case, Move.ACCEPT, cast["demo-clerk"])
    return move(case, Move.PASS, cast["demo-reviewer"], at=LATER)


def problems(case: Case) -> str:
    with pytest.raises(HasProblems) as found:
        engine.cleaned(Case.objects.get(pk=case.pk))
    return str(found.value)


def owners_of(house: House) -> list[tuple[str, int]]:
    rows = Ownership.objects.filter(house=house, until__isnull=True).order_by("-share_ppm", "pk")
    return list(rows.values_list("owner__name", "share_ppm"))


class TestOwnershipChange:
    def test_approved_gives_all_chosen_houses_their_new_owner_and_leaves_the_money(self, settled: Cast) -> None:
        chosen = owned(settled)
        ids = [house.pk for house in chosen]
        before = sub_accounts.balances(ids)

        case = approve(settled, submitted(settled, chosen))

        assert case.state == State.APPROVED
        assert [owners_of(house) for house in chosen] == [[("李四", 1_000_000)]] * 2
        assert sub_accounts.balances(ids) == before
        assert Owner.objects.get(name="李四").phone == "13812345678"
        assert {act.case_id for act in OwnershipAct.objects.filter(house_id__in=ids, case=case)} == {case.pk}
        assert not HouseClaim.objects.filter(kind=ClaimKind.REGISTER).exists()
        assert audit() == []

    def test_changes_no_owner_before_approval(self, settled: Cast) -> None:
        chosen = owned(settled)
        before = [owners_of(house) for house in chosen]

        submitted(settled, chosen)

        assert [owners_of(house) for house in chosen] == before

    def test_gives_each_house_its_own_owners_with_shares(self, settled: Cast) -> None:
        one, other = owned(settled)
        case = change(settled, draft(settled, [one, other]), [str(one.pk)], **LI)
        by = settled["demo-developer"]
        changing.add_line(case.pk, other.pk, by=by, at=AT)
        change(settled, case, [str(other.pk)], **LI, share="1/3")
        change(settled, case, [f"{other.pk}.1"], **FIRM, share="2/3")

        approve(settled, move(case, Move.SUBMIT, by))

        assert owners_of(one) == [("李四", 1_000_000)]
        assert owners_of(other) == [("江南置业有限公司", 666_667), ("李四", 333_333)]

    def test_without_shares_lets_co_owners_own_jointly(self, settled: Cast) -> None:
        (house,) = owned(settled, 1)
        case = change(settled, draft(settled, [house]), **LI)
        changing.add_line(case.pk, house.pk, by=settled["demo-developer"], at=AT)
        change(settled, case, [f"{house.pk}.1"], **FIRM)

        approve(settled, move(case, Move.SUBMIT, settled["demo-developer"]))

        assert sorted(owners_of(house)) == [("李四", 500_000), ("江南置业有限公司", 500_000)]

    def test_tells_before_and_after_masked_on_case_and_print(self, settled: Cast) -> None:
        (house,) = owned(settled, 1)
        former = owners_of(house)[0][0]
        case = submitted(settled, [house])

        (row,) = PROCEDURE.summary(case).tables[0].rows
        application = prints.document_of(case, PROCEDURE.prints[0], at=AT)

        assert row[1] == former[:1] + "＊" * (len(former) - 1)
        assert tuple(row[2:]) == ("李四", "居民身份证", "1101**********002X", "138****5678", "100%")
        assert application.title == "房屋权属批量变更申请表"
        assert application.data.tables[0].rows == (tuple(row),)
        assert {fact.label: fact.value for fact in application.data.sections[0].facts}["变更原因"] == "法院判决"

    @pytest.mark.parametrize("end", [Move.RETURN, Move.REJECT])
    def test_gives_the_houses_back_when_it_is_not_approved(self, settled: Cast, end: Move) -> None:
        case = submitted(settled, owned(settled))

        move(case, end, settled["demo-clerk"], note="请补充判决书")

        assert not HouseClaim.objects.filter(kind=ClaimKind.REGISTER).exists()


class TestItRefuses:
    def test_a_wrong_check_digit_at_its_box(self, settled: Cast) -> None:
        (house,) = owned(settled, 1)

        with pytest.raises(HasProblems) as found:
            change(settled, draft(settled, [house]), [str(house.pk)], **LI | {"id_number": "110105194912310021"})

        assert [problem.field for problem in found.value.problems] == ["id_number"]

    def test_a_house_for_which_nobody_was_named(self, settled: Cast) -> None:
        one, other = owned(settled)
        case = change(settled, draft(settled, [one, other]), [str(one.pk)], **LI)

        assert "没有变更内容" in problems(case)
        assert other.label in problems(case)

    def test_an_owner_who_is_only_half_named(self, settled: Cast) -> None:
        assert "证件号码必填" in problems(change(settled, draft(settled, owned(settled)), owner_name="李四"))

    def test_shares_that_make_no_whole(self, settled: Cast) -> None:
        (house,) = owned(settled, 1)
        case = change(settled, draft(settled, [house]), **LI, share="1/2")
        changing.add_line(case.pk, house.pk, by=settled["demo-developer"], at=AT)
        change(settled, case, [f"{house.pk}.1"], **FIRM, share="1/3")

        assert "各业主份额合计应为 100%" in problems(case)

    def test_one_person_named_twice_for_a_house(self, settled: Cast) -> None:
        (house,) = owned(settled, 1)
        case = change(settled, draft(settled, [house]), **LI, share="1/2")
        changing.add_line(case.pk, house.pk, by=settled["demo-developer"], at=AT)
        change(settled, case, [f"{house.pk}.1"], **LI, share="1/2")

        assert "同一人填写了两次" in problems(case)

    def test_the_present_owner_as_the_new_one(self, settled: Cast) -> None:
        chosen = owned(settled, 1)
        approve(settled, submitted(settled, chosen))

        assert "新业主与现业主相同" in problems(change(settled, draft(settled, chosen), **LI))

    def test_a_house_that_has_no_owner(self, settled: Cast) -> None:
        add_houses(area_id=settled.area().pk, houses=[new_house(building="新楼", room="101")])
        free = House.objects.get(building__name="新楼")

        assert "尚未登记业主，请先办理业主绑定" in problems(change(settled, draft(settled, [free]), **LI))

    def test_a_day_to_come_and_a_day_before_the_present_owners(self, settled: Cast) -> None:
        chosen = owned(settled, 1)
        with pytest.raises(Refusal, match="权属变更日期不能晚于今天"):
            move(
                change(settled, draft(settled, chosen, since="2030-01-01"), **LI),
                Move.SUBMIT,
                settled["demo-developer"],
            )

        assert "现业主取得之日" in problems(change(settled, draft(settled, chosen, since="1999-01-01"), **LI))

    def test_a_house_with_a_refund_or_another_change_under_way(self, settled: Cast) -> None:
        one, other = owned(settled)
        claims.claim(house_ids=[one.pk], kind=ClaimKind.REFUND, source="refund:1", at=AT)
        claims.claim(house_ids=[other.pk], kind=ClaimKind.REGISTER, source="case:1", at=AT)

        text = problems(change(settled, draft(settled, [one, other]), **LI))

        assert f"{one.label}有办理中的退款" in text
        assert f"{other.label}有办理中的变更业务" in text

    def test_an_approval_when_the_house_has_passed_to_others_meanwhile(self, settled: Cast) -> None:
        chosen = owned(settled)
        case = submitted(settled, chosen)
        details = OwnerDetails(name="王五", id_kind=IdKind.PASSPORT, id_number="E12345678", phone="13812340000")
        transfer(chosen[0].pk, [NewOwnership(details)], since=day_of(AT), basis="过户", case_id=None, by=None, at=AT)
        move(case, Move.ACCEPT, settled["demo-clerk"])

        with pytest.raises(Refusal, match=rf"{chosen[0].label}的登记信息在填报后已变动"):
            move(case, Move.PASS, settled["demo-reviewer"])

        assert owners_of(chosen[0]) == [("王五", 1_000_000)]

    def test_those_who_may_not_begin_or_decide_it(self, settled: Cast) -> None:
        case = submitted(settled, owned(settled))

        with pytest.raises(engine.NotYours):
            engine.start(PROCEDURE, by=settled["demo-clerk"], at=AT)
        with pytest.raises(engine.NotYours):
            move(case, Move.ACCEPT, settled["stranger-clerk"])


class TestTheWorkbook:
    def read(self, cast: Cast, case: Case, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
        content = OwnershipChangeSheet().export(rows)
        reading = parts.import_rows(case.pk, part=AFTER, content=content, by=cast["demo-developer"], at=AT)
        return [(fault.cell, fault.text) for fault in reading.faults]

    def test_names_owners_house_by_house_and_co_owners_in_further_rows(self, settled: Cast) -> None:
        one, other = owned(settled)
        case = draft(settled, [one, other])
        first, second = [dict(row) for row in PROCEDURE.sheet_rows(case, AFTER)]
        rows = [first | LI, second | LI | {"share": "50%"}, second | FIRM | {"share": "50%"}]

        assert self.read(settled, case, rows) == []

        approve(settled, move(case, Move.SUBMIT, settled["demo-developer"]))
        assert [len(owners_of(house)) for house in (one, other)] == [1, 2]

    def test_names_every_fault_at_its_cell(self, settled: Cast) -> None:
        case = draft(settled, owned(settled))
        first, second = [dict(row) for row in PROCEDURE.sheet_rows(case, AFTER)]

        assert [cell for cell, _ in self.read(settled, case, [first | LI | {"id_number": "1234567"}, second])] == [
            "F2",
            "D3",
            "E3",
            "F3",
            "G3",
        ]
        rows = [first | LI | {"share": "50%"}, second | LI | {"id": "123456789"}]
        assert [cell for cell, _ in self.read(settled, case, rows)] == ["H2", "A3"]


@pytest.mark.commits
class TestTwoAtOnce:
    def test_give_a_house_away_once(self, settled: Cast) -> None:
        chosen = owned(settled, 1)
        cases = [change(settled, draft(settled, chosen), **who) for who in (LI, FIRM)]

        answers = at_once(*(lambda case=case: move(case, Move.SUBMIT, settled["demo-developer"]) for case in cases))

        assert len([one for one in answers if isinstance(one, Refusal)]) == 1

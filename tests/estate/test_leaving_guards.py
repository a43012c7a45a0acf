"""What the database itself refuses of houses that leave the register, whatever the program asks of it.

# covers: E6 E8
"""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT, issue
from tests.cast import at_once
from tests.staging import staged
from tests.treasury import scene as s
from tests.treasury.scene import Scene, approve, cancellation, submitted, thirds
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, HouseClaim, HouseLineage
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_id
from upkeep.treasury.models import Payout

pytestmark = pytest.mark.django_db


scene = staged(s.make_scene)


@pytest.fixture
def split(scene: Scene) -> Scene:
    approve(scene, submitted(scene, ["G1"], thirds(scene)))
    return scene


def refusal(statement: str, *values: str | int) -> str:
    """The database's refusal of a statement, checked as if the transaction ended."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("set constraints all immediate")
    return str(refused.value)


LEAVE = "update estate_house set state = %s where id = %s"


class TestAHouse:
    def test_does_not_leave_with_its_sub_account_open(self, scene: Scene) -> None:
        assert "before its sub-account is closed" in refusal(LEAVE, "CANCELLED", scene.houses["G1"].pk)

    def test_does_not_leave_without_ever_having_had_one(self, scene: Scene) -> None:
        assert "before its sub-account is closed" in refusal(LEAVE, "CANCELLED", scene.houses["G4"].pk)

    def test_does_not_leave_while_something_holds_it(self, scene: Scene) -> None:
        issue(scene.town, houses=[scene["G4"]])

        assert "is engaged" in refusal(LEAVE, "CANCELLED", scene.houses["G4"].pk)

    def test_that_is_split_says_into_what(self, scene: Scene) -> None:
        house = scene.houses["G4"]
        sub_accounts.open_for(scene.town.area.pk, [house.pk])
        sub_accounts.close_for(scene.town.area.pk, [house.pk], on=s.TODAY)

        assert "does not say into what" in refusal(LEAVE, "SPLIT", house.pk)

    @pytest.mark.parametrize("change", ["state = 'ACTIVE'", "area_dm2 = 1", "state = 'CANCELLED'"])
    def test_that_has_left_never_changes_again(self, split: Scene, change: str) -> None:
        assert "never changes again" in refusal(
            f"update estate_house set {change} where id = %s", split.houses["G1"].pk
        )


class TestTheMoney:
    def test_never_comes_to_a_house_that_has_left(self, split: Scene) -> None:
        with pytest.raises(Refusal, match="销户"):
            postings.deposit_confirmed(
                area_id=split.town.area.pk,
                custody_id=split.town.custodies[FundKind.COMMODITY].pk,
                fund_kind=FundKind.COMMODITY,
                amounts={split.houses["G1"].pk: 1},
                source="t:late",
                booked_on=s.TODAY,
            )

    def test_has_no_account_opened_again(self, split: Scene) -> None:
        gone = split.houses["G1"].pk

        assert "stays closed" in refusal("update ledger.sub_account set closed_on = null where id = %s", gone)
        assert "stays closed" in refusal("insert into ledger.sub_account (id, area_id) values (%s, 5)", gone)


class TestALineage:
    @pytest.mark.parametrize(
        "statement", ["update estate_houselineage set moved_fen = 0", "delete from estate_houselineage"]
    )
    def test_stays_as_it_was_written(self, split: Scene, statement: str) -> None:
        assert "permission denied" in refusal(statement)

    def test_leads_from_a_house_that_has_left_to_a_live_one(self, split: Scene) -> None:
        case = HouseLineage.objects.all()[0].case
        live, gone = split.live()["G2"], split["G1"]
        for from_house, to_house in ((live, split.live()["G3"]), (gone, live)):
            row = HouseLineage(id=new_id(), from_house=from_house, to_house=to_house, case=case, moved_fen=0, at=AT)
            if from_house is live:
                with pytest.raises(DatabaseError, match="must have been split"), transaction.atomic():
                    row.save(force_insert=True)
            else:
                with transaction.atomic():
                    row.save(force_insert=True)


class TestAClaim:
    def test_of_a_house_that_has_left_is_refused(self, split: Scene) -> None:
        claim = HouseClaim(id=new_id(), house=split["G1"], kind=ClaimKind.REPAIR, source="project:1", at=AT)

        with pytest.raises(DatabaseError, match="has left the register"), transaction.atomic():
            claim.save(force_insert=True)


class TestAPayout:
    @pytest.fixture
    def payout(self, scene: Scene) -> Payout:
        approve(scene, cancellation(scene, "车库"))
        return Payout.objects.get(house__room="G2")

    @pytest.mark.parametrize("change", ["amount_fen = 1", "owner_id = null", "house_id = 1"])
    def test_never_changes_to_whom_and_how_much(self, payout: Payout, change: str) -> None:
        assert "never changes" in refusal(f"update treasury_payout set {change} where id = %s", payout.pk)

    def test_is_ordered_before_it_is_paid(self, payout: Payout) -> None:
        assert "cannot follow" in refusal(
            "update treasury_payout set state = 'PAID', ordered_at = now(), paid_at = now() where id = %s", payout.pk
        )

    def test_is_not_deleted(self, payout: Payout) -> None:
        assert "permission denied" in refusal("delete from treasury_payout where id = %s", payout.pk)

    def test_is_owed_for_a_cancelled_house_alone(self, scene: Scene, payout: Payout) -> None:
        assert "nothing is owed for it" in refusal(
            "insert into treasury_payout (id, case_id, jurisdiction_id, area_id, house_id, custody_id, share_ppm,"
            " amount_fen, state, basis, owed_at) select 1, case_id, jurisdiction_id, area_id, %s, custody_id, 1, 1,"
            " 'OWED', '', now() from treasury_payout where id = %s",
            scene.houses["101"].pk,
            payout.pk,
        )


@pytest.mark.commits
class TestTwoAtOnce:
    def test_a_claim_and_a_leaving_house_never_meet(self) -> None:
        scene = s.make_scene()
        house = scene.houses["G4"]
        sub_accounts.open_for(scene.town.area.pk, [house.pk])
        sub_accounts.close_for(scene.town.area.pk, [house.pk], on=s.TODAY)

        def leave() -> int:
            return House.objects.filter(pk=house.pk).update(state=HouseState.CANCELLED)

        def claim() -> None:
            with transaction.atomic():
                HouseClaim.objects.create(house_id=house.pk, kind=ClaimKind.REPAIR, source="project:1", at=AT)

        answers = at_once(leave, claim)

        assert [isinstance(one, DatabaseError) for one in answers].count(True) == 1, answers
        left = House.objects.get(pk=house.pk).state == HouseState.CANCELLED
        assert HouseClaim.objects.filter(house=house).exists() is not left

"""业主过户 through the pages: the effect, who is told, whose login shows the house, and what stands in the way.

# covers: E11
"""

import datetime as dt

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.web.owners.scene import (
    CONTACT,
    LI,
    WANG,
    bare_house,
    begin,
    case_of,
    hand_in,
    nobody_reviews,
    owned_house,
    owned_now,
    rows,
    transferred,
)
from tests.web.pages import client_of, text
from upkeep.books import sub_accounts
from upkeep.casework.states import State
from upkeep.estate import claims, owner_accounts
from upkeep.estate.models import House, Owner, OwnerAccount, Ownership, OwnershipAct
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.money import yuan
from upkeep.messaging.models import Message, Outbox
from upkeep.policy.voting_rule import CC278_USE
from upkeep.voting.actions import open_vote
from upkeep.voting.models import Vote, VoteState

pytestmark = pytest.mark.django_db


class TestATransfer:
    @pytest.mark.parametrize("who", ["demo-company", "demo-committee", "demo-clerk"])
    def test_holds_at_once_where_nobody_reviews_and_leaves_the_money_on_the_house(
        self, settled: Cast, who: str
    ) -> None:
        nobody_reviews(settled)
        house, client = owned_house(settled), client_of(settled, who)
        before, former = sub_accounts.balances([house.pk]), Ownership.objects.get(house=house)
        assert "过户" in text(client.get(f"/areas/houses/{house.pk}/"))

        case = transferred(client, house, WANG)

        assert case.state == State.APPROVED
        assert owned_now(house) == {"王小五": 1_000_000}
        assert sub_accounts.balances([house.pk]) == before
        former.refresh_from_db()
        assert former.until == timezone.localdate()
        act = OwnershipAct.objects.get(case=case)
        assert act.basis == f"业主过户 {case.number}（买卖）" and act.by_id == settled[who].user_id
        assert not claims.busy_houses([house.pk])
        shown = text(client.get(f"/areas/houses/{house.pk}/"))
        assert "王＊＊" in shown and "已转出" in shown and former.owner.name not in shown
        assert "王小五" not in text(client.get(f"/cases/{case.number}/"))
        assert former.owner.name not in case.subject and "王" not in case.subject

    def test_shows_owner_money_and_new_owner_before_it_is_handed_in(self, settled: Cast) -> None:
        house, company = owned_house(settled), client_of(settled, "demo-company")
        former = Owner.objects.get(ownerships__house=house)
        base = begin(company, f"/owners/houses/{house.pk}/transfer/")
        page = text(company.get(f"{base}edit/1/"))
        assert "现业主" in page and former.name not in page and former.id_number not in page
        sent = {"cause": "买卖", "since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)}
        confirm = text(company.post(f"{base}edit/1/", sent, follow=True))

        balance = sub_accounts.balances([house.pk])[house.pk].balance_fen
        assert f"{yuan(balance)} 元，随房屋转移" in confirm
        assert "王小五" in confirm and "初审" in confirm

    def test_waits_for_the_reviewer_where_the_city_says_nothing(self, settled: Cast) -> None:
        house, committee = owned_house(settled), client_of(settled, "demo-committee")
        before = owned_now(house)
        case = transferred(committee, house, WANG)
        assert case.state == State.SUBMITTED and owned_now(house) == before
        assert "业主过户申请表" in text(committee.get(f"/cases/{case.number}/"))

        sent = {"move": "PASS", "version": str(case.version)}
        assert client_of(settled, "demo-clerk").post(f"/cases/{case.number}/move/", sent).status_code == 302
        assert owned_now(house) == before  # not the window's turn
        client_of(settled, "demo-reviewer").post(f"/cases/{case.number}/move/", sent)

        assert owned_now(house) == {"王小五": 1_000_000}

    def test_is_not_the_developers(self, settled: Cast) -> None:
        house, developer = owned_house(settled), client_of(settled, "demo-developer")

        assert developer.post(f"/owners/houses/{house.pk}/transfer/").status_code == 403
        assert (
            f"/owners/houses/{house.pk}/transfer/" not in developer.get(f"/areas/houses/{house.pk}/").content.decode()
        )

    def test_of_a_house_without_owner_leads_to_binding(self, settled: Cast) -> None:
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/transfer/")
        sent = {"cause": "买卖", "since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)}

        assert "尚未登记业主，请办理业主绑定" in text(company.post(f"{base}edit/1/", sent, follow=True))

    def test_before_the_owner_had_the_house_is_refused(self, settled: Cast) -> None:
        house, company = owned_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/transfer/")
        sent = {"cause": "买卖", "since": "2001-01-01", **CONTACT, **rows(WANG)}

        assert "不能早于原业主取得房屋之日" in text(company.post(f"{base}edit/1/", sent, follow=True))

    def test_to_the_present_owner_is_refused(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = owned_house(settled), client_of(settled, "demo-company")
        owner = Owner.objects.get(ownerships__house=house)
        same = {"name": owner.name, "id_kind": owner.id_kind, "id_number": owner.id_number, "phone": owner.phone}

        case = transferred(company, house, same)

        assert case.state == State.DRAFT
        assert OwnershipAct.objects.filter(house=house, kind="TRANSFER").count() == 0

    def test_filled_in_while_another_one_was_handed_in_is_refused(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = owned_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/transfer/")
        sent = {"cause": "买卖", "since": timezone.localdate().isoformat(), **CONTACT, **rows(LI)}
        company.post(f"{base}edit/1/", sent)
        transferred(client_of(settled, "demo-committee"), house, WANG)

        assert "业主在填写期间已由他人变更" in text(hand_in(company, base))
        assert owned_now(house) == {"王小五": 1_000_000}

    def test_handed_in_twice_passes_the_house_once(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = owned_house(settled), client_of(settled, "demo-company")
        case = transferred(company, house, WANG)
        company.post(f"/cases/{case.number}/move/", {"move": "SUBMIT", "version": str(case.version)})

        assert OwnershipAct.objects.filter(house=house, kind="TRANSFER").count() == 1


class TestWhatStandsInTheWay:
    def refusal(self, cast: Cast, house: House) -> str:
        company = client_of(cast, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/transfer/")
        sent = {"cause": "买卖", "since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)}
        company.post(f"{base}edit/1/", sent)
        answer = text(hand_in(company, base))
        assert case_of(base).state == State.DRAFT and "王小五" not in owned_now(house)
        return answer

    def test_is_another_change_named_by_its_number(self, settled: Cast) -> None:
        house = owned_house(settled)
        waiting = transferred(client_of(settled, "demo-committee"), house, LI)

        assert f"有办理中的变更业务（{waiting.number}），请先办结或作废后再过户" in self.refusal(settled, house)

    @pytest.mark.parametrize(
        ("kind", "sentence"),
        [(ClaimKind.REFUND, "有办理中的退款"), (ClaimKind.DEPOSIT, "有待交的交款通知单")],
    )
    def test_is_a_refund_or_a_slip_under_way(self, settled: Cast, kind: ClaimKind, sentence: str) -> None:
        house = owned_house(settled)
        claims.claim(house_ids=[house.pk], kind=kind, source="slip:0", at=timezone.now())

        assert f"{sentence}，请先办结或作废后再过户" in self.refusal(settled, house)

    def test_is_a_vote_under_way_named_by_its_matter(self, settled: Cast) -> None:
        house = owned_house(settled)
        vote = open_vote(
            source="project:1",
            title="屋面防水维修",
            house_ids=[house.pk],
            rule=CC278_USE,
            closes_at=timezone.now() + dt.timedelta(days=9),
            at=timezone.now(),
        )

        assert "正在参加“屋面防水维修”的业主表决，请待表决结束后再过户" in self.refusal(settled, house)
        Vote.objects.filter(pk=vote.pk).update(state=VoteState.FAILED, closed_at=timezone.now())
        nobody_reviews(settled)
        transferred(client_of(settled, "demo-company"), house, WANG)
        assert "王小五" in owned_now(house)

    def test_is_no_project_that_nobody_votes_on(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house = owned_house(settled)
        claims.claim(house_ids=[house.pk], kind=ClaimKind.REPAIR, source="project:1", at=timezone.now())

        transferred(client_of(settled, "demo-company"), house, WANG)

        assert owned_now(house) == {"王小五": 1_000_000}


class TestTheOwnersThemselves:
    def test_are_both_told_once_without_names_or_numbers(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house = owned_house(settled)
        former = Owner.objects.get(ownerships__house=house)
        case = transferred(client_of(settled, "demo-company"), house, WANG)

        sent = {one.event: one for one in Outbox.objects.filter(key__startswith=case.number)}
        assert set(sent) == {"ownership.given_away", "ownership.received"}
        assert sent["ownership.given_away"].address == former.phone
        assert sent["ownership.received"].address == WANG["phone"]
        for one in sent.values():
            assert house.room in one.body and case.number in one.body
            assert former.name not in one.body and "王小五" not in one.body

    def test_no_longer_see_a_house_that_they_gave_away(self, settled: Cast) -> None:
        nobody_reviews(settled)
        account = OwnerAccount.objects.select_related("user", "owner").order_by("pk")[0]
        house = owner_accounts.houses_of(account.user_id)[0]
        company = next(one for one in settled.city.users if one.startswith("demo-company"))

        transferred(client_of(settled, company), house, WANG)

        assert house not in owner_accounts.houses_of(account.user_id)
        assert Message.objects.get(user=account.user).event == "ownership.given_away"

    def test_see_a_house_that_they_received_once_they_prove_their_number(self, settled: Cast) -> None:
        nobody_reviews(settled)
        account = OwnerAccount.objects.select_related("user", "owner").order_by("pk")[0]
        house, owner = owned_house(settled), account.owner
        given = {"name": owner.name, "id_kind": owner.id_kind, "id_number": owner.id_number, "phone": owner.phone}
        transferred(client_of(settled, "demo-company"), house, given)

        assert owner_accounts.bind(user=account.user, id_number=owner.id_number, at=timezone.now())
        assert house in owner_accounts.houses_of(account.user_id)

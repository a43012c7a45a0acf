"""业主表决 on the telephone: from the message to the receipt, the change, the proxy, the objection.

# covers: R6 O8
"""

import datetime as dt
import io
from typing import Any

import pypdf
import pytest
from django.utils import timezone

from tests.cast import TODAY
from tests.voting.scene import account_of
from tests.web.owner.scene import OwnersHouse
from tests.web.pages import client_of, do_work, text
from upkeep.demo.fill import Filled
from upkeep.demo.repairs import run_projects
from upkeep.estate.models import Owner, Ownership
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.money import yuan
from upkeep.messaging.models import Message, Outbox
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.repairs import deciding
from upkeep.repairs.models import ProjectHouse, RepairProject
from upkeep.repairs.stages import Stage
from upkeep.voting.actions import close_vote
from upkeep.voting.models import Ballot, BallotChoice, Channel, VoteObjection, VoteReceipt

pytestmark = pytest.mark.django_db


class OwnersVote:
    """The owner, and a vote about the lift of his house."""

    def __init__(self, mine: OwnersHouse, *, channel: Channel = Channel.ONLINE) -> None:
        self.mine, self.client = mine, mine.client
        area = mine.cast.area()
        filled = Filled(None, area, houses_of_area(area.pk))  # type: ignore[arg-type]
        script = (0, "demo-committee", "1幢1单元电梯大修", "1幢1单元电梯", 20_000_00, 9, Stage.NOTICE)
        run_projects(mine.cast.city, [filled], today=TODAY, scripts=(script,))
        self.project = RepairProject.objects.get()
        self.by = mine.cast["demo-committee"]
        self.vote = deciding.open_vote(
            self.project.pk,
            closes_at=timezone.now() + dt.timedelta(days=5),
            by=self.by,
            at=timezone.now(),
            channel=channel,
        )
        self.url = f"/owner/votes/{self.vote.pk}/"
        self.field = f"choice_{mine.house.pk}"

    def says(self, choice: str, *, step: str = "confirm") -> Any:
        return self.client.post(f"{self.url}ballot/", {self.field: choice, "step": step})

    def ends(self) -> None:
        """The closing minute has passed, and the result is counted."""
        self.vote = close_vote(self.vote.pk, at=self.vote.closes_at)


@pytest.fixture
def asked(mine: OwnersHouse) -> OwnersVote:
    return OwnersVote(mine)


class TestTheVote:
    def test_is_told_to_owners_by_message_and_sms_as_one_job(self, asked: OwnersVote) -> None:
        job = do_work()

        owners = Ownership.objects.filter(house__votehouse__vote=asked.vote, until=None).values("owner").distinct()
        assert (job.result or {})["told"] == owners.count()
        told = Message.objects.get(user_id=asked.mine.cast.city.users["demo-owner"].pk, event="vote.opened")
        assert told.url == asked.url and "1幢1单元电梯大修" in told.text
        assert Outbox.objects.filter(event="vote.opened").count() > 1
        do_work()
        assert Message.objects.filter(event="vote.opened").count() == 1

    def test_stands_on_the_first_page_until_it_is_over(self, asked: OwnersVote) -> None:
        assert asked.url in asked.client.get("/owner/").content.decode()
        area = f"/owner/areas/{asked.mine.house.area_id}/"
        assert "1 项正在表决" in text(asked.client.get(area)) and "去看看，投票" in text(
            asked.client.get(f"{area}votes/")
        )

        asked.ends()

        assert asked.url not in asked.client.get("/owner/").content.decode()

    def test_says_what_is_decided_what_it_costs_and_who_takes_part(self, asked: OwnersVote) -> None:
        share = ProjectHouse.objects.get(house=asked.mine.house, project=asked.project).share_fen

        shown = text(asked.client.get(asked.url))

        assert "20,000.00 元" in shown and f"分摊 {yuan(share)} 元" in shown and asked.project.reason in shown
        assert f"0 / {asked.vote.total_people} 人" in shown and "不公布意见" in shown
        assert "过 1/2" not in shown


class TestAnOwner:
    def test_is_asked_once_more_and_then_gets_his_receipt(self, asked: OwnersVote) -> None:
        asking = asked.says("AGREE", step="")
        assert "请确认您的投票" in text(asking) and "还可以改一次" in text(asking) and not Ballot.objects.exists()

        answer = asked.says("AGREE")

        receipt = VoteReceipt.objects.get()
        assert answer["Location"] == f"{asked.url}receipts/{receipt.number}/"
        shown = text(asked.client.get(answer["Location"]))
        assert receipt.number in shown and "同意" in shown and "还可以改一次" in shown

    def test_changes_once_and_is_told_that_this_was_it(self, asked: OwnersVote) -> None:
        asked.says("AGREE")
        assert "已投 同意 ，还可以改一次" in text(asked.client.get(asked.url))
        assert "这是最后一次修改" in text(asked.says("AGAINST", step=""))
        asked.says("AGAINST")

        shown = text(asked.client.get(asked.url))
        assert "线上已投 反对" in shown and "已经修改过一次，不能再改" in shown
        asked.says("ABSTAIN")
        assert Ballot.objects.count() == 2

    def test_votes_for_all_his_houses_at_once(self, asked: OwnersVote) -> None:
        other = ProjectHouse.objects.filter(project=asked.project).exclude(house=asked.mine.house)[0].house
        asked.mine.give(other)
        assert "您家 2 套房屋可以投票" in text(asked.client.get(asked.url))
        assert text(asked.client.post(f"{asked.url}ballot/", {"all": "AGREE"})).count("同意") >= 2

        asked.client.post(f"{asked.url}ballot/", {"all": "AGREE", "step": "confirm"})

        assert set(Ballot.objects.values_list("vote_house__house_id", flat=True)) == {other.pk, asked.mine.house.pk}
        assert VoteReceipt.objects.count() == 1

    def test_prints_his_receipt(self, asked: OwnersVote) -> None:
        asked.says("AGREE")
        receipt = VoteReceipt.objects.get()
        base = f"{asked.url}receipts/{receipt.number}/"

        first, again = asked.client.post(f"{base}print/"), asked.client.post(f"{base}print/")

        assert first["Location"] == again["Location"]
        pdf = asked.client.get(first["Location"]).content
        page = "".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
        assert receipt.number in page and "业主表决回执" in page and asked.mine.owner.name not in page

    def test_who_chooses_nothing_is_asked_to(self, asked: OwnersVote) -> None:
        answer = asked.client.post(f"{asked.url}ballot/", {}, follow=True)

        assert "请先选择同意、反对或弃权" in text(answer)

    def test_comes_too_late_after_the_closing_minute(self, asked: OwnersVote) -> None:
        asked.ends()

        answer = asked.client.post(f"{asked.url}ballot/", {asked.field: "AGREE", "step": "confirm"}, follow=True)

        assert "截止，不能再投票" in text(answer) and not Ballot.objects.exists()

    def test_of_another_house_finds_neither_vote_nor_receipt(self, asked: OwnersVote) -> None:
        asked.says("AGREE")
        outside = Owner.objects.filter(ownerships__house__area__name="康宁家园")[0]
        actor = account_of(outside, city_id=asked.mine.cast.city.jurisdiction.pk)
        asked.mine.cast.city.users["stranger"] = type(asked.mine.cast.city.users["demo-owner"]).objects.get(
            pk=actor.user_id
        )
        stranger = client_of(asked.mine.cast, "stranger")

        number = VoteReceipt.objects.get().number
        for page in ("", f"receipts/{number}/", f"houses/{asked.mine.house.pk}/proxy/"):
            assert stranger.get(f"{asked.url}{page}").status_code == 404
        assert stranger.post(f"{asked.url}ballot/", {asked.field: "AGAINST", "step": "confirm"}).status_code == 404


class TestAProxy:
    def test_is_named_votes_and_is_marked(self, asked: OwnersVote) -> None:
        neighbour = self._neighbour(asked)
        page = f"{asked.url}houses/{asked.mine.house.pk}/proxy/"
        sent = {"name": neighbour.name, "id_number": neighbour.id_number, "relation": "其他业主"}
        assert "身份证号码不正确" in text(asked.client.post(page, sent | {"id_number": "1"}))

        asked.client.post(page, sent)

        assert "代为表决" in text(asked.client.get(asked.url)) and neighbour.name not in text(
            asked.client.get(asked.url)
        )
        theirs = client_of(asked.mine.cast, "neighbour")
        assert "委托" in text(theirs.get(asked.url))
        theirs.post(f"{asked.url}ballot/", {asked.field: "AGREE", "step": "confirm"})
        ballot = Ballot.objects.get()
        assert ballot.proxy is not None and ballot.vote_house.house_id == asked.mine.house.pk
        assert "受托人代投" in text(asked.client.get(asked.url)) or "已投 同意" in text(asked.client.get(asked.url))

    def test_is_taken_back_while_unused(self, asked: OwnersVote) -> None:
        neighbour = self._neighbour(asked)
        base = f"{asked.url}houses/{asked.mine.house.pk}/proxy/"
        asked.client.post(base, {"name": neighbour.name, "id_number": neighbour.id_number, "relation": "其他业主"})

        assert "委托已撤销" in text(asked.client.post(f"{base}end/", follow=True))
        assert "没有这项委托" in text(asked.client.post(f"{base}end/", follow=True))

    @staticmethod
    def _neighbour(asked: OwnersVote) -> Owner:
        house = ProjectHouse.objects.filter(project=asked.project).exclude(house=asked.mine.house)[0].house
        owner = Owner.objects.get(ownerships__house=house, ownerships__until=None)
        actor = account_of(owner, city_id=asked.mine.cast.city.jurisdiction.pk)
        users = asked.mine.cast.city.users
        users["neighbour"] = type(users["demo-owner"]).objects.get(pk=actor.user_id)
        return owner


class TestTheResult:
    def test_can_be_objected_to_and_the_answer_is_read_there(self, mine: OwnersHouse) -> None:
        set_policy(
            kind=PolicyKind.VOTING_CONDUCT,
            jurisdiction_id=mine.cast.city.jurisdiction.pk,
            value={"objection_days": 3},
            valid_from=dt.date(2026, 1, 1),
            basis="测试",
        )
        asked = OwnersVote(mine)
        asked.says("AGREE")
        asked.vote = close_vote(asked.vote.pk, at=asked.vote.closes_at)
        assert "初步统计结果" in text(asked.client.get(asked.url)) and "没有达到" in text(asked.client.get(asked.url))

        sent = {"house": str(mine.house.pk), "text": "我投的是反对"}
        assert "异议已提交" in text(asked.client.post(f"{asked.url}objection/", sent, follow=True))
        objection = VoteObjection.objects.get()
        deciding.answer_objection(
            asked.project.pk, objection.pk, text="系统记录为同意，附回执", by=asked.by, at=asked.vote.closes_at
        )

        assert "系统记录为同意，附回执" in text(asked.client.get(asked.url))
        assert asked.client.post(f"{asked.url}objection/", {"house": "1", "text": "x"}).status_code == 404

    def test_of_a_vote_on_paper_shows_what_was_entered_for_his_house(self, mine: OwnersHouse) -> None:
        asked = OwnersVote(mine, channel=Channel.PAPER)
        assert "请在书面表决票上签字" in text(asked.client.get(asked.url))
        choices = {mine.house.pk: BallotChoice.AGREE}
        deciding.enter_results(asked.project.pk, choices, by=asked.by, at=timezone.now())

        assert "书面已登记 同意" in text(asked.client.get(asked.url))

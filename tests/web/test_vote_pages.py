"""投票表决管理 in the pages: opening with a way and a minute, entering, totals, proxies, objections, who sees what.

# covers: R6
"""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.casework.test_files import picture
from tests.repairs.scene import Scene, again, make_scene, published
from tests.repairs.test_deciding import rules
from tests.voting.scene import account_of
from tests.web.pages import text
from upkeep.estate.models import Owner
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.policy.project_rule import ProjectRule
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.repairs import deciding
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage
from upkeep.voting.models import Ballot, BallotChoice, Channel, Vote, VoteObjection, VoteProxy
from upkeep.voting.objections import object_to
from upkeep.voting.online import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture(autouse=True)
def files_elsewhere(settings: object, tmp_path: object) -> None:
    storages = dict(settings.STORAGES)  # type: ignore[attr-defined]
    storages["default"] = storages["default"] | {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = storages  # type: ignore[attr-defined]


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def upload(name: str = "1.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), content_type="image/jpeg")


class Page:
    """The page of a project's vote, as its chair sees it."""

    def __init__(self, scene: Scene, *, channel: Channel | None = None) -> None:
        self.scene, self.client = scene, client_of(scene.chair)
        self.project: RepairProject = published(scene)
        self.base = f"/projects/{self.project.number}/vote/"
        if channel is not None:
            now = timezone.now()
            closes = now + dt.timedelta(days=5)
            deciding.open_vote(self.project.pk, closes_at=closes, by=scene.chair, at=now, channel=channel)

    @property
    def vote(self) -> Vote:
        return Vote.objects.get()

    def shown(self, by: Actor | None = None) -> str:
        return text((client_of(by) if by else self.client).get(self.base))

    def owner(self, place: int) -> Actor:
        record = Owner.objects.get(ownerships__house=self.scene.houses[place], ownerships__until=None)
        return account_of(record, city_id=self.scene.town.city.pk)


class TestOpening:
    def test_asks_for_way_and_minute_and_names_the_rule(self, scene: Scene) -> None:
        page = Page(scene)
        day = timezone.localdate() + dt.timedelta(days=9)
        form = text(page.client.get(f"{page.base}open/"))
        assert "线上和书面表决" in form and "过 1/2" in form and "业主规约条款" not in form

        page.client.post(f"{page.base}open/", {"channel": "BOTH", "closes_on": str(day), "closes_time": "18:30"})

        closes = timezone.localtime(page.vote.closes_at)
        assert page.vote.channel == "BOTH" and (closes.date(), closes.hour, closes.minute) == (day, 18, 30)

    def test_without_a_time_lasts_the_day(self, scene: Scene) -> None:
        page = Page(scene)
        page.client.post(f"{page.base}open/", {"channel": "PAPER", "closes_on": str(timezone.localdate())})

        assert timezone.localtime(page.vote.closes_at).strftime("%H:%M") == "23:59"

    def test_offers_what_the_city_allows_and_says_what_is_wrong(self, scene: Scene) -> None:
        rules(scene, VotingConduct(channels=("PAPER", "ONLINE"), silent_methods=("DEFAULT",), objection_days=3))
        page = Page(scene)
        form = text(page.client.get(f"{page.base}open/"))
        assert "线上和书面表决" not in form and "业主规约条款" in form and "询异 3 天" in form

        sent = {"channel": "PAPER", "closes_on": "2020-01-01", "method": "DEFAULT", "agreement": "第十二条"}
        assert "表决截止时间应晚于现在" in text(page.client.post(f"{page.base}open/", sent))
        assert not Vote.objects.exists()


class TestTheVote:
    def test_shows_participation_by_building_and_both_ballots_of_a_house(self, scene: Scene) -> None:
        page = Page(scene, channel=Channel.BOTH)
        house = scene.house_ids[0]
        cast(page.vote.pk, {house: BallotChoice.AGREE}, by=page.owner(0), at=timezone.now())
        page.client.post(page.base, {f"choice_{house}": "AGAINST", "action": "save"})

        shown = page.shown()

        assert "1栋" in shown and "1 人，16%" in shown and "现有 1 户" in shown
        assert "线上同意" in shown and "书面反对" in shown and "（计票）" in shown

    def test_keeps_single_houses_from_others_until_it_is_counted(self, scene: Scene) -> None:
        page = Page(scene, channel=Channel.PAPER)
        page.client.post(page.base, {f"choice_{one}": "AGREE" for one in scene.house_ids})
        clerk = scene.clerk
        assert "已参与 6 人" in page.shown(clerk).replace("  ", " ") and "书面同意" not in page.shown(clerk)
        assert client_of(clerk).post(page.base, {}).status_code in (403, 404)

        page.client.post(f"{page.base}close/")

        assert again(page.project).stage == Stage.PASSED
        assert "书面同意" in page.shown(clerk) and "表决结果" in page.shown(clerk)
        answer = client_of(clerk).post(f"{page.base}result/")
        assert client_of(clerk).get(answer["Location"])["Content-Type"] == "application/pdf"

    def test_is_not_printed_as_a_result_while_it_is_open(self, scene: Scene) -> None:
        page = Page(scene, channel=Channel.PAPER)

        assert "表决还没有结束" in text(page.client.post(f"{page.base}result/", follow=True))

    def test_online_is_not_counted_before_its_end(self, scene: Scene) -> None:
        page = Page(scene, channel=Channel.ONLINE)

        assert "截止后才能统计结果" in text(page.client.post(f"{page.base}close/", follow=True))
        assert "签字表" not in page.shown()

    def test_takes_a_proxy_with_the_paper_that_names_him(self, scene: Scene) -> None:
        page = Page(scene, channel=Channel.PAPER)
        form = f"{page.base}houses/{scene.house_ids[0]}/proxy/"
        sent = {"name": "周大海", "id_number": "510502191502021237", "relation": "子女"}
        assert "请上传业主签名的委托书" in text(page.client.post(form, sent))

        page.client.post(form, sent | {"scan": upload()})
        page.client.post(page.base, {f"choice_{scene.house_ids[0]}": "AGREE"})

        assert VoteProxy.objects.get().evidence is not None and Ballot.objects.get().proxy is not None
        assert "周＊＊ 代投" in page.shown() and "周大海" not in page.shown()
        assert page.client.get(f"{page.base}houses/1/proxy/").status_code == 404


class TestTotals:
    def test_are_entered_after_the_scan_and_decide(self, scene: Scene) -> None:
        rules(scene, ProjectRule(vote="TOTALS"))
        page = Page(scene, channel=Channel.PAPER)
        square = str(page.vote.total_dm2 / 100)
        sent = {"agreed_dm2": square, "agreed_people": "6"}
        assert "请先上传业主签字的表决签字表扫描件" in text(page.client.post(f"{page.base}totals/", sent))
        page.client.post(f"{page.base}evidence/", {"pages": upload()})
        assert "三项人数合计不能超过" in text(page.client.post(f"{page.base}totals/", sent | {"against_people": "1"}))

        page.client.post(f"{page.base}totals/", sent)

        assert "汇总结果" in page.shown() and "6 人" in page.shown()
        page.client.post(f"{page.base}close/")
        assert again(page.project).stage == Stage.PASSED


class TestObjections:
    def test_are_answered_before_the_result_is_final(self, scene: Scene) -> None:
        rules(scene, VotingConduct(objection_days=3))
        page = Page(scene, channel=Channel.PAPER)
        page.client.post(page.base, {f"choice_{one}": "AGREE" for one in scene.house_ids})
        page.client.post(f"{page.base}close/")
        house = scene.house_ids[0]
        object_to(page.vote.pk, house, text="我签的是反对", by=page.owner(0), at=timezone.now())
        assert "初步统计结果" in page.shown() and "我签的是反对" in page.shown()
        assert "期满后才能公布最终结果" in text(page.client.post(f"{page.base}close/", follow=True))

        correction = {f"choice_{house}": "AGAINST"}
        assert "请填写更正说明" in text(page.client.post(page.base, correction, follow=True))
        page.client.post(page.base, correction | {"note": "核对原件"})
        objection = VoteObjection.objects.get()
        page.client.post(f"{page.base}objections/{objection.pk}/", {"answer": "已更正为反对"})

        shown = page.shown()
        assert "已更正为反对" in shown and "核对原件" in shown
        assert page.vote.state == "OBJECTION" and again(page.project).stage == Stage.VOTING

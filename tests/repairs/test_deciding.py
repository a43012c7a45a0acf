"""投票表决管理 from the project: the moves, who may make them, what closes by itself, the second vote on a settlement.

# covers: R6
"""

import datetime as dt
import io

import pypdf
import pytest

from tests.banking.town import AT
from tests.casework.test_files import picture
from tests.repairs.scene import OWNER_NAME, Scene, again, make_scene, published, voting
from tests.voting.scene import account_of
from upkeep.estate.models import Owner
from upkeep.kernel.errors import HasProblems
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.project_rule import ProjectRule
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.printing.documents import render
from upkeep.repairs import deciding
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import ProjectEvent, RepairProject
from upkeep.repairs.stages import Stage
from upkeep.repairs.vote_documents import result_document, signature_document
from upkeep.voting.actions import VoteIsClosed
from upkeep.voting.models import BallotChoice, Channel, Vote, VoteState
from upkeep.voting.objections import object_to
from upkeep.voting.proxies import NewProxy
from upkeep.voting.totals import Totals

pytestmark = pytest.mark.django_db
CLOSES, DAY = AT + dt.timedelta(days=10), dt.timedelta(days=1)
AGREE, AGAINST = BallotChoice.AGREE, BallotChoice.AGAINST


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def rules(scene: Scene, value: VotingConduct | ProjectRule) -> None:
    """What holds in the city from the beginning of the year."""
    kind = PolicyKind.VOTING_CONDUCT if isinstance(value, VotingConduct) else PolicyKind.PROJECT_RULE
    set_policy(
        kind=kind, jurisdiction_id=scene.town.city.pk, value=value, valid_from=dt.date(2026, 1, 1), basis="测试"
    )


def opened(scene: Scene, channel: Channel = Channel.ONLINE) -> tuple[RepairProject, Vote]:
    project = published(scene)
    vote = deciding.open_vote(project.pk, closes_at=CLOSES, by=scene.chair, at=AT, channel=channel)
    return again(project), vote


def words(document: object) -> str:
    pdf = render(document, at=AT)  # type: ignore[arg-type]
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


class TestOpening:
    def test_is_written_down_with_its_way_and_its_minute(self, scene: Scene) -> None:
        project, vote = opened(scene, Channel.BOTH)

        event = ProjectEvent.objects.get(project=project, move="OPEN_VOTE")
        assert project.stage == Stage.VOTING and vote.closes_at == CLOSES
        assert event.note == "线上和书面表决，6 户，6 人，截止 2026-11-30 10:30"

    def test_takes_the_citys_ways_and_rules(self, scene: Scene) -> None:
        rules(scene, VotingConduct(channels=("PAPER",), precedence="LATER", objection_days=5))
        project = published(scene)

        with pytest.raises(HasProblems, match="本地未开通线上表决"):
            deciding.open_vote(project.pk, closes_at=CLOSES, by=scene.chair, at=AT, channel=Channel.ONLINE)
        vote = deciding.open_vote(project.pk, closes_at=CLOSES, by=scene.chair, at=AT)
        assert (vote.precedence, vote.objection_days) == ("LATER", 5)

    def test_by_a_silent_method_needs_the_city_and_the_clause(self, scene: Scene) -> None:
        project = published(scene)

        def attempt(agreement: str) -> Vote:
            return deciding.open_vote(
                project.pk, closes_at=CLOSES, by=scene.chair, at=AT, method="DEFAULT", agreement=agreement
            )

        with pytest.raises(HasProblems, match="本地未开通该表决方法"):
            attempt("《业主规约》第十二条")
        rules(scene, VotingConduct(silent_methods=("DEFAULT",)))
        with pytest.raises(HasProblems, match="请填写业主规约"):
            attempt(" ")
        assert attempt("《业主规约》第十二条").rule["agreement"] == "《业主规约》第十二条"

    def test_is_its_starters_alone(self, scene: Scene) -> None:
        project = published(scene)
        with pytest.raises(NotYours):
            deciding.open_vote(project.pk, closes_at=CLOSES, by=scene.stranger, at=AT)

    def test_happens_once(self, scene: Scene) -> None:
        project, _ = opened(scene)
        with pytest.raises(NotNow):
            deciding.open_vote(project.pk, closes_at=CLOSES, by=scene.chair, at=AT)


class TestTotals:
    def test_carry_a_project_on_where_the_city_enters_them(self, scene: Scene) -> None:
        rules(scene, ProjectRule(vote="TOTALS"))
        project = voting(scene)
        vote = Vote.objects.get()
        sums = Totals(agreed_dm2=vote.total_dm2, agreed_people=6)
        deciding.attach_signature_page(project.pk, name="1.jpg", content=picture(), by=scene.chair, at=AT)

        deciding.enter_totals(project.pk, sums, by=scene.chair, at=AT)
        deciding.close_vote(project.pk, by=scene.chair, at=AT)

        assert again(project).stage == Stage.PASSED
        printed = words(result_document(again(project), Vote.objects.get(), city="jiangcheng"))
        assert "汇总录入" in printed and "各户表决意见" not in printed


class TestWhatClosesByItself:
    def test_is_a_vote_held_online_only_at_its_minute(self, scene: Scene) -> None:
        project, _ = opened(scene)

        assert deciding.close_due(at=CLOSES - DAY) == 0
        assert deciding.close_due(at=CLOSES) == 1
        assert deciding.close_due(at=CLOSES) == 0
        assert again(project).stage == Stage.NOTICE and Vote.objects.get().state == VoteState.FAILED
        assert ProjectEvent.objects.filter(project=project, move="FAIL_VOTE", by_name="系统").exists()

    def test_is_no_vote_whose_paper_is_still_to_be_entered(self, scene: Scene) -> None:
        opened(scene, Channel.BOTH)

        assert deciding.close_due(at=CLOSES + DAY) == 0

    def test_is_a_result_to_which_nobody_objects(self, scene: Scene) -> None:
        rules(scene, VotingConduct(objection_days=3))
        project, vote = opened(scene, Channel.PAPER)
        deciding.enter_results(project.pk, dict.fromkeys(scene.house_ids, AGREE), by=scene.chair, at=AT)
        assert deciding.close_vote(project.pk, by=scene.chair, at=AT).state == VoteState.OBJECTION
        assert again(project).stage == Stage.VOTING

        assert deciding.close_due(at=AT + 3 * DAY) == 0
        assert deciding.close_due(at=AT + 4 * DAY) == 1
        assert again(project).stage == Stage.PASSED and Vote.objects.get(pk=vote.pk).state == VoteState.PASSED


class TestADecision:
    def test_is_not_taken_past_an_objection_that_waits(self, scene: Scene) -> None:
        rules(scene, VotingConduct(objection_days=3))
        project, vote = opened(scene, Channel.PAPER)
        deciding.enter_results(project.pk, dict.fromkeys(scene.house_ids, AGREE), by=scene.chair, at=AT)
        deciding.close_vote(project.pk, by=scene.chair, at=AT)
        record = Owner.objects.get(ownerships__house_id=scene.house_ids[0], ownerships__until=None)
        owner = account_of(record, city_id=scene.town.city.pk)
        raised = object_to(vote.pk, scene.house_ids[0], text="我反对", by=owner, at=AT)

        assert deciding.close_due(at=AT + 4 * DAY) == 0
        deciding.answer_objection(project.pk, raised.pk, text="已核对", by=scene.chair, at=AT + 4 * DAY)
        assert deciding.close_due(at=AT + 4 * DAY) == 1

    def test_ends_the_entry(self, scene: Scene) -> None:
        project, _ = opened(scene)
        deciding.close_due(at=CLOSES)

        with pytest.raises((NotNow, VoteIsClosed)):
            deciding.enter_results(project.pk, {scene.house_ids[0]: AGREE}, by=scene.chair, at=CLOSES)


class TestPrints:
    def test_of_the_sheet_name_the_proxy_who_signs(self, scene: Scene) -> None:
        project, vote = opened(scene, Channel.PAPER)
        new = NewProxy(name="周大海", id_number="510502191502021237", relation="子女")
        deciding.name_proxy(
            project.pk, scene.house_ids[0], new, scan=picture(), scan_name="1.jpg", by=scene.chair, at=AT
        )

        printed = words(signature_document(project, vote, city="jiangcheng"))

        assert "周大海（子女）" in printed and "受托人" in printed and OWNER_NAME in printed
        assert "2026-11-3010:30前签字" in printed

    def test_of_the_result_show_four_comparisons_and_each_house_with_its_owner_masked(self, scene: Scene) -> None:
        project, _ = opened(scene, Channel.PAPER)
        choices = dict.fromkeys(scene.house_ids[:5], AGREE) | {scene.house_ids[0]: AGAINST}
        deciding.enter_results(project.pk, choices, by=scene.chair, at=AT)
        deciding.close_vote(project.pk, by=scene.chair, at=CLOSES)

        printed = words(result_document(again(project), Vote.objects.get(), city="jiangcheng"))

        for comparison in ("参与表决面积", "参与表决人数", "同意面积占参与表决面积", "同意人数占参与表决人数"):
            assert comparison in printed
        assert "本次表决通过" in printed and "欧＊＊＊" in printed and OWNER_NAME not in printed
        assert "反对" in printed and "未参与" in printed

"""异议: who may object to a project's notice and until when, who answers, who is told, what waits for the answer.

# covers: P3
"""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from tests.banking.town import AT, person
from tests.cast import at_once
from tests.repairs.owning import owner_of
from tests.repairs.scene import OWNER_NAME, Scene, make_scene, published
from upkeep.kernel.errors import HasProblems
from upkeep.messaging.models import Message
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.notice_rule import AREA, BLOCK, NoticeRule
from upkeep.publishing import objections
from upkeep.publishing.models import NoticeKind, Objection, ObjectionAnswer, ObjectionText, PublicNotice
from upkeep.publishing.objections import AlreadyAnswered, NoticeIsOver, said_of
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import ProjectHouse, RepairProject
from upkeep.repairs.objecting import (
    MayNotObject,
    answer,
    check_answered,
    house_to_object_with,
    object_to,
    waiting_objections,
)

pytestmark = pytest.mark.django_db
WORDS = "底层住户不使用电梯，不应按同样标准分摊。"
LATER = AT + dt.timedelta(hours=3)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def rule(scene: Scene, **values: object) -> None:
    set_policy(
        kind=PolicyKind.NOTICE_RULE,
        jurisdiction_id=scene.town.city.pk,
        value=NoticeRule(**values),  # type: ignore[arg-type]
        valid_from=dt.date(2026, 1, 1),
    )


def notice_of(scene: Scene) -> PublicNotice:
    published(scene)
    return PublicNotice.objects.get()


class TestAnOwner:
    def test_objects_once_and_changes_his_words_until_he_is_answered(self, scene: Scene) -> None:
        notice, owner = notice_of(scene), owner_of(scene, scene.houses[0])

        first = object_to(notice, text=WORDS, by=owner, at=AT)
        again = object_to(notice, text=f"{WORDS}请重新计算。", by=owner, at=LATER)

        (said,) = said_of(list(Objection.objects.all()))
        assert first.pk == again.pk and said.text.endswith("请重新计算。") and again.texts == 2
        assert ObjectionText.objects.get(number=1).text == WORDS

    def test_is_shown_by_room_and_first_sign_of_his_name(self, scene: Scene) -> None:
        made = object_to(notice_of(scene), text=WORDS, by=owner_of(scene, scene.houses[0]), at=AT)

        assert made.shown_as.endswith("欧＊＊＊") and OWNER_NAME not in made.shown_as
        assert scene.houses[0].label in made.shown_as

    def test_of_a_house_that_bears_nothing_may_object_where_the_whole_area_may(self, scene: Scene) -> None:
        notice, owner = notice_of(scene), owner_of(scene, scene.houses[5])
        ProjectHouse.objects.filter(house=scene.houses[5]).exists()
        outside = dict.fromkeys(["project:1"], notice)  # a notice of a project in which he has no share
        notice.source = "project:1"

        assert house_to_object_with(outside["project:1"], user_id=owner.user_id) is None
        with pytest.raises(MayNotObject, match="所涉房屋的业主"):
            object_to(notice, text=WORDS, by=owner, at=AT)

        rule(scene, objectors=AREA)
        assert house_to_object_with(notice, user_id=owner.user_id) == scene.houses[5]

    def test_of_no_house_there_may_not(self, scene: Scene) -> None:
        rule(scene, objectors=AREA)
        notice = notice_of(scene)
        stranger = person(username="o9", name="外人", role=Role.OWNER, city=scene.town.city)

        with pytest.raises(MayNotObject):
            object_to(notice, text=WORDS, by=stranger, at=AT)

    @pytest.mark.parametrize(
        "words",
        [
            "",
            "   ",
            "请联系 13812345678 王先生",
            "对方身份证 51050219990101123X",
            "账号 6222 0212 3456 7890 123",
            "电话0830-3100000",
            "写信到 wang@example.com",
            "长" * 501,
        ],
    )
    def test_writes_something_short_without_numbers_of_persons(self, scene: Scene, words: str) -> None:
        notice, owner = notice_of(scene), owner_of(scene, scene.houses[0])

        with pytest.raises(HasProblems):
            object_to(notice, text=words, by=owner, at=AT)
        assert not Objection.objects.exists()

    def test_may_speak_of_amounts_areas_and_days(self, scene: Scene) -> None:
        words = "预算 38765.43 元偏高，2026年11月20日同类工程约 30,000.00 元，1幢 1单元 101 面积 99.49 ㎡。"

        made = object_to(notice_of(scene), text=words, by=owner_of(scene, scene.houses[0]), at=AT)

        assert objections.words_of(made) == words

    def test_comes_too_late_when_the_notice_is_over(self, scene: Scene) -> None:
        notice, owner = notice_of(scene), owner_of(scene, scene.houses[0])

        with pytest.raises(NoticeIsOver, match="结束，不能再提出"):
            object_to(notice, text=WORDS, by=owner, at=AT + dt.timedelta(days=11))


class TestAnAnswer:
    def test_of_the_starter_is_told_to_the_owner_and_closes_the_words(self, scene: Scene) -> None:
        notice, owner = notice_of(scene), owner_of(scene, scene.houses[0])
        made = object_to(notice, text=WORDS, by=owner, at=AT)

        answer(made.pk, text="分摊依据建筑面积，详见公告。", by=scene.chair, at=LATER)

        told = Message.objects.get(event="objection_answered")
        assert told.user_id == owner.user_id and "江南名邸业主委员会已经答复" in told.text
        with pytest.raises(AlreadyAnswered, match="已经答复"):
            object_to(notice, text="再改", by=owner, at=LATER)
        assert waiting_objections(RepairProject.objects.get()) == 0

    def test_may_come_from_the_office_too_which_alone_hides_the_words(self, scene: Scene) -> None:
        made = object_to(notice_of(scene), text=WORDS, by=owner_of(scene, scene.houses[0]), at=AT)

        with pytest.raises(NotYours, match="只有维修资金管理部门可以决定"):
            answer(made.pk, text="不公开", hides_text=True, by=scene.chair, at=LATER)
        answer(made.pk, text="已请申报单位说明。", by=scene.clerk, at=LATER)
        answer(made.pk, text="内容涉及他人。", hides_text=True, by=scene.reviewer, at=LATER)

        (said,) = said_of([Objection.objects.get()])
        assert said.is_hidden and [one.answered_as for one in said.answers] == [scene.town.district.office_name] * 2

    def test_of_anybody_else_is_refused(self, scene: Scene) -> None:
        owner = owner_of(scene, scene.houses[0])
        made = object_to(notice_of(scene), text=WORDS, by=owner, at=AT)

        for other in (scene.stranger, owner, scene.town.people["developer"]):
            with pytest.raises(NotYours, match="发布单位和维修资金管理部门"):
                answer(made.pk, text="回答", by=other, at=LATER)
        assert not ObjectionAnswer.objects.exists()

    def test_is_asked_of_starter_and_reviewers_by_message(self, scene: Scene) -> None:
        object_to(notice_of(scene), text=WORDS, by=owner_of(scene, scene.houses[0]), at=AT)

        told = set(Message.objects.filter(event="objection_raised").values_list("user_id", flat=True))

        assert {scene.chair.user_id, scene.deputy.user_id, scene.clerk.user_id, scene.reviewer.user_id} <= told
        assert scene.stranger.user_id not in told

    def test_keeps_back_what_follows_only_where_the_city_has_it_so(self, scene: Scene) -> None:
        made = object_to(notice_of(scene), text=WORDS, by=owner_of(scene, scene.houses[0]), at=AT)
        project = RepairProject.objects.get()
        check_answered(project, NoticeKind.PROJECT, at=AT)

        rule(scene, unanswered=BLOCK)
        with pytest.raises(NotNow, match="立项公示有 1 条异议尚未答复"):
            check_answered(project, NoticeKind.PROJECT, at=AT)
        check_answered(project, NoticeKind.ACCEPTANCE, at=AT)
        answer(made.pk, text="已说明。", by=scene.chair, at=LATER)
        check_answered(project, NoticeKind.PROJECT, at=AT)


class TestTheDatabase:
    def made(self, scene: Scene) -> Objection:
        return object_to(notice_of(scene), text=WORDS, by=owner_of(scene, scene.houses[0]), at=AT)

    def refuses(self, act: object) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            act()  # type: ignore[operator]

    def test_keeps_words_and_answers_as_they_were(self, scene: Scene) -> None:
        made = self.made(scene)
        answer(made.pk, text="已说明。", by=scene.chair, at=LATER)

        self.refuses(lambda: ObjectionText.objects.update(text="改"))
        self.refuses(lambda: ObjectionAnswer.objects.update(text="改"))
        self.refuses(lambda: ObjectionAnswer.objects.all().delete())
        self.refuses(lambda: Objection.objects.update(shown_as="别人"))
        self.refuses(lambda: Objection.objects.update(answered_at=None))
        self.refuses(lambda: Objection.objects.all().delete())

    def test_takes_no_text_out_of_turn_or_after_the_answer(self, scene: Scene) -> None:
        made = self.made(scene)

        self.refuses(lambda: ObjectionText.objects.create(objection=made, number=3, text="跳号", at=AT))
        answer(made.pk, text="已说明。", by=scene.chair, at=LATER)
        self.refuses(lambda: Objection.objects.update(texts=2))

    def test_takes_no_objection_outside_the_period(self, scene: Scene) -> None:
        made = self.made(scene)
        late = {"notice_id": made.notice_id, "user_id": scene.chair.user_id, "house_id": made.house_id}

        self.refuses(
            lambda: Objection.objects.create(number="YY1", shown_as="甲", made_at=AT + dt.timedelta(days=12), **late)
        )


@pytest.mark.commits
class TestTwoTapsAtOnce:
    def test_make_one_objection(self, database_url: str) -> None:
        scene = make_scene()
        notice, owner = notice_of(scene), owner_of(scene, scene.houses[0])

        at_once(*[lambda: object_to(notice, text=WORDS, by=owner, at=AT)] * 2)

        assert Objection.objects.count() == ObjectionText.objects.count() == 1

    def test_a_change_and_an_answer_come_one_after_the_other(self, database_url: str) -> None:
        scene = make_scene()
        notice, owner = notice_of(scene), owner_of(scene, scene.houses[0])
        made = object_to(notice, text=WORDS, by=owner, at=AT)

        at_once(
            lambda: object_to(notice, text="改过的话", by=owner, at=LATER),
            lambda: answer(made.pk, text="已说明。", by=scene.chair, at=LATER),
        )

        made.refresh_from_db()
        assert made.answered_at is not None
        assert ObjectionText.objects.count() == made.texts

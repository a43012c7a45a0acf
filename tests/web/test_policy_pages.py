"""政策设置 from the page to what a business does: set, looked at before, confirmed by a second person, obeyed.

# covers: X5
"""

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.pages import client_of, text
from upkeep.banking.models import PaySlip
from upkeep.banking.prints import keep_paper
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.demo.cases import file_cases
from upkeep.estate.models import House
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import deposit_standard
from upkeep.policy.models import ChangeState, Policy, PolicyChange, PolicyKind
from upkeep.policy.review_chain import review_chain
from upkeep.policy.voting_rule import OLD_DOUBLE_2_3, voting_rule
from upkeep.policy.wording import Wording, wording
from upkeep.web.policies.reach import GROUPS

pytestmark = pytest.mark.django_db

CHAIN = {"starters": ["DEVELOPER"], "who_1": "FIRST_REVIEWER", "days_1": "5"}
BASIS = "江房发〔2026〕9 号"


class Office:
    """Browsers of the administrators, an approver, a clerk; and the addresses of the city's policies."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.city = cast, cast.city.jurisdiction.pk
        self.district = cast.city.districts[0].pk
        cast.hire("admin", [Role.SYSTEM_ADMIN])
        cast.hire("security", [Role.SECURITY_ADMIN])
        self.admin, self.security = client_of(cast, "admin"), client_of(cast, "security")
        self.approver, self.clerk = client_of(cast, "demo-approver"), client_of(cast, "demo-clerk")
        self.today = timezone.localdate()

    def url(self, page: str, kind: PolicyKind, scope: str = "", *, at_district: bool = False) -> str:
        address = reverse(f"policies:{page}", args=[self.district if at_district else self.city, kind.value])
        return f"{address}?scope={scope}" if scope else address

    def send(
        self, kind: PolicyKind, data: Mapping[str, Any], *, scope: str = "", step: str = "confirm", **more: Any
    ) -> Any:
        by: Client = more.pop("by", self.admin)
        day = more.pop("day", self.today)
        sent = {"valid_from": day.isoformat(), "basis": BASIS, **data, "step": step}
        return by.post(self.url("edit", kind, scope, **more), sent)

    def decide(self, step: str, *, by: Client | None = None, **more: str) -> Any:
        change = PolicyChange.objects.get(state=ChangeState.WAITING)
        return (by or self.approver).post(
            reverse("policies:decide", args=[change.pk]), {"step": step, **more}, follow=True
        )


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


def words(**changed: str) -> dict[str, str]:
    """The form of 用语, with some fields changed."""
    return {**{name: str(word) for name, word in vars(Wording()).items()}, **changed}


class TestTheOverview:
    def test_shows_every_kind_with_what_holds_and_where_it_comes_from(self, office: Office) -> None:
        set_policy(
            kind=PolicyKind.WORDING, jurisdiction_id=office.city, value=Wording(area="院落"), valid_from=office.today
        )

        page = text(office.clerk.get(reverse("policies:overview")))
        of_district = text(office.clerk.get(reverse("policies:jurisdiction", args=[office.district])))

        assert {kind for _, kinds in GROUPS for kind in kinds} == set(PolicyKind)
        assert all(kind.label in page for kind in PolicyKind)
        assert "院落" in page
        assert "本级设置" in page and "系统默认" in page
        assert "沿用江城市" in of_district
        assert "高层（有电梯） 90.00 元/㎡；适用：高层、超高层、小高层、有电梯" in page

    def test_of_a_district_is_a_district_clerks_and_the_citys_is_not(self, office: Office) -> None:
        office.cast.hire("local", [Role.WINDOW_CLERK], at_city=office.district)
        local = client_of(office.cast, "local")

        assert local.get(reverse("policies:overview")).status_code == 200
        assert local.get(reverse("policies:jurisdiction", args=[office.city])).status_code == 404

    def test_asks_few_questions_of_the_database(self, office: Office, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(20):
            office.clerk.get(reverse("policies:overview"))


#: What a change of 公示规则 sends besides what a test changes.
NOTICES = {"emergency_days": "7", "cancel_after_end": "yes", "objectors": "SHARING", "unanswered": "WARN"}


class TestChangingAChain:
    def test_is_previewed_confirmed_by_another_and_followed_by_the_next_case(self, office: Office) -> None:
        developer, now = office.cast["demo-developer"], timezone.now()
        file_cases(office.cast.city, today=office.today, chance=random.Random(1))
        running = Case.objects.filter(procedure="area_collection", state="SUBMITTED")[0]
        before = engine.current_step(running)

        preview = text(office.send(PolicyKind.REVIEW_CHAIN, CHAIN, scope="area_collection", step="preview"))
        assert "窗口受理（1 个工作日） → 初审（3 个工作日）" in preview
        assert "初审（5 个工作日）" in preview
        assert "张业务单按提交时的流程继续办理" in preview
        assert not PolicyChange.objects.exists()

        office.send(PolicyKind.REVIEW_CHAIN, CHAIN, scope="area_collection")
        assert review_chain(jurisdiction_id=office.city, procedure="area_collection", on=office.today) is None
        assert "已确认" in text(office.decide("confirm"))

        draft = Case.objects.get(procedure="area_collection", state="DRAFT")
        fresh = engine.move(draft.pk, Move.SUBMIT, by=developer, at=now)
        step = engine.current_step(fresh)
        assert step is not None and (step.role, step.working_days) == (Role.FIRST_REVIEWER, 5)
        assert before is not None and before.role == Role.WINDOW_CLERK
        assert engine.current_step(Case.objects.get(pk=running.pk)) == before

    def test_to_none_at_all_means_that_handing_it_in_decides(self, office: Office) -> None:
        preview = office.send(
            PolicyKind.REVIEW_CHAIN, {"starters": ["DEVELOPER"]}, scope="area_collection", step="preview"
        )

        assert "提交即办结，无须审核" in text(preview)

    def test_of_a_payment_to_one_without_approval_is_refused(self, office: Office) -> None:
        page = office.send(
            PolicyKind.REVIEW_CHAIN, {"starters": ["OWNERS_COMMITTEE"]}, scope="simple_disbursement", step="preview"
        )

        assert "须有“审批”环节" in text(page)

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ({"who_1": "WINDOW_CLERK"}, "请填写期限"),
            ({"days_1": "3"}, "请选择由谁办理"),
            ({"who_2": "WINDOW_CLERK", "days_2": "3"}, "中间不要留空"),
            ({"who_1": "CASHIER", "days_1": "3"}, "选择一个有效的选项"),
            ({"who_1": "WINDOW_CLERK", "days_1": "3", "who_2": "WINDOW_CLERK", "days_2": "1"}, "不同的人"),
            ({"starters": []}, "可以办理"),
        ],
    )
    def test_with_a_mistake_says_it_at_the_field(self, office: Office, data: dict[str, Any], why: str) -> None:
        sent = {"starters": ["DEVELOPER"], **data}
        page = office.send(PolicyKind.REVIEW_CHAIN, sent, scope="area_collection")

        assert why in text(page)
        assert not PolicyChange.objects.exists()


class TestChangingOtherKinds:
    def test_of_words_holds_at_once_and_says_which_districts_follow(self, office: Office) -> None:
        set_policy(
            kind=PolicyKind.WORDING,
            jurisdiction_id=office.district,
            value=Wording(area="院落"),
            valid_from=office.today,
        )

        preview = text(office.send(PolicyKind.WORDING, words(area="小区"), step="preview"))
        assert "一并变更：纳溪区、龙马潭区" in preview
        assert "不受影响：江阳区" in preview
        office.send(PolicyKind.WORDING, words(area="小区"))

        assert wording(jurisdiction_id=office.city, on=office.today).area == "小区"
        assert wording(jurisdiction_id=office.district, on=office.today).area == "院落"

    def test_to_the_same_value_is_said_in_the_preview(self, office: Office) -> None:
        assert "内容相同（系统默认）" in text(office.send(PolicyKind.WORDING, words(), step="preview"))

    def test_gives_back_what_was_typed_when_one_goes_back(self, office: Office) -> None:
        page = office.send(PolicyKind.WORDING, words(area="新村"), step="back")

        assert 'value="新村"' in page.content.decode()
        assert not PolicyChange.objects.exists()

    @pytest.mark.parametrize(
        ("data", "day", "why"),
        [
            ({"least_days": "0", "wait_for_end": "no"}, 0, "大于或等于1"),
            ({"least_days": "七", "wait_for_end": "no"}, 0, "输入整数"),
            ({"least_days": "7"}, 0, "公示期满后方可进入下一步"),
            ({"least_days": "8", "wait_for_end": "no"}, -1, "不能早于今天"),
            ({"least_days": "8", "wait_for_end": "no", "basis": ""}, 1, "依据"),
        ],
    )
    def test_with_a_mistake_is_told_so(self, office: Office, data: dict[str, str], day: int, why: str) -> None:
        page = office.send(PolicyKind.NOTICE_RULE, NOTICES | data, day=office.today + dt.timedelta(days=day))

        assert "请先更正" in text(page) and why in text(page)
        assert not PolicyChange.objects.exists()

    def test_of_the_vote_takes_a_rule_of_the_law_or_fractions_of_ones_own(self, office: Office) -> None:
        office.send(PolicyKind.VOTING_RULE, {"rule": "OLD_DOUBLE_2_3"}, scope="use")
        office.decide("confirm")
        assert voting_rule(jurisdiction_id=office.city, on=office.today) == OLD_DOUBLE_2_3

        own = {"rule": "OWN", "title": "四分之三", "joined_part": "2", "joined_whole": "3", "joined_inclusive": "on"}
        wrong = office.send(PolicyKind.VOTING_RULE, own | {"agreed_part": "5", "agreed_whole": "4"}, scope="use")
        assert "分子不能大于分母" in text(wrong)
        own |= {"agreed_part": "3", "agreed_whole": "4", "base": "JOINED"}
        office.send(PolicyKind.VOTING_RULE, own, scope="use")
        office.decide("confirm")

        rule = voting_rule(jurisdiction_id=office.city, on=office.today)
        assert rule.words.startswith(
            "由专有部分面积占比 2/3 以上且人数占比 2/3 以上的业主参与表决，经参与表决专有部分面积过 3/4"
        )

    def test_of_the_tariff_replaces_its_rows(self, office: Office) -> None:
        rows: dict[str, Any] = {"row-TOTAL_FORMS": "3", "row-INITIAL_FORMS": "0"}
        rows |= {"row-0-label": "公房", "row-0-natures": ["SOLD_PUBLIC"], "row-0-price": "900", "row-0-percent": "2.5"}
        rows |= {"row-1-label": "其余", "row-1-rate": "61.50"}

        assert "900.00 元/㎡ × 2.5%；适用：已售公有住房" in text(
            office.send(PolicyKind.DEPOSIT_STANDARD, rows, step="preview")
        )
        office.send(PolicyKind.DEPOSIT_STANDARD, rows)
        office.decide("confirm")

        found = deposit_standard(jurisdiction_id=office.city, on=office.today).rows
        assert [(row.label, row.fen_per_m2, row.price_fen_per_m2, row.basis_points) for row in found] == [
            ("公房", 0, 90_000, 250),
            ("其余", 6_150, 0, 0),
        ]

    def test_of_a_tariff_grows_by_two_lines_up_to_the_most(self, office: Office) -> None:
        for typed, shown in (("3", 5), ("11", 12)):
            rows = {"row-TOTAL_FORMS": typed, "row-INITIAL_FORMS": "0", "row-0-label": "其余"}
            page = office.send(PolicyKind.DEPOSIT_STANDARD, rows, step="more")
            assert len(page.context["form"].rows.forms) == shown
            assert 'value="其余"' in page.content.decode()

    def test_of_a_tariff_without_rows_or_amounts_is_refused(self, office: Office) -> None:
        empty = {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "0"}

        assert "至少填写一档" in text(office.send(PolicyKind.DEPOSIT_STANDARD, empty))
        assert "三种方式选一种" in text(office.send(PolicyKind.DEPOSIT_STANDARD, empty | {"row-0-label": "其余"}))

    @pytest.mark.parametrize("kind", [kind for kind in PolicyKind if kind != PolicyKind.REVIEW_CHAIN])
    def test_opens_with_what_holds_and_can_be_sent_as_it_is(self, office: Office, kind: PolicyKind) -> None:
        by = office.security if kind in (PolicyKind.LOGIN_RULE, PolicyKind.PASSWORD_RULE) else office.admin
        form = by.get(office.url("edit", kind)).context["form"]
        sent: dict[str, Any] = {}
        for one in getattr(form, "rows", None) or [form]:
            sent |= {one.add_prefix(name): one[name].value() for name in one.fields}
        if hasattr(form, "rows"):
            sent |= {"row-TOTAL_FORMS": len(form.rows), "row-INITIAL_FORMS": form.rows.initial_form_count()}
        sent = {name: value for name, value in sent.items() if value is not False and value not in (None, "")}

        preview = office.send(kind, sent, step="preview", by=by)

        assert "变更前后对照" in text(preview)
        assert all(before == after for _, before, after in preview.context["rows"])


class TestAPlannedChange:
    def test_is_shown_keeps_others_out_and_is_taken_back(self, office: Office) -> None:
        later = office.today + dt.timedelta(days=20)
        office.send(PolicyKind.WORDING, words(area="小区"), day=later)
        assert "待生效" in text(office.clerk.get(office.url("detail", PolicyKind.WORDING)))

        assert "先撤回该内容" in text(office.send(PolicyKind.WORDING, words(area="院落")))
        office.admin.get(office.url("withdraw", PolicyKind.WORDING))
        office.admin.post(office.url("withdraw", PolicyKind.WORDING), {"basis": "暂缓实施"})

        assert wording(jurisdiction_id=office.city, on=later).area == "物业区域"
        page = text(office.clerk.get(office.url("detail", PolicyKind.WORDING)))
        assert "撤回待生效内容" in page and "员工admin" in page


class TestGivingUpOnesOwn:
    def test_of_a_district_brings_back_the_citys(self, office: Office) -> None:
        office.send(PolicyKind.WORDING, words(area="小区"))
        office.send(PolicyKind.WORDING, words(area="院落"), at_district=True)
        address = office.url("inherit", PolicyKind.WORDING, at_district=True)
        tomorrow = office.today + dt.timedelta(days=1)

        assert "院落" in text(office.admin.get(address))
        office.admin.post(address, {"valid_from": tomorrow.isoformat(), "basis": "统一用语"})

        assert wording(jurisdiction_id=office.district, on=tomorrow).area == "小区"
        assert "没有单独设置" in text(office.admin.post(address, {"valid_from": (tomorrow).isoformat(), "basis": "x"}))


class TestASecondPerson:
    def test_refuses_with_a_reason_that_the_history_keeps(self, office: Office) -> None:
        office.send(PolicyKind.NOTICE_RULE, NOTICES | {"least_days": "3", "wait_for_end": "no"})

        assert "等待您确认" in text(office.approver.get(reverse("policies:overview")))
        assert "请填写不予通过的理由" in text(office.decide("refuse"))
        page = text(office.decide("refuse", reason="少于上级规定"))

        assert "少于上级规定" in page and "未通过" in page
        assert not Policy.objects.filter(kind=PolicyKind.NOTICE_RULE).exists()

    def test_is_not_the_proposer_who_may_take_it_back(self, office: Office) -> None:
        office.send(PolicyKind.NOTICE_RULE, NOTICES | {"least_days": "3", "wait_for_end": "no"})

        assert "提出人以外" in text(office.decide("confirm", by=office.admin))
        assert "已撤销" in text(office.decide("drop", by=office.admin))

    def test_is_no_clerk_and_nobody_of_another_city(self, office: Office) -> None:
        office.send(PolicyKind.NOTICE_RULE, NOTICES | {"least_days": "3", "wait_for_end": "no"})
        far = office.cast["stranger-clerk"].jurisdiction_id
        office.cast.hire("far-approver", [Role.APPROVER], at_city=far)

        assert office.decide("confirm", by=office.clerk).status_code == 403
        assert office.decide("confirm", by=client_of(office.cast, "far-approver")).status_code == 404
        assert PolicyChange.objects.get().state == ChangeState.WAITING


class TestAnAdministrator:
    def test_changes_the_kinds_of_his_own_office_alone(self, office: Office) -> None:
        assert office.admin.get(office.url("edit", PolicyKind.LOGIN_RULE)).status_code == 403
        assert office.security.get(office.url("edit", PolicyKind.LOGIN_RULE)).status_code == 200
        assert office.security.get(office.url("edit", PolicyKind.WORDING)).status_code == 403
        assert office.approver.get(office.url("edit", PolicyKind.WORDING)).status_code == 403

    def test_of_another_city_finds_nothing(self, office: Office) -> None:
        office.cast.hire("far-admin", [Role.SYSTEM_ADMIN], at_city=office.cast["stranger-clerk"].jurisdiction_id)
        far = client_of(office.cast, "far-admin")

        assert far.get(office.url("edit", PolicyKind.WORDING)).status_code == 404
        assert far.get(office.url("detail", PolicyKind.WORDING)).status_code == 404

    def test_asking_for_an_unknown_kind_or_scope_finds_nothing(self, office: Office) -> None:
        city = f"/policies/{office.city}/"
        for address in ("weather/", "review_chain/?scope=unheard_of", "password_rule/?scope=x"):
            assert office.admin.get(city + address).status_code == 404


class TestAPreset:
    def test_is_applied_to_a_new_city_by_its_administrators_and_approver(self, office: Office) -> None:
        far = office.cast["stranger-clerk"].jurisdiction_id
        for name, role in (("fa", Role.SYSTEM_ADMIN), ("fs", Role.SECURITY_ADMIN), ("fp", Role.APPROVER)):
            office.cast.hire(name, [role], at_city=far)
        admin, approver = client_of(office.cast, "fa"), client_of(office.cast, "fp")
        address = reverse("policies:preset", args=[far])
        sent = {"code": "jiangmen", "valid_from": office.today.isoformat()}

        assert "套用城市预设" in text(admin.get(reverse("policies:overview")))
        looked = text(admin.post(address, sent | {"step": "look"}))
        assert "双三分之二" in looked and not Policy.objects.filter(jurisdiction_id=far).exists()
        page = text(admin.post(address, sent | {"step": "apply"}, follow=True))

        assert "须由审批人员确认后生效" in page and "套用城市预设" not in page
        for change in PolicyChange.objects.filter(jurisdiction_id=far, state=ChangeState.WAITING):
            approver.post(reverse("policies:decide", args=[change.pk]), {"step": "confirm"})
        assert voting_rule(jurisdiction_id=far, on=office.today) == OLD_DOUBLE_2_3
        assert "请逐项修改" in text(admin.get(address, follow=True))


class TestTheWordsOfACity:
    def test_stand_in_the_menu_on_the_pages_and_on_the_slip(self, settled: Cast) -> None:
        office, clerk = Office(settled), client_of(settled, "demo-clerk")
        before = text(clerk.get("/areas/"))
        house = House.objects.all()[0]
        changed = words(area="院落", building="座", house="户室", pay_slip="缴款通知书", developer="开发商")

        office.send(PolicyKind.WORDING, changed)

        assert "物业区域与楼盘表" in before
        after = text(clerk.get("/areas/"))
        assert "院落与楼盘表" in after and "院落名称" in after and "开发商" in after
        assert "物业区域与楼盘表" not in after
        assert "户室信息" in text(clerk.get(f"/areas/houses/{house.pk}/"))
        assert "院落管理" in text(client_of(settled, "demo-developer").get("/organisation/"))
        assert _slip_title(settled) == "住宅专项维修资金交款通知单"  # issued before the change

    def test_head_a_slip_as_they_were_when_it_was_issued(self, settled: Cast) -> None:
        long_ago = dt.date(2008, 2, 1)
        value = Wording(pay_slip="缴款通知书")
        set_policy(
            kind=PolicyKind.WORDING, jurisdiction_id=settled.city.jurisdiction.pk, value=value, valid_from=long_ago
        )

        assert _slip_title(settled) == "住宅专项维修资金缴款通知书"

    def test_are_those_of_the_city_whose_page_a_visitor_sees(self, office: Office) -> None:
        office.send(PolicyKind.WORDING, words(area="院落"))

        assert Client().get("/c/jiangcheng/").context["words"].area == "院落"


def _slip_title(settled: Cast) -> str:
    """The title that a slip of the city is printed with now."""
    slip = PaySlip.objects.select_related("custody", "area")[0]
    return keep_paper(slip, by_id=None, at=timezone.now()).title

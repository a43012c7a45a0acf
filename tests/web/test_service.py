"""Who serves an area, walked through the pages: 申请入驻, 入驻审批, 物业区域关联, the area's history, ending a service.

# covers: E15 E16
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.circle.person import picture
from tests.procedures.test_area_collection import filled, submit
from tests.web.pages import client_of, text
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.estate.models import Area, Service
from upkeep.messaging.models import Message
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.service_rule import ServiceRule

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "周经办", "contact_phone": "13900002222"}


def open_ways(cast: Cast, *ways: str, **rule: Any) -> None:
    set_policy(
        kind=PolicyKind.SERVICE_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=ServiceRule(ways=ways, **rule),
        valid_from=timezone.localdate() - dt.timedelta(days=40),
    )


def case_base(answer: Any) -> str:
    """`/cases/<number>/` of the draft that a button began."""
    address = str(answer["Location"])
    assert address.endswith("edit/1/"), address
    return address.removesuffix("edit/1/")


def hand_in(client: Client, base: str) -> None:
    version = Case.objects.get(number=base.split("/")[2]).version
    answer = client.post(f"{base}move/", {"move": "SUBMIT", "version": str(version)})
    assert str(answer["Location"]).endswith("/done/"), text(client.get(answer["Location"]))


def asked_to_move_in(cast: Cast, who: str = "more-company2", area: str = "江南名邸") -> Case:
    """The company's way: find the area, say why, hand in."""
    client = client_of(cast, who)
    base = case_base(client.post("/service/move-in/begin/", {"area": str(cast.area(area).pk)}))
    client.post(f"{base}edit/1/", {"reason": "业主大会选聘", **CONTACT})
    hand_in(client, base)
    return Case.objects.get(number=base.split("/")[2])


class TestMovingIn:
    def test_is_found_asked_for_and_passed_by_the_developer(self, settled: Cast) -> None:
        open_ways(settled, "MOVE_IN")
        company, developer = client_of(settled, "more-company2"), client_of(settled, "demo-developer")
        area = settled.area()
        found = text(company.get("/service/move-in/?q=江南"))
        assert "江南名邸" in found and area.address in found and settled.city.companies[0].name not in found

        case = asked_to_move_in(settled)
        assert "办理中" in text(company.get("/service/move-in/?q=jnmd"))
        waiting = text(developer.get("/service/approvals/?q=江南"))
        assert case.number in waiting and settled.city.companies[1].name in waiting
        assert case.number not in text(developer.get("/service/approvals/?q=翠竹"))
        sent = {"move": "PASS", "version": str(case.version)}
        done = developer.post(f"/service/approvals/{case.number}/", sent, follow=True)

        assert "入驻申请已通过" in text(done)
        assert case.number in text(developer.get("/service/approvals/?tab=passed"))
        assert "已办结" in text(company.get("/service/move-in/"))
        history = text(company.get(f"/areas/{area.pk}/"))
        assert settled.city.companies[1].name in history and f"入驻申请 {case.number}" in history
        assert f"由{settled.city.companies[1].name}接替" in history
        assert client_of(settled, "demo-company").get(f"/areas/{area.pk}/").status_code == 404
        again = developer.post(f"/service/approvals/{case.number}/", sent, follow=True)
        assert "刚刚由他人办理过" in text(again)

    def test_is_rejected_with_a_reason_only(self, settled: Cast) -> None:
        open_ways(settled, "MOVE_IN")
        case, developer = asked_to_move_in(settled), client_of(settled, "demo-developer")
        address = f"/service/approvals/{case.number}/"

        assert "驳回须写明理由" in text(developer.post(address, {"move": "REJECT"}, follow=True))
        developer.post(address, {"move": "REJECT", "note": "尚未召开业主大会"})

        assert case.number in text(developer.get("/service/approvals/?tab=rejected"))
        company = client_of(settled, "more-company2")
        assert "不予办理" in text(company.get("/service/move-in/"))
        assert "尚未召开业主大会" in text(company.get(f"/cases/{case.number}/"))
        assert settled.area().property_company == settled.city.companies[0]

    @pytest.mark.parametrize("move", ["", "RETURN", "WITHDRAW", "x"])
    def test_is_answered_in_no_other_way(self, settled: Cast, move: str) -> None:
        open_ways(settled, "MOVE_IN")
        case = asked_to_move_in(settled)

        client_of(settled, "demo-developer").post(f"/service/approvals/{case.number}/", {"move": move, "note": "x"})

        case.refresh_from_db()
        assert case.state == State.SUBMITTED

    def test_is_not_there_for_another_developer(self, settled: Cast) -> None:
        open_ways(settled, "MOVE_IN")
        case, other = asked_to_move_in(settled), client_of(settled, "more-developer2")

        assert case.number not in text(other.get("/service/approvals/"))
        assert other.post(f"/service/approvals/{case.number}/", {"move": "PASS"}).status_code == 404

    def test_shows_no_area_of_another_city(self, settled: Cast) -> None:
        open_ways(settled, "MOVE_IN")
        area, company = settled.area("翠竹苑"), client_of(settled, "demo-company")
        far = client_of(settled, "stranger-clerk")
        Area.objects.filter(pk=area.pk).update(
            jurisdiction_id=settled.city.users["stranger-clerk"].jurisdiction_id, developer=None
        )

        assert "没有名称包含" in text(company.get("/service/move-in/?q=翠竹苑"))
        answer = company.post("/service/move-in/begin/", {"area": str(area.pk)}, follow=True)
        assert "请先在列表中选择小区" in text(answer)
        assert far.get("/service/move-in/").status_code == 403
        assert not Case.objects.filter(procedure="move_in").exists()

    def test_of_an_area_that_one_serves_says_so(self, settled: Cast) -> None:
        open_ways(settled, "MOVE_IN")
        company = client_of(settled, "demo-company")

        assert "起服务" in text(company.get("/service/move-in/?q=江南名邸"))
        answer = company.post("/service/move-in/begin/", {"area": str(settled.area().pk)}, follow=True)
        assert "不能重复申请" in text(answer)

    def test_makes_itself_when_the_developer_names_the_company(self, settled: Cast) -> None:
        open_ways(settled, "MOVE_IN")
        named = settled.city.companies[1]
        case = submit(settled, filled(settled, property_company=str(named.pk)))
        for who, move in (("demo-clerk", "ACCEPT"), ("demo-reviewer", "PASS"), ("demo-approver", "PASS")):
            case.refresh_from_db()
            if case.state != State.APPROVED:
                client_of(settled, who).post(f"/cases/{case.number}/move/", {"move": move})
        case.refresh_from_db()
        assert case.state == State.APPROVED

        made = Case.objects.get(procedure="move_in")

        assert made.state == State.APPROVED and made.applicant_organisation == named
        assert made.number in text(client_of(settled, "more-company2").get("/service/move-in/"))
        passed = text(client_of(settled, "demo-developer").get("/service/approvals/?tab=passed"))
        assert made.number in passed
        assert Area.objects.get(name="云水谣").property_company == named


class TestAssociating:
    def search(self, cast: Cast, **more: str) -> dict[str, str]:
        area = cast.area()
        assert area.developer is not None
        return {"developer": area.developer.name, "district": str(area.jurisdiction_id)} | more

    def test_is_found_ticked_and_reviewed_by_the_office(self, settled: Cast) -> None:
        company, area = client_of(settled, "more-company2"), settled.area()
        assert "请同时填写" in text(company.get("/service/association/?developer=江"))
        assert "江南名邸" in text(company.get("/service/association/", self.search(settled)))
        assert "没有找到" in text(company.get("/service/association/", self.search(settled, developer="没有的")))

        base = case_base(company.post("/service/association/begin/", {"area": [str(area.pk)]}))
        company.post(f"{base}edit/1/", {"papers_by": "UPLOAD", **CONTACT})
        assert "物业服务合同" in text(company.get(f"{base}edit/2/"))
        company.post(f"{base}papers/", {"contract": picture(), "licence": picture()})
        confirm = text(company.get(f"{base}edit/3/"))
        assert settled.city.companies[0].name in confirm and "服务关系于前一日终止" in confirm
        hand_in(company, base)
        done = text(company.get(f"{base}done/"))
        assert area.jurisdiction.office_name in done and "请记下业务单编号" in done
        number = base.split("/")[2]
        assert number in text(company.get("/service/association/"))

        reviewer = client_of(settled, "demo-reviewer")
        assert number in text(reviewer.get("/office/"))
        reviewer.post(f"{base}move/", {"move": "PASS"})

        assert settled.area().property_company == settled.city.companies[1]
        told = Message.objects.filter(user=settled.city.users["demo-company"]).values_list("title", flat=True)
        assert "服务关系已终止" in told

    def test_with_papers_skipped_says_where_to_bring_them(self, settled: Cast) -> None:
        company, base = self.begun(settled)

        company.post(f"{base}edit/1/", {"papers_by": "BRING", **CONTACT})
        hand_in(company, base)

        done = text(company.get(f"{base}done/"))
        assert "请携带以下材料到窗口" in done and "物业服务合同" in done
        assert settled.area().jurisdiction.office_name in done

    def test_overdue_is_visible_to_both_sides(self, settled: Cast) -> None:
        company, base = self.begun(settled)
        company.post(f"{base}edit/1/", {"papers_by": "BRING", **CONTACT})
        hand_in(company, base)
        number = base.split("/")[2]
        Case.objects.filter(number=number).update(due_on=timezone.localdate() - dt.timedelta(days=1))

        assert "已超期" in text(company.get("/service/association/"))
        assert "超期" in text(client_of(settled, "demo-reviewer").get(f"/cases/?q={number}"))

    def begun(self, cast: Cast) -> tuple[Client, str]:
        company = client_of(cast, "more-company2")
        return company, case_base(company.post("/service/association/begin/", {"area": [str(cast.area().pk)]}))

    def test_without_a_tick_begins_nothing(self, settled: Cast) -> None:
        company = client_of(settled, "more-company2")

        for sent in ({}, {"area": ["x", "0", "9" * 30]}):
            answer = company.post("/service/association/begin/", sent, follow=True)
            assert "请先在列表中选择小区" in text(answer)
        assert not Case.objects.filter(procedure="area_association").exists()


class TestTheWaysOfACity:
    def test_that_are_closed_are_in_no_menu_and_not_found(self, settled: Cast) -> None:
        open_ways(settled, "ASSOCIATION")
        company, developer = client_of(settled, "demo-company"), client_of(settled, "demo-developer")

        assert "申请入驻" not in text(company.get("/organisation/"))
        assert "物业区域关联" in text(company.get("/organisation/"))
        assert company.get("/service/move-in/").status_code == 404
        assert developer.get("/service/approvals/").status_code == 404
        assert company.post("/service/move-in/begin/").status_code == 404
        open_ways_now(settled, "MOVE_IN")
        assert "申请入驻" in text(company.get("/organisation/"))
        assert "入驻审批" in text(developer.get("/organisation/"))
        assert company.get("/service/association/").status_code == 404

    def test_ask_nothing_for_pages_of_the_office(self, settled: Cast, django_assert_max_num_queries: Any) -> None:
        client = client_of(settled, "demo-clerk")
        with django_assert_max_num_queries(40) as seen:
            client.get("/areas/")
        assert not [one for one in seen.captured_queries if "service_rule" in one["sql"]]

    def test_are_asked_for_once_a_page(self, settled: Cast, django_assert_max_num_queries: Any) -> None:
        client = client_of(settled, "demo-company")
        with django_assert_max_num_queries(60) as seen:
            client.get("/organisation/")
        assert len([one for one in seen.captured_queries if "service_rule" in one["sql"]]) == 1


class TestEndingAService:
    def test_is_the_offices_with_a_reason(self, settled: Cast) -> None:
        area, clerk = settled.area(), client_of(settled, "demo-clerk")
        service = Service.objects.get(area=area, kind="PROPERTY_COMPANY")
        address = f"/service/{area.pk}/{service.pk}/end/"

        assert "终止服务的原因" in text(clerk.post(address, {"reason": " "}, follow=True))
        shown = text(clerk.post(address, {"reason": "合同到期未续"}, follow=True))

        assert "合同到期未续" in shown and "服务关系已终止" in shown
        company = client_of(settled, "demo-company")
        assert "江南名邸" not in text(company.get("/areas/"))
        assert company.get(f"/projects/new/{area.pk}/").status_code == 404
        assert Message.objects.filter(user=settled.city.users["demo-company"], event="service.ended").count() == 1
        assert "不必再次办理" in text(clerk.post(address, {"reason": "再来"}, follow=True))

    def test_of_another_area_or_city_is_not_found(self, settled: Cast) -> None:
        service = Service.objects.get(area=settled.area(), kind="PROPERTY_COMPANY")
        other = f"/service/{settled.area('翠竹苑').pk}/{service.pk}/end/"

        assert client_of(settled, "demo-clerk").post(other, {"reason": "x"}).status_code == 404
        own = f"/service/{settled.area().pk}/{service.pk}/end/"
        assert client_of(settled, "stranger-clerk").post(own, {"reason": "x"}).status_code == 404
        assert client_of(settled, "demo-company").post(own, {"reason": "x"}).status_code == 403


def open_ways_now(cast: Cast, *ways: str) -> None:
    """From today on, whatever was opened before."""
    set_policy(
        kind=PolicyKind.SERVICE_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=ServiceRule(ways=ways),
        valid_from=timezone.localdate(),
    )

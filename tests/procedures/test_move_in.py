"""入驻申请 as a procedure: who decides it, what stands against it, what follows, and the one that makes itself.

# covers: E15
"""

import datetime as dt
from typing import Any

import pytest

from tests.cast import AT, Cast, at_once, move
from upkeep.casework import engine
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate.models import Area, Service, ServiceRequest
from upkeep.estate.proposals import makes_itself, propose
from upkeep.estate.serving import AreaIsServed, end_service
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems
from upkeep.messaging.models import Message
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.service_rule import ServiceRule
from upkeep.repairs.queries import areas_to_start_in

pytestmark = pytest.mark.django_db
TODAY = day_of(AT)


def opened(cast: Cast, **rule: Any) -> None:
    """The city has move-in applications."""
    set_policy(
        kind=PolicyKind.SERVICE_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=ServiceRule(**({"ways": ("MOVE_IN",)} | rule)),
        valid_from=TODAY - dt.timedelta(days=30),
    )


def drafted(cast: Cast, who: str = "more-company2", area: Area | None = None) -> Case:
    data = {AREAS: [(area or cast.area()).pk], "reason": "业主大会选聘本单位"}
    return engine.start(register["move_in"], by=cast[who], at=AT, data=data)


def submitted(cast: Cast, who: str = "more-company2") -> Case:
    return move(drafted(cast, who), Move.SUBMIT, cast[who])


def titles(cast: Cast, who: str) -> list[str]:
    found = Message.objects.filter(user_id=cast[who].user_id).order_by("created_at", "pk")
    return list(found.values_list("title", flat=True))


class TestAMoveIn:
    def test_is_decided_by_the_areas_developer_and_begins_the_service(self, settled: Cast) -> None:
        opened(settled)
        area, old, new = settled.area(), settled.city.companies[0], settled.city.companies[1]
        case = submitted(settled)
        assert (case.waits_for, case.area_id) == ("DEVELOPER", area.pk)
        assert "收到入驻申请" in titles(settled, "demo-developer")

        case = move(case, Move.PASS, settled["demo-developer"])

        assert case.state == State.APPROVED
        service = Service.objects.get(area=area, kind="PROPERTY_COMPANY", until__isnull=True)
        assert (service.organisation, service.since, service.case) == (new, TODAY, case)
        assert Service.objects.get(area=area, organisation=old).until == TODAY
        assert "服务关系已生效" in titles(settled, "more-company2")
        assert "服务关系已终止" in titles(settled, "demo-company")
        assert not ServiceRequest.objects.exists()

    def test_lets_the_new_company_begin_projects_and_the_old_one_no_more(self, settled: Cast) -> None:
        opened(settled)
        area = settled.area()
        assert area in areas_to_start_in(settled["demo-company"])

        move(submitted(settled), Move.PASS, settled["demo-developer"])

        assert area not in areas_to_start_in(settled["demo-company"])
        assert area in areas_to_start_in(settled["more-company2"])

    def test_rejected_leaves_everything_and_tells_the_company(self, settled: Cast) -> None:
        opened(settled)
        case = submitted(settled)
        with pytest.raises(HasProblems):
            move(case, Move.REJECT, settled["demo-developer"])

        move(case, Move.REJECT, settled["demo-developer"], note="尚未召开业主大会")

        assert settled.area().property_company == settled.city.companies[0]
        assert "服务申请未通过" in titles(settled, "more-company2")
        submitted(settled)  # may ask again

    def test_withdrawn_may_be_asked_again(self, settled: Cast) -> None:
        opened(settled)
        move(submitted(settled), Move.WITHDRAW, settled["more-company2"])

        assert submitted(settled).state == State.SUBMITTED

    def test_goes_to_the_office_where_the_city_says_so(self, settled: Cast) -> None:
        opened(settled, move_in_decided_by="OFFICE")
        case = submitted(settled)
        assert case.waits_for == "FIRST_REVIEWER"
        with pytest.raises(NotYours):
            move(case, Move.PASS, settled["demo-developer"])

        move(case, Move.PASS, settled["demo-reviewer"])

        assert settled.area().property_company == settled.city.companies[1]

    def test_goes_to_the_office_where_the_area_has_no_developer(self, settled: Cast) -> None:
        opened(settled)
        Area.objects.filter(pk=settled.area().pk).update(developer=None)

        assert submitted(settled).waits_for == "FIRST_REVIEWER"

    def test_is_no_other_developers_business(self, settled: Cast) -> None:
        opened(settled)
        case = submitted(settled)

        for who in ("more-developer2", "demo-clerk", "more-company3", "more-company2"):
            with pytest.raises(NotYours):
                move(case, Move.PASS, settled[who])

    def test_is_not_begun_where_the_city_has_none(self, settled: Cast) -> None:
        with pytest.raises(NotYours):
            drafted(settled)

    def test_of_a_company_that_serves_or_has_asked_is_refused(self, settled: Cast) -> None:
        opened(settled)
        with pytest.raises(HasProblems, match="起服务"):
            submitted(settled, "demo-company")
        submitted(settled)
        with pytest.raises(HasProblems, match="办理中"):
            submitted(settled)

    def test_without_an_area_of_the_city_is_refused(self, settled: Cast) -> None:
        opened(settled)
        by = settled["more-company2"]
        case = engine.start(register["move_in"], by=by, at=AT, data={AREAS: [12345], "reason": "选聘"})

        with pytest.raises(HasProblems, match="没有选择小区"):
            move(case, Move.SUBMIT, by)

    def test_does_not_end_a_company_that_came_in_between(self, settled: Cast) -> None:
        opened(settled)
        first, second = submitted(settled, "more-company2"), submitted(settled, "more-company3")
        move(first, Move.PASS, settled["demo-developer"])

        with pytest.raises(AreaIsServed, match="与提交时不同"):
            move(second, Move.PASS, settled["demo-developer"])

        second.refresh_from_db()
        assert second.state == State.SUBMITTED
        assert settled.area().property_company == settled.city.companies[1]
        move(second, Move.REJECT, settled["demo-developer"], note="已选聘其他单位")


class TestTheOneThatMakesItself:
    def test_counts_as_passed_by_the_developer_who_named_the_company(self, settled: Cast) -> None:
        opened(settled)
        area, company = settled.area(), settled.city.companies[1]
        service = Service.objects.get(area=area, kind="PROPERTY_COMPANY")
        end_service(service_id=service.pk, until=TODAY, reason="合同到期", at=AT)

        case = propose(area, organisation_id=company.pk, named_in=drafted(settled), at=AT)

        assert (case.state, case.applicant_organisation) == (State.APPROVED, company)
        assert settled.area().property_company == company
        passed = case.events.get(move=Move.PASS)
        assert passed.by_role == "开发建设单位" and "已指定该单位" in passed.note
        assert makes_itself(jurisdiction_id=area.jurisdiction_id, on=TODAY)

    def test_waits_for_the_office_where_the_office_decides(self, settled: Cast) -> None:
        opened(settled, move_in_decided_by="OFFICE")
        area, company = settled.area(), settled.city.companies[1]

        case = propose(area, organisation_id=company.pk, named_in=drafted(settled), at=AT)

        assert (case.state, case.waits_for) == (State.SUBMITTED, "FIRST_REVIEWER")
        assert settled.area().property_company == settled.city.companies[0]

    @pytest.mark.parametrize("rule", [{"ways": ("ASSOCIATION",)}, {"proposed_when_named": False}])
    def test_is_not_made_where_the_city_wants_none(self, settled: Cast, rule: dict[str, Any]) -> None:
        opened(settled, **rule)

        assert not makes_itself(jurisdiction_id=settled.area().jurisdiction_id, on=TODAY)


@pytest.mark.commits
class TestTwoAtOnce:
    def test_passings_of_one_application_begin_one_service(self, settled: Cast) -> None:
        opened(settled)
        case = submitted(settled)
        one, two = settled["demo-developer"], settled["colleague"]

        answers = at_once(lambda: move(case, Move.PASS, one), lambda: move(case, Move.PASS, two))

        assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [NotNow]
        assert Service.objects.filter(case=case).count() == 1

    def test_companies_for_one_area_leave_one_in_service(self, settled: Cast) -> None:
        opened(settled)
        first, second = submitted(settled, "more-company2"), submitted(settled, "more-company3")
        one, two = settled["demo-developer"], settled["colleague"]

        answers = at_once(lambda: move(first, Move.PASS, one), lambda: move(second, Move.PASS, two))

        assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [AreaIsServed]
        open_ones = Service.objects.filter(area=settled.area(), kind="PROPERTY_COMPANY", until__isnull=True)
        assert open_ones.count() == 1

    def test_applications_of_one_company_leave_one(self, settled: Cast) -> None:
        opened(settled)
        first, second = drafted(settled), drafted(settled)
        by = settled["more-company2"]

        at_once(lambda: move(first, Move.SUBMIT, by), lambda: move(second, Move.SUBMIT, by))

        assert Case.objects.filter(procedure="move_in", state=State.SUBMITTED).count() == 1
        assert ServiceRequest.objects.count() == 1

"""物业区域关联 as a procedure: papers uploaded or brought, who reviews and until when, what follows.

# covers: E16
"""

import datetime as dt
from typing import Any

import pytest

from tests.cast import AT, Cast, move
from tests.circle.person import picture
from upkeep.casework import engine, files
from upkeep.casework.deadlines import add_working_days
from upkeep.casework.engine import NotYours
from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.city import found_committee
from upkeep.estate.models import Area, ServiceRequest
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.policy.service_rule import ServiceRule

pytestmark = pytest.mark.django_db
TODAY = day_of(AT)
SINCE = TODAY - dt.timedelta(days=30)


def areas_of_one_district(cast: Cast) -> list[Area]:
    area = cast.area()
    Area.objects.update(jurisdiction_id=area.jurisdiction_id)
    return [area, cast.area("翠竹苑")]


def drafted(cast: Cast, areas: list[Area], who: str = "more-company3", **data: Any) -> Case:
    given = {AREAS: [area.pk for area in areas], "papers_by": "BRING"} | data
    return engine.start(register["area_association"], by=cast[who], at=AT, data=given)


def submitted(cast: Cast, areas: list[Area], who: str = "more-company3", **data: Any) -> Case:
    return move(drafted(cast, areas, who, **data), Move.SUBMIT, cast[who])


class TestAnAssociation:
    def test_of_several_areas_begins_each_service_and_ends_those_before(self, settled: Cast) -> None:
        areas = areas_of_one_district(settled)
        case = submitted(settled, areas)
        assert case.jurisdiction_id == areas[0].jurisdiction_id
        shown = case_summary(case)
        assert settled.city.companies[0].name in shown and "终止" in shown

        move(case, Move.PASS, settled["demo-reviewer"])

        for area in areas:
            assert Area.objects.get(pk=area.pk).property_company == settled.city.companies[2]
        assert not ServiceRequest.objects.exists()
        # What it says stays as it was handed in.
        assert settled.city.companies[0].name in case_summary(Case.objects.get(pk=case.pk))

    def test_is_due_within_the_working_days_of_the_rule(self, settled: Cast) -> None:
        assert submitted(settled, [settled.area()]).due_on == add_working_days(TODAY, 3)
        rule(settled, association_days=7)
        assert submitted(settled, [settled.area("翠竹苑")]).due_on == add_working_days(TODAY, 7)

    def test_follows_a_chain_that_the_city_has_set(self, settled: Cast) -> None:
        set_policy(
            kind=PolicyKind.REVIEW_CHAIN,
            jurisdiction_id=settled.city.jurisdiction.pk,
            scope="area_association",
            value=ReviewChain(steps=(ChainStep("APPROVER", 2),)),
            valid_from=SINCE,
        )

        assert submitted(settled, [settled.area()]).waits_for == "APPROVER"

    def test_with_papers_asks_for_every_required_one(self, settled: Cast) -> None:
        case, by = drafted(settled, [settled.area()], papers_by="UPLOAD"), settled["more-company3"]
        with pytest.raises(HasProblems, match=r"物业服务合同.*营业执照"):
            move(case, Move.SUBMIT, by)

        for code in ("contract", "licence"):
            files.attach(case.pk, paper=code, name=f"{code}.png", content=picture().getvalue(), by=by, at=AT)

        assert move(case, Move.SUBMIT, by).state == State.SUBMITTED

    def test_with_papers_skipped_names_what_to_bring(self, settled: Cast) -> None:
        case = submitted(settled, [settled.area()])
        procedure = register["area_association"]

        assert procedure.papers_of(case) == ()
        assert "物业服务合同" in procedure.guide_of(case).bring

    def test_may_not_skip_the_papers_where_the_city_forbids_it(self, settled: Cast) -> None:
        rule(settled, papers_may_be_brought=False)

        with pytest.raises(HasProblems):
            submitted(settled, [settled.area()])

    def test_of_a_committee_asks_for_its_own_paper(self, settled: Cast) -> None:
        area = settled.area("翠竹苑")
        committee = found_committee(settled.city, area_name=area.name, at=AT, password_hash="!")
        who = next(name for name, user in settled.city.users.items() if user.organisation_id == committee.pk)

        case = submitted(settled, [area], who)
        assert "业主委员会备案证明" in register["area_association"].guide_of(case).bring
        move(case, Move.PASS, settled["demo-reviewer"])

        assert Area.objects.get(pk=area.pk).committee == committee

    def test_is_for_one_district_at_a_time(self, settled: Cast) -> None:
        areas = [settled.area(), settled.area("翠竹苑")]
        Area.objects.filter(pk=areas[1].pk).update(jurisdiction=settled.city.districts[1])

        with pytest.raises(HasProblems, match="不同区县"):
            submitted(settled, areas)

    def test_of_an_area_served_or_asked_for_already_is_refused(self, settled: Cast) -> None:
        with pytest.raises(HasProblems, match="起服务"):
            submitted(settled, [settled.area("康宁家园")])
        submitted(settled, [settled.area()])
        with pytest.raises(HasProblems, match="办理中"):
            submitted(settled, [settled.area()])

    def test_is_decided_by_the_office_of_the_city_only(self, settled: Cast) -> None:
        case = submitted(settled, [settled.area()])

        for who in ("demo-developer", "stranger-clerk", "demo-clerk", "more-company3"):
            with pytest.raises(NotYours):
                move(case, Move.PASS, settled[who])

    def test_returned_may_be_handed_in_again(self, settled: Cast) -> None:
        case = move(submitted(settled, [settled.area()]), Move.RETURN, settled["demo-reviewer"], note="缺合同页")
        assert not ServiceRequest.objects.exists()

        again = move(case, Move.SUBMIT, settled["more-company3"], at=AT + dt.timedelta(hours=1))

        assert again.state == State.SUBMITTED

    def test_is_not_begun_by_a_developer_or_where_the_city_has_none(self, settled: Cast) -> None:
        with pytest.raises(NotYours):
            drafted(settled, [settled.area()], "demo-developer")
        rule(settled, ways=("MOVE_IN",))
        with pytest.raises(NotYours):
            drafted(settled, [settled.area()])


def rule(cast: Cast, **given: Any) -> None:
    set_policy(
        kind=PolicyKind.SERVICE_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=ServiceRule(**given),
        valid_from=SINCE,
    )


def case_summary(case: Case) -> str:
    return str(register["area_association"].summary(case))

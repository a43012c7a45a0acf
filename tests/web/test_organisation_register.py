"""单位管理: the office finds an organisation, changes its kind, suspends and resumes it."""

# covers: I9

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, at_once
from tests.web.pages import client_of, text
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.estate.models import Area
from upkeep.identity import organisations
from upkeep.kernel.errors import Refusal
from upkeep.parties.actions import register_organisation, set_password
from upkeep.parties.models import Organisation, OrganisationChange, OrganisationKind, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.web.public import captcha

PASSWORD = "shan-gao-yue-xiao-8"
REASON = {"reason": "小区管理处改制为物业服务企业"}


def kind_page(one: Organisation) -> str:
    return reverse("administration:change_kind", args=[one.pk])


@pytest.mark.django_db
class TestTheRegister:
    def test_finds_by_name_code_kind_and_state(self, cast: Cast) -> None:
        clerk, address = client_of(cast, "demo-clerk"), reverse("administration:organisations")
        developer = cast.city.developers[0]

        for query in ({"q": "江南置地"}, {"q": developer.code}, {"kind": "DEVELOPER", "state": "ACTIVE"}):
            assert developer.name in text(clerk.get(address, query))
        for query in ({"q": "没有这家"}, {"kind": "BANK"}, {"state": "SUSPENDED"}):
            assert developer.name not in text(clerk.get(address, query))
        assert clerk.get(reverse("administration:export_organisations")).status_code == 200

    def test_shows_users_areas_and_cases_and_masks_the_phone(self, settled: Cast) -> None:
        clerk, developer = client_of(settled, "demo-clerk"), settled.city.developers[0]
        area = Area.objects.filter(developer=developer)[0]

        shown = text(clerk.get(reverse("administration:organisation", args=[developer.pk])))

        assert "demo-developer" in shown and area.name in shown
        assert developer.contact_phone not in shown

    def test_shows_a_district_the_areas_of_the_district_only(self, settled: Cast) -> None:
        clerk = client_of(settled, "demo-district-clerk")
        near, far = settled.city.districts[0], settled.city.districts[1:]
        developer = Area.objects.filter(jurisdiction=near)[0].developer
        assert developer is not None
        Area.objects.filter(jurisdiction__in=far).update(developer=developer)

        shown = text(clerk.get(reverse("administration:organisation", args=[developer.pk])))

        assert all(area.name in shown for area in Area.objects.filter(jurisdiction=near, developer=developer))
        assert all(area.name not in shown for area in Area.objects.filter(jurisdiction__in=far))


@pytest.mark.django_db
class TestAnotherKind:
    def test_takes_the_users_along_and_leaves_areas_cases_and_passwords(self, settled: Cast) -> None:
        developer, user = settled.city.developers[0], settled.city.users["demo-developer"]
        areas = set(Area.objects.filter(developer=developer).values_list("pk", flat=True))
        case = engine.start(register["area_collection"], by=settled["demo-developer"], at=AT)
        browser = client_of(settled, "demo-developer")
        approver = client_of(settled, "demo-approver")

        answer = approver.post(kind_page(developer), REASON | {"kind": "PROPERTY_COMPANY"}, follow=True)

        assert "已变更为物业服务企业" in text(answer) and "小区管理处改制" in text(answer)
        after = User.objects.get(pk=user.pk)
        assert actor_of(after).roles == {Role.PROPERTY_COMPANY, Role.ORG_ADMIN}
        assert (after.username, after.password) == (user.username, user.password)
        assert set(Area.objects.filter(developer=developer).values_list("pk", flat=True)) == areas
        assert browser.get(reverse("organisation:home")).status_code == 302
        settled.city.users["demo-developer"].refresh_from_db()
        again = client_of(settled, "demo-developer")
        assert (
            case.number in again.get(reverse("cases:show", args=[case.number]))["Location"]
        )  # his draft, to go on with
        assert Area.objects.get(pk=min(areas)).name in text(again.get(reverse("estate:areas")))

    def test_is_refused_for_a_bank(self, cast: Cast) -> None:
        approver = client_of(cast, "demo-approver")

        answer = approver.post(kind_page(cast.city.banks[0]), REASON | {"kind": "DEVELOPER"})

        assert "专户银行的类别不能变更" in text(answer)
        assert Organisation.objects.get(pk=cast.city.banks[0].pk).kind == OrganisationKind.BANK

    def test_is_refused_when_it_is_registered_as_that_already(self, cast: Cast) -> None:
        developer = cast.city.developers[0]
        register_organisation(
            jurisdiction_id=developer.jurisdiction_id,
            kind=OrganisationKind.PROPERTY_COMPANY,
            name="同一单位",
            code="SAME",
            social_credit_code=developer.social_credit_code,
            contact_name="某",
            contact_phone="13808305501",
            at=AT,
        )

        answer = client_of(cast, "demo-approver").post(kind_page(developer), REASON | {"kind": "PROPERTY_COMPANY"})

        assert "已登记为物业服务企业" in text(answer)

    def test_asks_for_a_reason(self, cast: Cast) -> None:
        developer = cast.city.developers[0]

        client_of(cast, "demo-approver").post(kind_page(developer), {"kind": "PROPERTY_COMPANY"})

        assert Organisation.objects.get(pk=developer.pk).kind == OrganisationKind.DEVELOPER

    @pytest.mark.parametrize("who", ["demo-clerk", "demo-system-admin", "demo-developer"])
    def test_is_the_approvers_alone(self, cast: Cast, who: str) -> None:
        assert client_of(cast, who).get(kind_page(cast.city.developers[0])).status_code == 403

    def test_of_a_citys_organisation_is_not_a_districts(self, cast: Cast) -> None:
        cast.hire("district-approver", [Role.APPROVER], at_city=cast.city.districts[0].pk)

        answer = client_of(cast, "district-approver").post(
            kind_page(cast.city.developers[0]), REASON | {"kind": "PROPERTY_COMPANY"}
        )

        assert "不在您的管理范围内" in text(answer)


@pytest.mark.django_db
class TestASuspendedOrganisation:
    def suspend(self, cast: Cast, who: str = "demo-approver") -> str:
        address = reverse("administration:suspend_organisation", args=[cast.city.developers[0].pk])
        return text(client_of(cast, who).post(address, {"reason": "被列入失信名单"}, follow=True))

    def test_has_its_users_thrown_out_and_told_why_at_the_login(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser, user = client_of(cast, "demo-developer"), cast.city.users["demo-developer"]
        assert browser.get(reverse("organisation:home")).status_code == 200

        assert "其用户不能再登录" in self.suspend(cast)

        assert browser.get(reverse("organisation:home")).status_code == 302
        assert actor_of(User.objects.get(pk=user.pk)).is_anonymous
        user = User.objects.get(pk=user.pk)
        set_password(user=user, password=PASSWORD, at=AT)
        monkeypatch.setattr(captcha, "ALPHABET", "A")
        browser.get("/captcha.png")
        answer = browser.post(
            "/c/jiangcheng/login/?as=developer",
            {"username": user.username, "password": PASSWORD, "captcha": "A" * captcha.LENGTH},
            follow=True,
        )
        assert "江南置地开发有限公司已被维修资金管理部门停用" in text(answer)
        assert browser.get(reverse("organisation:home")).status_code == 302

    def test_works_again_once_resumed(self, cast: Cast) -> None:
        self.suspend(cast)
        address = reverse("administration:resume_organisation", args=[cast.city.developers[0].pk])

        shown = text(client_of(cast, "demo-system-admin").post(address, {"reason": "已更正"}, follow=True))

        assert "恢复单位" in shown and "被列入失信名单" in shown and "已更正" in shown
        cast.city.users["demo-developer"].refresh_from_db()
        assert client_of(cast, "demo-developer").get(reverse("organisation:home")).status_code == 200

    def test_is_not_suspended_without_a_reason_nor_twice(self, cast: Cast) -> None:
        address = reverse("administration:suspend_organisation", args=[cast.city.developers[0].pk])
        approver: Client = client_of(cast, "demo-approver")

        assert "请填写原因" in text(approver.post(address, {"reason": " "}, follow=True))
        self.suspend(cast)
        assert "该单位已经停用" in self.suspend(cast)


@pytest.mark.commits
class TestTwoSuspensionsAtOnce:
    def test_are_written_down_once(self, cast: Cast) -> None:
        one, by = cast.city.developers[0], cast["demo-approver"]

        def suspend() -> object:
            return organisations.suspend(one.pk, reason="失信", by=by, at=AT)

        answers = at_once(suspend, suspend)

        assert sum(isinstance(answer, Refusal) for answer in answers) == 1
        assert one.history.count() == 1


@pytest.mark.django_db
class TestAnOwnersCommittee:
    def page(self, organisation: Organisation) -> str:
        return reverse("administration:self_manage", args=[organisation.pk])

    def test_is_given_its_own_management_and_loses_it_again(self, settled: Cast) -> None:
        committee, approver = settled.city.committees[0], client_of(settled, "demo-approver")

        given = approver.post(self.page(committee), {"is_self_managed": "1"}, follow=True)
        twice = approver.post(self.page(committee), {"is_self_managed": "1"}, follow=True)

        assert "已设为自管模式" in text(given) and "取消自管模式" in text(given)
        assert "已经是自管模式" in text(twice)
        assert "已取消自管模式" in text(approver.post(self.page(committee), {"is_self_managed": "0"}, follow=True))
        changes = OrganisationChange.objects.filter(organisation=committee, field="is_self_managed").order_by("pk")
        assert [(one.before, one.after) for one in changes] == [("否", "是"), ("是", "否")]

    def test_alone_can_be_self_managed(self, settled: Cast) -> None:
        answer = client_of(settled, "demo-approver").post(
            self.page(settled.city.developers[0]), {"is_self_managed": "1"}, follow=True
        )

        assert "只有业主委员会可以设为自管模式" in text(answer)

"""登录记录 of the audit administrator: what is written when people come and go."""

import pytest
from django.utils import timezone

from tests.web.public.door import Door
from upkeep.parties import actions
from upkeep.parties.models import User
from upkeep.parties.roles import Role

# covers: I9
pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery 9"


def staff(city_id: int, username: str, role: Role) -> User:
    return actions.open_account(
        username=username, name="王敏", roles=[role], jurisdiction_id=city_id, at=timezone.now(), password=PASSWORD
    )


class TestTheLog:
    def test_shows_who_came_and_when_he_left_but_not_his_namesake_of_another_city(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours = actions.add_jurisdiction(code="510500", slug="jiangcheng", name="江城市", office_name="江城市管理中心")
        other = actions.add_jurisdiction(code="510300", slug="yandu", name="盐都市", office_name="盐都市管理中心")
        staff(ours.pk, "Wang.Min", Role.WINDOW_CLERK)
        staff(other.pk, "Wang.Min", Role.WINDOW_CLERK)
        keeper = Door(monkeypatch)
        keeper.client.force_login(staff(ours.pk, "audit-admin", Role.AUDIT_ADMIN))
        address = "/administration/record/logins/?q=wang.min"

        elsewhere = Door(monkeypatch, "yandu")
        elsewhere.try_password("office", "Wang.Min", PASSWORD)
        before = keeper.client.get(address)
        here = Door(monkeypatch)
        here.try_password("office", "Wang.Min", PASSWORD)
        during = keeper.client.get(address)
        here.client.post("/logout/")
        after = keeper.client.get(address)

        assert elsewhere.is_in
        assert [len(answer.context["page"]) for answer in (before, during, after)] == [0, 1, 1]
        assert during.context["page"][0].logout_time is None
        assert after.context["page"][0].logout_time is not None

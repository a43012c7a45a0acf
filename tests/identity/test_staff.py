"""Accounts and roles of staff: each administrator his own task, nobody alone, never the last one."""

# covers: I9

import pytest

from tests.cast import AT, Cast, at_once
from upkeep.identity import staff
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import AdministrationEvent, EventKind, Office, User
from upkeep.parties.places import NotInYourJurisdiction
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import DESK, Role


def roles(cast: Cast, username: str) -> frozenset[Role]:
    return actor_of(User.objects.get(pk=cast[username].user_id)).roles


@pytest.mark.django_db
class TestATask:
    def test_of_the_security_administrator_is_not_the_system_administrators(self, cast: Cast) -> None:
        with pytest.raises(staff.NotYourTask, match="由安全管理员办理"):
            staff.set_roles(
                cast["demo-editor"].user_id, [Role.CASHIER], reason="", by=cast["demo-system-admin"], at=AT
            )

    @pytest.mark.parametrize("who", ["demo-security-admin", "demo-audit-admin", "demo-approver"])
    def test_of_the_system_administrator_is_nobody_elses(self, cast: Cast, who: str) -> None:
        office = Office.objects.get(jurisdiction=cast.city.jurisdiction)
        user_id = cast["demo-editor"].user_id

        for attempt in (
            lambda: staff.open_staff_account(username="a", name="甲", phone="", office=office, by=cast[who], at=AT),
            lambda: staff.change_staff_account(user_id, name="甲", phone="", office=office, by=cast[who], at=AT),
            lambda: staff.deactivate_staff_account(user_id, reason="", by=cast[who], at=AT),
            lambda: staff.reactivate_staff_account(user_id, reason="", by=cast[who], at=AT),
            lambda: staff.reset_staff_password(user_id, by=cast[who], at=AT),
        ):
            with pytest.raises(staff.NotYourTask, match="由系统管理员办理"):
                attempt()

    def test_ends_at_the_border_of_the_jurisdiction(self, cast: Cast) -> None:
        place = cast.city.districts[0]
        office = Office.objects.get(jurisdiction=place)
        local, _ = staff.open_staff_account(
            username="local", name="本地", phone="", office=office, by=cast["demo-system-admin"], at=AT
        )
        staff.set_roles(local.pk, [Role.SECURITY_ADMIN], reason="", by=cast["demo-security-admin"], at=AT)
        local = User.objects.get(pk=local.pk)

        staff.set_roles(
            cast["demo-district-clerk"].user_id, [Role.FIRST_REVIEWER], reason="", by=actor_of(local), at=AT
        )
        with pytest.raises(NotInYourJurisdiction):
            staff.set_roles(cast["demo-clerk"].user_id, [Role.APPROVER], reason="", by=actor_of(local), at=AT)

        assert roles(cast, "demo-district-clerk") == {Role.FIRST_REVIEWER}
        assert roles(cast, "demo-clerk") == {Role.WINDOW_CLERK}

    def test_is_not_done_to_an_organisations_user(self, cast: Cast) -> None:
        with pytest.raises(staff.AccountState, match="不是管理中心人员"):
            staff.reset_staff_password(cast["demo-developer"].user_id, by=cast["demo-system-admin"], at=AT)

    def test_is_not_done_to_oneself(self, cast: Cast) -> None:
        system, security = cast["demo-system-admin"], cast["demo-security-admin"]

        with pytest.raises(staff.NotYourTask, match="本人"):
            staff.deactivate_staff_account(system.user_id, reason="", by=system, at=AT)
        with pytest.raises(staff.NotYourTask, match="本人"):
            staff.reset_staff_password(system.user_id, by=system, at=AT)
        with pytest.raises(staff.NotYourTask, match="本人"):
            staff.set_roles(security.user_id, [], reason="", by=security, at=AT)


@pytest.mark.django_db
class TestRoles:
    def test_are_written_down_one_by_one(self, cast: Cast) -> None:
        user = cast["demo-editor"]

        staff.set_roles(user.user_id, [Role.WINDOW_CLERK], reason="轮岗", by=cast["demo-security-admin"], at=AT)

        written = AdministrationEvent.objects.filter(user_id=user.user_id).order_by("pk")
        assert [(one.kind, one.before, one.after, one.by_name, one.reason) for one in written] == [
            (EventKind.ROLE_REVOKED, "信息发布", "", "蒋安", "轮岗"),
            (EventKind.ROLE_GRANTED, "", "窗口受理", "蒋安", "轮岗"),
        ]

    def test_that_do_not_change_are_not_written_down(self, cast: Cast) -> None:
        user = cast["demo-editor"]

        staff.set_roles(user.user_id, [Role.EDITOR], reason="轮岗", by=cast["demo-security-admin"], at=AT)

        assert not AdministrationEvent.objects.filter(user_id=user.user_id).exists()

    def test_of_the_office_only_are_granted(self, cast: Cast) -> None:
        with pytest.raises(Refusal, match="“银行柜员”不是管理中心的角色"):
            staff.set_roles(
                cast["demo-editor"].user_id, [Role.TELLER], reason="", by=cast["demo-security-admin"], at=AT
            )

    def test_can_all_be_held_by_somebody(self, cast: Cast) -> None:
        for role in DESK:
            staff.set_roles(cast["demo-editor"].user_id, [role], reason="", by=cast["demo-security-admin"], at=AT)
            assert roles(cast, "demo-editor") == {role}


@pytest.mark.commits
class TestTwoAtOnce:
    def test_do_not_remove_the_last_two_administrators(self, cast: Cast) -> None:
        security, system = cast["demo-security-admin"], cast["demo-system-admin"]
        staff.set_roles(cast["demo-editor"].user_id, [Role.AUDIT_ADMIN], reason="", by=security, at=AT)

        answers = at_once(
            lambda: staff.deactivate_staff_account(cast["demo-editor"].user_id, reason="离职", by=system, at=AT),
            lambda: staff.set_roles(cast["demo-audit-admin"].user_id, [], reason="轮岗", by=security, at=AT),
        )

        assert [type(one) for one in answers if one is not None] == [staff.LastAdministrator]
        holders = User.objects.filter(is_active=True, held_roles__role=Role.AUDIT_ADMIN)
        assert holders.count() == 1

    def test_open_one_account_of_a_name(self, cast: Cast) -> None:
        office, system = Office.objects.get(jurisdiction=cast.city.jurisdiction), cast["demo-system-admin"]

        def open_it() -> object:
            return staff.open_staff_account(username="same", name="同", phone="", office=office, by=system, at=AT)

        answers = at_once(open_it, open_it)

        assert sum(isinstance(one, Refusal) for one in answers) == 1
        assert User.objects.filter(username="same").count() == 1

"""机构管理 》 信息变更: from the page to the organisation's data, and who does not get there.

# covers: I7
"""

import datetime as dt
import threading
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.web.pages import client_of, text
from upkeep.casework.models import Case
from upkeep.demo.people import credit_code
from upkeep.identity.sandbox_registry import SandboxRegistry
from upkeep.parties.models import Organisation, OrganisationChange
from upkeep.parties.organisation_data import FIELDS
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.organisation_rule import OrganisationRule
from upkeep.procedures.organisation.organisation_change import typed_values

pytestmark = pytest.mark.django_db

NEW_NAME = "江南置地集团有限公司"


def developer(cast: Cast) -> Organisation:
    return Organisation.objects.get(pk=cast.city.developers[0].pk)


def rule(cast: Cast, **ways: Any) -> None:
    city = cast.city.jurisdiction.pk
    value = OrganisationRule(**ways)
    since = dt.date(2020, 1, 1)
    set_policy(kind=PolicyKind.ORGANISATION_RULE, jurisdiction_id=city, value=value, valid_from=since)


def page_of(cast: Cast) -> dict[str, str]:
    """What the page sends when nothing is changed."""
    held = typed_values(developer(cast))
    return (
        held
        | {f"seen-{field}": held[field] for field in FIELDS}
        | {
            "contact_name": "陈立甲",
            "contact_phone": "13808300001",
        }
    )


def save(cast: Cast, client: Client, **changes: str) -> Any:
    return client.post("/organisation/change/", page_of(cast) | changes)


class TestThePage:
    def test_saves_at_once_and_leads_to_the_result_with_its_number(self, cast: Cast) -> None:
        rule(cast, core_change="AT_ONCE")
        client = client_of(cast, "demo-developer")
        assert "单位名称" in text(client.get("/organisation/change/"))

        answer = save(cast, client, name=NEW_NAME, phone="0830-3101234")

        case = Case.objects.get()
        assert answer["Location"] == f"/cases/{case.number}/done/"
        assert (developer(cast).name, developer(cast).phone) == (NEW_NAME, "0830-3101234")
        assert case.number in text(client.get(answer["Location"]))
        told = text(client.get("/organisation/history/"))
        assert "江南置地开发有限公司" in told
        assert NEW_NAME in told

    def test_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(self, cast: Cast) -> None:
        answer = save(cast, client_of(cast, "demo-developer"), postcode="64", email="office", address="新地址")

        seen = text(answer)
        assert answer.status_code == 400
        assert "邮政编码为 6 位数字" in seen
        assert 'value="新地址"' in answer.content.decode()
        assert not Case.objects.exists()

    def test_with_nothing_changed_begins_no_case(self, cast: Cast) -> None:
        answer = save(cast, client_of(cast, "demo-developer"))

        assert "没有需要变更的内容" in text(answer)
        assert not Case.objects.exists()

    def test_sent_twice_changes_once_and_says_so(self, cast: Cast) -> None:
        client, sent = client_of(cast, "demo-developer"), page_of(cast) | {"phone": "0830-3101234"}
        assert client.post("/organisation/change/", sent).status_code == 302

        again = client.post("/organisation/change/", sent)

        assert "刚刚已由他人改为“0830-3101234”" in text(again)
        assert OrganisationChange.objects.count() == 1

    def test_waits_for_the_review_and_shows_before_and_after_to_the_office(self, cast: Cast) -> None:
        save(cast, client_of(cast, "demo-developer"), name=NEW_NAME)

        case = Case.objects.get()
        shown = text(client_of(cast, "demo-clerk").get(f"/cases/{case.number}/"))
        assert "江南置地开发有限公司" in shown
        assert NEW_NAME in shown
        clerk, reviewer = client_of(cast, "demo-clerk"), client_of(cast, "demo-reviewer")
        clerk.post(f"/cases/{case.number}/move/", {"move": "ACCEPT"})
        reviewer.post(f"/cases/{case.number}/move/", {"move": "PASS"})
        assert developer(cast).name == NEW_NAME

    def test_shows_the_representatives_phone_masked_to_the_office_and_in_the_history(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        save(cast, client, legal_mobile="13808305588")

        case = Case.objects.get()
        for reader, address in (
            (client_of(cast, "demo-clerk"), f"/cases/{case.number}/"),
            (client, "/organisation/history/"),
        ):
            seen = text(reader.get(address))
            assert "138****5588" in seen
            assert "13808305588" not in seen

    def test_is_for_administrators_of_the_organisation(self, cast: Cast) -> None:
        cast.hire("operator", ["DEVELOPER"], organisation=developer(cast).pk)  # type: ignore[list-item]

        assert client_of(cast, "operator").get("/organisation/change/").status_code == 403
        assert client_of(cast, "demo-clerk").post("/organisation/change/", {}).status_code == 403
        assert client_of(cast, "operator").get("/organisation/history/").status_code == 200

    def test_of_a_bank_changes_the_bank(self, cast: Cast) -> None:
        client = client_of(cast, "demo-teller1-supervisor")
        bank = cast.city.banks[0]
        held = typed_values(bank) | {"address": "大山坪 1 号", "contact_name": "吴核", "contact_phone": "0830-3200000"}

        assert client.post("/organisation/change/", held).status_code == 302

        assert Organisation.objects.get(pk=bank.pk).address == "大山坪 1 号"
        assert OrganisationChange.objects.get().organisation_id == bank.pk


class TestTheRegistryButton:
    @pytest.fixture(autouse=True)
    def registry(self, settings: Any, cast: Cast) -> Any:
        rule(cast, core_change="REGISTRY_CHECK")
        server = SandboxRegistry(("127.0.0.1", 0), {})
        server.enter(developer(cast).social_credit_code, NEW_NAME, "林法")
        settings.COMPANY_REGISTRY_URL, settings.COMPANY_REGISTRY_SECONDS = server.url, 1.0
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield
        server.shut()
        thread.join()

    def test_checks_and_saves_nothing(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")

        good = text(client.post("/organisation/change/check/", page_of(cast) | {"name": NEW_NAME}))
        bad = text(client.post("/organisation/change/check/", page_of(cast) | {"name": "江南集团"}))
        unknown = page_of(cast) | {"social_credit_code": credit_code(889)}

        assert "质监校验通过" in good
        assert f"工商登记的名称为“{NEW_NAME}”" in bad
        assert "没有这个统一社会信用代码" in text(client.post("/organisation/change/check/", unknown))
        assert developer(cast).name == "江南置地开发有限公司"
        assert not Case.objects.exists()

    def test_passed_the_name_is_in_force_with_保存(self, cast: Cast) -> None:
        assert save(cast, client_of(cast, "demo-developer"), name=NEW_NAME).status_code == 302

        assert developer(cast).name == NEW_NAME

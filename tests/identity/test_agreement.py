"""《机构注册协议》: the version in force, the next one, and that what was agreed to stays."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests.cast import AT, TODAY, Cast
from tests.circle.person import text_of
from upkeep.identity.agreement import STANDARD, agreement_in_force, get_agreement, publish_agreement
from upkeep.identity.models import AgreementVersion
from upkeep.kernel.errors import HasProblems
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db


def publish(cast: Cast, text: str, *, valid_from: dt.date = TODAY) -> AgreementVersion:
    city = cast.city.jurisdiction.pk
    by = cast["demo-clerk"]
    return publish_agreement(jurisdiction_id=city, text=text, valid_from=valid_from, by=by, on=TODAY, at=AT)


class TestTheAgreementInForce:
    def test_is_the_common_text_until_the_city_has_published_one(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        assert agreement_in_force(jurisdiction_id=city, on=TODAY) == STANDARD

        publish(cast, "第一版")
        publish(cast, "第二版", valid_from=TODAY + dt.timedelta(days=10))

        assert agreement_in_force(jurisdiction_id=city, on=TODAY).text == "第一版"
        later = agreement_in_force(jurisdiction_id=cast.city.districts[0].pk, on=TODAY + dt.timedelta(days=10))
        assert (later.version, later.text) == (2, "第二版")

    def test_of_another_city_is_another(self, cast: Cast) -> None:
        elsewhere = add_jurisdiction(code="620100", slug="huanghe", name="黄河市", office_name="黄河市中心")
        mine = publish(cast, "第一版")

        assert agreement_in_force(jurisdiction_id=elsewhere.pk, on=TODAY) == STANDARD
        assert get_agreement(mine.pk, jurisdiction_id=elsewhere.pk) is None

    @pytest.mark.parametrize("days", [-1, 4])
    def test_does_not_begin_in_the_past_nor_before_the_last(self, cast: Cast, days: int) -> None:
        publish(cast, "第一版", valid_from=TODAY + dt.timedelta(days=5))

        with pytest.raises(HasProblems) as refused:
            publish(cast, "第二版", valid_from=TODAY + dt.timedelta(days=days))
        assert [problem.field for problem in refused.value.problems] == ["valid_from"]

    @pytest.mark.parametrize("verb", ["update {t} set text = 'x'", "delete from {t}", "truncate {t}"])
    def test_is_never_changed_once_published(self, cast: Cast, verb: str) -> None:
        publish(cast, "第一版")

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb.format(t="identity_agreementversion"))


class TestThePageOfTheOffice:
    def test_publishes_the_next_version_which_everybody_reads(self, cast: Cast) -> None:
        cast.hire("some-editor", [Role.EDITOR])
        client = Client()
        client.force_login(cast.city.users["some-editor"])
        assert "尚未发布本市的协议" in text_of(client.get("/office/agreement/"))

        sent = {"text": "一、如实填报。\r\n二、妥善保管密码。", "valid_from": timezone.localdate().isoformat()}
        assert "第 1 版已发布" in text_of(client.post("/office/agreement/", sent, follow=True))

        read = text_of(Client().get("/c/jiangcheng/agreement/"))
        assert "第 1 版" in read and "二、妥善保管密码。" in read
        version = AgreementVersion.objects.get()
        assert "如实填报" in text_of(Client().get(f"/c/jiangcheng/agreement/?version={version.pk}"))
        assert Client().get(f"/c/yandu/agreement/?version={version.pk}").status_code == 404

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, cast: Cast) -> None:
        cast.hire("some-editor", [Role.EDITOR])
        client = Client()
        client.force_login(cast.city.users["some-editor"])

        answer = client.post("/office/agreement/", {"text": "一、如实填报。", "valid_from": "2020-01-01"})

        assert "生效日期不能早于今天" in text_of(answer) and "一、如实填报。" in text_of(answer)
        assert not AgreementVersion.objects.exists()

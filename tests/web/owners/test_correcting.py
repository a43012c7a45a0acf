"""业主信息更正: a mistyped name or telephone is put right with its history; it is no way around 过户.

# covers: E10
"""

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast
from tests.web.owners.scene import WANG, nobody_reviews, owned_house, transferred
from tests.web.pages import client_of, text
from upkeep.estate.models import Owner, OwnerAccount, OwnerCorrection, Ownership, OwnershipAct
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.models import Outbox

pytestmark = pytest.mark.django_db
NEW = {"name": "张更正", "phone": "13700001111", "reason": "录入错误"}


def present(cast: Cast) -> Ownership:
    return Ownership.objects.select_related("owner").get(house=owned_house(cast))


class TestACorrection:
    @pytest.mark.parametrize("who", ["demo-clerk", "demo-company"])
    def test_changes_name_and_telephone_with_history_and_is_no_transfer(self, settled: Cast, who: str) -> None:
        nobody_reviews(settled)
        one, client = present(settled), client_of(settled, who)
        before, acts = one.owner, OwnershipAct.objects.count()
        answer = client.post(f"/owners/{one.pk}/correct/", NEW, follow=True)

        owner = Owner.objects.get(pk=one.owner_id)
        assert (owner.name, owner.phone, owner.phone_hash) == ("张更正", "13700001111", lookup_hash("13700001111"))
        kept = {row.field: (row.before, row.after, row.reason) for row in OwnerCorrection.objects.all()}
        assert kept == {
            "name": (before.name, "张更正", "录入错误"),
            "phone": (before.phone, "13700001111", "录入错误"),
        }
        assert OwnershipAct.objects.count() == acts
        shown = text(answer)
        assert "更正记录" in shown and "录入错误" in shown
        assert before.name not in shown and "张更正" not in shown and "13700001111" not in shown

    def test_lies_sealed_and_is_told_to_the_former_telephone(self, settled: Cast) -> None:
        one = present(settled)
        former = one.owner.phone
        client_of(settled, "demo-clerk").post(f"/owners/{one.pk}/correct/", NEW)

        assert Outbox.objects.get(event="owner.corrected").address == former
        with connection.cursor() as cursor:
            cursor.execute("select t::text from estate_ownercorrection t")
            raw = "\n".join(row[0] for row in cursor.fetchall())
        assert raw and former not in raw and "13700001111" not in raw and "张更正" not in raw

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"reason": ""}, "这个字段是必填项"),
            ({"phone": "1370"}, "电话号码不正确"),
            ({"name": ""}, "这个字段是必填项"),
        ],
    )
    def test_with_a_mistake_changes_nothing(self, settled: Cast, changes: dict[str, str], sentence: str) -> None:
        one = present(settled)
        answer = client_of(settled, "demo-clerk").post(f"/owners/{one.pk}/correct/", NEW | changes)

        assert answer.status_code == 400 and ("请填写" in text(answer) or sentence in text(answer))
        assert not OwnerCorrection.objects.exists()

    def test_that_changes_nothing_is_refused(self, settled: Cast) -> None:
        one = present(settled)
        same = {"name": one.owner.name, "phone": one.owner.phone, "reason": "核对"}

        assert "没有变化" in text(client_of(settled, "demo-clerk").post(f"/owners/{one.pk}/correct/", same))

    def test_is_not_the_companys_where_bindings_are_reviewed(self, settled: Cast) -> None:
        one, company = present(settled), client_of(settled, "demo-company")

        assert company.post(f"/owners/{one.pk}/correct/", NEW).status_code == 404
        assert f"/owners/{one.pk}/correct/" not in company.get(f"/areas/houses/{one.house_id}/").content.decode()

    def test_of_an_owner_with_houses_elsewhere_is_the_offices(self, settled: Cast) -> None:
        nobody_reviews(settled)
        one, far = present(settled), owned_house(settled, "翠竹苑")
        owner = one.owner
        given = {"name": owner.name, "id_kind": owner.id_kind, "id_number": owner.id_number, "phone": owner.phone}
        transferred(client_of(settled, "demo-clerk"), far, given)

        refused = text(client_of(settled, "demo-company").post(f"/owners/{one.pk}/correct/", NEW))
        assert "请由维修资金管理部门更正" in refused
        client_of(settled, "demo-clerk").post(f"/owners/{one.pk}/correct/", NEW)
        assert Owner.objects.get(pk=owner.pk).name == "张更正"

    def test_of_a_telephone_that_somebody_logs_in_with_is_the_offices(self, settled: Cast) -> None:
        nobody_reviews(settled)
        one, user = present(settled), OwnerAccount.objects.order_by("pk")[0].user
        OwnerAccount.objects.create(owner=one.owner, user=user, bound_at=timezone.now())

        refused = text(client_of(settled, "demo-company").post(f"/owners/{one.pk}/correct/", NEW))
        assert "该业主已开通账号" in refused
        assert not OwnerCorrection.objects.exists()

    def test_of_a_former_owner_is_not_there(self, settled: Cast) -> None:
        nobody_reviews(settled)
        one = present(settled)
        transferred(client_of(settled, "demo-company"), owned_house(settled), WANG)

        assert client_of(settled, "demo-clerk").post(f"/owners/{one.pk}/correct/", NEW).status_code == 404

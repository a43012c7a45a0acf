"""业主绑定 through the pages, one house on a form: where nobody reviews and where somebody does, with mistakes.

# covers: E10
"""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast
from tests.web.owners.scene import (
    CONTACT,
    FIRM,
    LI,
    WANG,
    bare_house,
    begin,
    case_of,
    hand_in,
    nobody_reviews,
    owned_now,
    rows,
)
from tests.web.pages import client_of, text
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.estate import claims
from upkeep.estate.models import Owner, OwnershipAct

pytestmark = pytest.mark.django_db


class TestBinding:
    def test_by_company_holds_as_soon_as_it_is_handed_in_where_nobody_reviews(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = bare_house(settled), client_of(settled, "demo-company")
        assert "绑定业主" in text(company.get(f"/areas/houses/{house.pk}/"))

        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        page = text(company.get(f"{base}edit/1/"))
        assert house.address in page and "增加共有人" in page
        sent = {"since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)}
        confirm = text(company.post(f"{base}edit/1/", sent, follow=True))
        assert "即时生效" in confirm and "王小五" in confirm
        assert WANG["id_number"] not in confirm and WANG["phone"] not in confirm
        done = text(hand_in(company, base))

        assert "业务办理完成" in done and case_of(base).state == State.APPROVED
        assert owned_now(house) == {"王小五": 1_000_000}
        assert OwnershipAct.objects.filter(house=house, kind="BINDING", case=case_of(base)).exists()
        assert not claims.busy_houses([house.pk])
        shown = text(company.get(f"/areas/houses/{house.pk}/"))
        assert "王＊＊" in shown and "王小五" not in shown and WANG["id_number"] not in shown
        assert case_of(base).subject == f"江南名邸 {house.building.name} {house.label}"

    def test_is_reviewed_where_the_city_says_nothing(self, settled: Cast) -> None:
        house, developer = bare_house(settled), client_of(settled, "demo-developer")
        base = begin(developer, f"/owners/houses/{house.pk}/bind/")
        developer.post(f"{base}edit/1/", {"since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)})
        hand_in(developer, base)

        assert case_of(base).state == State.SUBMITTED and not owned_now(house)
        assert [one.pk for one in claims.busy_houses([house.pk])] == [house.pk]
        assert "业主绑定申请表" in text(developer.get(base))
        reviewer = client_of(settled, "demo-reviewer")
        reviewer.post(f"{base}move/", {"move": "PASS", "version": str(case_of(base).version)})

        assert owned_now(house) == {"王小五": 1_000_000}
        assert not claims.busy_houses([house.pk])

    def test_that_is_rejected_frees_the_house(self, settled: Cast) -> None:
        house, committee = bare_house(settled), client_of(settled, "demo-committee")
        base = begin(committee, f"/owners/houses/{house.pk}/bind/")
        committee.post(f"{base}edit/1/", {"since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)})
        hand_in(committee, base)
        sent = {"move": "REJECT", "note": "材料不全", "version": str(case_of(base).version)}
        client_of(settled, "demo-reviewer").post(f"{base}move/", sent)

        assert case_of(base).state == State.REJECTED and not owned_now(house)
        assert not claims.busy_houses([house.pk])

    def test_of_co_owners_and_an_organisation_adds_up(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        first = {"since": timezone.localdate().isoformat(), **CONTACT}
        company.post(f"{base}edit/1/", {**first, **rows(WANG), "action": "add-owner"})
        assert "业主 2" in text(company.get(f"{base}edit/1/"))
        wrong = company.post(f"{base}edit/1/", {**first, **rows(WANG | {"share": "1/2"}, FIRM | {"share": "1/3"})})
        assert "各业主份额合计应为 100%，现为 83.3333%" in text(wrong)
        company.post(f"{base}edit/1/", {**first, **rows(WANG | {"share": "1/3"}, FIRM | {"share": "2/3"})})
        hand_in(company, base)

        assert owned_now(house) == {"王小五": 333_333, "江城贸易有限公司": 666_667}
        shown = text(company.get(f"/areas/houses/{house.pk}/"))
        assert "江城贸易有限公司" in shown and "33.3333%" in shown and "王小五" not in shown

    def test_drops_a_row_that_is_not_wanted(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        company.post(f"{base}edit/1/", {**rows(WANG, LI), "action": "drop-owner-0"})

        assert [one["name"] for one in case_of(base).data["owners"]] == ["李小四"]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"id_number": "110105194912310021"}, "身份证号码不正确"),
            ({"id_kind": "CREDIT_CODE", "id_number": "91350100M000100Y44"}, "统一社会信用代码不正确"),
            ({"id_kind": "PASSPORT", "id_number": "E1"}, "证件号码应为 4 到 30 位"),
            ({"phone": "12345"}, "电话号码不正确"),
            ({"name": ""}, "请填写业主姓名或名称"),
            ({"share": "一半"}, "份额请写成分数或百分数"),
            ({"share": "50%"}, "只有一位业主时份额应为 100%"),
        ],
    )
    def test_with_a_mistake_says_what_to_mend(self, settled: Cast, changes: dict[str, str], sentence: str) -> None:
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        sent = {"since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG | changes)}
        answer = company.post(f"{base}edit/1/", sent)

        assert sentence in text(answer)

    def test_of_an_id_number_under_another_name_is_refused(self, settled: Cast) -> None:
        nobody_reviews(settled)
        known = Owner.objects.filter(id_kind="ID_CARD").order_by("pk")[0]
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        sent = {"since": timezone.localdate().isoformat(), **CONTACT}
        company.post(f"{base}edit/1/", {**sent, **rows(WANG | {"id_number": known.id_number})})

        assert "登记的姓名与所填的不同" in text(hand_in(company, base))
        assert not owned_now(house)

    def test_from_tomorrow_on_is_refused(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        since = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
        company.post(f"{base}edit/1/", {"since": since, **CONTACT, **rows(WANG)})

        assert "取得日期不能晚于今天" in text(hand_in(company, base))
        assert not owned_now(house)

    @pytest.mark.parametrize("who", ["more-developer2", "more-company2", "more-committee2"])
    def test_of_a_house_of_others_is_not_there(self, settled: Cast, who: str) -> None:
        house = bare_house(settled)

        assert client_of(settled, who).post(f"/owners/houses/{house.pk}/bind/").status_code == 404
        assert not Case.objects.filter(procedure="owner_binding").exists()

    def test_of_an_area_no_longer_served_is_refused(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        company.post(f"{base}edit/1/", {"since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)})
        house.area.services.filter(organisation=settled.city.companies[0]).update(
            until=timezone.localdate(), end_reason="到期", ended_at=timezone.now()
        )

        assert "不在本单位的物业区域内" in text(hand_in(company, base))
        assert not owned_now(house)

    def test_lies_sealed_in_the_database(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = bare_house(settled), client_of(settled, "demo-company")
        base = begin(company, f"/owners/houses/{house.pk}/bind/")
        company.post(f"{base}edit/1/", {"since": timezone.localdate().isoformat(), **CONTACT, **rows(WANG)})
        hand_in(company, base)

        with connection.cursor() as cursor:
            for table in ("estate_owner", "casework_case", "casework_caserow", "estate_ownershipact"):
                cursor.execute(f"select t::text from {table} t")
                raw = "\n".join(row[0] for row in cursor.fetchall())
                assert WANG["id_number"] not in raw and WANG["phone"] not in raw, table

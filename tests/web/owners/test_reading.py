"""过户记录, 业主查询, 查看完整信息 and its record: who finds what, masked, and what looking costs.

# covers: E11
"""

import datetime as dt
import io

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import Cast
from tests.web.owners.scene import WANG, nobody_reviews, owned_house, transferred
from tests.web.pages import client_of, text
from upkeep.estate.models import Owner, Ownership, OwnerView
from upkeep.estate.owner_views import VIEWS_AN_HOUR
from upkeep.estate.serving import begin_service

pytestmark = pytest.mark.django_db
RECORDS, SEARCH = "/owners/records/", "/owners/"


class TestTheRecordsOfTransfers:
    def test_are_found_by_house_and_by_either_owner_over_all_areas_of_one_company(self, settled: Cast) -> None:
        nobody_reviews(settled)
        clerk, company = client_of(settled, "demo-clerk"), client_of(settled, "demo-company")
        near, far = owned_house(settled), owned_house(settled, "翠竹苑")
        former = Owner.objects.get(ownerships__house=near)
        first, second = transferred(clerk, near, WANG), transferred(clerk, far, WANG)
        served = far.area.services.get(kind="PROPERTY_COMPANY", until=None)
        begin_service(
            area_id=far.area_id,
            organisation_id=settled.city.companies[0].pk,
            since=timezone.localdate(),
            basis="测试",
            former_id=served.pk,
            at=timezone.now(),
        )

        both = text(company.get(RECORDS))
        assert first.number in both and second.number in both and "共 2 条" in both
        assert "王＊＊" in both and "王小五" not in both and former.name not in both

        by_house = text(company.get(RECORDS, {"house": f"{near.building.name} {near.room}", "area": "江南"}))
        assert first.number in by_house and second.number not in by_house
        for name in ("王小五", former.name):
            assert first.number in text(company.get(RECORDS, {"owner": name}))
        assert "没有符合条件的记录" in text(company.get(RECORDS, {"owner": "无此人"}))

    def test_are_none_of_the_areas_of_others(self, settled: Cast) -> None:
        nobody_reviews(settled)
        case = transferred(client_of(settled, "demo-company"), owned_house(settled), WANG)

        assert case.number in text(client_of(settled, "demo-developer").get(RECORDS))
        for who in ("more-company2", "more-developer2", "stranger-clerk"):
            assert case.number not in text(client_of(settled, who).get(RECORDS))

    def test_show_bindings_too_when_asked(self, settled: Cast) -> None:
        company = client_of(settled, "demo-company")

        assert "共 0 条" in text(company.get(RECORDS))
        assert "随首期交存登记" in text(company.get(RECORDS, {"kind": "BINDING"}))
        assert "随首期交存登记" in text(company.get(RECORDS, {"kind": "ALL"}))

    def test_are_exported_masked(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house = owned_house(settled)
        transferred(client_of(settled, "demo-company"), house, WANG)
        answer = client_of(settled, "demo-company").get("/owners/records/export/?owner=王小五")
        cells = [str(cell.value) for row in load_workbook(io.BytesIO(answer.content)).worksheets[0] for cell in row]

        assert "王＊＊" in cells and f"{house.building.name} {house.label}" in cells
        assert not any("王小五" in cell for cell in cells)

    def test_are_narrowed_by_day(self, settled: Cast) -> None:
        nobody_reviews(settled)
        case = transferred(client_of(settled, "demo-company"), owned_house(settled), WANG)
        today, clerk = timezone.localdate(), client_of(settled, "demo-clerk")

        assert case.number in text(clerk.get(RECORDS, {"since": today.isoformat(), "until": today.isoformat()}))
        assert case.number not in text(clerk.get(RECORDS, {"until": (today - dt.timedelta(days=1)).isoformat()}))


class TestTheSearchForOwners:
    @pytest.mark.parametrize("by", ["NAME", "ID_NUMBER", "PHONE", "HOUSE"])
    def test_finds_by_name_number_telephone_and_house_and_masks(self, settled: Cast, by: str) -> None:
        house, company = owned_house(settled), client_of(settled, "demo-company")
        owner = Owner.objects.get(ownerships__house=house)
        values = {
            "NAME": owner.name,
            "ID_NUMBER": f" {owner.id_number.lower()} ",
            "PHONE": owner.phone,
            "HOUSE": f"江南名邸 {house.building.name} {house.room}",
        }
        found = text(company.post(SEARCH, {"by": by, "value": values[by]}))

        assert f"{house.area.name} {house.building.name} {house.label}" in found
        if by != "NAME":  # what was typed stays in its box
            assert owner.name not in found
        assert owner.id_number not in found and owner.phone not in found

    @pytest.mark.parametrize(("by", "cut"), [("ID_NUMBER", 6), ("PHONE", 7)])
    def test_finds_numbers_whole_only(self, settled: Cast, by: str, cut: int) -> None:
        owner = Owner.objects.get(ownerships__house=owned_house(settled))
        value = (owner.id_number if by == "ID_NUMBER" else owner.phone)[:cut]

        assert "没有找到" in text(client_of(settled, "demo-clerk").post(SEARCH, {"by": by, "value": value}))

    def test_finds_nobody_of_areas_of_others(self, settled: Cast) -> None:
        owner = Owner.objects.filter(ownerships__house__area=settled.area()).order_by("pk")[0]
        for who in ("stranger-clerk", "more-developer3"):
            sent = {"by": "ID_NUMBER", "value": owner.id_number}
            assert "没有找到" in text(client_of(settled, who).post(SEARCH, sent))

    def test_finds_former_owners_when_asked(self, settled: Cast) -> None:
        nobody_reviews(settled)
        house, company = owned_house(settled), client_of(settled, "demo-company")
        owner = Owner.objects.get(ownerships__house=house)
        transferred(company, house, WANG)
        sent = {"by": "ID_NUMBER", "value": owner.id_number}

        assert "没有找到" in text(company.post(SEARCH, sent))
        past = text(company.post(SEARCH, sent | {"past": "on"}))
        assert f"{house.building.name} {house.label}" in past and "没有找到" not in past

    def test_takes_no_single_letter_and_never_stands_in_the_address(self, settled: Cast) -> None:
        clerk = client_of(settled, "demo-clerk")

        assert "请至少输入两个字" in text(clerk.post(SEARCH, {"by": "NAME", "value": "王"}))
        assert "请输入查询条件" in text(clerk.get(SEARCH, {"by": "NAME", "value": "王小五"}))
        assert "no-store" in clerk.post(SEARCH, {"by": "NAME", "value": "王小"})["Cache-Control"]


class TestTheWholeView:
    def ownership(self, cast: Cast) -> Ownership:
        return Ownership.objects.select_related("owner").get(house=owned_house(cast))

    def test_shows_everything_and_keeps_who_looked_and_why(self, settled: Cast) -> None:
        one, company = self.ownership(settled), client_of(settled, "demo-company")
        answer = company.post(f"/owners/{one.pk}/full/", {"reason": "核对过户材料"})
        shown = text(answer)

        assert all(whole in shown for whole in (one.owner.name, one.owner.id_number, one.owner.phone))
        assert "no-store" in answer["Cache-Control"]
        view = OwnerView.objects.get()
        assert (view.owner_id, view.house_id, view.by_id) == (
            one.owner_id,
            one.house_id,
            settled["demo-company"].user_id,
        )
        assert (view.reason, view.organisation) == ("核对过户材料", settled.city.companies[0].name)

    def test_is_read_by_the_audit_administrator_without_the_data(self, settled: Cast) -> None:
        one = self.ownership(settled)
        client_of(settled, "demo-company").post(f"/owners/{one.pk}/full/", {"reason": "核对过户材料"})
        auditor = client_of(settled, "demo-audit-admin")

        listed = text(auditor.get("/owners/views/", {"q": settled.city.companies[0].name[:2]}))
        assert "核对过户材料" in listed and settled["demo-company"].name in listed
        assert one.owner.name not in listed and one.owner.id_number not in listed
        assert "核对过户材料" not in text(auditor.get("/owners/views/", {"q": "无此人"}))
        book = load_workbook(io.BytesIO(auditor.get("/owners/views/export/").content)).worksheets[0]
        assert any("核对过户材料" in str(cell.value) for row in book for cell in row)
        assert client_of(settled, "demo-clerk").get("/owners/views/").status_code == 403

    @pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
    def test_without_a_reason_shows_nothing(self, settled: Cast, reason: str) -> None:
        one, company = self.ownership(settled), client_of(settled, "demo-company")
        shown = text(company.post(f"/owners/{one.pk}/full/", {"reason": reason}, follow=True))

        assert "原因" in shown and one.owner.id_number not in shown
        assert not OwnerView.objects.exists()

    def test_is_for_nobody_outside_the_area_nor_by_a_link(self, settled: Cast) -> None:
        one = self.ownership(settled)
        address = f"/owners/{one.pk}/full/"

        assert client_of(settled, "more-company2").post(address, {"reason": "看看"}).status_code == 404
        assert client_of(settled, "stranger-clerk").post(address, {"reason": "看看"}).status_code == 404
        assert client_of(settled, "demo-accountant").post(address, {"reason": "看看"}).status_code == 403
        assert client_of(settled, "demo-clerk").get(address).status_code == 405
        assert not OwnerView.objects.exists()

    def test_is_given_so_often_in_an_hour_and_no_more(self, settled: Cast) -> None:
        one, clerk = self.ownership(settled), client_of(settled, "demo-clerk")
        for _ in range(VIEWS_AN_HOUR.most):
            clerk.post(f"/owners/{one.pk}/full/", {"reason": "核对"})
        refused = text(clerk.post(f"/owners/{one.pk}/full/", {"reason": "核对"}, follow=True))

        assert "一小时内最多查看 30 次" in refused and one.owner.id_number not in refused
        assert OwnerView.objects.count() == VIEWS_AN_HOUR.most
        other = client_of(settled, "second-clerk").post(f"/owners/{one.pk}/full/", {"reason": "核对"})
        assert one.owner.id_number in text(other)

    def test_stays_recorded(self, settled: Cast) -> None:
        one = self.ownership(settled)
        client_of(settled, "demo-clerk").post(f"/owners/{one.pk}/full/", {"reason": "核对"})

        with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
            OwnerView.objects.all().delete()

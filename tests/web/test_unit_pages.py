"""售房单位分账 on the pages: the unit's own, the office's, the property company's; and what the other pages say of it.

# covers: D7 F8
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.banking import town as town_module
from tests.banking.town import person
from tests.deposits.unit_scene import PublicTown, issue_unit, make_public_town, pay_owners, pay_unit
from upkeep.banking.models import PaySlip
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.estate.actions import NewOwner, bind_owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import SellingUnitAccount
from upkeep.estate.serving import begin_service
from upkeep.parties.actions import register_organisation
from upkeep.parties.models import Organisation, OrganisationKind, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> PublicTown:
    """Owners and unit have paid today, since the pages read the clock; a company serves the area."""
    monkeypatch.setattr(town_module, "AT", timezone.now())
    scene = make_public_town()
    town = scene.town
    company = an_organisation(scene, OrganisationKind.PROPERTY_COMPANY, "佳和物业", "91350100M000100Y51")
    begin_service(
        area_id=town.area.pk, organisation_id=company.pk, since=timezone.localdate(), basis="合同", at=timezone.now()
    )
    other = an_organisation(scene, OrganisationKind.SELLING_UNIT, "江城机械厂", "12510500450000999X")
    for name, role, organisation in (
        ("company", Role.PROPERTY_COMPANY, company),
        ("other_unit", Role.SELLING_UNIT, other),
        ("clerk", Role.WINDOW_CLERK, None),
    ):
        person(username=name, name=name, role=role, city=town.city, organisation=organisation)
    pay_owners(scene, scene.public)
    pay_unit(scene, issue_unit(scene, at=timezone.now()), at=timezone.now())
    return scene


def an_organisation(scene: PublicTown, kind: OrganisationKind, name: str, code: str) -> Organisation:
    return register_organisation(
        jurisdiction_id=scene.town.city.pk,
        kind=kind,
        name=name,
        code=code,
        contact_name="某某",
        contact_phone="13900000001",
        at=timezone.now(),
    )


@pytest.fixture
def as_(scene: PublicTown) -> As:
    def client_of(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    return client_of


def address() -> str:
    return f"/deposits/units/{SellingUnitAccount.objects.get().pk}/"


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


class TestTheList:
    def test_shows_the_unit_its_buildings_with_their_balances(self, as_: As) -> None:
        page = text(as_("unit"), "/deposits/units/")
        assert "江南名邸" in page and "216,000.00" in page and "办理售房单位交存" in page

    @pytest.mark.parametrize("who", ["clerk", "company"])
    def test_names_the_unit_to_office_and_company(self, as_: As, who: str) -> None:
        page = text(as_(who), "/deposits/units/?q=房管所")
        assert "江城市房管所" in page and "216,000.00" in page

    def test_is_empty_for_another_unit(self, as_: As) -> None:
        assert "还没有售房单位分账" in text(as_("other_unit"), "/deposits/units/")

    def test_is_not_for_the_developer(self, as_: As) -> None:
        assert as_("dev").get("/deposits/units/").status_code == 403

    def test_costs_the_same_for_many(self, as_: As, scene: PublicTown) -> None:
        client = as_("clerk")
        client.get("/deposits/units/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/deposits/units/")
        assert len(queries) <= 12


class TestAnAccount:
    def test_shows_movements_and_the_houses_with_their_prices(self, as_: As) -> None:
        page = text(as_("unit"), address())
        assert "交存维修资金：售房单位交存" in page
        assert "180,000.00" in page and "1栋 1单元 301" in page

    def test_shows_the_company_amounts_and_no_prices(self, as_: As) -> None:
        page = text(as_("company"), address())
        assert "216,000.00" in page and "180,000.00" not in page

    def test_is_not_found_by_another_unit(self, as_: As) -> None:
        assert as_("other_unit").get(address()).status_code == 404

    def test_prints_its_statement_for_whoever_asked(self, as_: As) -> None:
        client = as_("unit")
        answer = client.post(address(), {})
        kept = KeptPrint.objects.get(form="statement")
        assert kept.title == "住宅专项维修资金售房单位分账对账单"
        pdf = client.get(answer["Location"])
        assert pdf["Content-Type"] == "application/pdf"
        assert as_("clerk").get(answer["Location"]).status_code == 404

    def test_refuses_a_period_that_ends_before_it_begins(self, as_: As) -> None:
        assert "截止日期不能早于起始日期" in text(as_("unit"), address() + "?first=2026-05-01&last=2026-04-01")


class TestOtherPages:
    def test_show_the_account_beside_the_building_table(self, as_: As, scene: PublicTown) -> None:
        for who in ("clerk", "company"):
            page = text(as_(who), f"/areas/{scene.town.area.pk}/")
            assert "售房单位分账" in page and address() in page

    def test_name_the_account_among_the_transactions_and_count_no_house_for_it(self, as_: As) -> None:
        page = text(as_("clerk"), "/transactions/")
        assert "1栋 售房单位分账（江城市房管所）" in page and "6 户" in page
        assert "1栋 售房单位分账（江城市房管所）" in text(as_("clerk"), "/transactions/?view=houses")
        assert as_("clerk").get("/transactions/export/").status_code == 200

    def test_let_the_unit_read_and_print_its_slip(self, as_: As) -> None:
        slip = PaySlip.objects.get(unit_account__isnull=False)
        page = text(as_("unit"), f"/deposits/slips/{slip.number}/")
        assert "售房单位 多层 售房款 180,000.00 元 × 20%" in page and "售房单位分账（江城市房管所）" in page

    def test_let_the_teller_find_the_slip_at_the_counter(self, as_: As, scene: PublicTown) -> None:
        slip = PaySlip.objects.get(unit_account__isnull=False)
        assert "售房单位交存" in text(as_("t3"), f"/bank/counter/?q={slip.number}")
        assert slip.number in text(as_("t3"), "/bank/journal/")

    def test_do_not_take_the_units_money_for_the_houses(self, as_: As, scene: PublicTown) -> None:
        page = text(as_("clerk"), "/deposits/houses/")
        assert "10,800.00" in page and "216,000.00" not in page

    def test_lead_from_the_guide_into_the_form(self, as_: As) -> None:
        client = as_("unit")
        guide = text(client, "/cases/new/selling_unit_deposit/")
        assert "多层住宅为售房款的 20%，高层住宅为 30%" in guide
        begun = client.post("/cases/new/selling_unit_deposit/begin/", follow=True)
        assert begun.status_code == 200 and Case.objects.filter(procedure="selling_unit_deposit").exists()
        assert "江南名邸" in begun.content.decode() and "售房单位与物业区域" not in begun.content.decode()


class TestChoosingHouses:
    def test_shows_the_unit_neither_owners_nor_balances(self, as_: As, scene: PublicTown) -> None:
        house = scene.public[0]
        person_ = NewOwner(house_id=house.pk, name="宇文化及", id_kind=IdKind.PASSPORT, id_number="E1", phone="")
        bind_owners(jurisdiction_id=scene.town.city.pk, owners=[person_], since=timezone.localdate())
        pages = {}
        for who, by in (("unit", "unit"), ("clerk", "clerk")):
            actor = actor_of(User.objects.get(username=who))
            data = {"area": str(scene.town.area.pk), "unit": str(scene.unit.pk)}
            case = engine.start(register["selling_unit_deposit"], by=actor, at=timezone.now(), data=data)
            pages[by] = text(as_(who), f"/cases/{case.number}/edit/2/")
        assert "宇" in pages["clerk"] and "余额 1,800.00 元" in pages["clerk"]
        assert "宇" not in pages["unit"] and "余额" not in pages["unit"] and "售房单位已交存" in pages["unit"]


class TestTheUnitsTransactions:
    def test_are_those_of_its_own_accounts(self, as_: As) -> None:
        page = text(as_("unit"), "/transactions/")
        assert address() in page and "216,000.00" in page and "10,800.00" not in page

    def test_are_found_by_the_number_of_its_slip(self, as_: As) -> None:
        slip = PaySlip.objects.get(unit_account__isnull=False)
        assert "216,000.00" in text(as_("unit"), f"/transactions/?number={slip.number}")

    def test_are_none_for_another_unit(self, as_: As) -> None:
        slip = PaySlip.objects.get(unit_account__isnull=False)
        assert "没有符合条件的交易" in text(as_("other_unit"), "/transactions/")
        assert "没有编号为" in text(as_("other_unit"), f"/transactions/?number={slip.number}")

"""返还批次: many payouts of a cancelled building, entered by one, checked by another, paid by the bank; owners are told.

# covers: F9
"""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.banking.town import AT, person
from tests.circle.cast import BACKEND
from tests.staging import staged
from tests.treasury import scene as s
from tests.treasury.scene import Scene, approve, cancellation, payee_of
from tests.web.pages import do_work, text
from upkeep.banking.actions import confirm_order
from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import NeedsAnother
from upkeep.books.audit import audit
from upkeep.casework.models import Case
from upkeep.estate.models import Owner
from upkeep.jobs.models import JobState
from upkeep.kernel.errors import HasProblems
from upkeep.messaging.models import Outbox
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.treasury import payout_batches
from upkeep.treasury.models import BatchState, Payout, PayoutBatch, PayoutState
from upkeep.treasury.payout_batches import NotWaiting
from upkeep.treasury.payouts import NotOwed

pytestmark = pytest.mark.django_db


def _scene() -> Scene:
    """The garages are gone: G1 owed to two, G2 and G3 to one."""
    scene = s.make_scene()
    approve(scene, cancellation(scene, "车库"))
    return scene


scene = staged(_scene)


def owed() -> list[Payout]:
    return list(Payout.objects.filter(state=PayoutState.OWED).select_related("owner", "case").order_by("pk"))


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend=BACKEND)
    return client


def prepared(scene: Scene) -> PayoutBatch:
    return payout_batches.prepare([payee_of(one) for one in owed()], by=scene.town.people["accountant"], at=AT)


class TestABatch:
    def test_is_entered_checked_and_paid(self, scene: Scene) -> None:
        batch = prepared(scene)
        assert not PaymentOrder.objects.exists() and len(owed()) == 4

        orders = payout_batches.issue(batch.pk, by=scene.town.people["approver"], at=AT)

        assert [one.amount_fen for one in orders] == [one.amount_fen for one in Payout.objects.order_by("pk")]
        assert sum(one.amount_fen for one in orders) == 2_033_36
        for place, order in enumerate(orders):
            teller = scene.town.people["teller"]
            confirm_order(number=order.number, amount_fen=order.amount_fen, serial=f"B{place}", by=teller, at=AT)
        assert set(Payout.objects.values_list("state", flat=True)) == {"PAID"}
        assert audit() == []

    def test_is_not_issued_by_whoever_entered_it(self, scene: Scene) -> None:
        batch = prepared(scene)
        with pytest.raises(NeedsAnother, match="由您录入"):
            payout_batches.issue(batch.pk, by=scene.town.people["accountant"], at=AT)
        assert len(owed()) == 4

    def test_is_issued_once(self, scene: Scene) -> None:
        batch, approver = prepared(scene), scene.town.people["approver"]
        payout_batches.issue(batch.pk, by=approver, at=AT)

        with pytest.raises(NotWaiting, match="已开具（王主任）"):
            payout_batches.issue(batch.pk, by=approver, at=AT)
        with pytest.raises(NotWaiting):
            payout_batches.send_back(batch.pk, reason="x", by=approver, at=AT)
        assert PaymentOrder.objects.count() == 4

    def test_sent_back_frees_its_payouts_for_another(self, scene: Scene) -> None:
        batch = prepared(scene)
        with pytest.raises(NotOwed, match="已在另一批次中"):
            prepared(scene)
        with pytest.raises(HasProblems, match="退回原因"):
            payout_batches.send_back(batch.pk, reason=" ", by=scene.town.people["approver"], at=AT)

        payout_batches.send_back(batch.pk, reason="账号与存折不符", by=scene.town.people["approver"], at=AT)

        assert prepared(scene).state_now is BatchState.WAITING

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"payee_bank": " "}, "请填写收款人开户行"),
            ({"payee_account": "12"}, "8 至 32 位数字"),
            ({"payee_name": "别人"}, "不是登记的业主"),
        ],
    )
    def test_names_what_is_wrong_and_keeps_nothing(self, scene: Scene, changes: dict[str, str], sentence: str) -> None:
        (first, *others) = owed()
        right = payee_of(first)
        wrong = type(right)(**{**right.__dict__, **changes})

        with pytest.raises(HasProblems, match=sentence):
            payout_batches.prepare([wrong, payee_of(others[0])], by=scene.town.people["accountant"], at=AT)
        assert not PayoutBatch.objects.exists()

    def test_asks_no_more_of_the_database_for_many_than_for_few(self, scene: Scene) -> None:
        def queries(rows: list[Payout]) -> int:
            with CaptureQueriesContext(connection) as seen:
                batch = payout_batches.prepare(
                    [payee_of(one) for one in rows], by=scene.town.people["accountant"], at=AT
                )
                payout_batches.issue(batch.pk, by=scene.town.people["approver"], at=AT)
            return len(seen)

        two, four = owed()[:1], owed()[1:]
        assert queries(two) == queries(four) <= 25


class TestTheDatabase:
    """Refuses by itself, whoever writes."""

    def test_a_payout_ordered_by_one_person_alone(self, scene: Scene) -> None:
        payout = owed()[0]
        accountant = scene.town.people["accountant"].user_id
        with pytest.raises(DatabaseError, match="nobody but its orderer"), transaction.atomic():
            Payout.objects.filter(pk=payout.pk).update(state="ORDERED", ordered_at=AT, ordered_by_id=accountant)
        batch = prepared(scene)
        with pytest.raises(DatabaseError, match="payout_batch_is_issued_by_another"), transaction.atomic():
            PayoutBatch.objects.filter(pk=batch.pk).update(state="ISSUED", checked_by=accountant, checked_at=AT)

    def test_another_account_after_it_was_entered(self, scene: Scene) -> None:
        batch = prepared(scene)
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            batch.lines.update(payee_account="62170000")
        with pytest.raises(DatabaseError, match="its batch is WAITING"), transaction.atomic():
            batch.lines.update(is_returned=True)

    def test_a_second_order_of_one_payout(self, scene: Scene) -> None:
        batch = prepared(scene)
        order = payout_batches.issue(batch.pk, by=scene.town.people["approver"], at=AT)[0]
        copy = {
            one.attname: getattr(order, one.attname)
            for one in PaymentOrder._meta.concrete_fields
            if one.attname not in ("id", "number")
        }
        with pytest.raises(DatabaseError, match="still good"), transaction.atomic():
            PaymentOrder.objects.create(number="FK9", **copy)


class TestThePages:
    def test_take_accounts_in_place_and_show_them_to_the_second_person(self, scene: Scene) -> None:
        accountant, approver = (browser(scene.town.people[who]) for who in ("accountant", "approver"))
        number = Case.objects.get().number
        listed = text(accountant.get("/payments/payouts/"))
        assert f"{number}" in listed and "4 笔，2,033.36 元" in listed
        at = f"/payments/payouts/batches/new/?case={number}"
        assert "G2" in text(accountant.get(at))
        rows = [one for one in owed() if one.house.room in ("G2", "G3")]
        sent: dict[str, object] = {"chosen": [str(one.pk) for one in rows]}
        for one in rows:
            sent |= {f"{one.pk}-payee_name": s.WANG, f"{one.pk}-payee_bank": "建行", f"{one.pk}-payee_account": "12"}
        assert "8 至 32 位数字" in text(accountant.post(at, sent))
        sent |= {f"{one.pk}-payee_account": f"6217 0000 1234 567{place}" for place, one in enumerate(rows)}

        answer = accountant.post(at, sent, follow=True)

        batch = PayoutBatch.objects.get()
        assert "等待他人复核" in text(answer) and "由您录入" in text(answer)
        assert "复核无误" not in text(answer)
        shown = text(approver.get(f"/payments/payouts/batches/{batch.number}/"))
        assert "6217000012345670" in shown and "复核无误" in shown
        masked = text(browser(scene.clerk).get(f"/payments/payouts/batches/{batch.number}/"))
        assert "6217000012345670" not in masked and s.WANG not in masked
        accountant.post(f"/payments/payouts/batches/{batch.number}/issue/")
        assert not PaymentOrder.objects.exists()
        approver.post(f"/payments/payouts/batches/{batch.number}/issue/")
        assert PaymentOrder.objects.count() == 2 and len(owed()) == 2
        assert "已开具" in text(approver.get("/payments/payouts/batches/?state=ISSUED"))

    def test_take_a_workbook_and_name_each_fault_at_its_cell(self, scene: Scene) -> None:
        cashier = browser(person(username="k1", name="周出纳", role=Role.CASHIER, city=scene.town.city))
        number = Case.objects.get().number
        where = f"/payments/payouts/batches/new/import/?case={number}"
        template = cashier.get(f"/payments/payouts/batches/new/template/?case={number}").content

        def filled(*accounts: str) -> SimpleUploadedFile:
            book = openpyxl.load_workbook(io.BytesIO(template))
            sheet = book.worksheets[0]
            titles = [cell.value for cell in sheet[1]]
            for place, account in enumerate(accounts, start=2):
                if not account:
                    continue
                sheet.cell(place, titles.index("收款人开户行") + 1, "建设银行江城支行")
                sheet.cell(place, titles.index("收款账号") + 1, account).number_format = "@"
            out = io.BytesIO()
            book.save(out)
            return SimpleUploadedFile("账户.xlsx", out.getvalue())

        wrong = text(cashier.post(where, {"workbook": filled("6217000012345678", "1234")}, follow=True))
        assert "G3" in wrong and "应为 8 至 32 位数字" in wrong and not PayoutBatch.objects.exists()

        cashier.post(where, {"workbook": filled("6217000012345678", "", "6217000012345679")})

        batch = PayoutBatch.objects.get()
        assert batch.lines.count() == 2 and batch.made_by_name == "周出纳"

    def test_narrow_the_list_and_count_what_is_left(self, scene: Scene) -> None:
        office = browser(scene.town.people["accountant"])

        page = text(office.get("/payments/payouts/?q=G2"))
        assert "共 1 笔" in page and "333.35" in page
        assert "没有符合条件的返还" in text(office.get("/payments/payouts/?until=2020-01-01"))
        assert "共 4 笔" in text(office.get("/payments/payouts/?state=OWED&since=2020-01-01"))
        book = office.get("/payments/payouts/export/?q=G2").content
        assert book.startswith(b"PK")

    def test_are_not_there_for_another_city_and_another_role(self, scene: Scene) -> None:
        batch, number = prepared(scene), Case.objects.get().number
        teller, clerk = browser(scene.town.people["teller"]), browser(scene.clerk)

        assert teller.get("/payments/payouts/batches/").status_code == 403
        for client in (teller, clerk):
            assert client.get(f"/payments/payouts/batches/new/?case={number}").status_code == 403
            assert client.post(f"/payments/payouts/batches/{batch.number}/return/").status_code == 403
        assert browser(scene.town.people["approver"]).get("/payments/payouts/batches/new/?case=ZX1").status_code == 404


class TestTheOwners:
    def test_are_told_what_is_owed_and_what_to_bring_once_each(self, db: None) -> None:
        scene = s.make_scene()
        for name, phone in ((s.WANG, "13911112222"), (s.LI, "")):
            owner = Owner.objects.get(name=name)
            owner.phone = phone
            owner.save()
        approve(scene, cancellation(scene, "车库"))
        assert not Outbox.objects.filter(event="payout_owed").exists()

        assert do_work().state == JobState.DONE

        (sms,) = Outbox.objects.filter(event="payout_owed")
        assert sms.address == "13911112222"
        # G2, G3 and a third of G1
        assert "1,366.69 元" in sms.body and "等 3 套房屋" in sms.body and "身份证和本人银行卡" in sms.body
        assert s.WANG not in sms.body

    def test_are_told_when_the_bank_has_paid(self, scene: Scene) -> None:
        owner = Owner.objects.get(name=s.LI)
        owner.phone = "13911113333"
        owner.save()
        payout = Payout.objects.select_related("owner").get(owner=owner)
        order = s.order_payout(scene, payout)

        teller = scene.town.people["teller"]
        confirm_order(number=order.number, amount_fen=order.amount_fen, serial="P1", by=teller, at=AT)

        assert "666.67 元已由专户银行付款" in Outbox.objects.get(event="payout_paid").body

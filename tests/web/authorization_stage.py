"""The people with their browsers and the objects that the addresses of the table name."""

import datetime as dt
import random
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.circle.cast import BACKEND, Cast
from tests.circle.person import picture
from tests.publishing.desk import PDF
from tests.repairs import order_scene
from tests.web.authorization_accounting import accounting
from tests.web.authorization_bank_api import made_key
from tests.web.authorization_closing import close_a_month
from tests.web.authorization_earnings import earnings
from tests.web.authorization_going_back import going_back
from tests.web.authorization_handover import waiting_hand_over
from tests.web.authorization_people import STAFF
from tests.web.authorization_reconciliation import reconciled
from upkeep.banking import counter_prints
from upkeep.banking import prints as bank_prints
from upkeep.banking.actions import ask_reversal, confirm_slip, decide_reversal, fail_order
from upkeep.banking.day_book import day_book
from upkeep.banking.house_lines import house_lines, keep_unit_statement, period_of
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.casework import engine
from upkeep.casework import prints as case_prints
from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS, BUILDINGS
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.cases import file_cases
from upkeep.deposits import further, letters
from upkeep.deposits.actions import HousePayer, issue_deposit_slips, issue_owner_slips
from upkeep.deposits.further import Terms
from upkeep.deposits.models import Arrears, FurtherBasis, FurtherMethod, FurtherStandard, Receipt
from upkeep.deposits.notice_batch import keep_batch
from upkeep.deposits.prints import keep_batch as keep_receipts
from upkeep.deposits.prints import keep_receipt
from upkeep.deposits.receipt_links import token_of
from upkeep.estate import owner_cases
from upkeep.estate.models import House, Ownership, SellingUnitAccount
from upkeep.estate.unit_accounts import open_account as open_unit_account
from upkeep.identity.models import CertificateAuthority, KeyCertificate, SecurityKey
from upkeep.jobs.actions import defer
from upkeep.kernel.dates import day_of
from upkeep.messaging.actions import notify
from upkeep.messaging.models import Message, Outbox
from upkeep.parties.actions import add_jurisdiction, open_account
from upkeep.parties.actor import Actor
from upkeep.parties.models import Office, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.changes import propose
from upkeep.policy.models import PolicyKind
from upkeep.policy.payout_gate import PayoutGate
from upkeep.policy.project_rule import ProjectRule
from upkeep.policy.service_rule import ServiceRule
from upkeep.policy.wording import Wording
from upkeep.printing.actions import keep
from upkeep.publishing import articles
from upkeep.publishing.files import Upload
from upkeep.publishing.models import Column, PublicNotice
from upkeep.repairs import deciding
from upkeep.repairs import withdrawal_orders_draft as order_drafts
from upkeep.repairs import withdrawal_orders_vote as signing
from upkeep.repairs.documents import notice_document
from upkeep.repairs.papers import attach_paper
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import Stage as ProjectStage
from upkeep.treasury import payout_batches, payouts, refunds
from upkeep.treasury.payout_batches import PayeeOf
from upkeep.voting.queries import latest_vote


class Stage:
    """The people with their browsers, and the objects that the addresses name."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.clients = {who: self._client(user) for who, user in self._people().items()} | {"anonymous": Client()}
        self.objects: dict[str, str] = {}
        self._make_places()
        self._make_papers()
        self._make_case()
        self._make_projects()
        self._make_order()
        self.objects |= going_back(self.cast, voting_project=self.objects["project"])
        self.objects |= accounting(self.cast, at=timezone.now())
        self.objects |= reconciled(self.cast)
        self.objects |= waiting_hand_over(self.cast)
        self._make_withdrawal_order()
        self._make_policy_change()
        self._make_keys()
        self._make_service()
        self._make_payout()
        self._make_batch()
        self._make_refund()
        self._make_further()
        self._make_unit()
        self._make_article()
        self._make_bank_day()
        self.objects |= earnings(self.cast)
        self.objects |= close_a_month(self.cast)

    @staticmethod
    def _client(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    def _people(self) -> dict[str, User]:
        cast, users = self.cast, self.cast.city.users
        found = {who: users.get(f"demo-{who}") or cast.add(f"demo-{who}", role) for who, role in STAFF.items()}
        own, other = cast.filled[0].area, {"developer": "developer2", "company": "company2", "committee": "committee2"}
        by_organisation: dict[int | None, User] = {
            user.organisation_id: user for user in reversed(users.values()) if user.organisation_id
        }
        found |= {
            "developer": by_organisation[own.developer_id],
            "company": by_organisation[cast.city.companies[0].pk],
            "committee": users["demo-committee"],
            "teller": users["demo-teller1"],
            "supervisor": users["demo-teller1-supervisor"],
            "other-teller": users["demo-teller2"],
            "owner": cast.add("some-owner", Role.OWNER),
            "newcomer": cast.add("some-newcomer", Role.UNVERIFIED),
        }
        found |= {f"other-{who}": users[f"more-{login}"] for who, login in other.items()}
        far = add_jurisdiction(code="510300", slug="zigong", name="远山市", office_name="远山市维修资金管理中心")
        roles = {"far-clerk": Role.WINDOW_CLERK, "far-approver": Role.APPROVER, "far-accountant": Role.ACCOUNTANT}
        return found | {
            who: open_account(
                username=who,
                name="蒋远",
                roles=[role],
                jurisdiction_id=far.pk,
                password_hash="!",
                at=timezone.now(),
            )
            for who, role in roles.items()
        }

    def _make_papers(self) -> None:
        """A paid slip with its receipt, and one that waits, both of the first area and the first bank."""
        cast, at = self.cast, timezone.now()
        paid = PaySlip.objects.filter(area=cast.filled[0].area).select_related("custody__bank", "bank_serial", "area")
        slip = paid.get(custody__bank=cast.city.banks[0])
        receipt = Receipt.objects.filter(slip=slip).select_related("slip__bank_serial", "slip__area")[0]
        waiting = self._waiting_slip()
        self.objects |= {
            "paid": slip.number,
            "receipt": str(receipt.pk),
            "receipt_print": str(keep_receipt(receipt, by_id=None, at=at).pk),
            "receipts_print": str(keep_receipts(slip, by_id=None, at=at).pk),
            "receipt_link": token_of(slip, until=timezone.localdate()),
            "book": str(receipt.book_id),
            "bank_print": str(counter_prints.keep_bank_slip(slip, by_id=None, at=at).pk),
            "slip": waiting.number,
            "batch": str(self._owner_notice()),
            "slip_print": str(bank_prints.keep_paper(waiting, by_id=None, at=at).pk),
            "area": str(cast.filled[0].area.pk),
            "user": str(cast.add("operator", Role.DEVELOPER, cast.filled[0].area.developer).pk),
            "house": str(cast.filled[0].houses[0].pk),
            "ownership": str(Ownership.objects.filter(house__area=cast.filled[0].area, until=None)[0].pk),
        }

    def _make_unit(self) -> None:
        """The account of the unit that sold houses of the first area, with a statement that the clerk has printed."""
        cast, at, day = self.cast, timezone.now(), timezone.localdate()
        building = cast.filled[0].houses[0].building_id
        opened = open_unit_account(organisation_id=cast.city.sellers[0].pk, building_id=building, at=at)
        account = SellingUnitAccount.objects.select_related("organisation", "building__area").get(pk=opened.pk)
        period = period_of(house_lines(account.pk), first=day, last=day)
        clerk = cast.city.users["demo-clerk"].pk
        kept = keep_unit_statement(account, period, by_id=clerk, at=at)
        self.objects |= {"unit": str(account.pk), "unit_print": str(kept.pk)}

    def _make_bank_day(self) -> None:
        """Two slips paid today at the first bank: one to be taken back, one that was; and the day's journal on paper."""
        developer, filled, at = self.cast.city.developers[0], self.cast.filled[1], timezone.now()
        teller, second = (self.cast.city.actor(f"demo-teller1{who}") for who in ("", "-supervisor"))
        asked = []
        for place in (-2, -3):
            [slip] = issue_deposit_slips(
                area=filled.area,
                houses=[filled.houses[place]],
                payer_name=developer.name,
                payer_phone=developer.contact_phone,
                payer_organisation_id=developer.pk,
                receipt_mode=ReceiptMode.WHOLE,
                by=self.cast.city.actor("demo-developer"),
                at=at,
            )
            paid = confirm_slip(
                number=slip.number, amount_fen=slip.total_fen, serial=f"TODAY{place}", by=teller, at=at
            )
            asked.append(ask_reversal(number=paid.number, reason="录入了别户的通知单", by=teller, at=at))
        done = decide_reversal(reversal_id=asked[1].pk, approve=True, serial="CZ-1", by=second, at=at)
        journal = counter_prints.keep_journal(
            day_book(actor=teller, on=timezone.localdate()),
            bank=self.cast.city.banks[0],
            on=timezone.localdate(),
            printed_for="",
            by_id=None,
            at=at,
        )
        self.objects |= {
            "paid_today": asked[0].number,
            "reversal": str(asked[0].pk),
            "done_reversal": str(done.pk),
            "reversal_print": str(counter_prints.keep_reversal_slip(done, by_id=None, at=at).pk),
            "today": f"{timezone.localdate():%Y-%m-%d}",
            "journal_print": str(journal.pk),
        }

    def _make_places(self) -> None:
        city = self.cast.city
        self.objects |= {
            "city": str(city.jurisdiction.pk),
            "place": str(city.districts[0].pk),
            "city_office": str(Office.objects.get(jurisdiction=city.jurisdiction).pk),
            "person": str(city.users["demo-clerk"].pk),
            "organisation": str(city.developers[0].pk),
        }

    def _waiting_slip(self) -> PaySlip:
        """For a house of 翠竹苑 that has not paid, asked for by the first developer."""
        developer, filled = self.cast.city.developers[0], self.cast.filled[1]
        [slip] = issue_deposit_slips(
            area=filled.area,
            houses=[filled.houses[-1]],
            payer_name=developer.name,
            payer_phone=developer.contact_phone,
            payer_organisation_id=developer.pk,
            receipt_mode=ReceiptMode.WHOLE,
            by=self.cast.city.actor("demo-developer"),
            at=timezone.now(),
        )
        return PaySlip.objects.select_related("custody__bank", "bank_serial", "area").get(pk=slip.pk)

    def _owner_notice(self) -> int:
        """A notice that the first developer has printed for an owner, as a batch of one; the id of the print."""
        filled, developer = self.cast.filled[1], self.cast.city.actor("demo-developer")
        house, at = filled.houses[-5], timezone.now()
        [slip] = issue_owner_slips(
            area=filled.area,
            houses=[house],
            payers={house.pk: HousePayer(name="张三", phone="13812345678")},
            asked_by_id=developer.organisation_id,
            by=developer,
            at=at,
        )
        return keep_batch([slip.number], by=developer, at=at).pk

    def _make_policy_change(self) -> None:
        """A planned wording, and a payout gate that waits for the second person."""
        cast, city = self.cast, self.cast.city.jurisdiction.pk
        admin, today = actor_of(User.objects.get(username="demo-system-admin")), timezone.localdate()
        ways: dict[str, Any] = {
            "jurisdiction_id": city,
            "basis": "江房发〔2026〕3 号",
            "by": admin,
            "at": timezone.now(),
        }
        tomorrow = today + dt.timedelta(days=1)
        propose(kind=PolicyKind.WORDING, value=Wording(area="小区"), valid_from=tomorrow, **ways)
        change = propose(kind=PolicyKind.PAYOUT_GATE, value=PayoutGate(), valid_from=today, **ways)
        self.objects |= {"city": str(cast.city.jurisdiction.pk), "policy_change": str(change.pk)}

    def _make_article(self) -> None:
        """An article of the city that is public, with a file."""
        by, at = actor_of(User.objects.get(username="demo-editor")), timezone.now()
        draft = articles.Draft(column=Column.NEWS, title="停电通知", source="管理中心", body="明日停电。")
        version = articles.begin(draft, uploads=[Upload("附表.pdf", PDF)], by=by, at=at)
        articles.publish(version.pk, by=by, at=at)
        self.objects |= {"article": version.article.number, "area_number": self.cast.filled[0].area.number}

    def _make_case(self) -> None:
        """The developer's area collection, handed in, and another one still a draft, with a faulty workbook."""
        cast, at = self.cast, timezone.now()
        file_cases(cast.city, today=cast.today, chance=random.Random(1))
        developer = cast.city.actor("demo-developer")
        case = Case.objects.filter(state="SUBMITTED", procedure="area_collection")[0]
        draft = Case.objects.filter(state="DRAFT", procedure="area_collection")[0]
        job = defer(kind="case_import", title="导入", arguments={}, by_id=developer.user_id, at=at)
        job.state, job.started_at, job.finished_at, job.attempts = "DONE", at, at, 1
        job.result = {"case_id": draft.pk, "back": "/", "marked": "UEsDBA==", "faults": [], "fault_count": 0}
        job.save()
        self.objects |= {
            "case": case.number,
            "file": str(case.files.all()[0].pk),
            "case_print": str(case_prints.keep(case, "application", by_id=None, at=at).pk),
            "draft": draft.number,
            "draft_file": str(draft.files.all()[0].pk),
            "job": str(job.pk),
        }
        self._tell(developer)

    def _tell(self, developer: Actor) -> None:
        """The developer is told in the pages and by SMS that his case came back."""
        values = {"title": "物业区域采集", "number": "WY1", "note": "缺图纸"}
        city, phone = self.cast.city.jurisdiction.pk, "13900000000"
        notify(
            event="case_returned",
            jurisdiction_id=city,
            values=values,
            at=timezone.now(),
            key="stage",
            user_ids=[developer.user_id],
            phone=phone,
        )
        self.objects |= {
            "message": str(Message.objects.get(key="stage").pk),
            "outbox": str(Outbox.objects.get(key="stage").pk),
        }

    def _make_keys(self) -> None:
        """The clerk's security key, and the developer's certificate of a CA that the city believes."""
        at, users = timezone.now(), self.cast.city.users
        clerk, developer = users["demo-clerk"], users["demo-developer"]
        key = SecurityKey.objects.create(
            user=clerk,
            name="蓝色密钥",
            site="localhost",
            credential_id=b"1",
            public_key=b"1",
            sign_count=1,
            created_at=at,
            created_by=clerk,
        )
        authority = CertificateAuthority.objects.create(
            jurisdiction=self.cast.city.jurisdiction,
            name="认证中心",
            certificate=b"1",
            fingerprint="1",
            not_before=at,
            not_after=at,
            added_at=at,
            added_by=clerk,
        )
        given = KeyCertificate.objects.create(
            user=developer,
            authority=authority,
            number="1A2B",
            holder="张三",
            fingerprint="1",
            valid_from=at.date(),
            valid_until=at.date(),
            issued_at=at,
            issued_by=clerk,
        )
        self.objects |= {
            "key": str(key.pk),
            "authority": str(authority.pk),
            "given": str(given.pk),
            "user": str(developer.pk),
        } | made_key(self.cast.city.actor("demo-system-admin"))

    def _make_service(self) -> None:
        """Both ways to serve an area are open, and another company asks to move into the first area."""
        cast, at = self.cast, timezone.now()
        area = cast.filled[0].area
        set_policy(
            kind=PolicyKind.SERVICE_RULE,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=ServiceRule(ways=("MOVE_IN", "ASSOCIATION")),
            valid_from=cast.today,
        )
        company = cast.city.actor("more-company2")
        data = {AREAS: [area.pk], "reason": "业主大会选聘"}
        case = engine.start(register["move_in"], by=company, at=at, data=data)
        engine.move(case.pk, Move.SUBMIT, by=company, at=at)
        self.objects |= {"move_in": case.number, "service": str(area.services.all()[0].pk)}
        self.objects["facility"] = str(area.facilities.all()[0].pk)

    def _make_order(self) -> None:
        """A payment order of the first bank, printed by the office, that the bank could not pay."""
        cast, at = self.cast, timezone.now()
        project = cast.project(last=ProjectStage.TRANSFER, budget_fen=100_009, title="屋面付款")
        order = orders_of(project)[0]
        self.objects |= {
            "order": order.number,
            "order_print": str(bank_prints.keep_paper(order, by_id=None, at=at).pk),
        }
        fail_order(number=order.number, reason="账号不存在", by=cast.city.actor("demo-teller1"), at=at)

    def _make_withdrawal_order(self) -> None:
        """An order of the company under review with a scan of its signed list, and one still being filled in."""
        cast, at = self.cast, timezone.now()
        area, company = cast.filled[0].area, cast.city.actor("demo-company")
        set_policy(
            kind=PolicyKind.PROJECT_RULE,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=ProjectRule(form="ORDER"),
            valid_from=day_of(at),
        )
        draft = order_drafts.begin(area_id=area.pk, by=company, at=at)
        case = order_drafts.begin(area_id=area.pk, by=company, at=at)
        house = cast.filled[0].houses[0]
        typed = order_scene.typed("屋面") | {"total": "10.00", BUILDINGS: [house.building_id]}
        order_drafts.save_houses(case.pk, building_id=house.building_id, house_ids=[house.pk], by=company, at=at)
        engine.save_draft(case.pk, typed, by=company, at=at)
        order_drafts.fill_in(case.pk, by=company, at=at)
        order_drafts.compute_standard(case.pk, by=company, at=at)
        engine.move(case.pk, Move.SUBMIT, by=company, at=at)
        clerk, page = cast.city.actor("demo-clerk"), picture().getvalue()
        scan = signing.keep_scan(case, name="签字.jpg", content=page, by=clerk, at=at)
        self.objects |= {
            "withdrawal_draft": draft.number,
            "withdrawal": case.number,
            "withdrawal_building": str(house.building_id),
            "withdrawal_scan": str(scan.pk),
        }

    def _make_payout(self) -> None:
        """What is owed for a cancelled house of the last area, which no other object stands on."""
        at = timezone.now()
        house = self.cast.filled[-1].houses[0]
        developer = self.cast.city.actor("demo-developer")
        case = engine.start(register["house_cancellation"], by=developer, at=at)
        payouts.cancel(case, [house.pk], source="case:payout", by=developer, at=at)
        payout = case.payouts.get()
        self.objects |= {"payout": str(payout.pk), "payout_case": case.number}

    def _make_batch(self) -> None:
        """The accounts of another cancelled house, which wait to be checked."""
        at, city = timezone.now(), self.cast.city
        house = self.cast.filled[-1].houses[1]
        developer = city.actor("demo-developer")
        case = engine.start(register["house_cancellation"], by=developer, at=at)
        payouts.cancel(case, [house.pk], source="case:batch", by=developer, at=at)
        payee = PayeeOf(
            payout_id=case.payouts.get().pk, payee_name="某人", payee_bank="行", payee_account="62170000", basis="判决"
        )
        batch = payout_batches.prepare([payee], by=city.actor("demo-cashier"), at=at)
        self.objects["payout_batch"] = batch.number

    def _make_refund(self) -> None:
        """A refund that waits for the bank."""
        at, city = timezone.now(), self.cast.city
        house = House.objects.select_related("area").get(pk=self.cast.filled[-1].houses[2].pk)
        case = engine.start(
            register["owner_refund"], by=city.actor("demo-clerk"), at=at, data=owner_cases.begun_for(house)
        )
        asked = refunds.Asked(
            reason="MISPAID",
            amount_fen=100,
            payee_key=refunds.payees_of(house)[0].key,
            payee_bank="行",
            payee_account="62170000",
            phone="13900000000",
        )
        refund = refunds.approve(case, house.pk, asked, by=city.actor("demo-approver"), at=at)
        self.objects["refund"] = str(refund.pk)

    def _make_further(self) -> None:
        """A plan for the first area, and letters that the clerk sent there."""
        area, at = self.cast.filled[0].area, timezone.now()
        clerk, houses = self.cast.city.actor("demo-clerk"), self.cast.filled[0].houses
        for house in houses[:2]:
            Arrears.objects.create(
                house=house, area=area, since=day_of(at), percent=30, first_due_fen=100_000_000, balance_fen=0
            )
        House.objects.filter(pk__in=[house.pk for house in houses[:2]]).update(first_deposit_due_fen=100_000_000)
        batch = letters.demand(area=area, deadline=day_of(at) + dt.timedelta(days=30), by=clerk, at=at)
        letters.print_batch(batch.pk, by_id=None, at=at)
        letter = batch.letters.order_by("pk")[0]
        kept = letters.keep_letter(letter, by_id=None, at=at)
        case = engine.start(register["further_deposit"], by=clerk, at=at, data={"area": str(area.pk)})
        further.decide(
            case,
            area=area,
            houses=list(House.objects.filter(pk__in=[house.pk for house in houses[:2]]).select_related("building")),
            terms=Terms(
                standard=FurtherStandard.TO_FIRST_LEVEL,
                fen_per_m2=0,
                method=FurtherMethod.AT_ONCE,
                instalments=1,
                every_months=0,
                first_due_on=day_of(at) + dt.timedelta(days=30),
                basis=FurtherBasis.OFFICE,
                document="江房发〔2026〕8 号",
                scope="欠交的房屋",
            ),
            by=clerk,
            at=at,
        )
        self.objects |= {
            "letters": batch.number,
            "letter": letter.number,
            "letter_print": str(kept.pk),
            "plan": case.number,
        }

    def _make_projects(self) -> None:
        cast, at = self.cast, timezone.now()
        by = cast.city.actor("demo-committee")
        stages = {
            "project": ProjectStage.VOTING,
            "new": ProjectStage.NEW,
            "noticed": ProjectStage.NOTICE,
            "passed": ProjectStage.PASSED,
        }
        for place, (name, stage) in enumerate(stages.items()):
            found = cast.project(last=stage, budget_fen=100_000 + place, title=f"屋面{name}")
            self.objects[name] = found.number
            if name == "new":
                paper = attach_paper(found.pk, name="现场.jpg", content=picture().getvalue(), by=by, at=at)
                self.objects |= {"work": str(found.facilities.all()[0].pk), "project_paper": str(paper.pk)}
            if name == "project":
                deciding.attach_signature_page(found.pk, name="签字.jpg", content=picture().getvalue(), by=by, at=at)
                vote = latest_vote(found.source)
                assert vote is not None
                notice = PublicNotice.objects.get(source=found.source)
                kept = keep(notice_document(found, notice, city="jiangcheng"), by_id=None, at=at)
                self.objects |= {
                    "evidence": str(vote.evidence.all()[0].pk),
                    "vote_house": str(vote.houses.all()[0].house_id),
                    "notice": notice.number,
                    "project_print": str(kept.pk),
                }

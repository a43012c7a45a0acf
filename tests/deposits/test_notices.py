"""The life of a pay slip after it was issued: void by those whom the city lets, run out, issued anew, seen by its own.

# covers: D1 D2 D7
"""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.banking.town import AT, Town, confirm, issue, make_town, new_house, person
from tests.staging import staged
from upkeep.banking.actions import expire_slips
from upkeep.banking.models import PaySlip, PaySlipLine, SlipState
from upkeep.banking.queries import shown_payer, slips_visible_to, standing
from upkeep.banking.slips import SlipClosed
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.deposits.actions import (
    AlreadyDeposited,
    HousePayer,
    issue_owner_slips,
    may_reissue,
    may_void,
    reissue_slip,
    void_slip,
)
from upkeep.deposits.notices import NotAllowed
from upkeep.estate.actions import NewOwner, bind_owners
from upkeep.estate.claims import HouseIsBusy
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, HouseClaim, Owner, OwnerAccount
from upkeep.identity.models import LoginPhone
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind
from upkeep.policy.pay_slip_rule import PaySlipRule
from upkeep.treasury import payouts

pytestmark = pytest.mark.django_db

LATE = AT + dt.timedelta(days=31)
ID_NUMBER, PHONE = "11010519491231002X", "13812345678"


town = staged(make_town)


@pytest.fixture
def clerk(town: Town) -> Actor:
    return person(username="c1", name="李窗", role=Role.WINDOW_CLERK, city=town.city)


def for_owner(town: Town, *, house: House | None = None, number: str = ID_NUMBER) -> PaySlip:
    """A notice that the developer printed for 张三."""
    one = house or town.houses[0]
    payer = HousePayer(name="张三", phone=PHONE, id_hash=lookup_hash(number) if number else "")
    (slip,) = issue_owner_slips(
        area=town.area,
        houses=[one],
        payers={one.pk: payer},
        asked_by_id=town.developer.pk,
        by=town.people["developer"],
        at=AT,
    )
    return slip


def owner_account(town: Town, *, number: str = ID_NUMBER, houses: list[House] | None = None) -> Actor:
    """The account of 张三, whose telephone and number are on record, with the houses he owns."""
    account = person(username="o1", name="张三", role=Role.OWNER, city=town.city)
    for house in houses or ():
        one = NewOwner(house_id=house.pk, name="张三", id_kind=IdKind.ID_CARD, id_number=number, phone=PHONE)
        bind_owners(jurisdiction_id=town.city.pk, owners=[one], since=AT.date())
    owner, _ = Owner.objects.get_or_create(
        jurisdiction=town.city,
        id_kind=IdKind.ID_CARD,
        id_hash=lookup_hash(number),
        name="张三",
        defaults={"id_number": number, "phone": PHONE, "phone_hash": lookup_hash(PHONE)},
    )
    user = User.objects.get(pk=account.user_id)
    LoginPhone.objects.create(user=user, city=town.city, phone_hash=lookup_hash(PHONE), proved_at=AT)
    OwnerAccount.objects.create(owner=owner, user=user, bound_at=AT)
    return account


class TestVoid:
    def test_is_for_the_roles_that_the_city_names(self, town: Town, clerk: Actor) -> None:
        slip = issue(town)
        set_policy(
            kind=PolicyKind.PAY_SLIP_RULE,
            jurisdiction_id=town.city.pk,
            value=PaySlipRule(voiders=(Role.WINDOW_CLERK,)),
            valid_from=AT.date(),
        )

        with pytest.raises(NotAllowed, match="没有作废交款通知单的权限"):
            void_slip(number=slip.number, reason="选错", by=town.people["developer"], at=AT)
        assert not may_void(slip, by=town.people["developer"], on=AT.date())
        assert may_void(slip, by=clerk, on=AT.date())
        assert void_slip(number=slip.number, reason="选错", by=clerk, at=AT).state == SlipState.VOID

    def test_of_an_owners_notice_is_for_the_developer_that_printed_it_and_no_other(self, town: Town) -> None:
        slip = for_owner(town)
        other = person(username="d9", name="外人", role=Role.DEVELOPER, city=town.city, organisation=town.banks[0])

        with pytest.raises(NotAllowed, match="没有该编号的交款通知单"):
            void_slip(number=slip.number, reason="选错", by=other, at=AT)
        assert void_slip(number=slip.number, reason="选错", by=town.people["developer"], at=AT).void_reason == "选错"

    def test_asks_for_a_reason(self, town: Town) -> None:
        with pytest.raises(HasProblems, match="请填写作废原因"):
            void_slip(number=issue(town).number, reason=" ", by=town.people["developer"], at=AT)


class TestReissue:
    def test_puts_a_slip_at_todays_standard_in_the_place_of_an_expired_one(self, town: Town) -> None:
        old = issue(town, count=2)
        expire_slips(on=LATE.date(), at=LATE)
        set_policy(
            kind=PolicyKind.DEPOSIT_STANDARD,
            jurisdiction_id=town.city.pk,
            value=DepositStandard(rows=(StandardRow(label="新标准", fen_per_m2=10_000),)),
            valid_from=LATE.date(),
        )

        new = reissue_slip(number=old.number, by=town.people["developer"], at=LATE)

        old.refresh_from_db()
        assert (new.replaces, new.house_count, new.total_fen) == (old, 2, 2 * 983_700)
        assert (new.payer_name, new.payer_phone, new.receipt_mode) == (old.payer_name, "13900000001", "WHOLE")
        assert new.expires_on == LATE.date() + dt.timedelta(days=30)
        assert set(new.lines.values_list("rule", flat=True)) == {"新标准 100.00 元/㎡"}
        assert (old.total_fen, set(old.lines.values_list("rule", flat=True))) == (
            2 * 885_330,
            {"有电梯 90.00 元/㎡"},
        )

    def test_keeps_the_owner_who_pays_and_whoever_printed_it(self, town: Town, clerk: Actor) -> None:
        old = for_owner(town)
        void_slip(number=old.number, reason="手机号有误", by=clerk, at=AT)

        new = reissue_slip(number=old.number, by=clerk, at=AT)

        assert (new.payer_name, new.payer_hash, new.asked_by) == ("张三", old.payer_hash, town.developer)
        assert confirm(town, new).state == SlipState.PAID

    def test_closes_one_whose_last_day_has_passed_before_the_hourly_run(self, town: Town) -> None:
        old = issue(town)

        new = reissue_slip(number=old.number, by=town.people["developer"], at=LATE)

        old.refresh_from_db()
        assert (old.state, new.state) == ("EXPIRED", "WAITING")

    def test_is_refused_while_the_old_one_lives_or_once_it_is_paid(self, town: Town) -> None:
        slip = issue(town)
        with pytest.raises(SlipClosed, match="待交，不需要重新开具"):
            reissue_slip(number=slip.number, by=town.people["developer"], at=AT)
        confirm(town, slip)

        with pytest.raises(SlipClosed, match="已交，不需要重新开具"):
            reissue_slip(number=slip.number, by=town.people["developer"], at=AT)

    def test_happens_once_and_the_second_is_told_the_new_number(self, town: Town) -> None:
        old = issue(town)
        void_slip(number=old.number, reason="选错", by=town.people["developer"], at=AT)
        new = reissue_slip(number=old.number, by=town.people["developer"], at=AT)

        with pytest.raises(SlipClosed, match=f"已重新开具为 {new.number}"):
            reissue_slip(number=old.number, by=town.people["developer"], at=AT)
        old.refresh_from_db()
        assert not may_reissue(old, by=town.people["developer"], on=AT.date())

    def test_is_refused_for_a_house_that_has_paid_or_got_another_slip(self, town: Town) -> None:
        old = issue(town, count=2)
        void_slip(number=old.number, reason="选错", by=town.people["developer"], at=AT)
        other = issue(town, count=1)
        with pytest.raises(HouseIsBusy, match="有待交的交款通知单"):
            reissue_slip(number=old.number, by=town.people["developer"], at=AT)
        confirm(town, other)

        with pytest.raises(AlreadyDeposited, match="已交首期维修资金"):
            reissue_slip(number=old.number, by=town.people["developer"], at=AT)

    def test_is_refused_for_a_house_that_has_left_the_register(self, town: Town) -> None:
        old = issue(town, count=1)
        void_slip(number=old.number, reason="选错", by=town.people["developer"], at=AT)
        case = engine.start(register["house_cancellation"], by=town.people["developer"], at=AT)
        source = f"case:{case.pk}"
        payouts.cancel(case, [town.houses[0].pk], source=source, by=town.people["developer"], at=AT)

        with pytest.raises(Refusal, match="301已注销，不能重新开具"):
            reissue_slip(number=old.number, by=town.people["developer"], at=AT)

    def test_is_not_for_a_bank_or_an_accountant(self, town: Town) -> None:
        old = issue(town)
        void_slip(number=old.number, reason="选错", by=town.people["developer"], at=AT)

        for nobody in ("teller", "accountant"):
            with pytest.raises(NotAllowed, match="没有重新开具"):
                reissue_slip(number=old.number, by=town.people[nobody], at=AT)


class TestExpiry:
    def test_of_many_takes_few_queries_and_frees_every_house(self) -> None:
        town = make_town(houses=[new_house(floor=n % 30 + 1, room=str(n)) for n in range(120)])
        houses = town.houses
        payers = {house.pk: HousePayer(name="张三", phone=PHONE) for house in houses}
        issue_owner_slips(area=town.area, houses=houses, payers=payers, by=town.people["developer"], at=AT)

        with CaptureQueriesContext(connection) as queries:
            assert expire_slips(on=LATE.date(), at=LATE) == 120

        assert not HouseClaim.objects.exists()
        assert set(PaySlip.objects.values_list("state", "closed_by_name")) == {("EXPIRED", "系统")}
        assert len(queries) <= 10


class TestWhoSeesAnOwnersNotice:
    def test_are_the_office_the_developer_that_printed_it_its_bank_and_the_owner(
        self, town: Town, clerk: Actor
    ) -> None:
        slip, account = for_owner(town), owner_account(town)

        sees = {
            who: slips_visible_to(actor).filter(pk=slip.pk).exists()
            for who, actor in (town.people | {"clerk": clerk, "owner": account}).items()
        }

        assert sees == {
            "clerk": True,
            "accountant": True,
            "approver": True,
            "developer": True,
            "teller": True,
            "teller2": True,
            "supervisor": True,
            "other_teller": False,
            "owner": True,
        }

    def test_is_not_another_owner(self, town: Town) -> None:
        for_owner(town, number="440524188001010014")

        assert not slips_visible_to(owner_account(town)).exists()

    def test_is_the_owner_of_the_house_where_it_names_no_number(self, town: Town) -> None:
        mine, other = town.houses[:2]
        account = owner_account(town, houses=[mine])
        slip = for_owner(town, house=mine, number="")
        for_owner(town, house=other, number="")
        issue(town, houses=town.houses[2:])

        assert list(slips_visible_to(account)) == [slip]

    def test_reads_the_name_masked_unless_he_takes_the_money_or_pays_it(self, town: Town, clerk: Actor) -> None:
        slip = for_owner(town)

        assert shown_payer(slip, actor=clerk) == shown_payer(slip, actor=town.people["developer"]) == "张＊"
        assert shown_payer(slip, actor=town.people["teller"]) == "张三"
        assert shown_payer(issue(town, houses=town.houses[1:]), actor=clerk) == "江南置业有限公司"


class TestStanding:
    def test_tells_where_to_pay_while_it_waits_and_no_longer(self, town: Town) -> None:
        slip = issue(town)

        waits, late = standing(slip.number, on=AT.date()), standing(slip.number, on=LATE.date())

        assert waits is not None and late is not None
        assert waits.account == slip.custody and waits.valid_until == slip.expires_on
        assert (late.state, late.account) == ("EXPIRED", None)

    def test_tells_that_another_took_its_place(self, town: Town) -> None:
        old = issue(town)
        void_slip(number=old.number, reason="选错", by=town.people["developer"], at=AT)
        reissue_slip(number=old.number, by=town.people["developer"], at=AT)

        found = standing(old.number, on=AT.date())

        assert found is not None
        assert (found.state, found.account, found.is_replaced) == ("VOID", None, True)


class TestSlipClaimGuards:
    """What the database refuses whoever asks."""

    def refuses(self, work: Callable[[], object], match: str) -> None:
        with pytest.raises(DatabaseError, match=match), transaction.atomic():
            work()
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")

    def copy_of(self, slip: PaySlip) -> None:
        """A second live slip for the same house, written past the program."""
        values = {field.attname: getattr(slip, field.attname) for field in PaySlip._meta.concrete_fields}
        line = slip.lines.get()
        fresh = PaySlip.objects.create(**(values | {"id": new_id(), "number": "JK-copy"}))
        PaySlipLine.objects.create(
            slip=fresh, house=line.house, area_dm2=line.area_dm2, rule=line.rule, amount_fen=line.amount_fen
        )

    def test_refuse_a_second_live_slip_for_a_house(self, town: Town) -> None:
        slip = issue(town, count=1)

        self.refuses(lambda: self.copy_of(slip), "0 of its 1 houses are claimed")

    def test_refuse_to_free_the_houses_of_a_slip_that_waits(self, town: Town) -> None:
        issue(town, count=1)

        self.refuses(lambda: HouseClaim.objects.all().delete(), "stay claimed while it waits")

    def test_refuse_a_second_successor(self, town: Town) -> None:
        old = issue(town, count=1)
        void_slip(number=old.number, reason="选错", by=town.people["developer"], at=AT)
        new = reissue_slip(number=old.number, by=town.people["developer"], at=AT)

        self.refuses(lambda: self.copy_of(new), "replaces_id")

    def test_refuse_to_change_what_a_slip_replaces_or_whose_it_is(self, town: Town) -> None:
        for_owner(town)

        self.refuses(lambda: PaySlip.objects.update(payer_hash=""), "what was issued never changes")
        self.refuses(lambda: PaySlip.objects.update(asked_by=None), "what was issued never changes")

"""Owners of the demo city: one with an account, and houses that passed from one to another."""

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import CustodyAccount, ReceiptMode
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import BANK_INTEREST, FundKind
from upkeep.demo.city import PASSWORD, City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.people import credit_code, invent
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.estate import owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import Area, House, OwnerAccount, Ownership
from upkeep.estate.owner_accounts import bind
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.identity.owners import account_of_phone
from upkeep.kernel.allocation import allocate
from upkeep.parties.actions import rename_account, set_password

USERNAME = "demo-owner"


def open_owner_account(city: City, *, area: Area, at: dt.datetime) -> None:
    """The account of the area's first owner: made by his telephone, bound by his ID number, named afterwards."""
    first = Ownership.objects.filter(house__area=area, until__isnull=True).select_related("owner").order_by("pk")[0]
    user = account_of_phone(phone=first.owner.phone, city_id=city.jurisdiction.pk, at=at)
    bind(user=user, id_number=first.owner.id_number, at=at)
    rename_account(user=user, username=USERNAME)
    set_password(user=user, password=PASSWORD, at=at)
    city.users[USERNAME] = user


def give_more_houses(city: City, filled: Sequence[Filled], *, today: dt.date) -> None:
    """More houses of that owner, so that his pages show what there is: a parking space that he paid for himself, a new flat
    owned with his wife whose notice waits at the bank, and a flat that he has sold."""
    owner = OwnerAccount.objects.get(user=city.users[USERNAME]).owner
    alone = [NewOwnership(owner)]
    paid, waiting, sold = filled[13], filled[19], filled[2]
    space, flat, old = paid.houses[-1], waiting.houses[60], sold.houses[5]
    _own(city, space, alone, day=today - dt.timedelta(days=60))
    _own(city, old, alone, day=today - dt.timedelta(days=420))
    _own(city, old, [NewOwnership(_person(random.Random(883)))], day=today - dt.timedelta(days=25))
    own, hers = owners.split_evenly(2)
    couple = [NewOwnership(owner, own), NewOwnership(_person(random.Random(884)), hers)]
    _own(city, flat, couple, day=today - dt.timedelta(days=20), joint=True)
    for place, (area, house, days) in enumerate(((paid, space, 58), (waiting, flat, 6))):
        slips = issue_deposit_slips(
            area=area.area,
            houses=[house],
            payer_name=owner.name,
            payer_phone=owner.phone,
            receipt_mode=ReceiptMode.PER_HOUSE,
            by=city.actor("demo-clerk"),
            at=moment(today - dt.timedelta(days=days)),
        )
        if place == 0:
            teller = city.actor(f"demo-teller{city.banks.index(slips[0].custody.bank) + 1}")
            confirm_slip(
                number=slips[0].number,
                amount_fen=slips[0].total_fen,
                serial="YZ000001",
                by=teller,
                at=moment(today - dt.timedelta(days=days - 1), 9, 40),
            )


def _own(city: City, house: House, new: list[NewOwnership], *, day: dt.date, joint: bool = False) -> None:
    """The house becomes the new owners', whether or not it had one."""
    has_owner = owners.current([house.pk]).exists()
    act = owners.transfer if has_owner else owners.bind
    basis = "业主过户（买卖）" if has_owner else "商品房买卖合同"
    by = city.actor("demo-clerk")
    act(house.pk, new, since=day, basis=basis, case_id=None, by=by, at=moment(day, 10, 5), joint=joint)


def earn_interest(city: City, one: Filled, *, today: dt.date) -> None:
    """The bank has paid a year's interest on the area's fund, and it was given to the houses by their balances."""
    day = today - dt.timedelta(days=75)
    balances = {pk: found.balance_fen for pk, found in sub_accounts.balances([h.pk for h in one.houses]).items()}
    custody = CustodyAccount.objects.get(
        jurisdiction=city.jurisdiction, fund_kind=FundKind.COMMODITY, is_default=True, is_active=True
    )
    fen = sum(balances.values()) * 35 // 10_000
    shares = {
        pk: part for pk, part in allocate(fen, {pk: found for pk, found in balances.items() if found}).items() if part
    }
    head: dict[str, Any] = {
        "area_id": one.area.pk,
        "custody_id": custody.pk,
        "fund_kind": FundKind.COMMODITY,
        "booked_on": day,
    }
    postings.interest_received(**head, fen=fen, source=f"interest:{day:%Y}")
    postings.income_carried_forward(**head, unclosed={BANK_INTEREST: fen}, source=f"interest:{day:%Y}:carried")
    postings.earnings_distributed(**head, amounts=shares, source=f"interest:{day:%Y}:distributed")


def pass_houses_on(city: City, filled: Filled, *, today: dt.date, chance: random.Random) -> int:
    """Four houses sold since they were bound: to one person, to a couple, to two by shares, to a company."""
    house_ids = [house.pk for house in filled.houses]
    owned = Ownership.objects.filter(house_id__in=house_ids, until__isnull=True).order_by("pk")[8:12]
    firm = OwnerDetails(
        name="江城云帆贸易有限公司",
        id_kind=IdKind.CREDIT_CODE,
        id_number=credit_code(880),
        phone="0830-3100088",
    )
    couple, partners = owners.split_evenly(2), (600_000, 400_000)
    plans = (
        [NewOwnership(_person(chance))],
        [NewOwnership(_person(chance), part) for part in couple],
        [NewOwnership(_person(chance), part) for part in partners],
        [NewOwnership(firm)],
    )
    for place, (one, new) in enumerate(zip(owned, plans, strict=False)):
        day = today - dt.timedelta(days=70 - 15 * place)
        owners.transfer(
            one.house_id,
            new,
            since=day,
            basis="业主过户（买卖）",
            case_id=None,
            by=city.actor("demo-clerk"),
            at=moment(day, 9, 30 + place),
            joint=place == 1,
        )
    return len(owned)


def _person(chance: random.Random) -> OwnerDetails:
    person = invent(chance)
    return OwnerDetails(name=person.name, id_kind=IdKind.ID_CARD, id_number=person.id_number, phone=person.phone)

"""Asking for first deposits: one slip per custody account for the chosen houses, or one per house for its owner.

What becomes of a slip is in `notices`, receipts in `receipts`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from upkeep.banking import actions as banking
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.books.chart import FundKind
from upkeep.deposits.due import Due, dues
from upkeep.deposits.notices import may_reissue, may_void, reissue_slip, void_slip
from upkeep.deposits.receipt_books import open_receipt_book
from upkeep.deposits.receipts import issue_receipts, receipts_of, void_receipt
from upkeep.estate.models import Area, House
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.policy.pay_slip_rule import pay_slip_rule

__all__ = [
    "DEPOSIT",
    "HousePayer",
    "issue_deposit_slips",
    "issue_owner_slips",
    "issue_receipts",
    "may_reissue",
    "may_void",
    "open_receipt_book",
    "receipts_of",
    "reissue_slip",
    "void_receipt",
    "void_slip",
]

#: The purpose of a first deposit's slip (`purposes.FirstDeposit`).
DEPOSIT = "deposit"


class AlreadyDeposited(Refusal):
    """A chosen house has paid its first deposit; the sentence names it."""


class OtherAmount(Refusal):
    """The amounts the applicant saw are not what the standard in force asks."""


@dataclass(frozen=True, kw_only=True)
class HousePayer:
    """Who is to pay for one house. `id_hash` is the hash of his ID number, by which he finds the notice himself."""

    name: str
    phone: str
    id_hash: str = ""


@transaction.atomic
def issue_deposit_slips(
    *,
    area: Area,
    houses: Sequence[House],
    payer_name: str,
    payer_phone: str,
    receipt_mode: ReceiptMode,
    by: Actor,
    at: dt.datetime,
    payer_organisation_id: int | None = None,
    case_id: int | None = None,
    shown_fen: Mapping[int, int] | None = None,
) -> list[PaySlip]:
    """Issue the slips for the first deposits of houses of one area, one per custody account (商品住宅, 已售公有住房).

    Buildings of the houses are loaded. Raises: AlreadyDeposited, estate.claims.HouseIsBusy naming the houses;
    NoPolicy, NoStandard, NoCustody; OtherAmount when `shown_fen`, the amounts the applicant saw, no longer holds.
    """
    day = day_of(at)
    amounts = _amounts(area, houses, shown_fen, on=day)
    expires_on = pay_slip_rule(jurisdiction_id=area.jurisdiction_id, on=day).last_day(day)
    by_fund: dict[FundKind, list[House]] = {}
    for house in houses:
        by_fund.setdefault(banking.fund_kind_of(house.nature), []).append(house)
    new = [
        banking.NewSlip(
            custody_id=banking.default_custody(jurisdiction_id=area.jurisdiction_id, fund_kind=fund).pk,
            jurisdiction_id=area.jurisdiction_id,
            area_id=area.pk,
            purpose=DEPOSIT,
            payer_name=payer_name,
            payer_phone=payer_phone,
            payer_organisation_id=payer_organisation_id,
            receipt_mode=receipt_mode,
            items=slip_items(by_fund[fund], amounts),
            expires_on=expires_on,
            case_id=case_id,
        )
        for fund in FundKind
        if fund in by_fund
    ]
    return banking.issue_slips(new=new, by=by, at=at)


@transaction.atomic
def issue_owner_slips(
    *,
    area: Area,
    houses: Sequence[House],
    payers: Mapping[int, HousePayer],
    by: Actor,
    at: dt.datetime,
    asked_by_id: int | None = None,
    case_id: int | None = None,
    shown_fen: Mapping[int, int] | None = None,
) -> list[PaySlip]:
    """Issue one slip per house, in the order given, that its own payer takes to the bank (代打交款通知单).

    `payers` names one for each house, by house id. Raises: what `issue_deposit_slips` does; then none is issued.
    """
    day = day_of(at)
    amounts = _amounts(area, houses, shown_fen, on=day)
    expires_on = pay_slip_rule(jurisdiction_id=area.jurisdiction_id, on=day).last_day(day)
    funds = {house.pk: banking.fund_kind_of(house.nature) for house in houses}
    custodies = {
        fund: banking.default_custody(jurisdiction_id=area.jurisdiction_id, fund_kind=fund).pk
        for fund in set(funds.values())
    }
    new = [
        banking.NewSlip(
            custody_id=custodies[funds[house.pk]],
            jurisdiction_id=area.jurisdiction_id,
            area_id=area.pk,
            purpose=DEPOSIT,
            payer_name=payers[house.pk].name,
            payer_phone=payers[house.pk].phone,
            payer_hash=payers[house.pk].id_hash,
            asked_by_id=asked_by_id,
            receipt_mode=ReceiptMode.PER_HOUSE,
            items=slip_items([house], amounts),
            expires_on=expires_on,
            case_id=case_id,
        )
        for house in houses
    ]
    return banking.issue_slips(new=new, by=by, at=at)


def _amounts(
    area: Area, houses: Sequence[House], shown_fen: Mapping[int, int] | None, *, on: dt.date
) -> dict[int, Due]:
    """What the houses owe on the day, by house id. Raises: AlreadyDeposited, OtherAmount, NoPolicy, NoStandard."""
    refuse_paid(houses)
    amounts = dues(jurisdiction_id=area.jurisdiction_id, houses=houses, on=on)
    if shown_fen is not None and any(shown_fen.get(pk) != due.amount_fen for pk, due in amounts.items()):
        raise OtherAmount(
            "业主信息表中的应交金额与现行交存标准不一致，请返回“选择房屋”点下一步，再重新下载业主信息表填写后导入"
        )
    return amounts


def refuse_paid(houses: Sequence[House]) -> None:
    """Raises: AlreadyDeposited naming the houses whose first deposit has come in."""
    if paid := [house for house in houses if house.first_deposit_due_fen is not None]:
        raise AlreadyDeposited(f"{named(paid)}已交首期维修资金，请从所选房屋中去掉")


def slip_items(houses: Sequence[House], amounts: Mapping[int, Due]) -> list[banking.SlipItem]:
    """The lines of a slip: what each house is to pay, with the rule in words as it stands now."""
    return [
        banking.SlipItem(
            house_id=house.pk,
            area_dm2=house.area_dm2,
            rule=amounts[house.pk].rule,
            amount_fen=amounts[house.pk].amount_fen,
        )
        for house in houses
    ]


def named(houses: Sequence[House]) -> str:
    """The first three houses by name, and how many there are."""
    some = "、".join(f"{house.building.name}{house.label}" for house in houses[:3])
    return some + (f"等 {len(houses)} 户" if len(houses) > 3 else "")

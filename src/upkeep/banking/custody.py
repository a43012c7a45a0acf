"""Finding the custody account in which a house's money lies."""

from upkeep.banking.models import CustodyAccount
from upkeep.books.chart import FundKind
from upkeep.estate.kinds import HouseNature
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import ancestry


class NoCustody(Refusal):
    """The city has set up no custody account for this kind of fund."""


def fund_kind_of(nature: str) -> FundKind:
    """The fund a house belongs to by its 房屋性质: sold public housing has books of its own, all else is 商品住宅."""
    return FundKind.PUBLIC if nature == HouseNature.SOLD_PUBLIC else FundKind.COMMODITY


def default_custody(*, jurisdiction_id: int, fund_kind: FundKind) -> CustodyAccount:
    """The account into which deposits of the kind go: that of the district, else of its city. Raises: NoCustody."""
    line = ancestry(jurisdiction_id)
    found = list(
        CustodyAccount.objects.select_related("bank").filter(
            jurisdiction_id__in=line, fund_kind=fund_kind, is_default=True, is_active=True
        )
    )
    if not found:
        raise NoCustody(f"本市尚未设置“{fund_kind.label}”维修资金专户，暂不能办理，请联系维修资金管理部门")
    return min(found, key=lambda account: line.index(account.jurisdiction_id))


def open_custody(
    *,
    jurisdiction_id: int,
    bank_id: int,
    fund_kind: FundKind,
    number: str,
    name: str,
    opening_bank: str,
    is_default: bool = True,
) -> CustodyAccount:
    """Enter a custody account; a new default takes the place of the one before.

    Raises: NoCustody when the organisation is no bank.
    """
    if not Organisation.objects.filter(pk=bank_id, kind=OrganisationKind.BANK).exists():
        raise NoCustody("专户只能开在专户银行，请先登记该银行")
    if is_default:
        CustodyAccount.objects.filter(jurisdiction_id=jurisdiction_id, fund_kind=fund_kind).update(is_default=False)
    return CustodyAccount.objects.create(
        jurisdiction_id=jurisdiction_id,
        bank_id=bank_id,
        fund_kind=fund_kind,
        number=number,
        name=name,
        opening_bank=opening_bank,
        is_default=is_default,
    )

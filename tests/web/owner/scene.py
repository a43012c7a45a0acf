"""An owner with an account: his house of the settled city, and what may happen to it."""

import datetime as dt
from collections.abc import Sequence

from django.test import Client

from tests.cast import AT, TODAY, Cast
from tests.web.pages import client_of
from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.books import postings
from upkeep.books.chart import FundKind
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.estate import owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, Owner, OwnerAccount
from upkeep.estate.owners import NewOwnership, OwnerDetails

OWNER = "demo-owner"
BUYER = OwnerDetails(name="李四", id_kind=IdKind.ID_CARD, id_number="510502199202021235", phone="13812340002")


class OwnersHouse:
    """The house of the owner, and his browser."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.client: Client = client_of(cast, OWNER)
        self.owner: Owner = OwnerAccount.objects.get(user=cast.city.users[OWNER]).owner
        self.house: House = House.objects.get(ownerships__owner=self.owner, ownerships__until=None, area=cast.area())
        self.url = f"/owner/houses/{self.house.pk}/"

    def give(
        self, house: House, *, since: dt.date = TODAY - dt.timedelta(days=30), shares: Sequence[int] = ()
    ) -> None:
        """Another house of his, alone or with somebody else."""
        new = (
            [NewOwnership(self.owner, shares[0]), NewOwnership(BUYER, shares[1])]
            if shares
            else [NewOwnership(self.owner)]
        )
        act = owners.transfer if owners.current([house.pk]).exists() else owners.bind
        act(house.pk, new, since=since, basis="买卖", case_id=None, by=None, at=AT)

    def sell(self, *, on: dt.date) -> None:
        """The house is somebody else's from that day on."""
        owners.transfer(self.house.pk, [NewOwnership(BUYER)], since=on, basis="买卖", case_id=None, by=None, at=AT)

    def unpaid(self) -> House:
        """A house that has paid nothing yet."""
        houses = House.objects.filter(area=self.cast.area("翠竹苑"), first_deposit_due_fen=None)
        return houses.select_related("building", "area").order_by("pk")[0]

    def slip_for(self, *houses: House, mode: ReceiptMode = ReceiptMode.PER_HOUSE) -> PaySlip:
        """A notice for the first deposits of houses."""
        (slip,) = issue_deposit_slips(
            area=houses[0].area,
            houses=houses,
            payer_name=self.owner.name,
            payer_phone=self.owner.phone,
            receipt_mode=mode,
            by=self.cast["demo-clerk"],
            at=AT,
        )
        return slip

    def paid(self, slip: PaySlip, *, serial: str = "S1") -> PaySlip:
        """The bank has the money."""
        teller = self.cast[f"demo-teller{self.cast.city.banks.index(slip.custody.bank) + 1}"]
        return confirm_slip(number=slip.number, amount_fen=slip.total_fen, serial=serial, by=teller, at=AT)

    def refund(self, fen: int, *, on: dt.date) -> None:
        """Money given back, booked as the bank's word books it."""
        slip = PaySlip.objects.filter(lines__house=self.house, state="PAID")[0]
        postings.refund_paid(
            area_id=self.house.area_id,
            custody_id=slip.custody_id,
            fund_kind=FundKind(slip.custody.fund_kind),
            amounts={self.house.pk: fen},
            source=f"refund:{on:%Y%m%d}",
            booked_on=on,
        )

"""Who may do what with a payment order on these pages."""

from django.http import Http404

from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.purposes import order_may_be_voided
from upkeep.banking.queries import orders_visible_to, to_reissue
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest

#: Who handles payees' accounts, and so sees them in full, on the page and on the printed order.
PAYERS = (Role.APPROVER, Role.ACCOUNTANT, Role.CASHIER)
#: Who may order a payment anew or give it up; the cashier only carries it out.
ORDERERS = (Role.APPROVER, Role.ACCOUNTANT)


def order_or_404(request: ActorRequest, number: str) -> PaymentOrder:
    """The order, as if it did not exist when the actor may not see it."""
    found = orders_visible_to(request.actor).select_related("replaces", "replaced_by")
    order = found.filter(number=tidy_number(number)).first()
    if order is None:
        raise Http404
    return order


def fresh_of(order: PaymentOrder) -> PaymentOrder | None:
    """The order issued in place of this one."""
    return getattr(order, "replaced_by", None)


def waits_for_reissue(order: PaymentOrder) -> bool:
    """Whether it failed and is to be issued anew, which nobody has done yet."""
    failed = order.state_now is OrderState.FAILED and fresh_of(order) is None
    return failed and to_reissue(PaymentOrder.objects.filter(pk=order.pk)).exists()


def may_void(request: ActorRequest, order: PaymentOrder) -> bool:
    """Whether the actor may give this order up by itself."""
    waits = order.state_now is OrderState.WAITING
    return waits and order_may_be_voided(order) and request.actor.has(*ORDERERS)

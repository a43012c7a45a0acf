"""Bank serials (银行流水号): once used, used for ever."""

import datetime as dt

from django.db import IntegrityError, transaction

from upkeep.banking.models import BankSerial
from upkeep.banking.models.custody import SerialUse
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import half_width

MOST = 40


class SerialUsed(Refusal):
    """The bank has used this serial for something else before (HTTP 409)."""


def tidy_serial(text: str) -> str:
    """The serial without spaces, half width, in capitals. Raises: HasProblems when nothing usable is left."""
    serial = "".join(half_width(text).split()).upper()
    if not serial:
        raise HasProblems([Problem("serial", "请填写银行流水号")])
    if len(serial) > MOST or not serial.isascii() or not serial.isprintable() or "|" in serial:
        raise HasProblems([Problem("serial", f"银行流水号应为不超过 {MOST} 位的数字或字母，请核对")])
    return serial


def use_serial(
    *,
    bank_id: int,
    serial: str,
    use: SerialUse,
    subject: str,
    amount_fen: int,
    at: dt.datetime,
    payment_no: int = 1,
) -> BankSerial:
    """Keep the serial for what was done with it. Of two tellers who use the same one, the second waits and loses.

    Raises: SerialUsed naming the paper it was used for.
    """
    try:
        with transaction.atomic():
            return BankSerial.objects.create(
                bank_id=bank_id,
                serial=serial,
                use=use,
                subject=subject,
                payment_no=payment_no,
                amount_fen=amount_fen,
                at=at,
            )
    except IntegrityError:
        check_unused(bank_id=bank_id, serial=serial)
        raise


def check_unused(*, bank_id: int, serial: str) -> None:
    """Tell a teller early what `use_serial` would refuse. Raises: SerialUsed naming the paper it was used for."""
    earlier = BankSerial.objects.filter(bank_id=bank_id, serial=serial).first()
    if earlier is not None:
        raise SerialUsed(
            f"流水号 {serial} 已用于单据 {earlier.subject} 的{SerialUse(earlier.use).label}，"
            "请核对后填写本笔业务的流水号"
        )

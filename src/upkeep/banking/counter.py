"""What is checked at every bank counter, money in or out, in sentences that tell the teller what to do."""

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.kernel.numbers import is_number, tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation
from upkeep.parties.queries import city_id_of
from upkeep.parties.roles import BANK


class UnknownPaper(Refusal):
    """No paper of that number is to be handled at this bank."""


class WrongBank(Refusal):
    """The money belongs to an account at another bank of the city."""


class WrongAmount(HasProblems):
    """The amount is not the paper's."""


def check_number(text: str, *, prefix: str, what: str) -> str:
    """The number tidied. Raises: UnknownPaper when it is none of the kind or its check digit is wrong."""
    number = tidy_number(text)
    if not number:
        raise UnknownPaper(f"请输入或扫描{what}编号")
    if not is_number(number) or not number.startswith(prefix):
        raise UnknownPaper(f"“{number[:30]}”不是{what}编号，请对照纸面核对后重新输入或扫描")
    return number


def check_bank(custody: CustodyAccount | None, *, by: Actor, what: str, number: str) -> None:
    """Only a teller of the custody account's bank handles it. Another city's papers do not exist for him.

    Raises: UnknownPaper, WrongBank.
    """
    if not by.has(*BANK):
        raise UnknownPaper(f"{what}须由专户银行的柜员办理")
    if custody is not None and custody.bank_id == by.organisation_id:
        return
    mine = Organisation.objects.filter(pk=by.organisation_id or 0).first()
    if custody is None or mine is None or city_id_of(mine.jurisdiction_id) != city_id_of(custody.jurisdiction_id):
        raise UnknownPaper(f"没有编号为 {number} 的{what}，请对照纸面核对；确认无误的，请联系维修资金管理部门")
    raise WrongBank(f"该{what}的专户开在{custody.bank.name}，本行不能办理，请引导客户前往{custody.bank.name}办理")


def check_amount(*, found_fen: int, wanted_fen: int, what: str) -> None:
    """Whole, and to the fen. Raises: WrongAmount."""
    if found_fen != wanted_fen:
        raise WrongAmount(
            [
                Problem(
                    "amount",
                    f"金额不符：{what}金额 {yuan(wanted_fen)} 元，录入 {yuan(found_fen)} 元；"
                    "须一次足额办理，请核对后重新录入",
                )
            ]
        )

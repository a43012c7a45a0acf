"""The journal's refusals in words a user can act on."""

import contextlib
from collections.abc import Iterator, Mapping

from upkeep.kernel.errors import Refusal
from upkeep.ledger import api as ledger


class NotEnoughMoney(Refusal):
    """A sub-account (分户账) has less than asked. `short`: house id -> fen missing; the sentence names nobody."""

    def __init__(self, text: str, *, short: Mapping[int, int]) -> None:
        self.short = dict(short)
        super().__init__(text)


class SourceConflict(Refusal):
    """The same business key came again with another content (HTTP 409)."""


@contextlib.contextmanager
def in_words(overdrawn: str = "分户余额刚刚发生变动，已不足支付，请重新核对") -> Iterator[None]:
    """Turn what the journal refuses for the user's sake into a Refusal; what it refuses as a bug stays a crash."""
    try:
        yield
    except ledger.Overdrawn as refused:
        raise NotEnoughMoney(overdrawn, short=refused.short) from refused
    except ledger.PeriodClosed as refused:
        raise Refusal("记账日期所在的会计期间已结账，请改用未结账期间的日期，或先办理反结账") from refused
    except ledger.SubAccountClosed as refused:
        raise Refusal("分户账已销户或尚有余额、冻结金额，不能办理，请先核对该房屋的分户账") from refused
    except ledger.AlreadyReversed as refused:
        raise Refusal("这笔账已经冲正过，或本身就是冲正，不能再次冲正") from refused
    except ledger.Duplicate as refused:
        raise SourceConflict("同一业务流水号已记过一笔内容不同的账，请核对后再办理") from refused

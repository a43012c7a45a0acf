"""Every way in which a bank's call is refused: a code for programs, a status, a sentence for people, and what to do.

The list is part of the interface: `docs/bank-api.md` and the OpenAPI description are written from it.
"""

from dataclasses import dataclass

from upkeep.banking.counter import UnknownPaper, WrongAmount, WrongBank
from upkeep.banking.orders import NeedsAnother, OrderClosed
from upkeep.banking.reversals import NotReversible, NotTheSecond
from upkeep.banking.serials import SerialUsed
from upkeep.banking.slips import SlipClosed
from upkeep.kernel.errors import HasProblems, Problem, Refusal


@dataclass(frozen=True)
class Fault:
    """One way. `again` says whether the same message may be sent again, and how."""

    code: str
    status: int
    text: str
    again: str


_NEVER = "改正后用新的幂等键重新发送"
_SIGN = "核对签名、密钥和时间后，用新的时间、随机数重新签名发送，幂等键不变"

MALFORMED = Fault("malformed", 400, "报文不是规范的 JSON", _NEVER)
UNSIGNED = Fault("unsigned", 401, "缺少签名所需的请求头，或其格式不对", _SIGN)
BAD_SIGNATURE = Fault("bad_signature", 401, "签名不符，或密钥不存在", _SIGN)
KEY_NOT_IN_USE = Fault("key_not_in_use", 401, "密钥未启用、已到期或已停用，或该银行已停用", "联系维修资金管理部门")
TOO_OLD = Fault(
    "out_of_time", 401, "报文时间与平台时间相差超过 300 秒", "校准时钟后，用新的时间、随机数重新签名发送，幂等键不变"
)
NONCE_USED = Fault("nonce_used", 401, "该随机数已经使用过，报文可能被重放", "用新的随机数重新签名发送，幂等键不变")
NOT_FOUND = Fault("not_found", 404, "没有这张单据、这个专户或这个地址", "核对编号，不要重复发送")
WRONG_METHOD = Fault("wrong_method", 405, "该地址不接受这种请求方法", "核对接口说明")
OTHER_BANK = Fault("other_bank", 409, "单据的专户开在别的银行", "不要重复发送")
PAPER_CLOSED = Fault(
    "paper_closed", 409, "单据已收款、已付款、已作废、已过期或已登记失败", "查询单据状态后处理，不要重复发送"
)
SERIAL_USED = Fault("serial_used", 409, "银行流水号已用于其他业务", "核对流水号，不要重复发送")
KEY_REUSED = Fault("idempotency_key_reused", 409, "幂等键已用于另一内容的报文", "另一笔业务请使用新的幂等键")
NOT_REVERSIBLE = Fault("not_reversible", 409, "该笔确认不能冲正，或不能再冲正", "联系维修资金管理部门")
SECOND_PERSON = Fault("second_person", 409, "须由另一人复核或办理", "换人复核后，用新的幂等键重新发送")
STATEMENT_KEPT = Fault("statement_kept", 409, "当日对账单已收到并处理过，不能替换", "联系维修资金管理部门")
REFUSED = Fault("refused", 409, "业务规则不允许办理，原因见说明", "按说明处理后，用新的幂等键重新发送")
TOO_LARGE = Fault("too_large", 413, "报文过大", "不要重复发送")
WRONG_TYPE = Fault("wrong_content_type", 415, "报文类型应为 application/json，字符集为 UTF-8", _NEVER)
INVALID = Fault("invalid", 422, "报文中有缺少、多余或不合规定的项目，逐项列在 problems 中", _NEVER)
WRONG_AMOUNT = Fault("wrong_amount", 422, "金额与单据不符", "核对金额；须一次足额办理")

FAULTS = (
    MALFORMED,
    UNSIGNED,
    BAD_SIGNATURE,
    KEY_NOT_IN_USE,
    TOO_OLD,
    NONCE_USED,
    NOT_FOUND,
    WRONG_METHOD,
    OTHER_BANK,
    PAPER_CLOSED,
    SERIAL_USED,
    KEY_REUSED,
    NOT_REVERSIBLE,
    SECOND_PERSON,
    STATEMENT_KEPT,
    REFUSED,
    TOO_LARGE,
    WRONG_TYPE,
    INVALID,
    WRONG_AMOUNT,
)
#: Refusals of the business by class, the more special first.
_BUSINESS: tuple[tuple[type[Refusal], Fault], ...] = (
    (WrongAmount, WRONG_AMOUNT),
    (HasProblems, INVALID),
    (UnknownPaper, NOT_FOUND),
    (WrongBank, OTHER_BANK),
    (SlipClosed, PAPER_CLOSED),
    (OrderClosed, PAPER_CLOSED),
    (SerialUsed, SERIAL_USED),
    (NotReversible, NOT_REVERSIBLE),
    (NotTheSecond, SECOND_PERSON),
    (NeedsAnother, SECOND_PERSON),
)
#: Fields of the actions below whose names in a message are other ones.
_FIELDS = {"amount": "amount_fen"}


class CallRefused(Exception):
    """The call is refused before any business is looked at. The sentence is the fault's own unless another is given."""

    def __init__(self, fault: Fault, text: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(text or fault.text)
        self.fault, self.text, self.problems = fault, text or fault.text, problems


def refused_by_business(refusal: Refusal) -> CallRefused:
    """The same refusal as the interface says it."""
    fault = next((fault for kind, fault in _BUSINESS if isinstance(refusal, kind)), REFUSED)
    problems = tuple(refusal.problems) if isinstance(refusal, HasProblems) else ()
    return CallRefused(fault, str(refusal), problems)


def shown(refused: CallRefused) -> dict[str, object]:
    """The body of the answer."""
    problems = [{"field": _FIELDS.get(one.field, one.field), "message": one.text} for one in refused.problems]
    return {"code": refused.fault.code, "message": refused.text, "problems": problems}

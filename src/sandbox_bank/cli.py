"""The bank's command line."""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sandbox_bank.bank import Fault, NotOurs, Refused, SandboxBank
from sandbox_bank.store import Message, Store
from sandbox_bank.wire import NoAnswer, Signer, over_http


def parser() -> argparse.ArgumentParser:
    """What can be asked of the bank."""
    found = argparse.ArgumentParser(
        prog="./upkeep sandbox-bank", description="试验用银行：按银行接口与平台往来，自有账簿，可按要求出错"
    )
    found.add_argument("--url", default="http://127.0.0.1:8000", help="平台地址，默认 http://127.0.0.1:8000")
    found.add_argument("--key", required=True, help="密钥编号，BK 开头")
    found.add_argument("--secret-file", type=Path, required=True, help="保存共享密钥的文件")
    found.add_argument("--store", type=Path, default=Path("var/sandbox-bank.sqlite3"), help="银行自己的账簿文件")
    found.add_argument("--fault", type=Fault, choices=list(Fault), default=Fault.NONE, help="下一份报文怎样出错")
    commands = found.add_subparsers(dest="command", required=True, metavar="交易")
    commands.add_parser("ping", help="连通性测试")
    account = commands.add_parser("account", help="开立账户，给出期初余额")
    account.add_argument("account")
    account.add_argument("--opening", type=_fen, default=0, help="期初余额（元）")
    pay = commands.add_parser("pay", help="客户持交款通知单交款")
    pay.add_argument("numbers", nargs="+", metavar="JK…")
    orders = commands.add_parser("orders", help="领取全部待付的付款通知并付款")
    orders.add_argument("--unpayable", default="", help="这个收款账号付不出去，报告失败")
    back = commands.add_parser("reverse", help="冲正当日的确认")
    back.add_argument("number")
    interest = commands.add_parser("interest", help="结息")
    interest.add_argument("account")
    interest.add_argument("amount", type=_fen, help="金额（元）")
    statement = commands.add_parser("statement", help="上送对账单")
    statement.add_argument("--day", type=dt.date.fromisoformat, default=None, help="默认今天")
    commands.add_parser("resend", help="重新发送没有得到应答的报文")
    serve = commands.add_parser("serve", help="一直运行：不断领取付款通知并付款")
    serve.add_argument("--seconds", type=float, default=10.0, help="每隔多少秒")
    return found


def _fen(text: str) -> int:
    try:
        fen = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        raise argparse.ArgumentTypeError("应为以元为单位的金额") from None
    if not fen.is_finite() or fen != fen.to_integral_value() or fen < 0:
        raise argparse.ArgumentTypeError("应为以元为单位的金额，最多两位小数")
    return int(fen)


def main(arguments: Sequence[str], *, say: Callable[[str], object] = print) -> int:
    """Do what is asked; 1 where the platform refused or did not answer."""
    given = parser().parse_args(arguments)
    given.store.parent.mkdir(parents=True, exist_ok=True)
    signer = Signer(given.key, given.secret_file.read_text(encoding="utf-8").strip())
    bank = SandboxBank(Store(given.store), signer, over_http(given.url))
    try:
        _carry_out(bank, given, say)
    except (Refused, NotOurs) as refused:
        say(f"没有办成：{refused}")
        return 1
    except NoAnswer as none:
        say(f"没有应答：{none}。报文已保存，可用 resend 重新发送")
        return 1
    finally:
        for line in bank.said:
            say(f"  {line}")
    return 0


def _carry_out(bank: SandboxBank, given: argparse.Namespace, say: Callable[[str], object]) -> None:
    if given.command == "ping":
        told = bank.ask("ping")
        say(f"已连通：{told['bank']}，平台时间 {told['time']}")
    elif given.command == "account":
        bank.store.open_account(given.account, opening_fen=given.opening)
        say(f"账户 {given.account} 已开立")
    elif given.command == "serve":
        _serve(bank, given.seconds, say)
    else:
        for message in _messages(bank, given):
            say(_in_words(message))


def _messages(bank: SandboxBank, given: argparse.Namespace) -> list[Message]:
    if given.command == "pay":
        return [bank.take_payment(number, fault=given.fault) for number in given.numbers]
    if given.command == "orders":
        return bank.pay_orders(fault=given.fault, unpayable=given.unpayable)
    if given.command == "reverse":
        return [bank.take_back(given.number)]
    if given.command == "interest":
        return [bank.credit_interest(given.account, given.amount, fault=given.fault)]
    if given.command == "statement":
        day = given.day or bank.now().date()
        return [bank.send_statement(account, day) for account in bank.store.accounts()]
    return bank.send_waiting()


def _serve(bank: SandboxBank, seconds: float, say: Callable[[str], object]) -> None:
    say("正在领取付款通知，按 Ctrl-C 结束")
    try:
        while True:
            try:
                bank.send_waiting()
                for message in bank.pay_orders():
                    say(_in_words(message))
            except (NoAnswer, Refused, NotOurs) as trouble:
                say(str(trouble))
            bank.said.clear()
            time.sleep(seconds)
    except KeyboardInterrupt:
        return


def _in_words(message: Message) -> str:
    if message.state == "WAITING":
        return f"{message.path}：已入账，报文待发送"
    answer = message.answer or {}
    return f"{message.path}：{'已办理' if message.state == 'DONE' else '被拒绝，' + str(answer.get('message', ''))}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Money's whole circle in a browser: registered, collected, deposited, spent, in the books. One person after another.

# covers: I1 I3 E3 E13 D1 D7 F1 F2 R11 P3 Q1 Q2 Q4 Q6 Q7
"""

import datetime as dt
import io
import itertools
import random
import re
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import FilePayload, Playwright

from tests.journeys.product import PHONE, Visitor
from upkeep.demo.people import credit_code, invent
from upkeep.kernel.dates import SHANGHAI

DATA = Path(__file__).parent.parent / "data"
CODE, PASSWORD = credit_code(777), "correct-horse-7-battery"
pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


def paper() -> FilePayload:
    """A picture to upload."""
    out = io.BytesIO()
    Image.new("RGB", (1200, 1600), "#f4f1e8").save(out, "JPEG")
    return {"name": "要件.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def upload_papers(visitor: Visitor, *codes: str) -> None:
    """Each required paper goes up as soon as it is chosen."""
    for code in codes:
        with visitor.page.expect_navigation():
            visitor.page.set_input_files(f"#file_{code}", files=[paper()])


def import_workbook(visitor: Visitor, content: bytes, button: str = "导入") -> None:
    """Hand in a workbook and wait for the background work."""
    file: FilePayload = {
        "name": "填写好的表格.xlsx",
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "buffer": content,
    }
    visitor.page.set_input_files("input[name=workbook]", files=[file])
    visitor.click(button)


def decide(playwright: Playwright, base: str, username: str, words: str, subject: str) -> None:
    """One member of the office opens his work list and decides the case about `subject`."""
    with Visitor(playwright, base, username) as staff:
        staff.demo_login(username)
        staff.sees("待办业务")
        staff.shot("worklist")
        staff.page.get_by_role("row").filter(has_text=subject).first.get_by_role("link").first.click()
        staff.sees("办理过程")
        staff.shot("case")
        staff.click(words)
        staff.sees(f"已{words}")


def test_money_goes_once_around(base: str, playwright: Playwright) -> None:
    register(playwright, base)
    decide(playwright, base, "demo-clerk", "受理", "新江南置业")
    decide(playwright, base, "demo-reviewer", "通过", "新江南置业")
    collect(playwright, base)
    decide(playwright, base, "demo-clerk", "受理", "江南新城")
    decide(playwright, base, "demo-reviewer", "通过", "江南新城")
    slips = deposit(playwright, base)
    take_money(playwright, base, slips, serial="SK", words="确认收款")
    bind_committee(playwright, base)
    repair(playwright, base)
    for username, words in (("demo-clerk", "受理"), ("demo-reviewer", "通过"), ("demo-approver", "通过")):
        decide(playwright, base, username, words, "1幢屋面防水翻修")
    take_money(playwright, base, orders(playwright, base), serial="FK", words="确认付款")
    read_books(playwright, base)
    look_on_a_phone(playwright, base)


def register(playwright: Playwright, base: str) -> None:
    """机构注册 by a developer that nobody knows yet."""
    with Visitor(playwright, base, "registration") as guest:
        guest.goto("/c/jiangcheng/")
        guest.shot("city")
        guest.page.get_by_role("link", name="机构注册").first.click()
        guest.sees("开始办理")
        guest.shot("guide")
        guest.click("开始办理")
        guest.page.get_by_label("单位类别").select_option(label="开发建设单位")
        guest.fill("单位名称", "新江南置业有限公司")
        guest.fill("统一社会信用代码", "9151050000")
        guest.fill("法定代表人", "罗建国")
        guest.fill("单位地址", "江阳区江城大道 9 号")
        guest.click("下一步")
        guest.sees("统一社会信用代码不正确")
        guest.shot("mistake")
        guest.fill("统一社会信用代码", CODE)
        guest.click("下一步")
        guest.fill("经办人姓名", "陈立新")
        guest.fill("经办人手机", "13808301234")
        guest.page.get_by_label("登录密码", exact=False).first.fill(PASSWORD)
        guest.fill("确认登录密码", PASSWORD)
        guest.page.get_by_label("我已阅读并同意").check()
        guest.shot("account")
        guest.click("下一步")
        upload_papers(guest, "licence", "operator_id")
        guest.shot("papers")
        guest.click("下一步")
        guest.sees("核对填报内容")
        guest.shot("confirm")
        guest.click("提交")
        guest.sees("业务办理完成")
        guest.shot("done")


def collect(playwright: Playwright, base: str) -> None:
    """物业区域采集: the template, the faulty workbook refused cell by cell, the right one taken."""
    with Visitor(playwright, base, "collection") as developer:
        developer.login(CODE, PASSWORD)
        developer.shot("home")
        developer.page.get_by_role("link", name="物业区域采集").first.click()
        developer.click("开始办理")
        developer.page.get_by_label("所属区县").select_option(label="江阳区")
        developer.fill("物业区域名称", "江南新城")
        developer.page.get_by_label("地址", exact=False).first.fill("江阳区滨江路 188 号")
        developer.fill("建筑面积", "115000")
        developer.shot("basics")
        developer.click("下一步")
        template = load_workbook(io.BytesIO(developer.download("下载房屋信息表格")))
        assert str(template.worksheets[0]["A1"].value).startswith("楼栋名称")
        import_workbook(developer, (DATA / "house-table-faulty.xlsx").read_bytes())
        developer.sees("导入的表格需要修改")
        for line in (DATA / "house-table-faulty.expected.csv").read_text().splitlines()[1:]:
            assert developer.page.get_by_role("cell", name=line.split(",")[0], exact=True).count() == 1, line
        developer.shot("faults")
        marked = load_workbook(io.BytesIO(developer.download("下载已标注错误的表格")))
        assert marked.worksheets[0]["A5"].comment is not None
        developer.click("返回重新导入")
        developer.sees("还没有数据")
        import_workbook(developer, (DATA / "house-table-1200.xlsx").read_bytes())
        developer.sees("全部正确")
        developer.shot("imported")
        developer.click("下一步")
        upload_papers(developer, "planning_permit")
        developer.click("下一步")
        developer.sees("楼栋汇总")
        developer.shot("confirm")
        developer.click("提交")
        developer.sees("业务办理完成")
        developer.shot("done")


def deposit(playwright: Playwright, base: str) -> list[str]:
    """批量交款: houses on the grid, the owner sheet out and in, one notice per custody account. Answers with numbers."""
    with Visitor(playwright, base, "deposit") as developer:
        developer.login(CODE, PASSWORD)
        developer.page.get_by_role("link", name="开发建设单位批量交款").first.click()
        developer.click("开始办理")
        developer.page.get_by_label("物业区域", exact=False).first.select_option(label="江南新城")
        developer.page.get_by_label("代交").check()
        developer.click("下一步")
        developer.page.locator("building-table").wait_for()
        developer.page.get_by_role("button", name="全选", exact=True).click()
        developer.shot("one-building")
        developer.click("选择整个小区的房屋")
        developer.page.locator("[data-bt-count]").get_by_text("1,200").or_(
            developer.page.locator("[data-bt-count]").get_by_text("1200")
        ).wait_for()
        developer.shot("whole-area")
        developer.click("下一步")
        developer.page.get_by_label("汇总开票").check()
        developer.fill("领取票据的手机号", "13808301234")
        sheet = developer.download("下载业主信息表格")
        import_workbook(developer, filled_in(sheet), "导入并生成交款通知单")
        developer.sees("业务办理完成")
        developer.shot("done")
        links = developer.page.get_by_role("link", name="交款通知单 JK").all_inner_texts()
        numbers = sorted({text.split()[-1] for text in links})
        assert len(numbers) == 2
        developer.goto(f"/deposits/slips/{numbers[0]}/")
        developer.shot("slip")
        return numbers


def filled_in(content: bytes) -> bytes:
    """The owner sheet as a developer would fill it: nearly every house sold, some still his own."""
    workbook = load_workbook(io.BytesIO(content))
    sheet = workbook.worksheets[0]
    columns = {str(cell.value).strip("*＊ "): cell.column for cell in sheet[1]}
    chance = random.Random(7)
    for row in range(2, sheet.max_row + 1):
        if row % 25 == 0:
            values = {"开发建设单位名称": "新江南置业有限公司", "统一社会信用代码": CODE, "经办人电话": "13808301234"}
        else:
            person = invent(chance)
            values = {
                "业主姓名": person.name,
                "证件类型": "身份证",
                "证件号码": person.id_number,
                "联系电话": person.phone,
            }
        for title, value in values.items():
            sheet.cell(row, columns[title], value)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def take_money(playwright: Playwright, base: str, numbers: list[str], *, serial: str, words: str) -> None:
    """The tellers: number, Enter; serial, Enter; confirm. Each bank has its own paper."""
    for number in numbers:
        for username in ("demo-teller1", "demo-teller2"):
            with Visitor(playwright, base, username) as teller:
                teller.demo_login(username)
                teller.goto(f"/bank/counter/?q={number}")
                if teller.page.get_by_label("银行流水号").count() == 0:
                    continue
                teller.shot("counter")
                teller.page.keyboard.type(f"{serial}{number[-7:]}")
                teller.page.keyboard.press("Enter")
                teller.page.get_by_role("button", name=words).wait_for()
                teller.page.keyboard.press("Enter")
                teller.sees("回单")
                teller.shot("done")
                break
        else:
            raise AssertionError(f"no bank takes {number}")


def bind_committee(playwright: Playwright, base: str) -> None:
    """The office names the committee of the new area."""
    with Visitor(playwright, base, "committee") as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto("/areas/?q=江南新城")
        clerk.page.get_by_role("link", name="江南新城").first.click()
        clerk.page.get_by_label("设置业主委员会").select_option(label="江南名邸业主委员会")
        clerk.click("设置")
        clerk.sees("业主委员会已设置")
        clerk.shot("area")


def repair(playwright: Playwright, base: str) -> None:
    """A simple project from its first line to the application."""
    with Visitor(playwright, base, "repair") as committee:
        committee.demo_login("demo-committee")
        committee.goto("/projects/new/")
        committee.page.locator("#kind-SIMPLE").check()
        committee.click("江南新城")  # the committee represents two areas
        today = dt.datetime.now(tz=SHANGHAI).date()
        committee.fill("项目名称", "1幢屋面防水翻修")
        committee.fill("计划开工日", f"{today + dt.timedelta(days=5)}")
        committee.fill("计划完工日", f"{today + dt.timedelta(days=25)}")
        committee.fill("维修原因", "屋面渗漏")
        committee.shot("basics")
        committee.click("保存，下一步选择设施设备")
        committee.click("选择设施设备")
        add_roof(committee)
        committee.fill("维修内容", "铲除旧防水层，重做两道卷材防水")
        committee.fill("施工单位", "江城市宏远建筑维修有限公司")
        committee.page.locator("input[name$=budget]").first.fill("38765.43")
        committee.shot("works")
        committee.click("保存，下一步房屋分摊")
        committee.click("选择分摊房屋")
        committee.page.locator("building-table").wait_for()
        committee.page.get_by_role("button", name="全选", exact=True).click()
        committee.shot("houses")
        committee.click("保存，查看各户分摊")
        committee.sees("38,765.43")
        committee.shot("allocation")
        number = re.search(r"/projects/(WX\d+)/", committee.page.url)
        assert number
        committee.goto(f"/projects/{number[1]}/")
        act(committee, "发布立项公示")
        publish(committee, "立项公示", today)
        act(committee, "发起业主表决")
        committee.fill("表决截止日", f"{today + dt.timedelta(days=10)}")
        committee.click("发起表决")
        committee.shot("vote-open")
        vote(committee)
        act(committee, "项目验收")
        committee.fill("验收日期", f"{today}")
        committee.fill("结算金额", "38765.43")
        committee.fill("验收内容", "防水层两道，淋水试验合格")
        committee.fill("验收意见", "质量合格，同意结算")
        committee.shot("acceptance")
        committee.click("提交验收")
        act(committee, "发布验收公示")
        publish(committee, "验收公示", today)
        act(committee, "立项与拨付申请")
        apply_for_payment(committee)


def add_roof(committee: Visitor) -> None:
    """A facility of the building that the list does not have yet, entered and chosen."""
    committee.page.locator(".place-tree").get_by_role("link", name=re.compile("^1幢")).first.click()
    committee.page.wait_for_load_state()
    committee.click("添加")
    row = committee.page.locator("#new-row")
    row.get_by_label("类型").select_option(label="屋面防水")
    row.get_by_label("名称").fill("1幢屋面")
    row.get_by_role("button", name="保存").click()
    committee.shot("facility")
    committee.click("确定")


def act(visitor: Visitor, words: str) -> None:
    """One of the acts that the project's page offers now; some pages lead on to the next act by themselves."""
    if visitor.page.get_by_role("heading", name=words, level=1).count():
        return
    visitor.page.locator(".page-head-actions").get_by_text(words, exact=False).first.click()
    visitor.page.wait_for_load_state()


def publish(visitor: Visitor, kind: str, today: dt.date) -> None:
    """Preview, then publish, after saying yes."""
    visitor.fill("公示截止日", f"{today + dt.timedelta(days=8)}")
    visitor.click("发布预览")
    visitor.sees("以下内容将原样刊登")
    visitor.shot(f"preview-{kind}")
    visitor.page.get_by_role("button", name="发布", exact=True).first.click()
    visitor.page.locator("dialog[open] [data-dialog-yes]").click()
    visitor.sees("办理过程")
    visitor.shot(f"published-{kind}")


def vote(visitor: Visitor) -> None:
    """The signed sheet, page after page: two against, everyone else for."""
    for page in itertools.count(1):
        if page == 1:
            for row in range(2):
                visitor.page.locator(".ballot").nth(row).get_by_label("反对").check()
        visitor.click("保存，本页未录入的全部记为同意")
        following = visitor.page.get_by_role("link", name="下一页")
        if following.count() == 0:
            break
        following.first.click()
        visitor.page.wait_for_load_state()
    visitor.shot("ballots")
    visitor.page.get_by_role("button", name="公布表决结果").click()
    visitor.page.locator("dialog[open] [data-dialog-yes]").click()
    visitor.sees("表决通过")
    visitor.shot("result")


def apply_for_payment(committee: Visitor) -> None:
    """立项与拨付 as one case: payee, papers, confirmation."""
    committee.fill("收款单位", "江城市宏远建筑维修有限公司")
    committee.fill("开户银行", "江城银行滨江支行")
    committee.fill("收款账号", "6222000099990001")
    committee.page.locator("[name=payee_1_amount]").fill("38765.43")
    committee.shot("payee")
    committee.click("下一步")
    committee.sees("其他收款账户")
    committee.click("下一步")
    codes = committee.page.locator("input[type=file]").evaluate_all("boxes => boxes.map(box => box.name)")
    upload_papers(committee, *codes)
    committee.shot("papers")
    committee.click("下一步")
    committee.sees("核对填报内容")
    committee.shot("application")
    committee.click("提交")
    committee.sees("业务办理完成")
    committee.shot("application-done")


def orders(playwright: Playwright, base: str) -> list[str]:
    """The payment orders that the approval issued, as the banks' tellers see them."""
    found: set[str] = set()
    for username in ("demo-teller1", "demo-teller2"):
        with Visitor(playwright, base, f"{username}-orders") as teller:
            teller.demo_login(username)
            teller.goto("/bank/orders/")
            teller.shot("orders")
            found |= set(re.findall(r"FK\d{15}", teller.page.content()))
    return sorted(found)


def read_books(playwright: Playwright, base: str) -> None:
    """The accountant's pages balance, and one house shows what came in and went out."""
    with Visitor(playwright, base, "accountant") as accountant:
        accountant.demo_login("demo-accountant")
        accountant.goto("/accounting/balances/")
        accountant.sees("38,765.43")
        assert accountant.page.get_by_text("借贷不平衡").count() == 0
        accountant.shot("trial-balance")
        accountant.goto(f"/closing/statements/balance/?period={timezone.localdate():%Y-%m}")
        accountant.sees("负债和净资产总计")
        accountant.shot("balance-sheet")
        accountant.goto("/office/books/sub-accounts/?q=江南新城 1幢")
        accountant.page.locator("tbody a").first.click()
        accountant.sees("维修支出")
        accountant.sees("交存")
        accountant.shot("statement")


def look_on_a_phone(playwright: Playwright, base: str) -> None:
    """The building table, the deposit state and the public notices at phone size."""
    with Visitor(playwright, base, "phone", size=PHONE) as developer:
        developer.login(CODE, PASSWORD)
        developer.shot("home")
        developer.goto("/areas/?q=jnxc")
        developer.page.get_by_role("link", name="江南新城").first.click()
        developer.page.locator("building-table").wait_for()
        developer.shot("grid")
        developer.page.locator("building-table").scroll_into_view_if_needed()
        developer.shot("grid-cells")
        developer.goto("/deposits/state/")
        developer.shot("deposit-state")
        developer.goto("/c/jiangcheng/notices/")
        developer.sees("1幢屋面防水翻修")
        developer.shot("notices")
        developer.page.get_by_role("link", name="1幢屋面防水翻修").first.click()
        developer.shot("notice")
        assert developer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

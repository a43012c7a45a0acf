"""Money's whole circle through the real pages, without a browser: every figure computed here a second time.

# covers: I1 I3 E3 E13 D1 D7 F1 F2 R11 P3 Q1 Q2 Q4 Q6 Q7
"""

import csv
import datetime as dt
import io
import random
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.circle.person import Person, know_the_letters, pdf_text, rows_of, text_of
from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import BANK, DEPOSITS, REPAIRS, FundKind
from upkeep.books.statements import trial_balance
from upkeep.casework.models import Case
from upkeep.casework.parts import row_count
from upkeep.demo.load import load_small
from upkeep.demo.people import credit_code, invent
from upkeep.deposits.models import Receipt
from upkeep.estate.models import Area, Facility, House, Service
from upkeep.kernel.money import in_capitals, yuan
from upkeep.printing.checking import check_path
from upkeep.publishing.models import PublicNotice
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage

pytestmark = [pytest.mark.commits, pytest.mark.slow]

DATA = Path(__file__).parent.parent / "data"
DEVELOPER, CODE, PASSWORD = "新江南置业有限公司", credit_code(777), "correct-horse-7-battery"
AREA, BUILDING, BUDGET_FEN = "江南新城", "1幢", 3_876_543
PAYEE, ACCOUNT = "江城市宏远建筑维修有限公司", "6222000099990001"
#: What the small city's standard asks, in fen per m², by what the workbook says of a house (nature, use, lift).
RATES = {("已售公有住房", "住宅", "无"): 1_800, ("商品房", "住宅", "有"): 9_000}
RATE_OF_USE = {"车库": 3_000, "商业": 6_000}
TELLERS = {FundKind.COMMODITY: "demo-teller1", FundKind.PUBLIC: "demo-teller2"}

House1 = tuple[str, str, str]


@dataclass
class Story:
    """What one step hands to the next."""

    due: dict[House1, int] = field(default_factory=dict)
    area_dm2: dict[House1, int] = field(default_factory=dict)
    public: set[House1] = field(default_factory=set)
    people: dict[House1, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    houses: dict[House1, int] = field(default_factory=dict)

    def sum_fen(self, *, public: bool | None = None) -> int:
        return sum(fen for house, fen in self.due.items() if public in (None, house in self.public))


@pytest.fixture
def story(database_url: str, monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> Story:  # type: ignore[no-untyped-def]
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    know_the_letters(monkeypatch)
    load_small(today=timezone.localdate())
    return what_the_workbook_says()


def what_the_workbook_says() -> Story:
    """Areas and dues of the 1,200 houses by a reader and an arithmetic that are not the product's."""
    found = Story()
    sheet = openpyxl.load_workbook(DATA / "house-table-1200.xlsx", read_only=True).worksheets[0]
    for row in sheet.iter_rows(min_row=2, values_only=True):
        building, _, lift, _, _, unit, _, room, use, nature, area = row[:11]
        house = (str(building), str(unit or ""), str(room))
        area_dm2 = round(float(str(area)) * 100)
        rate = RATE_OF_USE.get(str(use)) or RATES[(str(nature), str(use), str(lift))]
        found.area_dm2[house] = area_dm2
        found.due[house] = (area_dm2 * rate * 2 + 100) // 200
        if nature == "已售公有住房":
            found.public.add(house)
    return found


def test_money_goes_once_around(story: Story) -> None:
    register()
    area = collect(story)
    slips = deposit(story, area)
    receive(story, slips)
    project = repair(story, area)
    pay(story, project, apply_for_money(project))
    look_at_the_books(story, area)
    assert audit() == []
    hledger_agrees()


def register() -> None:
    """机构注册: a developer nobody knows becomes one that can log in."""
    guest = Person()
    guest.sees("/c/jiangcheng/", "机构注册")
    case = guest.begin("organisation_registration", city="jiangcheng")
    organisation = {"kind": "DEVELOPER", "name": DEVELOPER, "social_credit_code": CODE[:-1]}
    organisation |= {"legal_representative": "罗建国", "address": "江阳区江城大道 9 号"}
    assert "统一社会信用代码" in guest.refused(f"{case}edit/1/", organisation)
    guest.post(f"{case}edit/1/", organisation | {"social_credit_code": CODE})
    account = {"operator_name": "陈立新", "operator_phone": "13808301234", "agreed": "on"}
    guest.post(f"{case}edit/2/", account | {"password": PASSWORD, "password_again": PASSWORD})
    guest.upload_papers(case, "licence", "operator_id")
    guest.post(f"{case}edit/3/")
    guest.submit(case)
    # Nobody can log in before the office has approved.
    with pytest.raises(AssertionError, match="登录名或密码不正确"):
        Person(CODE, PASSWORD)
    Person("demo-clerk").decide(case, "ACCEPT")
    Person("demo-reviewer").decide(case, "PASS")


def collect(story: Story) -> Area:
    """物业区域采集: the faulty workbook refused cell by cell, the right one taken, approved, drawn."""
    developer = Person(CODE, PASSWORD)
    case = developer.begin("area_collection")
    district = Area.objects.get(name="江南名邸").jurisdiction_id
    basics = {"district": str(district), "name": AREA, "address": "江阳区滨江路 188 号", "floor_area": "115000"}
    developer.post(f"{case}edit/1/", basics | {"contact_name": "陈立新", "contact_phone": "13808301234"})
    faulty = (DATA / "house-table-faulty.xlsx").read_bytes()
    faults = developer.import_workbook(case, "houses", faulty)
    with (DATA / "house-table-faulty.expected.csv").open(encoding="utf-8") as expected:
        cells = [row["cell"] for row in csv.DictReader(expected)]
    shown = [row[0] for row in rows_of(developer.get(faults).content.decode())[1:]]
    assert sorted(shown) == sorted(cells)
    marked = developer.workbook(f"{faults}marked/").worksheets[0]
    assert sorted(cell.coordinate for row in marked for cell in row if cell.comment) == sorted(cells)
    number = case.strip("/").split("/")[1]
    assert row_count(Case.objects.get(number=number), "houses") == 0
    developer.sees(f"{case}edit/2/", "还没有数据")

    assert developer.import_workbook(case, "houses", (DATA / "house-table-1200.xlsx").read_bytes()) == f"{case}edit/2/"
    developer.post(f"{case}edit/2/")
    developer.upload_papers(case, "planning_permit")
    developer.post(f"{case}edit/3/")
    developer.sees(f"{case}edit/4/", "楼栋汇总", "1,200")
    developer.submit(case)
    kept = re.search(rf"{case}prints/\d+/", developer.get(f"{case}done/").content.decode())
    assert kept and number in pdf_text(developer.get(kept[0]).content)
    assert not Area.objects.filter(name=AREA).exists()

    Person("demo-clerk").decide(case, "ACCEPT")
    Person("demo-reviewer").decide(case, "PASS")
    area = Area.objects.get(name=AREA)
    story.houses = {
        (house.building.name, house.unit, house.room): house.pk
        for house in House.objects.filter(area=area).select_related("building")
    }
    assert set(story.houses) == set(story.due)
    developer.sees(f"/areas/{area.pk}/", AREA, "1,200", "101", "1302")
    return area


def deposit(story: Story, area: Area) -> list[PaySlip]:
    """批量交款 of all houses: the owner sheet out and in, one notice for each custody account."""
    developer = Person(CODE, PASSWORD)
    case = developer.begin("developer_deposit")
    contact = {"contact_name": "陈立新", "contact_phone": "13808301234"}
    developer.post(f"{case}edit/1/", {"area": str(area.pk), "kind": "COLLECTED"} | contact)
    developer.post(f"{case}edit/2/", {"action": "all"})
    developer.post(f"{case}edit/2/", {"houses": ",".join(map(str, story.houses.values()))})
    beside = {"receipt_mode": "PER_HOUSE", "receipt_phone": "13808301234"}
    sheet = developer.workbook(f"{case}sheets/owners/template/")
    assert developer.import_workbook(case, "owners", filled_in(sheet, story), **beside) == f"{case}done/"
    developer.sees(f"{case}done/", "业务办理完成", "商品住宅交款通知单", "已售公有住房交款通知单")
    developer.sees(case, yuan(story.sum_fen()))

    slips = list(PaySlip.objects.filter(case__number=case.strip("/").split("/")[1]).select_related("custody"))
    found = {one.custody.fund_kind: (one.house_count, one.total_fen) for one in slips}
    assert found == {"COMMODITY": (1152, story.sum_fen(public=False)), "PUBLIC": (48, story.sum_fen(public=True))}
    for slip in slips:
        address = f"/deposits/slips/{slip.number}/"
        developer.sees(address, yuan(slip.total_fen))
        printed = developer.pdf(f"{address}print/")
        assert slip.number in printed and in_capitals(slip.total_fen) in printed
        genuine = Person().sees(check_path(slip.number, city="jiangcheng"), "是本平台开具的单据", "待交")
        assert DEVELOPER not in genuine
    assert not any(balance.balance_fen for balance in sub_accounts.balances(story.houses.values()).values())
    return slips


def filled_in(workbook: openpyxl.Workbook, story: Story) -> bytes:
    """The owner sheet as a developer fills it in: most houses sold, every 25th still his own."""
    sheet, chance = workbook.worksheets[0], random.Random(7)
    at = {str(cell.value).strip("*＊ "): cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        building, unit, room = (sheet.cell(row, at[title]).value for title in ("楼栋名称", "单元", "房号"))
        house = (str(building), str(unit or ""), str(room))
        assert round(float(sheet.cell(row, at["应交金额(元)"]).value) * 100) == story.due[house]
        if row % 25 == 0:
            values = {"开发建设单位名称": DEVELOPER, "统一社会信用代码": CODE, "经办人电话": "13808301234"}
        else:
            person = invent(chance)
            story.people[house] = person.name
            story.secrets |= {person.id_number, person.phone}
            values = {"业主姓名": person.name, "证件类型": "身份证", "证件号码": person.id_number}
            values |= {"联系电话": person.phone}
        for title, value in values.items():
            sheet.cell(row, at[title], value)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def receive(story: Story, slips: list[PaySlip]) -> None:
    """The tellers confirm; every house has exactly its deposit and its own receipt, numbered without gaps."""
    before = Receipt.objects.order_by("-number").values_list("number", flat=True).first() or 0
    for slip in slips:
        teller = Person(TELLERS[FundKind(slip.custody.fund_kind)])
        teller.sees(f"/bank/counter/?q={slip.number}", yuan(slip.total_fen), AREA)
        sent = {"number": slip.number, "amount_fen": str(slip.total_fen), "serial": f"SK{slip.number[-7:]}"}
        done = teller.post("/bank/counter/confirm/", sent)
        teller.sees(done, "收款确认成功")
        assert slip.number in teller.pdf(f"{done}print/")
    balances = sub_accounts.balances(story.houses.values())
    assert {house: balances[pk].balance_fen for house, pk in story.houses.items()} == story.due
    receipts = Receipt.objects.filter(slip__in=slips)
    assert sorted(receipts.values_list("number", flat=True)) == list(range(before + 1, before + 1201))
    assert sum(receipts.values_list("amount_fen", flat=True)) == story.sum_fen()


def repair(story: Story, area: Area) -> RepairProject:
    """The committee's simple project up to the published acceptance."""
    office = Person("demo-clerk")
    committee_id = Service.objects.get(area__name="江南名邸", kind="OWNERS_COMMITTEE").organisation_id
    office.post(f"/areas/{area.pk}/committee/", {"committee": str(committee_id)})
    committee, today = Person("demo-committee"), timezone.localdate()
    basics = {
        "kind": "SIMPLE",
        "title": "1幢屋面防水翻修",
        "starts_on": f"{today}",
        "ends_on": f"{today + dt.timedelta(days=25)}",
        "contact_name": "何委",
        "contact_phone": "13908300001",
        "reason": "屋面渗漏",
    }
    base = committee.post(f"/projects/new/{area.pk}/", basics).removesuffix("works/")
    place = f"b{area.buildings.get(name=BUILDING).pk}"
    committee.post(f"{base}works/choose/", {"action": "add", "place": place, "kind": "ROOF", "name": "1幢屋面"})
    roof = Facility.objects.get(area=area, name="1幢屋面")
    committee.post(f"{base}works/choose/", {"action": "choose", "facilities": str(roof.pk)})
    project = RepairProject.objects.get(number=base.strip("/").split("/")[1])
    row = f"w{project.facilities.get().pk}"
    described = {"content": "铲除旧防水层，重做两道卷材防水", "contractor": PAYEE, "budget": "38,765.43"}
    committee.post(f"{base}works/", {f"{row}-{name}": value for name, value in described.items()})
    houses_page = f"{base}houses/"
    chosen = [pk for house, pk in story.houses.items() if house[0] == BUILDING]
    committee.post(houses_page, {"houses": ",".join(map(str, chosen)), "action": "next"})
    committee.sees(base, "38,765.43", "发布立项公示")
    assert dict(project.houses.values_list("house_id", "share_fen")) == shares(story)

    publish(story, committee, base, "project")
    vote(committee, base)
    work = project.facilities.get()
    sent = {"accepted_on": f"{today}", "works_from": f"{today}", "works_to": f"{today}", "content": "防水层两道"}
    sent |= {"acceptance": "工程质量合格", f"settled_{work.pk}": "38,765.43"}
    committee.post(f"{base}acceptance/", sent)
    publish(story, committee, base, "acceptance")
    return project


def shares(story: Story) -> dict[int, int]:
    """Largest remainder over the floor areas of the building, ties to the lower house: a few lines of our own."""
    weights = {story.houses[house]: dm2 for house, dm2 in story.area_dm2.items() if house[0] == BUILDING}
    whole = sum(weights.values())
    exact = {pk: divmod(BUDGET_FEN * dm2, whole) for pk, dm2 in weights.items()}
    left = BUDGET_FEN - sum(quotient for quotient, _ in exact.values())
    first = sorted(exact, key=lambda pk: (-exact[pk][1], pk))[:left]
    return {pk: quotient + (pk in first) for pk, (quotient, _) in exact.items()}


def publish(story: Story, committee: Person, base: str, kind: str) -> None:
    """Publish a notice; everybody reads it, and nobody's name, number or telephone stands in it whole."""
    until = f"{timezone.localdate() + dt.timedelta(days=10)}"
    version = RepairProject.objects.get(number=base.strip("/").split("/")[1]).version
    committee.sees(f"{base}notices/{kind}/", "清册")
    asked = {"open_until": until, "version": str(version), "content": "防水层两道"}
    committee.post(f"{base}notices/{kind}/", asked)
    assert "38,765.43" in committee.pdf(f"{base}notices/{kind}/print/")
    notice = PublicNotice.objects.get(source=f"project:{RepairProject.objects.get().pk}", kind=kind.upper())
    stranger = Person()
    stranger.sees("/c/jiangcheng/notices/", notice.title)
    page = stranger.get(f"/c/jiangcheng/notices/{notice.number}/")
    rows = {tuple(row) for row in rows_of(page.content.decode())}
    seen = text_of(page)
    assert "38,765.43" in seen and "＊" in seen
    concerned = {name for house, name in story.people.items() if house[0] == BUILDING}
    assert len(concerned) > 100
    cells = {cell for row in rows for cell in row}
    assert not cells & concerned
    assert not any(secret in page.content.decode() for secret in story.secrets)


def vote(committee: Person, base: str) -> None:
    """The paper vote: the sheet printed, two pages of houses entered, the result published."""
    until = f"{timezone.localdate() + dt.timedelta(days=10)}"
    committee.post(f"{base}vote/open/", {"closes_on": until})
    assert "签字" in committee.pdf(f"{base}vote/sheet/")
    for page in (1, 2):
        committee.post(f"{base}vote/?page={page}", {"action": "all_agree"})
    committee.sees(f"{base}vote/", "达到")
    committee.post(f"{base}vote/close/")
    assert RepairProject.objects.get().stage == Stage.PASSED


def apply_for_money(project: RepairProject) -> str:
    """立项与拨付申请 with papers and payee, through clerk, reviewer and approver."""
    committee = Person("demo-committee")
    case = committee.post(f"/projects/{project.number}/apply/").removesuffix("edit/1/")
    payee = {"payee_1_name": PAYEE, "payee_1_bank": "江城银行滨江支行", "payee_1_account": ACCOUNT}
    contact = {"contact_name": "何委", "contact_phone": "13908300001"}
    committee.post(f"{case}edit/1/", payee | {"payee_1_amount": "38,765.43"} | contact)
    committee.post(f"{case}edit/2/")
    committee.upload_papers(case, "contract", "invoice", "acceptance")
    committee.post(f"{case}edit/3/")
    committee.sees(f"{case}edit/4/", "38,765.43", PAYEE)
    committee.submit(case)
    Person("demo-clerk").decide(case, "ACCEPT")
    Person("demo-reviewer").decide(case, "PASS")
    assert not PaymentOrder.objects.exists()
    Person("demo-approver").decide(case, "PASS")
    return case


def pay(story: Story, project: RepairProject, case: str) -> None:
    """Approved money is held and not yet spent; the bank's confirmation spends exactly it."""
    share = shares(story)
    held = sub_accounts.balances(share)
    assert {pk: one.held_fen for pk, one in held.items()} == share
    order = PaymentOrder.objects.get()
    assert (order.amount_fen, order.payee_name, order.payee_account) == (BUDGET_FEN, PAYEE, ACCOUNT)

    teller = Person(TELLERS[FundKind.COMMODITY])
    teller.sees("/bank/orders/", order.number)
    teller.sees(f"/bank/counter/?q={order.number}", "38,765.43", PAYEE)
    done = teller.post(
        "/bank/counter/confirm/", {"number": order.number, "amount_fen": str(BUDGET_FEN), "serial": "FK0000001"}
    )
    printed = teller.pdf(f"{done}print/")
    assert order.number in printed and in_capitals(BUDGET_FEN) in printed

    after = sub_accounts.balances(story.houses.values())
    expected = {pk: story.due[house] - share.get(pk, 0) for house, pk in story.houses.items()}
    assert {pk: one.balance_fen for pk, one in after.items()} == expected
    assert not any(one.held_fen for one in after.values())
    project.refresh_from_db()
    assert (project.stage, project.paid_fen) == (Stage.FINISHED, BUDGET_FEN)
    Person("demo-committee").sees(case, "查看维修项目")


def look_at_the_books(story: Story, area: Area) -> None:
    """The accountant's pages show what the workbook, the budget and nothing else add up to."""
    accountant = Person("demo-accountant")
    page = accountant.get(f"/accounting/balances/?book={area.pk}").content.decode()
    turnover = {row[0]: row[4:8] for row in rows_of(page) if len(row) == 8}
    total, spent = story.sum_fen(), BUDGET_FEN
    assert {code: turnover[code] for code in (BANK, DEPOSITS, REPAIRS)} == {
        BANK: [yuan(total), yuan(spent), yuan(total - spent), ""],
        DEPOSITS: [yuan(0), yuan(total), "", yuan(total)],
        REPAIRS: [yuan(spent), yuan(0), yuan(spent), ""],
    }
    assert "借贷不平衡" not in page

    page = accountant.get(
        f"/closing/statements/balance/?period={timezone.localdate():%Y-%m}&area={area.pk}"
    ).content.decode()
    closing = {row[0]: row[5:8] for row in rows_of(page) if len(row) == 8}
    commodity, public = story.sum_fen(public=False) - spent, story.sum_fen(public=True)
    both = [yuan(commodity), yuan(public), yuan(commodity + public)]
    assert closing["资产总计"] == closing["负债和净资产总计"] == closing["银行存款"] == both
    assert closing["商品住宅维修资金"] == [yuan(commodity), yuan(0), yuan(commodity)]
    assert closing["已售公有住房维修资金"] == [yuan(0), yuan(public), yuan(public)]

    house = next(house for house in story.houses if house[0] == BUILDING)
    paid_in, paid_out = story.due[house], shares(story)[story.houses[house]]
    page = accountant.get(f"/office/books/sub-accounts/{story.houses[house]}/").content.decode()
    movements = [row[1:] for row in rows_of(page) if len(row) == 5 and row[1] in ("交存", "维修支出")]
    assert sorted(movements) == sorted(
        [["交存", yuan(paid_in), "", yuan(paid_in)], ["维修支出", "", yuan(paid_out), yuan(paid_in - paid_out)]]
    )


def hledger_agrees() -> None:
    """A program that is not ours adds the exported journal up to the trial balance, account by account, in whole fen."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("NO HLEDGER, so nobody else has added up the journal: apt-get install hledger")
    out = io.StringIO()
    call_command("export_journal", "--format", "hledger", stdout=out)
    asked = [program, "-f", "-", "balance", "--flat", "--no-elide", "-E", "-N", "-O", "csv"]
    answer = subprocess.run(asked, input=out.getvalue(), capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    found: Counter[str] = Counter()
    for account, balance in list(csv.reader(io.StringIO(answer.stdout)))[1:]:
        found[account.split(":")[1].split("-")[0]] += int(balance.removesuffix(" FEN"))
    rows = trial_balance(first=dt.date(2000, 1, 1), last=dt.date(2099, 12, 31))
    assert found == {row.account.code: row.closing_fen for row in rows}
    assert found[BANK] > 0 and found.total() == 0

"""One document of each form, filled as an office would fill it."""

import dataclasses
import datetime as dt

from tests.printing.book_samples import balance_adjustment, fund_statement, interest_summary, vouchers
from tests.printing.places import BUILDER, CASE, CUSTODY, DAY, OFFICE
from upkeep.kernel.money import in_capitals
from upkeep.printing.checking import qr_modules, qr_svg
from upkeep.printing.documents import Document
from upkeep.printing.forms.annual import AnnualSheet, AnnualStatement
from upkeep.printing.forms.application import Application
from upkeep.printing.forms.demands import DemandLetter, DemandLetters
from upkeep.printing.forms.notices import BallotReceipt, Count, PublicNotice, Resolution, SignatureSheet, Voter
from upkeep.printing.forms.parts import Fact, Section, SignBox, Table
from upkeep.printing.forms.payments import (
    BankSlip,
    DueLine,
    DueSummary,
    Journal,
    OwnerNotice,
    OwnerNotices,
    PaymentOrder,
    PayNotice,
    Receipt,
    ReceiptLine,
    Receipts,
    Statement,
    StatementLine,
)


def application() -> Document:
    return Document(
        form="application",
        title="住宅专项维修资金退款申请表",
        number=CASE,
        subject="case:1",
        issuer=OFFICE,
        data=Application(
            applicant="张三",
            applied_on=DAY,
            sections=(
                Section(
                    "申请人信息",
                    (
                        Fact("申请人", "张三"),
                        Fact("证件类型", "身份证"),
                        Fact("证件号码", "5105**********123X"),
                        Fact("联系电话", "138****5678"),
                    ),
                ),
                Section(
                    "退款信息",
                    (
                        Fact("房屋坐落", "示范市江阳区滨江路188号江南名邸（一期）3幢2单元1502", wide=True),
                        Fact("退款金额", "¥ 10,060.60　人民币（大写）：壹万零陆拾元陆角整", wide=True),
                        Fact("收款人", "张三"),
                        Fact("收款账号", "************0333"),
                        Fact("开户行", "示范银行江阳支行"),
                        Fact("退款事由", "商品房买卖合同已依法解除，原交存资金申请退回", wide=True),
                    ),
                ),
            ),
            tables=(
                Table(
                    "涉及房屋",
                    ("序号", "房屋", "建筑面积（㎡）", "退款金额（元）"),
                    (("1", "3幢2单元1502", "118.36", "10,060.60"),),
                    "clrr",
                    (1, 5, 2, 2),
                    ("", "合计", "118.36", "10,060.60"),
                ),
            ),
            papers=("业主身份证明", "交款票据", "退款事由证明（合同解除协议或法院文书）"),
            signs=(
                SignBox("受理意见", "要件齐全，准予受理。", "李四", "2026年11月21日"),
                SignBox("初审意见"),
                SignBox("审批意见"),
            ),
        ),
    )


def pay_notice(houses: int = 36) -> Document:
    lines = tuple(
        DueLine(
            f"{number // 60 + 1}幢", str(number // 30 % 2 + 1), f"{number % 30 // 2 + 1}0{number % 2 + 1}", "住宅",
            11836, "85.00 元/㎡", 1006060,
        )
        for number in range(houses)
    )  # fmt: skip
    return Document(
        form="pay_notice",
        title="住宅专项维修资金交款通知单",
        number="JK202611210000172",
        subject="case:2",
        issuer=OFFICE,
        city="shifan",
        copy="第一联：交款人留存",
        data=PayNotice(
            payer="示范市江南置业有限公司",
            area="江南名邸（一期）",
            issued_on=DAY,
            due_on=dt.date(2026, 12, 21),
            amount_fen=1006060 * houses,
            houses=houses,
            total_dm2=11836 * houses,
            account=CUSTODY,
            summary=(DueSummary("商品住宅（有电梯）", houses, 11836 * houses, "85.00 元/㎡", 1006060 * houses),),
            lines=lines,
            notes=(
                "请在交款期限前持本通知单到专户银行任一网点办理，转账时请在附言中填写本通知单编号。",
                "到账后可在网上打印专用票据，办理房屋交付和产权登记时出示。",
                "逾期本通知单自动作废，请重新申请开具。",
            ),
        ),
    )


def owner_notices(*numbers: str) -> Document:
    """A notice for one owner, or a batch of them."""
    first, *others = numbers or ("JK202611210000176",)
    notices = tuple(
        OwnerNotice(
            number=number,
            qr=qr_svg(number, city="shifan"),
            payer="张三、李四",
            phone="138****5678",
            community="江南名邸（一期）",
            house="3幢 2单元 1502",
            address="示范市江阳区江南路 1 号 3幢2单元1502",
            use="住宅",
            area_dm2=11836,
            standard="商品住宅（有电梯） 85.00 元/㎡",
            amount_fen=1006060,
            capitals=in_capitals(1006060),
            account=CUSTODY,
            bank="示范银行",
            issued_on=DAY,
            due_on=dt.date(2026, 12, 21),
            facts=(Fact("用途", "首期交存"), Fact("资金类别", "商品住宅")),
        )
        for number in (first, *others)
    )
    return Document(
        form="owner_notices",
        title="住宅专项维修资金交存通知书",
        number=first,
        subject="slip:4",
        issuer=OFFICE,
        city="shifan",
        data=OwnerNotices(notices=notices),
    )


def receipt(*, void: bool = False) -> Document:
    return Document(
        form="receipt",
        title="住宅专项维修资金专用票据",
        number="PJ202611210000178",
        subject="slip:3",
        issuer=OFFICE,
        copy="第二联：交款人",
        data=Receipt(
            payer="张三",
            address="江南名邸（一期）3幢2单元1502",
            paid_on=DAY,
            amount_fen=1006060,
            method="银行柜面",
            bank_serial="SF20261121000123",
            lines=(ReceiptLine("首期住宅专项维修资金", 11836, "85.00 元/㎡", 1006060),),
            payee="李四",
            checker="王五",
            void=void,
        ),
    )


def receipts() -> Document:
    one, void = receipt().data, receipt(void=True).data
    capitals = in_capitals(one.amount_fen)
    return Document(
        form="receipts",
        title="住宅专项维修资金专用票据",
        number="JK202611210000178",
        subject="receipts:3:1",
        issuer=OFFICE,
        data=Receipts(
            items=(
                dataclasses.replace(one, serial="00000123", capitals=capitals),
                dataclasses.replace(void, serial="00000124", capitals=capitals),
            )
        ),
    )


def journal(lines: int = 60) -> Document:
    row = ("09:20", "SF20261121000123", "JK202611210000178", "收款", "首期交存", "江南名邸", "10,060.60", "", "周柜员")
    return Document(
        form="journal",
        title="银行当日流水",
        number="LS202611210000171",
        subject="journal:1:20261121",
        issuer="示范银行示范市分行",
        data=Journal(
            bank="示范银行示范市分行",
            day_on=DAY,
            printed_for="周柜员",
            tables=(
                Table(
                    "按业务汇总",
                    ("业务", "笔数", "收入（元）", "支出（元）"),
                    (
                        ("收款 · 首期交存", "61", "613,696.60", "0.00"),
                        ("收款冲正 · 首期交存", "1", "-10,060.60", "0.00"),
                    ),
                    "lrrr",
                    (3, 1, 2, 2),
                    total=("合计", "62", "603,636.00", "0.00"),
                ),
                Table(
                    "流水明细",
                    ("时间", "银行流水号", "单据编号", "类别", "用途", "物业区域", "收入（元）", "支出（元）", "柜员"),
                    (row,) * lines,
                    aligns="clllllrrl",
                    widths=(1, 2.6, 2.9, 1.4, 1.8, 2.4, 2.2, 2.2, 1.3),
                ),
            ),
        ),
    )


def payment_order() -> Document:
    return Document(
        form="payment_order",
        title="住宅专项维修资金拨款通知单",
        number="BK202611210000175",
        subject="case:4",
        issuer=OFFICE,
        data=PaymentOrder(
            issued_on=DAY,
            amount_fen=8000037760,
            payer=CUSTODY,
            payee=BUILDER,
            purpose="江南名邸（一期）3幢屋面防水维修工程首期工程款",
            bank="示范银行示范市分行营业部",
            facts=(
                Fact("维修项目", "3幢屋面防水维修"),
                Fact("业务编号", CASE),
                Fact("项目预算", "1,142,911.11 元"),
                Fact("本次比例", "70.00%"),
            ),
            signs=(
                SignBox("经办", "", "李四", "2026年11月20日"),
                SignBox("复核", "", "王五", "2026年11月21日"),
                SignBox("签发"),
            ),
        ),
    )


def public_notice(houses: int = 60) -> Document:
    return Document(
        form="public_notice",
        title="住宅专项维修资金使用立项公告",
        number="GG202611210000171",
        subject="project:5",
        issuer=OFFICE,
        city="shifan",
        data=PublicNotice(
            to="江南名邸（一期）全体业主",
            paragraphs=(
                "江南名邸（一期）3幢屋面防水层老化，顶层住户多处渗漏。经业主大会表决，专有部分面积占比三分之二以上且人数占比三分之二以上的"
                "业主参与表决，参与表决专有部分面积过半数且人数过半数的业主同意使用住宅专项维修资金维修。",
                "现将维修方案、预算及分摊清册予以公告。业主对本公告内容有异议的，请在公示期内以书面形式提出。",
            ),
            published_on=DAY,
            facts=(
                Fact("维修项目", "3幢屋面防水维修"),
                Fact("预算金额", "142,911.11 元"),
                Fact("施工单位", "示范市安居防水工程有限公司"),
                Fact("分摊户数", f"{houses} 户"),
            ),
            tables=(
                Table(
                    "分摊清册",
                    ("序号", "房屋", "建筑面积（㎡）", "分摊金额（元）"),
                    tuple(
                        (str(n), f"3幢{n % 2 + 1}单元{n // 2 + 1:02d}0{n % 2 + 1}", "118.36", "2,381.85")
                        for n in range(1, houses + 1)
                    ),
                    "clrr",
                    (1, 4, 2, 2),
                    ("", "合计", f"{118.36 * houses:,.2f}", "142,911.11"),
                ),
            ),
            period="2026年11月21日至2026年11月27日（七日）",
            contact="示范市江阳区维修资金服务窗口　0830-3100000",
        ),
    )


def signature_sheet(houses: int = 40) -> Document:
    return Document(
        form="signature_sheet",
        title="住宅专项维修资金使用表决签字表",
        number="BJ202611210000173",
        subject="vote:6",
        issuer="江南名邸（一期）业主委员会",
        data=SignatureSheet(
            area="江南名邸（一期）3幢",
            matter="3幢屋面防水维修",
            question="是否同意使用住宅专项维修资金 142,911.11 元维修3幢屋面防水，并按建筑面积分摊？",
            from_on=DAY,
            to_on=dt.date(2026, 12, 5),
            voters=tuple(
                Voter(f"3幢{n % 2 + 1}单元{n // 2 + 1:02d}0{n % 2 + 1}", "张＊", 11836, "2,381.85")
                for n in range(houses)
            ),
            total_dm2=11836 * houses,
            notes=("请在所选意见的方框内打“√”，只能选一项，涂改无效。", "共有房屋由一名业主代表签字。"),
        ),
    )


def bank_slip() -> Document:
    return Document(
        form="bank_slip",
        title="示范银行电子回单",
        number="HD202611210000176",
        subject="payment:7",
        data=BankSlip(
            bank="示范银行示范市分行营业部",
            booked_on=DAY,
            amount_fen=10500060,
            payer=CUSTODY,
            payee=BUILDER,
            purpose="维修工程款",
            serial="SF20261121000456",
            facts=(Fact("拨款通知单", "BK202611210000175"), Fact("交易渠道", "银企直连")),
        ),
    )


def annual_statement() -> Document:
    sheet = AnnualSheet(
        serial="NJ202611210000009-001",
        address="示范市江阳区滨江路188号江南名邸（一期）3幢2单元1502",
        owner="张＊",
        account="510502000123",
        bank_account="建设银行示范支行 6222 0000 1111 2222 333",
        opening_fen=1006060,
        received_fen=5030,
        interest_fen=5030,
        other_received_fen=0,
        spent_fen=238185,
        repairs_fen=238185,
        other_spent_fen=0,
        closing_fen=772905,
    )
    return Document(
        form="annual_statement",
        title="住宅专项维修资金年度结存单",
        number="NJ202611210000009",
        subject="area:8:2025",
        issuer=OFFICE,
        data=AnnualStatement(
            area="江南名邸（一期）",
            from_on=dt.date(2025, 1, 1),
            to_on=dt.date(2025, 12, 31),
            houses=1,
            closing_fen=772905,
            sheets=(sheet,),
            contacts=(Fact("咨询电话", "0830-3100000"),),
            note="如有疑问，请携带身份证到窗口查询。",
        ),
    )


def statement() -> Document:
    return Document(
        form="statement",
        title="住宅专项维修资金分户账对账单",
        number="DZ202611210000177",
        subject="house:8",
        issuer=OFFICE,
        data=Statement(
            house="示范市江阳区滨江路188号江南名邸（一期）3幢2单元1502",
            owner="张＊",
            from_on=dt.date(2026, 1, 1),
            to_on=DAY,
            opening_fen=0,
            received_fen=1006060 + 5030,
            spent_fen=238185,
            closing_fen=1006060 + 5030 - 238185,
            lines=(
                StatementLine("2026-01-08", "首期交存", "JK202601080000012", 1006060, None, 1006060),
                StatementLine("2026-06-30", "结息", "LX202606300000011", 5030, None, 1011090),
                StatementLine("2026-09-15", "屋面防水维修分摊", "BK202609150000019", None, 238185, 772905),
            ),
        ),
    )


def resolution() -> Document:
    return Document(
        form="resolution",
        title="业主共同决定事项表决结果",
        number="JG202611210000179",
        subject="vote:6",
        issuer="江南名邸（一期）业主委员会",
        data=Resolution(
            area="江南名邸（一期）3幢",
            matter="3幢屋面防水维修",
            question="是否同意使用住宅专项维修资金 142,911.11 元维修3幢屋面防水？",
            from_on=DAY,
            to_on=dt.date(2026, 12, 5),
            method="网上表决与书面表决",
            passed=True,
            counts=(
                Count(
                    "专有面积（㎡）",
                    "7,101.60",
                    "5,444.56",
                    "76.67%",
                    "4,971.12",
                    "91.30%",
                    "参与 ≥ 2/3，同意 > 1/2",
                    True,
                ),
                Count("业主人数（人）", "60", "46", "76.67%", "42", "91.30%", "参与 ≥ 2/3，同意 > 1/2", True),
            ),
            conclusion="依照《中华人民共和国民法典》第二百七十八条，本事项经专有部分面积占比三分之二以上的业主且人数占比三分之二以上的业主参与表决，"
            "并经参与表决专有部分面积过半数的业主且参与表决人数过半数的业主同意，表决通过。",
            signs=(SignBox("计票人"), SignBox("监票人"), SignBox("业主委员会（物业服务企业）")),
        ),
    )


def ballot_receipt() -> Document:
    return Document(
        form="ballot_receipt",
        title="业主表决回执",
        number="HZ202611210123456789",
        subject="ballot:7",
        data=BallotReceipt(
            facts=(
                Fact("物业区域", "江南名邸（一期）"),
                Fact("表决人", "张＊"),
                Fact("表决事项", "3幢屋面防水维修", wide=True),
                Fact("表决时间", "2026-11-21 20:15"),
                Fact("表决截止", "2026-12-05 18:00"),
            ),
            votes=Table(
                "表决意见",
                ("房屋", "专有面积（㎡）", "意见", "说明"),
                (("3幢2单元1502", "118.36", "同意", "—"), ("3幢地下车库 B12", "12.50", "弃权", "受托代投")),
                aligns="lrcl",
            ),
            notes=("截止前每套房屋可以修改一次，以最后一次提交的为准。",),
        ),
    )


def demand_letters(count: int = 1) -> Document:
    """`count` letters, numbered on from that of the document."""
    return Document(
        form="demand_letters",
        title="住宅专项维修资金欠款催缴通知单",
        number="CJ202611210000017",
        subject="letters:1",
        issuer=OFFICE,
        city="shifan",
        data=DemandLetters(
            area="江南名邸（一期）",
            issued_on=DAY,
            deadline_on=DAY + dt.timedelta(days=30),
            percent=30,
            sender=OFFICE,
            office="江阳区管理部",
            office_address="江阳区政务服务中心一楼 3 号窗口",
            office_phone="0830-3100000",
            account=CUSTODY,
            how=("持交款通知单到专户银行交款。", "没有交款通知单的，到联系窗口开具。"),
            letters=tuple(
                DemandLetter(
                    number=f"CJ2026112100000{number:02d}" if number < 100 else f"CJ20261121000{number:04d}",
                    qr=qr_modules(f"CJ20261121000{number:04d}", city="shifan"),
                    addressee="张三",
                    house="3幢2单元1502",
                    address="示范市江阳区江南路 1 号江南名邸3幢2单元1502",
                    area_dm2=9837,
                    first_due_fen=885_330,
                    balance_fen=100_000,
                    percent_left="11.3%",
                    since_on=DAY - dt.timedelta(days=40),
                    owed_fen=785_330,
                    owed_capitals=in_capitals(785_330),
                    why="没有续交方案，补足至首期应交金额 8,853.30 元",
                    slip_number="JK202611210000017",
                )
                for number in range(17, 17 + count)
            ),
        ),
    )


ALL = (
    application,
    pay_notice,
    owner_notices,
    receipt,
    receipts,
    journal,
    payment_order,
    public_notice,
    signature_sheet,
    bank_slip,
    statement,
    annual_statement,
    fund_statement,
    resolution,
    ballot_receipt,
    demand_letters,
    vouchers,
    balance_adjustment,
    interest_summary,
)

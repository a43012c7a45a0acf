"""Every form is printed once and read back."""

import io
from collections.abc import Callable

import pypdf
import pytest

from tests.printing import places, samples
from upkeep.kernel.money import in_capitals
from upkeep.printing.documents import Document, render
from upkeep.printing.forms import FORMS
from upkeep.printing.forms.parts import BankAccount, Table
from upkeep.printing.forms.payments import DueLine, PayNotice, Receipt, Statement

TEXTS = {
    "application": ("住宅专项维修资金退款申请表", "要件齐全，准予受理。", "退款事由证明（合同解除协议或法院文书）"),
    "pay_notice": (in_capitals(36 * 1006060), "362,181.60", "6222 0000 1111 2222 333", "2026年12月21日", "第一联"),
    "owner_notices": (in_capitals(1006060), "张三、李四：", "85.00 元/㎡", "2026年12月21日（含）前", "银行留存联"),
    "receipt": (in_capitals(1006060), "10,060.60", "SF20261121000123", "首期住宅专项维修资金"),
    "annual_statement": ("张＊", "10,060.60", "2,381.85", "7,729.05", "2025"),
    "fund_statement": ("会住维02表", "本年累计数", "10,060.60", "孙会计", "尚未结账"),
    "receipts": ("00000123", "00000124", in_capitals(1006060), "作废", "SF20261121000123"),
    "journal": ("按业务汇总", "收款冲正 · 首期交存", "-10,060.60", "JK202611210000178", "周柜员"),
    "payment_order": (in_capitals(8000037760), "80,000,377.60", "示范市安居防水工程有限公司", "请从下列专户中"),
    "public_notice": ("江南名邸（一期）全体业主：", "分摊清册", "3幢2单元0102", "142,911.11"),
    "signature_sheet": ("同意", "反对", "弃权", "业主或受托人签名", "4,734.40"),
    "bank_slip": (in_capitals(10500060), "105,000.60", "SF20261121000456"),
    "statement": (in_capitals(772905), "7,729.05", "屋面防水维修分摊", "LX202606300000011"),
    "ballot_receipt": ("表决回执", "HZ202611210123456789", "受托代投", "以最后一次提交的为准"),
    "demand_letters": (in_capitals(785330), "7,853.30", "2026年12月21日", "张三（3幢2单元1502）：", "JK202611210000017"),
    "balance_adjustment": ("调节后余额", "10,045.60", "银行已付、我方未付（1 笔）", "账户管理费", "调节后双方余额相符。"),
    "interest_summary": ("专户收益按积数分摊", "小区39", "25.50", "1,020.00", "王主任"),
    "vouchers": (in_capitals(1006060), "2026-11 记 3 号", "JK202611210000178", "4001 交存收入"),
    "resolution": ("通过", "76.67%", "参与≥2/3，同意>1/2", "第二百七十八条"),
}  # fmt: skip


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


class TestEachForm:
    def test_has_a_sample(self) -> None:
        assert {make().form for make in samples.ALL} == set(FORMS) == set(TEXTS)

    @pytest.mark.parametrize("make", samples.ALL)
    def test_prints_its_number_on_every_page_and_all_it_was_given(self, make: Callable[[], Document]) -> None:
        document = make()

        pdf = render(document, at=places.AT)

        pages = [squeezed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
        assert all(f"编号：{document.number}" in page for page in pages)
        assert f"第{len(pages)}页共{len(pages)}页" in pages[-1]
        assert "打印时间：2026-11-2123:40" in pages[0]
        assert [text for text in TEXTS[document.form] if squeezed(text) not in "".join(pages)] == []

    @pytest.mark.parametrize("make", samples.ALL)
    def test_uses_the_fonts_it_comes_with(self, make: Callable[[], Document]) -> None:
        reader = pypdf.PdfReader(io.BytesIO(render(make(), at=places.AT)))

        names = {
            str(font.get_object()["/BaseFont"])
            for page in reader.pages
            for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
        }

        assert {name.split("+")[1].split("-")[0] for name in names} <= {"NotoSansSC", "NotoSerifSC"}


class TestALongPayNotice:
    def test_repeats_its_header_and_lists_every_house(self) -> None:
        pdf = render(samples.pay_notice(1200), at=places.AT)

        pages = [squeezed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
        assert len(pages) > 20
        assert all("应交金额（元）" in page for page in pages)
        assert "1200" in pages[-1]
        assert "12,072,720.00" in pages[-1]


class TestABatchOfOwnersNotices:
    def test_gives_each_a_page_with_its_own_number_above_and_below(self) -> None:
        numbers = [f"JK20261121000017{place}" for place in range(3)]

        reader = pypdf.PdfReader(io.BytesIO(render(samples.owner_notices(*numbers), at=places.AT)))

        pages = [squeezed(page.extract_text()) for page in reader.pages]
        assert len(pages) == 3
        for place, page in enumerate(pages):
            assert page.count(numbers[place]) == 3  # heading, the bank's part, footer
            assert not any(number in page for number in numbers if number != numbers[place])


class TestTheTextOfAUser:
    def test_is_printed_as_it_is_and_never_run(self) -> None:
        document = samples.bank_slip()
        data = document.data
        hostile = '#panic() $x$ *粗* <标> @引 \\ #read("/etc/passwd") // 注释'

        pdf = render(
            Document(
                form="bank_slip",
                title="回单",
                number="HD1",
                subject="x",
                data=type(data)(**{**vars(data), "purpose": hostile}),
            ),
            at=places.AT,
        )

        assert squeezed(hostile) in squeezed(text_of(pdf))


class TestAVoidReceipt:
    def test_says_so(self) -> None:
        assert "作废" in squeezed(text_of(render(samples.receipt(void=True), at=places.AT)))
        assert "作废" not in squeezed(text_of(render(samples.receipt(), at=places.AT)))


class TestFormData:
    def test_of_another_form_is_refused(self) -> None:
        with pytest.raises(TypeError, match="takes Receipt"):
            Document(form="receipt", title="票据", number="1", subject="x", data=samples.statement().data)

    def test_that_does_not_add_up_is_refused(self) -> None:
        day, account = places.DAY, BankAccount("甲", "1", "乙")

        with pytest.raises(ValueError, match="add up"):
            PayNotice(
                payer="甲", area="乙", issued_on=day, due_on=day, amount_fen=3, houses=1, total_dm2=1, account=account,
                lines=(DueLine("1幢", "1", "101", "住宅", 1, "", 2),),
            )  # fmt: skip
        with pytest.raises(ValueError, match="add up"):
            Receipt(payer="甲", address="", paid_on=day, amount_fen=1, method="", bank_serial="", lines=())
        with pytest.raises(ValueError, match="add up"):
            Statement(
                house="", owner="", from_on=day, to_on=day, opening_fen=1, received_fen=2, spent_fen=0, closing_fen=2,
                lines=(),
            )  # fmt: skip
        with pytest.raises(ValueError, match="2 cells"):
            Table("表", ("甲", "乙"), (("1",),))

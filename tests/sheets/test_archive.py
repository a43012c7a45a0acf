"""What is refused before a workbook is parsed."""

import io
import zipfile
from pathlib import Path

import pytest

from upkeep.kernel.errors import Refusal
from upkeep.sheets.archive import checked_workbook

SAMPLE = (Path(__file__).parent.parent / "data" / "house-table-faulty.xlsx").read_bytes()
SHEET = "xl/worksheets/sheet1.xml"


def repacked(changes: dict[str, bytes]) -> bytes:
    """The sample workbook with parts replaced or added."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return content.getvalue()


def with_rows(rows: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as archive:
        return repacked({SHEET: archive.read(SHEET).replace(b"</sheetData>", rows + b"</sheetData>")})


class TestAnUploadedFile:
    def test_that_is_a_workbook_passes_with_its_first_sheet_unchanged(self) -> None:
        with (
            zipfile.ZipFile(io.BytesIO(SAMPLE)) as before,
            zipfile.ZipFile(io.BytesIO(checked_workbook(SAMPLE))) as after,
        ):
            assert after.read(SHEET) == before.read(SHEET)

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "文件是空的"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "旧版 .xls"),
            ("楼栋名称,房号\n1幢,101\n".encode("gbk"), "CSV"),
            ("\ufeff楼栋名称,房号\n".encode(), "CSV"),
            (b"\xef\xbb\xbf <html><table><tr><td>1</td></tr></table></html>", "网页文件"),
            (b"%PDF-1.7", "PDF"),
            (SAMPLE[:3000], "已损坏"),
        ],
    )
    def test_that_only_bears_the_name_is_refused_with_what_to_do(self, content: bytes, sentence: str) -> None:
        with pytest.raises(Refusal, match=sentence):
            checked_workbook(content)

    def test_with_macros_is_refused(self) -> None:
        with pytest.raises(Refusal, match="宏"):
            checked_workbook(repacked({"xl/vbaProject.bin": b"x"}))

    def test_declared_as_a_macro_workbook_is_refused(self) -> None:
        types = b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'

        with pytest.raises(Refusal, match="宏"):
            checked_workbook(repacked({"[Content_Types].xml": types}))

    def test_that_is_some_other_archive_is_refused(self) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("word/document.xml", "<document/>")

        with pytest.raises(Refusal, match=r"不是 \.xlsx"):
            checked_workbook(content.getvalue())

    @pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "xl\\evil.xml", "XL/workbook.xml"])
    def test_with_unsafe_names_inside_is_refused(self, name: str) -> None:
        with pytest.raises(Refusal, match="结构异常"):
            checked_workbook(repacked({name: b"<x/>"}))

    def test_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(self) -> None:
        bomb = repacked({"xl/media/image1.xml": b" " * (51 * 1024 * 1024)})

        assert len(bomb) < 200_000
        with pytest.raises(Refusal, match="展开后过大"):
            checked_workbook(bomb)

    def test_that_is_small_but_unpacks_a_hundredfold_is_refused(self) -> None:
        with pytest.raises(Refusal, match="展开后过大"):
            checked_workbook(repacked({"xl/media/image1.xml": b" " * (20 * 1024 * 1024)}))

    def test_that_lies_about_the_size_of_a_part_is_refused(self) -> None:
        content = bytearray(SAMPLE)
        place = content.rindex(b"xl/worksheets/sheet1.xml") - 46  # its entry in the central directory
        content[place + 24 : place + 28] = (1000).to_bytes(4, "little")

        with pytest.raises(Refusal, match="已损坏"):
            checked_workbook(bytes(content))

    def test_with_a_document_type_in_its_xml_is_refused(self) -> None:
        entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>'

        with pytest.raises(Refusal, match="结构异常"):
            checked_workbook(repacked({"xl/sharedStrings.xml": entities}))

    @pytest.mark.parametrize(
        "row",
        [
            b'<row r="302"><c r="XFD302"><v>1</v></c></row>',
            b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
            b'<row r="1048576"><c><v>1</v></c></row>',
            b"<row r='302'><c r = 'xfd302'><v>1</v></c></row>",
            b'<row r="302"><c r="XFD302" x="/>"><v>1</v></c></row>',
        ],
    )
    def test_with_content_far_outside_is_refused_since_a_parser_reserves_all_between(self, row: bytes) -> None:
        with pytest.raises(Refusal, match="还有内容"):
            checked_workbook(with_rows(row))

    @pytest.mark.parametrize(
        "row",
        [
            b'<row r="1048576" ht="15"/>',
            b'<row r="302"><c r="XFD302" s="1"/></row>',
            b'<row r="1048576" spans="1:2"><c r="A1048576" s="1"/><c r="B1048576" s="1" /></row>',
        ],
    )
    def test_with_empty_formatted_cells_far_outside_passes(self, row: bytes) -> None:
        assert checked_workbook(with_rows(row))

    def test_that_repeats_one_huge_text_in_every_cell_is_refused(self) -> None:
        shared = b"<sst><si><t>" + b"".join(b"%07d" % number for number in range(90_000)) + b"</t></si></sst>"
        rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(2, 2002))
        sheet = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"

        with pytest.raises(Refusal, match="文字过多"):
            checked_workbook(repacked({"xl/sharedStrings.xml": shared, SHEET: sheet}))

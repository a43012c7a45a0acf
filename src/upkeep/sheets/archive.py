"""Look at an uploaded workbook before it is parsed, and hand on only what was looked at.

Refuses what is no .xlsx, carries macros, unpacks to too much, or would take a parser gigabytes of memory.
"""

import io
import re
import zipfile
import zlib

from upkeep.kernel.errors import Refusal

MOST_UNPACKED = 50 * 1024 * 1024
MOST_RATIO = 100
MOST_ENTRIES = 500
#: A cell with content beyond these is no table of ours; a parser reserves room for everything up to it.
MOST_COLUMNS, MOST_ROWS = 104, 99_999
MOST_TEXT = 256 * 1024 * 1024

_KINDS = (
    (b"\xd0\xcf\x11\xe0", "这是旧版 .xls 文件或加了密码的文件，请在表格软件中“另存为”不带密码的 .xlsx 文件后再上传"),
    (b"%PDF", "这是 PDF 文件，请上传 .xlsx 工作簿"),
    (b"<", "这是网页文件而不是 Excel 工作簿，请用表格软件打开后“另存为” .xlsx 文件再上传"),
)
# References that lie outside MOST_COLUMNS × MOST_ROWS (the columns after CZ; rows of six digits and more).
_FAR = re.compile(rb"""r\s*=\s*["'](?:(?:[A-Za-z]{3}|[D-Zd-z][A-Za-z])\d+|[A-Za-z]{0,3}0*[1-9]\d{5,})["']""")
_EMPTY_TAG = re.compile(rb"""\s*(?:[\w:]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*')\s*)*/>""")
_ROW_REST = re.compile(rb"(?s).*?</(?:\w+:)?row>")
_SHARED = re.compile(rb"<(?:\w+:)?v>(\d+)</")


def checked_workbook(content: bytes) -> bytes:
    """The workbook packed anew with exactly the parts that were checked, so that no second reader of the archive can
    see in it something else than we did. Raises: Refusal with the sentence to show."""
    parts = _parts(content)
    _check_contents(parts)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    """The XML parts of the archive by name, none longer than it says."""
    if not content:
        raise Refusal("文件是空的，请重新选择")
    if not content.startswith(b"PK\x03\x04"):
        start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
        sentence = next((text for magic, text in _KINDS if start.startswith(magic)), None)
        raise Refusal(
            sentence or "这不是 .xlsx 工作簿（可能是 CSV 或其他文件改了名），请用表格软件“另存为” .xlsx 后再上传"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(content))
            # `read` never gives more than the size that was summed, whatever the compressed stream holds.
            return {entry.filename: archive.read(entry) for entry in entries if _is_xml(entry.filename)}
    except Refusal:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        raise Refusal("文件已损坏，请用表格软件打开并重新保存后再上传") from None


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".rels"))


def _check_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    names = [entry.filename for entry in entries]
    lowered = {name.lower() for name in names}
    if any("vbaproject" in name or "/macrosheets/" in name for name in lowered):
        raise Refusal("工作簿带有宏，为安全起见不接收，请“另存为”不带宏的 .xlsx 文件后再上传")
    if "xl/workbook.xml" not in lowered:
        raise Refusal("这不是 .xlsx 工作簿（可能是其他文件改了名），请用表格软件“另存为” .xlsx 后再上传")
    unsafe = any(name.startswith(("/", "\\")) or ".." in name.split("/") or "\\" in name for name in names)
    if unsafe or len(entries) > MOST_ENTRIES or len(lowered) != len(names):
        raise Refusal("工作簿内部结构异常，请用表格软件打开并重新保存后再上传")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refusal("工作簿加了密码，请去掉密码后再上传")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > packed * MOST_RATIO:
        raise Refusal(
            f"工作簿展开后过大（上限 {MOST_UNPACKED // 1024 // 1024} MB），请删去多余的行、列、格式和图片，或分批上传"
        )


def _check_contents(parts: dict[str, bytes]) -> None:
    longest, shared = 0, b""
    for name, part in parts.items():
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part or part.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Refusal("工作簿内部结构异常，请用表格软件打开并重新保存后再上传")
        if b"macroEnabled" in part and name == "[Content_Types].xml":
            raise Refusal("工作簿带有宏，为安全起见不接收，请“另存为”不带宏的 .xlsx 文件后再上传")
        if name.lower().endswith("sharedstrings.xml"):
            shared = part
    texts = shared.split(b"</si>") if shared else []
    longest = max(map(len, texts), default=0)
    for part in parts.values():
        if b"sheetData" in part:
            _check_extent(part)
            if part.count(b"<c ") * longest > MOST_TEXT:
                _check_text(part, texts)


def _check_extent(part: bytes) -> None:
    """Formatted but empty cells may lie anywhere; content may not."""
    for far in _FAR.finditer(part):
        if _EMPTY_TAG.match(part, far.end()):
            continue
        tag = part[part.rfind(b"<", 0, far.start()) : far.start()]
        if tag.startswith(b"<row"):
            rest = _ROW_REST.match(part, far.end())
            if rest is not None and b"</c>" not in rest[0] and b":c>" not in rest[0]:
                continue
        raise Refusal(f"表格在第 {MOST_ROWS:,} 行以后或第 {MOST_COLUMNS} 列以后还有内容，请删去多余内容或分批上传")


def _check_text(part: bytes, texts: list[bytes]) -> None:
    """Each use of a shared text is a copy in memory."""
    used = sum(len(texts[int(index)]) for index in _SHARED.findall(part) if int(index[:9]) < len(texts))
    if used > MOST_TEXT:
        raise Refusal("表格中的文字过多，请删去与填报无关的内容或分批上传")

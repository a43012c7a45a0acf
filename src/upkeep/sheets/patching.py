"""Colour cells of a large workbook and comment on them by editing its XML in place.

Reading and writing 50,000 rows with a workbook library takes a quarter of a minute; the few rows with faults are found
in the text of the sheet in a second. Only plain sheets are edited so: whatever looks unusual raises `Unusual`, and the
library does the work. Source of the shapes: ECMA-376 part 1, 18.3 sheets, 18.7 comments, 18.8 styles; part 2 relationships.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Parts = dict[str, bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_COMMENTS, _DRAWING = "xl/upkeepComments.xml", "xl/upkeepComments.vml"

_ROW = re.compile(rb"<row\b[^>]*?>")
_CELL = re.compile(rb"<c\b[^>]*?/>|<c\b[^>]*?>.*?</c>", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_XF = re.compile(rb"<xf\b[^>]*?/>|<xf\b[^>]*?>.*?</xf>", re.DOTALL)


class Unusual(Exception):
    """The workbook is written in a way that this module does not edit."""


def parts_of(content: bytes) -> Parts:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts) -> bytes:
    """The workbook again."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def mark_cells(parts: Parts, notes: Mapping[str, str], *, colour: str, author: str, most_comments: int) -> None:
    """Colour the cells of the first sheet that `notes` names, and comment on the first of them; marks of before go.

    Raises: Unusual; the parts are then of no use any more.
    """
    sheet = sheet_part(parts, _sheet_ids(parts)[0][1])
    _drop_comments(parts, sheet, author=author)
    styles = _Styles(parts, colour=colour)
    styles.clear()
    if notes:
        parts[sheet] = _coloured(parts[sheet], list(notes), styles)
        _add_comments(parts, sheet, dict(list(notes.items())[:most_comments]), author=author)
    styles.keep(parts)


# the parts of the archive


def _sheet_ids(parts: Parts) -> list[tuple[str, str]]:
    """Name and relationship of each sheet, as the workbook lists them; the name as it stands in the XML."""
    book = parts["xl/workbook.xml"]
    found = []
    for tag in re.findall(rb"<sheet\b[^>]*?/>", book):
        name, related = re.search(rb'\bname="([^"]*)"', tag), re.search(rb'\br:id="([^"]*)"', tag)
        if name is None or related is None:
            raise Unusual("a sheet without a name")
        found.append((name[1].decode(), related[1].decode()))
    if not found:
        raise Unusual("no sheets")
    return found


def rels_of(part: str) -> str:
    """Where the relationships of a part are kept."""
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def sheet_part(parts: Parts, related: str) -> str:
    """The part behind a relationship of the workbook."""
    for tag in _relationships(parts, "xl/workbook.xml"):
        if _attribute(tag, "Id") == related:
            target = _attribute(tag, "Target")
            name = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if name in parts:
                return name
    raise Unusual("a sheet that is not there")


def first_sheet(parts: Parts) -> bytes:
    """The sheet that people see first. Raises: Unusual."""
    return parts[sheet_part(parts, _sheet_ids(parts)[0][1])]


def _relationships(parts: Parts, part: str) -> list[bytes]:
    return re.findall(rb"<Relationship\b[^>]*?/>", parts.get(rels_of(part), b""))


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"'.encode(), tag)
    if found is None:
        raise Unusual(f"no {name}")
    return found[1].decode()


def relate(parts: Parts, part: str, *, kind: str, target: str) -> str:
    """Give a part one more relationship. Returns its id."""
    name = rels_of(part)
    if name not in parts:
        parts[name] = (
            f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{PACKAGE}"></Relationships>'.encode()
        )
    number = len(_relationships(parts, part)) + 1
    while f'Id="upkeep{number}"'.encode() in parts[name]:
        number += 1
    tag = f'<Relationship Id="upkeep{number}" Type="{OFFICE}/{kind}" Target={quoteattr(target)}/>'
    parts[name] = _before(parts[name], b"</Relationships>", tag.encode())
    return f"upkeep{number}"


def declare(parts: Parts, part: str, *, kind: str) -> None:
    """Say of what type a new part is."""
    tag = f'<Override PartName="/{part}" ContentType="{_TYPES}.{kind}+xml"/>'.encode()
    if tag not in parts["[Content_Types].xml"]:
        parts["[Content_Types].xml"] = _before(parts["[Content_Types].xml"], b"</Types>", tag)


def _before(text: bytes, mark: bytes, piece: bytes) -> bytes:
    at = text.rfind(mark)
    if at < 0:
        raise Unusual(f"no {mark!r}")
    return text[:at] + piece + text[at:]


# styles


class _Styles:
    """The cell formats of the workbook: for each format in use, a twin that is coloured."""

    def __init__(self, parts: Parts, *, colour: str) -> None:
        self.text = parts.get("xl/styles.xml", b"")
        self.colour = colour.encode()
        fills, formats = self._block(b"fills"), self._block(b"cellXfs")
        self.fills = re.findall(rb"<fill>.*?</fill>|<fill/>", fills, re.DOTALL)
        self.formats = _XF.findall(formats)
        self.twins: dict[int, int] = {}
        if not self.formats or len(self.fills) != int(_attribute(fills, "count")):
            raise Unusual("styles")

    def _block(self, name: bytes) -> bytes:
        found = re.search(rb"<" + name + rb"\b[^>]*>.*?</" + name + rb">", self.text, re.DOTALL)
        if found is None:
            raise Unusual("styles")
        return found[0]

    def clear(self) -> None:
        """Formats that were coloured before lose the colour, and with them the cells."""
        ours = {str(place).encode() for place, fill in enumerate(self.fills) if self.colour in fill}
        for place, one in enumerate(self.formats):
            fill = re.search(rb'\bfillId="(\d+)"', one)
            if fill is not None and fill[1] in ours:
                self.formats[place] = one.replace(fill[0], b'fillId="0"', 1)

    def coloured(self, style: int) -> int:
        """The coloured twin of a format."""
        if style >= len(self.formats):
            raise Unusual("a cell with no format")
        if style not in self.twins:
            if not self.twins:
                self.fills.append(
                    b'<fill><patternFill patternType="solid"><fgColor rgb="%s"/><bgColor indexed="64"/></patternFill></fill>'
                    % self.colour
                )
            plain = re.sub(rb'\s(?:fillId|applyFill)="[^"]*"', b"", self.formats[style])
            fill = b'<xf fillId="%d" applyFill="1"' % (len(self.fills) - 1)
            self.formats.append(plain.replace(b"<xf", fill, 1))
            self.twins[style] = len(self.formats) - 1
        return self.twins[style]

    def keep(self, parts: Parts) -> None:
        """Write the formats back."""
        text = self.text
        for name, items in ((b"fills", self.fills), (b"cellXfs", self.formats)):
            block = b'<%s count="%d">%s</%s>' % (name, len(items), b"".join(items), name)
            text = text.replace(self._block(name), block, 1)
        parts["xl/styles.xml"] = text


# cells


def place_of(cell: str) -> tuple[int, int]:
    """Row and column of a reference, counted from 1: B3 is (3, 2)."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(cell[len(letters) :]), column


def _coloured(sheet: bytes, cells: Sequence[str], styles: _Styles) -> bytes:
    wanted: dict[int, dict[int, str]] = {}
    for cell in cells:
        row, column = place_of(cell)
        wanted.setdefault(row, {})[column] = cell
    pieces, done = [], 0
    for start, end, number in _rows(sheet, wanted):
        pieces += [sheet[done:start], _coloured_row(sheet[start:end], wanted.pop(number), styles)]
        done = end
    if wanted:
        raise Unusual("a fault in a row that the sheet does not have")
    return b"".join([*pieces, sheet[done:]])


def _rows(sheet: bytes, wanted: Mapping[int, object]) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of each wanted row."""
    for tag in _ROW.finditer(sheet):
        number = re.search(rb'\br="(\d+)"', tag[0])
        if number is None:
            raise Unusual("rows without numbers")
        if int(number[1]) in wanted:
            end = tag.end() if tag[0].endswith(b"/>") else sheet.index(b"</row>", tag.end()) + len(b"</row>")
            yield tag.start(), end, int(number[1])


def _coloured_row(row: bytes, wanted: Mapping[int, str], styles: _Styles) -> bytes:
    if row.endswith(b"/>"):
        row = row[:-2] + b"></row>"
    head = row[: row.index(b">") + 1]
    cells: dict[int, bytes] = {}
    for cell in _CELL.findall(row):
        found = _PLACE.search(cell[: cell.index(b">")])
        if found is None:
            raise Unusual("cells without references")
        cells[place_of(found[1].decode() + found[2].decode())[1]] = cell
    for column, name in wanted.items():
        cell = cells.get(column, f'<c r="{name}"/>'.encode())
        tag = cell[: cell.index(b">") + 1]
        style = _STYLE.search(tag)
        marked = b' s="%d"' % styles.coloured(int(style[1]) if style else 0)
        bare = re.sub(rb'\ss="\d+"', b"", tag)
        cells[column] = bare.replace(b"<c", b"<c" + marked, 1) + cell[len(tag) :]
    return head + b"".join(cells[column] for column in sorted(cells)) + b"</row>"


# comments


def _drop_comments(parts: Parts, sheet: str, *, author: str) -> None:
    """Take away the comments of an earlier round. Raises: Unusual when somebody else has commented too."""
    for tag in _relationships(parts, sheet):
        kind = _attribute(tag, "Type").rsplit("/", 1)[-1]
        if kind not in ("comments", "vmlDrawing", "threadedComment"):
            continue
        target = _attribute(tag, "Target")
        folder = posixpath.dirname(sheet)
        name = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        if kind == "threadedComment" or (kind == "comments" and _authors(parts.get(name, b"")) - {author}):
            raise Unusual("comments of the user's own")
        parts.pop(name, None)
        parts[rels_of(sheet)] = parts[rels_of(sheet)].replace(tag, b"")
        _undeclare(parts, name)
    parts[sheet] = re.sub(rb"<legacyDrawing\b[^>]*?/>", b"", parts[sheet])


def _authors(comments: bytes) -> set[str]:
    return {one.decode() for one in re.findall(rb"<author>([^<]*)</author>", comments)}


def _add_comments(parts: Parts, sheet: str, notes: Mapping[str, str], *, author: str) -> None:
    texts = "".join(
        f'<comment ref="{cell}" authorId="0"><text><t xml:space="preserve">{escape(text)}</t></text></comment>'
        for cell, text in notes.items()
    )
    parts[_COMMENTS] = (
        f'<?xml version="1.0" encoding="UTF-8"?><comments xmlns="{MAIN}"><authors><author>{escape(author)}</author>'
        f"</authors><commentList>{texts}</commentList></comments>"
    ).encode()
    parts[_DRAWING] = _drawing([place_of(cell) for cell in notes])
    declare(parts, _COMMENTS, kind="comments")
    if b'Extension="vml"' not in parts["[Content_Types].xml"]:
        vml = b'<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        head = re.search(rb"<Types\b[^>]*>", parts["[Content_Types].xml"])
        if head is None:
            raise Unusual("content types")
        types = parts["[Content_Types].xml"]
        parts["[Content_Types].xml"] = types[: head.end()] + vml + types[head.end() :]
    relate(parts, sheet, kind="comments", target=f"/{_COMMENTS}")
    drawing = relate(parts, sheet, kind="vmlDrawing", target=f"/{_DRAWING}")
    tag = f'<legacyDrawing xmlns:r="{OFFICE}" r:id="{drawing}"/>'.encode()
    # The order of a sheet's last elements is fixed; these few may follow the legacy drawing.
    tail = re.search(
        rb"<(?:legacyDrawingHF|picture|oleObjects|controls|webPublishItems|tableParts|extLst)\b", parts[sheet]
    )
    at = tail.start() if tail else parts[sheet].rindex(b"</worksheet>")
    parts[sheet] = parts[sheet][:at] + tag + parts[sheet][at:]


def _drawing(places: Sequence[tuple[int, int]]) -> bytes:
    """The boxes of the comments, hidden until one points at the cell."""
    boxes = "".join(
        f'<v:shape id="_u{number}" type="#_note" style="position:absolute;width:195pt;height:60pt;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:textbox/>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{column}, 15, {row}, 2, {column + 3}, 30, {row + 4}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
        for number, (row, column) in enumerate(places, start=1)
    )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_note" coordsize="21600,21600" o:spt="202" '
        'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/></v:shapetype>'
        f"{boxes}</xml>"
    ).encode()


# the list of faults


def _drop_sheet(parts: Parts, related: str) -> None:
    if b"localSheetId" in parts["xl/workbook.xml"]:
        raise Unusual("names that count the sheets")
    part, where = sheet_part(parts, related), rels_of("xl/workbook.xml")
    del parts[part]
    parts.pop(rels_of(part), None)
    for name, pattern in (
        ("xl/workbook.xml", rb'<sheet\b[^>]*?\br:id="%s"[^>]*?/>|\sactiveTab="\d+"'),
        (where, rb'<Relationship\b[^>]*?\bId="%s"[^>]*?/>'),
    ):
        parts[name] = re.sub(pattern.replace(b"%s", re.escape(related).encode()), b"", parts[name])
    _undeclare(parts, part)


def _undeclare(parts: Parts, part: str) -> None:
    override = rb'<Override\b[^>]*?PartName="/%s"[^>]*?/>' % re.escape(part).encode()
    parts["[Content_Types].xml"] = re.sub(override, b"", parts["[Content_Types].xml"])


def put_list(parts: Parts, title: str, lines: Sequence[Sequence[str]], *, widths: Sequence[int]) -> None:
    """A sheet of texts at the end of the workbook, or in the place of the one of that name; the first line stays in view."""
    related = dict(_sheet_ids(parts)).get(title)
    if not lines:
        if related:
            _drop_sheet(parts, related)
        return
    if related:
        part = sheet_part(parts, related)
        parts.pop(rels_of(part), None)
    else:
        part = "xl/worksheets/upkeepList.xml"
        declare(parts, part, kind="worksheet")
        related = relate(parts, "xl/workbook.xml", kind="worksheet", target=f"/{part}")
        numbers = [int(one) for one in re.findall(rb'\bsheetId="(\d+)"', parts["xl/workbook.xml"])]
        tag = f'<sheet xmlns:r="{OFFICE}" name={quoteattr(title)} sheetId="{max(numbers) + 1}" r:id="{related}"/>'
        parts["xl/workbook.xml"] = _before(parts["xl/workbook.xml"], b"</sheets>", tag.encode())
    parts[part] = _list_sheet(lines, widths)


def _list_sheet(lines: Sequence[Sequence[str]], widths: Sequence[int]) -> bytes:
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(widths, start=1)
    )
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{"ABCDEFGH"[place]}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
            for place, text in enumerate(line)
        )
        + "</row>"
        for number, line in enumerate(lines, start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{rows}</sheetData></worksheet>"
    ).encode()

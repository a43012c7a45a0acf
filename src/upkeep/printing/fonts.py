"""The fonts that forms are set in, and which characters they lack: a missing glyph would print as an empty box."""

import struct
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings

#: Characters that are laid out, not drawn.
_INVISIBLE = frozenset(" \t\n\r\u3000\xa0\u200b")


def font_folders() -> tuple[str, ...]:
    """Where fonts are taken from: the setting PDF_FONT_DIRS, else the wheel with Noto Sans SC and Noto Serif SC."""
    return tuple(settings.PDF_FONT_DIRS) or (str(Path(pylopdf_fonts_zh_cn.__file__).parent),)


@lru_cache(maxsize=2)
def fonts(folders: tuple[str, ...]) -> typst.Fonts:
    """The same fonts on every machine: what the system has installed plays no part."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))


def missing_glyphs(text: str) -> set[str]:
    """The characters of the text that could not be printed; names are checked with it when they are entered."""
    return {char for char in text if ord(char) not in _covered(font_folders()) and char not in _INVISIBLE}


@lru_cache(maxsize=2)
def _covered(folders: tuple[str, ...]) -> frozenset[int]:
    covered: set[int] = set()
    for folder in folders:
        for path in sorted(Path(folder).iterdir()):
            if path.suffix.lower() in (".otf", ".ttf", ".ttc"):
                covered |= _characters(path.read_bytes())
    return frozenset(covered)


def _characters(font: bytes) -> set[int]:
    """The code points of an OpenType font or collection, from the `cmap` table of each face."""
    faces = struct.unpack_from(f">{struct.unpack_from('>I', font, 8)[0]}I", font, 12) if font[:4] == b"ttcf" else (0,)
    return set().union(*(_face_characters(font, face) for face in faces))


def _face_characters(font: bytes, face: int) -> set[int]:
    count = struct.unpack_from(">H", font, face + 4)[0]
    tables = (struct.unpack_from(">4sIII", font, face + 12 + 16 * number) for number in range(count))
    cmap = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    covered: set[int] = set()
    for number in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        table = cmap + struct.unpack_from(">I", font, cmap + 4 + 8 * number + 4)[0]
        form = struct.unpack_from(">H", font, table)[0]
        if form == 12:
            for group in range(struct.unpack_from(">I", font, table + 12)[0]):
                first, last, _ = struct.unpack_from(">III", font, table + 16 + 12 * group)
                covered.update(range(first, last + 1))
        elif form == 4:
            covered |= _format_4(font, table)
    return covered


def _format_4(font: bytes, table: int) -> set[int]:
    segments = struct.unpack_from(">H", font, table + 6)[0] // 2
    lasts = struct.unpack_from(f">{segments}H", font, table + 14)
    firsts = struct.unpack_from(f">{segments}H", font, table + 16 + 2 * segments)
    return {
        code for first, last in zip(firsts, lasts, strict=True) for code in range(first, last + 1) if code != 0xFFFF
    }

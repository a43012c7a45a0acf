"""A document and its PDF. Data reaches Typst as JSON in `sys_inputs` only: no text of a user is ever Typst code."""

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import in_letters, to_the_minute
from upkeep.kernel.money import in_capitals, yuan
from upkeep.printing.apart import compile_apart
from upkeep.printing.checking import qr_svg
from upkeep.printing.fonts import font_folders, fonts
from upkeep.printing.forms import FORMS

_FORMS = Path(__file__).parent / "forms"


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is to be printed. `subject` says what it is about, such as "case:123"; `copy` names the copy (联次)."""

    form: str
    title: str
    number: str
    subject: str
    data: Any
    issuer: str = ""
    city: str = ""
    copy: str = ""

    def __post_init__(self) -> None:
        if type(self.data) is not FORMS[self.form]:
            raise TypeError(f"form {self.form} takes {FORMS[self.form].__name__}, not {type(self.data).__name__}")


def inputs_of(document: Document, *, at: dt.datetime) -> dict[str, Any]:
    """All that the form shows, as the JSON document it is given."""
    return {
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        "copy": document.copy,
        "printed": to_the_minute(at),
        "qr": qr_svg(document.number, city=document.city),
        **_shown(document.data, with_capitals=True),
    }


def render(document: Document, *, at: dt.datetime) -> bytes:
    """The document as PDF, printed at that moment."""
    data = json.dumps(inputs_of(document, at=at), ensure_ascii=False)
    compiler = _compilers.pop() if _compilers else _make_compiler()
    pdf = compiler.compile(
        str(_FORMS / f"{document.form}.typ"),
        format="pdf",
        sys_inputs={"data": data},
        timestamp=int(at.timestamp()),
    )
    _compilers.append(compiler)  # not after a failure: a compiler that raised is dropped
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no single PDF")
    return pdf


def render_apart(document: Document, *, at: dt.datetime) -> bytes:
    """`render` in a process of its own, for documents of thousands of pages. Raises: apart.Broken."""
    return compile_apart(
        str(_FORMS / f"{document.form}.typ"),
        inputs_of(document, at=at),
        root=str(_FORMS),
        font_folders=font_folders(),
        timestamp=int(at.timestamp()),
    )


#: Compilers keep fonts and layout caches warm. One serves one thread at a time; `pop` and `append` are atomic.
_compilers: list[typst.Compiler] = []


def _make_compiler() -> typst.Compiler:
    return typst.Compiler(root=str(_FORMS), font_paths=fonts(font_folders()))


def _shown(data: Any, *, with_capitals: bool = False) -> dict[str, Any]:
    """A dataclass as the form shows it; the unit in a field's name decides how."""
    shown: dict[str, Any] = {}
    for field in dataclasses.fields(data):
        name, value = field.name, getattr(data, field.name)
        plain, _, unit = name.rpartition("_")
        if unit == "fen":
            shown[plain] = "" if value is None else yuan(value)
            if with_capitals:
                shown[f"{plain}_capitals"] = in_capitals(value)
        elif unit == "dm2":
            shown[plain] = "" if value is None else square_metres(value)
        elif unit == "on":
            shown[name] = "" if value is None else in_letters(value)
        else:
            shown[name] = _plain(value)
    return shown


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _shown(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value

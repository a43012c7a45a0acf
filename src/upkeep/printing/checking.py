"""How a stranger can tell that a printed form is ours: its QR code leads to a page that shows what was printed under
its number. The address holds the number and a short keyed signature, never personal data."""

import hmac
import io

import segno
from django.conf import settings

from upkeep.kernel.secrecy import lookup_hash

_LENGTH = 12
#: One mask for all: choosing among the eight takes five times as long, and readers do not mind (ISO/IEC 18004 §7.8).
_MASK = 2


def signature(number: str) -> str:
    """The keyed signature of a number: made with our key only, so numbers cannot be tried one after another."""
    return lookup_hash(f"print:{number}")[:_LENGTH]


def verify(number: str, given: str) -> bool:
    """Whether the signature belongs to the number."""
    return hmac.compare_digest(signature(number).encode(), given.encode())


def check_path(number: str, *, city: str = "") -> str:
    """The path of the page that confirms the form; `city` is the short name under /c/."""
    return f"{f'/c/{city}' if city else ''}/check/{number}?s={signature(number)}"


def qr_modules(number: str, *, city: str = "") -> str:
    """The QR code of the full address as its modules, row by row, 1 for black; its side is the root of the length.

    For prints of thousands: one mask is taken as good as another, which a reader does not mind and saves most of the work.
    """
    code = segno.make(settings.PUBLIC_URL + check_path(number, city=city), error="m", micro=False, mask=3)
    return "".join("".join(map(str, row)) for row in code.matrix)


def qr_svg(number: str, *, city: str = "") -> str:
    """The QR code of the full address as SVG."""
    code = segno.make(settings.PUBLIC_URL + check_path(number, city=city), error="m", micro=False, mask=_MASK)
    image = io.BytesIO()
    code.save(image, kind="svg", border=0, xmldecl=False, svgns=True)
    return image.getvalue().decode()

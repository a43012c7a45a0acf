"""The picture with letters that a machine should not read. Kept hashed in the session, good for one try and two minutes."""

import datetime as dt
import secrets

from captcha.image import ImageCaptcha
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare, salted_hmac

#: No letter here is easily taken for another: 0/O, 1/I/L, 2/Z, 5/S, 8/B are left out.
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
LENGTH = 4
LIFETIME = dt.timedelta(minutes=2)
_KEY = "captcha"
#: Drawn at twice the size it is shown at, and bent less than the library would: people have to read it.
_drawer = ImageCaptcha(width=264, height=88, font_sizes=(62, 68, 74))
_drawer.character_rotate = (-18, 18)
_drawer.character_warp_dx = (0.05, 0.15)
_drawer.word_offset_dx = 0.08


def draw(*, session: SessionBase, at: dt.datetime) -> bytes:
    """A new picture as PNG; what stood in the session before is forgotten."""
    answer = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    session[_KEY] = {"digest": _digest(answer), "until": (at + LIFETIME).timestamp()}
    return _drawer.generate(answer, bg_color=(240, 245, 252), fg_color=(15, 67, 137)).getvalue()


def passes(*, session: SessionBase, answer: str, at: dt.datetime) -> bool:
    """Is this what the picture showed? Asking uses it up, right or wrong."""
    kept = session.pop(_KEY, None)
    if kept is None or at.timestamp() > kept["until"]:
        return False
    return constant_time_compare(kept["digest"], _digest(answer.strip().upper()))


def _digest(answer: str) -> str:
    return salted_hmac("upkeep.web.captcha", answer, algorithm="sha256").hexdigest()

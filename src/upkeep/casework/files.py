"""要件 files: taken from phones and scanners up to 15 MB, re-encoded to at most 1 MB, kept sealed."""

import datetime as dt
import hashlib
import io
import struct
import warnings
import zlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from upkeep.casework.engine import editable
from upkeep.casework.models import Case, CaseFile
from upkeep.casework.procedure import register
from upkeep.kernel.errors import Refusal
from upkeep.kernel.secrecy import seal, unseal
from upkeep.kernel.stored_files import delete_after_commit
from upkeep.parties.actor import Actor

MOST_UPLOADED = 15 * 1024 * 1024
MOST_KEPT = 1024 * 1024
MOST_PIXELS = 50_000_000
#: What Pillow raises for pictures that are broken, or made to break the reader.
_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
_EDGES = (2600, 2000, 1500, 1100)
_QUALITIES = (88, 75, 60)


class BadImage(Refusal):
    """What was uploaded is no picture we can read, or is too large."""


def re_encode(content: bytes) -> bytes:
    """The picture as a JPEG of at most 1 MB without anything the camera or an attacker put beside the pixels.

    Raises: BadImage.
    """
    if len(content) > MOST_UPLOADED:
        raise BadImage("图片超过 15 MB，请压缩后再上传")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken EXIF only; the pixels are counted below
            opened = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
            if opened.width * opened.height > MOST_PIXELS:
                raise BadImage("图片像素过大，请缩小后再上传")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except _UNREADABLE as unreadable:
        raise BadImage("无法读取该图片，请上传 JPG、JPEG 或 PNG 格式的清晰图片") from unreadable
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    for edge in _EDGES:
        smaller = flat.copy()
        smaller.thumbnail((edge, edge))
        for quality in _QUALITIES:
            out = io.BytesIO()
            smaller.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= MOST_KEPT:
                return out.getvalue()
    raise BadImage("图片无法压缩到 1 MB 以内，请裁剪后再上传")


@transaction.atomic
def attach(case_id: int, *, paper: str, name: str, content: bytes, by: Actor, at: dt.datetime) -> CaseFile:
    """Add a paper to a draft or returned case. The same picture twice is kept once.

    Raises: BadImage, NotYours, NotNow.
    """
    case = editable(case_id, by=by)
    if paper not in {known.code for known in register[case.procedure].papers_of(case)}:
        raise BadImage("没有这一项要件")
    kept = re_encode(content)
    digest = hashlib.sha256(kept).hexdigest()
    existing = CaseFile.objects.filter(case=case, paper=paper, sha256=digest).first()
    if existing:
        return existing
    path = default_storage.save(f"cases/{case.pk}/{digest[:32]}", ContentFile(seal(kept)))
    return CaseFile.objects.create(
        case=case,
        paper=paper,
        name=name[-120:],
        path=path,
        content_type="image/jpeg",
        size=len(kept),
        sha256=digest,
        uploaded_at=at,
    )


@transaction.atomic
def detach(case_id: int, file_id: int, *, by: Actor) -> None:
    """Take a paper off a draft or returned case. Raises: NotYours, NotNow."""
    case = editable(case_id, by=by)
    found = CaseFile.objects.filter(case=case, pk=file_id)
    paths = list(found.values_list("path", flat=True))
    found.delete()
    delete_after_commit(paths)


def content_of(file: CaseFile) -> bytes:
    """The picture. The caller has checked that the actor sees the case."""
    with default_storage.open(file.path) as stored:
        return unseal(stored.read())


def files_of(case: Case) -> dict[str, list[CaseFile]]:
    """The case's papers by paper code."""
    found: dict[str, list[CaseFile]] = {}
    for file in case.files.order_by("uploaded_at"):
        found.setdefault(file.paper, []).append(file)
    return found

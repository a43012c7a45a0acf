"""附件 of articles: documents and pictures, checked by what they are and not by what they are called, kept sealed."""

import datetime as dt
import hashlib
import io
import zipfile
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Max

from upkeep.casework.files import re_encode
from upkeep.kernel.errors import Refusal
from upkeep.kernel.secrecy import seal, unseal
from upkeep.parties.actor import Actor
from upkeep.publishing.models import FILE_TYPES, MOST_KEPT, Article, ArticleFile

MOST_FILES = 30
_PICTURES = ("jpg", "jpeg", "png")
_INSIDE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


class BadFile(Refusal):
    """What was uploaded may not be attached; the sentence says why."""


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


def checked(upload: Upload) -> tuple[str, str, bytes]:
    """Name, type and content as they are kept: pictures encoded anew, documents as they are. Raises: BadFile, BadImage."""
    stem, _, ending = upload.name.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
    ending = ending.lower()
    if len(upload.content) > MOST_KEPT:
        raise BadFile(f"“{upload.name}”超过 10 MB，请压缩或拆分后再上传")
    if ending in _PICTURES:
        return f"{stem[-110:]}.jpg", FILE_TYPES["jpg"], re_encode(upload.content)
    if ending not in FILE_TYPES or not stem:
        raise BadFile(f"“{upload.name}”不能上传：附件只支持 PDF、DOCX、XLSX 文档和 JPG、PNG 图片")
    if not (_is_pdf(upload.content) if ending == "pdf" else _is_office(upload.content, _INSIDE[ending])):
        raise BadFile(f"“{upload.name}”不是有效的 {ending.upper()} 文件，或含有宏，请另存后再上传")
    return f"{stem[-110:]}.{ending}", FILE_TYPES[ending], upload.content


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]


def _is_office(content: bytes, part: str) -> bool:
    """A workbook or text document without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return {"[Content_Types].xml", part} <= names and not any("vbaproject" in name.lower() for name in names)


def attach(article: Article, upload: Upload, *, by: Actor, at: dt.datetime) -> ArticleFile:
    """Keep a file with an article whose row the caller has locked; the same content twice is kept once.

    Raises: BadFile, BadImage.
    """
    name, content_type, content = checked(upload)
    digest = hashlib.sha256(content).hexdigest()
    existing = article.files.filter(sha256=digest).first()
    if existing is not None:
        return existing
    last = article.files.aggregate(last=Max("place"))["last"] or 0
    if last >= MOST_FILES:
        raise BadFile(f"一篇信息最多 {MOST_FILES} 个附件，请另建一篇")
    path = default_storage.save(f"articles/{article.pk}/{digest[:32]}", ContentFile(seal(content)))
    return ArticleFile.objects.create(
        article=article,
        place=last + 1,
        name=name,
        path=path,
        content_type=content_type,
        size=len(content),
        sha256=digest,
        added_by_id=by.user_id,
        added_at=at,
    )


def content_of(file: ArticleFile) -> bytes:
    """The file. The caller has checked that the reader may have it."""
    with default_storage.open(file.path) as stored:
        return unseal(stored.read())

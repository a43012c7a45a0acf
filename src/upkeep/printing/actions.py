"""Keep prints and hand them out again."""

import datetime as dt
import hashlib
import re
from collections.abc import Collection

from cryptography.exceptions import InvalidTag
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import seal, unseal
from upkeep.kernel.stored_files import delete_after_commit
from upkeep.printing.documents import Document, render, render_apart
from upkeep.printing.models import KeptPrint

_PAGE = re.compile(rb"/Type\s*/Page\b")


def keep(
    document: Document, *, by_id: int | None, at: dt.datetime, subject: str = "", apart: bool = False
) -> KeptPrint:
    """Print the document and keep it, under `subject` when it is not the document's own; `apart`: see `render_apart`."""
    pdf = render_apart(document, at=at) if apart else render(document, at=at)
    print_id = new_id()
    # Written before the row: a file without a row harms nobody, a row without a file would.
    path = default_storage.save(f"prints/{day_of(at):%Y/%m%d}/{print_id}.pdf.sealed", ContentFile(seal(pdf)))
    return KeptPrint.objects.create(
        id=print_id,
        form=document.form,
        title=document.title,
        number=document.number,
        subject=subject or document.subject,
        path=path,
        sha256=hashlib.sha256(pdf).hexdigest(),
        pages=len(_PAGE.findall(pdf)),
        printed_at=at,
        printed_by_id=by_id,
    )


def open_print(print_id: int) -> bytes:
    """`content_of` by id. Raises: KeptPrint.DoesNotExist."""
    return content_of(KeptPrint.objects.get(pk=print_id))


def content_of(kept: KeptPrint) -> bytes:
    """The PDF exactly as it was printed; writes nothing. Raises: Refusal when it is gone or was changed."""
    try:
        with default_storage.open(kept.path) as file:
            pdf = unseal(file.read())
    except (OSError, InvalidTag, ValueError):
        raise Refusal(f"打印存档 {kept.number} 的文件已丢失或损坏，请联系系统管理员") from None
    if hashlib.sha256(pdf).hexdigest() != kept.sha256:
        raise Refusal(f"打印存档 {kept.number} 的文件与登记不符，请联系系统管理员")
    return pdf


def reprint(*, print_id: int, by_id: int | None, at: dt.datetime) -> bytes:
    """The PDF as it was printed, counted as handed out once more."""
    pdf = open_print(print_id)
    KeptPrint.objects.filter(pk=print_id).update(reprints=F("reprints") + 1, reprinted_at=at, reprinted_by_id=by_id)
    return pdf


@transaction.atomic
def forget(subjects: Collection[str]) -> int:
    """Take away the prints kept under the subjects: what they were printed of is not kept any longer. Their number."""
    kept = KeptPrint.objects.filter(subject__in=subjects)
    paths = list(kept.values_list("path", flat=True))
    kept.delete()
    delete_after_commit(paths)
    return len(paths)

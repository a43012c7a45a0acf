"""Files of the store that a row no longer names: deleted once that is committed, so that a rollback loses nothing."""

from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db import transaction


def delete_after_commit(paths: Iterable[str]) -> None:
    """Delete the files when the present transaction commits; one that is gone already is none to delete."""
    doomed = list(paths)

    def delete() -> None:
        for path in doomed:
            default_storage.delete(path)

    transaction.on_commit(delete)

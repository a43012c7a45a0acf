"""Large files sealed piece by piece come back as they were, or not at all."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from upkeep.kernel.errors import Refusal
from upkeep.kernel.sealed_files import open_sealed, save_sealed

CONTENT = [b"a" * 1_500_000, b"", b"b" * 10, "江南名邸".encode()]


class TestASealedFile:
    def test_comes_back_as_it_was(self) -> None:
        path, digest = save_sealed("try/large.sealed", CONTENT)

        with open_sealed(path) as file:
            content = file.read()

        assert content == b"".join(CONTENT)
        assert digest == hashlib.sha256(content).hexdigest()

    def test_shows_nothing_of_its_content(self) -> None:
        path, _ = save_sealed("try/hidden.sealed", CONTENT)

        with default_storage.open(path) as stored:
            assert "江南名邸".encode() not in stored.read()

    def test_that_is_gone_or_changed_is_refused_in_words(self) -> None:
        path, _ = save_sealed("try/changed.sealed", CONTENT)
        with default_storage.open(path) as stored:
            content = stored.read()
        cut = default_storage.save("try/cut.sealed", ContentFile(content[:-5]))

        with pytest.raises(Refusal, match="丢失或损坏"), open_sealed(cut) as file:
            file.read()
        default_storage.delete(path)
        with pytest.raises(Refusal, match="丢失或损坏"):
            open_sealed(path)

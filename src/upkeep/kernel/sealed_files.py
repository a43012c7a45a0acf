"""Large files sealed piece by piece, so that neither writing nor reading holds more than a piece in memory."""

import hashlib
import io
import struct
import tempfile
from collections.abc import Iterable
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import default_storage

from upkeep.kernel.secrecy import seal, unseal

_PIECE = 1024 * 1024
_LENGTH = struct.Struct(">I")


def save_sealed(path: str, chunks: Iterable[bytes]) -> tuple[str, str]:
    """Store the content under the path. Answers with the path that storage chose, and the content's SHA-256."""
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as sealed:
        for chunk in chunks:
            digest.update(chunk)
            for start in range(0, len(chunk), _PIECE):
                piece = seal(chunk[start : start + _PIECE])
                sealed.write(_LENGTH.pack(len(piece)) + piece)
        sealed.seek(0)
        return default_storage.save(path, File(sealed)), digest.hexdigest()


class _Unsealed(io.RawIOBase):
    """The stored pieces, one after another."""

    def __init__(self, path: str) -> None:
        self._file = default_storage.open(path)
        self._file.seek(0)
        self._rest = b""

    def readable(self) -> bool:
        """It is only read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer from the present piece, or the next one."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        if not self._rest and (head := self._file.read(_LENGTH.size)):
            self._rest = unseal(self._file.read(_LENGTH.unpack(head)[0]))
        given = min(len(view), len(self._rest))
        view[:given] = self._rest[:given]
        self._rest = self._rest[given:]
        return given

    def close(self) -> None:
        """The stored file is closed with it."""
        self._file.close()
        super().close()


def open_sealed(path: str) -> BinaryIO:
    """The content, read as it is needed. Raises: OSError, InvalidTag or struct.error when it is gone or was changed."""
    return io.BufferedReader(_Unsealed(path), buffer_size=_PIECE)

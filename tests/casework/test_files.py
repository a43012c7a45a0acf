"""Papers: read, re-encoded, kept small and sealed; what is no picture is refused."""

import io
import random
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError
from PIL import Image

from tests.casework.rehearsal import draft
from tests.cast import AT, Cast, move
from upkeep.casework import files
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.files import BadImage, re_encode
from upkeep.casework.models import Case, CaseFile
from upkeep.casework.states import Move


def picture(kind: str = "JPEG", size: tuple[int, int] = (200, 120), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int) -> bytes:
    """What no compressor likes."""
    out = io.BytesIO()
    pixels = random.Random(7).randbytes(width * height * 3)
    Image.frombytes("RGB", (width, height), pixels).save(out, "JPEG", quality=95)
    return out.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "CANARY-GPS-1234"
    exif[0x0112] = 6  # lies on its side
    return picture(exif=exif)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


class TestAPicture:
    @pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA")])
    def test_becomes_a_plain_jpeg(self, kind: str, mode: str) -> None:
        kept = re_encode(picture(kind, mode=mode))

        opened = Image.open(io.BytesIO(kept))
        assert (opened.format, opened.mode, opened.size) == ("JPEG", "RGB", (200, 120))

    def test_from_a_phone_is_shrunk_to_a_megabyte(self) -> None:
        large = noise(3000, 2250)

        assert len(large) > 4 * files.MOST_KEPT
        assert 0 < len(re_encode(large)) <= files.MOST_KEPT

    def test_loses_what_the_camera_wrote_and_stands_upright(self) -> None:
        kept = re_encode(with_exif())

        assert b"CANARY" not in kept
        assert Image.open(io.BytesIO(kept)).size == (120, 200)
        assert not Image.open(io.BytesIO(kept)).getexif()

    def test_that_is_a_program_too_is_one_no_more(self) -> None:
        polyglot = picture() + b"<script>alert(1)</script>PK\x03\x04"

        assert b"<script>" not in re_encode(polyglot)

    def test_with_transparency_lies_on_white(self) -> None:
        out = io.BytesIO()
        Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(out, "PNG")

        pixel = Image.open(io.BytesIO(re_encode(out.getvalue()))).getpixel((10, 10))
        assert pixel == (255, 255, 255)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"%PDF-1.7\n",
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            b"\xff\xd8\xff\xe0 not a jpeg",
            picture("GIF"),
            picture("TIFF"),
            picture()[:900],
            picture("PNG")[:60],
        ],
    )
    def test_that_is_none_is_refused_in_words(self, content: bytes) -> None:
        with pytest.raises(BadImage, match="无法读取该图片"):
            re_encode(content)

    def test_larger_than_fifteen_megabytes_is_refused(self) -> None:
        with pytest.raises(BadImage, match="超过 15 MB"):
            re_encode(picture() + b"\0" * files.MOST_UPLOADED)

    @pytest.mark.parametrize(("width", "height"), [(8_000, 8_000), (12_000, 12_000), (60_000, 60_000)])
    def test_that_would_unpack_to_gigabytes_is_refused(self, width: int, height: int) -> None:
        with pytest.raises(BadImage):
            re_encode(png_claiming(width, height))

    @pytest.mark.parametrize("whole", [with_exif(), picture("PNG")], ids=["jpeg", "png"])
    def test_damaged_anywhere_is_read_or_refused_and_never_crashes(self, whole: bytes) -> None:
        chance = random.Random(11)
        refused = 0
        for _ in range(150):
            broken = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            try:
                assert re_encode(bytes(broken)).startswith(b"\xff\xd8")
            except BadImage:
                refused += 1

        assert refused > 0


@pytest.mark.django_db
@pytest.mark.usefixtures("rehearsal")
class TestAPaper:
    @pytest.fixture
    def case(self, cast: Cast) -> Case:
        return draft(cast)

    def attach(self, cast: Cast, case: Case, *, who: str = "demo-developer", paper: str = "sketch") -> CaseFile:
        return files.attach(case.pk, paper=paper, name="草图.jpg", content=picture(), by=cast[who], at=AT)

    def test_lies_sealed_in_the_store_and_comes_back(self, cast: Cast, case: Case) -> None:
        file = self.attach(cast, case)

        with default_storage.open(file.path) as stored:
            raw = stored.read()
        assert not raw.startswith(b"\xff\xd8")
        assert files.content_of(file) == re_encode(picture())
        assert [one.pk for one in files.files_of(case)["sketch"]] == [file.pk]

    def test_uploaded_twice_is_kept_once(self, cast: Cast, case: Case) -> None:
        assert self.attach(cast, case).pk == self.attach(cast, case).pk
        assert CaseFile.objects.count() == 1

    def test_of_no_kind_that_was_asked_for_is_refused(self, cast: Cast, case: Case) -> None:
        with pytest.raises(BadImage, match="没有这一项要件"):
            self.attach(cast, case, paper="passport")

    def test_is_taken_from_the_applicant_only(self, cast: Cast, case: Case) -> None:
        for who in ("more-developer2", "demo-clerk"):
            with pytest.raises(NotYours):
                self.attach(cast, case, who=who)

    def test_cannot_be_added_or_taken_off_once_handed_in(self, cast: Cast, case: Case) -> None:
        file = self.attach(cast, case)
        move(case, Move.SUBMIT, cast["demo-developer"])

        with pytest.raises(NotNow):
            self.attach(cast, case)
        with pytest.raises(NotNow):
            files.detach(case.pk, file.pk, by=cast["demo-developer"])

    def test_taken_off_is_gone_and_only_from_its_own_case(self, cast: Cast, case: Case) -> None:
        file, other = self.attach(cast, case), draft(cast)

        files.detach(other.pk, file.pk, by=cast["demo-developer"])
        assert CaseFile.objects.count() == 1
        files.detach(case.pk, file.pk, by=cast["demo-developer"])
        assert CaseFile.objects.count() == 0

    def test_too_large_cannot_be_put_past_the_code(self, cast: Cast, case: Case) -> None:
        file = self.attach(cast, case)

        with pytest.raises(IntegrityError, match="case_file_is_at_most_1_mb"):
            CaseFile.objects.filter(pk=file.pk).update(size=files.MOST_KEPT + 1)

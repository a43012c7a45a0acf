"""What lies encrypted, what is masked, what can be looked up: and that nobody reads it without the key."""

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from upkeep.jobs.models import Job
from upkeep.kernel.masking import mask_bank_account, mask_id_number, mask_name, mask_phone
from upkeep.kernel.secrecy import lookup_hash, seal, unseal


class TestASecret:
    @given(st.binary(max_size=500))
    def test_comes_back_and_shows_nothing_meanwhile(self, content: bytes) -> None:
        sealed = seal(content)

        assert unseal(sealed) == content
        assert sealed != seal(content)
        assert len(content) < 8 or content not in sealed

    @given(st.binary(min_size=1, max_size=60), st.integers(0, 10**6), st.integers(1, 255))
    def test_changed_in_any_byte_is_refused(self, content: bytes, place: int, flip: int) -> None:
        sealed = bytearray(seal(content))
        sealed[place % len(sealed)] ^= flip

        with pytest.raises((InvalidTag, ValueError)):
            unseal(bytes(sealed))

    def test_is_closed_to_another_key(self, settings: Settings) -> None:
        sealed, found = seal(b"510502199001011234"), lookup_hash("510502199001011234")
        settings.DATA_KEY = "another key of another city"

        with pytest.raises(InvalidTag):
            unseal(sealed)
        assert lookup_hash("510502199001011234") != found

    def test_is_looked_up_however_it_was_typed(self) -> None:
        assert lookup_hash(" 51050219900101123x ") == lookup_hash("51050219900101123X")
        assert lookup_hash("1") != lookup_hash("2")


@pytest.mark.django_db
class TestAnEncryptedField:
    @pytest.mark.parametrize("document", [{"id": "CANARY-510502", "n": [1, None, "张三"]}, [], "x", {}])
    def test_gives_back_the_document_and_keeps_none_of_it_in_clear(self, document: object) -> None:
        job = Job.objects.create(kind="x", title="x", arguments=document, asked_at="2026-11-20T00:00Z")

        with connection.cursor() as cursor:
            cursor.execute("select arguments from jobs_job")
            raw = cursor.fetchone()[0]
        assert Job.objects.get(pk=job.pk).arguments == document
        assert "CANARY" not in raw

    def test_cannot_be_found_by_its_value(self) -> None:
        Job.objects.create(kind="x", title="x", arguments={"a": 1}, asked_at="2026-11-20T00:00Z")

        assert not Job.objects.filter(arguments={"a": 1}).exists()


class TestMasking:
    @pytest.mark.parametrize(("name", "shown"), [("张三", "张＊"), ("欧阳明远", "欧＊＊＊"), ("王", "王"), ("", "")])
    def test_leaves_the_family_name(self, name: str, shown: str) -> None:
        assert mask_name(name) == shown

    @pytest.mark.parametrize(
        ("number", "shown"), [("510502199001011234", "5105**********1234"), ("12345678", "********"), ("", "")]
    )
    def test_leaves_the_ends_of_an_id_number(self, number: str, shown: str) -> None:
        assert mask_id_number(number) == shown

    @pytest.mark.parametrize(
        ("phone", "shown"), [("13812345678", "138****5678"), ("3100000", "310****0000"), ("110", "***"), ("", "")]
    )
    def test_hides_the_middle_of_a_phone(self, phone: str, shown: str) -> None:
        assert mask_phone(phone) == shown

    @pytest.mark.parametrize(("number", "shown"), [("6222000018888001", "************8001"), ("", "")])
    def test_leaves_the_end_of_a_bank_account(self, number: str, shown: str) -> None:
        assert mask_bank_account(number) == shown

    @given(st.text("0123456789X", max_size=20))
    def test_never_shows_a_short_number_whole(self, number: str) -> None:
        for mask in (mask_id_number, mask_phone):
            assert len(number) == 0 or mask(number) != number

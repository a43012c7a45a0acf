"""The code that lets a stranger check a printed form."""

from pytest_django import Settings

from upkeep.printing.checking import check_path, qr_svg, signature, verify


class TestTheSignature:
    def test_belongs_to_one_number_only(self) -> None:
        assert verify("JK1", signature("JK1"))
        assert not verify("JK2", signature("JK1"))
        assert not verify("JK1", "")
        assert not verify("JK1", "签名")

    def test_depends_on_the_key(self, settings: Settings) -> None:
        before = signature("JK1")

        settings.DATA_KEY = "another"

        assert signature("JK1") != before


class TestTheAddress:
    def test_holds_number_and_signature_and_the_city(self) -> None:
        assert check_path("JK1") == f"/check/JK1?s={signature('JK1')}"
        assert check_path("JK1", city="luzhou") == f"/c/luzhou/check/JK1?s={signature('JK1')}"

    def test_is_drawn_as_svg(self) -> None:
        assert qr_svg("JK1").startswith("<svg")
        assert qr_svg("JK1") != qr_svg("JK2")

"""Where e-mails and SMS go is told by the environment; half an address is refused when the process starts."""

import pytest

from config.environment import MailServer, MissingSetting, SmsServer, read_environment

NAMES = ("UPKEEP_SMTP_URL", "UPKEEP_MAIL_FROM", "UPKEEP_SMS_URL", "UPKEEP_SMS_KEY", "UPKEEP_SMS_SECRET")


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def tell(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"UPKEEP_{name}", value)


class TestTheMailServer:
    @pytest.mark.parametrize(
        ("url", "port", "tls", "starttls"),
        [
            ("smtps://fund%40city.example:p%3Aw@mail.example", 465, True, False),
            ("smtp+starttls://fund%40city.example:p%3Aw@mail.example", 587, False, True),
            ("smtp://fund%40city.example:p%3Aw@mail.example:2525", 2525, False, False),
        ],
    )
    def test_is_one_address(
        self, monkeypatch: pytest.MonkeyPatch, url: str, port: int, tls: bool, starttls: bool
    ) -> None:
        tell(monkeypatch, SMTP_URL=url, MAIL_FROM="notice@city.example")

        assert read_environment().mail == MailServer(
            host="mail.example",
            port=port,
            user="fund@city.example",
            password="p:w",
            tls=tls,
            starttls=starttls,
            sender="notice@city.example",
        )

    @pytest.mark.parametrize("url", ["mail.example:25", "https://mail.example", "smtps://"])
    def test_that_is_no_address_is_refused(self, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
        tell(monkeypatch, SMTP_URL=url, MAIL_FROM="notice@city.example")

        with pytest.raises(MissingSetting, match="UPKEEP_SMTP_URL"):
            read_environment()

    def test_without_a_sender_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tell(monkeypatch, SMTP_URL="smtps://mail.example")

        with pytest.raises(MissingSetting, match="UPKEEP_MAIL_FROM"):
            read_environment()


class TestTheSmsGateway:
    def test_has_an_address_a_key_and_a_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tell(monkeypatch, SMS_URL="https://sms.example/send", SMS_KEY="k", SMS_SECRET="s")

        assert read_environment().sms == SmsServer(url="https://sms.example/send", key="k", secret="s")

    def test_without_a_secret_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tell(monkeypatch, SMS_URL="https://sms.example/send", SMS_KEY="k")

        with pytest.raises(MissingSetting, match="UPKEEP_SMS_SECRET"):
            read_environment()

    def test_is_not_spoken_to_in_the_clear_by_a_real_installation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tell(monkeypatch, SMS_URL="http://sms.example/send", SMS_KEY="k", SMS_SECRET="s")
        tell(monkeypatch, SECRET_KEY="x", DATA_KEY="x", HOSTS="fund.example", PUBLIC_URL="https://fund.example")
        monkeypatch.setenv("DATABASE_URL", "postgresql:///upkeep")

        with pytest.raises(MissingSetting, match="https"):
            read_environment(production=True)


class TestNeither:
    def test_is_needed_to_start(self) -> None:
        found = read_environment()

        assert (found.mail, found.sms) == (None, None)

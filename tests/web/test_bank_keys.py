"""The pages of the banks' keys: made by one, enabled by another, replaced, blocked; the secret shown once.

# covers: F3
"""

import re
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests.bank_api.bank import Bank, Connected, connected, told
from tests.banking import town as town_module
from tests.banking.town import issue, make_town, person
from upkeep.bank_api.keys import KeyNotThere, NotTheKeeper, block_key, enable_key, make_key
from upkeep.bank_api.models import BankKey, SignatureKind
from upkeep.kernel.errors import HasProblems
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.models import AdministrationEvent, User
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Connected:
    """Made today, since the pages read the clock."""
    monkeypatch.setattr(town_module, "AT", timezone.now())
    return connected(make_town(), at=timezone.now())


def client(username: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(username=username))
    return found


def text(answer: Any) -> str:
    return str(answer.content.decode())


def new_key(stage: Connected, browser: Client, **other: Any) -> Any:
    data = {"bank": stage.town.banks[0].pk, "name": "银企直联前置", "kind": "HMAC_SM3", "public_key": ""} | other
    return browser.post("/bank-keys/new/", data)


class TestANewKey:
    def test_is_shown_once_enabled_by_another_and_then_signs(self, stage: Connected) -> None:
        maker, other = client("system_admin"), client("security_admin")
        page = new_key(stage, maker)
        key = BankKey.objects.latest("made_at")
        (secret,) = re.findall(r"\b[0-9a-f]{64}\b", text(page))
        bank = Bank(key.code, secret, timezone.now())

        assert key.code in text(page) and key.fingerprint in text(page) and "no-store" in page["Cache-Control"]
        assert secret not in text(maker.get(f"/bank-keys/{key.pk}/"))
        assert told(bank.get("ping"))["code"] == "key_not_in_use"
        assert "另一位管理员" in text(maker.get(f"/bank-keys/{key.pk}/"))
        assert "创建人以外" in text(maker.post(f"/bank-keys/{key.pk}/enable/", follow=True))
        assert "已启用" in text(other.post(f"/bank-keys/{key.pk}/enable/", follow=True))
        assert told(bank.get("ping"))["bank"] == "建设银行江城分行"

    def test_lies_sealed_in_the_database(self, stage: Connected) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select secret from bank_api_bankkey")
            (sealed,) = cursor.fetchone()

        assert BankKey.objects.get().secret == stage.bank.secret and stage.bank.secret not in sealed

    def test_of_sm2_needs_a_public_key_and_keeps_no_secret(self, stage: Connected) -> None:
        maker = client("security_admin")

        assert "128 位十六进制" in text(new_key(stage, maker, kind="SM2", public_key="12 34"))
        page = new_key(stage, maker, kind="SM2", public_key="04" + "AB" * 64)

        key = BankKey.objects.latest("made_at")
        assert "只显示这一次" not in text(page) and (key.secret, key.public_key) == ("", "ab" * 64)

    def test_is_made_for_a_bank_of_the_city_only(self, stage: Connected) -> None:
        assert "选择一个有效的选项" in text(new_key(stage, client("system_admin"), bank=stage.town.developer.pk))
        far = add_jurisdiction(code="500100", slug="yuzhou", name="渝州市", office_name="渝州中心")
        stranger = person(username="far", name="外地", role=Role.SYSTEM_ADMIN, city=far)

        with pytest.raises(HasProblems):
            make_key(
                bank_id=stage.town.banks[0].pk,
                name="x",
                kind=SignatureKind.HMAC_SM3,
                by=stranger,
                at=timezone.now(),
            )
        assert client("far").get(f"/bank-keys/{stage.key.pk}/").status_code == 404
        with pytest.raises(NotTheKeeper):
            block_key(stage.key.pk, reason="x", by=stranger, at=timezone.now())

    def test_stands_in_the_record_of_administration(self, stage: Connected) -> None:
        kinds = list(AdministrationEvent.objects.order_by("pk").values_list("kind", "by_name"))

        assert [one for one in kinds if one[0].startswith("BANK_KEY")] == [
            ("BANK_KEY_MADE", "管理员"),
            ("BANK_KEY_ENABLED", "管理员"),
        ]
        assert stage.bank.secret not in str(AdministrationEvent.objects.values())


class TestAKeyInUse:
    def test_is_blocked_with_a_reason_and_for_ever(self, stage: Connected) -> None:
        keeper = client("security_admin")

        assert "请填写停用原因" in text(keeper.post(f"/bank-keys/{stage.key.pk}/block/", {"reason": ""}, follow=True))
        assert stage.bank.get("ping").status_code == 200
        page = text(keeper.post(f"/bank-keys/{stage.key.pk}/block/", {"reason": "人员离岗"}, follow=True))

        assert "已停用" in page and "人员离岗" in page
        assert told(stage.bank.get("ping"))["code"] == "key_not_in_use"
        with pytest.raises(KeyNotThere):
            enable_key(stage.key.pk, by=stage.town.people["system_admin"], at=timezone.now())

    def test_is_replaced_by_a_new_one_for_the_same_bank(self, stage: Connected) -> None:
        maker, other = client("security_admin"), client("system_admin")
        page = maker.post(
            f"/bank-keys/{stage.key.pk}/replace/",
            {"bank": stage.town.banks[0].pk, "name": "核心系统", "kind": "HMAC_SM3", "public_key": ""},
        )
        fresh = BankKey.objects.latest("made_at")
        again = text(
            maker.post(
                f"/bank-keys/{stage.key.pk}/replace/",
                {"bank": stage.town.banks[0].pk, "name": "核心系统", "kind": "HMAC_SM3", "public_key": ""},
            )
        )
        other.post(f"/bank-keys/{fresh.pk}/enable/")

        assert page.status_code == 200 and fresh.replaces_id == stage.key.pk
        assert "已有更换的密钥" in again
        old = BankKey.objects.get(pk=stage.key.pk)
        assert old.ends_at is not None and (old.ends_at - timezone.now()).days == 6
        assert "更换中" in text(other.get("/bank-keys/"))

    def test_shows_what_was_sent_with_it_and_what_was_refused(
        self, stage: Connected, django_assert_max_num_queries: Any
    ) -> None:
        slip = issue(stage.town)
        body = {"serial": "S1", "amount_fen": slip.total_fen - 1, "operator": "8801"}
        stage.bank.post(f"slips/{slip.number}/confirmation", body)
        stage.bank.post(f"slips/{slip.number}/confirmation", body | {"amount_fen": slip.total_fen})
        Bank(stage.key.code, "0" * 64, timezone.now()).get("ping")
        reader = client("system_admin")

        page, listing = text(reader.get(f"/bank-keys/{stage.key.pk}/")), text(reader.get("/bank-keys/"))

        assert "确认收款" in page and "金额与单据不符" in page and "签名不符" in page
        assert re.search(r'data-label="今日办理">1<.*data-label="今日被拒">2<', listing, re.S)
        with django_assert_max_num_queries(12):
            reader.get("/bank-keys/")

    def test_may_be_looked_at_but_not_touched_by_the_audit_administrator(self, stage: Connected) -> None:
        person(username="audit", name="审计", role=Role.AUDIT_ADMIN, city=stage.town.city)
        auditor = client("audit")

        assert auditor.get(f"/bank-keys/{stage.key.pk}/").status_code == 200
        assert auditor.post(f"/bank-keys/{stage.key.pk}/block/", {"reason": "x"}).status_code == 403
        assert auditor.get("/bank-keys/new/").status_code == 403
        assert client("a1").get("/bank-keys/").status_code == 403


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("sql", "constraint"),
        [
            (
                "insert into bank_api_bankkey (id, bank_id, code, name, kind, secret, public_key, fingerprint, made_at,"
                " made_by_id, enabled_at, enabled_by_id, block_reason) select 1, bank_id, 'X', name, kind, secret, '', '',"
                " made_at, made_by_id, made_at, made_by_id, '' from bank_api_bankkey",
                "bank_key_is_enabled_by_another",
            ),
            (
                "insert into bank_api_bankkey (id, bank_id, code, name, kind, secret, public_key, fingerprint, made_at,"
                " made_by_id, block_reason) select 1, bank_id, 'X', name, 'SM2', secret, '', '', made_at, made_by_id, ''"
                " from bank_api_bankkey",
                "bank_key_has_what_its_kind_needs",
            ),
            (
                "update bank_api_bankkey set blocked_at = now(), blocked_by_id = made_by_id",
                "bank_key_blocked_says_why",
            ),
        ],
    )
    def test_refuses_a_key_that_must_not_be(self, stage: Connected, sql: str, constraint: str) -> None:
        with pytest.raises(DatabaseError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

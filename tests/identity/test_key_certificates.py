"""USB keys with SM2 certificates, tried with a software key: what proves their user, and everything that does not."""

# covers: I5

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from psycopg.types.range import Range

from tests.cast import AT, TODAY, Cast
from tests.identity.sm2_token import DAY, SoftAuthority, SoftToken, WrongPin
from upkeep.identity import key_certificates as keys
from upkeep.identity.authorities import add_authority, load_list, withdraw_authority
from upkeep.identity.key_log import KeyRefused
from upkeep.identity.key_rule import key_is_needed
from upkeep.identity.models import CertificateAuthority, KeyCertificate, KeyEvent, KeyEventKind, RevocationList
from upkeep.identity.security_keys import Site
from upkeep.identity.sm2 import BadCertificate, read_certificate, tidy_number, verifies
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.policy.models import Policy, PolicyKind

pytestmark = pytest.mark.django_db
SITE = Site("fund.example", "https://fund.example")


@dataclass
class Desk:
    """A CA that the city believes, the user's key, and the member of the office who gave it to him."""

    user: User
    other: User
    by: Actor
    ca: SoftAuthority
    kept: CertificateAuthority
    token: SoftToken
    session: str = "one-session"

    def issue(self, token: SoftToken | None = None, **changed: Any) -> KeyCertificate:
        told = {"user": self.user, "valid_from": TODAY, "valid_until": TODAY + 90 * DAY, "is_old": False}
        content = (token or self.token).certificate
        return keys.issue_certificate(**(told | {"content": content, "by": self.by, "at": AT} | changed))  # type: ignore[arg-type]

    def message(self, *, user: User | None = None, at: dt.datetime = AT, site: Site = SITE) -> bytes:
        user_id = user.pk if user else None
        return keys.message_to_sign(session_key=self.session, user_id=user_id, site=site, at=at).encode()

    def prove(self, signature: bytes, token: SoftToken | None = None, **changed: Any) -> KeyCertificate:
        told = {
            "certificate": (token or self.token).base64,
            "signature": base64.b64encode(signature).decode(),
            "user": None,
            "jurisdiction_id": self.user.city_id,
            "session_key": self.session,
            "site": SITE,
            "at": AT,
        }
        return keys.prove_by_certificate(**(told | changed))

    def login(self, token: SoftToken | None = None, **changed: Any) -> KeyCertificate:
        user, at = changed.get("user"), changed.get("at", AT)
        return self.prove((token or self.token).sign(self.message(user=user, at=at)), token, **changed)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    ca = SoftAuthority(at=AT)
    by = cast.hire("keeper", [Role.SECURITY_ADMIN])
    kept = add_authority(content=ca.certificate, by=by, at=AT)
    load_list(authority=kept, content=ca.revocation_list(), by=by, at=AT)
    users = cast.city.users
    return Desk(users["demo-company"], users["demo-developer"], by, ca, kept, ca.token())


def set_rule(desk: Desk, **value: Any) -> None:
    Policy.objects.create(
        jurisdiction_id=desk.user.city_id,
        kind=PolicyKind.LOGIN_RULE,
        value=value,
        in_force=Range(dt.date(2020, 1, 1), None),
    )


class TestAKey:
    def test_proves_the_user_to_whom_it_was_given(self, desk: Desk) -> None:
        given = desk.issue()
        assert desk.login() == given and desk.login(user=desk.user).user == desk.user
        given.refresh_from_db()
        assert (given.number, given.last_used_at, given.holder) == (desk.token.number, AT, "张三")
        kinds = list(KeyEvent.objects.filter(user=desk.user).order_by("id").values_list("kind", flat=True))
        assert kinds == [KeyEventKind.ISSUED, KeyEventKind.USED, KeyEventKind.USED]

    def test_does_not_sign_for_a_wrong_pin_and_without_a_signature_nobody_is_proved(self, desk: Desk) -> None:
        desk.issue()
        with pytest.raises(WrongPin):
            desk.token.sign_with(pin="000000", message=desk.message())
        for nothing in (b"", b"\x30\x00", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"\xff" * 72):
            desk.message()
            with pytest.raises(KeyRefused, match="签名不正确"):
                desk.prove(nothing)

    def test_is_refused_for_a_message_of_another_time_session_site_or_user(self, desk: Desk) -> None:
        desk.issue()
        old = desk.token.sign(desk.message())
        desk.message()
        with pytest.raises(KeyRefused, match="签名不正确"):
            desk.prove(old)
        other_site = desk.token.sign(desk.message(site=Site("evil.example", "https://evil.example")))
        with pytest.raises(KeyRefused, match="签名不正确"):
            desk.prove(other_site)
        with pytest.raises(KeyRefused, match="已过期"):
            desk.prove(desk.token.sign(desk.message()), session_key="another-session")
        with pytest.raises(KeyRefused, match="已过期"):
            desk.prove(desk.token.sign(desk.message(user=desk.other)), user=desk.user)

    def test_is_refused_when_its_answer_comes_a_second_time_or_too_late(self, desk: Desk) -> None:
        desk.issue()
        signature = desk.token.sign(desk.message())
        desk.prove(signature)
        with pytest.raises(KeyRefused, match="已过期或已使用"):
            desk.prove(signature)
        with pytest.raises(KeyRefused, match="已过期"):
            desk.prove(desk.token.sign(desk.message()), at=AT + dt.timedelta(seconds=121))

    def test_of_somebody_else_is_refused_after_ones_own_password(self, desk: Desk) -> None:
        desk.issue()
        theirs = desk.ca.token("李四")
        desk.issue(theirs, user=desk.other)
        with pytest.raises(KeyRefused, match="不是发放给您的"):
            desk.login(theirs, user=desk.user)
        last = KeyEvent.objects.filter(user=desk.user).latest("id")
        assert last.kind == KeyEventKind.REFUSED

    def test_is_refused_with_the_certificate_of_another_key(self, desk: Desk) -> None:
        desk.issue()
        thief = desk.ca.token("王五")
        with pytest.raises(KeyRefused, match="签名不正确"):
            desk.prove(thief.sign(desk.message()))

    def test_that_was_given_to_nobody_or_in_another_city_is_refused(self, desk: Desk, cast: Cast) -> None:
        with pytest.raises(KeyRefused, match="没有发放"):
            desk.login()
        desk.issue()
        elsewhere = cast["stranger-clerk"].jurisdiction_id
        with pytest.raises(KeyRefused, match="没有发放"):
            desk.login(jurisdiction_id=elsewhere)

    def test_of_a_closed_account_is_refused(self, desk: Desk, cast: Cast) -> None:
        desk.issue()
        cast.hire("deputy", [Role.DEVELOPER, Role.ORG_ADMIN], organisation=desk.user.organisation_id)
        User.objects.filter(pk=desk.user.pk).update(is_active=False)
        with pytest.raises(KeyRefused, match="没有发放"):
            desk.login()

    def test_that_expired_is_refused(self, desk: Desk) -> None:
        short = desk.ca.token(until=3 * DAY)
        desk.issue(short, valid_until=TODAY + DAY)
        later = AT + 4 * DAY
        with pytest.raises(KeyRefused, match="证书已过期"):
            desk.login(short, at=later)

    def test_is_good_on_the_days_the_office_said(self, desk: Desk) -> None:
        desk.issue(valid_from=TODAY + DAY, valid_until=TODAY + 2 * DAY)
        with pytest.raises(KeyRefused, match="起启用"):
            desk.login()
        assert desk.login(at=AT + 2 * DAY)
        with pytest.raises(KeyRefused, match="已过停用日期"):
            desk.login(at=AT + 3 * DAY)

    def test_that_the_office_took_back_is_refused(self, desk: Desk) -> None:
        given = desk.issue()
        keys.revoke_certificate(given=given, reason="人员离职", by=desk.by, at=AT)
        with pytest.raises(KeyRefused, match="已经收回"):
            desk.login()
        with pytest.raises(KeyRefused, match="已经收回"):
            keys.revoke_certificate(given=given, reason="再次", by=desk.by, at=AT)
        assert desk.issue(user=desk.other).user == desk.other

    def test_that_its_ca_revoked_is_refused_from_the_next_list_on(self, desk: Desk) -> None:
        desk.issue()
        assert desk.login()
        newer = desk.ca.revocation_list(desk.token, since=dt.timedelta())
        load_list(authority=desk.kept, content=newer, by=desk.by, at=AT)
        with pytest.raises(KeyRefused, match="吊销"):
            desk.login()

    def test_is_refused_on_a_stale_list_unless_the_city_gives_it_hours(self, desk: Desk) -> None:
        desk.issue()
        late = AT + 7 * DAY + dt.timedelta(hours=5)
        with pytest.raises(KeyRefused, match="吊销列表未导入或已过期"):
            desk.login(at=late)
        set_rule(desk, list_grace_hours=6)
        assert desk.login(at=late)
        with pytest.raises(KeyRefused, match="吊销列表未导入或已过期"):
            desk.login(at=late + dt.timedelta(hours=2))

    def test_is_refused_once_its_ca_is_believed_no_longer(self, desk: Desk) -> None:
        desk.issue()
        withdraw_authority(authority=desk.kept, by=desk.by, at=AT)
        with pytest.raises(KeyRefused, match="认可的认证机构"):
            desk.login()

    def test_in_the_hand_is_asked_for_after_the_password(self, desk: Desk) -> None:
        before = key_is_needed(desk.user, AT)
        desk.issue()
        assert (before, key_is_needed(desk.user, AT)) == (False, True)


class TestIssuing:
    @pytest.mark.parametrize(
        ("made", "words"),
        [
            ({"since": DAY}, "尚未生效"),
            ({"until": -dt.timedelta(hours=1)}, "已过期"),
            ({"signs": False}, "不是用于登录的签名证书"),
            ({"is_authority": True}, "不是用于登录的签名证书"),
            ({"extension": x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")}, "不认识的关键"),
            ({"extension": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])}, "不是用于登录"),
        ],
    )
    def test_takes_no_certificate_that_is_not_for_login_today(
        self, desk: Desk, made: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(BadCertificate, match=words):
            desk.issue(desk.ca.token(**made))

    def test_takes_none_of_a_ca_that_the_city_does_not_believe_though_it_has_the_same_name(self, desk: Desk) -> None:
        with pytest.raises(BadCertificate, match="不是本市认可"):
            desk.issue(SoftAuthority(at=AT).token())

    def test_takes_none_that_a_user_certified_with_his_own_key(self, desk: Desk) -> None:
        user = SoftAuthority(at=AT, name="张三", issuer=desk.ca, is_authority=False)
        with pytest.raises(BadCertificate, match="不是本市认可"):
            desk.issue(user.token())
        with pytest.raises(BadCertificate, match="不是认证机构"):
            add_authority(content=user.certificate, by=desk.by, at=AT)

    def test_takes_none_while_the_list_of_its_ca_is_missing(self, desk: Desk) -> None:
        other = SoftAuthority(at=AT, name="第二认证中心")
        add_authority(content=other.certificate, by=desk.by, at=AT)
        with pytest.raises(BadCertificate, match="未导入"):
            desk.issue(other.token())

    def test_takes_one_of_a_ca_below_a_believed_root_and_none_below_its_allowance(self, desk: Desk) -> None:
        root = SoftAuthority(at=AT, name="根", length=1)
        middle = SoftAuthority(at=AT, name="省", issuer=root)
        low = SoftAuthority(at=AT, name="市", issuer=middle)
        with pytest.raises(BadCertificate, match="不是本市认可"):
            add_authority(content=middle.certificate, by=desk.by, at=AT)
        for ca in (root, middle, low):
            kept = add_authority(content=ca.certificate, by=desk.by, at=AT)
            load_list(authority=kept, content=ca.revocation_list(), by=desk.by, at=AT)
        assert desk.issue(middle.token())
        with pytest.raises(BadCertificate, match="超出了上级的授权"):
            desk.issue(low.token())

    def test_gives_a_certificate_to_one_user_only_which_the_database_sees_to(self, desk: Desk) -> None:
        given = desk.issue()
        with pytest.raises(HasProblems, match="已经发放给一位用户"):
            desk.issue(user=desk.other)
        given.pk, given.user = given.pk + 1, desk.other
        with pytest.raises(IntegrityError), transaction.atomic():
            given.save(force_insert=True)

    def test_says_which_days_will_not_do(self, desk: Desk) -> None:
        with pytest.raises(HasProblems, match="不能早于"):
            desk.issue(valid_until=TODAY - DAY)
        with pytest.raises(HasProblems, match="不能晚于证书的有效期"):
            desk.issue(valid_until=TODAY + 400 * DAY)

    @pytest.mark.parametrize(
        "content", [b"", b"\x30\x82", b"not a certificate", b"-----BEGIN CERTIFICATE-----", b"\0" * 70_000]
    )
    def test_says_that_a_file_is_no_certificate(self, desk: Desk, content: bytes) -> None:
        with pytest.raises(BadCertificate, match=r"证书"):
            desk.issue(content=content)


class TestTheListsOfACa:
    def test_are_refused_when_they_are_anothers_older_or_out_of_date(self, desk: Desk) -> None:
        for content, words in (
            (SoftAuthority(at=AT).revocation_list(), "不是这个认证机构签发"),
            (desk.ca.revocation_list(by=SoftAuthority(at=AT)), "不是这个认证机构签发"),
            (desk.ca.revocation_list(since=-3 * DAY), "比已导入的更旧"),
            (desk.ca.revocation_list(since=-9 * DAY, until=-DAY), "已经过期"),
            (desk.ca.revocation_list(since=DAY), "晚于现在"),
            (b"nothing", "无法读取"),
        ):
            with pytest.raises(BadCertificate, match=words):
                load_list(authority=desk.kept, content=content, by=desk.by, at=AT)

    def test_are_never_replaced_by_older_ones_which_the_database_sees_to(self, desk: Desk) -> None:
        with pytest.raises(ProgrammingError), transaction.atomic():
            RevocationList.objects.update(this_update=AT - 2 * DAY)

    def test_come_from_authorities_believed_once(self, desk: Desk) -> None:
        with pytest.raises(Refusal, match="已经添加"):
            add_authority(content=desk.ca.certificate, by=desk.by, at=AT)
        with pytest.raises(BadCertificate, match="不是认证机构"):
            add_authority(content=desk.token.certificate, by=desk.by, at=AT)


class TestTheOperator:
    def test_of_an_old_key_confirms_once_where_the_city_asks(self, desk: Desk) -> None:
        old = desk.issue(is_old=True)
        asked = [keys.must_confirm(old, at=AT)]
        set_rule(desk, confirm_operator=True)
        asked.append(keys.must_confirm(old, at=AT))
        found = keys.to_confirm(number=f" 00{desk.token.number.lower()} ", city_id=desk.user.city_id)
        assert found == old
        for _ in range(2):
            keys.confirm_operator(given=old, at=AT)
        old.refresh_from_db()
        assert [*asked, keys.must_confirm(old, at=AT)] == [False, True, False]
        assert KeyEvent.objects.filter(kind=KeyEventKind.CONFIRMED).count() == 1
        assert keys.to_confirm(number=old.number, city_id=desk.user.city_id) is None

    def test_of_a_new_key_has_nothing_to_confirm(self, desk: Desk) -> None:
        set_rule(desk, confirm_operator=True)
        given = desk.issue()
        assert not keys.must_confirm(given, at=AT)
        assert keys.to_confirm(number=given.number, city_id=desk.user.city_id) is None


class TestTheDatabase:
    def test_keeps_a_certificate_its_users_and_what_was_taken_back_taken_back(self, desk: Desk) -> None:
        given = desk.issue()
        keys.revoke_certificate(given=given, reason="丢失", by=desk.by, at=AT)
        for change in ({"user": desk.other}, {"number": "1"}, {"fingerprint": "1"}, {"revoked_at": None}):
            with pytest.raises(ProgrammingError), transaction.atomic():
                KeyCertificate.objects.filter(pk=given.pk).update(**change)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            given.delete()


class TestSm2:
    def test_verifies_the_example_of_the_standard(self) -> None:
        """GB/T 32918.5-2017, annex A.2."""
        point = bytes.fromhex(
            "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
            "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
        )
        r = int("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3", 16)
        s = int("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA", 16)
        signature = encode_dss_signature(r, s)
        assert verifies(point, b"message digest", signature)
        assert not verifies(point, b"message digesT", signature)
        assert not verifies(bytes(64), b"message digest", signature)

    def test_reads_numbers_as_people_type_them(self) -> None:
        assert tidy_number(" 00 1a:2B ") == "1A2B"

    def test_refuses_certificates_of_other_kinds(self) -> None:
        from_p256 = SoftAuthority(at=AT).certificate.replace(
            bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107")
        )
        with pytest.raises(BadCertificate, match="SM2"):
            read_certificate(from_p256)

"""WebAuthn keys: what the server takes for a proof, and what not."""

# covers: I5

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from psycopg.types.range import Range

from tests.cast import AT, Cast, at_once
from tests.identity.soft_key import SoftKey
from upkeep.identity import security_keys as keys
from upkeep.identity.key_log import KeyRefused
from upkeep.identity.key_rule import check_may_remove, holds_key, key_is_needed
from upkeep.identity.models import KeyEvent, KeyEventKind, SecurityKey
from upkeep.kernel.errors import Refusal
from upkeep.messaging.models import Message
from upkeep.parties.models import User
from upkeep.policy.models import Policy, PolicyKind

pytestmark = pytest.mark.django_db
SITE = keys.Site("fund.example", "https://fund.example")


@dataclass
class Desk:
    """A user with a soft key, in a session."""

    user: User
    soft: SoftKey
    session: str = "one-session"
    at: dt.datetime = AT

    def register(self, name: str = "蓝色密钥", **changed: Any) -> SecurityKey:
        options = keys.registration_options(user=self.user, session_key=self.session, site=SITE, at=self.at)
        answer = self.soft.register(options, origin=SITE.origin)
        told = {"user": self.user, "session_key": self.session, "site": SITE, "at": self.at, "by_id": self.user.pk}
        return keys.register_key(**(told | {"name": name, "answer": answer} | changed))  # type: ignore[arg-type]

    def answer(self, *, origin: str = SITE.origin, site: str = "") -> dict[str, Any]:
        options = keys.login_options(user=self.user, session_key=self.session, site=SITE, at=self.at)
        return self.soft.login(options, origin=origin, site=site)

    def prove(self, answer: object, **changed: Any) -> SecurityKey:
        told = {"user": self.user, "session_key": self.session, "site": SITE, "at": self.at}
        return keys.prove_by_key(**(told | {"answer": answer} | changed))  # type: ignore[arg-type]


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast.city.users["demo-company"], SoftKey())


def set_rule(desk: Desk, **value: Any) -> None:
    Policy.objects.create(
        jurisdiction_id=desk.user.jurisdiction_id,
        kind=PolicyKind.LOGIN_RULE,
        value=value,
        in_force=Range(dt.date(2020, 1, 1), None),
    )


def events(desk: Desk) -> list[str]:
    return list(KeyEvent.objects.filter(user=desk.user).order_by("id").values_list("kind", flat=True))


class TestAKey:
    def test_proves_its_user_and_remembers_its_counter(self, desk: Desk) -> None:
        key = desk.register()
        proved = desk.prove(desk.answer())
        assert (proved.pk, proved.sign_count, proved.last_used_at) == (key.pk, 2, AT)
        assert events(desk) == [KeyEventKind.ADDED, KeyEventKind.USED]

    def test_of_the_kind_that_does_not_count_is_taken_every_time(self, desk: Desk) -> None:
        desk.soft.counter = -1
        desk.register()
        for _ in range(2):
            desk.soft.counter = -1
            assert desk.prove(desk.answer()).sign_count == 0

    def test_is_refused_when_its_answer_comes_a_second_time(self, desk: Desk) -> None:
        desk.register()
        answer = desk.answer()
        desk.prove(answer)
        with pytest.raises(KeyRefused, match="已过期或已使用"):
            desk.prove(answer)

    def test_is_refused_when_an_old_answer_meets_a_new_challenge(self, desk: Desk) -> None:
        desk.register()
        old = desk.answer()
        desk.prove(old)
        desk.answer()
        with pytest.raises(KeyRefused, match="验证未通过"):
            desk.prove(old)

    def test_has_two_minutes(self, desk: Desk) -> None:
        desk.register()
        assert desk.prove(desk.answer(), at=AT + dt.timedelta(minutes=2))
        with pytest.raises(KeyRefused, match="已过期"):
            desk.prove(desk.answer(), at=AT + dt.timedelta(minutes=2, seconds=1))

    def test_is_refused_in_another_session(self, desk: Desk) -> None:
        desk.register()
        with pytest.raises(KeyRefused, match="已过期"):
            desk.prove(desk.answer(), session_key="another-session")

    def test_is_refused_for_another_user(self, desk: Desk, cast: Cast) -> None:
        desk.register()
        other = cast.city.users["demo-developer"]
        with pytest.raises(KeyRefused, match="已过期"):
            desk.prove(desk.answer(), user=other)
        thief = replace(desk, user=other)
        with pytest.raises(KeyRefused, match="没有登记在您的名下"):
            thief.prove(thief.answer())

    @pytest.mark.parametrize(
        "said", [{"origin": "https://fund.example.evil"}, {"origin": "http://fund.example"}, {"site": "evil.example"}]
    )
    def test_is_refused_when_it_answered_another_site(self, desk: Desk, said: dict[str, str]) -> None:
        desk.register()
        with pytest.raises(KeyRefused, match="验证未通过"):
            desk.prove(desk.answer(**said))
        assert events(desk)[-1] == KeyEventKind.REFUSED

    def test_is_refused_without_its_pin_unless_the_city_asks_for_none(self, desk: Desk) -> None:
        desk.register()
        desk.soft.knows_pin = False
        with pytest.raises(KeyRefused, match="PIN"):
            desk.prove(desk.answer())
        set_rule(desk, key_verifies_user=False)
        assert desk.prove(desk.answer())

    def test_is_refused_with_the_signature_of_another_key(self, desk: Desk) -> None:
        desk.register()
        desk.soft = SoftKey(credential_id=desk.soft.credential_id, counter=9)
        with pytest.raises(KeyRefused, match="验证未通过"):
            desk.prove(desk.answer())

    @pytest.mark.parametrize("answer", [None, [], "x", {}, {"rawId": 7}, {"id": "!", "rawId": "!"}])
    def test_is_refused_in_words_when_the_answer_is_nonsense(self, desk: Desk, answer: object) -> None:
        desk.register()
        desk.answer()
        with pytest.raises(KeyRefused):
            desk.prove(answer)

    @pytest.mark.parametrize("broken", ["authenticatorData", "clientDataJSON", "signature"])
    def test_is_refused_in_words_when_a_part_is_garbage(self, desk: Desk, broken: str) -> None:
        desk.register()
        for garbage in ("", "AAAA", "###", 5, None):
            answer = desk.answer()
            answer["response"][broken] = garbage
            with pytest.raises(KeyRefused, match="验证未通过"):
                desk.prove(answer)

    def test_is_registered_once_with_a_name_and_by_its_own_session(self, desk: Desk) -> None:
        desk.register()
        with pytest.raises(KeyRefused, match="已经登记过"):
            desk.register()
        desk.soft = SoftKey()
        with pytest.raises(Refusal, match="起一个名称"):
            desk.register(name=" ")
        with pytest.raises(KeyRefused, match="已过期"):
            desk.register(session_key="another-session")
        with pytest.raises(KeyRefused, match="登记未完成"):
            desk.register(site=keys.Site("fund.example", "https://evil.example"))

    def test_is_not_registered_when_it_did_not_ask_for_its_pin(self, desk: Desk) -> None:
        desk.soft.knows_pin = False
        with pytest.raises(KeyRefused, match="PIN"):
            desk.register()

    def test_is_one_of_ten_at_most(self, desk: Desk) -> None:
        for _ in range(keys.MOST_KEYS):
            desk.soft = SoftKey()
            desk.register()
        desk.soft = SoftKey()
        with pytest.raises(Refusal, match="最多登记 10 把"):
            desk.register()


class TestACopyOfAKey:
    def test_is_refused_suspended_and_reported_to_its_user(self, desk: Desk) -> None:
        desk.soft.counter = 4
        key = desk.register()
        copy = SoftKey(secret=desk.soft.secret, credential_id=desk.soft.credential_id, counter=2)
        desk.prove(desk.answer())
        desk.soft, real = copy, desk.soft
        with pytest.raises(KeyRefused, match="可能已被复制"):
            desk.prove(desk.answer())
        key.refresh_from_db()
        assert key.suspended_at == AT
        assert events(desk)[-1] == KeyEventKind.CLONED
        assert Message.objects.filter(user=desk.user, event="key_cloned").exists()
        desk.soft = real
        with pytest.raises(KeyRefused, match="已停用"):
            desk.prove(desk.answer())

    def test_cannot_be_feigned_by_whoever_does_not_hold_the_key(self, desk: Desk) -> None:
        desk.soft.counter = 50
        key = desk.register()
        desk.soft = SoftKey(credential_id=desk.soft.credential_id, counter=1)
        with pytest.raises(KeyRefused, match="验证未通过"):
            desk.prove(desk.answer())
        key.refresh_from_db()
        assert key.suspended_at is None

    def test_still_counts_as_a_key_so_that_the_password_alone_is_not_enough(self, desk: Desk) -> None:
        key = desk.register()
        SecurityKey.objects.filter(pk=key.pk).update(suspended_at=AT)
        assert holds_key(user_id=desk.user.pk) and key_is_needed(desk.user, AT)


class TestRemoving:
    def test_takes_the_key_away_and_lets_it_be_registered_anew(self, desk: Desk) -> None:
        key = desk.register()
        keys.remove_key(key=key, by_id=desk.user.pk, at=AT)
        with pytest.raises(KeyRefused, match="没有登记"):
            desk.prove(desk.answer())
        with pytest.raises(KeyRefused, match="已经删除"):
            keys.remove_key(key=key, by_id=desk.user.pk, at=AT)
        assert desk.register().pk != key.pk

    def test_of_the_last_key_is_refused_where_the_city_asks_for_one(self, desk: Desk) -> None:
        desk.register()
        check_may_remove(desk.user, at=AT)
        set_rule(desk, organisation_key="REQUIRED")
        with pytest.raises(Refusal, match="先登记另一把"):
            check_may_remove(desk.user, at=AT)
        desk.soft = SoftKey()
        desk.register("备用密钥")
        check_may_remove(desk.user, at=AT)


class TestTheRule:
    def test_asks_holders_only_or_everybody_or_nobody(self, desk: Desk) -> None:
        asked = [key_is_needed(desk.user, AT)]
        set_rule(desk, organisation_key="REQUIRED")
        asked.append(key_is_needed(desk.user, AT))
        Policy.objects.all().delete()
        desk.register()
        asked.append(key_is_needed(desk.user, AT))
        set_rule(desk, organisation_key="NONE")
        asked.append(key_is_needed(desk.user, AT))
        assert asked == [False, True, True, False]

    def test_is_another_for_staff_and_none_for_owners(self, desk: Desk, cast: Cast) -> None:
        set_rule(desk, staff_key="REQUIRED", organisation_key="NONE")
        users = cast.city.users
        asked = [key_is_needed(users[name], AT) for name in ("demo-clerk", "demo-company", "demo-teller1")]
        assert asked == [True, False, False]


class TestTheDatabase:
    def test_lets_no_counter_go_back_and_no_key_come_back(self, desk: Desk) -> None:
        key = desk.register()
        SecurityKey.objects.filter(pk=key.pk).update(suspended_at=AT, removed_at=AT)
        for change in ({"sign_count": 0}, {"suspended_at": None}, {"removed_at": None}, {"public_key": b"x"}):
            with pytest.raises(ProgrammingError), transaction.atomic():
                SecurityKey.objects.filter(pk=key.pk).update(**change)

    def test_gives_a_credential_to_one_user_only(self, desk: Desk, cast: Cast) -> None:
        key = desk.register()
        key.pk, key.user = key.pk + 1, cast.city.users["demo-developer"]
        with pytest.raises(IntegrityError), transaction.atomic():
            key.save(force_insert=True)

    @pytest.mark.commits  # for TRUNCATE waits until whoever has written into the table is done
    def test_keeps_every_line_of_the_log(
        self, desk: Desk, owner_connection: psycopg.Connection[tuple[Any, ...]]
    ) -> None:
        desk.register()
        for attempt in (
            lambda: KeyEvent.objects.update(note=""),
            lambda: KeyEvent.objects.all().delete(),
            lambda: SecurityKey.objects.all().delete(),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                attempt()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="stays written"):
            owner_connection.execute("truncate identity_keyevent")


@pytest.mark.commits
class TestTwoAnswersAtOnce:
    def test_to_one_challenge_let_one_in(self, desk: Desk) -> None:
        desk.register()
        answer = desk.answer()

        def prove() -> SecurityKey:
            with transaction.atomic():
                return desk.prove(answer)

        found = at_once(prove, prove, prove)
        assert sum(isinstance(one, SecurityKey) for one in found) == 1
        assert sum(isinstance(one, KeyRefused) for one in found) == 2

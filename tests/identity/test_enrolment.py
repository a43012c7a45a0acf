"""未认证用户注册 below its pages: what the database refuses, what is forgotten, what lies sealed."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import AT, Cast, at_once
from upkeep.identity import enrolment as enrolments
from upkeep.identity.models import Enrolment
from upkeep.parties.models import User
from upkeep.tasks import night_cleaning

pytestmark = pytest.mark.django_db


def enrol(cast: Cast, **changes: Any) -> Enrolment:
    said = {
        "jurisdiction_id": cast.city.jurisdiction.pk,
        "username": "hanjingban",
        "password_hash": "!",
        "name": "韩经办",
        "document_kind": "PASSPORT",
        "document_number": "CANARY-EA1234567",
        "organisation_name": "望江物业服务有限公司",
        "social_credit_code": "",
        "phone": "13808305501",
        "email": "canary@example.com",
        "at": AT,
    }
    return enrolments.enrol(**(said | changes))  # type: ignore[arg-type]


class TestAnEnrolment:
    def test_lies_sealed(self, cast: Cast) -> None:
        enrol(cast)

        with connection.cursor() as cursor:
            cursor.execute("select coalesce(string_agg(to_jsonb(t)::text, ' '), '') from identity_enrolment t")
            raw = cursor.fetchone()[0]
        assert not [word for word in ("CANARY", "13808305501", "canary@") if word in raw]

    def test_that_ran_out_is_forgotten_and_one_that_became_an_account_is_not(self, cast: Cast) -> None:
        late, in_time = enrol(cast), enrol(cast, username="other")
        enrolments.activate_by_code(in_time.pk, at=AT)

        assert enrolments.delete_expired(at=AT + dt.timedelta(hours=23)) == 0
        night_cleaning.clean(0)
        assert not Enrolment.objects.filter(pk=late.pk).exists()
        assert Enrolment.objects.filter(pk=in_time.pk).exists()

    def test_that_ran_out_activates_nobody(self, cast: Cast) -> None:
        late = enrol(cast)

        with pytest.raises(enrolments.NotActivatable):
            enrolments.activate_by_code(late.pk, at=AT + dt.timedelta(hours=24))
        with pytest.raises(enrolments.NotActivatable):
            enrolments.rename(late.pk, username="hanjingban2", at=AT)

    def test_that_became_an_account_never_changes(self, cast: Cast) -> None:
        done = enrolments.activate_by_code(enrol(cast).pk, at=AT)

        for verb in ("update {t} set name = 'x' where id = {pk}", "delete from {t} where id = {pk}"):
            refused = pytest.raises(DatabaseError, match="has become an account")
            with refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(verb.format(t="identity_enrolment", pk=done.pk))

    def test_has_no_user_before_it_is_proved(self, cast: Cast) -> None:
        one = enrol(cast)

        with pytest.raises(IntegrityError, match="enrolment_has_no_user_before_it_is_proved"), transaction.atomic():
            Enrolment.objects.filter(pk=one.pk).update(user=cast.city.users["demo-clerk"])

    @pytest.mark.commits
    def test_activated_twice_at_once_opens_one_account(self, cast: Cast) -> None:
        one = enrol(cast)

        def activate() -> object:
            return enrolments.activate_by_code(one.pk, at=AT)

        answers = at_once(activate, activate)

        assert sorted(type(answer).__name__ for answer in answers) == ["Enrolment", "NotActivatable"]
        assert User.objects.filter(username="hanjingban").count() == 1

"""个人信息: what a user changes of himself. A new phone number is proved by a code sent to it, a new e-mail address by one
sent to the phone on record; whoever has no phone on record yet says his e-mail address without."""

import datetime as dt

from django.db import IntegrityError, transaction

from upkeep.identity import codes
from upkeep.identity.models import LoginPhone
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.masking import mask_phone
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.actions import notify
from upkeep.messaging.events import SMS, event
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.user_changes import change_user, locked_user

PHONE, EMAIL = "phone", "email"
codes.PURPOSES[EMAIL] = "更换电子邮箱"

PHONE_CHANGED = event(
    "identity.phone_changed",
    "手机号已更换",
    (SMS,),
    "您的账号已改用手机号 {phone}。如非本人操作，请立即联系单位管理员或维修资金管理部门。",
)


def code_goes_to(user: User, *, field: str, phone: str) -> str:
    """The phone that proves the change: the new one for a new phone, the one on record for an e-mail address."""
    return phone if field == PHONE else user.phone


def change_name(*, name: str, by: Actor, at: dt.datetime) -> None:
    """Say one's own name otherwise."""
    change_user(user_id=by.user_id, values={"name": name}, by=by, at=at)


def send_code(*, field: str, phone: str, session_key: str, address: str, by: Actor, at: dt.datetime) -> str:
    """Send the code that proves the change; the answer is where it went, masked. Raises: TooMany, HasProblems."""
    user = User.objects.get(pk=by.user_id)
    target = code_goes_to(user, field=field, phone=phone)
    if field == PHONE and target == user.phone:
        raise HasProblems([Problem(PHONE, "这就是现在的手机号，无须更换")])
    codes.send_code(
        phone=target,
        purpose=field,
        session_key=session_key,
        jurisdiction_id=user.jurisdiction_id,
        address=address,
        at=at,
    )
    return mask_phone(target)


def change_phone(*, phone: str, code: str, session_key: str, by: Actor, at: dt.datetime) -> bool:
    """A new phone number; False where the code is not right. The old phone is told. Raises: HasProblems."""
    if not codes.check_code(code=code, phone=phone, purpose=PHONE, session_key=session_key, at=at):
        return False
    with transaction.atomic():
        user = locked_user(by.user_id)
        before = user.phone
        _lead_login_to(user, phone, at=at)
        change_user(user_id=user.pk, values={PHONE: phone}, by=by, at=at)
        if before:
            notify(
                event=PHONE_CHANGED.code,
                jurisdiction_id=user.jurisdiction_id,
                values={"phone": mask_phone(phone)},
                at=at,
                key=f"phone_changed:{user.pk}:{at.timestamp()}",
                phone=before,
            )
    return True


def change_email(*, email: str, code: str, session_key: str, by: Actor, at: dt.datetime) -> bool:
    """A new e-mail address, or none; False where the code is not right."""
    user = User.objects.get(pk=by.user_id)
    if user.phone and not codes.check_code(code=code, phone=user.phone, purpose=EMAIL, session_key=session_key, at=at):
        return False
    change_user(user_id=user.pk, values={EMAIL: email}, by=by, at=at)
    return True


def _lead_login_to(user: User, phone: str, *, at: dt.datetime) -> None:
    """Whoever logs in by his phone does so by the new one from here on."""
    try:
        with transaction.atomic():
            LoginPhone.objects.filter(pk=user.pk).update(phone_hash=lookup_hash(phone), proved_at=at)
    except IntegrityError:
        raise HasProblems([Problem(PHONE, "该手机号已用于另一个账号，请换一个号码")]) from None

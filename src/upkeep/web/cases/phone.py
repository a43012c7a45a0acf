"""Proving a phone by a code sent to it, as a page of filling in a case."""

from typing import Any

from django.contrib import messages
from django.utils import timezone

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import PROOF
from upkeep.casework.procedure import Procedure
from upkeep.identity.codes import check_code, send_code
from upkeep.kernel.checks import is_mobile
from upkeep.kernel.errors import Refusal
from upkeep.kernel.masking import mask_phone
from upkeep.web.access import ActorRequest
from upkeep.web.address import address_of

PURPOSE = "registration"


def proof_context(case: Case, procedure: Procedure) -> dict[str, Any]:
    """What the page needs: the phone, masked, and whether it is proved."""
    phone = procedure.phone_to_prove(case)
    return {"phone": mask_phone(phone) if is_mobile(phone) else "", "is_proved": is_proved(case, procedure)}


def is_proved(case: Case, procedure: Procedure) -> bool:
    """Whether a right code was typed for what the case says now."""
    return bool(case.data.get(PROOF) == procedure.proof(case))


def send(request: ActorRequest, case: Case, procedure: Procedure) -> None:
    """Send a code to the phone that the form names, or say why not."""
    phone = procedure.phone_to_prove(case)
    if not is_mobile(phone):
        messages.error(request, "请先返回上一步，填写能接收短信的 11 位手机号")
        return
    try:
        send_code(
            phone=phone,
            purpose=PURPOSE,
            session_key=request.session.session_key or "",
            jurisdiction_id=case.jurisdiction_id,
            at=timezone.now(),
            address=address_of(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"短信验证码已发送至 {mask_phone(phone)}，5 分钟内有效")


def prove(request: ActorRequest, case: Case, procedure: Procedure) -> str:
    """Take the code that was typed; what is wrong with it, empty when it is right."""
    if is_proved(case, procedure):
        return ""
    typed, at = request.POST.get("code", "").strip(), timezone.now()
    session_key = request.session.session_key or ""
    phone = procedure.phone_to_prove(case)
    if not typed:
        return "请填写短信验证码"
    if not check_code(code=typed, phone=phone, purpose=PURPOSE, session_key=session_key, at=at):
        return "短信验证码不正确或已过期，请核对后重新输入，或重新获取"
    engine.save_draft(case.pk, {PROOF: procedure.proof(case)}, by=request.actor, at=at)
    return ""

"""HTTP for banks' systems: one view per operation. Whose call it is, the signature says; there is no session here."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from upkeep.bank_api import faults
from upkeep.bank_api.calls import Answer, Incoming, Operation, refusal, respond
from upkeep.bank_api.openapi import DESCRIPTION
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access

JSON = "application/json"


def view_of(operation: Operation) -> Callable[..., HttpResponseBase]:
    """The view that serves an operation. Everybody may ask; only a bank's signature is answered with more than 401."""

    @csrf_exempt
    @access(Role.PUBLIC)
    def serve(request: ActorRequest, **args: str) -> HttpResponse:
        wrong = _wrong(request, operation)
        if wrong is not None:
            answer = _http(refusal(wrong))
            if wrong is faults.WRONG_METHOD:
                answer["Allow"] = operation.method
            return answer
        body = b""
        if operation.changes:
            body = request.read(operation.most_bytes + 1)
            if len(body) > operation.most_bytes:
                return _http(refusal(faults.TOO_LARGE))
        return _http(respond(operation, _incoming(request, body), args=args, at=timezone.now()))

    # A program is answered in JSON whatever it sends.
    serve.refuses_nul_itself = True  # type: ignore[attr-defined]
    serve.__name__ = operation.name
    serve.__doc__ = operation.title
    return serve


def _wrong(request: HttpRequest, operation: Operation) -> faults.Fault | None:
    if request.method != operation.method:
        return faults.WRONG_METHOD
    if not operation.changes:
        return None
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    return None if request.content_type == JSON and charset == "utf-8" else faults.WRONG_TYPE


def _incoming(request: HttpRequest, body: bytes) -> Incoming:
    headers = request.headers
    return Incoming(
        method=request.method or "",
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        key=headers.get("X-Upkeep-Key", ""),
        time=headers.get("X-Upkeep-Time", ""),
        nonce=headers.get("X-Upkeep-Nonce", ""),
        signature=headers.get("X-Upkeep-Signature", ""),
        idempotency_key=headers.get("Idempotency-Key", ""),
        body=body,
    )


def _http(answer: Answer) -> HttpResponse:
    found = HttpResponse(answer.text, content_type=JSON, status=answer.status)
    found["Cache-Control"] = "no-store"
    if answer.signature:
        found["X-Upkeep-Signature"] = answer.signature
    if answer.is_repeated:
        found["Idempotent-Replayed"] = "true"
    return found


@csrf_exempt
@access(Role.PUBLIC)
def description(request: ActorRequest) -> HttpResponse:
    """The OpenAPI description of the interface; it holds nothing of any city."""
    if request.method not in ("GET", "HEAD"):
        answer = _http(refusal(faults.WRONG_METHOD))
        answer["Allow"] = "GET"
        return answer
    return HttpResponse(DESCRIPTION, content_type=JSON)


@csrf_exempt
@access(Role.PUBLIC)
def nothing(request: ActorRequest, rest: str) -> HttpResponse:
    """Every other address below the interface."""
    return _http(refusal(faults.NOT_FOUND))

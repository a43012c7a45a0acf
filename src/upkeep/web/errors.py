"""The pages shown when something cannot be: refused, not found, broken. Each carries a number the user can tell us."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger("upkeep.web.errors")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, "errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the role does not reach this far."""
    return _page(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: what does not exist and what is not to be seen look the same, byte for byte but for the number."""
    return _page(request, "errors/404.html", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from a page that is too old or from elsewhere."""
    return _page(request, "errors/csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: nothing of the broken request is touched again; the number stands in the log beside the traceback."""
    reference = _reference()
    logger.error("reference %s: %s %s failed", reference, request.method, request.path, exc_info=True)
    return HttpResponse(render_to_string("errors/500.html", {"reference": reference}), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: while the platform is being maintained."""
    return HttpResponse(
        render_to_string("errors/503.html", {"reference": _reference()}), status=503, headers={"Retry-After": "600"}
    )


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    reference = _reference()
    logger.info("reference %s: %s %s answered %d", reference, request.method, request.path, status)
    return render(request, template, {"reference": reference}, status=status)


def _reference() -> str:
    return secrets.token_hex(4).upper()

"""The pages shown when something cannot be: refused, not found, broken."""

from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from a page that is too old or from elsewhere."""
    return HttpResponse("页面已过期，请返回刷新后重新提交。", status=403)

"""Where on the internet a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The visitor's address. Behind our own proxies it is what the outermost of them wrote into X-Forwarded-For; what
    stands further left was sent by the visitor himself and is worth nothing."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = int(settings.TRUSTED_PROXIES)
    if 0 < proxies <= len(seen):
        return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))

"""Who may open a page: nobody forgets to say."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

#: Pages that answer machines and everybody, and hold nothing of anybody.
OPEN = {"healthz"}


def views(resolver: URLResolver) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern)
        elif isinstance(pattern, URLPattern):
            yield f"{pattern.lookup_str} {pattern.pattern}", pattern.callback


class TestEveryView:
    def test_says_who_may_open_it(self) -> None:
        found = list(views(get_resolver()))
        silent = [name for name, view in found if not hasattr(view, "access") and view.__name__ not in OPEN]
        assert len(found) > 10
        assert silent == []


@pytest.mark.django_db
class TestAStranger:
    @pytest.mark.parametrize("address", ["/office/", "/organisation/", "/bank/", "/password/"])
    def test_is_led_to_the_login_and_back(self, client: Client, address: str) -> None:
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={address}")

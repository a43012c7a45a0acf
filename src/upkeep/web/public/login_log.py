"""登录记录: logins and logouts under the name by which failures are counted, so that namesakes of other cities stay apart."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.http import HttpRequest

from upkeep.parties.models import User
from upkeep.web.public.login_steps import locked_name


class LoginHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """django-axes, which would write down the login name alone."""

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        """One more line of the log."""
        super().user_logged_in(sender, request, _Counted(user), **kwargs)

    def user_logged_out(self, sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
        """When its login ended."""
        super().user_logged_out(sender, request, _Counted(user) if isinstance(user, User) else None, **kwargs)


class _Counted:
    """A user by the name of the log."""

    def __init__(self, user: User) -> None:
        self._name = locked_name(city_id=user.city_id, realm=user.realm, username=user.username)

    def get_username(self) -> str:
        return self._name

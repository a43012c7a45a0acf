"""Name and password: whose account it is depends on the city and the realm (登录入口)."""

from django.contrib.auth.backends import BaseBackend

from upkeep.parties.models import User
from upkeep.parties.queries import account_named


class CityBackend(BaseBackend):
    """Finds the account by city, realm and login name. An unknown name costs as much time as a wrong password."""

    def authenticate(  # type: ignore[override]
        self,
        request: object,
        *,
        username: str,
        password: str,
        city_id: int,
        realm: str,
        kind: str = "",
        **_: object,
    ) -> User | None:
        """The user, if everything is right. With `kind`, an account of another kind of organisation is none."""
        user = account_named(username, city_id=city_id, realm=realm)
        if user is None:
            User().set_password(password)  # hashes, and nothing more
            return None
        is_right = user.check_password(password)
        of_kind = not kind or user.organisation is None or user.organisation.kind == kind
        return user if is_right and of_kind and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Asked at every request; an account that was closed is nobody's at once."""
        return User.objects.filter(pk=user_id, is_active=True).first()

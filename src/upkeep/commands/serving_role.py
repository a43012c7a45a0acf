"""Names the database role that serves, whichever role this process is connected as."""

from django.conf import settings
from django.core.management.base import CommandError


def serving_role() -> str:
    """The user of DATABASE_URL.

    Raises: CommandError when the address names none.
    """
    role = str(settings.SERVING_ROLE)
    if not role:
        raise CommandError("DATABASE_URL 没有写明用户名：请写成 postgresql://用户名:密码@主机/数据库名")
    return role

"""make-administrators: the first three administrators of a fresh installation; there are no default accounts."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from upkeep.identity.founding import AlreadyFounded, Founder, Place, found_installation
from upkeep.kernel.errors import HasProblems
from upkeep.parties.models import Level
from upkeep.parties.roles import ADMINISTRATORS, Role

_OPTION = {Role.SYSTEM_ADMIN: "system", Role.SECURITY_ADMIN: "security", Role.AUDIT_ADMIN: "audit"}


class Command(BaseCommand):
    """Asks for what its options do not say. The passwords are printed once and are kept nowhere."""

    help = "建立首批三员账号（系统、安全、审计管理员）和最上级管辖区，一次性密码只显示一次；已有管理员时拒绝"

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything can be said on the command line, so that an installation can be scripted."""
        parser.add_argument("--level", choices=[Level.PROVINCE.value, Level.CITY.value], help="最上级是省还是市")
        parser.add_argument("--code", help="区划代码（GB/T 2260），例如 510500")
        parser.add_argument("--slug", help="网址名，例如 jiangcheng")
        parser.add_argument("--name", help="名称，例如 江城市")
        parser.add_argument("--office-name", help="管理机构名称")
        for role, option in _OPTION.items():
            parser.add_argument(f"--{option}-login", help=f"{role.label}的登录名")
            parser.add_argument(f"--{option}-name", help=f"{role.label}的姓名")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Nothing is kept unless all three came into being."""

        def answer(option: str, question: str) -> str:
            return str(options[option] or input(f"{question}：")).strip()

        try:
            place = self._place(answer)
            founders = [
                Founder(
                    role=role,
                    username=answer(f"{option}_login", f"{role.label}的登录名"),
                    name=answer(f"{option}_name", f"{role.label}的姓名"),
                )
                for role, option in _OPTION.items()
            ]
            made = found_installation(place=place, founders=founders, at=timezone.now())
        except (AlreadyFounded, HasProblems) as refusal:
            raise CommandError(str(refusal)) from None
        except EOFError:
            raise CommandError("没有回答全部问题，什么也没有建立；也可以用参数给出，见 --help") from None
        assert len(made) == len(ADMINISTRATORS)
        for founder, password in made:
            self.stdout.write(
                f"  {founder.role.label}  {founder.name}  登录名 {founder.username}  一次性密码 {password}"
            )
        self.stdout.write("请分别当面交给三人，首次登录须修改密码；本命令不再显示，也不能再次执行。")

    @staticmethod
    def _place(answer: Callable[[str, str], str]) -> Place:
        level = answer("level", f"最上级是省还是市（{Level.PROVINCE.value} / {Level.CITY.value}）")
        if level not in (Level.PROVINCE, Level.CITY):
            raise CommandError(f"请回答 {Level.PROVINCE.value} 或 {Level.CITY.value}")
        return Place(
            level=Level(level),
            code=answer("code", "区划代码"),
            slug=answer("slug", "网址名"),
            name=answer("name", "名称"),
            office_name=answer("office_name", "管理机构名称"),
        )

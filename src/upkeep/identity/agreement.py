"""《机构注册协议》 in force: the city's own, or the one that comes with the program while the city has published none."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, QuerySet

from upkeep.identity.models import AgreementVersion
from upkeep.kernel.dates import in_letters
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties.actor import Actor
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import ancestry

_STANDARD = """\
一、注册单位应如实填报单位名称、统一社会信用代码、法定代表人或负责人、经办人等信息，并对所上传要件的真实性、完整性负责。
二、注册单位的账号由其授权的经办人使用。登录密码应妥善保管，不得转借他人；以该账号办理的业务视为注册单位的行为。经办人变更或者密码泄露的，应当及时办理变更。
三、注册单位通过本平台取得的业主姓名、证件号码、联系电话等个人信息，只能用于办理住宅专项维修资金业务，不得另作他用，不得向无关人员提供。
四、住宅专项维修资金专户存储、专款专用。注册单位申请使用维修资金，应当符合《住宅专项维修资金管理办法》规定的范围和程序，接受业主和主管部门监督。
五、提供虚假材料、冒用他人名义或者违反本协议的，管理机构可以停用账号，并依法移送处理。
六、注册单位提交注册申请即视为接受本协议。协议内容调整时，管理机构将在公众服务页面公布。"""


@dataclass(frozen=True)
class Agreement:
    """The text to be read. Id 0 is the one that comes with the program."""

    id: int
    version: int
    text: str
    valid_from: dt.date | None = None

    @property
    def called(self) -> str:
        """How pages and cases name the version."""
        return f"第 {self.version} 版（{in_letters(self.valid_from)}起）" if self.valid_from else "通用文本"


STANDARD = Agreement(0, 0, _STANDARD)


def versions(*, jurisdiction_id: int) -> QuerySet[AgreementVersion]:
    """All versions of a city, the newest first."""
    return AgreementVersion.objects.filter(jurisdiction_id=jurisdiction_id).select_related("entered_by")


def agreement_in_force(*, jurisdiction_id: int, on: dt.date) -> Agreement:
    """The agreement of the jurisdiction on a day, or of the nearest one above it that has one."""
    line = ancestry(jurisdiction_id)
    found = AgreementVersion.objects.filter(jurisdiction_id__in=line, valid_from__lte=on)
    ranked = sorted(found, key=lambda one: (line.index(one.jurisdiction_id), -one.version))
    return _shown(ranked[0]) if ranked else STANDARD


def get_agreement(agreement_id: int, *, jurisdiction_id: int) -> Agreement | None:
    """A version of the jurisdiction or of one above it, as a case that accepted it names it."""
    if agreement_id == STANDARD.id:
        return STANDARD
    found = AgreementVersion.objects.filter(pk=agreement_id, jurisdiction_id__in=ancestry(jurisdiction_id)).first()
    return _shown(found) if found else None


def _shown(one: AgreementVersion) -> Agreement:
    return Agreement(one.pk, one.version, one.text, one.valid_from)


@transaction.atomic
def publish_agreement(
    *, jurisdiction_id: int, text: str, valid_from: dt.date, by: Actor, on: dt.date, at: dt.datetime
) -> AgreementVersion:
    """Enter the next version. Raises: HasProblems when it would begin in the past or before the last one."""
    Jurisdiction.objects.select_for_update().get(pk=jurisdiction_id)  # versions are counted one after another
    mine = AgreementVersion.objects.filter(jurisdiction_id=jurisdiction_id)
    last = mine.aggregate(version=Max("version"), valid_from=Max("valid_from"))
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise HasProblems([Problem("text", "请填写协议内容")])
    if valid_from < on:
        raise HasProblems([Problem("valid_from", "生效日期不能早于今天，已接受的版本不能追溯修改")])
    if last["valid_from"] and valid_from < last["valid_from"]:
        raise HasProblems(
            [Problem("valid_from", f"上一版自{in_letters(last['valid_from'])}起生效，请填写该日或以后的日期")]
        )
    return AgreementVersion.objects.create(
        jurisdiction_id=jurisdiction_id,
        version=(last["version"] or 0) + 1,
        text=text,
        valid_from=valid_from,
        entered_by_id=by.user_id,
        entered_at=at,
    )

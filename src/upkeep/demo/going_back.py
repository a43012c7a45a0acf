"""What goes back: a notice with objections answered and waiting, a repair that was cleared back, one being cancelled."""

import datetime as dt
from collections.abc import Sequence

from upkeep.banking.actions import confirm_slip
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.repairs import run_projects
from upkeep.estate.models import Ownership
from upkeep.estate.owner_accounts import bind
from upkeep.identity.owners import account_of_phone
from upkeep.parties.actions import rename_account
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.repairs.announcing import publish_cancellation
from upkeep.repairs.clearing import ask_back, paid_items
from upkeep.repairs.models import ClearingReason, RepairProject
from upkeep.repairs.objecting import answer, object_to
from upkeep.repairs.stages import Stage

#: The areas of the three projects by place, with their committees.
_OBJECTED, _CLEARED, _GIVEN_UP = (2, "more-committee2"), (10, "more-committee3"), (0, "demo-committee")
_WORDS = (
    "去年屋面刚补过一次，为什么现在又要整体翻修？请公开去年的维修记录和质保期。",
    "我家在 1 楼，从未漏水，分摊金额是否应当少一些？",
    "施工单位只有一家报价，建议至少询价三家后再确定。",
)
_ANSWERS = (
    "去年只做了局部涂膜，质保期一年已满；检测报告显示防水层整体老化，报告可在物业服务中心查阅。",
    "屋面属共用部位，按有关规定由该幢全体业主按建筑面积比例分摊，与所在楼层无关。",
)


def go_back(city: City, filled: Sequence[Filled], *, today: dt.date) -> int:
    """The three projects; answers with their number."""
    objected = _project(city, filled, _OBJECTED, "4幢屋面防水翻修", "4幢屋面", 46_880_00, 5, Stage.NOTICE, today)
    _objections(city, objected, today=today)
    cleared = _project(city, filled, _CLEARED, "2幢屋面渗漏维修", "2幢屋面", 27_450_00, 110, Stage.FINISHED, today)
    _cleared(city, cleared, today=today)
    given_up = _project(city, filled, _GIVEN_UP, "3幢屋面天沟防水修缮", "3幢屋面", 91_200_00, 120, Stage.PASSED, today)
    publish_cancellation(
        given_up.pk,
        open_until=today + dt.timedelta(days=5),
        reason="中标施工单位破产，重新选聘后价格变动较大，业主委员会决定另行立项",
        by=city.actor(_GIVEN_UP[1]),
        at=moment(today - dt.timedelta(days=2), 10, 20),
    )
    return 3


def _project(
    city: City,
    filled: Sequence[Filled],
    where: tuple[int, str],
    title: str,
    facility: str,
    budget_fen: int,
    days_ago: int,
    last: Stage,
    today: dt.date,
) -> RepairProject:
    place, login = where
    run_projects(
        city, list(filled), today=today, scripts=((place, login, title, facility, budget_fen, days_ago, last),)
    )
    return RepairProject.objects.get(area=filled[place].area, title=title)


def _owners(city: City, project: RepairProject, *, at: dt.datetime) -> list[Actor]:
    """Three owners of sharing houses, logged in by code and bound to their houses."""
    owned = Ownership.objects.filter(house__repair_shares__project=project, until__isnull=True)
    found: dict[int, Actor] = {}
    for place, one in enumerate(owned.select_related("owner").order_by("house_id", "pk")[4:], start=1):
        user = account_of_phone(phone=one.owner.phone, city_id=city.jurisdiction.pk, at=at)
        rename_account(user=user, username=f"more-sharer{place}")
        if bind(user=user, id_number=one.owner.id_number, at=at):
            found[user.pk] = actor_of(User.objects.get(pk=user.pk))
        if len(found) == len(_WORDS):
            break
    return list(found.values())


def _objections(city: City, project: RepairProject, *, today: dt.date) -> None:
    """Two answered by the committee, the third came last night."""
    notice = PublicNotice.objects.get(source=project.source, kind=NoticeKind.PROJECT)
    begun = moment(today - dt.timedelta(days=3), 19, 40)
    owners = _owners(city, project, at=begun)
    for place, (by, words) in enumerate(zip(owners, _WORDS, strict=False)):
        at = begun + dt.timedelta(days=place, minutes=7 * place)
        objection = object_to(notice, text=words, by=by, at=at)
        if place < len(_ANSWERS):
            answer(objection.pk, text=_ANSWERS[place], by=city.actor(_OBJECTED[1]), at=at + dt.timedelta(hours=14))


def _cleared(city: City, project: RepairProject, *, today: dt.date) -> None:
    """The contractor left; all that was paid came back, but the last part, which he still owes."""
    by = city.actor(_CLEARED[1])
    for place, item in enumerate(paid_items(project)):
        asked = moment(today - dt.timedelta(days=12), 9, 30)
        fen = item.order.amount_fen
        for part, share in enumerate((fen - fen // 4, fen // 4)):
            clearing = ask_back(
                project.pk,
                order_id=item.order.pk,
                amount_fen=share,
                reason=ClearingReason.BAD_QUALITY,
                reason_text="复验仍有三处渗漏，施工单位拒绝返工",
                by=by,
                at=asked + dt.timedelta(minutes=10 * part),
            )
            if part == 0:
                slip = clearing.slip
                teller = f"demo-teller{city.banks.index(slip.custody.bank) + 1}"
                confirm_slip(
                    number=slip.number,
                    amount_fen=slip.total_fen,
                    serial=f"QT{slip.number[-8:]}{place}",
                    by=city.actor(teller),
                    at=moment(today - dt.timedelta(days=9), 14, 5),
                )

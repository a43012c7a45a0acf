"""Withdrawal orders (维修支取任务单) of a city that repairs by them: both lists filled, one paid, houses left in arrears."""

import datetime as dt
from dataclasses import dataclass

from upkeep.banking.orders import confirm_order
from upkeep.books import sub_accounts
from upkeep.casework import engine, prints
from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.papers import picture_of
from upkeep.deposits.arrears import register_arrears
from upkeep.estate.kinds import FacilityKind
from upkeep.estate.models import Building
from upkeep.kernel.money import yuan
from upkeep.policy.project_rule import project_rule
from upkeep.repairs import withdrawal_orders_draft as drafts
from upkeep.repairs import withdrawal_orders_vote as signing
from upkeep.repairs.queries import orders_of, project_of
from upkeep.voting.models import BallotChoice

DRAFT, SUBMITTED, WITHDRAWN, RETURNED, REVIEW, APPROVED, PAID = range(7)


@dataclass(frozen=True, kw_only=True)
class _Script:
    """How far an order goes. `part` is how many hundredths of what its houses have it asks for; without `everybody` it
    leaves out the houses that have paid nothing."""

    title: str
    kind: FacilityKind
    facility: str
    building: int
    part: int
    days_ago: int
    last: int
    everybody: bool = False


_SCRIPTS = (
    _Script(
        title="2号楼外墙保温及渗漏大修",
        kind=FacilityKind.FACADE,
        facility="外墙保温层",
        building=1,
        part=76,
        days_ago=120,
        last=PAID,
    ),
    _Script(
        title="1号楼电梯曳引机更换",
        kind=FacilityKind.LIFT,
        facility="1单元电梯",
        building=0,
        part=9,
        days_ago=24,
        last=APPROVED,
    ),
    _Script(
        title="1号楼屋面防水翻修",
        kind=FacilityKind.ROOF,
        facility="屋面防水层",
        building=0,
        part=5,
        days_ago=12,
        last=REVIEW,
    ),
    _Script(
        title="1号楼消防水泵更换",
        kind=FacilityKind.FIRE,
        facility="消防水泵",
        building=0,
        part=4,
        days_ago=9,
        last=RETURNED,
    ),
    _Script(
        title="1号楼单元门更新",
        kind=FacilityKind.OTHER,
        facility="单元门",
        building=0,
        part=2,
        days_ago=6,
        last=WITHDRAWN,
    ),
    _Script(
        title="2号楼屋面防水翻修",
        kind=FacilityKind.ROOF,
        facility="屋面防水层",
        building=1,
        part=60,
        days_ago=2,
        last=SUBMITTED,
        everybody=True,
    ),
    _Script(
        title="1号楼雨落管更换", kind=FacilityKind.OTHER, facility="雨落管", building=0, part=1, days_ago=1, last=DRAFT
    ),
)


def run_orders(city: City, filled: Filled, *, today: dt.date) -> int:
    """The orders of the area's company, where the city repairs by orders. Answers with their number."""
    if project_rule(jurisdiction_id=city.jurisdiction.pk, on=today).form != "ORDER":
        return 0
    for script in _SCRIPTS:
        _Walk(city, filled, script, today=today).go()
    return len(_SCRIPTS)


class _Walk:
    """One order on its way, each step some hours after the one before."""

    def __init__(self, city: City, filled: Filled, script: _Script, *, today: dt.date) -> None:
        self.city, self.filled, self.script = city, filled, script
        self.now = moment(today - dt.timedelta(days=script.days_ago))
        self.by = city.actor("demo-company")
        self.building = Building.objects.filter(area=filled.area).order_by("order", "name")[script.building]

    def at(self, hours: int = 1) -> dt.datetime:
        """The next moment."""
        self.now += dt.timedelta(hours=hours)
        return self.now

    def go(self) -> None:
        """As far as the script says."""
        case = self._fill_in()
        last = self.script.last
        if last == DRAFT:
            return
        at = self.at()
        case = engine.move(case.pk, Move.SUBMIT, by=self.by, at=at)
        for wanted in register[case.procedure].prints_of(case):
            prints.keep(case, wanted.code, by_id=self.by.user_id, at=at)
        if last == WITHDRAWN:
            engine.move(case.pk, Move.WITHDRAW, by=self.by, at=self.at())
        elif last == RETURNED:
            note = "施工合同未附工程量清单，请补充后重新填报任务单"
            engine.move(case.pk, Move.RETURN, by=self.city.actor("demo-clerk"), at=self.at(3), note=note)
        elif last >= REVIEW:
            self._review(case)

    def _fill_in(self) -> Case:
        script, area = self.script, self.filled.area
        case = drafts.begin(area_id=area.pk, by=self.by, at=self.now)
        inside = [house for house in self.filled.houses if house.building_id == self.building.pk]
        available = sub_accounts.available([house.pk for house in inside])
        sharing = [house.pk for house in inside if script.everybody or available[house.pk]]
        total = sum(available[pk] for pk in sharing) * script.part // 100 // 100 * 100
        drafts.save_houses(case.pk, building_id=self.building.pk, house_ids=sharing, by=self.by, at=self.now)
        builder = f"{self.city.jurisdiction.name.removesuffix('市')}城建修缮工程有限公司"
        day = self.now.date()
        typed = {
            "title": script.title,
            "total": yuan(total),
            "facility_kind": script.kind.value,
            "facility_name": script.facility,
            "contractor": builder,
            "starts_on": str(day + dt.timedelta(days=15)),
            "ends_on": str(day + dt.timedelta(days=50)),
            "reason": "使用年限已到，日常维修不能保证安全使用，经业主反映并现场勘查确认",
            "content": "拆除更换并恢复使用，质保两年",
            "payee_1_name": builder,
            "payee_1_bank": f"{self.city.banks[0].name}营业室",
            "payee_1_account": "6222000099990018",
            "contact_name": self.by.name,
            "contact_phone": self.by.phone,
            BUILDINGS: [self.building.pk],
        }
        engine.save_draft(case.pk, typed, by=self.by, at=self.at())
        drafts.fill_in(case.pk, by=self.by, at=self.now)
        drafts.compute_standard(case.pk, by=self.by, at=self.now)
        return case

    def _review(self, case: Case) -> None:
        clerk = self.city.actor("demo-clerk")
        project = project_of(case)
        assert project is not None
        house_ids = list(project.houses.order_by("pk").values_list("house_id", flat=True))
        choices = {pk: BallotChoice.AGREE for place, pk in enumerate(house_ids) if place % 9 != 4}
        signing.enter(case, choices, by=clerk, at=self.at(20))
        page = picture_of("分摊明细业主签字确认表")
        signing.keep_scan(case, name="签字确认表.png", content=page, by=clerk, at=self.now)
        signing.close(case, by=clerk, at=self.at())
        engine.move(case.pk, Move.ACCEPT, by=clerk, at=self.at())
        if self.script.last < APPROVED:
            return
        engine.move(case.pk, Move.PASS, by=self.city.actor("demo-reviewer"), at=self.at(20))
        engine.move(case.pk, Move.PASS, by=self.city.actor("demo-approver"), at=self.at(20))
        if self.script.last < PAID:
            return
        for order in orders_of(project):
            teller = self.city.actor(f"demo-teller{self.city.banks.index(order.custody.bank) + 1}")
            serial = f"ZQ{order.number[-8:]}"
            confirm_order(number=order.number, amount_fen=order.amount_fen, serial=serial, by=teller, at=self.at(20))
        register_arrears(on=self.now.date(), house_ids=house_ids)

"""The printed forms of a withdrawal order: 维修支取任务单 and 分摊明细业主签字确认表, under the order's number.

Source: manual 003 §4.2.1 ⑪, ⑭; their layout stands only in its pictures.
"""

import datetime as dt

from upkeep.casework.models import Case
from upkeep.casework.prints import subject_of
from upkeep.casework.procedure import Table as SummaryTable
from upkeep.estate.models import Area
from upkeep.estate.queries import owner_names
from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.money import in_capitals, yuan
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import city_of
from upkeep.policy.voting_rule import voting_rule
from upkeep.printing.documents import Document
from upkeep.printing.forms.application import Application
from upkeep.printing.forms.notices import SignatureSheet, Voter
from upkeep.printing.forms.parts import Fact, Section, SignBox, Table
from upkeep.repairs import withdrawal_orders as orders
from upkeep.repairs.queries import project_of
from upkeep.repairs.withdrawal_orders_draft import standard_words
from upkeep.repairs.withdrawal_orders_form import OrderForm

ORDER_TITLE = "住宅专项维修资金维修支取任务单"
SIGNATURES_TITLE = "专项维修资金分摊明细业主签字确认表"


def _city(case: Case) -> Jurisdiction:
    city = city_of(jurisdiction_id=case.jurisdiction_id)
    assert city is not None
    return city


def order_document(case: Case, *, at: dt.datetime) -> Document:
    """维修支取任务单: the repair, the sharing buildings, the payees, room for stamps. Houses stand on the signed list."""
    city, shares, said = _city(case), orders.shares_of(case), OrderForm.cleaned_of(case.data)
    total, area_dm2 = sum(one.share_fen for one in shares), sum(one.area_dm2 for one in shares)
    area = Area.objects.get(pk=said["area"])
    organisation = case.applicant_organisation
    repair = [
        Fact("小区", area.name),
        Fact("物业服务企业", organisation.name if organisation else ""),
        Fact("维修项目", said["title"], wide=True),
        Fact("维修部位", _facility(case), wide=True),
        Fact("维修原因", said["reason"], wide=True),
        Fact("维修内容", said["content"], wide=True),
        Fact("施工单位", said["contractor"]),
        Fact("计划工期", f"{in_letters(said['starts_on'])}至{in_letters(said['ends_on'])}"),
    ]
    if said.get("note"):
        repair.append(Fact("备注", said["note"], wide=True))
    money = (
        Fact("支取总金额", f"¥ {yuan(total)}　人民币（大写）：{in_capitals(total)}", wide=True),
        Fact("分摊总户数", f"{len(shares):,} 户"),
        Fact("分摊总面积", f"{square_metres(area_dm2)} ㎡"),
        Fact("分摊标准", f"{standard_words(total, area_dm2)} 元/㎡"),
        Fact("从维修资金支取", f"{yuan(orders.payable_of(case))} 元"),
        Fact("原任务单", case.copied_from.number if case.copied_from else "无", wide=True),
    )
    contact = (Fact("经办人", case.contact_name), Fact("联系电话", case.contact_phone))
    return Document(
        form="application",
        title=ORDER_TITLE,
        number=case.number,
        subject=subject_of(case),
        issuer=city.office_name,
        city=city.slug,
        data=Application(
            applicant=organisation.name if organisation else case.contact_name,
            applied_on=day_of(case.submitted_at or at),
            sections=(Section("维修事项", tuple(repair)), Section("支取与分摊", money), Section("经办信息", contact)),
            tables=(
                _printed(orders.buildings_table(shares), (3, 2, 2, 2)),
                _printed(orders.payees_table(case), (4, 3, 3, 2)),
            ),
            declaration="以上内容真实、完整，分摊范围和金额已告知相关业主，并附业主签字确认表；如有不实，愿承担相应法律责任。",
            signs=(SignBox("物业服务企业（盖章）"), SignBox("窗口受理意见"), SignBox("审核意见")),
        ),
    )


def _facility(case: Case) -> str:
    project = project_of(case)
    work = project.facilities.select_related("facility__building").first() if project else None
    return f"{work.facility.name}（{work.facility.place}）" if work else ""


def _printed(table: SummaryTable, widths: tuple[float, ...]) -> Table:
    """A table of the summary as forms print it; the sum stands in bold."""
    numeric = table.numeric
    rows = [tuple(row) for row in table.rows]
    total = rows.pop() if rows and rows[-1][0] == "合计" else ()
    aligns = "".join("r" if place in numeric else "l" for place in range(len(table.columns)))
    return Table(table.title, table.columns, tuple(rows), aligns=aligns, widths=widths, total=total)


def signatures_document(case: Case) -> Document:
    """分摊明细业主签字确认表: one line per house with its share, signed by the owner. Names stand in full on it."""
    city, project = _city(case), project_of(case)
    assert project is not None and case.submitted_at is not None
    shares = orders.shares_of(case)
    names = owner_names([one.house.pk for one in shares], masked=False)
    begun = day_of(case.submitted_at)
    rule = voting_rule(jurisdiction_id=case.jurisdiction_id, on=begun)
    total, area_dm2 = sum(one.share_fen for one in shares), sum(one.area_dm2 for one in shares)
    return Document(
        form="signature_sheet",
        title=SIGNATURES_TITLE,
        number=case.number,
        subject=subject_of(case),
        issuer=city.office_name,
        city=city.slug,
        data=SignatureSheet(
            area=project.area.name,
            matter=project.title,
            question=f"是否同意使用住宅专项维修资金 {yuan(total)} 元实施“{project.title}”，并按下列金额分摊？",
            from_on=begun,
            to_on=None,
            voters=tuple(
                Voter(
                    f"{one.house.building.name}{one.house.label}",
                    names.get(one.house.pk, "（未售）"),
                    one.area_dm2,
                    yuan(one.share_fen),
                )
                for one in shares
            ),
            total_dm2=area_dm2,
            facts=(
                Fact("支取总金额", f"{yuan(total)} 元"),
                Fact("分摊标准", f"{standard_words(total, area_dm2)} 元/㎡"),
            ),
            notes=(
                f"确认规则：{rule.words}（{rule.basis}）。",
                "每户由业主本人签字；同一业主的多套房屋按一人计算人数。",
                "本表与任务单一并交窗口核对，窗口录入签字结果后进入审核。",
            ),
        ),
    )

"""What applications of a project say, on page and print: the project, its works and plan, what a request asks for."""

import datetime as dt

from upkeep.banking.models import PaymentOrder
from upkeep.banking.purposes import references_of_case
from upkeep.casework.models import Case
from upkeep.casework.prints import subject_of
from upkeep.casework.procedure import Fact, Table
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.money import in_capitals, yuan
from upkeep.parties.queries import city_of
from upkeep.printing.documents import Document
from upkeep.printing.forms import parts
from upkeep.printing.forms.application import Application
from upkeep.repairs.models import PayeeAccount, RepairProject, RequestState
from upkeep.repairs.notices import facts_of, works_of
from upkeep.repairs.requests import phase_of, plan_of, request_of, title_of
from upkeep.repairs.stages import ProjectKind
from upkeep.voting.queries import latest_vote


def project_facts(project: RepairProject) -> list[Fact]:
    """The project as it was published, its kind, and the owners' decision."""
    facts = [Fact("项目类型", project.kind_now.label), *(Fact(label, value) for label, value in facts_of(project))]
    return [*facts, Fact("业主表决", decision_of(project))]


def decision_of(project: RepairProject) -> str:
    """What the owners have decided, or why they were not asked."""
    if project.kind_now is ProjectKind.EMERGENCY:
        return "紧急维修，不经表决"
    vote = latest_vote(project.source)
    if vote is None:
        return "未表决"
    return f"{vote.get_state_display()}：同意 {vote.agreed_people:,} 人，占全体 {vote.total_people:,} 人"


def tables_of(project: RepairProject) -> list[Table]:
    """维修内容 and, where it is paid by phases, the 拨付计划."""
    plan = plan_of(project)
    rows = [
        (title_of(one), one.title, in_letters(one.planned_on) if one.planned_on else "", yuan(one.amount_fen))
        for one in plan
    ]
    total = ("合计", f"{len(plan)} 期", "", yuan(sum(one.amount_fen for one in plan)))
    columns = ("期次", "拨付条件", "计划拨付日", "计划金额（元）")
    return [works_of(project), *([Table("拨付计划", columns, [*rows, total], frozenset({3}))] if plan else [])]


def request_facts(case: Case, project: RepairProject) -> list[Fact]:
    """What the request is about, to be checked before it is filled in."""
    phase, own = phase_of(case), request_of(case)
    limit, requested = (phase.limit_fen, phase.requested_fen) if phase else (project.limit_fen, project.requested_fen)
    if own is not None and own.state_now is not RequestState.BACK:
        requested -= own.amount_fen
    facts = [
        Fact("项目编号", project.number),
        Fact("项目名称", project.title),
        Fact("物业区域", project.area.name),
        Fact("申报单位", project.organisation.name),
        Fact("预算金额", f"{yuan(project.budget_fen)} 元"),
    ]
    if project.settlement_fen is not None:
        facts.append(Fact("结算金额", f"{yuan(project.settlement_fen)} 元"))
    facts += [
        Fact("拨付期次", f"{title_of(phase)}（{phase.title}）" if phase else title_of(phase)),
        Fact("本期可拨付金额", f"{yuan(limit)} 元"),
        Fact("本期其他申请金额", f"{yuan(requested)} 元"),
        Fact("项目累计已拨付", f"{yuan(project.paid_fen)} 元"),
    ]
    return facts


def orders_of_case(case: Case) -> list[PaymentOrder]:
    """The payment orders that the approval brought about, failed ones too, in the order of issue."""
    found = PaymentOrder.objects.filter(reference__in=references_of_case(case.pk))
    return list(found.select_related("custody__bank").order_by("issued_at", "pk"))


def orders_table(case: Case) -> Table:
    """What the bank is told to pay for a case, and what became of it."""
    rows = [
        (one.number, one.payee_name, f"{one.custody.bank.name} {one.custody.get_fund_kind_display()}",
         yuan(one.amount_fen), one.get_state_display())
        for one in orders_of_case(case)
    ]  # fmt: skip
    return Table("付款通知", ("付款通知编号", "收款单位", "付款专户", "金额（元）", "状态"), rows, frozenset({3}))


def payment_notice(case: Case, project: RepairProject, *, at: dt.datetime) -> Document | None:
    """拨款通知单 of an approved request: whom the fund is to pay, how much and from which account."""
    payees = list(PayeeAccount.objects.filter(case=case).order_by("pk"))
    city = city_of(jurisdiction_id=case.jurisdiction_id)
    if not payees or city is None:
        return None
    total = sum(payee.amount_fen for payee in payees)
    facts = [parts.Fact(fact.label, fact.value) for fact in request_facts(case, project)]
    facts.append(parts.Fact("本次拨付金额", f"{yuan(total)} 元（{in_capitals(total)}）"))
    orders = orders_table(case)
    return Document(
        form="application",
        title="住宅专项维修资金拨款通知单",
        number=case.number,
        subject=subject_of(case),
        issuer=city.office_name,
        city=city.slug,
        data=Application(
            applicant=project.organisation.name,
            applied_on=day_of(at),
            sections=(parts.Section("拨款内容", tuple(facts)),),
            tables=(
                parts.Table(
                    "收款账户",
                    ("收款单位", "开户银行", "收款账号", "拨付金额（元）"),
                    tuple((one.name, one.bank, one.account, yuan(one.amount_fen)) for one in payees),
                    aligns="lllr",
                    total=("合计", "", "", yuan(total)),
                ),
                *([_printed(orders)] if orders.rows else []),
            ),
            declaration="请专户银行按付款通知办理划转，款项直接付至上列收款账户。",
            signs=(
                parts.SignBox("申请单位（盖章）"),
                parts.SignBox("维修资金管理部门（盖章）"),
                parts.SignBox("专户银行（盖章）"),
            ),
        ),
    )


def _printed(orders: Table) -> parts.Table:
    return parts.Table(orders.title, orders.columns[:4], tuple(tuple(row[:4]) for row in orders.rows), aligns="lllr")

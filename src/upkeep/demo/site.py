"""The public site of the demo's cities: news, policies, guides, downloads and questions, all invented."""

import datetime as dt
import io
from dataclasses import dataclass

from PIL import Image
from xlsxwriter import Workbook

from upkeep.demo.city import City
from upkeep.demo.fill import moment
from upkeep.demo.papers import picture_of
from upkeep.publishing import articles
from upkeep.publishing.files import Upload
from upkeep.publishing.models import Column


@dataclass(frozen=True)
class Text:
    """An article of the demo; `ago` is how many days before today it was published, negative for one that waits."""

    column: Column
    ago: int
    title: str
    body: str
    files: tuple[str, ...] = ()
    is_pinned: bool = False


_EVERY_CITY = (
    Text(
        Column.NEWS,
        12,
        "住宅专项维修资金公众服务网站上线运行",
        "为方便业主和单位办事，{office}的公众服务网站即日起上线运行。\n\n"
        "# 网上可以办什么\n\n- 开发建设单位、物业服务企业、业主委员会注册\n- 查询房屋的维修资金余额和每一笔收支\n"
        "- 查询业务办理到了哪一步\n- 查看本小区维修项目的立项公示和验收公示\n\n"
        "# 遇到问题怎么办\n\n网站使用中有疑问，可在工作时间拨打窗口电话，工作人员会逐项解答。",
    ),
    Text(
        Column.POLICY,
        60,
        "{city}住宅专项维修资金使用公示要求",
        "使用维修资金的项目，立项后和验收后都要公示，接受全体业主监督。\n\n"
        "# 公示什么\n\n1. 维修的部位、原因和方案\n2. 预算或者决算金额，以及施工单位\n3. 每户分摊的面积和金额\n\n"
        "# 在哪里公示\n\n小区公告栏和本网站同时公示，两处内容应当一致。业主有异议的，在公示期内向发布单位书面提出。",
    ),
    Text(
        Column.FAQ,
        45,
        "房屋转让时，维修资金怎么处理？",
        "维修资金跟着房屋走，不退给卖方，也不需要买方重新交存。\n\n"
        "账户里剩余的钱随房屋所有权一并转给新业主，双方可以在买卖合同里约定如何结算。办完产权登记后，"
        "新业主带身份证和房产证到窗口办理户名变更。",
    ),
)

_OWN = (
    Text(
        Column.NEWS,
        2,
        "江城市启动老旧电梯维修资金使用专项服务",
        "入冬以来，使用年限较长的电梯故障增多。市住宅专项维修资金管理中心自本周起开展专项服务，"
        "帮助小区尽快用上维修资金。\n\n"
        "![电梯维修现场样例](附件1)\n\n"
        "# 服务对象\n\n电梯投入使用满十五年，或者最近一次检验提出整改意见的小区。\n\n"
        "# 服务内容\n\n- 到小区讲解申请流程，现场核对分摊范围\n- 协助业主委员会准备表决材料\n"
        "- 对材料齐全的申请当天受理\n\n"
        "需要服务的业主委员会、物业服务企业请拨打窗口电话预约。",
        ("电梯维修现场样例.png",),
        is_pinned=True,
    ),
    Text(
        Column.NEWS,
        9,
        "三区窗口调整办公时间的通告",
        "为方便上班族办事，江阳区、纳溪区、龙马潭区三个管理部的窗口自下周起中午不休息。\n\n"
        "| 窗口 | 工作日 | 周六 |\n| --- | --- | --- |\n| 江阳区管理部 | 9:00—17:00 | 9:00—12:00 |\n"
        "| 纳溪区管理部 | 9:00—17:00 | 休息 |\n| 龙马潭区管理部 | 9:00—17:00 | 休息 |\n\n法定节假日照常休息，"
        "**节前最后一个工作日**提前一小时停止收件。",
    ),
    Text(
        Column.NEWS,
        26,
        "上季度维修资金使用情况通报",
        "上季度，全市小区共提出维修资金使用申请数十件，主要用于屋面防水、电梯和消防设施维修。\n\n"
        "从受理情况看，材料一次通过的比例比前一季度有所提高，退回的主要原因是分摊清册与签字表户数不一致。"
        "请各小区在提交前用系统的“预算分摊”功能重新核对。",
    ),
    Text(
        Column.POLICY,
        33,
        "江城市住宅专项维修资金首期交存标准说明",
        "首期维修资金按房屋建筑面积计算，由购房人在办理入住手续前交存。\n\n"
        "| 房屋类别 | 每平方米（元） |\n| --- | --- |\n| 高层、小高层（有电梯） | 90 |\n"
        "| 多层（有电梯） | 55 |\n| 多层（无电梯） | 50 |\n"
        "| 商业、办公 | 60 |\n| 车库、储藏室 | 30 |\n\n已售公有住房由业主和售房单位分别交存，"
        "具体金额以交款通知单为准。",
        is_pinned=True,
    ),
    Text(
        Column.POLICY,
        120,
        "江城市应急使用住宅专项维修资金的情形",
        "发生危及房屋安全和人身安全的紧急情况，可以不经业主表决，直接申请使用维修资金。\n\n"
        "# 哪些情况属于紧急情况\n\n1. 电梯出现冲顶、蹲底、轿厢坠落等严重隐患\n"
        "2. 屋面、外墙大面积渗漏影响居住\n3. 消防系统主要功能失效\n"
        "4. 外墙饰面有脱落危险\n5. 专用排水设施堵塞、坍塌\n\n# 需要注意\n\n应急维修完成后，"
        "仍应向业主公布使用情况、施工单位和分摊结果。",
    ),
    Text(
        Column.GUIDE,
        70,
        "一次维修从提议到付款要走哪几步",
        "不少业主问：楼顶漏水，用维修资金到底要多久？下面按顺序说明。\n\n"
        "1. 业主委员会或者物业服务企业查看现场，拟定方案和预算\n2. 在系统中建立维修项目，算出每户分摊金额并公示\n"
        "3. 组织业主表决，面积和人数都要达到规定比例\n4. 施工、验收，再次公示\n5. 提交拨付申请，"
        "管理中心审核后由专户银行付款\n\n"
        "各环节需要的材料和办理时限，见本栏目上方的业务指南。",
    ),
    Text(
        Column.DOWNLOAD,
        50,
        "业主授权委托书（样式）",
        "业主本人不能到窗口办理的，可以委托他人代办。请打印后由业主本人签字，代办人携带双方身份证原件。",
        ("业主授权委托书（样式）.pdf",),
    ),
    Text(
        Column.DOWNLOAD,
        50,
        "维修工程量清单（样表）",
        "供业主委员会、物业服务企业编制维修预算时使用。单价请按施工合同填写，合计由表格自动计算。",
        ("维修工程量清单（样表）.xlsx",),
    ),
    Text(
        Column.FAQ,
        20,
        "怎样查询自己家的维修资金？",
        "有三种办法：\n\n1. 在首页“维修资金查询”填写房屋和业主信息，核对后显示余额和明细\n"
        "2. 用登记的手机号登录，在“我的房屋”里查看\n3. 带身份证到任一窗口查询\n\n为保护个人信息，"
        "网上只显示脱敏后的业主姓名。手机号已经更换的，请先到窗口更新。",
    ),
    Text(
        Column.FAQ,
        38,
        "维修资金可以用来交物业费吗？",
        "不可以。维修资金专门用于共用部位、共用设施设备**保修期满后**的维修和更新、改造，日常保养和清洁由物业费承担。",
    ),
    Text(
        Column.NEWS,
        -5,
        "年末业务办理时间安排",
        "年末专户银行进行年度结算，结算当日暂停办理交款确认和资金拨付，次日恢复。请有关单位提前安排。",
    ),
)


def write_site(city: City, *, today: dt.date, username: str = "demo-editor", own: bool = False) -> int:
    """Write and publish the articles of a city as its editor would; how many there are."""
    texts = (*(_OWN if own else ()), *_EVERY_CITY)
    by, place = city.actor(username), city.jurisdiction
    words = {"city": place.name, "office": place.office_name}
    for text in sorted(texts, key=lambda one: -one.ago):
        at = moment(today - dt.timedelta(days=max(text.ago, 1)), hour=9)
        draft = articles.Draft(
            column=text.column,
            title=text.title.format_map(words),
            source=place.office_name,
            body=text.body.format_map(words),
        )
        uploads = [Upload(name, _content(name)) for name in text.files]
        version = articles.begin(draft, uploads=uploads, by=by, at=at)
        begins_at = moment(today - dt.timedelta(days=text.ago), hour=9) if text.ago < 0 else None
        articles.publish(version.pk, begins_at=begins_at, is_pinned=text.is_pinned, by=by, at=at)
    return len(texts)


def _content(name: str) -> bytes:
    """A file of the demo, by the ending of its name."""
    stem, _, ending = name.rpartition(".")
    out = io.BytesIO()
    if ending == "xlsx":
        _write_bill(out)
    elif ending == "pdf":
        Image.open(io.BytesIO(picture_of(stem))).convert("RGB").save(out, "PDF")
    else:
        Image.open(io.BytesIO(picture_of(stem))).crop((0, 100, 620, 450)).save(out, "PNG")
    return out.getvalue()


def _write_bill(out: io.BytesIO) -> None:
    workbook = Workbook(out, {"in_memory": True})
    page = workbook.add_worksheet("工程量清单")
    page.set_column(0, 5, 16)
    page.write_row(0, 0, ("项目", "规格", "单位", "数量", "单价（元）", "合价（元）"))
    for row in range(2, 22):
        page.write_formula(row - 1, 5, f"=D{row}*E{row}")
    workbook.close()

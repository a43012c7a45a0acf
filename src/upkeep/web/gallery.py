"""The gallery of components: every component in every variant, for those who build pages. Served only by the demo."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.estate import grid
from upkeep.kernel.forms import DayField, FloorAreaField, MoneyField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import EVERYONE, Portal, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import BuildingLink
from upkeep.web.icons import ICONS
from upkeep.web.menu_items import ShownItem
from upkeep.web.shell import home_url

_ACTOR = Actor(user_id=-1, name="陈立新", roles=frozenset({Role.DEVELOPER}))


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="小区名称", max_length=100, help_text="与产权登记的名称一致")
    amount = MoneyField(label="交存金额")
    area = FloorAreaField(label="建筑面积")
    agreed_on = DayField(label="签订日期")
    kind = forms.ChoiceField(label="楼栋类型", choices=[("", "请选择"), ("HIGH_RISE", "高层"), ("LOW_RISE", "多层")])
    ways = forms.MultipleChoiceField(
        label="通知方式",
        choices=[("sms", "短信"), ("notice", "张贴公告"), ("phone", "电话")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    nature = forms.ChoiceField(
        label="房屋性质",
        choices=[("COMMODITY", "商品房"), ("SOLD_PUBLIC", "已售公有住房"), ("SUBSIDISED", "保障性住房")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="备注", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    paper = forms.FileField(label="产权证明", required=False, help_text="JPG、PNG，手机照片会自动压缩")
    agreed = forms.BooleanField(label="我已核对以上内容，对其真实性负责")


class FilterForm(forms.Form):
    """A row of filters."""

    q = forms.CharField(
        label="小区名称", required=False, widget=forms.TextInput(attrs={"placeholder": "名称或拼音首字母"})
    )
    district = forms.ChoiceField(
        label="所属区县", required=False, choices=[("", "全部"), ("a", "江阳区"), ("b", "龙马潭区")]
    )
    state = forms.ChoiceField(
        label="业务状态", required=False, choices=[("", "全部"), ("SUBMITTED", "待受理"), ("APPROVED", "已办结")]
    )


@access(*EVERYONE)
@require_safe
def components(request: ActorRequest) -> HttpResponse:
    """All components on one page."""
    rows = [row for row in _ROWS if request.GET.get("q", "") in str(row["name"])]
    page = Paginator(rows * 7, 6).get_page(request.GET.get("page"))
    context = {
        **_shell(),
        "icons": sorted(ICONS),
        "page": page,
        "filters": FilterForm(request.GET or None),
        "blank": SampleForm(prefix="blank"),
        "wrong": SampleForm({"wrong-amount": "-3", "wrong-area": "八十九"}, prefix="wrong"),
        "events": _events(timezone.now()),
        "changes": _CHANGES,
        "facts": _FACTS,
        "tones": ["good", "warn", "bad", "info", "quiet"],
        "states": [("DRAFT", "草稿"), ("SUBMITTED", "待受理"), ("RETURNED", "退回补正"), ("APPROVED", "已办结")],
        "step_names": ["填写信息", "选择房屋", "上传要件", "核对提交"],
        "tabs": [("待办", "?", 12), ("已办", "?", 1204), ("全部", "?", None)],
        "crumbs": [("物业区域管理", "?"), ("江南名邸一期", "?")],
    }
    return render(request, "gallery/components.html", context)


@access(*EVERYONE)
@require_safe
def building_table(request: ActorRequest) -> HttpResponse:
    """楼盘表 with a tower of 1,000 houses, a mixed building and a cellar."""
    open_one = request.GET.get("building", "3幢")
    sizes = {"1幢": 72, "2幢": 144, "3幢": 216, "4幢": 1000, "地下车库": 120}
    open_one = open_one if open_one in sizes else "3幢"
    context = {
        **_shell(),
        "grid": grid.lay_out(building=open_one, cells=sample_cells(building=open_one, houses=sizes[open_one])),
        "view": "list" if request.GET.get("view") == "list" else "grid",
        "chosen": [(_FIRST_ID["3幢"] + 40 + number, 11836) for number in range(6)],
        "crumbs": [("江南名邸一期", "?")],
        "buildings": [
            BuildingLink(name=name, url=f"?building={name}", house_count=size, is_open=name == open_one)
            for name, size in sizes.items()
        ],
    }
    return render(request, "gallery/building_table.html", context)


_FIRST_ID = {"1幢": 1_000, "2幢": 2_000, "3幢": 3_000, "4幢": 4_000, "地下车库": 6_000}
_OWNERS = ("张*", "王*", "李*", "刘*", "陈*", "欧阳**", "赵*", "")
_SAMPLE_STATES = (*[grid.GridState.PAID] * 7, *[grid.GridState.UNPAID] * 2, grid.GridState.LOW)


def sample_cells(*, building: str, houses: int) -> list[grid.Cell]:
    """Made-up houses: three units of four to a floor with shops below, or parking spaces."""
    cells = []
    for index in range(houses):
        floor, place = 1 + index // 12, index % 12
        unit, label, use = f"{place // 4 + 1}单元", f"{floor}{place + 1:02d}", "住宅"
        if building == "地下车库":
            unit, floor, label, use = "", -1, f"B1-{index + 1:03d}", "车库"
        elif floor == 1:
            unit, label, use = "", f"商铺{place + 1}", "商业"
        state = _SAMPLE_STATES[(index * 7 + index // 5) % 10]
        state = {31: grid.GridState.BUSY, 57: grid.GridState.BUSY, 44: grid.GridState.CANCELLED}.get(index % 97, state)
        why_not = {grid.GridState.BUSY: "业务单 TK202600012 正在办理", grid.GridState.CANCELLED: "房屋已注销"}.get(
            state, ""
        )
        cells.append(
            grid.Cell(
                house_id=_FIRST_ID[building] + index,
                label=label,
                unit=unit,
                floor=floor,
                area_dm2=(8942, 11836, 12605, 14377)[place % 4],
                state=state,
                owner_masked=_OWNERS[(index * 5 + index // 12) % len(_OWNERS)],
                use=use,
                selectable=not why_not,
                why_not=why_not,
            )
        )
    return cells


def _shell() -> dict[str, Any]:
    """A made-up user with a menu, since the gallery is open to everybody."""
    estates = (
        ShownItem(title="物业区域采集", icon="", url="?", is_open=False),
        ShownItem(title="小区与楼盘表", icon="", url="?", is_open=True),
        ShownItem(title="房屋信息变更", icon="", url="?", is_open=False),
    )
    menu = (
        ShownItem(title="工作台", icon="home", url="?", is_open=False),
        ShownItem(title="物业区域管理", icon="buildings", url="", is_open=True, children=estates),
        ShownItem(title="交款管理", icon="deposit", url="?", is_open=False),
        ShownItem(title="维修项目", icon="repair", url="?", is_open=False),
        ShownItem(title="业主表决", icon="vote", url="?", is_open=False),
    )
    return {
        "actor": _ACTOR,
        "portal": Portal.ORGANISATION,
        "home_url": home_url(Portal.PUBLIC),
        "menu": menu,
        "user_title": "泸州兴泸置地有限公司",
        "search_url": "?",
        "messages_url": "?",
        "unread": 3,
    }


def _events(at: dt.datetime) -> list[dict[str, object]]:
    return [
        {"title": "提交", "who": "陈立新 · 泸州兴泸置地有限公司", "at": at - dt.timedelta(days=3), "tone": "info"},
        {
            "title": "退回补正",
            "who": "王敏 · 窗口受理",
            "at": at - dt.timedelta(days=2),
            "tone": "warn",
            "note": "3 幢测绘报告缺第 2 页，请补齐后重新提交。",
        },
        {"title": "受理", "who": "王敏 · 窗口受理", "at": at - dt.timedelta(days=1), "tone": "info"},
        {"title": "审批通过", "who": "赵国强 · 审批", "at": at, "tone": "good"},
    ]


_CHANGES = [
    ("小区名称", "江南名邸", "江南名邸一期"),
    ("坐落", "江阳区江南路 8 号", "江阳区江南路 8 号"),
    ("竣工日期", "", "2026-06-30"),
    ("备注", "分两期建设", ""),
]
_FACTS = [
    ("业务单号", "WY202600001"),
    ("小区名称", "江南名邸一期"),
    ("开发建设单位", "泸州兴泸置地有限公司"),
    ("建筑面积", "164,474.69 ㎡"),
    ("房屋", "1,446 户"),
    ("物业服务企业", ""),
]
_ROWS: list[dict[str, object]] = [
    {"number": "WY202600001", "name": "江南名邸一期", "houses": 1446, "area_dm2": 16447469, "percent": 97,
     "balance_fen": 1034925780, "state": "APPROVED", "label": "已办结"},
    {"number": "WY202600002", "name": "滨江国际花园", "houses": 357, "area_dm2": 3557006, "percent": 95,
     "balance_fen": 269933903, "state": "RETURNED", "label": "退回补正"},
    {"number": "WY202600003", "name": "翠竹苑", "houses": 2377, "area_dm2": 25005708, "percent": 67,
     "balance_fen": 1358419404, "state": "SUBMITTED", "label": "待受理"},
]  # fmt: skip

app_name = "gallery"
urlpatterns = [
    path("", components, name="components"),
    path("building-table/", building_table, name="building_table"),
]

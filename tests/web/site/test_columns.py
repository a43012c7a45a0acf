"""The city's site as everybody reads it: first page, columns, guides, templates, search, areas."""

import io
import re

import pytest
from django.db.models import Count
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.cast import AT, Cast
from tests.publishing.desk import PDF, public
from tests.web.pages import text
from upkeep.casework.procedure import register
from upkeep.estate.models import Area
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.public_query_rule import PublicQueryRule
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.publishing.files import Upload
from upkeep.publishing.models import Column
from upkeep.sheets.sheet import Sheet
from upkeep.web.site.communities import FEWEST_HOUSES

pytestmark = pytest.mark.django_db
HOME = "/c/jiangcheng/"


class TestTheFirstPage:
    def test_offers_what_the_manual_names(self, cast: Cast, client: Client) -> None:
        """Manual 002: news, downloads, registration, login, quick services."""
        page = text(client.get(HOME))

        for words in (
            *("新闻动态", "政策法规", "办事指南", "下载中心", "常见问题", "登录", "注册"),
            *("业主自主办理区", "进入我的小区", "维修资金查询", "业务受理状态查询"),
            *("开发建设单位注册", "物业服务企业注册", "业主委员会注册", "业主登录", "机构用户登录"),
            *("办事窗口", "周一至周五 9:00—12:00", "网站地图", "联系我们"),
        ):
            assert words in page, words

    def test_needs_no_script(self, cast: Cast, client: Client) -> None:
        page = client.get(HOME).content.decode()

        scripts = re.findall(r"<script[^>]*>", page)
        assert [one for one in scripts if "nomodule" not in one] == []
        assert "<c-" not in page

    def test_leads_nowhere_that_does_not_exist(self, cast: Cast, client: Client) -> None:
        public(cast)
        page = client.get(HOME).content.decode()

        for link in set(re.findall(r'href="(/(?!static)[^"#]*)"', page)):
            assert client.get(link.replace("&amp;", "&"), follow=True).status_code == 200, link


class TestAColumn:
    def test_is_read_in_pages_and_searched(self, cast: Cast, client: Client) -> None:
        for place in range(17):
            public(cast, f"通知第{place}号")

        assert "共 17 条，第 1 / 2 页" in text(client.get(f"{HOME}list/news/"))
        assert "通知第0号" in text(client.get(f"{HOME}list/news/?page=2"))
        found = text(client.get(f"{HOME}list/news/?q=第3号"))
        assert "通知第3号" in found and "通知第4号" not in found
        assert client.get(f"{HOME}list/nothing/").status_code == 404

    def test_links_each_article_with_the_ones_beside_it(self, cast: Cast, client: Client) -> None:
        older, newer = public(cast, "较早"), public(cast, "较晚")

        assert "上一篇： 较晚" in text(client.get(f"{HOME}articles/{older.number}/"))
        assert "下一篇： 较早" in text(client.get(f"{HOME}articles/{newer.number}/"))

    def test_marks_what_is_searched_for(self, cast: Cast, client: Client) -> None:
        public(cast, "电梯更新办法", column=Column.POLICY)

        page = client.get(f"{HOME}search/?q=电梯").content.decode()

        assert "<mark>电梯</mark>更新办法" in page
        assert "<script>" not in client.get(f"{HOME}search/?q=<script>alert(1)</script>").content.decode()


class TestAGuide:
    def test_says_what_the_procedure_says(self, cast: Cast, client: Client) -> None:
        procedure = register["area_collection"]

        page = text(client.get(f"{HOME}guides/area_collection/"))

        for words in (procedure.title, *(paper.title for paper in procedure.papers), *procedure.guide.bring):
            assert words in page
        assert "窗口受理" in page and procedure.guide.overview in page and "江阳区管理部" in page
        assert procedure.title in text(client.get(f"{HOME}list/guides/"))

    def test_follows_the_policy_of_the_day(self, cast: Cast, client: Client) -> None:
        """Never stale: nobody has to write it again."""
        chain = ReviewChain(steps=(ChainStep(Role.APPROVER, 9),))
        set_policy(
            kind=PolicyKind.REVIEW_CHAIN,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=chain,
            valid_from=AT.date(),
            scope="area_collection",
        )

        page = text(client.get(f"{HOME}guides/area_collection/"))

        assert "合计不超过 9 个工作日" in page and "初审" not in page

    def test_brings_the_template_that_the_import_takes(self, cast: Cast, client: Client) -> None:
        """001 2.2 step 4: 下载模版 of the public site."""
        page = client.get(f"{HOME}list/downloads/").content.decode()
        links = re.findall(rf'href="({HOME}guides/\w+/templates/\w+/)"', page)

        assert len(links) >= 2
        for link in links:
            answer, (code, part) = client.get(link), re.findall(r"guides/(\w+)/templates/(\w+)/", link)[0]
            sheet: type[Sheet] = register[code].sheets[part]
            header = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()[0]
            assert [str(cell).strip("* ") for cell in header] == [column.title for column in sheet.columns]

    @pytest.mark.parametrize("address", ["guides/nothing/", "guides/area_collection/templates/nothing/"])
    def test_that_does_not_exist_is_not_found(self, cast: Cast, client: Client, address: str) -> None:
        assert client.get(f"{HOME}{address}").status_code == 404


class TestADownload:
    def test_is_listed_with_its_kind_and_size(self, cast: Cast, client: Client) -> None:
        article = public(cast, "申请表", column=Column.DOWNLOAD, body="", uploads=(Upload("申请表.pdf", PDF),))

        assert "申请表" in text(client.get(f"{HOME}list/downloads/"))
        assert "申请表.pdf PDF" in text(client.get(f"{HOME}articles/{article.number}/"))


@pytest.mark.django_db
class TestMyCommunity:
    """进入我的小区: `# covers: P2`."""

    def test_is_found_by_name_and_by_initials(self, settled: Cast, client: Client) -> None:
        area = Area.objects.order_by("name")[0]

        for words in (area.name[:2], area.initials[:3]):
            page = client.get(f"{HOME}communities/?q={words}")
            assert area.name in text(page) and "查看" in text(page)
        assert "没有找到小区" in text(client.get(f"{HOME}communities/?q=不存在"))

    def test_shows_who_serves_it_and_its_money_in_one_sum(self, settled: Cast, client: Client) -> None:
        area = Area.objects.alias(count=Count("houses")).order_by("-count")[0]
        assert area.houses.count() >= FEWEST_HOUSES

        page = text(client.get(f"{HOME}communities/{area.number}/"))

        assert area.developer is not None
        for words in (area.name, area.developer.name, "全部分户账余额合计", "户"):
            assert words in page

    def test_keeps_its_sum_to_itself_where_the_city_says_so(self, settled: Cast, client: Client) -> None:
        set_policy(
            kind=PolicyKind.PUBLIC_QUERY_RULE,
            jurisdiction_id=settled.city.jurisdiction.pk,
            value=PublicQueryRule(area_totals=False),
            valid_from=AT.date(),
        )

        area = Area.objects.order_by("name")[0]
        assert "本小区的资金总额不公开" in text(client.get(f"{HOME}communities/{area.number}/"))

    def test_of_few_houses_tells_no_sum(self, settled: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        area = Area.objects.order_by("name")[0]
        monkeypatch.setattr("upkeep.web.site.communities.FEWEST_HOUSES", area.houses.count() + 1)

        assert "本小区的资金总额不公开" in text(client.get(f"{HOME}communities/{area.number}/"))

    def test_of_another_city_is_not_found(self, settled: Cast, client: Client) -> None:
        area = Area.objects.order_by("name")[0]

        assert client.get(f"/c/yandu/communities/{area.number}/").status_code == 404

"""接口获取: what the housing registry's answers mean, and that no failure of it is taken for an answer.

# covers: E3 E4
"""

import json
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.estate.registry_stage import serving
from upkeep.estate import registry, sandbox_registry
from upkeep.estate.registry import HousingRegistryFails, NothingAsked, buildings_of, find_projects, houses_of
from upkeep.estate.registry_shapes import Misshapen, as_document, read_buildings, read_houses, read_projects
from upkeep.estate.sandbox_registry import OPENAPI, Fault, SandboxRegistry

DOCUMENT = json.loads(OPENAPI.read_text())
PROJECT = {"id": "P1", "name": "云", "address": "江", "developer": None, "buildings": 1, "houses": 2}
BUILDING = {
    "id": "P1-1",
    "name": "1幢",
    "kind": "高层",
    "elevator": True,
    "structure": None,
    "built_month": None,
    "houses": 1,
}
HOUSE = {
    "unit": "1单元",
    "floor": 3,
    "room": "301",
    "use": "住宅",
    "nature": "商品房",
    "area": "118.36",
    "inner_area": None,
    "address": "江阳区滨江路188号",
    "note": None,
}


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxRegistry]:
    monkeypatch.setattr(sandbox_registry, "SLOW_SECONDS", 3.0)
    monkeypatch.setattr(registry, "PAUSES", (0.01, 0.01, 0.01))
    with serving(settings) as found:
        yield found


class TestASearch:
    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            ({"name": "云栖"}, ["云栖湖畔"]),
            ({"address": "滨江大道"}, ["滨江云邸"]),
            ({"name": " 江南名邸 ", "address": "江阳"}, ["江南名邸二期"]),
            ({"name": "云", "address": "滨江"}, ["滨江云邸"]),
            ({"name": "没有的项目"}, []),
            ({"name": "%_\\'\"<>&?/../"}, []),
        ],
    )
    def test_finds_projects_by_a_part_of_name_or_address(
        self, server: SandboxRegistry, asked: dict[str, str], names: list[str]
    ) -> None:
        found = find_projects(**asked)

        assert [one.name for one in found.projects] == names
        assert found.total == len(names)

    def test_says_how_many_more_there_are(self, server: SandboxRegistry) -> None:
        found = find_projects(name="安居")

        assert (len(found.projects), found.total) == (20, 24)

    @pytest.mark.parametrize("asked", [{}, {"name": "  "}, {"name": "", "address": ""}])
    def test_for_nothing_is_refused_before_anybody_is_asked(
        self, server: SandboxRegistry, asked: dict[str, str]
    ) -> None:
        with pytest.raises(NothingAsked, match="项目名称或地址"):
            find_projects(**asked)

        assert server.asked == []


class TestAProject:
    def test_has_buildings_and_they_have_houses_fetched_page_by_page(
        self, server: SandboxRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registry, "HOUSES_AT_ONCE", 30)
        project, buildings = buildings_of("P1001")

        pages = list(houses_of(buildings[0]))

        assert (project.name, [one.name for one in buildings]) == ("云栖湖畔", ["1幢", "2幢", "3幢"])
        assert [len(page) for page in pages] == [30, 30, 12]
        assert len({(one.unit, one.room) for page in pages for one in page}) == 72

    def test_becomes_cells_as_a_person_would_type_them(self, server: SandboxRegistry) -> None:
        _, buildings = buildings_of("P1002")

        cells = next(houses_of(buildings[0]))[0].cells(buildings[0])

        assert cells == {
            "building": "21幢",
            "building_kind": "小高层",
            "elevator": "有",
            "structure": "框剪结构",
            "built_month": "202609",
            "unit": "1单元",
            "floor": "1",
            "room": "101",
            "use": "住宅",
            "nature": "商品房",
            "area_dm2": "88.50",
            "inner_area_dm2": "70.80",
            "address": "江阳区江南路99号21幢1单元101",
            "note": "",
        }

    def test_that_is_gone_is_said_to_be(self, server: SandboxRegistry) -> None:
        with pytest.raises(HousingRegistryFails, match="已没有这个项目"):
            buildings_of("P9999")

        assert len(server.asked) == 1

    def test_is_asked_for_by_nothing_but_its_name(self, server: SandboxRegistry) -> None:
        with pytest.raises(HousingRegistryFails):
            buildings_of("../fault?x=1#\r\nHost: elsewhere")

        assert server.asked == ["/projects/..%2Ffault%3Fx%3D1%23%0D%0AHost%3A%20elsewhere/buildings"]


class TestARegistryThatFails:
    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (Fault.SLOW, "没有及时答复"),
            (Fault.DRIPPING, "没有及时答复"),
            (Fault.HALF, "答复中断"),
            (Fault.BROKEN, "出错（500）"),
            (Fault.REDIRECT, "出错（302）"),
            (Fault.WRONG_TYPES, "第 1 个项目的“户数”应为数字，实为文字"),
            (Fault.NO_JSON, "不是完整的 JSON"),
            (Fault.TOO_LONG, "答复过长"),
        ],
    )
    def test_gives_no_answer_and_holds_nobody_up(self, server: SandboxRegistry, fault: Fault, said: str) -> None:
        server.set_fault(fault)
        begun = time.monotonic()

        with pytest.raises(HousingRegistryFails, match=said):
            find_projects(name="云")

        assert time.monotonic() - begun < 2.5

    @pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.HALF, Fault.SLOW])
    def test_for_a_moment_is_asked_again(self, server: SandboxRegistry, fault: Fault) -> None:
        server.set_fault(fault, times=1)

        assert find_projects(name="云栖").total == 1
        assert len(server.asked) == 2

    @pytest.mark.parametrize("fault", [Fault.REDIRECT, Fault.TOO_LONG, Fault.WRONG_TYPES])
    def test_for_good_is_not_asked_again(self, server: SandboxRegistry, fault: Fault) -> None:
        server.set_fault(fault)

        with pytest.raises(HousingRegistryFails):
            find_projects(name="云栖")

        assert len(server.asked) == 1

    def test_with_half_the_houses_is_found_out(self, server: SandboxRegistry) -> None:
        _, buildings = buildings_of("P1001")
        server.set_fault(Fault.HALF_THE_HOUSES)

        with pytest.raises(HousingRegistryFails, match=r"1幢应有 72 户，收到 36 户"):
            list(houses_of(buildings[0]))

    def test_with_a_wrong_type_names_the_house(self, server: SandboxRegistry) -> None:
        _, buildings = buildings_of("P1001")
        server.set_fault(Fault.WRONG_TYPES)

        with pytest.raises(HousingRegistryFails, match=r"1幢第 1 户的“建筑面积”应为文字，实为数字"):
            list(houses_of(buildings[0]))

    def test_is_down(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "PAUSES", (0.01,))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            settings.HOUSING_REGISTRY_URL = f"http://127.0.0.1:{free.getsockname()[1]}"

            with pytest.raises(HousingRegistryFails, match="连接不上"):
                find_projects(name="云")

    def test_was_never_named(self, settings: Any) -> None:
        settings.HOUSING_REGISTRY_URL = ""

        with pytest.raises(HousingRegistryFails, match="尚未接入"):
            find_projects(name="云")

    def test_wants_another_key(self, settings: Any) -> None:
        with serving(settings, key="right"):
            assert find_projects(name="云栖").total == 1
            settings.HOUSING_REGISTRY_KEY = "wrong"

            with pytest.raises(HousingRegistryFails, match="核对接口密钥"):
                find_projects(name="云栖")


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"floor": "3"}, "“所在楼层”应为数字，实为文字"),
            ({"floor": True}, "“所在楼层”应为数字，实为真假值"),
            ({"floor": 3.5}, "“所在楼层”应为数字"),
            ({"floor": None}, "“所在楼层”应为数字，实为空值"),
            ({"floor": 10**30}, "“所在楼层”超出合理范围"),
            ({"area": 118.36}, "“建筑面积”应为文字，实为数字"),
            ({"area": "约118"}, "“建筑面积”应为数字的文字"),
            ({"area": "1e9"}, "“建筑面积”应为数字的文字"),
            ({"room": ["301"]}, "“房号”应为文字，实为列表"),
            ({"room": "3" * 201}, "“房号”超过 200 个字"),
            ({"room": "3\x00"}, "“房号”含有无法识别的字符"),
            ({"address": {"city": "江城"}}, "“房屋坐落”应为文字，实为对象"),
        ],
    )
    def test_of_another_type_is_named_at_house_and_field(self, changes: dict[str, Any], said: str) -> None:
        body = as_document({"houses": [HOUSE, HOUSE | changes], "total": 2})

        with pytest.raises(Misshapen, match=f"1幢第 52 户的{said}"):
            read_houses(body, building="1幢", start=50)

    def test_without_a_field_is_named(self) -> None:
        body = as_document({"houses": [{key: value for key, value in HOUSE.items() if key != "use"}], "total": 1})

        with pytest.raises(Misshapen, match="1幢第 1 户缺少“房屋用途”"):
            read_houses(body, building="1幢", start=0)

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"[]", "整个答复应为对象，实为列表"),
            (b"", "不是完整的 JSON"),
            (b'{"houses": [], "houses": [], "total": 0}', "不是完整的 JSON"),
            (b'{"houses": [], "total": NaN}', "不是完整的 JSON"),
            (b'{"houses": [], "total": -1}', "“总数”小于 0"),
            (b'{"houses": {}, "total": 0}', "“房屋列表”应为列表，实为对象"),
            (b'{"houses": [1], "total": 1}', "1幢第 1 户应为对象，实为数字"),
            (b'{"total": 0}', "缺少“房屋列表”"),
            (b"[" * 100_000, "不是完整的 JSON"),
            (b'{"houses": [], "total": ' + b"9" * 5000 + b"}", "不是完整的 JSON|超出合理范围"),
            (b"\xff\xfe\x00", "不是完整的 JSON"),
        ],
    )
    def test_that_is_no_list_of_houses_is_refused(self, body: bytes, said: str) -> None:
        with pytest.raises(Misshapen, match=said):
            read_houses(body, building="1幢", start=0)

    @pytest.mark.parametrize("bad", ["", "a/b", "../x", "a b", "x" * 41, "标识", 7])
    def test_gives_no_id_that_could_lead_elsewhere(self, bad: Any) -> None:
        with pytest.raises(Misshapen, match="标识"):
            read_projects(as_document({"projects": [PROJECT | {"id": bad}], "total": 1}))
        with pytest.raises(Misshapen, match="标识"):
            read_buildings(as_document({"project": PROJECT, "buildings": [BUILDING | {"id": bad}]}))

    def test_may_leave_empty_what_the_house_table_will_ask_for(self) -> None:
        empty = dict.fromkeys(HOUSE) | {"floor": -1}

        (house,) = read_houses(as_document({"houses": [empty], "total": 1}), building="1幢", start=0).items

        assert (house.floor, house.room, house.area) == (-1, "", "")


class TestTheSandbox:
    def test_serves_its_document(self, server: SandboxRegistry) -> None:
        with urllib.request.urlopen(f"{server.url}/openapi.json") as answer:
            assert json.load(answer) == DOCUMENT

    @pytest.mark.parametrize(
        ("path", "described"),
        [
            ("/projects?name=%E5%AE%89%E5%B1%85&limit=3", "/projects"),
            ("/projects/P1005/buildings", "/projects/{id}/buildings"),
            ("/buildings/P1005-1/houses?offset=2&limit=5", "/buildings/{id}/houses"),
        ],
    )
    def test_answers_as_its_document_says(self, server: SandboxRegistry, path: str, described: str) -> None:
        with urllib.request.urlopen(server.url + path) as answer:
            body = json.load(answer)

        schema = DOCUMENT["paths"][described]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert list(mismatches(body, schema)) == []
        assert list(mismatches({"total": "1"}, schema)) != []

    def test_fails_as_it_is_told_from_outside(self, server: SandboxRegistry) -> None:
        told = urllib.request.Request(f"{server.url}/fault", data=b'{"fault": "broken", "times": 2}', method="PUT")
        urllib.request.urlopen(told)

        with pytest.raises(HousingRegistryFails, match="500"):
            find_projects(name="云栖")
        assert find_projects(name="云栖").total == 1

    def test_has_a_project_of_twenty_thousand_houses(self, server: SandboxRegistry) -> None:
        project, buildings = buildings_of("P1006")

        assert project.houses == sum(one.houses for one in buildings) == 20_000


def mismatches(value: Any, schema: dict[str, Any], where: str = "answer") -> Iterator[str]:
    """Where a value is not as the schema of the document says (the words that the document uses)."""
    if name := schema.get("$ref"):
        schema = DOCUMENT["components"]["schemas"][name.rsplit("/")[-1]]
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    python = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    if type(value) not in {python[one] for one in types}:
        yield f"{where} is a {type(value).__name__}"
    elif isinstance(value, dict):
        yield from (f"{where} lacks {key}" for key in schema.get("required", ()) if key not in value)
        for key, one in schema["properties"].items():
            if key in value:
                yield from mismatches(value[key], one, f"{where}.{key}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from mismatches(one, schema["items"], f"{where}[{place}]")
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{where} does not match"

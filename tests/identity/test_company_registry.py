"""质监校验: what the registry's answers mean, and that no failure of it is taken for an answer.

# covers: I7
"""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from upkeep.demo.people import credit_code
from upkeep.identity import sandbox_registry
from upkeep.identity.company_registry import NotConnected, RegistryFails, look_up
from upkeep.identity.sandbox_registry import Fault, SandboxRegistry

CODE, NAME = credit_code(888), "江南置地集团有限公司"


@pytest.fixture
def registry(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxRegistry]:
    monkeypatch.setattr(sandbox_registry, "SLOW_SECONDS", 3.0)
    server = SandboxRegistry(("127.0.0.1", 0), {})
    server.enter(CODE, NAME, "林法")
    settings.COMPANY_REGISTRY_URL, settings.COMPANY_REGISTRY_SECONDS = server.url, 0.6
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shut()
    thread.join()


class TestTheRegistry:
    def test_says_name_and_representative_of_a_code(self, registry: SandboxRegistry) -> None:
        found = look_up(CODE)

        assert found is not None
        assert (found.code, found.name, found.legal_representative, found.status) == (CODE, NAME, "林法", "存续")

    def test_knows_nobody_by_another_code(self, registry: SandboxRegistry) -> None:
        assert look_up(credit_code(889)) is None

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (Fault.SLOW, "没有及时答复"),
            (Fault.DRIPPING, "没有及时答复"),
            (Fault.BROKEN, "出错（500）"),
            (Fault.REDIRECT, "出错（302）"),
            (Fault.WRONG_TYPES, "无法识别"),
            (Fault.NO_JSON, "无法识别"),
            (Fault.TOO_LONG, "过长"),
            (Fault.OTHER_COMPANY, "不是所查的代码"),
        ],
    )
    def test_that_fails_is_no_answer_and_holds_nobody_up(
        self, registry: SandboxRegistry, fault: Fault, said: str
    ) -> None:
        registry.fault = fault
        begun = time.monotonic()

        with pytest.raises(RegistryFails, match=said):
            look_up(CODE)

        assert time.monotonic() - begun < 2.5

    def test_that_is_down_is_said_to_be(self, settings: Any) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            settings.COMPANY_REGISTRY_URL = f"http://127.0.0.1:{free.getsockname()[1]}"

            with pytest.raises(RegistryFails, match="连接不上"):
                look_up(CODE)

    def test_that_was_never_named_is_said_to_be_missing(self, settings: Any) -> None:
        settings.COMPANY_REGISTRY_URL = ""

        with pytest.raises(NotConnected, match="尚未接入"):
            look_up(CODE)

    def test_is_not_asked_about_what_is_no_code(self, registry: SandboxRegistry) -> None:
        with pytest.raises(ValueError, match="统一社会信用代码不正确"):
            look_up("../fault")

        assert registry.asked == 0

"""Every direct dependency has its line of reason in docs/stack.md, and no line speaks of one that is gone."""

import re

from launch.places import ROOT

_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)
_ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (\S.*) \|$", re.MULTILINE)


def required(file: str) -> list[str]:
    """The direct dependencies of one requirements file."""
    return _NAME.findall((ROOT / "requirements" / file).read_text(encoding="utf-8"))


def explained() -> list[str]:
    """Those of the page, in its order."""
    return [name for name, _ in _ROW.findall((ROOT / "docs" / "stack.md").read_text(encoding="utf-8"))]


class TestDependency:
    def test_has_its_reason_in_the_order_of_the_requirements(self) -> None:
        assert explained() == [*required("runtime.in"), *required("dev.in")]

    def test_has_a_range_that_keeps_surprises_out(self) -> None:
        """A lower bound at least; an upper one or an exact version wherever the next release may break us."""
        lines = [
            line
            for file in ("runtime.in", "dev.in")
            for line in (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
            if _NAME.match(line)
        ]

        assert [line for line in lines if ">=" not in line and "==" not in line] == []

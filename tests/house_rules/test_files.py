"""Files and functions stay short, say what they are for, and have names of the trade."""

import ast
import re
from pathlib import Path

from launch.places import PRODUCT
from tests.house_rules.source import name, product_files, python_files, text_files, tree

LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 400, 600, 60
BANNED_NAMES = {"utils", "helpers", "common", "misc", "manager", "managers"}
#: Django and Python ask for these packages; their names say everything.
NAMELESS = {"management", "migrations", "templatetags"}

_HOME_FOLDERS = ("work", "root", "home", "Users", "opt", "mnt")
_MACHINE_PATH = re.compile(rf"(?<![\w.~/-])/(?:{'|'.join(_HOME_FOLDERS)})/[\w.-]+")
_KNOWN_PLACES = re.compile(r"/opt/homebrew/|/home/upkeep|/opt/upkeep")


class TestFile:
    def test_is_no_longer_than_a_reader_can_hold(self) -> None:
        tests = {path for path in python_files() if "tests" in path.parts}
        lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
        limits = {path: LONGEST_TEST_FILE if path in tests else LONGEST_FILE for path in lengths}

        assert [f"{name(path)}: {count}" for path, count in lengths.items() if count > limits[path]] == []

    def test_has_a_name_of_the_trade(self) -> None:
        assert [name(path) for path in python_files() if path.stem in BANNED_NAMES] == []

    def test_of_the_product_says_what_it_is_for(self) -> None:
        spoken = [
            name(path)
            for path in product_files()
            if not (path.name == "__init__.py" and _is_nameless(path.parent)) and not ast.get_docstring(tree(path))
        ]

        assert spoken == []

    def test_names_no_place_on_anybodys_machine(self) -> None:
        found = [
            f"{name(path)}: {match[0]}"
            for path in text_files()
            for match in _MACHINE_PATH.finditer(path.read_text(encoding="utf-8"))
            if not _KNOWN_PLACES.match(match[0] + "/")
        ]

        assert found == []

    def test_of_requirements_names_no_package_index(self) -> None:
        locks = [path for path in text_files() if path.parent.name == "requirements"]
        told = re.compile(r"^--|://", re.MULTILINE)

        assert locks
        assert [name(path) for path in locks if told.search(path.read_text(encoding="utf-8"))] == []


class TestPackage:
    def test_says_what_it_is_for(self) -> None:
        packages = [path for path in product_files() if path.name == "__init__.py" and path.parent.parent == PRODUCT]

        assert len(packages) > 10
        assert [name(path) for path in packages if not ast.get_docstring(tree(path))] == []


class TestFunction:
    def test_fits_on_a_screen(self) -> None:
        long = [
            f"{name(path)}: {node.name} has {length} lines"
            for path in python_files()
            for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
        ]

        assert long == []


def _is_nameless(folder: Path) -> bool:
    return bool(NAMELESS & set(folder.parts))

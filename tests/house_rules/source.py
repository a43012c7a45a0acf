"""The files that the house rules are about."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from launch.places import PRODUCT, ROOT

_PYTHON_FOLDERS = (PRODUCT, ROOT / "config", ROOT / "launch", ROOT / "tests", ROOT / "benchmarks")
_NOT_OURS = {".git", ".venv", "var", "__pycache__"}
_TEXT_ENDINGS = {
    "",
    ".py",
    ".md",
    ".sql",
    ".html",
    ".js",
    ".css",
    ".toml",
    ".in",
    ".lock",
    ".sh",
    ".typ",
    ".json",
    ".svg",
}


def python_files() -> list[Path]:
    """All Python files but the migrations, which Django writes."""
    found = [path for folder in _PYTHON_FOLDERS for path in sorted(folder.rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def product_files() -> list[Path]:
    """Those of the packages."""
    return [path for path in python_files() if path.is_relative_to(PRODUCT)]


def text_files() -> Iterator[Path]:
    """Every text file that is handed on with the product."""
    for top in sorted(ROOT.iterdir()):
        if top.name in _NOT_OURS:
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() and not top.is_symlink() else [top]:
            if path.is_file() and path.suffix in _TEXT_ENDINGS and not _NOT_OURS & set(path.parts[:-1]):
                yield path


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def classes(path: Path) -> Iterator[tuple[ast.ClassDef, list[str]]]:
    """Every class in a file with the names of its bases."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef):
            yield node, [ast.unparse(base) for base in node.bases]


def name(path: Path) -> str:
    """The path as it is shown."""
    return str(path.relative_to(ROOT))
